"""Jobs: done once, given back when their worker dies, fenced against a worker that comes back."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.utils import timezone

from officepeople import actor
from taizhang.errors import UserError
from taizhang.intake.delivery import Lake
from taizhang.office.access.roles import Role
from taizhang.office.jobs import running
from taizhang.office.jobs.errors import LeaseLost
from taizhang.office.jobs.models import Effect, Job, JobState
from taizhang.office.jobs.services.queue import (
    MAX_FAILURES,
    _lease,
    beat,
    cancel_job,
    claim,
    enqueue,
    fence,
    reap,
    restart_job,
    settle,
)

pytestmark = pytest.mark.django_db(transaction=True)
DONE = []


def note(context, *, number):
    """A handler that brings something about once."""
    context.once("noted", lambda: DONE.append(number))
    return {"number": number}


def refuse(context):
    """A handler that meets something a person can put right."""
    raise UserError("文件夹不在。", hint="请检查路径。")


def break_down(context):
    """A handler with a fault of ours."""
    raise RuntimeError("610723199001011234")


def obey(context):
    """A handler that hears of a cancel between two steps."""
    context.progress.start("第一步")
    Job.objects.filter(pk=context.job.pk).update(cancel_requested=True)
    context.progress.start("第二步")


def last(context):
    """A handler that ends when its heart has beaten."""
    begun, deadline = context.job.beat_at, time.monotonic() + 60
    while Job.objects.get(pk=context.job.pk).beat_at <= begun:
        assert time.monotonic() < deadline, "no heart beat within a minute"
        time.sleep(0.01)


def find_the_lake_in_use(context):
    """A handler that needs the lake while somebody else holds it."""
    data = settings.INSTALLATION.county.data
    with Lake(data).held():
        in_another_thread = ThreadPoolExecutor(1).submit(lambda: Lake(data).held().__enter__())
        in_another_thread.result()


@pytest.fixture(autouse=True)
def handlers(settings):
    """The handlers of these tests, and nothing done yet."""
    DONE.clear()
    here = __name__
    settings.JOB_HANDLERS = {
        "note": ("fast", f"{here}.note"),
        "refuse": ("fast", f"{here}.refuse"),
        "break": ("fast", f"{here}.break_down"),
        "obey": ("fast", f"{here}.obey"),
        "last": ("fast", f"{here}.last"),
        "lake": ("sweep", f"{here}.note"),
        "busy": ("fast", f"{here}.find_the_lake_in_use"),
    }


def silent(job):
    """The job's worker has not been heard of for a minute."""
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(seconds=61))


def test_a_job_is_done_once_however_often_it_is_queued():
    for _ in range(3):
        enqueue("note", key="n:1", arguments={"number": 7})

    assert [running.work_once("w"), running.work_once("w")] == [True, False]
    assert DONE == [7]
    assert Job.objects.get().state == JobState.DONE


def test_two_workers_never_lease_one_job():
    enqueue("note", key="n:1", arguments={"number": 1})

    assert [claim("a") is not None, claim("b") is not None] == [True, False]


def test_the_job_of_a_dead_worker_is_given_back_and_its_effect_not_repeated():
    enqueue("note", key="n:1", arguments={"number": 1})
    dead = claim("a")
    running.JobContext(dead).once("noted", lambda: DONE.append(1))
    silent(dead)

    assert reap() == 1
    assert running.work_once("b")
    assert DONE == [1]
    assert Job.objects.get().state == JobState.DONE


def test_a_living_worker_keeps_its_job():
    enqueue("note", key="n:1", arguments={"number": 1})
    job = claim("a")
    silent(job)
    assert beat(job.pk, job.attempt)

    assert reap() == 0


def test_the_connection_of_a_jobs_heart_is_closed_with_the_job(monkeypatch):
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.01)
    opened = []

    def note_opened(sender, connection, **named):
        if threading.current_thread() is not threading.main_thread():
            opened.append(connection)

    connection_created.connect(note_opened)
    try:
        enqueue("last", key="l:1", arguments={})
        assert running.work_once("w")
    finally:
        connection_created.disconnect(note_opened)

    assert len(opened) == 1
    is_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()  # which never closes, lest it be gone
    assert is_memory or opened[0].connection is None


def test_a_worker_that_wakes_up_after_the_reaper_writes_nothing():
    enqueue("note", key="n:1", arguments={"number": 1})
    asleep = claim("a")
    silent(asleep)
    reap()
    claim("b")

    with pytest.raises(LeaseLost):
        running.JobContext(asleep).once("noted", lambda: Effect.objects.create(job_key="x", name="leaked"))
    assert not Effect.objects.exists()
    with pytest.raises(LeaseLost), transaction.atomic():
        fence(asleep.pk, asleep.attempt)
    with pytest.raises(LeaseLost):
        settle(asleep, JobState.DONE)


