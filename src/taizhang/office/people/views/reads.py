"""The page that answers "who looked at my data" (PIPL's right to know), without showing the data itself."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from taizhang.office.access.request import OfficeRequest
from taizhang.office.ledger.presenting import entries_table
from taizhang.office.people.selectors.doors import person_for
from taizhang.office.people.selectors.reads import reads_of

PAGE = 50


def person_reads(request: OfficeRequest, person_id: int) -> HttpResponse:
    """Everybody who looked at one person of the scope."""
    page = Paginator(reads_of(person_for(person_id)), PAGE).get_page(request.GET.get("page"))
    return render(request, "people/reads.html", {"page": page, "table": entries_table(page), "person_id": person_id})
