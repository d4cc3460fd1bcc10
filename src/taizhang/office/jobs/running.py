"""Running one leased job: a heart beat beside it, progress as rows, errors as codes."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction
from django.utils.module_loading import import_string

from taizhang.errors import UserError
from taizhang.intake.delivery import LakeBusyError
from taizhang.office.access.scope import scope_off
from taizhang.office.errors import OfficeError
from taizhang.office.jobs.errors import JobCancelled, LeaseLost
from taizhang.office.jobs.models import Job, JobState
from taizhang.office.jobs.services.queue import (
    beat,
    claim,
    fence,
    happened,
    leased,
    reap,
    retry_later,
    settle,
    wait_for,
)
from taizhang.office.parts.told import FAULT, kept

log = logging.getLogger(__name__)
BEAT_SECONDS = 5.0
SHOWN_EVERY = 0.5


class JobProgress:
    """A listener that writes where the work is into the job's row, at most twice a second; it also hears of a cancel."""

    def __init__(self, job: Job) -> None:
        self._job, self._done, self._stage, self._shown = job, 0, "", 0.0
        self._total: int | None = None

    def start(self, stage: str, total: int | None = None) -> None:
        """A stage begins."""
        self._stage, self._done, self._total = stage, 0, total
        self._show(at_once=True)

    def advance(self, stage: str, steps: int = 1) -> None:
        """`steps` more are done."""
        self._done += steps
        self._show()

    def finish(self, stage: str) -> None:
        """The stage is over."""
        self._show(at_once=True)

    def _show(self, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._shown < SHOWN_EVERY:
            return
        self._shown = time.monotonic()
        held = leased(self._job.pk, self._job.attempt)
        if not held.update(stage=self._stage[:60], done=self._done, total=self._total):
            raise LeaseLost
        if held.filter(cancel_requested=True).exists():
            raise JobCancelled


class JobContext:
    """What a handler gets. job: its row; progress: a listener for long work."""

    def __init__(self, job: Job) -> None:
        self.job, self.progress = job, JobProgress(job)

    def once(self, effect: str, do: Callable[[], object]) -> bool:
        """Do something in one transaction, once for all attempts of the job; False where it was done before.

        Raises LeaseLost, with everything rolled back, where another worker has taken over.
        """
        with transaction.atomic():
            if happened(self.job, effect):
                return False
            do()
            fence(self.job.pk, self.job.attempt)
        return True


def work_once(worker: str) -> bool:
    """Give back silent jobs, lease one and run it; False where nothing waits."""
    reap()
    job = claim(worker)
    if job is None:
        return False
    stop = threading.Event()
    heart = threading.Thread(target=_beat_until, args=(job, stop), daemon=True)
    heart.start()
    try:
        _run(job)
    finally:
        stop.set()
        heart.join()
    return True


def _run(job: Job) -> None:
    try:
        _attempt(job)
    except LeaseLost:
        log.warning("job %s: the lease was taken over", job.pk)


def _attempt(job: Job) -> None:
    handler = import_string(settings.JOB_HANDLERS[job.kind][1])
    try:
        with scope_off("a job works for the whole office; its handler narrows the scope to its subject"):
            result: dict[str, Any] | None = handler(JobContext(job), **job.arguments)
    except JobCancelled:
        settle(job, JobState.CANCELLED)
    except LakeBusyError as error:
        wait_for(job, code=error.code, text=kept(error))
    except (UserError, OfficeError) as error:
        settle(job, JobState.FAILED, code=error.code, text=kept(error))
    except LeaseLost:
        raise
    except Exception as error:  # the job boundary: the trace goes to the protected log, a code to people
        log.exception("job %s failed", job.pk)
        retry_later(job, code=FAULT, text=type(error).__name__)
    else:
        settle(job, JobState.DONE, result=result)


def _beat_until(job: Job, stop: threading.Event) -> None:
    """Beat until told to stop; the thread's own connection is closed, as nobody else could, however young it is."""
    try:
        while not stop.wait(BEAT_SECONDS) and _beats(job):
            close_old_connections()
    finally:
        connections.close_all()


def _beats(job: Job) -> bool:
    try:
        return beat(job.pk, job.attempt)
    except DatabaseError:  # a missed beat is made up by the next one
        log.warning("job %s: a heart beat was missed", job.pk)
        return True
