"""Home, and whether the server lives."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from taizhang.office.access.request import OfficeRequest
from taizhang.office.casework.selectors import unread_notices
from taizhang.office.desk.presenting import newest_sweep, waiting_figures


def home(request: OfficeRequest) -> HttpResponse:
    """What waits for whoever logged in, and what the newest sweep found in their divisions."""
    run, found = newest_sweep(request.actor)
    return render(request, "desk/home.html", {
        "waiting": waiting_figures(request.actor), "run": run, "found": found,
        "unread": unread_notices(request.actor).count(), "works": request.actor.may("finding.list"), "scores": request.actor.may("score.read"),
    })  # fmt: skip


def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers; for the process that watches this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
