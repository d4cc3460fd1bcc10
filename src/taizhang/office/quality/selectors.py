"""The scoreboard: how right the identities of a place or a source are, how fast findings close, how many come back.

All figures are counted in the open scope: from the newest imported sweep, and from what people did since. What a figure
counts, the list that it opens counts too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.utils.timezone import localtime

from taizhang.office.access.areas import CODE_LENGTH, area_of_division, covered, within
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.models import Task
from taizhang.office.findings.catalogue import source_title
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.listing import WRONG_IDENTITY, is_held, is_late, is_worked
from taizhang.office.findings.selectors.places import (
    VILLAGE_DIGITS,
    digits_below,
    division_below,
    is_above,
    names_of,
)
from taizhang.office.findings.states import GONE, OPEN_STATES
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.people.models import Person
from taizhang.office.rechecks.models import Recheck
from taizhang.office.rechecks.selectors import Tally, tallies

_PROVEN = Q(state__in=GONE)
_OPEN = Q(state__in=OPEN_STATES)
_WRONG = _OPEN & WRONG_IDENTITY


@dataclass(frozen=True)
class Line:
    """One place or source, or all of them together.

    key: a division code or a source's id. persons: present in the newest sweep; None for a source, whose persons the
    office does not count apart. wrong: persons with an open error or warning about their number or name, of whom
    wrong_findings tell. workdays: the median from dispatch to proof of `worked` findings, None while nothing was proven.
    proven: findings proven gone; returned: open ones that had been gone before. held, overdue: findings with an open
    task, and those of them past their day. rechecks: of closed findings. is_unplaced: what lies in the division above
    and in none of those that are compared. is_total: all lines together.
    """

    key: str
    name: str
    persons: int | None = None
    wrong: int = 0
    wrong_findings: int = 0
    open: int = 0
    workdays: float | None = None
    worked: int = 0
    proven: int = 0
    returned: int = 0
    held: int = 0
    overdue: int = 0
    rechecks: Tally = field(default_factory=Tally)
    is_unplaced: bool = False
    is_total: bool = False

    @property
    def right(self) -> float | None:
        """The share of persons with nothing wrong about number or name; None where nobody is counted."""
        return None if not self.persons else max(0.0, 1 - self.wrong / self.persons)

    @property
    def returned_share(self) -> float | None:
        """The share that came back of the findings once gone; None where none ever was."""
        gone = self.proven + self.returned
        return None if not gone else self.returned / gone

    @property
    def overdue_share(self) -> float | None:
        """The share past their day of the findings in somebody's hands; None where none is."""
        return None if not self.held else self.overdue / self.held


@dataclass(frozen=True)
class Board:
    """Lines, the least right first, and all of them together; None without any line."""

    lines: list[Line]
    total: Line | None


def board_of_places(today: date, place: str = "") -> Board:
    """Towns of the scope, or villages where it, or the place asked for, is no more than towns; the unplaced last."""
    areas = (area_of_division(place),) if place and covered(place, current_areas()) else current_areas()
    digits = VILLAGE_DIGITS if place and len(area_of_division(place).prefix) > len("610723") else digits_below()
    below, own = (
        division_below(digits),
        within("division_code", areas),
    )  # a finding of two towns counts where it belongs
    persons = _persons(own, digits)
    findings = _counted(Finding.objects.filter(own).annotate(key=below), today)
    days = _workdays(Task.objects.filter(within("finding__division_code", areas)).annotate(key=below))
    drawn = Recheck.objects.filter(within("division_code", areas))
    looked = tallies("key", drawn.annotate(key=division_below(digits)))
    keys = sorted(persons.keys() | findings.keys())
    names = names_of(keys)
    lines = [
        _line(
            Line(key, names.get(key, key), persons.get(key, 0), is_unplaced=is_above(key, digits)),
            findings.get(key), days.get(key), looked.get(key),
        )
        for key in keys
    ]  # fmt: skip
    ordered = sorted(lines, key=lambda one: (one.is_unplaced, 1.0 if one.right is None else one.right, one.key))
    return Board(ordered, _total(lines, days, tallies("all", drawn.annotate(all=Value(""))).get("", Tally())))


def board_of_sources(today: date) -> Board:
    """The ledgers of the county as far as the scope goes; the most open findings first."""
    own = within("division_code", current_areas())
    findings = _counted(Finding.objects.filter(own).exclude(source="").annotate(key=F("source")), today)
    ended = Task.objects.filter(within("finding__division_code", current_areas())).exclude(finding__source="")
    days = _workdays(ended.annotate(key=F("finding__source")))
    looked = tallies("source")
    lines = [
        _line(Line(key, source_title(key)), found, days.get(key), looked.get(key)) for key, found in findings.items()
    ]
    return Board(sorted(lines, key=lambda one: (-one.open, one.key)), None)


def _persons(own: Q, digits: int) -> Counter[str]:
    """Persons of the newest sweep by division of so many digits, counted by their own: so an index answers alone, in its order."""
    rows = Person.objects.filter(own, is_current=True).values_list("division_code").annotate(n=Count("*")).order_by()
    found = Counter[str]()
    for code, n in rows:
        found[code[:digits].ljust(CODE_LENGTH, "0")] += n
    return found


def _counted(findings: QuerySet[Any], today: date) -> dict[str, dict[str, Any]]:
    rows = findings.values("key").order_by().annotate(
        wrong=Count("subject_person", filter=_WRONG, distinct=True), wrong_findings=Count("pk", filter=_WRONG),
        open=Count("pk", filter=_OPEN), proven=Count("pk", filter=_PROVEN),
        returned=Count("pk", filter=_OPEN & Q(reopened_count__gt=0)), held=Count("pk", filter=is_held()),
        overdue=Count("pk", filter=is_late(today)), worked=Count("pk", filter=is_worked()),
    )  # fmt: skip
    return {row.pop("key"): row for row in rows}


def _workdays(tasks: QuerySet[Any]) -> dict[str, list[int]]:
    """By key: working days from dispatch to proof, of the last task of every finding proven gone."""
    calendar, days = WorkCalendar.of_county(), defaultdict[str, list[int]](list)
    last: dict[str, tuple[str, Any, Any]] = {}
    ended = tasks.filter(ended_at__isnull=False, finding__state__in=GONE).order_by("pk")
    for key, finding, start, end in ended.values_list("key", "finding_id", "dispatched_at", "ended_at"):
        last[finding] = (key, start, end)
    for key, start, end in last.values():
        days[key].append(calendar.between(localtime(start).date(), localtime(end).date()))
    return days


def _line(line: Line, found: dict[str, Any] | None, days: list[int] | None, looked: Tally | None) -> Line:
    return replace(line, workdays=median(days) if days else None, rechecks=looked or Tally(), **found or {})


def _total(lines: Iterable[Line], days: dict[str, list[int]], looked: Tally) -> Line | None:
    lines = list(lines)
    if not lines:
        return None
    sums: dict[str, Any] = {
        name: sum(getattr(one, name) or 0 for one in lines)
        for name in ("persons", "wrong", "wrong_findings", "open", "worked", "proven", "returned", "held", "overdue")
    }
    together = [day for of in days.values() for day in of]
    return Line(
        "".ljust(CODE_LENGTH, "0"), "", workdays=median(together) if together else None, is_total=True, rechecks=looked, **sums,
    )  # fmt: skip
