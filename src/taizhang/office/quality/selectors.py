"""The scoreboard: how right the identities of a place or a source are, how fast findings close, how many come back.

All figures are counted in the open scope: from the newest imported sweep, and from what people did since.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.timezone import localtime

from taizhang.office.access.areas import area_of_division, within
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.models import Task
from taizhang.office.findings.catalogue import source_title
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.listing import WRONG_IDENTITY
from taizhang.office.findings.selectors.places import digits_below, division_below, names_of
from taizhang.office.findings.states import GONE, OPEN_STATES
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.people.models import Person

IDENTITY_GOAL = 0.98
"""Below it the leaders of a town are asked why (domain/operations.md §6: 识别准确度 < 98 %)."""

_PROVEN = Q(state__in=GONE)
_OPEN = Q(state__in=OPEN_STATES)
_WRONG = _OPEN & WRONG_IDENTITY


@dataclass(frozen=True)
class Line:
    """One place or source.

    key: a division code or a source's id. persons: present in the newest sweep; None for a source, whose persons the
    office does not count apart. wrong: persons with an open error or warning about their number or name. workdays: the
    median from dispatch to proof, None while nothing was proven. proven: findings proven gone; returned: open ones that
    had been gone before. tasks, overdue: open tasks, and those past their day. is_unplaced: what lies in the division
    above and in none of those that are compared.
    """

    key: str
    name: str
    persons: int | None
    wrong: int
    open: int
    workdays: float | None
    proven: int
    returned: int
    tasks: int
    overdue: int
    is_unplaced: bool = False

    @property
    def right(self) -> float | None:
        """The share of persons with nothing wrong about number or name; None where nobody is counted."""
        return None if not self.persons else max(0.0, 1 - self.wrong / self.persons)

    @property
    def misses_goal(self) -> bool:
        """Whether that share lies below the goal; rows that no town or village answers for are not judged."""
        return not self.is_unplaced and self.right is not None and self.right < IDENTITY_GOAL

    @property
    def returned_share(self) -> float | None:
        """The share that came back of the findings once gone; None where none ever was."""
        gone = self.proven + self.returned
        return None if not gone else self.returned / gone


def scores_by_place(today: date) -> list[Line]:
    """Towns of the scope, or villages where it holds no more than towns; the least right first, the unplaced last."""
    digits = digits_below()
    below = division_below(digits)
    own = within("division_code", current_areas())  # a finding of two towns counts where it belongs
    persons = dict(Person.objects.filter(is_current=True).annotate(key=below).values_list("key").annotate(Count("pk")))
    findings = _counted(Finding.objects.filter(own).annotate(key=below))
    tasks, workdays = _tasks(Task.objects.annotate(key=below), today)
    keys = sorted(persons.keys() | findings.keys())
    names = names_of(keys)
    lines = [
        _line(
            key,
            names.get(key, key),
            persons.get(key, 0),
            findings.get(key),
            tasks.get(key),
            workdays.get(key),
            is_unplaced=len(area_of_division(key).prefix) < digits,
        )
        for key in keys
    ]
    return sorted(lines, key=lambda one: (one.is_unplaced, 1.0 if one.right is None else one.right, one.key))


def scores_by_source(today: date) -> list[Line]:
    """The ledgers of the county as far as the scope goes; the most open findings first."""
    own = within("division_code", current_areas())
    findings = _counted(Finding.objects.filter(own).exclude(source="").annotate(key=F("source")))
    tasks, workdays = _tasks(Task.objects.exclude(finding__source="").annotate(key=F("finding__source")), today)
    lines = [
        _line(key, source_title(key), None, found, tasks.get(key), workdays.get(key)) for key, found in findings.items()
    ]
    return sorted(lines, key=lambda one: (-one.open, one.key))


def _counted(findings: QuerySet[Any]) -> dict[str, dict[str, int]]:
    rows = findings.values("key").annotate(
        wrong=Count("subject_person", filter=_WRONG, distinct=True),
        open=Count("pk", filter=_OPEN),
        proven=Count("pk", filter=_PROVEN),
        returned=Count("pk", filter=_OPEN & Q(reopened_count__gt=0)),
    )
    return {row.pop("key"): row for row in rows}


def _tasks(tasks: QuerySet[Any], today: date) -> tuple[dict[str, tuple[int, int]], dict[str, float]]:
    """By key: open and overdue tasks; and the median of working days from dispatch to proof."""
    rows = tasks.filter(ended_at=None).values("key")
    open_now = rows.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today, paused_on=None)))
    calendar, days = WorkCalendar.of_county(), defaultdict[str, list[int]](list)
    ended = tasks.filter(ended_at__isnull=False, finding__state__in=GONE)
    for key, start, end in ended.values_list("key", "dispatched_at", "ended_at"):
        days[key].append(calendar.between(localtime(start).date(), localtime(end).date()))
    return {row["key"]: (row["n"], row["late"]) for row in open_now}, {key: median(of) for key, of in days.items()}


def _line(
    key: str, name: str, persons: int | None, found: dict[str, int] | None, tasks: Sequence[int] | None, workdays: float | None,
    *, is_unplaced: bool = False,
) -> Line:  # fmt: skip
    counts = found or {"wrong": 0, "open": 0, "proven": 0, "returned": 0}
    open_tasks, overdue = tasks or (0, 0)
    return Line(
        key=key,
        name=name,
        persons=persons,
        workdays=workdays,
        tasks=open_tasks,
        overdue=overdue,
        is_unplaced=is_unplaced,
        **counts,
    )
