"""Reading files once more: after somebody said what the columns of a layout mean."""

import secrets
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from taizhang.errors import UserError
from taizhang.intake.delivery.reading import Delivery, deliveries_of, open_delivery
from taizhang.intake.proposing import proposal_of
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound, Stale
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.sources.errors import NothingSent
from taizhang.office.sources.models import PROPOSE, Submission, SubmissionState
from taizhang.office.sources.services.receiving import receive_again

AGAIN = frozenset({SubmissionState.PROPOSED, SubmissionState.REFUSED})
"""States from which files can be read again: what was refused may be taken once somebody has said what its columns mean."""


def reread_submission(*, actor: Actor, submission_id: int) -> None:
    """Read the files of a submission again that waits for a decision, or was refused and is kept still; until then it waits.

    Raises NotFound, Stale where it was decided or its files are gone.
    """
    with transaction.atomic():
        row: Submission | None = Submission.objects.select_for_update().filter(pk=submission_id).first()
        if row is None:
            raise NotFound
        if row.state not in AGAIN or row.cleared_at is not None:
            raise Stale(state=row.state)
        Submission.objects.filter(pk=row.pk).update(
            state=SubmissionState.RECEIVED, settled_at=None, error_code="", error_text=""
        )
        enqueue(
            PROPOSE,
            key=f"propose:{row.pk}:{secrets.token_hex(8)}",
            arguments={"submission_id": row.pk},
            actor=actor,
        )
        ledger.record(actor, "submission.reread", "submission", row.pk, source=row.source)


def reread_delivery(
    *, actor: Actor, source_id: str, name: str, instead: Mapping[int, UploadedFile] = MappingProxyType({})
) -> Submission:
    """Propose the files of a delivery anew, read as columns are understood now; the delivery stays what it is.

    instead: files in the place of those that could not be read, by their number. Raises NotFound for a delivery that is
    not there and a number that is no such file's, NothingSent for an empty file.
    """
    try:
        delivery = open_delivery(settings.INSTALLATION.county.data, source_id, name)
    except UserError:
        raise NotFound from None
    refused = {file["no"] for file in delivery.manifest["files"] if file["status"] == "refused"}
    if not refused.issuperset(instead):
        raise NotFound
    if any(not file.size for file in instead.values()):
        raise NothingSent("file")
    return receive_again(actor=actor, source_id=source_id, delivery=delivery, instead=instead)


def reread_waiting(*, actor: Actor, fingerprint: str) -> int:
    """Read again what waits for a layout: every open proposal, and the newest delivery of a source; gives how many."""
    county, count = settings.INSTALLATION.county, 0
    for row in Submission.objects.filter(state=SubmissionState.PROPOSED):
        try:
            delivery = proposal_of(county, row.source, row.delivery).delivery
        except UserError:
            continue
        if waits_for(delivery, fingerprint):
            reread_submission(actor=actor, submission_id=row.pk)
            count += 1
    for source in county.sources:
        newest = deliveries_of(county.data, source.id)[-1:]
        if newest and waits_for(Delivery(newest[0].folder), fingerprint):
            reread_delivery(actor=actor, source_id=source.id, name=newest[0].folder.name)
            count += 1
    return count


def waits_for(delivery: Delivery, fingerprint: str) -> bool:
    """Whether a sheet of a delivery has a layout; however it was read, it may be read otherwise now."""
    return any(sheet["fingerprint"] == fingerprint for file in delivery.manifest["files"] for sheet in file["sheets"])
