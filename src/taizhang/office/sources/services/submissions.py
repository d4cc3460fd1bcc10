"""Proposing a submission as a delivery, and accepting or rejecting what was proposed."""

import secrets
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from taizhang.errors import UserError
from taizhang.intake.county import Acceptance
from taizhang.intake.delivery import LakeBusyError, LakeWriteError
from taizhang.intake.delivery.reading import open_delivery
from taizhang.intake.proposing import NoProposalError, Proposal, accept_delivery, propose_delivery, reject_delivery
from taizhang.intake.watching import Dated
from taizhang.office import ledger
from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.errors import NotFound, Stale
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.selectors import waits_to_begin
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.parts.told import kept
from taizhang.office.reasons import stated
from taizhang.office.sources.errors import LakeSays, NothingToAccept
from taizhang.office.sources.models import Origin, Submission, SubmissionState
from taizhang.office.sources.services.receiving import clear_files, kept_files
from taizhang.progress import Progress

FOLDERS = "folders"
"""Who acts when a delivery from a watched folder is accepted by itself."""


def propose(context: JobContext, *, submission_id: int) -> None:
    """Read a submission's files and say what they would change; the handler of the job `intake.propose`."""
    submission = Submission.objects.get(pk=submission_id)
    if submission.state == SubmissionState.RECEIVED:
        _propose(submission, context.progress)
    elif submission.state == SubmissionState.PROPOSED:  # an attempt before this one was killed after it had settled
        _accept_by_itself(submission)
    _forget_replaced(submission)


def _propose(submission: Submission, progress: Progress) -> None:
    try:
        proposal = _proposed(submission, progress)
    except (LakeBusyError, LakeWriteError):  # nothing is wrong with the files: the job waits, or tells what is
        raise
    except UserError as error:
        _settle(submission, SubmissionState.REFUSED, error_code=error.code, error_text=kept(error)[:500])
        return
    if submission.delivery not in {"", proposal.name}:  # read again, it is another delivery
        _remove_proposal(submission.source, submission.delivery)
    figures = _figures(proposal, submission.dated)
    twin = _twin(submission, proposal.name)
    if twin is not None:
        _settle(submission, SubmissionState.REPLACED, change={"twin": twin.pk})
        clear_files(submission)
    elif _is_nothing(proposal):
        _settle(submission, SubmissionState.REFUSED, error_code="SR-NOTHING-TAKEN", change=figures)
        _remove_proposal(submission.source, proposal.name)
    elif _settle(submission, SubmissionState.PROPOSED, delivery=proposal.name, change=figures):
        submission.refresh_from_db()
        _accept_by_itself(submission)
    else:  # a newer batch of the same files came meanwhile
        _remove_proposal(submission.source, proposal.name)


def _proposed(submission: Submission, progress: Progress) -> Proposal:
    return propose_delivery(
        settings.INSTALLATION.county,
        submission.source,
        kept_files(submission),
        as_of=submission.as_of,
        progress=progress,
    )


def _twin(submission: Submission, name: str) -> Submission | None:
    """Another submission that proposes the very same delivery."""
    proposed = Submission.objects.filter(source=submission.source, delivery=name, state=SubmissionState.PROPOSED)
    twin: Submission | None = proposed.exclude(pk=submission.pk).first()
    return twin


def _is_nothing(proposal: Proposal) -> bool:
    """Whether no file could be read at all: no row was taken, and no sheet waits for its columns."""
    found = proposal.reference
    return found.rows == 0 and found.waiting == 0


def _settle(submission: Submission, state: SubmissionState, **values: object) -> bool:
    open_one = Submission.objects.filter(pk=submission.pk, state=SubmissionState.RECEIVED)
    return bool(open_one.update(state=state, settled_at=timezone.now(), **values))


def _forget_replaced(submission: Submission) -> None:
    """Remove the proposals and files of submissions that this one replaced."""
    if not submission.bundle:
        return
    gone = Submission.objects.filter(bundle=submission.bundle, state=SubmissionState.REPLACED, cleared_at=None)
    for older in gone.filter(pk__lt=submission.pk):
        if older.delivery and _twin(older, older.delivery) is None:
            _remove_proposal(older.source, older.delivery)
        clear_files(older)


def _remove_proposal(source: str, name: str) -> None:
    with suppress(NoProposalError):  # then it is gone already
        reject_delivery(settings.INSTALLATION.county, source, name)


def _accept_by_itself(submission: Submission) -> None:
    """Accept what came by a watched folder, where its source says so and nothing about it asks for a person."""
    source = settings.INSTALLATION.county.source(submission.source)
    if submission.origin != Origin.FOLDER or submission.sent_by_id is not None:
        return
    if source.accept is not Acceptance.UNREMARKABLE or submission.change["remarkable"]:
        return
    try:
        accept_submission(actor=system_actor(FOLDERS), submission_id=submission.pk)
    except LakeSays:  # something came between: then a person looks
        submission.change["remarkable"] = ["not_now"]
        submission.save(update_fields=["change"])


