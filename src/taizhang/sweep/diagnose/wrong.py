"""Rows whose number or name is not their person's: one cause each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taizhang.identity.numbers import compare_texts, from_key
from taizhang.sweep.diagnose.context import Context, Row
from taizhang.sweep.diagnose.model import BLAME, Candidate, Confidence, Diagnosis, Observed
from taizhang.sweep.diagnose.wording import TITLES, agreeing, chance, names_differ, places
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import UNKNOWN_NUMBER, Troubled
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
    for at in positions.tolist():
        row = _row(troubled, at)
        owner = context.owner.get(row.ident) if row.ident > 0 else None
        true_key = values[best[troubled.groups[at]]]
        found.append(WrongNumber(at, row, true_key, p_wrong[at], owner if owner != row.root else None))
    return found


def wrong_names(context: Context) -> list[WrongName]:
    """All rows whose name is not their person's, in the order of the troubled records."""
    troubled, verdict = context.troubled, context.names
    p_wrong = verdict.p_wrong().tolist()
    _, _, rows, best = verdict.listed
    found = []
    for at in wrong_rows(verdict, troubled.group, troubled["name_id"] != 0, troubled["name_id"]).tolist():
        defects = troubled.texts["name_defects"]
        true_row = rows[best[troubled.groups[at]]]
        if _is_lost(defects[at]) and _is_lost(defects[true_row]):
            continue  # nobody has the whole name: every row is NM-LOSS by itself, and none explains another
        found.append(WrongName(at, _row(troubled, at), troubled.listed("name_id")[at], p_wrong[at]))
    return found


_OF_ROW = ("record_id", "source_no", "file_no", "sheet_no", "row_no", "ident", "root", "hh")
"""The integers of a `Row`, in its order."""


def _row(troubled: Troubled, at: int) -> Row:
    """The record at a position of the troubled ones."""
    record, source, file, sheet, row, ident, root, hh = (troubled.listed(name)[at] for name in _OF_ROW)
    return Row(record, source, file, sheet, row, ident, root, hh, troubled.texts["name"][at])


def number_diagnosis(context: Context, wrong: WrongNumber, code: str, also: tuple[str, ...]) -> Diagnosis:
    """The diagnosis of one wrong number under a code, with its candidates and evidence."""
    troubled, verdict = context.troubled, context.numbers
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
    candidates = number_candidates(context, group)
    members = troubled.members(group)
    agree = [context.title(number) for number in _told_by(troubled, members, "ident", wrong.true_key)]
    if agree:
        evidence.append(agreeing(agree, "号码"))
    births = troubled.listed("birth_date")
    birth = {births[m] for m in members if births[m] > -(10**9)}
    _, _, rows, best = verdict.listed
    true_birth = troubled.listed("id_birth")[rows[best[group]]]
    if true_birth in birth:
        evidence.append("出生日期列与候选号码的出生日期一致")
    top = candidates[0].probability if candidates else 0.0
    return Diagnosis(
        code=code,
        persons=(wrong.row.root,),
        records=_records(context, group, wrong.at, wrong.p_wrong),
        wrong=1,
        source=source,
        fields=("id_no",),
        also=(*also, *relation),
        culprit=source if wrong.p_wrong >= BLAME else None,
        p_culprit=round(wrong.p_wrong, 4),
        scope_key=source,
        candidates=candidates,
        evidence=tuple(evidence),
        observed=_observed(context, members, "id_no"),
        confidence=Confidence.OTHER_SOURCE if top >= 0.9 else Confidence.RANKED,
        facts={"p": chance(top), "places": places(differing)},
    )


def number_candidates(context: Context, group: int) -> tuple[Candidate, ...]:
    """The person's possible numbers, the likeliest first."""
    return _candidates(context, context.numbers, group, "id_no")


def name_candidates(context: Context, group: int) -> tuple[Candidate, ...]:
    """The person's possible names, the likeliest first."""
    return _candidates(context, context.names, group, "name")


