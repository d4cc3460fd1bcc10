"""Suggestions for rows that a single-record rule complains about: other sources first, then decoding of the number."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from taizhang.identity.numbers import from_key, parse_id, repair_candidates
from taizhang.sweep.diagnose import Candidate, Confidence, Judgement
from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import MISSING

EPOCH = date(1970, 1, 1)
MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate with the sentence that says where it comes from."""

    candidate: Candidate
    confidence: Confidence
    sentence: str


def suggestions(judged: Judgement, records: Collection[int | None]) -> dict[int, list[Suggestion]]:
    """Suggestions by record id, the likeliest first, for those of the given records whose person is troubled."""
    troubled = judged.troubled
    found: dict[int, list[Suggestion]] = defaultdict(list)
    wanted = {record for record in records if record is not None}
    for at, record in enumerate(troubled["record_id"].tolist()):
        if record not in wanted:
            continue
        group = int(troubled.group[at])
        number, name = int(judged.numbers.best[group]), int(judged.names.best[group])
        if number >= 0 and int(judged.numbers.value[number]) != int(troubled["ident"][at]):
            value = from_key(int(judged.numbers.value[number]))
            found[record].append(_other("id_no", value, float(judged.numbers.posterior[number])))
        elif number < 0:
            found[record] += _decoded(judged, at)
        if name >= 0 and int(judged.names.value[name]) != int(troubled["name_id"][at]):
            text = troubled.texts["name"][int(judged.names.row[name])] or ""
            found[record].append(_other("name", text, float(judged.names.posterior[name])))
    return found


def _other(field: str, value: str, probability: float) -> Suggestion:
    confidence = Confidence.OTHER_SOURCE if probability >= 0.9 else Confidence.RANKED
    candidate = Candidate(field, value, round(probability, 4), "other_source")
    return Suggestion(candidate, confidence, "其他来源有此人的完整登记")


def _decoded(judged: Judgement, at: int) -> list[Suggestion]:
    """Numbers that one slip turns into this one, weighed by the row's own birth and sex columns."""
    troubled = judged.troubled
    text = troubled.texts["id_no"][at]
    if text is None:
        return []
    days = int(troubled["birth_date"][at])
    birth = None if days == MISSING else EPOCH + timedelta(days=days)
    sex = {1: "男", 2: "女"}.get(int(troubled["sex"][at]))
    repairs = repair_candidates(parse_id(text), birth=birth, sex=sex, limit=MOST)
    total = sum(max(repair.weight, 0.0) for repair in repairs) or 1.0
    return [
        Suggestion(
            Candidate("id_no", repair.core18, round(max(repair.weight, 0.0) / total, 4), repair.reason),
            Confidence.RANKED,
            "由校验位推算，须以证件核对",
        )
        for repair in repairs
    ]


def confirmed_numbers(judged: Judgement) -> set[int]:
    """Records whose number looks truncated but is valid, the person's likeliest, and told by a second source, too.

    About one valid number in a thousand ends in 000 by nature; a spreadsheet damages one ledger, not two alike.
    """
    troubled, numbers = judged.troubled, judged.numbers
    told: dict[tuple[int, int], set[int]] = defaultdict(set)
    suspected = (troubled["truncated"] == 1) & (troubled["ident"] > 0)
    for at in suspected.nonzero()[0].tolist():
        told[int(troubled.group[at]), int(troubled["ident"][at])].add(int(troubled["source_no"][at]))
    found = set()
    for at in suspected.nonzero()[0].tolist():
        group, ident = int(troubled.group[at]), int(troubled["ident"][at])
        best = int(numbers.best[group])
        if len(told[group, ident]) > 1 and best >= 0 and int(numbers.value[best]) == ident:
            found.add(int(troubled["record_id"][at]))
    return found


def confirmed_names(engine: Engine) -> set[int]:
    """Records whose name holds a traditional character that a second source writes, too: it is the legal name then."""
    table = engine.fetch("""
        WITH traditional AS (
            SELECT c.record_id, c.ident, c.name_id FROM claim_person AS c
            SEMI JOIN (SELECT record_id FROM record_raw WHERE name_defects LIKE '%|NM-TRADITIONAL|%') AS r
                ON r.record_id = c.record_id)
        SELECT t.record_id FROM traditional AS t
        SEMI JOIN (
            SELECT c.ident, c.name_id FROM claim_person AS c
            SEMI JOIN traditional AS q ON q.ident = c.ident AND q.name_id = c.name_id
            GROUP BY c.ident, c.name_id HAVING COUNT(DISTINCT c.source_no) > 1) AS s
            ON s.ident = t.ident AND s.name_id = t.name_id
    """)
    return set(table["record_id"].to_pylist())
