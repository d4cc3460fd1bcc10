"""Home, handing over, and whether the server lives."""

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.roles import Role
from taizhang.office.casework.presenting import tasks_table
from taizhang.office.casework.selectors import possible_holders, unread_notices
from taizhang.office.desk import handing_over
from taizhang.office.desk.presenting import (
    board_figures,
    newest_sweep,
    since_figures,
    stages_chart,
    waiting_figures,
)
from taizhang.office.desk.visits import since_last_visit
from taizhang.office.parts.typed import whole_number
from taizhang.office.quality.limits import RIGHT, limits_of
from taizhang.office.quality.presenting import trend_charts
from taizhang.office.quality.trend import trend
from taizhang.office.rechecks.presenting import rechecks_table

LISTED = 50
"""Tasks and rechecks that are shown of what changes hands."""

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


def reassign(request: OfficeRequest, user_id: int) -> HttpResponse:
    """Give everything in a person's hands to others: to one, or anew by place and load."""
    if request.method == "GET":
        held, today = handing_over.in_hand(user_id), timezone.localdate()
        return render(request, "desk/reassign.html", {
            "held": held, "holders": possible_holders(held.holder),
            "tasks": tasks_table(held.tasks[:LISTED], today) if held.tasks else None,
            "rechecks": rechecks_table(request.actor, held.rechecks[:LISTED], today) if held.rechecks else None,
        })  # fmt: skip
    tasks, rechecks = handing_over.hand_over(
        actor=request.actor, from_user_id=user_id, to_user_id=whole_number(request.POST.get("to", "")),
        reason=request.POST.get("note", ""),
    )  # fmt: skip
    told = _("已转交 %(tasks)d 项任务、%(rechecks)d 项回头看。")
    messages.success(request, told % {"tasks": tasks, "rechecks": rechecks})
    return redirect("tasks")


def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers; for the process that watches this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
