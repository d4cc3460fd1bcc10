"""The month and the rules as values for the page."""

import calendar as months
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.duedates.due import LONGEST_PERIOD, Due, Standing
from taizhang.office.duedates.models import Every, Term
from taizhang.office.duedates.selectors import DueHere, Looked, PlannedSweep, dues_of, source_named, towns
from taizhang.office.jobs.calendar import SATURDAY
from taizhang.office.parts.model import Cell, Column, Figure, Option, Row, Table, Text, Tone
from taizhang.office.parts.punctuation import bracketed

NAMES: dict[Standing, Promise | str] = {
    Standing.COMING: gettext_lazy("待报送"), Standing.TODAY: gettext_lazy("今日到期"), Standing.ON_TIME: gettext_lazy("按时报送"),
    Standing.LATE: gettext_lazy("迟报"), Standing.OVERDUE: gettext_lazy("逾期未报"), Standing.MISSED: gettext_lazy("缺报"),
}  # fmt: skip
TONES: dict[Standing, Tone] = {
    Standing.COMING: "neutral", Standing.TODAY: "warning", Standing.ON_TIME: "success", Standing.LATE: "warning",
    Standing.OVERDUE: "danger", Standing.MISSED: "danger",
}  # fmt: skip
MOST_SWEEPS_SHOWN = 2


@dataclass(frozen=True)
class Entry:
    """A line of a day: a pill, words, and the page it opens."""

    text: Text
    tone: Tone
    standing: Text
    note: Text = ""
    url: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the month's page. rest: the word for a day off, or for a weekend day on which people work, else empty."""

    on: date
    label: str
    in_month: bool
    is_today: bool
    is_workday: bool
    rest: Text
    entries: Sequence[Entry]
    url: str


@dataclass(frozen=True)
class TermLine:
    """A rule: what, how often, since when, and its newest and its next due day."""

    term: Term
    title: str
    town: Text
    rhythm: str
    newest: Entry | None
    coming: date | None


def days_shown(month: date) -> list[date]:
    """The days of a month's page: whole weeks from Monday."""
    return [day for week in months.Calendar().monthdatescalendar(month.year, month.month) for day in week]


