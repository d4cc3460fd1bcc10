"""The loop's background work: hand-back files, reminders, exemptions that come to their end."""

from typing import Any

from taizhang.office.access.actor import system_actor
from taizhang.office.casework.models import HandBack
from taizhang.office.casework.services.handing_back import write_batch
from taizhang.office.casework.services.reminding import remind
from taizhang.office.jobs.running import JobContext
from taizhang.office.rechecks.reminding import remind_rechecks


def write_handback(context: JobContext, *, handback_id: int) -> dict[str, Any]:
    """Write the file of a batch, once for all attempts."""
    batch = HandBack.objects.get(pk=handback_id)
    if not batch.sha256:
        context.once("written", lambda: write_batch(actor=system_actor("hand-back"), batch=batch))
    return {"number": batch.number}


def daily(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Remind, escalate, let exemptions end; the same for rechecks."""
    actor = system_actor("reminders")
    return remind(actor=actor) | remind_rechecks(actor=actor)
