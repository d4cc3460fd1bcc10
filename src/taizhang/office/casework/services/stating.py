"""The other side of a finding of two places: its statement, and moving the finding from one side to another."""

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import NothingToCorrect, StatementMissing, WrongState
from taizhang.office.casework.models import OwnerReason, Side, Statement, Task, TaskKind
from taizhang.office.casework.services.dispatching import hand_out
from taizhang.office.casework.services.moving import HELD, moved_on
from taizhang.office.casework.services.owning import asked_sides, stating_places
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import ENDED, State
from taizhang.office.jobs.calendar import WorkCalendar

DECIDED = ENDED | {State.OPEN, State.COUNTY_OK, State.WRITTEN_BACK}
"""States in which a statement changes nothing: not dispatched yet, or the county has decided."""
LONGEST = 500


def state_side(*, actor: Actor, finding_id: str, division_code: str, text: str, seen: int | None = None) -> Statement:
    """Say what a side knows of its own rows; said again for the same side, it replaces what was said.

    seen: id of the side's statement that stood on the page, 0 for none; another one meanwhile must be read first.
    Raises NotFound, Forbidden where that is no side the actor may speak for, WrongState, NothingToCorrect.
    """
    if not text.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        finding = _locked(actor, finding_id)
        if finding.state in DECIDED or not Side.objects.filter(finding=finding).exists():
            raise moved_on(finding)
        if division_code not in stating_places(actor, finding):
            raise Forbidden
        now = timezone.now()
        stands = Statement.objects.filter(finding=finding, division_code=division_code, withdrawn_at=None)
        if seen is not None and seen != (stands.values_list("pk", flat=True).first() or 0):
            raise moved_on(finding)
        stands.update(withdrawn_at=now)
        said = Statement.objects.create(
            finding=finding, division_code=division_code, text=text.strip()[:LONGEST], by_id=actor.user_id
        )
        Task.objects.filter(
            finding=finding, division_code=division_code, kind=TaskKind.STATEMENT, ended_at=None
        ).update(ended_at=now)
        ledger.record(
            actor,
            "finding.stated",
            "finding",
            finding.finding_id,
            division_code=division_code,
            reason=text.strip()[:LONGEST],
        )
    return said


def transfer_finding(
    *, actor: Actor, finding_id: str, division_code: str, reason: str, seen: int | None = None
) -> None:
    """Give a finding of two places to another of its sides; the side that had it is asked for a statement.

    seen: id of the owning side that stood on the page. Raises NotFound for a place that is no side of it, Forbidden, WrongState once something was found out or
    somebody else gave it away meanwhile, NothingToCorrect without a reason.
    """
    if not reason.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        finding = _locked(actor, finding_id)
        new = Side.objects.filter(finding=finding, division_code=division_code).first()
        old = Side.objects.filter(finding=finding, is_owner=True).first()
        if old is None:
            raise WrongState(state=str(finding.state))
        if new is None:
            raise NotFound
        if not actor.may("finding.dispatch", old.division_code) or not actor.may("finding.dispatch", new.division_code):
            raise Forbidden
        if finding.state not in HELD or new.pk == old.pk or seen not in (None, old.pk):
            raise moved_on(finding)
        Side.objects.filter(pk=old.pk).update(is_owner=False, why="")
        Side.objects.filter(pk=new.pk).update(is_owner=True, why=OwnerReason.TRANSFERRED)
        sides = {side.division_code for side in (new, old)}
        Task.objects.filter(finding=finding, division_code__in=sides, ended_at=None).update(ended_at=timezone.now())
        hand_out(actor, finding, division_code, WorkCalendar.of_county())
        finding.state = State.DISPATCHED
        finding.save(update_fields=["state"])
        ledger.record(
            actor, "finding.transferred", "finding", finding.finding_id, division_code=division_code, reason=reason,
            owner=[old.division_code, new.division_code],
        )  # fmt: skip


def need_statements(finding: Finding) -> None:
    """Raises StatementMissing while a side that is asked has said nothing; before the county decides."""
    asked = {side.division_code for side in asked_sides(finding)}
    said = Statement._base_manager.filter(finding=finding, withdrawn_at=None)  # noqa: SLF001 - documented API
    missing = asked - set(said.values_list("division_code", flat=True))
    if missing:
        raise StatementMissing(missing=len(missing))


def _locked(actor: Actor, finding_id: str) -> Finding:
    finding: Finding | None = (
        findings_of(actor).select_for_update(of=("self",), no_key=True).filter(pk=finding_id).first()
    )
    if finding is None:
        raise NotFound
    return finding
