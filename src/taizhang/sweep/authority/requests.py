"""Which pairs to ask the authority about: those that the evidence cannot decide, and nobody else's."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pyarrow.parquet as pq

from taizhang.errors import UserError
from taizhang.identity.names import parse_name
from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import from_key, id_key, parse_id
from taizhang.sweep.authority.answers import Answer, authority_folder, read_answers
from taizhang.sweep.findings.schema import ENDED
from taizhang.sweep.link.register import Register

DECIDED = 0.95
"""From this probability on a person's number or name needs no question."""
MOST_CANDIDATES = 3
"""Candidates asked about of one field of one person."""
DUE_DAYS = 30
"""Days after which an answer is too late: the ledgers have moved on."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class NothingToAsk(UserError):
    """The evidence decides everything, or everything undecided has been asked."""

    code: ClassVar[str] = "E-AUTHORITY-NOTHING"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question. ref: its number in the batch, not to be guessed. id_no and name are whole: this is what is asked."""

    ref: str
    id_no: str
    name: str

    @property
    def key(self) -> tuple[int, int]:
        """(id_key, name_id)."""
        return id_key(self.id_no), name_id(self.name)


@dataclass(frozen=True, slots=True)
class Request:
    """A batch of questions with the purpose it was asked for."""

    batch: str
    purpose: str
    asked_on: date
    due_on: date
    pairs: tuple[Pair, ...]


def undecided_pairs(data: Path, sweep_folder: Path, *, on: date) -> list[tuple[str, str]]:
    """(number, name) pairs worth asking, worst findings first; those answered, or asked and not due before `on`, are left out.

    Of a person whose number is open, its likeliest numbers with the name; of one whose name is open, its likeliest
    names with the number. Only valid numbers and names without damage can be asked about.
    """
    findings = [
        one
        for one in pq.read_table(sweep_folder / "findings.parquet").to_pylist()
        if one["delta"] not in ENDED and one["person_id"] is not None and one["candidates"] and not _is_decided(one)
    ]
    findings.sort(key=lambda one: (-one["weight"], one["finding_id"]))
    numbers = _numbers(data, sweep_folder.name, {one["person_id"] for one in findings})
    names: dict[int, list[str]] = defaultdict(list)
    for one in findings:
        names[one["person_id"]] += [*_candidates(one, "name"), *([one["name"]] if one["name"] else [])]
    left_out = {(a.id_key, a.name_id) for a in read_answers(data) if a.answer is not Answer.UNAVAILABLE}
    left_out |= {pair.key for request in open_requests(data, on) for pair in request.pairs}
    found: dict[tuple[str, str], None] = {}
    for one in findings:
        person = one["person_id"]
        own = _candidates(one, "id_no")
        for number in own or numbers[person][:MOST_CANDIDATES]:
            for name in names[person][: 1 if own else MOST_CANDIDATES]:
                if _can_be_asked(number, name) and (id_key(number), name_id(name)) not in left_out:
                    found[number, name] = None
    return list(found)


def make_request(
    data: Path, pairs: Sequence[tuple[str, str]], *, purpose: str, asked_on: date, due_days: int = DUE_DAYS
) -> Request:
    """Open a batch: its number, a reference for every pair, and the record of it in the lake (readable by its owner only).

    Raises NothingToAsk for no pairs, and ValueError for a blank purpose.
    """
    if not purpose.strip():
        raise ValueError("purpose")
    if not pairs:
        raise NothingToAsk(
            "没有需要核验的号码与姓名。",
            why="证据足以判断，或已经提请核验尚在等待答复。",
            hint="有新的报送或过了答复期限后再运行。",
        )
    batch = f"AU-{asked_on:%Y%m%d}-{_random(6)}"
    listed = tuple(Pair(f"{n:05d}-{_random(5)}", number, name) for n, (number, name) in enumerate(pairs, start=1))
    request = Request(batch, purpose.strip(), asked_on, asked_on + timedelta(days=due_days), listed)
    folder = authority_folder(data) / "requests"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{batch}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(request), ensure_ascii=False, default=str, indent=1), encoding="utf-8")
    return request


def request_of(data: Path, batch: str) -> Request | None:
    """The request with this batch number, None where this installation never made it."""
    if not batch.replace("-", "").isalnum():
        return None
    path = authority_folder(data) / "requests" / f"{batch}.json"
    return _loaded(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def open_requests(data: Path, on: date) -> list[Request]:
    """Requests that may still be answered on a day, oldest first."""
    folder = authority_folder(data) / "requests"
    found = [_loaded(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("AU-*.json"))]
    return [one for one in found if one.due_on >= on]


def _loaded(document: Mapping[str, Any]) -> Request:
    return Request(
        document["batch"],
        document["purpose"],
        date.fromisoformat(document["asked_on"]),
        date.fromisoformat(document["due_on"]),
        tuple(Pair(**pair) for pair in document["pairs"]),
    )


def _is_decided(finding: Mapping[str, Any]) -> bool:
    best = max(one["probability"] for one in finding["candidates"])
    return finding["culprit"] is not None and best >= DECIDED and finding["confidence_class"] in {"A", "B"}


def _candidates(finding: Mapping[str, Any], field: str) -> list[str]:
    offered = [one for one in finding["candidates"] if one["field"] == field]
    return [one["value"] for one in sorted(offered, key=lambda c: -c["probability"])][:MOST_CANDIDATES]


def _numbers(data: Path, sweep_id: str, persons: Iterable[int]) -> dict[int, list[str]]:
    """Valid numbers by person, as the register saw them in the sweep."""
    wanted = set(persons)
    found: dict[int, list[str]] = defaultdict(list)
    for person, key in _readings(data, sweep_id):
        if person in wanted:
            number = from_key(key)
            if number not in found[person]:
                found[person].append(number)
    return found


def _readings(data: Path, sweep_id: str) -> Iterator[tuple[int, int]]:
    table = Register(data / "register").persons()
    columns = (table[name].to_pylist() for name in ("person_id", "id_key", "seen"))
    for person, key, seen in zip(*columns, strict=True):
        if key is not None and seen == sweep_id:
            yield person, key


def _can_be_asked(number: str, name: str) -> bool:
    parsed = parse_name(name)
    return parse_id(number).valid and len(number) == 18 and parsed.text == name and not parsed.defects


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
