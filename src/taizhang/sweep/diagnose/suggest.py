"""Suggestions for rows that a single-record rule complains about: other sources first, then decoding of the number."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from taizhang.identity.numbers import from_key
from taizhang.sweep.diagnose import Candidate, Confidence, Judgement
from taizhang.sweep.diagnose.decoding import Damaged, decode
from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.kinds import NUMBER_FAMILIES, PRIOR_RATE
from taizhang.sweep.link.features import MISSING, Ints, integers

EPOCH = date(1970, 1, 1)
MOST = 5
MOST_OTHERS = 8
"""Further texts of a person that are decoded along with a row's: a number that many rows damage is no typist's slips."""
LEAST = 0.01
"""Likelihood below which a decoded number is not shown."""
SEXES = {1: "男", 2: "女"}
FROM_15, FROM_STUDENT = "由15位旧号换算：补上出生年份的19，再加校验位", "学籍号去掉首字母即身份证号码"
TOLD_TWICE = "由校验位推算，此人其他行的错号也只差一处，须以证件核对"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate with the sentence that says where it comes from."""

    candidate: Candidate
    confidence: Confidence
    sentence: str


OLD_NUMBER_WRONG = sum(PRIOR_RATE[family] for family in NUMBER_FAMILIES)
"""Chance of a wrong digit in a number of 15 digits, which has no check character that would tell."""


def suggestions(
    engine: Engine, judged: Judgement, records: Collection[int | None], sources: Mapping[int, str], as_of: date
) -> dict[int, list[Suggestion]]:
    """Suggestions by record id, the likeliest first, for those of the given records whose person is troubled or number old.

    sources: their ids, by number. as_of: the day of the data; nobody in them is born later.
    """
    troubled = judged.troubled
    found: dict[int, list[Suggestion]] = defaultdict(list)
    wanted = {record for record in records if record is not None}
    upgraded = {record: one for record, one in _upgraded(engine).items() if record in wanted}
    asked = np.flatnonzero(np.isin(troubled["record_id"], np.array(sorted(wanted), dtype=np.int64)))
    nobodys: list[int] = []
    for at, record in zip(asked.tolist(), troubled["record_id"][asked].tolist(), strict=True):
        group = int(troubled.group[at])
        number, name = int(judged.numbers.best[group]), int(judged.names.best[group])
        if number >= 0 and int(judged.numbers.value[number]) != int(troubled["ident"][at]):
            value = from_key(int(judged.numbers.value[number]))
            found[record].append(_other("id_no", value, judged.numbers, number, sources))
        elif number >= 0 and record in upgraded:
            probability = round(float(judged.numbers.posterior[number]), 4)
            candidate = upgraded[record].candidate._replace(
                value=from_key(int(judged.numbers.value[number])), probability=probability
            )
            found[record].append(replace(upgraded[record], candidate=candidate))
        elif number < 0:
            nobodys.append(at)
        if name >= 0 and int(judged.names.value[name]) != int(troubled["name_id"][at]):
            text = troubled.texts["name"][int(judged.names.row[name])] or ""
            found[record].append(_other("name", text, judged.names, name, sources))
    for record, suggestion in _decoded(engine, judged, nobodys, as_of):
        found[record].append(suggestion)
    for record, suggestion in upgraded.items():
        if all(one.candidate.field != "id_no" for one in found[record]):
            found[record].append(suggestion)
    return found


def _upgraded(engine: Engine) -> dict[int, Suggestion]:
    """By record with a sound number of 15 digits, or of a pupil, the same number with 18; surer the more sources write all 18."""
    table = engine.fetch("""
        WITH old AS (
            SELECT c.record_id, c.root, c.ident, r.is_15 FROM claim_person AS c
            JOIN (SELECT record_id, id_defects LIKE '%|ID-15|%' AS is_15 FROM record_raw
                WHERE id_defects LIKE '%|ID-15|%' OR id_defects LIKE '%|ID-STUDENT-NO|%' AND UPPER(id_no) LIKE 'G%'
            ) AS r ON r.record_id = c.record_id
            WHERE c.ident > 0)
        SELECT o.record_id, o.ident, o.is_15, COALESCE(w.witnesses, 0) AS witnesses FROM old AS o
        LEFT JOIN (
            SELECT c.root, c.ident, COUNT(DISTINCT c.source_no) AS witnesses FROM claim_person AS c
            SEMI JOIN old AS p ON p.root = c.root AND p.ident = c.ident
            ANTI JOIN old AS q ON q.record_id = c.record_id
            GROUP BY c.root, c.ident) AS w ON w.root = o.root AND w.ident = o.ident
    """)
    return {
        record: _written_anew(from_key(ident), 1.0 - OLD_NUMBER_WRONG ** (1 + witnesses), is_15=is_15)
        for record, ident, is_15, witnesses in zip(
            *(table[name].to_pylist() for name in table.column_names), strict=True
        )
    }


