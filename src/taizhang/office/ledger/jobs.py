"""The nightly check of the ledger, and the same check when the audit administrator asks for it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.jobs.models import OPEN_STATES, Job
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.services.planning import plan_once
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.heads import HeadsForged, note_head
from taizhang.office.ledger.verifying import head, verify

KIND = "ledger.check"
NIGHTLY = "30 2 * * *"


def plan_check(*, actor: Actor) -> None:
    """Put the nightly check into the plan where no line of the plan checks the ledger."""
    plan_once(actor=actor, name="每夜核对流水", kind=KIND, cron=NIGHTLY)


def request_check(*, actor: Actor) -> Job:
    """Queue a check; asked for twice within a minute it is done once."""
    with transaction.atomic():
        return enqueue(KIND, key=f"{KIND}:{timezone.now():%Y%m%d%H%M}", actor=actor)


def check(context: JobContext) -> dict[str, Any]:
    """Verify the chain; where it holds, note its head outside the database. Either result is an entry."""
    count, _digest = head()
    try:
        broken = verify()
        at, what = (broken.seq, broken.what) if broken is not None else (0, "")
    except HeadsForged:
        at, what = count, "noted"
    found: dict[str, Any] = {"entries": count, "broken_at": at, "what": what}
    context.once("checked", lambda: ledger.record(system_actor("ledger"), "ledger.checked", "ledger", "", **found))
    if not what:
        note_head()
    return found


def open_check() -> bool:
    """Whether a check waits or runs."""
    return Job.objects.filter(kind=KIND, state__in=OPEN_STATES).exists()


def last_check() -> Job | None:
    """The newest check that came to an end."""
    return Job.objects.filter(kind=KIND).exclude(finished_at=None).order_by("-finished_at").first()
