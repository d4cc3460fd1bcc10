"""Hand-back (回填): approved corrections of one source as one numbered, hashed file; entered by its owner; proven later."""

import hashlib
import json
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from taizhang.intake.model import FIELDS
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import NothingToCorrect, NothingToHandBack, OriginalGone, WrongState
from taizhang.office.casework.handback_sheet import Line, write_handback
from taizhang.office.casework.models import Correction, CorrectionState, HandBack
from taizhang.office.casework.selectors import waiting_corrections
from taizhang.office.casework.services.conflicts import unsent
from taizhang.office.casework.services.moving import move_finding
from taizhang.office.casework.transitions import MOVES
from taizhang.office.crypto.sealing import seal, unseal
from taizhang.office.errors import NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.jobs.models import Job
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.verbs import VERBS


def folder() -> Path:
    """Where hand-back files lie, sealed."""
    place = settings.INSTALLATION.home / "handbacks"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(place)


def request_handback(*, actor: Actor, source: str, reason: str) -> HandBack:
    """Take all approved corrections of a source in the scope into a batch and queue its file.

    Raises NothingToHandBack, NothingToCorrect without a reason (full numbers leave the office in it).
    """
    if not reason.strip():
        raise NothingToCorrect("reason")
    with transaction.atomic():
        waiting = waiting_corrections().select_for_update(of=("self",)).filter(source=source)
        chosen = list(waiting.order_by("pk").values_list("pk", flat=True))
        if not chosen:
            raise _nothing_left(source)
        batch = HandBack.objects.create(
            number=secrets.token_hex(16), source=source, created_by_id=actor.user_id, reason=reason, lines=len(chosen)
        )
        number = f"HT-{timezone.localdate():%Y%m%d}-{batch.pk:04d}"  # by the row's own key: two at once never share one
        HandBack.objects.filter(pk=batch.pk).update(number=number)
        batch.number = number
        Correction.objects.filter(pk__in=chosen).update(handback=batch)
        ledger.record(actor, "handback.requested", "handback", number, reason=reason, source=source, lines=len(chosen))
        job: Job = enqueue(
            "handback.write", key=f"handback:{batch.pk}", arguments={"handback_id": batch.pk}, actor=actor
        )
        assert job.pk is not None  # noqa: S101 - the queue is a table of this transaction
    return batch


def _nothing_left(source: str) -> NothingToHandBack:
    """With the batch of the day that somebody else made meanwhile, where there is one."""
    error = NothingToHandBack("source")
    newest = HandBack.objects.filter(source=source).order_by("-pk").first()
    if newest is not None and timezone.localdate(newest.created_at) == timezone.localdate():
        at = date_format(timezone.localtime(newest.created_at), "Y-m-d H:i")
        error.happened = f"{newest.number} · {newest.created_by or ''} · {at}"
    return error


def write_batch(*, actor: Actor, batch: HandBack) -> None:
    """Write a batch's file, seal it and note its hash. Raises OriginalGone.

    The same batch written again gives the same bytes, whoever writes it, so that a worker that was thought dead and
    writes once more changes nothing; no unsealed byte is ever on disk.
    """
    corrections = list(batch.corrections.select_related("finding").order_by("pk"))
    lines = [_line(number, one) for number, one in enumerate(corrections, 1)]
    made_at = timezone.localtime(batch.created_at)
    stamp = f"{settings.INSTALLATION.county.name} 回填单 {batch.number} {made_at:%Y-%m-%d %H:%M} {batch.created_by or actor.name}"
    content = write_handback(lines, watermark=stamp, made_at=made_at)
    sealed = folder() / f"{batch.number}.sealed"
    fresh = sealed.with_suffix(f".{secrets.token_hex(4)}.new")
    try:
        fresh.write_bytes(seal(content.hex(), f"handback:{batch.number}"))
        fresh.replace(sealed)
    finally:
        fresh.unlink(missing_ok=True)
    with transaction.atomic():
        batch.file_name, batch.sha256 = f"{batch.number}-{batch.source}.xlsx", hashlib.sha256(content).hexdigest()
        batch.save(update_fields=["file_name", "sha256"])
        ledger.record(actor, "handback.written", "handback", batch.number, sha256=batch.sha256, lines=len(lines))


