"""Letting a held delivery count, after somebody has looked at it."""

from django.conf import settings
from django.db import transaction

from taizhang.errors import UserError
from taizhang.intake.delivery.reading import open_delivery
from taizhang.intake.delivery.releasing import release_delivery
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.sources.errors import LakeSays, ReleaseUnexplained
from taizhang.office.sources.models import Submission

LEAST_WORDS = 4


def release(*, actor: Actor, source_id: str, name: str, why: str) -> None:
    """Release a delivery in the actor's name; whoever accepted it may not.

    Raises NotFound, Forbidden, ReleaseUnexplained, LakeSays where it is not held or the lake is busy.
    """
    data, why = settings.INSTALLATION.county.data, why.strip()
    try:
        open_delivery(data, source_id, name)
    except UserError:
        raise NotFound from None
    if Submission.objects.filter(source=source_id, delivery=name, decided_by_id=actor.user_id).exists():
        raise Forbidden
    if len(why) < LEAST_WORDS:
        raise ReleaseUnexplained("note")
    # The entry first, so that what cannot be written down is not released; a release that fails takes its entry back.
    with transaction.atomic():
        ledger.record(actor, "delivery.released", "delivery", f"{source_id} {name}", reason=why[:500])
        try:
            release_delivery(data, source_id, name, by=actor.name, why=why[:500])
        except UserError as error:
            raise LakeSays(error.code) from error