def remarkable(proposal: Proposal, dated: str) -> list[str]:
    """Why somebody has to look at a proposal before it counts: keys of presenting.REMARKS, none where nothing is."""
    change, holding, found = proposal.change, proposal.holding, proposal.reference
    before = change.removed + change.changed + change.unchanged
    asked = {
        "first": change.previous is None,
        "guessed_day": dated == Dated.FILE_TIME,
        "held": bool(holding.reasons),
        "noted": bool(holding.notes),
        "not_taken": bool(found.quarantined or found.refused or found.waiting),
        "much_changed": before > 0 and change.changed > proposal.source.most_changed * before,
        "problems": bool(proposal.problems),
    }
    return [name for name, applies in asked.items() if applies]


def _figures(proposal: Proposal, dated: str) -> dict[str, object]:
    change = proposal.change
    return {
        "previous": change.previous, "added": change.added, "removed": change.removed, "changed": change.changed,
        "unchanged": change.unchanged, "held": list(proposal.holding.reasons),
        "rows": proposal.reference.rows, "remarkable": remarkable(proposal, dated),
        "problems": [{"code": one.code, "message": one.message, "where": one.where, "why": one.why, "hint": one.hint} for one in proposal.problems],
    }  # fmt: skip


def accept_submission(*, actor: Actor, submission_id: int, seen: str | None = None) -> Submission:
    """Make the proposed delivery count, and queue a sweep.

    seen: mark of the reading that stood on the page. Raises NotFound, Stale where it was decided or read again since, as
    columns are understood now, NothingToAccept where no row would count, LakeSays.
    """
    with transaction.atomic():
        submission = _open(submission_id)
        if seen not in (None, submission.read_mark):
            raise Stale(state=submission.state)
        if submission.change.get("rows") == 0:
            raise NothingToAccept
        try:
            accept_delivery(settings.INSTALLATION.county, submission.source, submission.delivery)
        except NoProposalError as error:
            if not _lies_in_lake(submission):  # else an attempt was killed between the lake and the database
                raise LakeSays(error.code) from error
        except UserError as error:
            raise LakeSays(error.code) from error
        _decide(submission, SubmissionState.ACCEPTED, actor)
        enqueue("sweep.run", key=f"sweep:submission:{submission.pk}", actor=actor)
        ledger.record(actor, "delivery.accepted", "submission", submission.pk, source=submission.source, delivery=submission.delivery)  # fmt: skip
    clear_files(submission)
    return submission


def reject_submission(*, actor: Actor, submission_id: int, reason: str) -> Submission:
    """Send a proposed delivery away, with a reason; nothing of it counts. Raises NotFound, Stale, LakeSays, ReasonMissing."""
    reason = stated(reason, "note")
    with transaction.atomic():
        submission = _open(submission_id)
        try:
            reject_delivery(settings.INSTALLATION.county, submission.source, submission.delivery)
        except NoProposalError as error:
            if _lies_in_lake(submission):
                raise LakeSays(error.code) from error
        except UserError as error:
            raise LakeSays(error.code) from error
        _decide(submission, SubmissionState.REJECTED, actor)
        ledger.record(actor, "delivery.rejected", "submission", submission.pk, reason=reason, source=submission.source)
    clear_files(submission)
    return submission


def _lies_in_lake(submission: Submission) -> bool:
    """Whether its delivery counts already."""
    try:
        open_delivery(settings.INSTALLATION.county.data, submission.source, submission.delivery)
    except UserError:
        return False
    return True


def _open(submission_id: int) -> Submission:
    submission: Submission | None = Submission.objects.select_for_update().filter(pk=submission_id).first()
    if submission is None:
        raise NotFound
    if submission.state != SubmissionState.PROPOSED:
        raise Stale(state=submission.state)
    return submission


def _decide(submission: Submission, state: SubmissionState, actor: Actor) -> None:
    submission.state, submission.decided_by_id, submission.settled_at = state, actor.user_id, timezone.now()
    submission.save(update_fields=["state", "decided_by", "settled_at"])


def request_sweep(*, actor: Actor) -> None:
    """Queue a sweep of what is there, unless one waits to begin; one at work may not see what came after it had begun."""
    with transaction.atomic():
        if not waits_to_begin("sweep.run"):
            enqueue("sweep.run", key=f"sweep:asked:{secrets.token_hex(8)}", actor=actor)
        ledger.record(actor, "sweep.requested", "county", settings.INSTALLATION.county.code)
