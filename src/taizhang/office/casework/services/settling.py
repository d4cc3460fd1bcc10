"""Which of two contradicting corrections holds: said by the county's reviewer, with a reason, whoever proposed them."""

from django.db import transaction
from django.db.models import Q

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import NothingToCorrect, OwnProposal, WrongState
from taizhang.office.casework.models import Correction, CorrectionState
from taizhang.office.casework.services.conflicts import lock_matter
from taizhang.office.casework.services.moving import moved_on
from taizhang.office.casework.services.owning import work_place
from taizhang.office.casework.services.verifying import undo_verification
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry

BEFORE_HANDBACK = frozenset({State.CONFIRMED, State.VILLAGE_OK, State.TOWN_OK, State.COUNTY_OK})
"""States in which a finding's corrections can still be taken back."""


def settle_dispute(*, actor: Actor, finding_id: str, correction_id: int, holds: bool, reason: str) -> None:
    """Say whether the correction that stands against another holds, or the other; the finding of the one that does not goes back.

    Raises NotFound, Forbidden, OwnProposal to whoever proposed either, WrongState, NothingToCorrect without a reason.
    """
    if not reason.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        finding = findings_of(actor).filter(pk=finding_id).first()
        if finding is None:
            raise NotFound
        lock_matter(finding)
        row = (
            Correction.objects.filter(pk=correction_id, state=CorrectionState.DISPUTED)
            .select_related("against", "finding")
            .first()
        )
        if row is None or row.against is None or finding_id not in {row.finding_id, row.against.finding_id}:
            raise _settled_before(actor, correction_id) or NotFound
        loser = row.against if holds else row
        _may_settle(actor, row, row.against)
        beaten = Finding.objects.select_for_update(no_key=True).get(pk=loser.finding_id)
        held = beaten.corrections.select_for_update().order_by("pk")
        sent = [one.handback_id for one in held if one.handback_id is not None]
        if beaten.state not in BEFORE_HANDBACK or sent:
            raise moved_on(beaten)
        before = beaten.state
        undo_verification(beaten)  # what stood against its corrections takes their place
        beaten.state = State.RETURNED
        beaten.save(update_fields=["state"])
        ledger.record(
            actor, "correction.settled", "finding", beaten.finding_id, division_code=work_place(beaten), reason=reason,
            state=[str(before), str(beaten.state)], kept=row.pk if holds else row.against.pk, dropped=loser.pk,
        )  # fmt: skip


def _settled_before(actor: Actor, correction_id: int) -> WrongState | None:
    """What to tell whoever settles second; None where nobody settled this dispute, or not before the actor's eyes."""
    about = Q(data__kept=correction_id) | Q(data__dropped=correction_id)
    entry = Entry.objects.filter(about, verb="correction.settled").order_by("-seq").first()
    beaten = findings_of(actor).filter(pk=entry.subject_id).first() if entry is not None else None
    return moved_on(beaten) if beaten is not None else None


def _may_settle(actor: Actor, row: Correction, against: Correction) -> None:
    for one in (row, against):
        if not actor.may("finding.review_county", one.division_code):
            raise Forbidden
        if one.proposed_by_id == actor.user_id:
            raise OwnProposal
