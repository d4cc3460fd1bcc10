"""Reminders at half, four fifths and all of a term, then to the next level above; a line in the inbox, without data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.casework.models import Notice, Task
from taizhang.office.casework.services.exempting import lapse_expired
from taizhang.office.casework.services.routing import CHAIN, candidates
from taizhang.office.jobs.calendar import WorkCalendar

SHARES = (50, 80, 100)
"""Per cent of the term (operations.md §5)."""


def remind(*, actor: Actor, today: date | None = None) -> dict[str, int]:
    """Write today's notices and escalate what is overdue; running it twice on a day writes nothing twice."""
    today = today or timezone.localdate()
    calendar = WorkCalendar.of_county()
    due: dict[tuple[int, int], list[Task]] = defaultdict(list)
    late: dict[int, list[Task]] = defaultdict(list)
    for task in Task.objects.filter(ended_at=None, paused_on=None, assignee__isnull=False):
        reached = reached_share(timezone.localdate(task.dispatched_at), task.due_on, today, calendar)
        if reached:
            due[task.assignee_id, reached].append(task)
        if today > task.due_on:
            for user in _above(task, today, calendar.between(task.due_on, today)):
                late[user].append(task)
    with transaction.atomic():
        written = sum(
            write_terms(user, f"due:{share}", today, (one.due_on for one in tasks))
            for (user, share), tasks in due.items()
        )
        escalated = sum(
            write_terms(user, "overdue", today, (one.due_on for one in tasks)) for user, tasks in late.items()
        )
        ended = lapse_expired(actor=actor, today=today)
        if written or escalated or ended:
            ledger.record(
                actor, "reminders.sent", "county", today.isoformat(), notices=written, escalated=escalated, ended=ended
            )
    return {"notices": written, "escalated": escalated, "exemptions_ended": ended}


def read_notices(*, actor: Actor) -> int:
    """Mark a person's own notices as read."""
    return Notice.objects.filter(user_id=actor.user_id, read_at=None).update(read_at=timezone.now())


def reached_share(begun: date, due_on: date, today: date, calendar: WorkCalendar) -> int:
    """The highest of SHARES that a term has reached; 0 before the first."""
    share = 100 * max(0, calendar.between(begun, today)) // max(1, calendar.between(begun, due_on))
    return max((one for one in SHARES if share >= one), default=0)


def _above(task: Task, today: date, days_late: int) -> list[int]:
    """Whoever stands one level above the holder, and a level more for every five working days."""
    at = CHAIN.index(Role(task.role)) if task.role in CHAIN else 0
    levels = CHAIN[at + 1 : at + 2 + days_late // 5]
    return [user for role in levels for user in candidates(role, task.division_code, today)[:1]]


def write_terms(user: int, kind: str, today: date, due: Iterable[date]) -> int:
    """Tell somebody of the days on which things are due, how many and the first, once a day and kind; 1 where it was told now."""
    days = sorted(due)
    facts = {"count": len(days), "earliest": days[0].isoformat()}
    return write_notice(user, key=f"{kind}:{user}:{today.isoformat()}", kind=kind, facts=facts)


def write_notice(user: int, *, key: str, kind: str, facts: Mapping[str, object]) -> int:
    """Put a line into somebody's inbox, 1; 0 where its key was put there before. facts: never personal data."""
    _, fresh = Notice.objects.get_or_create(key=key, defaults={"user_id": user, "kind": kind, "facts": dict(facts)})
    return int(fresh)
