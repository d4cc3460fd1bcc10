"""Pages of the watched folders: looking now, and deciding about a file that found no source."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.sources import arrivals, selectors
from taizhang.office.sources.services import watching
from taizhang.office.sources.services.receiving import stated_day


def folders_look(request: OfficeRequest) -> HttpResponse:
    """Look at the folders now, not only when the plan says so."""
    watching.request_look(actor=request.actor)
    messages.success(request, _("已开始查看收件夹；文件静止一会儿以后才会采用。"))
    return redirect("sources")


def arrival(request: OfficeRequest, arrival_id: int) -> HttpResponse:
    """A file of a watched folder: what it is, why it was not taken, what can be done."""
    row = selectors.arrival_of(arrival_id)
    return render(request, "sources/arrival.html", {
        "row": row, "name": arrivals.shown_file_name(row.name), "facts": arrivals.arrival_facts(row),
        "hint": arrivals.hint_of(row), "sources": settings.INSTALLATION.county.sources, "today": timezone.localdate(),
        "may_decide": row.state == "kept" and request.actor.may("delivery.send"),
    })  # fmt: skip


def arrival_assign(request: OfficeRequest, arrival_id: int) -> HttpResponse:
    """Say whose it is, and of which day."""
    sent = watching.assign_arrival(
        actor=request.actor, arrival_id=arrival_id, source_id=request.POST.get("source", ""),
        as_of=stated_day(request.POST.get("as_of", "")),
    )  # fmt: skip
    return redirect("submission", sent.pk)


def arrival_aside(request: OfficeRequest, arrival_id: int) -> HttpResponse:
    """Say that it is no delivery."""
    watching.set_arrival_aside(actor=request.actor, arrival_id=arrival_id, reason=request.POST.get("reason", ""))
    messages.success(request, _("已记下；这个文件不再列出。"))
    return redirect("sources")
