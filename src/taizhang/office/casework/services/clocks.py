"""Terms in working days: of dispatch, of review, of hand-back; the county may change each."""

from datetime import date

from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.models import Clock
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.ledger.telling import need_seen

DEFAULTS = {
    "verify": 3,
    "verify_urgent": 2,
    "village": 2,
    "town": 3,
    "county": 3,
    "write_back": 5,
    "answer": 5,
    "recheck": 10,
}
"""operations.md §5; working days."""


def workdays_of(clock: str) -> int:
    """The county's term, or the default."""
    row = Clock.objects.filter(name=clock).first()
    return row.workdays if row else DEFAULTS[clock]


def due(start: date, workdays: int, calendar: WorkCalendar | None = None) -> date:
    """The day on which a term that starts on a day ends."""
    return (calendar or WorkCalendar.of_county()).add(start, workdays)


def set_clock(*, actor: Actor, name: str, workdays: int, why: str, stood: int | None = None) -> Clock:
    """Change a term; it holds for what starts from now on.

    stood: number of the last entry that the page knew of. Raises KeyError for an unknown clock, Stale where somebody else
    changed it since.
    """
    with transaction.atomic():
        before = workdays_of(name)
        row, _ = Clock.objects.update_or_create(name=name, defaults={"workdays": workdays, "why": why})
        need_seen(actor, "clock", name, stood)
        ledger.record(actor, "clock.changed", "clock", name, reason=why, workdays=[before, workdays])
    return row
