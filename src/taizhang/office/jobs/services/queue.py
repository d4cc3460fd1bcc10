"""Putting jobs into the queue and leasing them to workers.

A lease is a row with a heart beat. A worker that dies keeps its row until the beat is old; then any worker gives it
back with one more failure. A worker that only slept and wakes up finds that its attempt is no longer the last one, and
its transaction rolls back (`fence`). So attempts are never counted back; what ends a job are failures, not leases.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound
from taizhang.office.jobs.errors import LeaseLost
from taizhang.office.jobs.models import OPEN_STATES, SINGLE_QUEUES, Effect, Job, JobState

SILENT = timedelta(seconds=30)
MAX_FAILURES = 5
BACK_OFF = timedelta(seconds=10)
BUSY_AGAIN = timedelta(seconds=15)


def enqueue(
    kind: str,
    *,
    key: str,
    arguments: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Queue a job inside the caller's transaction; a key that was queued before gives the job of then.

    Raises KeyError for a kind that no handler serves.
    """
    queue = settings.JOB_HANDLERS[kind][0]
    job, _ = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind, "queue": queue, "arguments": dict(arguments or {}), "run_at": run_at or timezone.now(),
            "created_by_id": actor.user_id if actor else None,
        },
    )  # fmt: skip
    return job


def claim(worker: str) -> Job | None:
    """Lease the job that has waited longest; None where there is none. Two workers never get one job."""
    now = timezone.now()
    busy = set(Job.objects.filter(state=JobState.RUNNING, queue__in=SINGLE_QUEUES).values_list("queue", flat=True))
    waiting = Job.objects.filter(state=JobState.READY, run_at__lte=now).exclude(queue__in=busy).order_by("run_at", "pk")
    for pk, attempt in waiting.values_list("pk", "attempt")[:10]:
        if _lease(pk, attempt, worker):
            return Job.objects.get(pk=pk)
    return None


def _lease(job_id: int, attempt: int, worker: str) -> bool:
    """Take one waiting job; False where another worker took it, or took another job of a queue that runs one at a time."""
    now = timezone.now()
    try:
        with transaction.atomic():
            waiting = Job.objects.filter(pk=job_id, state=JobState.READY, attempt=attempt)
            taken = waiting.update(
                state=JobState.RUNNING, attempt=attempt + 1, worker=worker, beat_at=now, started_at=now, stage="", done=0,
                total=None,
            )  # fmt: skip
    except IntegrityError:
        return False
    return bool(taken)


def leased(job_id: int, attempt: int) -> QuerySet[Job]:
    """The row of a job as long as this attempt is the last one and runs; no row where the lease is another's."""
    return Job.objects.filter(pk=job_id, attempt=attempt, state=JobState.RUNNING)


def beat(job_id: int, attempt: int) -> bool:
    """Tell that the worker of an attempt lives; False where the lease is another's."""
    return bool(leased(job_id, attempt).update(beat_at=timezone.now()))


def fence(job_id: int, attempt: int) -> None:
    """Last statement of every transaction of a job. Raises LeaseLost where the attempt is not the last one."""
    if not beat(job_id, attempt):
        raise LeaseLost


def happened(job: Job, effect: str) -> bool:
    """Note an effect inside the transaction that brings it about; True where an earlier attempt already did."""
    _, fresh = Effect.objects.get_or_create(job_key=job.key, name=effect)
    return not fresh


def reap() -> int:
    """Give back the jobs of silent workers; after too many failures a job is dead and waits for a person."""
    silent = Job.objects.filter(state=JobState.RUNNING, beat_at__lt=timezone.now() - SILENT)
    return sum(
        leased(job.pk, job.attempt)
        .filter(beat_at=job.beat_at)
        .update(worker="", run_at=timezone.now() + BACK_OFF * job.failures, **_once_more_failed(job))
        for job in silent
    )


def _once_more_failed(job: Job) -> dict[str, Any]:
    failures = job.failures + 1
    if failures < MAX_FAILURES:
        return {"failures": failures, "state": JobState.READY}
    return {"failures": failures, "state": JobState.DEAD, "finished_at": timezone.now()}


def settle(
    job: Job, state: JobState, *, code: str = "", text: str = "", result: Mapping[str, Any] | None = None
) -> None:
    """End an attempt. Raises LeaseLost where the attempt is not the last one."""
    changed = leased(job.pk, job.attempt).update(
        state=state, finished_at=timezone.now(), error_code=code, error_text=text[:500], result=dict(result or {})
    )
    if not changed:
        raise LeaseLost


def retry_later(job: Job, *, code: str, text: str) -> None:
    """Put a job whose attempt failed for a passing reason back, a little later each time; dead after too many."""
    failed = _once_more_failed(job)
    leased(job.pk, job.attempt).update(
        run_at=timezone.now() + BACK_OFF * failed["failures"], error_code=code, error_text=text[:500], **failed
    )


def wait_for(job: Job, *, code: str, text: str) -> None:
    """Put a job back whose means somebody else uses just now: no failure, so that it never dies of waiting."""
    leased(job.pk, job.attempt).update(
        state=JobState.READY, run_at=timezone.now() + BUSY_AGAIN, error_code=code, error_text=text[:500]
    )


def cancel_job(*, actor: Actor, job_id: int) -> None:
    """Ask a job to end: at once where it waits, between two chunks where it runs. Raises NotFound."""
    from taizhang.office import ledger

    with transaction.atomic():
        waits = Job.objects.filter(pk=job_id, state=JobState.READY)
        runs = Job.objects.filter(pk=job_id, state=JobState.RUNNING)
        if not waits.update(state=JobState.CANCELLED, finished_at=timezone.now()) and not runs.update(
            cancel_requested=True
        ):
            raise NotFound
        ledger.record(actor, "job.cancelled", "job", job_id)


def restart_job(*, actor: Actor, job_id: int) -> None:
    """Ask anew for a failed, dead or cancelled job. Raises NotFound."""
    from taizhang.office import ledger

    with transaction.atomic():
        ended = Job.objects.filter(pk=job_id).exclude(state__in=[*OPEN_STATES, JobState.DONE])
        if not ended.update(
            state=JobState.READY, run_at=timezone.now(), cancel_requested=False, error_code="", error_text="",
            failures=0, restarts=F("restarts") + 1, finished_at=None,
        ):  # fmt: skip
            raise NotFound
        ledger.record(actor, "job.restarted", "job", job_id)
