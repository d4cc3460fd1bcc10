"""The lake's background work: reading what was sent, watching the folders, sweeping, taking the sweep into the office."""

from typing import Any

from django.conf import settings

from taizhang.intake.delivery import Lake
from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.casework.observing import follow_moves
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.services.importing import import_newest
from taizhang.office.jobs.models import PLANNED, UNCHANGED, Job, JobState
from taizhang.office.jobs.running import JobContext
from taizhang.office.jobs.services.planning import plan_once
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.sources.models import WATCH
from taizhang.office.sources.services.keeping import clear_kept
from taizhang.office.sources.services.submissions import FOLDERS
from taizhang.office.sources.services.uploads import clear_uploads
from taizhang.office.sources.services.watching import look_at_folders
from taizhang.sweep import sweep
from taizhang.sweep.grounds import unchanged_since
from taizhang.sweep.history import was_swept_for

CLEAR = "uploads.clear"


def plan_work(*, actor: Actor) -> None:
    """Put what deliveries need every day into the plan, where it is not there yet."""
    plan_once(actor=actor, name="每夜清理未传完的文件", kind=CLEAR, cron="10 3 * * *")
    plan_once(actor=actor, name="每五分钟查看报送文件夹", kind=WATCH, cron="*/5 * * * *")


def adopt_sweeps() -> None:
    """Queue the import of sweeps that a county had from the command line before it had an office.

    Nothing is swept for it, unless something has changed since the last of them. No sweep is read here: whatever is wrong with
    one the job says, and the office starts all the same.
    """
    finished = sorted((settings.INSTALLATION.county.data / "sweeps").glob("[0-9]*/sweep.json"))
    if finished and not SweepRun.objects.exists():
        enqueue("sweep.run", key=f"{PLANNED}adopt:{finished[-1].parent.name}")


def run_sweep(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Sweep what was accepted, and import it; a sweep that an earlier attempt finished is not run again.

    One that the plan begins sweeps nothing where nothing has changed since the last sweep: it would find the same.

    Killed at any moment it leaves a whole lake: a half sweep is never seen, and an import is one transaction. A sweep
    bears the mark of the job that asked for it, so that a later attempt knows its own from anybody else's, even when
    the worker died between finishing it and saying so.
    """
    county, asked_by = settings.INSTALLATION.county, context.job.asking
    with Lake(county.data).held():  # or an attempt that only slept could finish its sweep between the look and ours
        same = unchanged_since(county) if context.job.is_planned else None
        if same is None and not was_swept_for(county, asked_by):
            sweep(county, progress=context.progress, asked_by=asked_by)
    imported = import_newest(actor=system_actor("sweep"), progress=context.progress, on_moves=follow_moves)
    counted = {"sweeps": [one.run.name for one in imported], "touched": sum(one.touched for one in imported)}
    return counted if same is None or imported else counted | {UNCHANGED: same}


def watch(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Look at the watched folders; what has come to rest is proposed by jobs of its own."""
    looked = look_at_folders(actor=system_actor(FOLDERS))
    if not looked.is_eventful:  # a look every few minutes would bury the list of jobs: of such only the last one stays
        quiet = Job.objects.filter(kind=context.job.kind, state=JobState.DONE, result__eventful=False)
        quiet.exclude(pk=context.job.pk).delete()
    return {
        "eventful": looked.is_eventful, "new": looked.taken, "repeated": looked.repeated, "kept": looked.kept,
        "lost": looked.lost, "problems": looked.problems, "busy": looked.busy,
    }  # fmt: skip


def clear(context: JobContext, **arguments: Any) -> dict[str, Any]:
    """Remove what was begun to be uploaded and never went on, and refused files whose time is over."""
    return {"uploads": clear_uploads(), "kept": clear_kept(actor=system_actor("uploads"))}
