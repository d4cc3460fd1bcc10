"""Files that could not be taken, kept for inspection: handed out with a recorded reason, removed by the operator or in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound, Stale
from taizhang.office.reasons import stated
from taizhang.office.sources.models import Submission, SubmissionState
from taizhang.office.sources.services.receiving import clear_files, kept_files

KEPT_DAYS = 30
"""Days for which the files of a refused submission are kept."""


@dataclass(frozen=True)
class KeptFile:
    """A file kept for inspection. number: its place in the submission or delivery; size: bytes; why: what was wrong."""

    number: int
    name: str
    path: Path
    size: int
    why: str


def kept_until(submission: Submission) -> datetime | None:
    """When the files of a refused submission go; None where there are none to go."""
    if submission.state != SubmissionState.REFUSED or submission.cleared_at is not None:
        return None
    return (submission.settled_at or submission.sent_at) + timedelta(days=KEPT_DAYS)


def files_kept(submission: Submission) -> list[KeptFile]:
    """The files of a submission that is refused or waits for a decision; none once they are removed."""
    if submission.state not in {SubmissionState.REFUSED, SubmissionState.PROPOSED} or submission.cleared_at is not None:
        return []
    return [
        KeptFile(number, name, path, path.stat().st_size, "")
        for number, (name, path) in enumerate(kept_files(submission))
    ]


def note_fetch(*, actor: Actor, subject: str, subject_id: str, file: KeptFile, reason: str) -> None:
    """Record that somebody takes a kept file, full numbers and all. Raises ReasonMissing."""
    words = stated(reason)
    with transaction.atomic():
        ledger.record(actor, "kept.fetched", subject, subject_id, reason=words, file=file.number, size=file.size)


def remove_kept(*, actor: Actor, submission_id: int, reason: str) -> None:
    """Remove the files of a refused submission before their time. Raises NotFound, Stale where there are none, ReasonMissing."""
    words = stated(reason)
    with transaction.atomic():
        row: Submission | None = Submission.objects.select_for_update().filter(pk=submission_id).first()
        if row is None:
            raise NotFound
        if kept_until(row) is None:
            raise Stale(state=row.state)
        ledger.record(actor, "kept.removed", "submission", row.pk, reason=words, files=row.files)
        Submission.objects.filter(pk=row.pk).update(cleared_at=timezone.now())
    clear_files(row)


def clear_kept(*, actor: Actor) -> int:
    """Remove the files of refused submissions whose time is over, and what a killed removal left; gives how many submissions."""
    refused = Submission.objects.filter(state=SubmissionState.REFUSED, cleared_at=None)
    over = [one for one in refused if (until := kept_until(one)) is not None and until <= timezone.now()]
    for row in over:
        with transaction.atomic():
            cleared = Submission.objects.filter(pk=row.pk, cleared_at=None).update(cleared_at=timezone.now())
            if cleared:
                ledger.record(actor, "kept.removed", "submission", row.pk, reason="", files=row.files)
        clear_files(row)
    return len(over)
