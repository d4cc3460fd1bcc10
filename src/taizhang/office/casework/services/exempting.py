"""Exemptions: proposed with a reason, approved by another, ending by date or by another value."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import AnotherProposal, NothingToCorrect, OwnProposal
from taizhang.office.casework.models import Exemption, ExemptionState, Task
from taizhang.office.casework.services.moving import moved_on
from taizhang.office.casework.services.owning import work_place
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Delta, Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import State

TERM = timedelta(days=365)
MAY_BE_EXEMPTED = frozenset({
    State.OPEN, State.DISPATCHED, State.VERIFYING, State.RETURNED, State.NOT_FIXED, State.REOPENED,
})  # fmt: skip


def propose_exemption(*, actor: Actor, finding_id: str, reason: str, expires_on: date | None = None) -> Exemption:
    """Ask that a finding be let be for a time. Raises NotFound, Forbidden, WrongState, NothingToCorrect, AnotherProposal."""
    if not reason.strip():
        raise NothingToCorrect("reason")
    today = timezone.localdate()
    until = min(expires_on or today + TERM, today + TERM)
    try:
        with transaction.atomic():
            finding = findings_of(actor).select_for_update(of=("self",), no_key=True).filter(pk=finding_id).first()
            if finding is None:
                raise NotFound
            place = work_place(finding)
            if not actor.may("exemption.propose", place):
                raise Forbidden
            if finding.state not in MAY_BE_EXEMPTED or until <= today:
                raise moved_on(finding)
            exemption = Exemption.objects.create(
                division_code=place, finding=finding, reason=reason, value_digest=finding.value_digest,
                before_state=finding.state, expires_on=until, proposed_by_id=actor.user_id,
            )  # fmt: skip
            ledger.record(
                actor, "exemption.proposed", "finding", finding.finding_id, division_code=place,
                reason=reason, expires_on=until.isoformat(),
            )  # fmt: skip
    except IntegrityError:
        raise AnotherProposal("exemption") from None
    return exemption


def decide_exemption(*, actor: Actor, exemption_id: int, approve: bool, reason: str = "") -> None:
    """Approve, or refuse with a reason that whoever asked is told; never one's own.

    Raises NotFound, Forbidden, OwnProposal, WrongState, NothingToCorrect for a refusal without a reason.
    """
    if not approve and not reason.strip():
        raise NothingToCorrect("reason")
    with transaction.atomic():
        exemption = Exemption.objects.select_for_update().filter(pk=exemption_id).first()
        if exemption is None:
            raise NotFound
        if not actor.may("exemption.decide", exemption.division_code):
            raise Forbidden
        if exemption.state != ExemptionState.PROPOSED:
            raise moved_on(exemption.finding)
        if exemption.proposed_by_id == actor.user_id:
            raise OwnProposal
        finding = Finding.objects.select_for_update(no_key=True).get(pk=exemption.finding_id)
        if approve and (finding.state not in MAY_BE_EXEMPTED or finding.value_digest != exemption.value_digest):
            raise moved_on(finding)
        exemption.state = ExemptionState.APPROVED if approve else ExemptionState.REJECTED
        exemption.approved_by_id, exemption.refused_why = actor.user_id, "" if approve else reason
        exemption.save(update_fields=["state", "approved_by", "refused_why"])
        if approve:
            _set_exempted(finding)
        ledger.record(
            actor, "exemption.approved" if approve else "exemption.refused", "finding", finding.finding_id,
            division_code=exemption.division_code, reason=reason,
        )  # fmt: skip


def exempt_explained(actor: Actor, finding: Finding, *, proposer_id: int, reason: str) -> None:
    """An explanation that passed all reviews lets the finding be for a term; inside the reviewer's transaction.

    A proposal that nobody has decided ends with it: a finding has one exemption at a time.
    """
    Exemption.objects.filter(finding=finding, state=ExemptionState.PROPOSED).update(
        state=ExemptionState.ENDED, ended_why="explained"
    )
    Exemption.objects.create(
        division_code=work_place(finding), finding=finding, reason=reason, value_digest=finding.value_digest,
        before_state=State.OPEN, expires_on=timezone.localdate() + TERM, state=ExemptionState.APPROVED,
        proposed_by_id=proposer_id, approved_by_id=actor.user_id,
    )  # fmt: skip
    _set_exempted(finding)


def lapse_expired(*, actor: Actor, today: date) -> int:
    """Open every finding again whose exemption has come to its end; gives how many.

    All of them are held before the first entry is written, in the order of their keys as every other holder does, and
    looked at only then: what a sweep or a colleague decided meanwhile stays.
    """
    with transaction.atomic():
        expired = Exemption.objects.filter(state=ExemptionState.APPROVED, expires_on__lt=today)
        asked = list(expired.values_list("finding_id", flat=True))
        held = list(Finding.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk"))
        left = set(expired.filter(finding__in=held).values_list("finding_id", flat=True))
        lapsed = [one for one in held if one.pk in left and one.state == State.EXEMPTED]
        expired.filter(finding__in=held).update(state=ExemptionState.ENDED, ended_why="expired")
        for finding in lapsed:
            finding.state = _WITHOUT_EXEMPTION.get(finding.delta, State.OPEN)
            finding.save(update_fields=["state"])
            ledger.record(
                actor, "exemption.lapsed", "finding", finding.finding_id, division_code=finding.division_code,
                reason="expired", state=[State.EXEMPTED.value, finding.state.value],
            )  # fmt: skip
    return len(lapsed)


_WITHOUT_EXEMPTION = {
    Delta.OUT_OF_RULE: State.OUT_OF_RULE, Delta.SUPERSEDED: State.MERGED, Delta.SOURCE_LEFT: State.OUT_OF_RULE,
}  # fmt: skip
"""Where a finding stands once nothing exempts it, by what the engine said last; what it told once it tells no more."""


def _set_exempted(finding: Finding) -> None:
    finding.state = State.EXEMPTED
    finding.save(update_fields=["state"])
    Task.objects.filter(finding=finding, ended_at=None).update(ended_at=timezone.now())
