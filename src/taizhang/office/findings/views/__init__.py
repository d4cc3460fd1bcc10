"""Pages of sweeps and findings."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from taizhang.office.access.middleware import record_read
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.selectors import actions_for, bulk_steps
from taizhang.office.casework.two_places import two_places
from taizhang.office.findings.presenting import (
    deliveries_table,
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
from taizhang.office.findings.services.exporting import export_findings
from taizhang.office.findings.services.saving_views import drop_view, save_view
from taizhang.office.parts.workbook import as_attachment
from taizhang.office.people.services.revealing import Reason

PAGE = 50


def sweeps(request: OfficeRequest) -> HttpResponse:
    """All sweeps."""
    table = sweeps_table(sweep_runs(), with_counts=is_whole_county(current_areas()))
    return render(request, "findings/sweeps.html", {"table": table})


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
        "may_export": request.actor.may("finding.export"),
    })  # fmt: skip


def finding_rows(request: OfficeRequest) -> HttpResponse:
    """The findings behind a figure, without whom they are about: for whoever sees figures and no persons."""
    wanted = Wanted.read(request.GET.dict())
    page = KeyedPaginator(listed_findings(request.actor, wanted), PAGE).get_page(request.GET.get("page"))
    return render(request, "findings/rows.html", {
        "table": rows_table(page.object_list), "page": page, "facts": wanted_facts(wanted),
    })  # fmt: skip


def finding(request: OfficeRequest, short_id: str) -> HttpResponse:
    """One finding."""
    page = finding_page(request.actor, short_id)
    may_see_people = request.actor.may("person.see")
    response = render(request, "findings/finding.html", {
        "page": page, "finding": page.finding, "facts": finding_facts(
            page.finding, may_see_people=may_see_people, successor=page.successor, predecessors=page.predecessors
        ), "name": shown_name(page.finding),
        "message": shown_message(page.finding), "state_tone": state_tone(page.finding.state),
        "may_see_people": may_see_people, "reasons": Reason.choices, "may_reveal": request.actor.may("person.reveal_id"),
        "actions": actions_for(request.actor, page.finding), "casework_actions": "casework/actions.html",
        "neighbours": neighbours(request.actor, page.finding),
        "two_places": two_places(request.actor, page.finding), "casework_sides": "casework/parts/two_places.html",
    })  # fmt: skip
    record_read(request, response, page.finding.pk)
    return response


def findings_export(request: OfficeRequest) -> HttpResponse:
    """The list as a workbook."""
    found = listed_findings(request.actor, Wanted.read(request.POST.dict())).defer("detail")
    content = export_findings(
        actor=request.actor,
        found=found,
        reason=request.POST.get("reason", ""),
        county=settings.INSTALLATION.county.name,
    )
    return as_attachment(content, "findings.xlsx")


def view_save(request: OfficeRequest) -> HttpResponse:
    """Keep the filter."""
    view = save_view(actor=request.actor, label=request.POST.get("label", ""), query=request.POST.get("query", ""))
    return redirect(f"{reverse('findings')}?{view.query}")


def view_drop(request: OfficeRequest, view_id: int) -> HttpResponse:
    """Let a filter go."""
    drop_view(actor=request.actor, view_id=view_id)
    return redirect("findings")
