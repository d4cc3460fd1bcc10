"""The lake's background work: reading what was sent, watching the folders, sweeping, taking the sweep into the office."""

from typing import Any

from django.conf import settings

from taizhang.errors import UserError
from taizhang.intake.pipeline import take_in
from taizhang.office.access.actor import system_actor
from taizhang.office.casework.observing import follow_moves
from taizhang.office.findings.services.importing import import_newest
from taizhang.office.jobs.models import Effect
from taizhang.office.jobs.running import JobContext
from taizhang.sweep import sweep

SWEPT = "swept"


def run_sweep(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Take in what lies in the watched folders, sweep, and import; a sweep that an earlier attempt finished is not run again.

    Killed at any moment it leaves a whole lake: a half sweep is never seen, and an import is one transaction.
    """
    county = settings.INSTALLATION.county
    take_in(county, progress=context.progress)
    if not Effect.objects.filter(job_key=context.job.key, name=SWEPT).exists():
        sweep(county, progress=context.progress)
        context.once(SWEPT, lambda: None)
    imported = import_newest(actor=system_actor("sweep"), progress=context.progress, on_moves=follow_moves)
    return {"sweeps": [one.run.name for one in imported], "touched": sum(one.touched for one in imported)}


def watch(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Take in new deliveries of the watched folders; a sweep follows by the plan."""
    taken = take_in(settings.INSTALLATION.county, progress=context.progress)
    problems: list[UserError] = list(taken.problems)
    return {"new": sum(one.is_new for one in taken.deliveries), "problems": len(problems)}
