"""A change of the data key asked for on a page: the key at once, the sealing anew as a job that survives kills."""

from typing import Any

from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.holdings import reseal_all
from taizhang.office.crypto.rotating import add_key, holdings
from taizhang.office.jobs.models import OPEN_STATES, Job
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.services.queue import enqueue

KIND = "keys.reseal"


def request_rotation(*, actor: Actor) -> None:
    """Add a key and queue the sealing anew; while that is not done, nothing more happens."""
    with transaction.atomic():
        if is_resealing():
            return
        add_key(actor=actor)
        enqueue(KIND, key=f"{KIND}:{key_ring().current}", actor=actor)


def reseal(context: JobContext) -> dict[str, Any]:
    """Seal everything under the current key; an attempt after a kill does the rest."""
    context.progress.start("reseal")
    done = reseal_all(holdings(), lambda _name, count: context.progress.advance("reseal", count))
    context.once(
        "resealed",
        lambda: ledger.record(
            system_actor("keys"),
            "keys.resealed",
            "keys",
            key_ring().current,
            things=done.changed,
            broken=len(done.broken),
        ),
    )
    return {"things": done.changed, "broken": list(done.broken)}


def is_resealing() -> bool:
    """Whether a change is under way."""
    return Job.objects.filter(kind=KIND, state__in=OPEN_STATES).exists()


def last_resealing() -> Job | None:
    """The newest change of the data key, done or under way."""
    return Job.objects.filter(kind=KIND).first()
