"""The month as a calendar: working days, what is due, what came, what is planned; and the rules below it."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.duedates import presenting, selectors, services
from taizhang.office.duedates.errors import NoSuchSource, NotADay
from taizhang.office.duedates.forms import TermForm
from taizhang.office.errors import Stale
from taizhang.office.exporting import export_offered, exported
from taizhang.office.ledger.selectors import newest_about
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.parts.typed import whole_number

FIRST_YEAR, LAST_YEAR = 2000, 2100


def delivery_calendar(request: OfficeRequest) -> HttpResponse:
    """One month."""
    return _calendar(request, TermForm())


def _calendar(request: OfficeRequest, form: TermForm, error: object = None, status: int = 200) -> HttpResponse:
    today, stood = timezone.localdate(), newest_about("delivery_term")
    month = _month(request.GET.get("month", ""), today)
    looked = selectors.Looked(today)
    days = presenting.days_shown(month)
    chosen = request.GET.get("source", "")
    shown = _due(chosen, days, looked)
    return render(request, "duedates/calendar.html", {
        "month": month, "before": month - timedelta(days=1), "after": (month + timedelta(days=31)).replace(day=1),
        "today": today, "weekdays": presenting.weekdays(),
        "weeks": presenting.weeks(
            days, month, looked, shown, selectors.planned_sweeps(days[0], days[-1], looked.calendar),
            may_edit=request.actor.may("plan.edit"),
        ),
        "sources": presenting.source_options(), "chosen": chosen, "figures": presenting.standing_figures(shown, month),
        "terms": presenting.term_lines(selectors.running_terms(), looked), "form": form, "error": error, "stood": stood,
        "may_edit": request.actor.may("plan.edit"),
        "export": export_offered(request, [_listed(shown, month, chosen)], page="delivery_calendar"),
    }, status=status)  # fmt: skip


def _due(chosen: str, days: Sequence[date], looked: selectors.Looked) -> list[selectors.DueHere]:
    """What is due on days that follow each other; of one source where one is chosen."""
    due = selectors.due_between(days[0], days[-1], looked=looked)
    return [one for one in due if chosen in ("", one.term.source)]


def _listed(due: Sequence[selectors.DueHere], month: date, chosen: str) -> Listing:
    """The due days of a month, of those shown."""
    narrowed = {"month": month.strftime("%Y-%m"), "source": chosen[:40]}
    rows = [one for one in due if (one.due.on.year, one.due.on.month) == (month.year, month.month)]
    return Listing(f"{_('报送日历')} {narrowed['month']}", rows, presenting.due_table, narrowed, note=INTERNAL)


def delivery_calendar_export(request: OfficeRequest) -> FileResponse:
    """The due days of a month as a workbook."""
    today = timezone.localdate()
    month, chosen = _month(request.GET.get("month", ""), today), request.GET.get("source", "")
    due = _due(chosen, presenting.days_shown(month), selectors.Looked(today))
    return exported(request, [_listed(due, month, chosen)])


def _month(text: str, today: date) -> date:
    """The first day of the month that an address names, as 2026-11; this month where it names none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else today.replace(day=1)


def term_save(request: OfficeRequest) -> HttpResponse:
    """Say when a source is due."""
    form = TermForm(request.POST)
    if not form.is_valid():
        return _calendar(request, form, status=422)
    try:
        stood = whole_number(request.POST.get("stood", ""))
        services.save_term(actor=request.actor, **form.rule(), stood=stood)
    except (NoSuchSource, NotADay, Stale) as error:
        return _calendar(request, form, error, error.status)
    messages.success(request, _("已保存，今天起按此核对报送。"))
    return redirect("delivery_calendar")


def term_end(request: OfficeRequest, term_id: int) -> HttpResponse:
    """End a rule."""
    services.end_term(actor=request.actor, term_id=term_id)
    messages.success(request, _("已停止；以前的记录仍在日历里。"))
    return redirect("delivery_calendar")
