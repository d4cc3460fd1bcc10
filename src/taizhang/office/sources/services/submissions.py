"""Receiving files, proposing them as a delivery, and accepting or rejecting what was proposed."""

import os
import secrets
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from taizhang.errors import UserError
from taizhang.intake.county import SourceSpec
from taizhang.intake.mapping.memory import MappingFileError
from taizhang.intake.proposing import Proposal, accept_delivery, propose_delivery, reject_delivery
from taizhang.intake.questions import answer_question
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound, Stale
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.parts.told import kept
from taizhang.office.sources.errors import LakeSays, NothingSent, UnknownSource
from taizhang.office.sources.models import Submission, SubmissionState, Upload
from taizhang.office.sources.services.uploads import part_of, whole_uploads
from taizhang.progress import Progress

MOST_FILES, MOST_BYTES = 500, 2**30


def source_of(source_id: str) -> SourceSpec:
    """A source of the county. Raises UnknownSource."""
    found = next((one for one in settings.INSTALLATION.county.sources if one.id == source_id), None)
    if found is None:
        raise UnknownSource("source")
    return found


def inbox(submission: Submission) -> Path:
    """Where the files of a submission lie."""
    return Path(settings.INSTALLATION.home) / "uploads" / submission.folder


def receive_files(
    *, actor: Actor, source_id: str, as_of: date, files: Sequence[UploadedFile] = (), arrived: Sequence[str] = ()
) -> Submission:
    """Make a submission of files and queue its reading. files: sent whole; arrived: ids of uploads that are whole.

    Raises UnknownSource, NothingSent; NotFound where an upload is not there to be sent.
    """
    source = source_of(source_id)
    folder = secrets.token_hex(16)
    place = Path(settings.INSTALLATION.home) / "uploads" / folder
    place.mkdir(mode=0o700, parents=True)
    try:
        for number, file in enumerate(files):
            with _new_place(place, number, file.name or "").open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
        with transaction.atomic():
            uploads = whole_uploads(actor, arrived)
            for number, upload in enumerate(uploads, len(files)):
                os.link(part_of(upload), _new_place(place, number, upload.name))
            submission = _submitted(actor, source, as_of, folder, [file.size or 0 for file in files], uploads)
            Upload.objects.filter(pk__in=[one.pk for one in uploads]).delete()
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    for upload in uploads:
        part_of(upload).unlink(missing_ok=True)
    return submission


def _new_place(place: Path, number: int, name: str) -> Path:
    """Where a file of a submission is kept; the number keeps two of one name apart."""
    target = place / str(number) / (PurePosixPath(name).name or "file")
    target.parent.mkdir()
    return target


def _submitted(
    actor: Actor, source: SourceSpec, as_of: date, folder: str, sizes: Sequence[int], uploads: Sequence[Upload]
) -> Submission:
    sizes = [*sizes, *(one.size for one in uploads)]
    if not 0 < len(sizes) <= MOST_FILES or not 0 < sum(sizes) <= MOST_BYTES:
        raise NothingSent("files")
    submission = Submission.objects.create(
        source=source.id, as_of=as_of, folder=folder, files=len(sizes), size=sum(sizes), sent_by_id=actor.user_id
    )
    enqueue("intake.propose", key=f"propose:{submission.pk}", arguments={"submission_id": submission.pk}, actor=actor)
    ledger.record(
        actor, "files.received", "submission", submission.pk, source=source.id, as_of=as_of.isoformat(),
        files=len(sizes), size=sum(sizes),
    )  # fmt: skip
    return submission


def propose(context: JobContext, *, submission_id: int) -> None:
    """Read a submission's files and say what they would change; the handler of the job `intake.propose`."""
    submission = Submission.objects.get(pk=submission_id)
    if submission.state != SubmissionState.RECEIVED:
        return
    try:
        proposal = _proposed(submission, context.progress)
    except UserError as error:
        _settle(submission, SubmissionState.REFUSED, error_code=error.code, error_text=kept(error)[:500])
        return
    _settle(submission, SubmissionState.PROPOSED, delivery=proposal.name, change=_figures(proposal))


