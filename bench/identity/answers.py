"""The truth about the records that are wrong, odd or complained about; all others are clean and only counted."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from identity.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Answer:
    """One record. causes, also: as planted. name, id_no: what is true of its person."""

    source: str
    record: int
    person: int
    name_wrong: bool
    id_wrong: bool
    causes: frozenset[str]
    also: frozenset[str]
    copied: bool
    neutral: bool
    shared: bool
    name: str
    id_no: str

    @property
    def wrong(self) -> bool:
        """Whether its name or number is wrong."""
        return (self.name_wrong or self.id_wrong) and not self.neutral


@dataclass(frozen=True, slots=True)
class Answers:
    """looked_at: records that are wrong, neutral, or complained about. clean: number of records nothing is odd about."""

    looked_at: list[Answer]
    clean: int


def read_answers(lake: Path, verdicts: Verdicts) -> Answers:
    """Join the truth with what was complained about."""
    found: list[Answer] = []
    clean = 0
    with duckdb.connect(config={"threads": 2}) as db:
        persons = str(lake / "truth/persons.parquet")
        for source, said in verdicts.by_source.items():
            db.register("said", pa.table({"record_no": pa.array(sorted(said), pa.int64())}))
            truth = str(lake / f"truth/{source}.parquet")
            rows = db.execute(
                f"SELECT t.record_no, t.person, t.name_wrong, t.id_wrong, coalesce(t.causes, ''), coalesce(t.also, ''),"
                f" t.copied, t.neutral OR t.repeat, p.shared, p.name, p.id_no"
                f" FROM read_parquet('{truth}') AS t LEFT JOIN said AS s ON s.record_no = t.record_no"
                f" JOIN read_parquet('{persons}') AS p ON p.person = t.person"
                f" WHERE t.name_wrong OR t.id_wrong OR t.neutral OR t.repeat OR p.shared OR s.record_no IS NOT NULL"
            ).fetchall()
            total = db.execute(
                f"SELECT count(*) FROM read_parquet('{truth}') AS t JOIN read_parquet('{persons}') AS p USING (person)"
                " WHERE NOT (t.name_wrong OR t.id_wrong OR t.neutral OR t.repeat OR p.shared)"
            ).fetchone()
            clean += 0 if total is None else total[0]
            found += [
                Answer(source, r[0], r[1], r[2], r[3], _set(r[4]), _set(r[5]), r[6], r[7], r[8], r[9], r[10])
                for r in rows
            ]
    return Answers(found, clean)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split("|")) if text else frozenset()
