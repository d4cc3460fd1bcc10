"""Which days a rule makes due, and which delivery serves which of them. Pure: no database, no lake, no clock.

A delivery serves one due day at most, and a due day is served by one delivery at most: the day that ends the period in
which the data stand, (previous due day, due day]. Data from the first half of a period serve the period before where
that is still open, as a late delivery does that was drawn a few days after its day. What comes beyond that is shown as a
delivery, and makes nothing due.
"""

import calendar as months
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from taizhang.office.duedates.models import Every
from taizhang.office.jobs.calendar import WorkCalendar

LONGEST_PERIOD = timedelta(days=140)
"""More than a quarter and the longest holiday: within it lies at least one due day of every rule."""


@dataclass(frozen=True)
class Arrival:
    """A delivery of the lake. as_of: day of its data; on: day it was taken in, in the county's time; held: it waits."""

    source: str
    name: str
    as_of: date
    on: date
    held: bool = False


class Standing(StrEnum):
    """How a due day stands. TODAY: due, and no working day has passed since; MISSED: not served before the next was due."""

    COMING = "coming"
    TODAY = "today"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    MISSED = "missed"


@dataclass(frozen=True)
class Due:
    """A due day. arrival: what serves it; late: working days from the day due to the arrival, or to today while it is open."""

    on: date
    standing: Standing
    arrival: Arrival | None = None
    late: int = 0


def due_days(every: str, day: int, first: date, last: date, calendar: WorkCalendar) -> list[date]:
    """The due days of a rule from `first` to `last`, both with, moved off days off, each once."""
    moved = (calendar.add(nominal, 0) for nominal in _nominal(every, day, first - LONGEST_PERIOD, last))
    return sorted({one for one in moved if first <= one <= last})


def _nominal(every: str, day: int, first: date, last: date) -> Iterator[date]:
    if every in (Every.MONTH, Every.QUARTER):
        year, month = first.year, first.month
        while date(year, month, 1) <= last:
            if every == Every.MONTH or month % 3 == 0:
                yield date(year, month, min(day, months.monthrange(year, month)[1]))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return
    for number in range((last - first).days + 1):
        one = first + timedelta(days=number)
        if every == Every.WORKDAY or one.isoweekday() == day:
            yield one


def served(days: Sequence[date], arrivals: Iterable[Arrival]) -> dict[date, Arrival]:
    """Due day → the delivery that serves it. days: ascending, with the due day before the first that counts in front."""
    found: dict[date, Arrival] = {}
    for one in sorted(arrivals, key=lambda arrival: (arrival.on, arrival.as_of, arrival.name)):
        at = bisect_left(days, one.as_of)
        if at == len(days):
            continue
        if at > 0 and days[at - 1] not in found and 2 * (one.as_of - days[at - 1]) < days[at] - days[at - 1]:
            at -= 1
        found.setdefault(days[at], one)
    return found


def standings(days: Sequence[date], arrivals: Iterable[Arrival], *, today: date, calendar: WorkCalendar) -> list[Due]:
    """How every due day but the first of `days` stands; the first only bounds the period of the second."""
    by_day = served(days, arrivals)
    open_since = max((day for day in days if day < today), default=None)
    return [_standing(day, by_day.get(day), today, calendar, is_newest=day == open_since) for day in days[1:]]


def _standing(day: date, arrival: Arrival | None, today: date, calendar: WorkCalendar, *, is_newest: bool) -> Due:
    if arrival is not None:
        late = max(0, calendar.between(day, arrival.on))
        return Due(day, Standing.LATE if late else Standing.ON_TIME, arrival, late)
    late = max(0, calendar.between(day, today))
    if day > today:
        return Due(day, Standing.COMING)
    if is_newest or day == today:
        return Due(day, Standing.OVERDUE if late else Standing.TODAY, late=late)
    return Due(day, Standing.MISSED, late=late)
