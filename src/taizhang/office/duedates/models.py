"""When the deliveries of a source are due, for the county or for one town, and since when that has been the rule."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Every(models.TextChoices):
    """How often."""

    WORKDAY = "workday", _("每个工作日")
    WEEK = "week", _("每周")
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季")


class Term(models.Model):
    """One rule: this source, for this town or (empty) the whole county, is due on these days.

    town: twelve digits. day: of the week from Monday 1 to Sunday 7; of the month, or of the quarter's last month, 1 to 31,
    its last day where it is shorter; 0 for every working day. A day off moves to the next working day. A rule is never
    changed: it ends and another begins, so that what was late stays late.
    """

    source = models.CharField(max_length=40)
    town = models.CharField(max_length=12, blank=True)
    every = models.CharField(max_length=8, choices=Every.choices)
    day = models.PositiveSmallIntegerField(default=0)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)
    why = models.CharField(max_length=200, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["source", "town", "begins_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(every__in=Every.values), name="term_every"),
            models.CheckConstraint(
                condition=Q(every="workday", day=0)
                | Q(every="week", day__range=(1, 7))
                | Q(every__in=("month", "quarter"), day__range=(1, 31)),
                name="term_day",
            ),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")), name="term_period"),
            models.UniqueConstraint(fields=["source", "town"], condition=Q(ends_on=None), name="term_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.town} {self.every} {self.day}"
