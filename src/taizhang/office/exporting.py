"""Lists taken out of the office: the same rows as on their page, all of them, marked, and written into the ledger first.

A page offers the export of its lists where the table of permissions has a row `<its name>_export` that whoever looks may
use. The roles that may export are among those that may see the page (tests/exposure/test_exports.py), so the scope of an
export lies inside the scope of its page.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import IO

from django.conf import settings
from django.db import transaction
from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.table import routes
from taizhang.office.crypto.masks import mask_numbers
from taizhang.office.errors import ListTooLong
from taizhang.office.parts.listing import Listing
from taizhang.office.parts.model import Export
from taizhang.office.parts.workbook import KIND, Sheet, mark_of, write_workbook
from taizhang.office.reasons import stated

ENDING = "_export"
MOST = 50_000
"""Rows of one workbook; what they cost: docs/adr/0036."""


def export_offered(
    request: OfficeRequest, lists: Sequence[Listing], *, page: str = "", words: Mapping[str, str] | None = None
) -> Export | None:  # fmt: skip
    """The export of a page's lists as its button; None for whoever may not use it.

    page: name of its route, where a refused form is answered with another page; words: what narrows besides the address.
    """
    route = routes()[("POST", f"{page or request.route.name}{ENDING}")]
    if not request.actor.may(route.permission):
        return None
    query = request.GET.copy()
    query.pop("page", None)
    url = reverse(route.name, kwargs=_named(request))
    return Export(
        lists[0].title, f"{url}?{query.urlencode()}" if query else url, lists[0].note, list((words or {}).items())
    )


def exported(
    request: OfficeRequest, lists: Sequence[Listing], *, verb: str = "list.exported", subject: tuple[str, str] | None = None
) -> FileResponse:  # fmt: skip
    """The workbook of lists, a sheet each. Raises ReasonMissing; ListTooLong for more than MOST rows.

    subject: type and id in the ledger; without it the list, by the name of its page and what the address names.
    """
    reason = mask_numbers(stated(request.POST.get("reason", "")))
    if sum(one.count for one in lists) > MOST:
        raise ListTooLong
    kind, name = subject or ("list", _address(request))
    with ExitStack() as unless_answered:
        file = unless_answered.enter_context(tempfile.TemporaryFile())
        count = _write(request, lists, reason, file)
        with transaction.atomic():
            ledger.record(request.actor, verb, kind, name, reason=reason, count=count, narrowed=_said(lists))
        file.seek(0)
        unless_answered.pop_all()  # from here on the answer closes it
    saved_as = f"{lists[0].title} {timezone.localdate().isoformat()}.xlsx"
    return FileResponse(file, as_attachment=True, filename=saved_as, content_type=KIND)


def _write(request: OfficeRequest, lists: Sequence[Listing], reason: str, into: IO[bytes]) -> int:
    """Write the lists and give the number of their rows."""
    with ExitStack() as opened:
        sheets = [opened.enter_context(closing(Sheet(str(one.title)))) for one in lists]
        for one, sheet in zip(lists, sheets, strict=True):
            for table in one.drawn():
                sheet.add(table)
        taker, count = request.actor.name, sum(one.count for one in sheets)
        mark = mark_of(settings.INSTALLATION.county.name, taker, count, str(lists[0].note), reason)
        write_workbook(sheets, mark, taker, into)
    return count


def _named(request: OfficeRequest) -> dict[str, object]:
    """What the address names."""
    return dict(request.resolver_match.kwargs) if request.resolver_match else {}


def _address(request: OfficeRequest) -> str:
    """The list by the name of its page, with what the address names."""
    return " ".join([request.route.name.removesuffix(ENDING), *map(str, _named(request).values())])


def _said(lists: Iterable[Listing]) -> list[str]:
    """What the lists are narrowed to, for the ledger: numbers of persons that somebody typed are masked."""
    return [f"{name}={mask_numbers(value)}" for one in lists for name, value in one.narrowed.items() if value]