def _proposed(submission: Submission, progress: Progress) -> Proposal:
    files = [(path.name, path) for path in sorted(inbox(submission).glob("*/*"), key=lambda one: int(one.parent.name))]
    return propose_delivery(
        settings.INSTALLATION.county, submission.source, files, as_of=submission.as_of, progress=progress
    )


def _settle(submission: Submission, state: SubmissionState, **values: object) -> None:
    Submission.objects.filter(pk=submission.pk, state=SubmissionState.RECEIVED).update(state=state, **values)


def _figures(proposal: Proposal) -> dict[str, object]:
    change = proposal.change
    return {
        "previous": change.previous, "added": change.added, "removed": change.removed, "changed": change.changed,
        "unchanged": change.unchanged, "held": list(proposal.holding.reasons),
        "problems": [{"code": one.code, "message": one.message, "where": one.where, "why": one.why, "hint": one.hint} for one in proposal.problems],
    }  # fmt: skip


def accept_submission(*, actor: Actor, submission_id: int) -> Submission:
    """Make the proposed delivery count, and queue a sweep. Raises NotFound, Stale where it was decided, LakeSays."""
    with transaction.atomic():
        submission = _open(submission_id)
        try:
            accept_delivery(settings.INSTALLATION.county, submission.source, submission.delivery)
        except UserError as error:
            raise LakeSays(error.code) from error
        submission.state, submission.decided_by_id = SubmissionState.ACCEPTED, actor.user_id
        submission.save(update_fields=["state", "decided_by"])
        enqueue("sweep.run", key=f"sweep:submission:{submission.pk}", actor=actor)
        ledger.record(actor, "delivery.accepted", "submission", submission.pk, source=submission.source, delivery=submission.delivery)  # fmt: skip
    shutil.rmtree(inbox(submission), ignore_errors=True)
    return submission


def reject_submission(*, actor: Actor, submission_id: int, reason: str) -> Submission:
    """Send a proposed delivery away; nothing of it counts. Raises NotFound, Stale, LakeSays."""
    with transaction.atomic():
        submission = _open(submission_id)
        try:
            reject_delivery(settings.INSTALLATION.county, submission.source, submission.delivery)
        except UserError as error:
            raise LakeSays(error.code) from error
        submission.state, submission.decided_by_id = SubmissionState.REJECTED, actor.user_id
        submission.save(update_fields=["state", "decided_by"])
        ledger.record(actor, "delivery.rejected", "submission", submission.pk, reason=reason, source=submission.source)
    shutil.rmtree(inbox(submission), ignore_errors=True)
    return submission


def _open(submission_id: int) -> Submission:
    submission: Submission | None = Submission.objects.select_for_update().filter(pk=submission_id).first()
    if submission is None:
        raise NotFound
    if submission.state != SubmissionState.PROPOSED:
        raise Stale(state=submission.state)
    return submission


def request_sweep(*, actor: Actor) -> None:
    """Queue a sweep of what is there, unless one waits to begin; one at work may not see what came after it had begun."""
    from taizhang.office.jobs.selectors import waits_to_begin

    with transaction.atomic():
        if not waits_to_begin("sweep.run"):
            enqueue("sweep.run", key=f"sweep:asked:{secrets.token_hex(8)}", actor=actor)
        ledger.record(actor, "sweep.requested", "county", settings.INSTALLATION.county.code)


def answer_mapping(*, actor: Actor, fingerprint: str, fields: dict[str, str | None]) -> None:
    """Say what the columns of a layout mean; the sheets that wait are read so from the next reading on. Raises LakeSays."""
    with transaction.atomic():
        try:
            answer_question(settings.INSTALLATION.county.data, fingerprint, confirmed_by=actor.name, fields=fields)
        except (MappingFileError, UserError) as error:
            raise LakeSays(getattr(error, "code", "E-MAP-FILE")) from error
        ledger.record(actor, "mapping.answered", "layout", fingerprint, columns=len(fields))
