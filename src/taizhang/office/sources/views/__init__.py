"""Pages of sources and deliveries."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.sources import presenting, selectors
from taizhang.office.sources.services import submissions


def sources(request: OfficeRequest) -> HttpResponse:
    """All sources: when each last delivered, and what was sent lately."""
    context = {
        "table": presenting.sources_table(selectors.source_states()),
        "submissions": presenting.submissions_table(selectors.newest_submissions()),
        "questions": selectors.open_questions(), "may_send": request.actor.may("delivery.send"),
        "may_sweep": request.actor.may("sweep.request"),
    }  # fmt: skip
    return render(request, "sources/sources.html", context)


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
    submissions.accept_submission(actor=request.actor, submission_id=submission_id)
    messages.success(request, _("已接收；排查已排队。"))
    return redirect("sources")


def submission_reject(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Send it away."""
    submissions.reject_submission(actor=request.actor, submission_id=submission_id, reason=request.POST.get("note", ""))
    return redirect("sources")


def sweep_now(request: OfficeRequest) -> HttpResponse:
    """Queue a sweep."""
    submissions.request_sweep(actor=request.actor)
    messages.success(request, _("排查已排队。"))
    return redirect("jobs")


def question(request: OfficeRequest, fingerprint: str) -> HttpResponse:
    """What the columns of a waiting sheet mean: the sheet, the proposals, the answer."""
    asked = selectors.question_of(fingerprint)
    if request.method == "POST":
        fields = {one.path: request.POST.get(f"column:{one.letter}") or None for one in asked.columns}
        submissions.answer_mapping(actor=request.actor, fingerprint=fingerprint, fields=fields)
        messages.success(request, _("已记住这种版式；重新读取报送后生效。"))
        return redirect("sources")
    return render(request, "sources/question.html", {"asked": asked, "choices": selectors.field_choices(asked.table)})
