"""Proof by value, for findings whose rule had passed already when a recheck opened them again.

The engine tells nothing more of such a finding: it went when its rule passed. What proves it now is that the ledger's
newer delivery carries the very values that were approved; other values in their place show that it was not mended.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from taizhang.office.casework.models import Correction, CorrectionState
from taizhang.office.crypto.sealing import unseal
from taizhang.office.findings.lake import sweep_folder
from taizhang.office.findings.models import Delta, Finding, SweepRun
from taizhang.office.findings.selectors.present_values import present_values
from taizhang.office.findings.states import State
from taizhang.office.people.models import Person


def prove_by_value() -> tuple[list[str], list[str]]:
    """Judge what waits for proof and is told of by no rule, by the deliveries that the newest sweep read anew.

    Moves it to proven or not fixed; gives the ids of both. What a delivery does not show stays as it is.
    """
    run, *before = SweepRun.objects.all()[:2]
    waiting = list(Finding.objects.filter(state=State.WRITTEN_BACK, delta=Delta.GONE))
    if not waiting or not before:
        return [], []
    known = {one["source"]: one["delivery"] for one in before[0].deliveries}
    anew = {one["source"] for one in run.deliveries if not one["held"] and known.get(one["source"]) != one["delivery"]}
    corrections: dict[str, list[Correction]] = defaultdict(list)
    for one in Correction.objects.filter(finding__in=waiting, state=CorrectionState.HANDED_BACK):
        corrections[one.finding_id].append(one)
    persons = {one.pk: _persons_of(one) for one in waiting}
    fields = sorted({one.field for of in corrections.values() for one in of})
    said = present_values(sweep_folder(run.name), {who for of in persons.values() for who in of}, fields)
    proven, not_fixed = [], []
    for finding in waiting:
        mine = corrections[finding.pk]
        if not mine or any(one.source not in anew for one in mine):
            continue
        verdicts = {
            _verdict(one, [row for who in persons[finding.pk] for row in said.get((who, one.source), ())])
            for one in mine
        }
        if verdicts == {True}:
            proven.append(finding.pk)
        elif False in verdicts:
            not_fixed.append(finding.pk)
    Finding.objects.filter(pk__in=proven).update(state=State.PROVEN, changed_in=run, remark="")
    Finding.objects.filter(pk__in=not_fixed).update(state=State.NOT_FIXED, changed_in=run, remark="")
    return proven, not_fixed


def _persons_of(finding: Finding) -> list[int]:
    if finding.subject_person is not None:
        return [finding.subject_person]
    members = Person.objects.filter(household_id=finding.subject_household, is_current=True)
    return list(members.values_list("pk", flat=True)) if finding.subject_household is not None else []


def _verdict(one: Correction, rows: Sequence[Mapping[str, str]]) -> bool | None:
    """Whether every record that has the field carries the approved value; None where none has it."""
    values = [row[one.field] for row in rows if one.field in row]
    if not values:
        return None
    after = unseal(one.after, one.context("after"))
    return all(value == after for value in values)
