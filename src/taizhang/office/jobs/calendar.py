"""Working days: the county's own table first, then the State Council's calendar, then the weekdays.

The published calendar covers past years and the year it was released in; a later year falls back to Monday to Friday
until the county enters its holidays (domain/operations.md §5).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from taizhang.office.jobs.models import DayOff

SATURDAY = 5


@lru_cache(maxsize=20_000)  # asked for every day of years, and slow
def _is_published_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year that is not published yet
        return day.weekday() < SATURDAY


class WorkCalendar:
    """Which days are working days; own: the county's exceptions."""

    def __init__(self, own: Mapping[date, bool]) -> None:
        self._own = own

    @classmethod
    def of_county(cls) -> "WorkCalendar":
        """The calendar with the county's table as it stands."""
        return cls(dict(DayOff.objects.values_list("day", "is_workday")))

    def is_workday(self, day: date) -> bool:
        """Whether people work on a day."""
        if day in self._own:
            return self._own[day]
        return _is_published_workday(day)

    def add(self, start: date, workdays: int) -> date:
        """The day that lies so many working days after `start`; 0 gives the next working day from `start` on."""
        day, left = start, workdays
        while left > 0 or not self.is_workday(day):
            day += timedelta(days=1)
            if self.is_workday(day):
                left -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier."""
        low, high = sorted((start, end))
        count = sum(self.is_workday(low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
        return count if end >= start else -count
