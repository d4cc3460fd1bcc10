"""Pages of the audit administrator: the ledger, its check, and the login log that the security administrator shares."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.accounts.selectors import locked_out
from taizhang.office.exporting import export_offered, exported
from taizhang.office.ledger import presenting
from taizhang.office.ledger.jobs import last_check, open_check, request_check
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.selectors import LOGIN_VERBS, Asked, entries
from taizhang.office.ledger.verifying import head
from taizhang.office.parts.listing import Listing
from taizhang.office.parts.model import Table


def ledger(request: OfficeRequest) -> HttpResponse:
    """The ledger, newest first, with what the last check said."""
    asked = Asked.read(request.GET.dict())
    listed = _entries(asked, presenting.exported_table)
    page = listed.page(request.GET.get("page"))
    return render(request, "ledger/ledger.html", {
        "page": page, "table": presenting.entries_table(page), "filters": presenting.entries_filters(asked),
        "facts": presenting.check_facts(last_check(), head()), "is_checking": open_check(),
        "export": export_offered(request, [listed]), "may_check": request.actor.may("ledger.check"),
    })  # fmt: skip


def ledger_check(request: OfficeRequest) -> HttpResponse:
    """Ask for a check."""
    request_check(actor=request.actor)
    messages.success(request, _("已排队核对，完成后结果显示在这里。"))
    return redirect("ledger")


def _entries(
    asked: Asked, table: Callable[[Iterable[Entry]], Table] = presenting.entries_table, verbs: Iterable[str] = ()
) -> Listing:  # fmt: skip
    title = _("登录记录") if verbs else _("操作流水")
    return Listing(title, entries(asked, verbs), table, asked.narrowed(), _("仅供审计，不得外传"))


def ledger_export(request: OfficeRequest) -> FileResponse:
    """What a filter shows, as a workbook: with the whole digest of every entry."""
    listed = _entries(Asked.read(request.GET.dict()), presenting.exported_table)
    return exported(request, [listed], verb="ledger.exported", subject=("ledger", ""))


def logins(request: OfficeRequest) -> HttpResponse:
    """Logins, failures, lock-outs, passwords and second factors; and who is locked out now."""
    asked = Asked.read(request.GET.dict())
    listed = _entries(asked, verbs=LOGIN_VERBS)
    page = listed.page(request.GET.get("page"))
    return render(request, "ledger/logins.html", {
        "page": page, "table": listed.table(page), "export": export_offered(request, [listed]), "filters": presenting.entries_filters(asked, LOGIN_VERBS),
        "locked": sorted(locked_out()),
    })  # fmt: skip


def logins_export(request: OfficeRequest) -> FileResponse:
    """The same as a workbook."""
    return exported(request, [_entries(Asked.read(request.GET.dict()), verbs=LOGIN_VERBS)])
