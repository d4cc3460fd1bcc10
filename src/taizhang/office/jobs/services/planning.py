"""The plan: which moment is next, and queueing what is due."""

from datetime import datetime, timedelta
from typing import Any

from croniter import croniter
from django.db import IntegrityError, transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.jobs.errors import NotCron, PlanNameTaken
from taizhang.office.jobs.models import PLANNED, DayOff, Schedule
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.telling import need_seen

LONGEST_HOLIDAY = 40


def next_moment(cron: str, after: datetime, calendar: WorkCalendar | None) -> datetime:
    """The first moment of a cron text after a time, in the county's zone; on working days only with a calendar.

    Raises NotCron.
    """
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        raise NotCron("cron")
    local = timezone.localtime(after)
    moment: datetime = croniter(cron, local).get_next(datetime)
    for _ in range(LONGEST_HOLIDAY):
        if calendar is None or calendar.is_workday(moment.date()):
            return moment
        moment += timedelta(days=1)
    return moment


def tick(now: datetime | None = None) -> int:
    """Queue everything that is due, each moment once, however many processes tick; gives how many were queued."""
    now = now or timezone.now()
    calendar = WorkCalendar.of_county()
    queued = 0
    for schedule in Schedule.objects.filter(enabled=True, next_at__lte=now):
        seen = schedule.next_at
        coming = next_moment(schedule.cron, now, calendar if schedule.workdays_only else None)
        with transaction.atomic():
            moved = Schedule.objects.filter(pk=schedule.pk, next_at=seen, enabled=True).update(
                next_at=coming, last_at=now
            )
            if moved:
                key = f"{PLANNED}{schedule.pk}:{seen.isoformat()}"
                enqueue(schedule.kind, key=key)
                queued += 1
    return queued


def save_schedule(
    *,
    actor: Actor,
    name: str,
    kind: str,
    cron: str,
    workdays_only: bool,
    enabled: bool,
    schedule_id: int | None = None,
    stood: int | None = None,
) -> Schedule:
    """Write a line of the plan, new or changed.

    stood: number of the last entry that the page knew of. Raises NotCron, NotFound, PlanNameTaken, Stale where somebody else
    changed the line since.
    """
    coming = next_moment(cron, timezone.now(), WorkCalendar.of_county() if workdays_only else None)
    values = {
        "name": name, "kind": kind, "cron": cron, "workdays_only": workdays_only, "enabled": enabled, "next_at": coming,
    }  # fmt: skip
    with transaction.atomic():
        try:
            with transaction.atomic():
                schedule = _written(schedule_id, values)
        except IntegrityError:
            raise PlanNameTaken("name") from None
        need_seen(actor, "schedule", schedule.pk, stood)
        ledger.record(actor, "schedule.saved", "schedule", schedule.pk, name=name, cron=cron, enabled=enabled)
    return schedule


def _written(schedule_id: int | None, values: dict[str, Any]) -> Schedule:
    if schedule_id is None:
        return Schedule.objects.create(**values)
    if not Schedule.objects.filter(pk=schedule_id).update(**values):
        raise NotFound
    return Schedule.objects.get(pk=schedule_id)


def plan_once(*, actor: Actor, name: str, kind: str, cron: str) -> None:
    """Put a kind of work that every office needs into the plan, where no line of the plan does it yet."""
    if not Schedule.objects.filter(kind=kind).exists():
        save_schedule(actor=actor, name=name, kind=kind, cron=cron, workdays_only=False, enabled=True)


def set_day(*, actor: Actor, day: Any, is_workday: bool, note: str, stood: int | None = None) -> DayOff:
    """Say that a day is a working day or a day off, against the published calendar. stood, and Stale: as of `save_schedule`."""
    with transaction.atomic():
        row, _ = DayOff.objects.update_or_create(day=day, defaults={"is_workday": is_workday, "note": note})
        need_seen(actor, "day", row.day.isoformat(), stood)
        ledger.record(actor, "calendar.changed", "day", row.day.isoformat(), is_workday=is_workday)
    return row
