"""Sweeps and findings as the office holds them; the lake's findings.parquet is where they come from."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.areas import EVERYWHERE, Areas, outside, within
from taizhang.office.access.scope import DIVISION, ScopedManager, ScopedModel, current_areas, scope_fact
from taizhang.office.findings.states import State


class Severity(models.TextChoices):
    """How bad it is, worst first."""

    ERROR = "error", _("错误")
    WARN = "warn", _("警示")
    SUSPECT = "suspect", _("疑点")
    INFO = "info", _("提示")


SEVERITY_RANK = {Severity.ERROR: 1, Severity.WARN: 2, Severity.SUSPECT: 3, Severity.INFO: 4}


class Delta(models.TextChoices):
    """What the newest sweep says of a finding, against the sweep before."""

    NEW = "new", _("新增")
    PERSISTING = "persisting", _("仍存在")
    REOPENED = "reopened", _("重现")
    GONE = "gone", _("已消除")
    OUT_OF_RULE = "out_of_rule", _("不再判断")
    SUPERSEDED = "superseded", _("并入另一问题")
    SOURCE_LEFT = "source_left", _("台账已移出")


TOLD_ONCE = frozenset({Delta.NEW, Delta.REOPENED})
"""What holds in one sweep only: after the next one the finding persists (`Finding.delta_in`)."""
ENDED_DELTAS = frozenset({Delta.GONE, Delta.OUT_OF_RULE, Delta.SUPERSEDED, Delta.SOURCE_LEFT})
"""What the engine tells once and then no more."""


class SweepRun(models.Model):
    """One sweep that was imported.

    name: of its folder below the lake's sweeps. place: its number in the order of sweeps. deliveries: list of {source,
    title, delivery, as_of, held}. rules_not_run: rule id → why. counts, seconds: as in sweep.json.
    """

    name = models.CharField(max_length=40, unique=True)
    as_of = models.DateField()
    place = models.BigIntegerField()
    finished_at = models.DateTimeField()
    imported_at = models.DateTimeField(auto_now_add=True)
    deliveries = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    seconds = models.JSONField(default=dict)
    rules_not_run = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-place"]

    def __str__(self) -> str:
        return self.name


def newest_run() -> int | None:
    """The id of the newest imported sweep, None before the first."""
    newest: int | None = SweepRun.objects.order_by("-place").values_list("pk", flat=True).first()
    return newest


def is_said(delta: str) -> Q:
    """The condition that the newest sweep says this of a finding, as `Finding.delta_in` does."""
    in_newest = Q(changed_in__in=SweepRun.objects.order_by("-place").values("pk")[:1])
    if delta in TOLD_ONCE:
        return Q(delta=delta) & in_newest
    return Q(delta=delta) | (Q(delta__in=TOLD_ONCE) & ~in_newest) if delta == Delta.PERSISTING else Q(delta=delta)


class FindingManager(ScopedManager):
    """Findings whose own place, or a further place of which, lies in the open scope."""

    def get_queryset(self) -> QuerySet[Any]:
        """Findings of the scope's areas, those of two divisions seen from both; raises ScopeMissing without a scope."""
        areas = current_areas()
        inside = within("division_code", areas)
        if not inside:
            return models.Manager.get_queryset(self)
        if scope_fact("holds every finding", lambda: _holds_every_finding(areas)):
            return models.Manager.get_queryset(self).filter(inside)
        elsewhere = Visibility.objects.filter(inside).values("finding_id")
        return models.Manager.get_queryset(self).filter(inside | Q(pk__in=elsewhere))


def _holds_every_finding(areas: Areas) -> bool:
    """Whether no finding's own place lies outside, so that further places add nothing: so it is for the whole county.

    The database answers either of two conditions joined by OR much slower than one of them.
    """
    if not isinstance(areas, tuple):
        return areas is EVERYWHERE
    return not Finding._base_manager.filter(outside("division_code", areas)).exists()  # noqa: SLF001 - documented API


