"""Pages of what lies in the lake: the deliveries of a source, what one of them did not take, and letting a held one count."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.intake.county import SourceSpec
from taizhang.intake.delivery.browsing import NotTakenPage
from taizhang.intake.delivery.reading import DeliveryRef
from taizhang.office.access.middleware import record_read
from taizhang.office.access.request import OfficeRequest
from taizhang.office.exporting import export_offered, exported
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.parts.model import Crumb
from taizhang.office.parts.typed import whole_number
from taizhang.office.sources import presenting, selectors
from taizhang.office.sources.arrivals import shown_file_name
from taizhang.office.sources.services.releasing import release
from taizhang.office.sources.services.rereading import reread_delivery


def source(request: OfficeRequest, source_id: str) -> HttpResponse:
    """Every delivery of a source, newest first."""
    spec = selectors.source_of(source_id)
    listed = _deliveries(spec)
    return render(request, "sources/source.html", {
        "source": spec, "crumbs": _above(), "table": listed.table(listed.rows), "export": export_offered(request, [listed]),
    })  # fmt: skip


def _above(spec: SourceSpec | None = None) -> list[Crumb]:
    """The pages above one of a source's. spec: the source whose page is one of them."""
    crumbs = [Crumb(_("来源与报送"), reverse("sources"))]
    return crumbs if spec is None else [*crumbs, Crumb(spec.title, reverse("source", args=[spec.id]))]


def _deliveries(spec: SourceSpec) -> Listing:
    rows = selectors.deliveries_of_source(spec.id)
    return Listing(f"{_('报送批次')} {spec.title}", rows, presenting.deliveries_table, note=INTERNAL)


def source_export(request: OfficeRequest, source_id: str) -> FileResponse:
    """The deliveries of a source as a workbook."""
    return exported(request, [_deliveries(selectors.source_of(source_id))])


def delivery(request: OfficeRequest, source_id: str, name: str) -> HttpResponse:
    """One delivery: its counts, why it is held, who released it, and what it did not take."""
    shown, spec = selectors.delivery_of(source_id, name), selectors.source_of(source_id)
    reason = request.GET.get("reason", "")
    found = selectors.not_taken_by(shown.ref, reason)
    listed = _not_taken(found, reason)
    page = listed.page(request.GET.get("page"))
    response = render(request, "sources/delivery.html", {
        "source": spec, "crumbs": _above(spec), "delivery": shown.ref, "facts": presenting.delivery_facts(shown), "page": page,
        "filters": presenting.not_taken_filters(found.reasons, reason), "table": presenting.not_taken_table(page),
        "refused": _refused(shown.ref) if request.actor.may("delivery.inspect") else [],
        "may_read_again": request.actor.may("delivery.accept"),
        "export": export_offered(request, [listed]) if listed.count else None, "reason": reason,
        "may_release": shown.is_held and request.actor.may("delivery.release"),
    })  # fmt: skip
    record_read(request, response, f"{source_id} {name}")
    return response


def _refused(ref: DeliveryRef) -> list[tuple[int, str]]:
    return [(number, shown_file_name(name)) for number, name in selectors.refused_files(ref)]


def delivery_release(request: OfficeRequest, source_id: str, name: str) -> HttpResponse:
    """Let a held delivery count."""
    release(actor=request.actor, source_id=source_id, name=name, why=request.POST.get("note", ""))
    messages.success(request, _("已解除暂缓；下次排查起据此消除问题。"))
    return redirect("delivery", source_id, name)


def _not_taken(found: NotTakenPage, reason: str) -> Listing:
    """What a delivery did not take, for its workbook: a fact a column."""
    return Listing(_("未采用的内容"), found.entries, presenting.exported_not_taken_table, {"reason": reason[:40]})


def delivery_export(request: OfficeRequest, source_id: str, name: str) -> FileResponse:
    """What a delivery did not take, as a workbook: all of it, or what the list was narrowed to."""
    reason = request.GET.get("reason", "")
    listed = _not_taken(selectors.not_taken_by(selectors.delivery_of(source_id, name).ref, reason), reason)
    return exported(request, [listed], verb="quarantine.exported", subject=("delivery", f"{source_id} {name}"))


def delivery_again(request: OfficeRequest, source_id: str, name: str) -> HttpResponse:
    """Propose its files anew, read as columns are understood now; one that could not be read may be replaced."""
    file, number = request.FILES.get("file"), whole_number(request.POST.get("number", ""))
    instead = {number: file} if file is not None and number is not None else {}
    sent = reread_delivery(actor=request.actor, source_id=source_id, name=name, instead=instead)
    return redirect("submission", sent.pk)
