"""The chain and its head. Rows cannot be changed or deleted: triggers on both databases see to it (migration 0001)."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One action. `digest` is SHA-256 over the digest before and the canonical form of everything else."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=20)
    verb = models.CharField(max_length=60, db_index=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    division_code = models.CharField(max_length=12, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id"], name="entry_by_subject"),
            models.Index(fields=["actor", "at"], name="entry_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"


class Head(models.Model):
    """The one row that says where the chain ends; locked last and shortest by whoever writes."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_one_head")]

    def __str__(self) -> str:
        return f"head {self.seq}"
