"""Open rechecks by the calendar: reminders, what is overdue goes up, and those of people who left go to others."""

from collections import Counter, defaultdict
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.casework.services.reminding import reached_share, write_terms
from taizhang.office.casework.services.routing import candidates
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.selectors import OPEN
from taizhang.office.rechecks.services import LOOKERS, looker, verifiers_of

HIGHER_AFTER = 5
"""Working days after which what is overdue goes to the county as well."""


def remind_rechecks(*, actor: Actor, today: date | None = None) -> dict[str, int]:
    """Hand over, remind, escalate; running it twice on a day does nothing twice. Gives counts of each."""
    today = today or timezone.localdate()
    calendar = WorkCalendar.of_county()
    with transaction.atomic():
        moved = _hand_over(actor, today)
        due: dict[tuple[int, int], list[Recheck]] = defaultdict(list)
        late: dict[int, list[Recheck]] = defaultdict(list)
        for one in _open().select_related("round"):
            reached = reached_share(timezone.localdate(one.round.drawn_at), one.due_on, today, calendar)
            if reached and one.assignee_id is not None:
                due[one.assignee_id, reached].append(one)
            for user in _above(one, today, calendar):
                late[user].append(one)
        written = sum(
            write_terms(user, f"recheck:{share}", today, (one.due_on for one in rows))
            for (user, share), rows in due.items()
        )
        escalated = sum(
            write_terms(user, "recheck:overdue", today, (one.due_on for one in rows)) for user, rows in late.items()
        )
        if written or escalated:
            ledger.record(actor, "reminders.sent", "recheck", today.isoformat(), notices=written, escalated=escalated)
    return {"recheck_notices": written, "rechecks_escalated": escalated, "rechecks_moved": moved}


def _open() -> QuerySet[Recheck]:
    return Recheck.objects.filter(OPEN)


def _hand_over(actor: Actor, today: date) -> int:
    """Rechecks whose holder no longer has a role there, or that had none, go to somebody who did not verify the finding."""
    load: Counter[int] = Counter(_open().filter(assignee__isnull=False).values_list("assignee_id", flat=True))
    people: dict[tuple[Role, str], list[int]] = {}
    moved = []
    for one in _open().select_for_update(of=("self",)).order_by("pk"):
        holders = {user for role in LOOKERS for user in candidates(role, one.division_code, today)}
        if one.assignee_id in holders:
            continue
        to = looker(one.division_code, {*verifiers_of([one.finding_id])[one.finding_id]}, load, people)
        if to == one.assignee_id:
            continue
        one.assignee_id = to
        one.save(update_fields=["assignee"])
        moved.append(one.pk)
        if to is not None:
            load[to] += 1
    if moved:
        ledger.record(actor, "recheck.reassigned", "recheck", today.isoformat(), count=len(moved), tasks=moved[:500])
    return len(moved)


def _above(one: Recheck, today: date, calendar: WorkCalendar) -> list[int]:
    if today <= one.due_on:
        return []
    roles = [Role.TOWN_DATA_LEAD, Role.CENTRE_OPERATOR]
    wanted = roles if calendar.between(one.due_on, today) > HIGHER_AFTER else roles[:1]
    found = [candidates(role, one.division_code, today) for role in wanted]
    first = [user for users in found for user in users[:1] if user != one.assignee_id]
    return first or candidates(Role.CENTRE_OPERATOR, one.division_code, today)[:1]
