"""What today's diagnoses compared of the subject of an earlier one, and whether that passed.

A diagnosis has no verdict of its own: it is made or not. It passes for a subject only where everything it compares was
there to be compared: the subject has a row in the source complained about, the fields of that row say something, other
sources say something where the comparison is with them, and no diagnosis of today, under whatever code, still
complains about one of the fields.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from taizhang.sweep.authority.answers import Answer, registered_answers
from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.troubled import UNKNOWN_NUMBER
from taizhang.sweep.lake import SourceDelivery

HIT, PASS, UNKNOWN, ABSENT = "hit", "pass", "unknown", "absent"
TOGETHER = frozenset({"PR-SWAP", "XS-SWAP", "PR-ROW-SHIFT", "PR-PERSON-NO-REUSE"})
"""Diagnoses of several rows of one source at once: each of the persons has to pass."""
TRUNCATED = "ID-EXCEL-TRUNC"
"""A rule about one row; it is also the diagnosis where other sources say what the number was."""
AMONG_SOURCES = ("XS-", "PR-SWAP", "PR-ROW-SHIFT", "PR-COPY-FAMILY", TRUNCATED)
"""Diagnoses that compare a row with what other sources say of the person; the others look at one source alone."""
_FURTHER = ("ethnic_group", "education")

Row = Mapping[str, Any]
Complaints = frozenset[tuple[int, str]]
"""(record, field) of everything the diagnoses of today complain about."""


def compared_verdicts(
    engine: Engine, left: Sequence[Row], diagnoses: Sequence[Diagnosis], deliveries: Sequence[SourceDelivery]
) -> dict[str, str]:
    """finding_id → hit, pass, unknown or absent, for findings of diagnoses."""
    if not left:
        return {}
    numbers = {delivery.source: delivery.number for delivery in deliveries}
    complaints = _complaints(diagnoses)
    people = _rows_of_people(engine, left)
    households = _heads(engine, [one for one in left if one["subject_type"] == "household"])
    answers = _Answers.read(engine)
    found = {}
    for finding in left:
        source = numbers.get(finding["source"])
        if source is None:
            verdict = ABSENT
        elif finding["subject_type"] == "source":
            verdict = PASS
        elif finding["subject_type"] == "household":
            verdict = _of_head(finding, households[int(finding["subject"]), source], complaints)
        else:
            verdict = _worst(
                _of_person(finding, people[one], source, complaints, answers) for one in _subjects(finding)
            )
        found[finding["finding_id"]] = verdict
    return found


def _complaints(diagnoses: Iterable[Diagnosis]) -> Complaints:
    """Where the evidence does not say which row is wrong, every row shown is complained about."""
    return frozenset(
        (record, field)
        for one in diagnoses
        for record in (one.records if one.culprit is None else one.records[: one.wrong])
        for field in one.fields
    )


def _subjects(finding: Row) -> list[int]:
    involved = finding["involved"] or [] if finding["rule"] in TOGETHER else []
    return [*([finding["person_id"]] if finding["person_id"] is not None else []), *involved]


def _worst(verdicts: Iterable[str]) -> str:
    order = (HIT, ABSENT, UNKNOWN, PASS)
    return min(verdicts, key=order.index, default=ABSENT)


def _of_person(finding: Row, rows: Sequence[Row], source: int, complaints: Complaints, answers: "_Answers") -> str:
    own = [row for row in rows if row["source_no"] == source and not row["is_repeated"]]
    if not own:
        return ABSENT
    code, fields = finding["rule"], finding["fields"]
    if any((row["record_id"], field) in complaints for row in own for field in fields):
        return HIT
    if code.startswith("AU-"):
        return _worst(_of_authority(code, row, answers) for row in own)
    if not all(_says(row, field) for row in own for field in fields):
        return UNKNOWN
    if code.startswith(AMONG_SOURCES) and not _is_among_persons(finding):
        others = [row for row in rows if row["source_no"] != source]
        if not all(any(_says(row, field) for row in others) for field in fields):
            return UNKNOWN
    return PASS


def _is_among_persons(finding: Row) -> bool:
    """Whether persons are compared with one another, and not one person's rows: a number that two persons have."""
    return finding["rule"] == "XS-AMBIGUOUS" or (bool(finding["involved"]) and finding["rule"] not in TOGETHER)


