"""Pending corrections of one person or one household that meet: they join, contradict each other, or one waits (operations.md §4).

join         the same value for the same cell is proposed already: the finding joins it, one line goes back to the source
contradict   another value for the same cell, or for the same truth about the person in another source, is proposed:
             both stand until the county's reviewer says which holds
wait         a pending correction of a field that this one depends on has to be decided first
refuse       another value for the same cell has gone back to the source: its next delivery has to come first

Whoever files is told of this only what they may see; of a number never whether it is the same, or one could ask for
number after number until the answer is yes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.actor import Actor
from taizhang.office.casework.models import ATTACHED, OPEN_CORRECTIONS, Correction, CorrectionState
from taizhang.office.casework.services.values import NUMBER_FIELDS
from taizhang.office.crypto.sealing import unseal
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import State

TRUTHS = frozenset({"id_no", "name", "sex", "birth_date"})
"""What is true of a person whichever ledger says it."""
OF_HOUSEHOLD = frozenset({"head_name", "head_id_no"})
"""What every row of a household says of its one head."""
DEPENDENT = (frozenset({"id_no", "birth_date", "sex"}),)
"""Fields of one person that follow from each other."""
DEPENDENT_OF_HOUSEHOLD = (frozenset({"head_name", "head_id_no", "household_no", "relation_to_head"}),)
"""Fields of one household's members that follow from each other: a change of the head changes every relation."""
HEAD = "户主"
GONE_BACK = (CorrectionState.HANDED_BACK, CorrectionState.CONFIRMED)
"""States of a correction whose value its source has been given."""


class ConflictKind(models.TextChoices):
    """What a pending correction means for another one."""

    JOIN = "join", _("值相同，并入那一条一起回填")
    CONTRADICT = "contradict", _("值不同，须由县里裁定以哪一条为准")
    WAIT = "wait", _("有关联，须等那一条先定")
    REFUSE = "refuse", _("那一条已回填，须等该来源下一次报送")
    RELATED = "related", _("有关联，提出后按两条的值处理")


@dataclass(frozen=True)
class Wanted:
    """A value somebody proposes for a field of a source's row of a person in a household."""

    person_id: int | None
    household_id: int | None
    source: str
    field: str
    value: str


@dataclass(frozen=True)
class Conflict:
    """A pending correction that a proposed one meets. is_open: whether whoever asks may see the finding it belongs to."""

    kind: ConflictKind
    wanted: Wanted
    other: Correction
    is_open: bool = False


def told_to(viewer: Actor, conflicts: Sequence[Conflict]) -> list[Conflict]:
    """What a viewer may know of conflicts before filing; the kind of those that would tell too much is RELATED."""
    asked = {one.other.finding_id for one in conflicts}
    seen = set(findings_of(viewer).filter(pk__in=asked).values_list("pk", flat=True))
    return [_told(one, is_open=one.other.finding_id in seen) for one in conflicts]


def _told(one: Conflict, *, is_open: bool) -> Conflict:
    compares = one.wanted.field in NUMBER_FIELDS and one.kind in {ConflictKind.JOIN, ConflictKind.CONTRADICT}
    return replace(one, is_open=is_open, kind=one.kind if is_open and not compares else ConflictKind.RELATED)


def conflicts_of(finding: Finding, wanted: Iterable[Wanted]) -> list[Conflict]:
    """Which pending corrections of other findings the proposed ones meet, whatever the scope; in the order of filing."""
    asked = list(wanted)
    persons = {one.person_id for one in asked if one.person_id is not None}
    households = {one.household_id for one in asked if one.household_id is not None}
    pending = (
        Correction._base_manager.filter(  # noqa: SLF001 - documented API
            Q(person_id__in=persons) | Q(household_id__in=households), state__in=OPEN_CORRECTIONS
        )
        .exclude(finding=finding)
        .select_related("finding", "proposed_by")
        .order_by("pk")
    )
    found = [(one, other) for other in pending for one in asked]
    return [Conflict(kind, one, other) for one, other in found if (kind := _kind(one, other)) is not None]


def digest_of(conflicts: Sequence[Conflict]) -> str:
    """What somebody saw before filing; empty where there was nothing to see."""
    text = "|".join(
        sorted(
            f"{one.kind}:{one.wanted.source}:{one.wanted.field}:{one.other.pk}:{one.other.state}" for one in conflicts
        )
    )
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def lock_matter(finding: Finding) -> None:
    """Lock every finding about the person and the household, so that of two who file at once the second sees the first."""
    about = Q(pk=finding.pk)
    if finding.subject_person is not None:
        about |= Q(subject_person=finding.subject_person)
    if finding.subject_household is not None:
        about |= Q(subject_household=finding.subject_household)
    rows = Finding._base_manager.select_for_update(no_key=True).filter(about).order_by("pk")  # noqa: SLF001 - documented API
    list(rows.values_list("pk", flat=True))


