"""Pages of persons and households. What findings say of them comes from the findings' selectors."""

from collections.abc import Sequence
from dataclasses import replace

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.middleware import record_read
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.casework.history import correction_events
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.models import Finding
from taizhang.office.findings.presenting import findings_table
from taizhang.office.findings.selectors.earlier import deliveries_about
from taizhang.office.findings.selectors.files import events_of, findings_about, in_order
from taizhang.office.findings.selectors.listing import Wanted
from taizhang.office.findings.selectors.sides import sides_of
from taizhang.office.parts.listing import Listing
from taizhang.office.parts.model import Table
from taizhang.office.people.models import Person
from taizhang.office.people.presenting import household_facts, person_facts, persons_table
from taizhang.office.people.selectors.doors import (
    household_for,
    members_of,
    person_for,
    persons_in,
    place_for,
    revealed_to,
)
from taizhang.office.people.selectors.searching import found_persons, persons_beginning
from taizhang.office.people.services.revealing import Reason, reveal_number


def search(request: OfficeRequest) -> HttpResponse:
    """The form of the search."""
    return render(request, "people/search.html", {})


def search_results(request: OfficeRequest) -> HttpResponse:
    """Persons that what was typed names; nothing of it stands in an address."""
    typed = _typed(request)
    persons, beginning = _found(typed)
    listed = Listing(_("查询结果"), persons or beginning, persons_table)
    ledger.record_read(request.actor, "person.searched", "search", len(listed.rows))
    return render(request, "people/search.html", {
        "table": listed.table(listed.rows), "typed": typed, "found": len(persons), "beginning": beginning,
        "export": export_offered(request, [listed], words={"q": typed}) if listed.rows else None,
    })  # fmt: skip


def _typed(request: OfficeRequest) -> str:
    return request.POST.get("q", "").strip()[:60]


def _found(typed: str) -> tuple[list[Person], list[Person]]:
    """Persons that what was typed names; where there are none, those whose name begins so."""
    persons = found_persons(typed) if typed else []
    return persons, persons_beginning(typed) if typed and not persons else []


def search_results_export(request: OfficeRequest) -> FileResponse:
    """What a search found as a workbook; what was typed stands nowhere in it, nor in the ledger."""
    persons, beginning = _found(_typed(request))
    return exported(request, [Listing(_("查询结果"), persons or beginning, persons_table)])


def persons(request: OfficeRequest, place: str) -> HttpResponse:
    """Everybody the newest sweep has in a division, masked; the rows of a figure of persons."""
    code, name = place_for(place)
    listed = _persons(code, name)
    page = listed.page(request.GET.get("page"))
    context = {"name": name, "table": listed.table(page), "page": page, "export": export_offered(request, [listed])}
    response = render(request, "people/persons.html", context)
    record_read(request, response, code)
    return response


def _findings_of_one(found: Sequence[Finding]) -> Table:
    """Findings about one person or household; none is nothing that another filter would change."""
    return replace(findings_table(found, Wanted(), selectable=False), empty=_("没有问题"), empty_hint="")


def _persons(code: str, name: str) -> Listing:
    return Listing(_("%(name)s 在册人员") % {"name": name}, persons_in(code), persons_table)


def persons_export(request: OfficeRequest, place: str) -> FileResponse:
    """Everybody of a division as a workbook."""
    return exported(request, [_persons(*place_for(place))])


def person(request: OfficeRequest, person_id: int) -> HttpResponse:
    """One person."""
    who = person_for(person_id)
    revealed = revealed_to(request.actor, [who.pk])
    found = findings_about(request.actor, persons=[who.pk])
    may_reveal, may_see_reads = request.actor.may("person.reveal_id"), request.actor.may("person.reads")
    response = render(request, "people/person.html", {
        "person": who, "facts": person_facts(who), "sides": sides_of([who.pk], current_areas(), revealed=revealed),
        "table": _findings_of_one(found), "reasons": Reason.choices, "revealed": revealed,
        "may_reveal": may_reveal, "may_see_reads": may_see_reads,
        "head_actions": "people/parts/person_actions.html" if may_reveal or may_see_reads else "",
    })  # fmt: skip
    record_read(request, response, str(who.pk))
    return response


def household(request: OfficeRequest, household_id: int) -> HttpResponse:
    """One household, one file."""
    which = household_for(household_id)
    members = members_of(which.pk)
    found = findings_about(request.actor, persons=[one.pk for one in members], household=which.pk)
    names = {one.pk: one.name for one in members}
    events = [
        *events_of(found), *correction_events([one.pk for one in found]),
        *deliveries_about([one.pk for one in members], names, current_areas()),
    ]  # fmt: skip
    response = render(request, "people/household.html", {
        "household": which, "place": f"{which.town_name} {which.village_name}".strip(), "facts": household_facts(which), "members": persons_table(members),
        "sides": [(names[one.person_id], one) for one in sides_of([one.pk for one in members], current_areas())],
        "table": _findings_of_one(found), "events": in_order(events),
    })  # fmt: skip
    record_read(request, response, str(which.pk))
    return response


def person_reveal(request: OfficeRequest, person_id: int) -> HttpResponse:
    """Let whoever asks see the full numbers of one person for a time."""
    posted = request.POST
    reveal_number(
        actor=request.actor, person_id=person_id, reason=posted.get("reason", ""), words=posted.get("words", "")
    )
    back = posted.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back) if back and is_ours else redirect("person", person_id)
