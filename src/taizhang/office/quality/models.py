"""Limits of the county's measures, by year."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Limit(models.Model):
    """What a measure must reach, or must not pass, from a year on until another one says otherwise; in per cent."""

    measure = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    percent = models.DecimalField(max_digits=4, decimal_places=1)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["measure", "-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "year"], name="limit_once_a_year"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="limit_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.year}"