def _written_anew(value: str, probability: float, *, is_15: bool) -> Suggestion:
    candidate = Candidate("id_no", value, round(probability, 4), "XS-ID-15-18" if is_15 else "XS-ID-STUDENT")
    return Suggestion(candidate, Confidence.LOSSLESS, FROM_15 if is_15 else FROM_STUDENT)


def _other(field: str, value: str, verdict: FieldVerdict, at: int, sources: Mapping[int, str]) -> Suggestion:
    """The candidate at a place of a verdict, with the sources that say it."""
    probability, mask = round(float(verdict.posterior[at]), 4), int(verdict.told_by[at])
    confidence = Confidence.OTHER_SOURCE if probability >= 0.9 else Confidence.RANKED
    told_by = tuple(sorted(source for number, source in sources.items() if mask >> number & 1))
    candidate = Candidate(field, value, probability, "other_source", told_by)
    return Suggestion(candidate, confidence, "其他来源有此人的完整登记")


def _decoded(engine: Engine, judged: Judgement, rows: Sequence[int], as_of: date) -> Iterator[tuple[int, Suggestion]]:
    """By record, the numbers that a slip turns into that of a row of whose person nobody tells a sound one. rows: positions."""
    troubled = judged.troubled
    texts, asked, records = troubled.texts["id_no"], [], []
    for at in rows:
        text, days = texts[at], int(troubled["birth_date"][at])
        if text is None:
            continue
        said = {texts[other] for other in troubled.members(int(troubled.group[at]))} - {text, None}
        birth = None if days == MISSING else EPOCH + timedelta(days=days)
        asked.append(
            Damaged(text, birth, SEXES.get(int(troubled["sex"][at])), tuple(sorted(filter(None, said))[:MOST_OTHERS]))
        )
        records.append(int(troubled["record_id"][at]))
    for record, found in zip(
        records, decode(asked, judged.divisions, lambda keys: _taken(engine, keys), as_of), strict=True
    ):
        for one in found[:MOST]:
            if one.probability >= LEAST:
                sentence = TOLD_TWICE if one.told else "由校验位推算，须以证件核对"
                candidate = Candidate("id_no", one.core18, round(one.probability, 4), one.reason)
                yield record, Suggestion(candidate, Confidence.RANKED, sentence)


def _taken(engine: Engine, keys: Ints) -> Ints:
    """Which of the numbers somebody has."""
    engine.register("decoded_key", pa.table({"ident": keys}))
    table = engine.fetch(
        "SELECT DISTINCT c.ident FROM claim_person AS c SEMI JOIN decoded_key AS k ON k.ident = c.ident"
    )
    return integers(table["ident"])


def confirmed_numbers(judged: Judgement) -> set[int]:
    """Records whose number looks truncated but is valid, some person's likeliest, and told by two sources at least.

    About one valid number in a thousand ends in 000 by nature; a spreadsheet damages one ledger, not two alike. In the row of
    somebody else, where numbers were exchanged or a column slid, it is that person's still.
    """
    troubled, numbers = judged.troubled, judged.numbers
    told: dict[int, set[int]] = defaultdict(set)
    suspected = ((troubled["truncated"] == 1) & (troubled["ident"] > 0)).nonzero()[0].tolist()
    for at in suspected:
        told[int(troubled["ident"][at])].add(int(troubled["source_no"][at]))
    true = set(numbers.value[numbers.best[numbers.best >= 0]].tolist()) if suspected else set()
    return {
        int(troubled["record_id"][at])
        for at in suspected
        if (ident := int(troubled["ident"][at])) in true and len(told[ident]) > 1
    }


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
