"""Files that could not be taken: looked at, handed out with a reason, removed."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.sources import arrivals, selectors
from taizhang.office.sources.services import keeping
from taizhang.office.sources.services.keeping import KeptFile


def kept_file(request: OfficeRequest, submission_id: int, number: int) -> HttpResponseBase:
    """A file of a refused submission, or of one that waits."""
    row = selectors.submission_of(submission_id)
    file = selectors.kept_file_of(row, number)
    back = reverse("submission", args=[row.pk])
    return _file(request, file, "submission", str(row.pk), back)


def delivery_file(request: OfficeRequest, source_id: str, name: str, number: int) -> HttpResponseBase:
    """A file that a delivery could not take."""
    file = selectors.refused_file_of(source_id, name, number)
    return _file(request, file, "delivery", f"{source_id} {name}", reverse("delivery", args=[source_id, name]))


def _file(request: OfficeRequest, file: KeptFile, subject: str, subject_id: str, back: str) -> HttpResponseBase:
    if request.method != "POST":
        context = {"name": arrivals.shown_file_name(file.name), "facts": arrivals.kept_facts(file), "back": back}
        return render(request, "sources/kept_file.html", context)
    keeping.note_fetch(
        actor=request.actor, subject=subject, subject_id=subject_id, file=file, reason=request.POST.get("reason", "")
    )
    return FileResponse(
        file.path.open("rb"), as_attachment=True, filename=file.name.rsplit("/", 1)[-1], content_type="application/octet-stream",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def kept_remove(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Remove the files of a refused submission."""
    keeping.remove_kept(actor=request.actor, submission_id=submission_id, reason=request.POST.get("reason", ""))
    messages.success(request, _("留存的文件已移除。"))
    return redirect("submission", submission_id)
