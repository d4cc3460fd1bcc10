"""Rounds of rechecks, and the findings each of them drew."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.scope import ScopedModel


class Round(models.Model):
    """One draw among the findings closed from `first` to `last`.

    A day of closing belongs to one round, so that nobody draws again until the sample pleases.
    share: per cent of each stratum. seed: hexadecimal; with it anybody can repeat the draw. population: findings closed
    in the period and still closed when drawn.
    """

    first = models.DateField(unique=True)
    last = models.DateField(unique=True)
    share = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64)
    population = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-first"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="recheck_round_period"),
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=100), name="recheck_round_share"),
        ]

    def __str__(self) -> str:
        days = [self.first] if self.first == self.last else [self.first, self.last]
        return " – ".join(one.isoformat() for one in days)


class Result(models.TextChoices):
    """What the second look found."""

    HELD = "held", _("属实")
    FAILED = "failed", _("不属实")


class Recheck(ScopedModel):
    """A drawn finding.

    group: of its rule; town: twelve digits; together its stratum, of which stratum_drawn of stratum_size were drawn.
    verified_by: who said last how it is at the household; the database refuses them as decided_by.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="rechecks")
    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="rechecks")
    town = models.CharField(max_length=12)
    group = models.CharField(max_length=4, blank=True)
    stratum_size = models.PositiveIntegerField()
    stratum_drawn = models.PositiveIntegerField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="rechecks")
    due_on = models.DateField()
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=8, choices=Result.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "finding"], name="recheck_once_a_round"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(verified_by=None) | ~Q(decided_by=F("verified_by")),
                name="recheck_two_people",
            ),
            models.CheckConstraint(
                condition=Q(result="", decided_by=None) | (~Q(result="") & Q(decided_by__isnull=False)),
                name="recheck_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"recheck {self.pk}"
