"""What somebody sent to the office, until it is a delivery of the lake or refused."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SubmissionState(models.TextChoices):
    """Where a submission stands."""

    RECEIVED = "received", _("已收到，正在读取")
    PROPOSED = "proposed", _("待接收")
    ACCEPTED = "accepted", _("已接收")
    REJECTED = "rejected", _("已退回")
    REFUSED = "refused", _("未能读取")
    REPLACED = "replaced", _("已由新的一批代替")


WATCH, PROPOSE = "intake.watch", "intake.propose"
"""Kinds of jobs: looking at the watched folders, reading a submission."""


class Origin(models.TextChoices):
    """By which way files came."""

    UPLOAD = "upload", _("上传")
    FOLDER = "folder", _("收件夹")


class Submission(models.Model):
    """Files of one source for one day.

    sent_by: None where they came by a watched folder. dated: how the day is known (intake.watching.Dated), empty where
    somebody said it. bundle: which files of a folder belong together, empty for an upload. digest: of the files'
    contents, however they are named. delivery: name of the proposed or accepted delivery; change: figures of the
    comparison with the delivery before. The files stay in `folder` for inspection until it is accepted or rejected; of
    a refused one until `cleared_at`.
    """

    source = models.CharField(max_length=40)
    as_of = models.DateField()
    folder = models.CharField(max_length=40, unique=True)
    files = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.UPLOAD)
    dated = models.CharField(max_length=12, blank=True)
    bundle = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=SubmissionState.choices, default=SubmissionState.RECEIVED)
    delivery = models.CharField(max_length=60, blank=True)
    change = models.JSONField(default=dict)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="submission_state")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"

    @property
    def read_mark(self) -> str:
        """Which reading of its files a page shows: they are read again when a layout is explained."""
        return self.settled_at.isoformat() if self.settled_at is not None else ""


class Upload(models.Model):
    """A file on its way in pieces, of one person; gone when it is sent as part of a submission, or given up.

    token: opaque, names it in addresses and on disk. modified: the file's own time in ms. offset: bytes that count;
    crc32: of those. sha256: once it is whole.
    """

    LONGEST_NAME = 200

    token = models.CharField(max_length=40, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    size = models.PositiveBigIntegerField()
    modified = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    crc32 = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["by", "name", "size", "modified"], name="upload_once"),
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="upload_within_size"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        """Whether all of it arrived and was checked."""
        return bool(self.sha256)

    @property
    def percent(self) -> int:
        """How much arrived, in whole percent, 0 to 100."""
        return self.offset * 100 // self.size


class ArrivalState(models.TextChoices):
    """Where a file of a watched folder stands."""

    ARRIVING = "arriving", _("正在到达")
    KEPT = "kept", _("没有采用")
    TAKEN = "taken", _("已成一批报送")
    SAME = "same", _("以前收过")
    LOST = "lost", _("读取时消失或被替换")
    ASIDE = "aside", _("不是报送")


class Arrival(models.Model):
    """A file that lies in a watched folder, as the last look saw it; gone when the file is, but for one that was lost.

    place: id of the source whose folder it is, empty for the letterbox; name: below it. modified_ns: the file's own time.
    still_since: since when size and time are as they are. reason: a key of presenting.REASONS. sources: ids of those
    its name fits. submission: what it became part of, or what it repeats.
    """

    place = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=700)
    size = models.PositiveBigIntegerField()
    modified_ns = models.BigIntegerField()
    still_since = models.DateTimeField()
    seen_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ArrivalState.choices, default=ArrivalState.ARRIVING)
    reason = models.CharField(max_length=20, blank=True)
    sources = models.JSONField(default=list)
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="arrivals")

    class Meta:
        ordering: ClassVar = ["place", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "name"], name="arrival_once"),
            models.CheckConstraint(condition=Q(state__in=ArrivalState.values), name="arrival_state"),
        ]

    def __str__(self) -> str:
        return self.name