class Finding(ScopedModel):
    """A rule's complaint about a subject; keeps its identity from sweep to sweep.

    detail: sealed JSON with the values (observed, candidates, evidence, records). state: moved by casework and by
    `services.observing`, nobody else. severity_rank: 1 is worst. delta: as `changed_in` said it, the sweep that last said something new; what a later one says is `delta_in`. superseded_by: id of the finding that tells of it now. subject_person, subject_household: ids of the register.
    """

    finding_id = models.CharField(max_length=32, primary_key=True)
    short_id = models.CharField(max_length=12, db_index=True)
    rule = models.CharField(max_length=40, db_index=True)
    rule_version = models.CharField(max_length=20, blank=True)
    group = models.CharField(max_length=4, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    severity_rank = models.PositiveSmallIntegerField(default=4)
    subject_type = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    subject_person = models.BigIntegerField(null=True, db_index=True)
    subject_household = models.BigIntegerField(null=True, db_index=True)
    involved = models.JSONField(default=list)
    source = models.CharField(max_length=40, blank=True)
    culprit = models.CharField(max_length=40, blank=True)
    p_culprit = models.FloatField(null=True)
    fields = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    town_name = models.CharField(max_length=60, blank=True)
    village_name = models.CharField(max_length=60, blank=True)
    household_no = models.CharField(max_length=40, blank=True)
    head_name = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=60, blank=True)
    masked_number = models.CharField(max_length=30, blank=True)
    message_zh = models.TextField(blank=True)
    message_hant = models.TextField(blank=True)
    message_en = models.TextField(blank=True)
    hint_zh = models.TextField(blank=True)
    hint_hant = models.TextField(blank=True)
    hint_en = models.TextField(blank=True)
    confidence_class = models.CharField(max_length=2, blank=True)
    owner = models.CharField(max_length=30, blank=True)
    deadline_workdays = models.PositiveSmallIntegerField(null=True)
    delta = models.CharField(max_length=12, choices=Delta.choices)
    superseded_by = models.CharField(max_length=32, blank=True)
    observation = models.CharField(max_length=20, blank=True)
    first_seen = models.CharField(max_length=40, blank=True)
    reopened_count = models.PositiveIntegerField(default=0)
    value_digest = models.CharField(max_length=64, blank=True)
    detail = models.BinaryField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    remark = models.CharField(max_length=30, blank=True)
    changed_in = models.ForeignKey(SweepRun, models.PROTECT, related_name="findings")

    objects: ClassVar[FindingManager] = FindingManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "severity_rank", "division_code"], name="finding_open_worst"),
            models.Index(fields=["source", "state"], name="finding_by_source"),
            # Hardly any finding has one; an index of all would be full of empty texts, and taken for useless.
            models.Index(fields=["superseded_by"], name="finding_superseded", condition=Q(superseded_by__gt="")),
            # The figures beside the list's filters, counted in the order of this index.
            models.Index(fields=["severity", "rule", "source", "state", "division_code"], name="finding_counted"),
            # Everything that the scoreboard counts, by place and by source.
            models.Index(
                fields=[
                    "division_code",
                    "source",
                    "state",
                    "group",
                    "severity",
                    "reopened_count",
                    "subject_person",
                    "finding_id",
                ],
                name="finding_scored",
            ),
            # Everything that the list orders, filters and counts by: rows hold sealed values and are wide, this is narrow.
            models.Index(
                fields=[
                    "severity_rank",
                    "division_code",
                    "finding_id",
                    "state",
                    "severity",
                    "rule",
                    "source",
                    "delta",
                    "name",
                ],
                name="finding_listed",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="finding_state"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="finding_severity"),
        ]

    def __str__(self) -> str:
        return self.short_id

    def delta_in(self, newest: int | None) -> Delta:
        """What the newest sweep, by its id, says of the finding: new and reopened are so in the sweep that said it only.

        Asked, not stored, so that a sweep writes what changed and not everything that the one before found.
        """
        said = Delta(self.delta)
        return Delta.PERSISTING if said in TOLD_ONCE and self.changed_in_id != newest else said

    @property
    def message(self) -> str:
        """What is wrong, in the language of the page."""
        return str(getattr(self, f"message_{_language()}"))

    @property
    def hint(self) -> str:
        """What to do, in the language of the page."""
        return str(getattr(self, f"hint_{_language()}"))


def _language() -> str:
    return {"zh-hant": "hant", "en": "en"}.get(get_language() or "", "zh")


class Visibility(models.Model):
    """A further division in which a finding is seen: the other town of a person whom two towns have."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="further_places")
    division_code = models.CharField(max_length=12, validators=[DIVISION], db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "division_code"], name="finding_place_once")
        ]

    def __str__(self) -> str:
        return self.division_code


class SavedView(models.Model):
    """A filter of the finding list that somebody kept under a name of their own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    label = models.CharField(max_length=20)
    query = models.CharField(max_length=400)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "label"], name="saved_view_label")]

    def __str__(self) -> str:
        return self.label
