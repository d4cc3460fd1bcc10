"""The page of the scoreboard."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.areas import area_of_division, covered, is_division
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.errors import Stale
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.selectors.places import names_of
from taizhang.office.ledger.selectors import newest_about
from taizhang.office.parts.model import Crumb
from taizhang.office.parts.typed import whole_number
from taizhang.office.quality import limits, presenting, selectors
from taizhang.office.quality.errors import LimitUnfit
from taizhang.office.quality.exporting import board_listing
from taizhang.office.quality.trend import trend


def scores(request: OfficeRequest) -> HttpResponse:
    """Places and sources, measured; with a place, its parts."""
    return _scores(request, {})


def _place(text: str) -> str:
    """A place of the viewer's scope below the county, or nothing."""
    is_below = is_division(text) and covered(text, current_areas()) and area_of_division(text).prefix != text[:6]
    return text if is_below else ""


def _scores(request: OfficeRequest, typed: dict[str, str], error: object = None, status: int = 200) -> HttpResponse:
    stood = newest_about("limit")
    today, place = timezone.localdate(), _place(request.GET.get("place", ""))
    in_force = limits.limits_of(today.year)
    drawer = presenting.Drawer(request.actor, in_force, place)
    places = selectors.board_of_places(today, place)
    sources = None if place else selectors.board_of_sources(today)
    points = [] if place else trend()
    board = _("质量看板")
    return render(request, "quality/scores.html", {
        "title": names_of([place]).get(place, "") if place else board,
        "crumbs": [Crumb(board, reverse("scores"))] if place else [], "chart": drawer.right_chart(places),
        "places": drawer.place_table(places), "sources": None if sources is None else drawer.source_table(sources),
        "trends": presenting.trend_charts(points, in_force[limits.RIGHT]) if points else [], "limits": presenting.limits_table(in_force),
        "history": presenting.history_table(), "measures": [(name, label) for name, (label, _value, _why) in limits.MEASURES.items()],
        "typed": {"year": str(today.year)} | typed, "error": error, "stood": stood, "export": export_offered(request, [board_listing(places, sources, place)], page="scores"),
        "may_edit": request.actor.may("score.edit"),
    }, status=status)  # fmt: skip


def limit_save(request: OfficeRequest) -> HttpResponse:
    """Set a limit from a year on."""
    typed = request.POST.dict()
    try:
        limits.set_limit(
            actor=request.actor, measure=typed.get("measure", ""), year=typed.get("year", ""),
            percent=typed.get("percent", ""), reason=typed.get("reason", ""), stood=whole_number(typed.get("stood", "")),
        )  # fmt: skip
    except (LimitUnfit, Stale) as error:
        return _scores(request, typed, error, error.status)
    messages.success(request, _("界限已保存。"))
    return redirect("scores")


def scores_export(request: OfficeRequest) -> FileResponse:
    """The board as a workbook."""
    today, place = timezone.localdate(), _place(request.GET.get("place", ""))
    sources = None if place else selectors.board_of_sources(today)
    listed = board_listing(selectors.board_of_places(today, place), sources, place)
    return exported(request, [listed], verb="scores.exported", subject=("scores", "board"))
