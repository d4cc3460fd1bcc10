"""Home, and whether the server lives."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What waits for whoever logged in."""
    return render(request, "desk/home.html", {})


def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers; for the process that watches this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
