"""Moving a finding along the table: the lock, the permission, the state it is expected in, the ledger."""

from typing import Any

from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import WrongState
from taizhang.office.casework.models import Task, TaskKind
from taizhang.office.casework.services.owning import own_places, work_place
from taizhang.office.casework.transitions import Move
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import ENDED, State
from taizhang.office.ledger.selectors import last_change_of
from taizhang.office.ledger.telling import done_last, need_seen

HELD = frozenset({State.DISPATCHED, State.VERIFYING, State.NEED_INFO, State.RETURNED})
"""States in which a task is in somebody's hands."""


def locked(actor: Actor, finding_id: str, move: Move, stood: int | None = None) -> Finding:
    """The finding, locked, if the actor sees it and may make the move in its division and it stands where the move begins.

    stood: number of the last change that the page told of; None asks nothing. Raises NotFound outside the scope, Forbidden,
    WrongState, and Stale where it stands there again after others' steps that the page did not tell of.
    """
    finding: Finding | None = (
        findings_of(actor).select_for_update(of=("self",), no_key=True).filter(pk=finding_id).first()
    )
    if finding is None:
        raise NotFound
    if not _may(actor, move, finding):
        raise Forbidden
    if finding.state not in move.sources:
        raise moved_on(finding)
    need_seen(actor, "finding", finding_id, stood, state=str(finding.state))
    return finding


def last_step(finding: Finding) -> int:
    """Number of the last change of a finding, for its page to say what whoever looks at it knows of; 0 for none."""
    last = last_change_of("finding", finding.finding_id)
    return last.seq if last is not None else 0


def moved_on(finding: Finding) -> WrongState:
    """The error of a step that no longer fits, with what was decided last, by whom and when."""
    error = WrongState(state=str(finding.state))
    error.happened = " · ".join(
        filter(None, (str(State(finding.state).label), done_last("finding", finding.finding_id)))
    )
    return error


def _may(actor: Actor, move: Move, finding: Finding) -> bool:
    """Whether a move is theirs: where the finding is worked on; a question is answered by any of its sides."""
    if move.name == "answer":
        return bool(own_places(actor, finding, move.permission))
    return actor.may(move.permission, work_place(finding))


def move_finding(actor: Actor, finding: Finding, move: Move, *, reason: str = "", **facts: Any) -> None:
    """Put a locked finding into the move's target and write the ledger; the task ends when it leaves its holder's hands, a statement's when the finding ends."""
    before = finding.state
    finding.state = move.target
    finding.save(update_fields=["state"])
    if before in HELD and move.target not in HELD:
        held = Task.objects.filter(finding=finding, ended_at=None)
        (held if move.target in ENDED else held.filter(kind=TaskKind.VERIFY)).update(ended_at=timezone.now())
    ledger.record(
        actor, move.verb, "finding", finding.finding_id,
        division_code=work_place(finding) or finding.division_code, reason=reason,
        state=[str(before), str(move.target)], **facts,
    )  # fmt: skip
