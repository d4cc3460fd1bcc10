"""Pages of sources and deliveries."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.sources import presenting, selectors, services
from taizhang.office.sources.errors import NothingSent


def sources(request: OfficeRequest) -> HttpResponse:
    """All sources: when each last delivered, what waits, and the form to send files."""
    context = {
        "table": presenting.sources_table(selectors.source_states()),
        "submissions": presenting.submissions_table(selectors.newest_submissions()),
        "sources": settings.INSTALLATION.county.sources, "today": timezone.localdate(),
        "questions": selectors.open_questions(),
    }  # fmt: skip
    return render(request, "sources/sources.html", context)


def upload(request: OfficeRequest) -> HttpResponse:
    """Receive files."""
    try:
        day = date.fromisoformat(request.POST.get("as_of", ""))
    except ValueError:
        raise NothingSent("as_of") from None
    sent = services.receive_files(
        actor=request.actor, source_id=request.POST.get("source", ""), as_of=day, files=request.FILES.getlist("files")
    )
    return redirect("submission", sent.pk)


def submission(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """What a submission would change, before it counts."""
    row = selectors.submission_of(submission_id)
    context = {
        "row": row, "figures": presenting.change_figures(row), "job": selectors.job_of_submission(row),
        "villages": presenting.villages_table(selectors.villages_of(row)),
        "not_taken": presenting.not_taken_table(selectors.not_taken_of(row)),
    }  # fmt: skip
    return render(request, "sources/submission.html", context)


def submission_accept(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Let it count."""
    services.accept_submission(actor=request.actor, submission_id=submission_id)
    messages.success(request, _("已接收；排查已排队。"))
    return redirect("sources")


def submission_reject(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Send it away."""
    services.reject_submission(actor=request.actor, submission_id=submission_id, reason=request.POST.get("note", ""))
    return redirect("sources")


def sweep_now(request: OfficeRequest) -> HttpResponse:
    """Queue a sweep."""
    services.request_sweep(actor=request.actor)
    messages.success(request, _("排查已排队。"))
    return redirect("jobs")


def question(request: OfficeRequest, fingerprint: str) -> HttpResponse:
    """What the columns of a waiting sheet mean: the sheet, the proposals, the answer."""
    asked = selectors.question_of(fingerprint)
    if request.method == "POST":
        fields = {one.path: request.POST.get(f"column:{one.letter}") or None for one in asked.columns}
        services.answer_mapping(actor=request.actor, fingerprint=fingerprint, fields=fields)
        messages.success(request, _("已记住这种版式；重新读取报送后生效。"))
        return redirect("sources")
    return render(request, "sources/question.html", {"asked": asked, "choices": selectors.field_choices(asked.table)})
