"""Django admin's changelist of findings: what one gets without writing a list of one's own, with the same columns and filters."""

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import path, set_urlconf

from taizhang.office.access.areas import EVERYWHERE, area_of_division, within
from taizhang.office.access.scope import scope
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import OPEN_STATES


class FindingAdmin(admin.ModelAdmin):
    """The office's columns, filters, order and page length."""

    list_display = (
        "name",
        "masked_number",
        "rule",
        "message_zh",
        "severity",
        "state",
        "delta",
        "source",
        "town_name",
        "village_name",
        "short_id",
    )
    list_filter = ("state", "severity", "rule", "source", "delta")
    list_per_page = 50
    ordering = ("severity_rank", "division_code", "pk")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Open findings of a place, as the office's list shows them first."""
        found = Finding.objects.filter(state__in=OPEN_STATES).defer("detail")
        place = getattr(request, "place", "")
        return found.filter(within("division_code", (area_of_division(place),))) if place else found


class Anybody(AnonymousUser):
    """May see everything, so that nothing but the list is measured."""

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - the framework's signature
        """Yes."""
        return True


site = admin.AdminSite()
model_admin = FindingAdmin(Finding, site)
site.register(Finding, FindingAdmin)


def changelist(place: str, query: dict[str, str]) -> bytes:
    """One page of the changelist, drawn."""
    asked = {"p": query["page"]} if "page" in query else {}
    request = RequestFactory().get("/admin/findings/finding/", asked)
    request.user = Anybody()
    request.urlconf = __name__  # type: ignore[attr-defined]
    request.place = place  # type: ignore[attr-defined]

    set_urlconf(__name__)
    try:
        with scope(EVERYWHERE):
            response = model_admin.changelist_view(request)
            return bytes(response.render().content)  # type: ignore[union-attr]
    finally:
        set_urlconf(None)


urlpatterns = [path("admin/", site.urls)]
