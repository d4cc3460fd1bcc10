"""The background work of the calendar."""

from typing import Any

from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.duedates.services import follow
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.services.planning import plan_once

KIND = "delivery.follow"
HOURLY = "40 * * * *"


def plan_follow(*, actor: Actor) -> None:
    """Put the look at what is due into the plan, where it is not there yet."""
    plan_once(actor=actor, name="每小时核对报送期限", kind=KIND, cron=HOURLY)


def run_follow(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Remind, and sweep what came."""
    return follow(actor=system_actor("due dates"))