def test_a_job_that_kills_its_worker_again_and_again_is_dead_and_can_be_restarted():
    job = enqueue("note", key="n:1", arguments={"number": 1})
    for _ in range(MAX_FAILURES):
        Job.objects.update(run_at=timezone.now())
        silent(claim("a"))
        reap()

    assert Job.objects.get().state == JobState.DEAD
    restart_job(actor=actor(Role.SYSTEM_ADMIN), job_id=job.pk)
    assert running.work_once("b")
    assert Job.objects.get().state == JobState.DONE


def test_what_a_person_can_put_right_is_told_in_words():
    enqueue("refuse", key="r")

    running.work_once("a")

    job = Job.objects.get()
    assert (job.state, job.error_code) == (JobState.FAILED, "E-USER")
    assert "文件夹不在" in job.error_text


def test_a_fault_is_tried_again_later_and_its_text_says_nothing_of_a_record():
    enqueue("break", key="b")

    running.work_once("a")

    job = Job.objects.get()
    assert (job.state, job.error_text) == (JobState.READY, "RuntimeError")
    assert job.run_at > timezone.now()


def test_a_running_job_ends_between_two_steps_when_it_is_cancelled():
    enqueue("obey", key="o")

    running.work_once("a")

    assert Job.objects.get().state == JobState.CANCELLED


def test_a_waiting_job_is_cancelled_at_once():
    job = enqueue("note", key="n:1", arguments={"number": 1})

    cancel_job(actor=actor(Role.SYSTEM_ADMIN), job_id=job.pk)

    assert not running.work_once("a")
    assert DONE == []


def test_the_lake_has_one_writer():
    enqueue("lake", key="l:1", arguments={"number": 1})
    enqueue("lake", key="l:2", arguments={"number": 2})
    enqueue("note", key="n:1", arguments={"number": 3})

    assert [claim("a").kind, claim("b").kind, claim("c")] == ["lake", "note", None]


def test_the_database_refuses_a_second_writer_of_the_lake():
    for number in (1, 2):
        enqueue("lake", key=f"l:{number}", arguments={"number": number})
    first, second = Job.objects.order_by("pk")
    assert _lease(first.pk, 0, "a")

    assert not _lease(second.pk, 0, "b")
    assert Job.objects.get(pk=second.pk).state == JobState.READY


def test_a_job_that_finds_the_lake_in_use_waits_and_never_dies_of_waiting():
    job = enqueue("busy", key="b")
    for _ in range(MAX_FAILURES + 2):
        Job.objects.update(run_at=timezone.now())
        assert running.work_once("a")

    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.READY, "E-LAKE-BUSY")
    assert job.run_at > timezone.now()


def test_a_kill_and_a_fault_after_a_long_wait_do_not_end_a_job(settings):
    job = enqueue("busy", key="b")
    for _ in range(MAX_FAILURES + 2):
        Job.objects.update(run_at=timezone.now())
        assert running.work_once("a")
    Job.objects.update(run_at=timezone.now())
    silent(claim("a"))

    assert reap() == 1
    job.refresh_from_db()
    assert job.state == JobState.READY

    settings.JOB_HANDLERS["busy"] = ("fast", f"{__name__}.break_down")
    Job.objects.update(run_at=timezone.now())
    assert running.work_once("a")
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.READY, "E-FAULT")


def test_a_worker_that_wakes_up_after_a_restart_writes_nothing():
    job = enqueue("note", key="n:1", arguments={"number": 1})
    asleep = []
    for _ in range(MAX_FAILURES):
        Job.objects.update(run_at=timezone.now())
        asleep.append(claim("a"))
        silent(asleep[-1])
        reap()
    restart_job(actor=actor(Role.SYSTEM_ADMIN), job_id=job.pk)
    assert claim("b") is not None

    assert not any(beat(one.pk, one.attempt) for one in asleep)


def test_a_job_that_died_of_its_workers_says_when():
    job = enqueue("note", key="n:1", arguments={"number": 1})
    for _ in range(MAX_FAILURES):
        Job.objects.update(run_at=timezone.now())
        silent(claim("a"))
        job.refresh_from_db()
        assert job.finished_at is None
        reap()

    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert job.finished_at is not None


def test_a_beat_that_comes_between_looking_and_giving_back_keeps_the_job(monkeypatch):
    enqueue("note", key="n:1", arguments={"number": 1})
    job = claim("a")
    silent(job)
    looked = Job.objects.filter

    def look_then_beat(*arguments, **named):
        found = list(looked(*arguments, **named)) if "beat_at__lt" in named else looked(*arguments, **named)
        if "beat_at__lt" in named:
            assert beat(job.pk, job.attempt)
        return found

    monkeypatch.setattr(Job.objects, "filter", look_then_beat)

    assert reap() == 0


def test_a_rolled_back_change_queues_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("note", key="n:1", arguments={"number": 1})
        raise RuntimeError

    assert not Job.objects.exists()