def release(left: Sequence[int], states: Sequence[CorrectionState] = ATTACHED) -> None:
    """Find a new place for what was joined to, or stood against, corrections that hold no longer; inside a transaction.

    The oldest takes the free place, approved where its finding has passed the county; the others join it or stand against
    it, as their values are. states: of those that lose their hold.
    """
    for row in Correction._base_manager.filter(against__in=left, state__in=states).order_by("pk"):  # noqa: SLF001 - documented API
        lead = next((one for one in conflicts_of(row.finding, [wanted_of(row)]) if one.kind in STANDS), None)
        row.against = lead.other if lead else None
        free = CorrectionState.APPROVED if row.finding.state == State.COUNTY_OK else CorrectionState.PROPOSED
        row.state = STANDS[lead.kind] if lead else free
        row.save(update_fields=["state", "against"])


STANDS = {
    ConflictKind.JOIN: CorrectionState.JOINED, ConflictKind.CONTRADICT: CorrectionState.DISPUTED,
    ConflictKind.REFUSE: CorrectionState.DISPUTED,
}  # fmt: skip
"""The state of a correction that meets another one so."""


def wanted_of(row: Correction) -> Wanted:
    """A correction as it is compared."""
    return Wanted(row.person_id, row.household_id, row.source, row.field, after_of(row))


def after_of(row: Correction) -> str:
    """The value a correction proposes, in clear; for comparing only."""
    return unseal(row.after, row.context("after"))


def waits_for(finding: Finding) -> list[Conflict]:
    """Earlier proposals, not decided yet, that the finding's own ones depend on."""
    own = list(Correction._base_manager.filter(finding=finding, state=CorrectionState.PROPOSED))  # noqa: SLF001 - documented API
    first = min((one.pk for one in own), default=0)
    met = conflicts_of(finding, [wanted_of(one) for one in own])
    return [
        one for one in met
        if one.kind is ConflictKind.WAIT and one.other.state == CorrectionState.PROPOSED and one.other.pk < first
    ]  # fmt: skip


def unsent(finding: Finding) -> QuerySet[Correction]:
    """Corrections of a finding whose values have not gone back to their source, by themselves or with others' lines."""
    with_lead = Q(state=CorrectionState.JOINED) & ~Q(against__state__in=GONE_BACK)
    undecided = Q(state__in=(CorrectionState.PROPOSED, CorrectionState.APPROVED, CorrectionState.DISPUTED))
    return finding.corrections.filter(undecided | with_lead)


def disputes_of(finding: Finding) -> list[Correction]:
    """Corrections that stand against one of the finding's, or one of the finding's that stands against another."""
    rows = Correction._base_manager.filter(  # noqa: SLF001 - documented API
        Q(finding=finding) | Q(against__finding=finding, against__state__in=OPEN_CORRECTIONS),
        state=CorrectionState.DISPUTED,
    )
    return list(
        rows.select_related("against__finding", "finding", "proposed_by", "against__proposed_by").order_by("pk")
    )


def _kind(one: Wanted, other: Correction) -> ConflictKind | None:
    is_same_person = one.person_id is not None and one.person_id == other.person_id
    is_same_house = one.household_id is not None and one.household_id == other.household_id
    if one.field != other.field:
        return ConflictKind.WAIT if _depends(one.field, other.field, is_same_person, is_same_house) else None
    if is_same_person and one.source == other.source:
        gone = other.handback_id is not None or other.state == CorrectionState.HANDED_BACK
        if gone and one.field in NUMBER_FIELDS:
            return ConflictKind.REFUSE  # the same or not: a refusal is not written down, so it must not tell
        if one.value == after_of(other):
            return ConflictKind.JOIN
        return ConflictKind.REFUSE if gone else ConflictKind.CONTRADICT
    concerns = (is_same_person and one.field in TRUTHS) or (is_same_house and one.field in OF_HOUSEHOLD)
    if concerns and one.value != after_of(other):
        return ConflictKind.CONTRADICT
    two_heads = is_same_house and one.source == other.source and one.field == "relation_to_head"
    return ConflictKind.CONTRADICT if two_heads and one.value == HEAD == after_of(other) else None


def _depends(field: str, other: str, is_same_person: bool, is_same_house: bool) -> bool:  # noqa: FBT001 - two facts of one pair
    of_person = is_same_person and any({field, other} <= group for group in DEPENDENT)
    return of_person or (is_same_house and any({field, other} <= group for group in DEPENDENT_OF_HOUSEHOLD))
