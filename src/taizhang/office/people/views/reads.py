"""The page that answers "who looked at my data" (PIPL's right to know), without showing the data itself."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.exporting import export_offered, exported
from taizhang.office.ledger.presenting import entries_table
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.people.selectors.doors import person_for
from taizhang.office.people.selectors.reads import reads_of


def person_reads(request: OfficeRequest, person_id: int) -> HttpResponse:
    """Everybody who looked at one person of the scope."""
    listed = _reads(person_id)
    page = listed.page(request.GET.get("page"))
    return render(request, "people/reads.html", {
        "page": page, "table": listed.table(page), "person_id": person_id, "export": export_offered(request, [listed]),
    })  # fmt: skip


def _reads(person_id: int) -> Listing:
    return Listing(_("谁看过此人"), reads_of(person_for(person_id)), entries_table, note=INTERNAL)


def person_reads_export(request: OfficeRequest, person_id: int) -> FileResponse:
    """The same as a workbook."""
    return exported(request, [_reads(person_id)])
