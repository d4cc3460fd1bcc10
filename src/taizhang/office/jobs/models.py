"""Jobs, what they have already brought about, the plan they follow, and the days on which people work."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a job stands."""

    READY = "ready", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("未完成")
    DEAD = "dead", _("多次中断，已停止")
    CANCELLED = "cancelled", _("已取消")


OPEN_STATES = (JobState.READY, JobState.RUNNING)
SINGLE_QUEUES = ("sweep",)
"""Queues of which one job runs at a time: they write the lake. The database itself refuses a second one."""


PLANNED = "plan:"
"""How the keys of jobs begin that a line of the plan has queued."""
UNCHANGED = "unchanged_since"
"""In the result of a job that found nothing to do: what it had last done, for people to read."""


class Job(models.Model):
    """One piece of work. key: its natural name, so that asking twice does it once; arguments: ids only, never data.

    attempt counts the leases given; whoever writes on the job's behalf proves that his attempt is still the last one.
    failures counts the attempts that broke since somebody asked for it last; waiting for somebody else is none.
    restarts counts how often somebody asked anew for it after it had ended.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.READY)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    restarts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=60, blank=True)
    beat_at = models.DateTimeField(null=True)
    run_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=60, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "run_at"], name="job_to_take")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state"),
            models.UniqueConstraint(
                fields=["queue"],
                condition=Q(state="running", queue__in=SINGLE_QUEUES),
                name="job_one_in_a_single_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.state in OPEN_STATES

    @property
    def asking(self) -> str:
        """What work outside the database is marked with, to be known again by a later attempt; a restart asks anew."""
        return f"{self.key} #{self.restarts}"

    @property
    def is_planned(self) -> bool:
        """Whether the plan began it, not somebody who asked for it."""
        return self.key.startswith(PLANNED)


class Effect(models.Model):
    """Something a job has brought about, written in the transaction that did it: a second attempt finds it."""

    job_key = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job_key", "name"], name="effect_once")]

    def __str__(self) -> str:
        return f"{self.job_key} {self.name}"


class Schedule(models.Model):
    """A line of the plan (按计划持续). cron: five fields, in the county's time; next_at is its next moment.

    workdays_only: a moment on a day off moves to the same hour of the next working day. A missed moment is made up once.
    """

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)
    cron = models.CharField(max_length=60)
    workdays_only = models.BooleanField(default=True)
    enabled = models.BooleanField(default=True)
    last_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["next_at"]

    def __str__(self) -> str:
        return self.name


class DayOff(models.Model):
    """What the county knows better than the weekdays: a holiday, or a weekend day on which people work."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.note}"
