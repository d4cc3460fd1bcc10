"""What today's diagnoses compared of the subject of an earlier one, and whether that passed.

A diagnosis has no verdict of its own: it is made or not. It passes for a subject only where everything it compares was
there to be compared: the subject has a row in the source complained about, the fields of that row say something, other
sources say something where the comparison is with them, and no diagnosis of today, under whatever code, still
complains about one of the fields.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from taizhang.sweep.authority.answers import Answer, registered_answers
from taizhang.sweep.diagnose import Diagnosis
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.head_copies import Earlier, rows_of_households, verdict_on_copies
from taizhang.sweep.findings.told import Place, Told, complained
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.facts import UNKNOWN_NUMBER

HIT, PASS, UNKNOWN, ABSENT = "hit", "pass", "unknown", "absent"
TOGETHER = frozenset({"PR-SWAP", "XS-SWAP", "PR-ROW-SHIFT", "PR-PERSON-NO-REUSE"})
"""Diagnoses of several rows of one source at once: each of the persons has to pass."""
TRUNCATED = "ID-EXCEL-TRUNC"
"""A rule about one row; it is also the diagnosis where other sources say what the number was."""
AMONG_SOURCES = ("XS-", "PR-SWAP", "PR-ROW-SHIFT", "PR-COPY-FAMILY", TRUNCATED)
"""Diagnoses that compare a row with what other sources say of the person; the others look at one source alone."""
EXTRA, MISSING = "XS-EXTRA", "XS-MISSING"
"""Diagnoses about a row that should not be there, and one that should."""
_EXPLAINING = ("id_no", "name")
"""A diagnosis of one of these takes up what the authority said about the row (authority.telling)."""
_FURTHER = ("ethnic_group", "education")

Row = Mapping[str, Any]
WhenHit = Callable[[Row], Path | None]
"""The delivery of a finding's source that was read when it was last hit, by its folder."""


@dataclass(frozen=True)
class Compared:
    """verdict: hit, pass, unknown or absent. still: where it is hit, what of its fields is complained about today."""

    verdict: str
    still: frozenset[Place] = frozenset()


def compared_verdicts(
    engine: Engine,
    left: Sequence[Row],
    diagnoses: Sequence[Diagnosis],
    deliveries: Sequence[SourceDelivery],
    told: Told,
    when_hit: WhenHit,
) -> dict[str, Compared]:
    """finding_id → what was seen, for findings of diagnoses."""
    if not left:
        return {}
    numbers = {delivery.source: delivery.number for delivery in deliveries}
    complaints = frozenset(place for one in diagnoses for place in complained(one))
    people = _rows_of_people(engine, left)
    of_households = [one for one in left if one["subject_type"] == "household" and one["source"] in numbers]
    households = rows_of_households(engine, of_households)
    earlier = Earlier(
        (when_hit(one), households.get((one["household_id"], numbers[one["source"]]), ())) for one in of_households
    )
    read = _Read(complaints, _Answers.read(engine), told, _Delivered.read(engine, left))
    found = {}
    for finding in left:
        source = numbers.get(finding["source"])
        if source is None:
            said = Compared(ABSENT)
        elif finding["subject_type"] == "source":
            said = Compared(PASS)
        elif finding["subject_type"] == "household":
            rows = households.get((finding["household_id"], source), ())
            said = _settled([verdict_on_copies(finding, rows, complaints, when_hit(finding), earlier)])
        else:
            said = _settled([read.of_person(finding, people[one], source) for one in _subjects(finding)])
        found[finding["finding_id"]] = said
    return found


def _subjects(finding: Row) -> list[int]:
    involved = finding["involved"] or [] if finding["rule"] in TOGETHER else []
    return [*([finding["person_id"]] if finding["person_id"] is not None else []), *involved]


def _settled(parts: Sequence[tuple[str, frozenset[Place]]]) -> Compared:
    """Hit only where all that is not complained about passes: what nobody could look at is the stronger reason to stay."""
    still = frozenset[Place]().union(*(places for _, places in parts))
    worst = _worst(verdict for verdict, _ in parts)
    return Compared(HIT, still) if worst == PASS and still else Compared(worst)


def _worst(verdicts: Iterable[str]) -> str:
    order = (HIT, ABSENT, UNKNOWN, PASS)
    return min(verdicts, key=order.index, default=ABSENT)


@dataclass(frozen=True)
class _Read:
    """What today's verdicts on persons are read from."""

    complaints: Collection[Place]
    answers: "_Answers"
    told: Told
    delivered: "_Delivered"

    def of_person(self, finding: Row, rows: Sequence[Row], source: int) -> tuple[str, frozenset[Place]]:
        """The verdict on one person, and the places of its rows that are complained about; the verdict leaves them out.

        A row that should not be there has gone where the source told of the village, or calls the person gone. A row
        that should be there is owed no more where every source that has the person calls him gone.
        """
        own = [row for row in rows if row["source_no"] == source and not row["is_repeated"]]
        code, fields = finding["rule"], finding["fields"]
        others = [row for row in rows if row["source_no"] != source]
        if code == EXTRA and not any(row["present"] for row in own):
            return PASS if own or self.delivered.tells_of(finding, source) else ABSENT, frozenset()
        if not own:
            is_owed = code != MISSING or not others or any(row["present"] for row in others)
            return ABSENT if is_owed else PASS, frozenset()
        if code.startswith("AU-"):
            still = self._still(own, dict.fromkeys((*fields, *_EXPLAINING)))
            verdict = _worst(_of_authority(code, row, self.answers) for row in own)
            return (PASS if verdict == HIT and still else verdict), still
        still = self._still(own, fields)
        left = [field for field in fields if not any(field == name for _, name in still)]
        if not all(_says(row, field) for row in own for field in left):
            return UNKNOWN, still
        is_among_sources = code.startswith(AMONG_SOURCES) and not _is_among_persons(finding)
        if is_among_sources and not all(any(_says(row, field) for row in others) for field in left):
            return UNKNOWN, still
        return PASS, still

    def _still(self, own: Sequence[Row], fields: Iterable[str]) -> frozenset[Place]:
        """What diagnoses complain about; also a number that is none, where a rule says so: it was wrong and still is."""
        places = {(row["record_id"], field) for row in own for field in fields}
        numbers = {
            (row["record_id"], "id_no")
            for row in own
            if UNKNOWN_NUMBER < row["ident"] < 0 and row["record_id"] in self.told.of_number
        }
        return frozenset(place for place in places if place in self.complaints or place in numbers)


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


@dataclass(frozen=True)
class _Delivered:
    """Of which villages sources have rows: (source number, village code)."""

    villages: Collection[tuple[int, str]]

    @classmethod
    def read(cls, engine: Engine, left: Sequence[Row]) -> "_Delivered":
        """Asked only where a row may have gone that should not have been there."""
        if not any(one["rule"] == EXTRA for one in left):
            return cls(frozenset())
        table = engine.fetch("""
            SELECT DISTINCT c.source_no, r.village_code FROM claim_person AS c
            JOIN record_raw AS r ON r.record_id = c.record_id WHERE NOT r.village_code IS NULL
        """)
        return cls(frozenset(zip(table["source_no"].to_pylist(), table["village_code"].to_pylist(), strict=True)))

    def tells_of(self, finding: Row, source: int) -> bool:
        """Whether the source has rows of the village in which the finding stands."""
        return (source, finding["village_code"]) in self.villages


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
