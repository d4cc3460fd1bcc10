"""A frame's editions by year, their cells, and what was ticked off where."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from taizhang.office.access.scope import ScopedModel

LONGEST_NAME = 40
"""Characters of a frame's title and of a cell's tag."""


class Frame(models.Model):
    """One frame as it stands in one year. revision: counts the changes, so that two editors notice each other."""

    title = models.CharField(max_length=LONGEST_NAME)
    year = models.PositiveSmallIntegerField(validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    revision = models.PositiveIntegerField(default=1)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-year", "title"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["title", "year"], name="frame_once_a_year")]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"


class FrameCell(models.Model):
    """One cell, as in the tables that packs refer to (docs/formats/rule-pack.md, Frames).

    tag: column and row, 七突出/1. begins, ends: a year, a month or a day. rules: ids of rules and letters of groups.
    checks: what is to be ticked off by hand, in every town.
    """

    frame = models.ForeignKey(Frame, models.PROTECT, related_name="cells")
    place = models.PositiveSmallIntegerField()
    tag = models.CharField(max_length=LONGEST_NAME)
    label = models.CharField(max_length=200, blank=True)
    begins = models.CharField(max_length=10, blank=True)
    ends = models.CharField(max_length=10, blank=True)
    rules = models.JSONField(default=list)
    checks = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["frame", "place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["frame", "tag"], name="frame_cell_tag")]

    def __str__(self) -> str:
        return self.tag


class Tick(ScopedModel):
    """A point of a cell's checklist that is done in a town. check_text: its words; other words are another point."""

    cell = models.ForeignKey(FrameCell, models.PROTECT, related_name="ticks")
    check_text = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)
    done_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cell", "check_text", "division_code"], name="frame_tick_once")
        ]

    def __str__(self) -> str:
        return f"tick {self.pk}"