def weekdays() -> list[tuple[str, str]]:
    """Short and long names of the days, from Monday."""
    return [(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in range(7)]


def weeks(
    days: Sequence[date], month: date, looked: Looked, due: Iterable[DueHere],
    sweeps: Iterable[PlannedSweep], *, may_edit: bool,
) -> list[list[Day]]:  # fmt: skip
    """The month's page, a list a week."""
    entries: dict[date, list[Entry]] = {day: [] for day in days}
    for one in due:
        entries[one.due.on].append(due_entry(one))
    planned: dict[date, list[PlannedSweep]] = {}
    for sweep in sweeps:
        planned.setdefault(localtime(sweep.at).date(), []).append(sweep)
    for day, listed in planned.items():
        entries[day] += _sweep_entries(listed)
    made = [_day(day, month, looked, entries[day], may_edit=may_edit) for day in days]
    return [made[at : at + 7] for at in range(0, len(made), 7)]


def _sweep_entries(listed: Sequence[PlannedSweep]) -> list[Entry]:
    word = _("排查")
    if len(listed) > MOST_SWEEPS_SHOWN:
        return [Entry(_("按计划排查"), "info", word, _("%(count)s 次") % {"count": len(listed)}, reverse("schedules"))]
    return [Entry(one.name, "info", word, localtime(one.at).strftime("%H:%M"), reverse("schedules")) for one in listed]


def _day(day: date, month: date, looked: Looked, entries: Sequence[Entry], *, may_edit: bool) -> Day:
    works = looked.calendar.is_workday(day)
    is_weekend = day.weekday() >= SATURDAY
    rest = _("班") if works and is_weekend else _("休") if not works else ""
    address = f"{reverse('calendar')}?day={day.isoformat()}" if may_edit else ""
    return Day(
        day,
        date_format(day, "DATE_FORMAT"),
        day.month == month.month,
        day == looked.today,
        works,
        rest,
        entries,
        address,
    )


def due_entry(one: DueHere) -> Entry:
    """A due day in words, with the delivery that served it."""
    return Entry(
        one.title + (bracketed(one.town) if one.town else ""), TONES[one.due.standing], str(NAMES[one.due.standing]),
        _told(one.due), _delivery(one.due),
    )  # fmt: skip


def due_table(due: Iterable[DueHere]) -> Table:
    """Due days one below the other: what was due from whom, how it stands, and what came."""
    columns = [
        Column(_("应报日"), kind="date"), Column(_("来源"), kind="head"), Column(_("范围")), Column(_("情况")),
        Column(_("相差（工作日）"), kind="number"), Column(_("数据日期"), kind="date"), Column(_("接收日"), kind="date"), Column(_("批次"), kind="mono"),
    ]  # fmt: skip
    return Table(columns, [_due_row(one) for one in due], empty=_("这个月没有应报的来源"))


def _due_row(one: DueHere) -> Row:
    due, came = one.due, one.due.arrival
    standing = bracketed(_("暂缓")) if came is not None and came.held else ""
    return Row([
        Cell(due.on), Cell(one.title), Cell(one.town or _("全县")), Cell(f"{NAMES[due.standing]}{standing}"),
        Cell(due.late or ""), Cell(came.as_of if came else ""), Cell(came.on if came else ""), Cell(came.name if came else ""),
    ])  # fmt: skip


def _told(due: Due) -> str:
    if due.standing == Standing.LATE:
        told = _("迟 %(days)s 个工作日") % {"days": due.late}
    elif due.standing in (Standing.OVERDUE, Standing.MISSED):
        told = _("已过 %(days)s 个工作日") % {"days": due.late}
    else:
        told = ""
    if due.arrival is not None and due.arrival.held:
        return " · ".join(filter(None, (told, _("暂缓"))))
    return told


def _delivery(due: Due) -> str:
    return reverse("delivery", args=[due.arrival.source, due.arrival.name]) if due.arrival else ""


def source_options() -> list[Option]:
    """All sources, and each."""
    return [Option("", _("全部来源")), *(Option(one.id, one.title) for one in settings.INSTALLATION.county.sources)]


def standing_figures(due: Iterable[DueHere], month: date) -> list[Figure]:
    """How many due days of the month stand how; those that are none are left out."""
    listed = [one.due.standing for one in due if (one.due.on.year, one.due.on.month) == (month.year, month.month)]
    return [
        Figure(name, listed.count(standing), tone="danger" if TONES[standing] == "danger" else "")
        for standing, name in NAMES.items()
        if standing in listed
    ]


def rhythm(term: Term) -> str:
    """How often, in words."""
    if term.every == Every.WORKDAY:
        return _("每个工作日")
    if term.every == Every.WEEK:
        return _("每周%(day)s") % {"day": WEEKDAYS[term.day - 1]}
    return (_("每月 %(day)s 日") if term.every == Every.MONTH else _("每季末月 %(day)s 日")) % {"day": term.day}


def term_lines(terms: Iterable[Term], looked: Looked) -> list[TermLine]:
    """The rules that hold."""
    names = {one.code: one.name for one in towns()}
    found, today = [], looked.today
    for term in terms:
        source = source_named(term.source)
        title, town = source.title if source else term.source, names.get(term.town, term.town)
        dues = dues_of(term, looked, until=today + LONGEST_PERIOD)
        past = [due for due in dues if due.on <= today or due.arrival]
        newest = due_entry(DueHere(term, date_format(past[-1].on, "Y-m-d"), "", past[-1])) if past else None
        coming = next((due.on for due in dues if due.on > today and due.arrival is None), None)
        found.append(TermLine(term, title, town or _("全县"), rhythm(term), newest, coming))
    return found
