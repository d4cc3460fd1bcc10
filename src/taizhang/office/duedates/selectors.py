"""Questions about due days: the rules are rows, the deliveries are read in the lake, the days are counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from taizhang.intake.county import SourceSpec
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, deliveries_of
from taizhang.intake.delivery.releasing import release_of
from taizhang.office.duedates.due import LONGEST_PERIOD, Arrival, Due, due_days, standings
from taizhang.office.duedates.models import Term
from taizhang.office.errors import NotFound
from taizhang.office.findings.selectors.places import TOWN_DIGITS
from taizhang.office.jobs.calendar import WorkCalendar
from taizhang.office.jobs.models import Schedule
from taizhang.office.jobs.services.planning import next_moment
from taizhang.office.places.models import TOWN_LEVEL, Division

MOST_SWEEPS = 12
"""Planned sweeps that are looked for on one day; a plan of every minute is not worth counting."""


@dataclass(frozen=True)
class DueHere:
    """A due day of a rule: the source's title, the town's name (empty: the whole county)."""

    term: Term
    title: str
    town: str
    due: Due


@dataclass(frozen=True)
class PlannedSweep:
    """A sweep by the plan: the line's name, and when."""

    name: str
    at: datetime


def running_terms() -> QuerySet[Term]:
    """The rules that hold, by source and town."""
    return Term.objects.filter(ends_on=None)


def term_of(term_id: int) -> Term:
    """A rule that holds. Raises NotFound."""
    term = running_terms().filter(pk=term_id).first()
    if term is None:
        raise NotFound
    return term


def towns() -> list[Division]:
    """The towns of the county."""
    return list(Division.objects.filter(level=TOWN_LEVEL))


def source_named(source_id: str) -> SourceSpec | None:
    """A source of the county file; None where it was taken out of it."""
    return next((one for one in settings.INSTALLATION.county.sources if one.id == source_id), None)


class Arrivals:
    """The deliveries of the lake as they stand when they are first asked for; read once for a page or a job."""

    def __init__(self) -> None:
        self._names = {one.code: one.name for one in towns()}
        self._by_source: dict[str, list[DeliveryRef]] = {}

    def of(self, source_id: str, town: str = "") -> list[Arrival]:
        """The deliveries of a source, oldest first; with a town only those that hold rows of it."""
        if source_id not in self._by_source:
            self._by_source[source_id] = deliveries_of(settings.INSTALLATION.county.data, source_id)
        found = self._by_source[source_id]
        return [_arrival(ref) for ref in found if not town or _has_rows_of(ref.folder, town, self._names.get(town))]


@dataclass(frozen=True)
class Looked:
    """What due days are held against: the day, the working days, the deliveries."""

    today: date
    calendar: WorkCalendar = field(default_factory=WorkCalendar.of_county)
    arrivals: Arrivals = field(default_factory=Arrivals)


def _arrival(ref: DeliveryRef) -> Arrival:
    on = timezone.localdate(ref.taken_at)
    return Arrival(ref.source, ref.folder.name, ref.as_of, on, held=ref.held and release_of(ref.folder) is None)


def _has_rows_of(folder: Path, town: str, name: str | None) -> bool:
    codes, names = _towns_in(folder)
    return town[:TOWN_DIGITS] in codes or (name in names)


@lru_cache(maxsize=512)
def _towns_in(folder: Path) -> tuple[frozenset[str], frozenset[str | None]]:
    """Codes (nine digits) and names of the towns that have rows in a delivery, which never changes."""
    delivery = Delivery(folder)
    if "record" not in delivery.tables:
        return frozenset(), frozenset()
    rows = delivery.read("record", ["town_code", "village_code", "town_name"])
    codes = {
        str(code)[:TOWN_DIGITS]
        for column in ("town_code", "village_code")
        for code in rows[column].unique().to_pylist()
        if code
    }
    return frozenset(codes), frozenset(rows["town_name"].drop_null().unique().to_pylist())


def due_between(first: date, last: date, *, looked: Looked, terms: Sequence[Term] = ()) -> list[DueHere]:
    """What is or was due from `first` to `last`, both with, by day, source and town. terms: all where none are given."""
    names = dict(Division.objects.filter(level=TOWN_LEVEL).values_list("code", "name"))
    asked = terms or Term.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), begins_on__lte=last)
    found = [
        DueHere(term, source.title, names.get(term.town, term.town), due)
        for term in asked
        if (source := source_named(term.source)) is not None
        for due in dues_of(term, looked, until=last)
        if first <= due.on <= last
    ]
    return sorted(found, key=lambda one: (one.due.on, one.term.source, one.term.town))


def dues_of(term: Term, looked: Looked, *, until: date) -> list[Due]:
    """Every due day of a rule from its beginning to its end or `until`, and how it stands."""
    days = due_days(term.every, term.day, term.begins_on - LONGEST_PERIOD, until + LONGEST_PERIOD, looked.calendar)
    before = [day for day in days if day < term.begins_on]
    last = min(until, term.ends_on or until)
    counted = [*before[-1:], *(day for day in days if day >= term.begins_on)]
    arrivals = looked.arrivals.of(term.source, term.town)
    stand = standings(counted, arrivals, today=looked.today, calendar=looked.calendar)
    return [due for due in stand if due.on <= last]


def planned_sweeps(first: date, last: date, calendar: WorkCalendar) -> list[PlannedSweep]:
    """The sweeps that the plan will begin from now on, at most twelve a day and line."""
    zone = timezone.get_current_timezone()
    end = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)
    begin = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(seconds=1)
    found = []
    for line in Schedule.objects.filter(kind="sweep.run", enabled=True):
        at, on_day = max(begin, timezone.now()), (first, 0)
        while (at := next_moment(line.cron, at, calendar if line.workdays_only else None)) < end:
            on_day = (at.date(), on_day[1] + 1) if at.date() == on_day[0] else (at.date(), 1)
            if on_day[1] > MOST_SWEEPS:
                at = datetime(at.year, at.month, at.day, 23, 59, 59, tzinfo=zone)
                continue
            found.append(PlannedSweep(line.name, at))
    return sorted(found, key=lambda one: one.at)
