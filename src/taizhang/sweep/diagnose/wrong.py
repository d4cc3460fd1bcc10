"""Rows whose number or name is not their person's: one cause each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taizhang.identity.numbers import compare_texts, from_key
from taizhang.sweep.diagnose.context import Context, Row
from taizhang.sweep.diagnose.model import BLAME, Confidence, Diagnosis
from taizhang.sweep.diagnose.person import first_records, said_of
from taizhang.sweep.diagnose.wording import TITLES, agreeing, chance, names_differ, places
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import Ints


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """A row that carries a number that is not its person's; position in the troubled records, true key, probability."""

    at: int
    row: Row
    true_key: int
    p_wrong: float
    owner: int | None


@dataclass(frozen=True, slots=True)
class WrongName:
    """A row that carries a name that is not its person's; position in the troubled records, the name's id, probability."""

    at: int
    row: Row
    name_id: int
    p_wrong: float


def wrong_rows(verdict: FieldVerdict, group: Ints, spoken: NDArray[np.bool_], values: Ints) -> Ints:
    """Positions of rows that say something, and something else than their person's likeliest value."""
    best = verdict.best
    if not len(verdict.value):
        return np.zeros(0, dtype=np.int64)
    truth = np.where(best >= 0, verdict.value[np.maximum(best, 0)], 0)[group]
    return np.flatnonzero((best[group] >= 0) & spoken & (values != truth))


def wrong_numbers(context: Context) -> list[WrongNumber]:
    """All rows whose number is not their person's, in the order of the troubled records."""
    troubled, verdict = context.troubled, context.numbers
    positions = wrong_rows(verdict, troubled.group, troubled["ident"] > UNKNOWN_NUMBER, troubled["ident"])
    p_wrong = verdict.p_wrong().tolist()
    values, _, _, best = verdict.listed
    found = []
    for at, row in zip(positions.tolist(), _rows(troubled, positions), strict=True):
        owner = context.owner.get(row.ident) if row.ident > 0 else None
        true_key = values[best[troubled.groups[at]]]
        found.append(WrongNumber(at, row, true_key, p_wrong[at], owner if owner != row.root else None))
    return found


def wrong_names(context: Context) -> list[WrongName]:
    """All rows whose name is not their person's, in the order of the troubled records."""
    troubled, verdict = context.troubled, context.names
    p_wrong = verdict.p_wrong().tolist()
    _, _, rows, best = verdict.listed
    defects = troubled.texts["name_defects"]
    positions = wrong_rows(verdict, troubled.group, troubled["name_id"] != 0, troubled["name_id"])
    found = []
    for at, row in zip(positions.tolist(), _rows(troubled, positions), strict=True):
        true_row = rows[best[troubled.groups[at]]]
        if _is_lost(defects[at]) and _is_lost(defects[true_row]):
            continue  # nobody has the whole name: every row is NM-LOSS by itself, and none explains another
        found.append(WrongName(at, row, troubled.listed("name_id")[at], p_wrong[at]))
    return found


_OF_ROW = ("record_id", "source_no", "file_no", "sheet_no", "row_no", "ident", "root", "hh")
"""The integers of a `Row`, in its order."""


def _rows(troubled: Troubled, positions: Ints) -> Iterator[Row]:
    """The records at positions of the troubled ones."""
    names = troubled.texts["name"]
    columns = (troubled[name][positions].tolist() for name in _OF_ROW)
    return map(Row, *columns, [names[at] for at in positions.tolist()])


def number_diagnosis(context: Context, wrong: WrongNumber, code: str, also: tuple[str, ...]) -> Diagnosis:
    """The diagnosis of one wrong number under a code, with its candidates and evidence."""
    troubled = context.troubled
    source = context.source_id(wrong.row.source_no)
    group = troubled.groups[wrong.at]
    true_text = from_key(wrong.true_key)
    written = troubled.texts["number"][wrong.at] or ""
    relation, differing = compare_texts(written, true_text)
    evidence = []
    if wrong.row.ident <= 0:
        evidence.append("本行号码不成立（校验、位数或日期不符）")
    if differing:
        evidence.append(f"与候选号码相差{places(differing)}（{TITLES.get(relation[0], '')}）")
    said = said_of(context, group, "id_no")
    if said.told_by:
        evidence.append(agreeing(said.told_by, "号码"))
    if said.agrees:
        evidence.append("出生日期列与候选号码的出生日期一致")
    top = said.candidates[0].probability if said.candidates else 0.0
    return Diagnosis(
        code=code,
        persons=(wrong.row.root,),
        records=_records(context, group, wrong.row, wrong.p_wrong),
        wrong=1,
        source=source,
        fields=("id_no",),
        also=(*also, *relation),
        culprit=source if wrong.p_wrong >= BLAME else None,
        p_culprit=round(wrong.p_wrong, 4),
        scope_key=source,
        candidates=said.candidates,
        evidence=tuple(evidence),
        observed=said.observed,
        confidence=Confidence.OTHER_SOURCE if top >= 0.9 else Confidence.RANKED,
        facts={"p": chance(top), "places": places(differing)},
    )


def name_diagnosis(context: Context, wrong: WrongName) -> Diagnosis:
    """The diagnosis of one wrong name, with its candidates and evidence."""
    troubled, verdict, at = context.troubled, context.names, wrong.at
    group = troubled.groups[at]
    _, _, rows, best = verdict.listed
    true_row = rows[best[group]]
    code = verdict.compared.of(at).code
    source = context.source_id(wrong.row.source_no)
    said = said_of(context, group, "name")
    own, true = troubled.texts["name"][at] or "", troubled.texts["name"][true_row] or ""
    evidence = [names_differ(own, true, code), agreeing(said.told_by, "姓名")]
    if wrong.row.ident > 0:
        evidence.append("各来源证件号码一致")
    top = said.candidates[0].probability
    if troubled.texts["name"][at] in said.aliases:
        code = "XS-NAME-ALIAS"
    return Diagnosis(
        code=code if code.startswith("XS-") else "XS-NAME-DISJOINT",
        persons=(wrong.row.root,),
        records=_records(context, group, wrong.row, wrong.p_wrong),
        wrong=1,
        source=source,
        fields=("name",),
        also=tuple(one for one in (verdict.compared.of(at).also or "").split("|") if one),
        culprit=source if wrong.p_wrong >= BLAME else None,
        p_culprit=round(wrong.p_wrong, 4),
        scope_key=source,
        candidates=said.candidates,
        evidence=tuple(one for one in evidence if one),
        observed=said.observed,
        confidence=Confidence.OTHER_SOURCE if top >= 0.9 else Confidence.RANKED,
        facts={"p": chance(top)},
    )


def _is_lost(defects: str | None) -> bool:
    return "|NM-LOSS|" in (defects or "")


def _records(context: Context, group: int, wrong: Row, p_wrong: float) -> tuple[int, ...]:
    """The wrong row; where the evidence does not say which row is wrong, one row of every source, this one first.

    Rows shown are rows complained about: a row that is right must not be marked in its owner's workbook.
    """
    if p_wrong >= BLAME:
        return (wrong.record_id,)
    first = first_records(context, group)
    return (wrong.record_id, *(record for source, record in first.items() if source != wrong.source_no))
