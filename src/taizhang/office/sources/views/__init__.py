"""Pages of sources and deliveries."""

from dataclasses import replace

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.catalogue import source_title
from taizhang.office.jobs.presenting import job_line
from taizhang.office.parts.listing import INTERNAL, Listing
from taizhang.office.sources import arrivals, presenting, selectors
from taizhang.office.sources.models import Submission
from taizhang.office.sources.services import submissions
from taizhang.office.sources.services.keeping import files_kept, kept_until
from taizhang.office.sources.services.rereading import reread_submission

LATELY, WAITING, NOT_TAKEN = 30, 200, 100
"""Rows that the pages show of what was sent, of waiting files, and of what was not taken."""


def sources(request: OfficeRequest) -> HttpResponse:
    """All sources: when each last delivered, and what was sent lately."""
    states, waiting, sent = lists = _lists()
    context = {
        "table": states.table(states.rows), "submissions": sent.table(sent.rows[:LATELY]),
        "arrivals": waiting.table(waiting.rows[:WAITING]), "look": selectors.last_look(), "export": export_offered(request, lists),
        "answers": selectors.given_answers() if request.actor.may("delivery.accept") else [],
        "questions": selectors.open_questions(), "may_send": request.actor.may("delivery.send"),
        "may_sweep": request.actor.may("sweep.request"),
    }  # fmt: skip
    return render(request, "sources/sources.html", context)


def _lists() -> list[Listing]:
    return [
        Listing(_("来源"), selectors.source_states(), presenting.sources_table, note=INTERNAL),
        Listing(_("收件夹里等着的文件"), selectors.waiting_arrivals(), arrivals.arrivals_table, note=INTERNAL),
        Listing(_("报送"), selectors.submissions(), presenting.submissions_table, note=INTERNAL),
    ]


def sources_export(request: OfficeRequest) -> FileResponse:
    """Sources, waiting files and everything that was ever sent as a workbook."""
    return exported(request, _lists())


def submission(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """What a submission would change, before it counts."""
    row = selectors.submission_of(submission_id)
    job = selectors.job_of_submission(row)
    may_decide, may_inspect = request.actor.may("delivery.accept"), request.actor.may("delivery.inspect")
    villages, not_taken = lists = _changes(row)
    context = {
        "row": row, "title": f"{source_title(row.source)} {row.as_of.isoformat()}", "facts": presenting.submission_facts(row), "figures": presenting.change_figures(row),
        "progress": replace(job_line(job), url="") if job is not None else None, "may_decide": may_decide,
        "remarks": [arrivals.REMARKS[one] for one in row.change.get("remarkable", ())],
        "villages": villages.table(villages.rows), "not_taken": not_taken.table(not_taken.rows[:NOT_TAKEN]),
        "export": export_offered(request, lists) if villages.count + not_taken.count else None,
        "kept": arrivals.kept_table(row, files_kept(row)) if may_inspect and row.state == "refused" else None,
        "kept_until": kept_until(row), "questions": selectors.questions_of(row),
    }  # fmt: skip
    return render(request, "sources/submission.html", context)


def _changes(row: Submission) -> list[Listing]:
    """What a submission would change in every village, and what was not taken of it; empty once it is decided."""
    return [
        Listing(_("与上一批比较"), selectors.villages_of(row), presenting.villages_table),
        Listing(_("未采用的内容"), selectors.not_taken_of(row), presenting.not_taken_table),
    ]


def submission_export(request: OfficeRequest, submission_id: int) -> FileResponse:
    """What a submission would change as a workbook."""
    return exported(request, _changes(selectors.submission_of(submission_id)))


def submission_again(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Read its files again."""
    reread_submission(actor=request.actor, submission_id=submission_id)
    return redirect("submission", submission_id)


def submission_accept(request: OfficeRequest, submission_id: int) -> HttpResponse:
    """Let it count."""
    submissions.accept_submission(actor=request.actor, submission_id=submission_id, seen=request.POST.get("seen"))
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
