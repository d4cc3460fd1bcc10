"""Dispatch: findings become tasks; and tasks change hands when a cadre leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.errors import WrongState
from taizhang.office.casework.models import Statement, Task, TaskKind
from taizhang.office.casework.services.clocks import due, workdays_of
from taizhang.office.casework.services.moving import locked, move_finding
from taizhang.office.casework.services.owning import asked_sides, set_sides, work_places
from taizhang.office.casework.services.routing import route
from taizhang.office.casework.transitions import MOVES
from taizhang.office.errors import Forbidden
from taizhang.office.findings.models import Finding
from taizhang.office.jobs.calendar import WorkCalendar


@dataclass(frozen=True)
class Dispatched:
    """How a bulk dispatch went: tasks made, findings that found nobody."""

    tasks: int
    without_holder: int


def dispatch_findings(*, actor: Actor, finding_ids: Sequence[str], assignee_id: int | None = None) -> Dispatched:
    """Make a task of every finding, all or none, and ask every other side of those of several places for its statement.

    assignee_id: to this person instead of by routing.

    Raises NotFound when any is outside the scope, Forbidden, WrongState.
    """
    move = MOVES["dispatch"]
    tasks = without = 0
    with transaction.atomic():
        calendar = WorkCalendar.of_county()
        findings = [locked(actor, finding_id, move) for finding_id in sorted(set(finding_ids))]
        set_sides(findings)
        places = work_places(findings)
        now = timezone.now()
        for finding in findings:
            Task.objects.filter(finding=finding, ended_at=None).update(ended_at=now)
            Statement.objects.filter(finding=finding, withdrawn_at=None).update(withdrawn_at=now)
            task = hand_out(actor, finding, places[finding.pk], calendar, assignee_id)
            tasks, without = tasks + 1, without + (task.assignee_id is None)
            move_finding(actor, finding, move, assignee=task.assignee_id, due_on=task.due_on.isoformat())
    return Dispatched(tasks, without)


def hand_out(
    actor: Actor, finding: Finding, place: str, calendar: WorkCalendar, assignee_id: int | None = None
) -> Task:
    """Make the task of whoever verifies a finding in its place, and one for a statement of every side that has to say something.

    Raises Forbidden where the chosen person may not verify there.
    """
    if assignee_id is None:
        role, assignee_id = route(finding, place)
    else:
        role = _role_of(assignee_id, place)
    workdays = finding.deadline_workdays or workdays_of("verify")
    task = _task(
        actor, finding, place, TaskKind.VERIFY, (role, assignee_id), due(timezone.localdate(), workdays, calendar)
    )
    asked = {side.division_code for side in asked_sides(finding)}
    asked -= set(Statement.objects.filter(finding=finding, withdrawn_at=None).values_list("division_code", flat=True))
    asked -= set(Task.objects.filter(finding=finding, ended_at=None).values_list("division_code", flat=True))
    until = due(timezone.localdate(), workdays_of("answer"), calendar)
    for code in sorted(asked):
        _task(actor, finding, code, TaskKind.STATEMENT, route(finding, code), until)
    return task


def _task(
    actor: Actor, finding: Finding, place: str, kind: TaskKind, holder: tuple[Role, int | None], due_on: date
) -> Task:
    role, assignee_id = holder
    task: Task = Task.objects.create(
        division_code=place, finding=finding, kind=kind, assignee_id=assignee_id, role=role,
        dispatched_by_id=actor.user_id, dispatched_at=timezone.now(), due_on=due_on,
    )  # fmt: skip
    return task


def _role_of(assignee_id: int, place: str) -> Role:
    user = User.objects.filter(pk=assignee_id, is_active=True).first()
    holder = actor_for(user) if user else None
    if holder is None or not holder.may("finding.verify", place):
        raise Forbidden("assignee")
    return next(grant.role for grant in holder.grants if grant.area.covers(place))


def reassign_tasks(*, actor: Actor, from_user_id: int, to_user_id: int | None, reason: str) -> int:
    """Give all open tasks of a person in the scope to another, or route them anew; gives how many changed hands.

    Raises Forbidden where the new holder may not verify there.
    """
    with transaction.atomic():
        tasks = list(
            # The tasks alone: whoever moves a finding holds it first and its task after.
            Task.objects.select_for_update(of=("self",))
            .filter(assignee_id=from_user_id, ended_at=None)
            .select_related("finding")
            .order_by("pk")
        )
        for task in tasks:
            if not actor.may("task.reassign", task.division_code):
                raise Forbidden
            if to_user_id is None:
                task.role, task.assignee_id = route(task.finding, task.division_code, exclude=from_user_id)
            else:
                task.role, task.assignee_id = _role_of(to_user_id, task.division_code), to_user_id
            task.save(update_fields=["role", "assignee_id"])
        if tasks:
            ledger.record(
                actor, "task.reassigned", "user", from_user_id, reason=reason, to=to_user_id, count=len(tasks),
                tasks=[task.pk for task in tasks][:500],
            )  # fmt: skip
    return len(tasks)


def reject_hit(*, actor: Actor, finding_id: str, reason: str, stood: int | None = None) -> None:
    """Say that the rule is wrong, not the ledger; it counts against the rule. stood, and what it raises: as `locked` has it."""
    move = MOVES["reject_hit"]
    if not reason:
        raise WrongState("reason")
    with transaction.atomic():
        move_finding(actor, locked(actor, finding_id, move, stood), move, reason=reason)
