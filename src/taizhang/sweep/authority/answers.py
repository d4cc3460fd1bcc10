"""Answers of the authority as they are kept, and as the engine reads them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine


class Answer(StrEnum):
    """What a register says about a pair of number and name (identity.md §15.5); values are rule ids."""

    MATCH = "AU-MATCH"
    MISMATCH = "AU-MISMATCH"
    NOT_FOUND = "AU-NOT-FOUND"
    DUPLICATE = "AU-DUPLICATE"
    DECEASED = "AU-DECEASED"
    UNAVAILABLE = "AU-UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """One answer. id_key, name_id: as `taizhang.identity` encodes number and name. batch: of the request."""

    id_key: int
    name_id: int
    answer: Answer
    answered_on: date
    batch: str


ANSWERS = pa.schema([
    ("id_key", pa.int64()), ("name_id", pa.int64()), ("answer", pa.string()), ("answered_on", pa.date32()),
    ("batch", pa.string()),
])  # fmt: skip


def authority_folder(data: Path) -> Path:
    """Where requests and answers of a county lie."""
    return data / "authority"


def answers_file(data: Path) -> Path:
    """Where the answers are kept; there is no such file before the first."""
    return authority_folder(data) / "answer.parquet"


def read_answers(data: Path) -> list[AuthorityAnswer]:
    """All answers kept, ordered by pair; of a pair asked twice the later answer, and any answer rather than none."""
    path = answers_file(data)
    if not path.is_file():
        return []
    found: dict[tuple[int, int], AuthorityAnswer] = {}
    for row in pq.read_table(path).to_pylist():
        one = AuthorityAnswer(row["id_key"], row["name_id"], Answer(row["answer"]), row["answered_on"], row["batch"])
        before = found.get((one.id_key, one.name_id))
        if before is None or _rank(one) >= _rank(before):
            found[one.id_key, one.name_id] = one
    return [found[pair] for pair in sorted(found)]


def _rank(one: AuthorityAnswer) -> tuple[bool, date]:
    return one.answer is not Answer.UNAVAILABLE, one.answered_on


def keep_answers(data: Path, answers: Iterable[AuthorityAnswer]) -> None:
    """Add answers to those kept; a reader sees the old file or the new one, never half of one."""
    folder = authority_folder(data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "answer.parquet"
    rows = [
        {
            "id_key": a.id_key,
            "name_id": a.name_id,
            "answer": a.answer.value,
            "answered_on": a.answered_on,
            "batch": a.batch,
        }
        for a in answers
    ]
    tables = [pq.read_table(path)] if path.is_file() else []
    fresh = folder / "answer.parquet.new"
    pq.write_table(pa.concat_tables([*tables, pa.Table.from_pylist(rows, schema=ANSWERS)]), fresh, compression="zstd")
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    fresh.replace(path)


def register_answers(engine: Engine, answers: Iterable[AuthorityAnswer]) -> None:
    """Create the engine's table `authority_answer` (id_key, name_id, answer)."""
    rows = [{"id_key": one.id_key, "name_id": one.name_id, "answer": one.answer.value} for one in answers]
    kinds = pa.schema([ANSWERS.field(name) for name in ("id_key", "name_id", "answer")])
    engine.register("authority_answer_raw", pa.Table.from_pylist(rows, schema=kinds))
    engine.execute("CREATE OR REPLACE TABLE authority_answer AS SELECT * FROM authority_answer_raw")


def registered_answers(engine: Engine) -> dict[tuple[int, int], Answer]:
    """(id_key, name_id) → answer out of `authority_answer`; empty where nobody made the table."""
    if not engine.columns("authority_answer"):
        return {}
    table = engine.fetch("SELECT id_key, name_id, answer FROM authority_answer ORDER BY id_key, name_id")
    return {(row["id_key"], row["name_id"]): Answer(row["answer"]) for row in table.to_pylist()}