def _candidates(context: Context, verdict: FieldVerdict, group: int, field: str) -> tuple[Candidate, ...]:
    troubled = context.troubled
    members = troubled.members(group)
    values, posteriors, rows, _ = verdict.listed
    found = []
    for place in verdict.candidates(group):
        value = values[place]
        told = _told_by(troubled, members, "ident" if field == "id_no" else "name_id", value)
        text = from_key(value) if field == "id_no" else troubled.texts["name"][rows[place]]
        sources = tuple(sorted(context.source_id(number) for number in told))
        found.append(Candidate(field, text or "", round(posteriors[place], 4), "other_source", sources))
    return tuple(sorted(found, key=lambda one: (-one.probability, one.value)))


def _told_by(troubled: Troubled, members: range, column: str, value: int) -> list[int]:
    """Numbers of the sources that say this value of a person, ascending."""
    values, sources = troubled.listed(column), troubled.listed("source_no")
    return sorted({sources[m] for m in members if values[m] == value})


def name_diagnosis(context: Context, wrong: WrongName) -> Diagnosis:
    """The diagnosis of one wrong name, with its candidates and evidence."""
    troubled, verdict, at = context.troubled, context.names, wrong.at
    group = troubled.groups[at]
    values, _, rows, best = verdict.listed
    true_row, true_id = rows[best[group]], values[best[group]]
    code = str(verdict.compared.code[at])
    source = context.source_id(wrong.row.source_no)
    members = troubled.members(group)
    candidates = name_candidates(context, group)
    agree = [context.title(number) for number in _told_by(troubled, members, "name_id", true_id)]
    own, true = troubled.texts["name"][at] or "", troubled.texts["name"][true_row] or ""
    evidence = [names_differ(own, true, code), agreeing(agree, "姓名")]
    if wrong.row.ident > 0:
        evidence.append("各来源证件号码一致")
    top = candidates[0].probability
    alias = {troubled.texts[column][m] for m in members for column in ("name_alias", "former_name")} - {None}
    if troubled.texts["name"][at] in alias:
        code = "XS-NAME-ALIAS"
    return Diagnosis(
        code=code if code.startswith("XS-") else "XS-NAME-DISJOINT",
        persons=(wrong.row.root,),
        records=_records(context, group, at, wrong.p_wrong),
        wrong=1,
        source=source,
        fields=("name",),
        also=tuple(one for one in (verdict.compared.also[at] or "").split("|") if one),
        culprit=source if wrong.p_wrong >= BLAME else None,
        p_culprit=round(wrong.p_wrong, 4),
        scope_key=source,
        candidates=candidates,
        evidence=tuple(one for one in evidence if one),
        observed=_observed(context, members, "name"),
        confidence=Confidence.OTHER_SOURCE if top >= 0.9 else Confidence.RANKED,
        facts={"p": chance(top)},
    )


def _is_lost(defects: str | None) -> bool:
    return "|NM-LOSS|" in (defects or "")


def _records(context: Context, group: int, wrong: int, p_wrong: float) -> tuple[int, ...]:
    """The wrong row; where the evidence does not say which row is wrong, one row of every source, this one first.

    Rows shown are rows complained about: a row that is right must not be marked in its owner's workbook.
    """
    troubled = context.troubled
    sources, records = troubled.listed("source_no"), troubled.listed("record_id")
    shown = {sources[wrong]: records[wrong]}
    if p_wrong < BLAME:
        for member in troubled.members(group):
            shown.setdefault(sources[member], records[member])
    return tuple(shown.values())


def _observed(context: Context, members: range, field: str) -> tuple[Observed, ...]:
    texts = context.troubled.texts[field]
    sources = context.troubled.listed("source_no")
    return tuple(Observed(context.source_id(sources[m]), field, texts[m]) for m in members)
