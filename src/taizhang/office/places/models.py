"""Divisions: the county, its towns and villages. Not secret, so not scoped."""

from typing import ClassVar

from django.db import models

from taizhang.office.access.scope import DIVISION

TOWN_LEVEL = 4


class Division(models.Model):
    """A division of the county's list, by its twelve-digit statistical code. level: 3 county, 4 town, 5 village."""

    code = models.CharField(max_length=12, primary_key=True, validators=[DIVISION])
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    is_placeholder = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
