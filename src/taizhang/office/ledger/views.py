"""Pages of the audit administrator: the ledger, its check, and the login log that the security administrator shares."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office import ledger as writing
from taizhang.office.access.request import OfficeRequest
from taizhang.office.accounts.errors import ReasonNeeded
from taizhang.office.accounts.selectors import locked_out
from taizhang.office.ledger import presenting
from taizhang.office.ledger.jobs import last_check, open_check, request_check
from taizhang.office.ledger.selectors import LOGIN_VERBS, Asked, entries
from taizhang.office.ledger.verifying import head
from taizhang.office.parts.workbook import as_attachment, mark_of, marked_workbook

PAGE = 50
MOST = 20_000


def ledger(request: OfficeRequest) -> HttpResponse:
    """The ledger, newest first, with what the last check said."""
    asked = Asked.read(request.GET.dict())
    page = Paginator(entries(asked), PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/ledger.html", {
        "page": page, "table": presenting.entries_table(page), "filters": presenting.entries_filters(asked),
        "facts": presenting.check_facts(last_check(), head()), "is_checking": open_check(),
        "may_export": request.actor.may("ledger.export"), "may_check": request.actor.may("ledger.check"),
    })  # fmt: skip


def ledger_check(request: OfficeRequest) -> HttpResponse:
    """Ask for a check."""
    request_check(actor=request.actor)
    messages.success(request, _("已排队核对，完成后结果显示在这里。"))
    return redirect("ledger")


def ledger_export(request: OfficeRequest) -> HttpResponse:
    """What a filter shows, as a workbook."""
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        raise ReasonNeeded("reason")
    found = list(entries(Asked.read(request.POST.dict()))[:MOST])
    with transaction.atomic():
        writing.record(request.actor, "ledger.exported", "ledger", "", reason=reason, count=len(found))
    mark = mark_of(settings.INSTALLATION.county.name, request.actor.name, len(found), _("仅供审计，不得外传"))
    rows = (presenting.entry_values(one) for one in found)
    content = marked_workbook(_("操作流水"), [str(one) for one in presenting.HEAD], rows, mark)
    return as_attachment(content, "ledger.xlsx")


def logins(request: OfficeRequest) -> HttpResponse:
    """Logins, failures, lock-outs, passwords and second factors; and who is locked out now."""
    asked = Asked.read(request.GET.dict())
    page = Paginator(entries(asked, LOGIN_VERBS), PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/logins.html", {
        "page": page, "table": presenting.entries_table(page), "filters": presenting.entries_filters(asked, LOGIN_VERBS),
        "locked": sorted(locked_out()),
    })  # fmt: skip