def fetch_batch(*, actor: Actor, handback_id: int) -> tuple[str, bytes]:
    """Name and content of a batch's file; each fetch is recorded. Raises NotFound before it is written."""
    batch = HandBack.objects.filter(pk=handback_id).exclude(sha256="").first()
    if batch is None:
        raise NotFound
    sealed = (folder() / f"{batch.number}.sealed").read_bytes()
    content = bytes.fromhex(unseal(sealed, f"handback:{batch.number}"))
    with transaction.atomic():
        ledger.record(actor, "handback.fetched", "handback", batch.number, reason=batch.reason, sha256=batch.sha256)
    return batch.file_name, content


def confirm_entered(*, actor: Actor, handback_id: int) -> int:
    """The source's owner says that the batch is entered; its findings wait for the next delivery. Gives their number.

    Raises NotFound, WrongState where it was said before.
    """
    move = MOVES["written_back"]
    with transaction.atomic():
        batch = HandBack.objects.select_for_update().filter(pk=handback_id).exclude(sha256="").first()
        if batch is None:
            raise NotFound
        if batch.entered_on is not None:
            error = WrongState(state="entered")
            error.happened = f"{VERBS['handback.entered']} · {batch.entered_by} · {batch.entered_on.isoformat()}"
            raise error
        batch.entered_on, batch.entered_by_id = timezone.localdate(), actor.user_id
        batch.save(update_fields=["entered_on", "entered_by"])
        ids = set(batch.corrections.values_list("finding_id", flat=True))
        ids |= set(_joined(batch).values_list("finding_id", flat=True))
        findings = list(
            Finding.objects.select_for_update(no_key=True).filter(pk__in=ids, state=State.COUNTY_OK).order_by("pk")
        )
        # what was withdrawn meanwhile, because a sweep had proven it already, stays so
        batch.corrections.filter(state=CorrectionState.APPROVED).update(state=CorrectionState.HANDED_BACK)
        for finding in findings:
            if not unsent(finding).exists():
                move_finding(actor, finding, move, batch=batch.number)
        ledger.record(actor, "handback.entered", "handback", batch.number, findings=len(findings))
    return len(findings)


def _joined(batch: HandBack) -> QuerySet[Correction]:
    """Corrections that travel with the batch's lines because they say the same."""
    joined: QuerySet[Correction] = Correction.objects.filter(against__handback=batch, state=CorrectionState.JOINED)
    return joined


def _line(number: int, correction: Correction) -> Line:
    field = FIELDS.get(correction.field)
    source = settings.INSTALLATION.county.source(correction.source)
    original, header_last = _original(correction)
    return Line(
        number=number, finding=correction.finding.short_id, source_title=source.title, file=original,
        sheet=correction.sheet, cell=correction.cell, header_last=header_last,
        field_title=field.zh if field else correction.field,
        before=unseal(correction.before, correction.context("before")),
        after=unseal(correction.after, correction.context("after")),
        reason=correction.finding.message_zh,
    )  # fmt: skip


def _original(correction: Correction) -> tuple[Path, int]:
    delivery = settings.INSTALLATION.county.data / "deliveries" / correction.source / correction.delivery
    try:
        manifest = json.loads((delivery / "manifest.json").read_text("utf-8"))
        entry = next(file for file in manifest["files"] if file["no"] == correction.file_no)
        header = next((s["header_last"] for s in entry["sheets"] if s["name"] == correction.sheet), 1)
        return next((delivery / "files").glob(f"{entry['sha256']}*")), int(header or 1)
    except (OSError, StopIteration):
        raise OriginalGone from None
