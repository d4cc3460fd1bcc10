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
    p_wrong = verdict.p_wrong()
    found = []
    for at in positions.tolist():
        root = int(troubled["root"][at])
        ident = int(troubled["ident"][at])
        row = _row(troubled, at)
        owner = context.owner.get(ident) if ident > 0 else None
        true_key = int(verdict.value[verdict.best[troubled.group[at]]])
        found.append(WrongNumber(at, row, true_key, float(p_wrong[at]), owner if owner != root else None))
    return found


def wrong_names(context: Context) -> list[WrongName]:
    """All rows whose name is not their person's, in the order of the troubled records."""
    troubled, verdict = context.troubled, context.names
    p_wrong = verdict.p_wrong()
    found = []
    for at in wrong_rows(verdict, troubled.group, troubled["name_id"] != 0, troubled["name_id"]).tolist():
        defects = troubled.texts["name_defects"]
        true_row = int(verdict.row[verdict.best[troubled.group[at]]])
        if _is_lost(defects[at]) and _is_lost(defects[true_row]):
            continue  # nobody has the whole name: every row is NM-LOSS by itself, and none explains another
        found.append(WrongName(at, _row(troubled, at), int(troubled["name_id"][at]), float(p_wrong[at])))
    return found


def _row(troubled: Troubled, at: int) -> Row:
    """The record at a position of the troubled ones."""
    return Row(
        int(troubled["record_id"][at]), int(troubled["source_no"][at]), int(troubled["file_no"][at]),
        int(troubled["sheet_no"][at]), int(troubled["row_no"][at]), int(troubled["ident"][at]), int(troubled["root"][at]),
        int(troubled["hh"][at]), troubled.texts["name"][at],
    )  # fmt: skip


def number_diagnosis(context: Context, wrong: WrongNumber, code: str, also: tuple[str, ...]) -> Diagnosis:
    """The diagnosis of one wrong number under a code, with its candidates and evidence."""
    troubled, verdict = context.troubled, context.numbers
    source = context.source_id(wrong.row.source_no)
    group = int(troubled.group[wrong.at])
    true_text = from_key(wrong.true_key)
    written = troubled.texts["number"][wrong.at] or ""
    relation, differing = compare_texts(written, true_text)
    evidence = []
    if wrong.row.ident <= 0:
        evidence.append("本行号码不成立（校验、位数或日期不符）")
    if differing:
        evidence.append(f"与候选号码相差{places(differing)}（{TITLES.get(relation[0], '')}）")
    candidates = number_candidates(context, group)
    members = _members(context, group)
    agree = [
        context.title(number)
        for number in sorted(
            {int(troubled["source_no"][m]) for m in members if int(troubled["ident"][m]) == wrong.true_key}
        )
    ]
    if agree:
        evidence.append(agreeing(agree, "号码"))
    birth = {int(troubled["birth_date"][m]) for m in members if troubled["birth_date"][m] > -(10**9)}
    true_birth = int(troubled["id_birth"][verdict.row[verdict.best[group]]])
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
    first, last = np.searchsorted(verdict.owner, [group, group + 1])
    members = _members(context, group)
    values = troubled["ident" if field == "id_no" else "name_id"]
    found = []
    for place in range(int(first), int(last)):
        value = int(verdict.value[place])
        sources = tuple(
            sorted({context.source_id(int(troubled["source_no"][m])) for m in members if int(values[m]) == value})
        )
        text = from_key(value) if field == "id_no" else troubled.texts["name"][int(verdict.row[place])]
        found.append(Candidate(field, text or "", round(float(verdict.posterior[place]), 4), "other_source", sources))
    return tuple(sorted(found, key=lambda one: (-one.probability, one.value)))


def name_diagnosis(context: Context, wrong: WrongName) -> Diagnosis:
    """The diagnosis of one wrong name, with its candidates and evidence."""
    troubled, verdict, at = context.troubled, context.names, wrong.at
    group = int(troubled.group[at])
    true_row = int(verdict.row[verdict.best[group]])
    code = str(verdict.compared.code[at])
    source = context.source_id(wrong.row.source_no)
    members = _members(context, group)
    candidates = name_candidates(context, group)
    true_id = int(verdict.value[verdict.best[group]])
    agree = [
        context.title(n)
        for n in sorted({int(troubled["source_no"][m]) for m in members if int(troubled["name_id"][m]) == true_id})
    ]
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


def _members(context: Context, group: int) -> range:
    first, last = np.searchsorted(context.troubled.group, [group, group + 1])
    return range(int(first), int(last))


def _records(context: Context, group: int, wrong: int, p_wrong: float) -> tuple[int, ...]:
    """The wrong row; where the evidence does not say which row is wrong, one row of every source, this one first.

    Rows shown are rows complained about: a row that is right must not be marked in its owner's workbook.
    """
    troubled = context.troubled
    shown = {int(troubled["source_no"][wrong]): int(troubled["record_id"][wrong])}
    if p_wrong < BLAME:
        for member in _members(context, group):
            shown.setdefault(int(troubled["source_no"][member]), int(troubled["record_id"][member]))
    return tuple(shown.values())


def _observed(context: Context, members: range, field: str) -> tuple[Observed, ...]:
    texts = context.troubled.texts[field]
    return tuple(Observed(context.source_id(int(context.troubled["source_no"][m])), field, texts[m]) for m in members)
