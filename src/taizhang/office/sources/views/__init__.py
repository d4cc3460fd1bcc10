"""Pages of sources and deliveries."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.findings.catalogue import source_title
from taizhang.office.sources import arrivals, presenting, selectors
from taizhang.office.sources.services import submissions
from taizhang.office.sources.services.keeping import files_kept, kept_until
from taizhang.office.sources.services.rereading import reread_submission


def sources(request: OfficeRequest) -> HttpResponse:
    """All sources: when each last delivered, and what was sent lately."""
    context = {
        "table": presenting.sources_table(selectors.source_states()),
        "submissions": presenting.submissions_table(selectors.newest_submissions()),
        "arrivals": arrivals.arrivals_table(selectors.waiting_arrivals()), "look": selectors.last_look(),
        "answers": selectors.given_answers() if request.actor.may("delivery.accept") else [],
        "questions": selectors.open_questions(), "may_send": request.actor.may("delivery.send"),
        "may_sweep": request.actor.may("sweep.request"),
    }  # fmt: skip
    return render(request, "sources/sources.html", context)


def submission(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """What a submission would change, before it counts."""
    row = selectors.submission_of(submission_id)
    may_decide, may_inspect = request.actor.may("delivery.accept"), request.actor.may("delivery.inspect")
    context = {
        "row": row, "title": f"{source_title(row.source)} {row.as_of.isoformat()}", "facts": presenting.submission_facts(row), "figures": presenting.change_figures(row),
        "job": selectors.job_of_submission(row), "may_decide": may_decide,
        "remarks": [arrivals.REMARKS[one] for one in row.change.get("remarkable", ())],
        "villages": presenting.villages_table(selectors.villages_of(row)),
        "not_taken": presenting.not_taken_table(selectors.not_taken_of(row)),
        "kept": arrivals.kept_table(row, files_kept(row)) if may_inspect and row.state == "refused" else None,
        "kept_until": kept_until(row), "questions": selectors.questions_of(row),
    }  # fmt: skip
    return render(request, "sources/submission.html", context)


def submission_again(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Read its files again."""
    reread_submission(actor=request.actor, submission_id=submission_id)
    return redirect("submission", submission_id)


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
