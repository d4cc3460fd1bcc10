"""Pages of sweeps and findings."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.middleware import record_read
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.selectors import actions_for, bulk_steps
from taizhang.office.casework.two_places import two_places
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.presenting import (
    deliveries_table,
    exported_table,
    finding_facts,
    findings_filters,
    findings_table,
    rows_table,
    rules_not_run_table,
    shown_message,
    shown_name,
    state_tone,
    sweep_charts,
    sweep_figures,
    sweeps_table,
    wanted_facts,
)
from taizhang.office.findings.selectors.listing import KeyedPaginator, Wanted, figures_of, listed_findings
from taizhang.office.findings.selectors.neighbours import neighbours
from taizhang.office.findings.selectors.reading import finding_page
from taizhang.office.findings.selectors.sweeps import is_whole_county, sweep_page, sweep_runs
from taizhang.office.findings.services.saving_views import drop_view, save_view
from taizhang.office.parts.listing import INTERNAL, PAGE, Listing
from taizhang.office.parts.model import Cell, Crumb
from taizhang.office.people.services.revealing import Reason


def sweeps(request: OfficeRequest) -> HttpResponse:
    """All sweeps."""
    listed = _sweeps()
    page = listed.page(request.GET.get("page"))
    context = {"table": listed.table(page), "page": page, "export": export_offered(request, [listed])}
    return render(request, "findings/sweeps.html", context)


def _sweeps() -> Listing:
    with_counts = is_whole_county(current_areas())
    return Listing(_("排查"), sweep_runs(), lambda runs: sweeps_table(runs, with_counts=with_counts), note=INTERNAL)


def sweeps_export(request: OfficeRequest) -> FileResponse:
    """The sweeps as a workbook."""
    return exported(request, [_sweeps()])


def sweep(request: OfficeRequest, name: str) -> HttpResponse:
    """What one sweep found."""
    page = sweep_page(name)
    charts = sweep_charts(request.actor, page)
    return render(request, "findings/sweep.html", {
        "page": page, "figures": sweep_figures(request.actor, page), "charts": charts,
        "deliveries": deliveries_table(page.run), "not_run": rules_not_run_table(page.run),
    })  # fmt: skip


def findings(request: OfficeRequest) -> HttpResponse:
    """The list of findings."""
    wanted = Wanted.read(request.GET.dict())
    figures = figures_of(request.actor)
    pages = KeyedPaginator(listed_findings(request.actor, wanted), PAGE, total=figures.total(wanted))
    page = pages.get_page(request.GET.get("page"))
    steps = bulk_steps(request.actor)
    return render(request, "findings/findings.html", {
        "table": findings_table(page.object_list, wanted, selectable=bool(steps)), "page": page, "bulk_steps": steps,
        "filters": findings_filters(request.actor, wanted, request.GET.dict(), figures),
        "export": export_offered(request, [_findings(request, wanted)]),
    })  # fmt: skip


def _findings(request: OfficeRequest, wanted: Wanted) -> Listing:
    """The findings that an address asks for, for their workbook: with what the page of each says besides."""
    return Listing(
        _("问题清单"),
        listed_findings(request.actor, wanted).defer(None).defer("detail"),
        exported_table,
        wanted.narrowed(),
    )


def finding_rows(request: OfficeRequest) -> HttpResponse:
    """The findings behind a figure, without whom they are about: for whoever sees figures and no persons."""
    wanted = Wanted.read(request.GET.dict())
    found = listed_findings(request.actor, wanted)
    listed = _rows(found, wanted)
    page = KeyedPaginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "findings/rows.html", {
        "table": listed.table(page.object_list), "page": page, "facts": wanted_facts(wanted),
        "export": export_offered(request, [listed]),
    })  # fmt: skip


def _rows(found: QuerySet[Any], wanted: Wanted) -> Listing:
    return Listing(_("所计的问题"), found, rows_table, wanted.narrowed(), note=INTERNAL)


def finding_rows_export(request: OfficeRequest) -> FileResponse:
    """The findings behind a figure as a workbook."""
    wanted = Wanted.read(request.GET.dict())
    return exported(request, [_rows(listed_findings(request.actor, wanted), wanted)])


def finding(request: OfficeRequest, short_id: str) -> HttpResponse:
    """One finding."""
    page = finding_page(request.actor, short_id)
    may_see_people = request.actor.may("person.see")
    may_reveal = request.actor.may("person.reveal_id") and page.is_mine and page.finding.subject_person
    response = render(request, "findings/finding.html", {
        "page": page, "finding": page.finding, "facts": finding_facts(
            page.finding, may_see_people=may_see_people, successor=page.successor, predecessors=page.predecessors
        ), "name": shown_name(page.finding),
        "message": shown_message(page.finding), "state": Cell(page.finding.get_state_display(), state_tone(page.finding.state)),
        "crumbs": [Crumb(_("问题"), reverse("findings")), Crumb(page.finding.short_id)],
        "may_see_people": may_see_people, "reasons": Reason.choices, "head_action": "findings/parts/reveal_action.html" if may_reveal else "",
        "actions": actions_for(request.actor, page.finding), "casework_actions": "casework/actions.html",
        "neighbours": neighbours(request.actor, page.finding),
        "two_places": two_places(request.actor, page.finding), "casework_sides": "casework/parts/two_places.html",
    })  # fmt: skip
    record_read(request, response, page.finding.pk)
    return response


def findings_export(request: OfficeRequest) -> FileResponse:
    """The list as a workbook."""
    listed = _findings(request, Wanted.read(request.GET.dict()))
    return exported(request, [listed], verb="findings.exported", subject=("findings", "list"))


def view_save(request: OfficeRequest) -> HttpResponse:
    """Keep the filter."""
    view = save_view(actor=request.actor, label=request.POST.get("label", ""), query=request.POST.get("query", ""))
    return redirect(f"{reverse('findings')}?{view.query}")


def view_drop(request: OfficeRequest, view_id: int) -> HttpResponse:
    """Let a filter go."""
    drop_view(actor=request.actor, view_id=view_id)
    return redirect("findings")