def _says(row: Row, field: str) -> bool:
    if field == "id_no":
        return bool(row["ident"] > UNKNOWN_NUMBER)
    if field == "name":
        return bool(row["name_id"] != 0)
    return row[{"household_no": "hh"}.get(field, field)] is not None if field != "person_status" else True


@dataclass(frozen=True)
class _Answers:
    """The authority's answers by pair of number and name, and all that were given about a number."""

    of_pair: Mapping[tuple[int, int], Answer]
    of_number: Mapping[int, set[Answer]]

    @classmethod
    def read(cls, engine: Engine) -> "_Answers":
        of_pair = registered_answers(engine)
        of_number: dict[int, set[Answer]] = defaultdict(set)
        for (ident, _), answer in of_pair.items():
            if answer is not Answer.UNAVAILABLE:
                of_number[ident].add(answer)
        return cls(of_pair, of_number)


def _of_authority(code: str, row: Row, answers: _Answers) -> str:
    """The authority's word about the number, or the pair of number and name, that stands in the row today."""
    if code == Answer.DECEASED and not row["present"]:
        return PASS
    if code == Answer.MISMATCH:
        pair = answers.of_pair.get((row["ident"], row["name_id"]))
        return HIT if pair is Answer.MISMATCH else PASS if pair is Answer.MATCH else UNKNOWN
    said: Collection[Answer] = answers.of_number.get(row["ident"], frozenset())
    return HIT if code in said else PASS if said else UNKNOWN


def _rows_of_people(engine: Engine, left: Sequence[Row]) -> dict[int, list[Row]]:
    """Person → all of its rows, with what diagnoses compare of them."""
    asked = sorted({person for finding in left for person in _subjects(finding)})
    rows: dict[int, list[Row]] = defaultdict(list)
    if not asked:
        return rows
    known = engine.columns("record_raw")
    further = "".join(f", r.{name}" if name in known else f", NULL AS {name}" for name in _FURTHER)
    engine.register("asked_person", pa.table({"person_id": pa.array(asked, pa.int64())}))
    table = engine.fetch(f"""
        SELECT k.person_id, c.source_no, c.record_id, c.ident, c.name_id, c.birth_date, c.sex, c.hh, c.person_no,
            c.present = 1 AS present, COALESCE(l.is_repeated, FALSE) AS is_repeated{further}
        FROM claim_person AS c JOIN person_key AS k ON k.root = c.root
        SEMI JOIN asked_person AS a ON a.person_id = k.person_id
        JOIN record_link AS l ON l.record_id = c.record_id
        JOIN record_raw AS r ON r.record_id = c.record_id
    """)
    for row in table.to_pylist():
        rows[row["person_id"]].append(row)
    return rows


def _heads(engine: Engine, left: Sequence[Row]) -> dict[tuple[int, int], list[Row]]:
    """(household, source number) → its rows: the copy of the head that each carries, beside the head's own row."""
    asked = sorted({int(finding["subject"]) for finding in left})
    rows: dict[tuple[int, int], list[Row]] = defaultdict(list)
    if not asked:
        return rows
    engine.register("asked_household", pa.table({"household_id": pa.array(asked, pa.int64())}))
    table = engine.fetch("""
        SELECT k.household_id, c.source_no, c.record_id, h.record_id AS head_record, c.relation,
            NOT r.head_name IS NULL AND NOT o.name IS NULL AS head_name,
            NOT r.head_id_key IS NULL AND NOT o.id_key IS NULL AS head_id_no
        FROM claim_person AS c JOIN household_key AS k ON k.hh = c.hh
        SEMI JOIN asked_household AS a ON a.household_id = k.household_id
        JOIN record_raw AS r ON r.record_id = c.record_id
        LEFT JOIN head_row AS h ON h.hh_no = c.hh_no
        LEFT JOIN record_raw AS o ON o.record_id = h.record_id
    """)
    for row in table.to_pylist():
        rows[row["household_id"], row["source_no"]].append(row)
    return rows


def _of_head(finding: Row, rows: Sequence[Row], complaints: Complaints) -> str:
    """A copy of the head passes where every row carries it and the head's own row is beyond doubt."""
    if not rows:
        return ABSENT
    fields = finding["fields"]
    if any((row["record_id"], field) in complaints for row in rows for field in fields):
        return HIT
    compared = all(row[field] for row in rows if row["relation"] is not None for field in fields)
    doubted = any((row["head_record"], field) in complaints for row in rows for field in ("id_no", "name"))
    return PASS if compared and not doubted else UNKNOWN
