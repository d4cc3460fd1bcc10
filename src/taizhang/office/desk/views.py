"""Home, and whether the server lives."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.roles import Role
from taizhang.office.casework.selectors import unread_notices
from taizhang.office.desk.presenting import (
    board_figures,
    newest_sweep,
    since_figures,
    stages_chart,
    waiting_figures,
)
from taizhang.office.desk.visits import since_last_visit
from taizhang.office.quality.limits import RIGHT, limits_of
from taizhang.office.quality.presenting import trend_charts
from taizhang.office.quality.trend import trend

WITHOUT_WORKS = frozenset({
    Role.LABOUR_OFFICER, Role.TRANSPORT_OFFICER, Role.ENTERPRISE_OFFICER, Role.INDUSTRY_OFFICER,
})  # fmt: skip
"""Roles whose works the office does not serve yet."""


def home(request: OfficeRequest) -> HttpResponse:
    """What waits for whoever logged in, what happened since they were here, and how their divisions stand."""
    actor, today = request.actor, timezone.localdate()
    run, found = newest_sweep(actor)
    works, scores = actor.may("finding.list"), actor.may("score.read")
    since = since_last_visit(actor) if works or scores else None
    figures, places = board_figures(actor, today) if scores and not works else ([], None)
    trends = trend_charts(trend(), limits_of(today.year)[RIGHT]) if scores and run is not None else []
    charts = [*([stages_chart(actor, today)] if works else []), *([places] if places is not None else []), *trends]
    return render(request, "desk/home.html", {
        "waiting": waiting_figures(actor), "run": run, "found": found, "unread": unread_notices(actor).count(), "works": works,
        "scores": scores, "since": since, "since_figures": since_figures(actor, since) if since is not None else [],
        "board": figures, "charts": [one for one in charts if one.categories], "awaits": bool(actor.roles & WITHOUT_WORKS),
    })  # fmt: skip


def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers; for the process that watches this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
