"""The office's index of the register: who somebody is, found by name, number, household or phone.

The lake holds the values; these rows hold what a list shows and what a search needs. Full numbers are sealed, and found
by keyed hashes of them. Ids are the register's (docs/formats/findings.md), so a row keeps its id from sweep to sweep.
"""

from typing import ClassVar

from django.db import models

from taizhang.office.access.scope import ScopedModel


class Household(ScopedModel):
    """One household of the register. numbers: every household number any ledger gives it."""

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=40, blank=True, db_index=True)
    head_name = models.CharField(max_length=60, blank=True)
    town_name = models.CharField(max_length=60, blank=True)
    village_name = models.CharField(max_length=60, blank=True)
    members = models.PositiveIntegerField(default=0)
    sources = models.JSONField(default=list)
    numbers = models.JSONField(default=list)
    is_current = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.number


class Person(ScopedModel):
    """One person of the register.

    name_fold, name_sound: keys under which variant writings and equal readings of the name meet. number_index,
    phone_index: keyed hashes; a number of 15 digits is found under its form of 18. sources: how many ledgers have the
    person. is_current: whether the newest sweep still had the person.
    """

    id = models.BigIntegerField(primary_key=True)
    household_id = models.BigIntegerField(null=True, db_index=True)
    name = models.CharField(max_length=60, blank=True)
    name_fold = models.CharField(max_length=60, blank=True, db_index=True)
    name_sound = models.CharField(max_length=120, blank=True, db_index=True)
    masked_number = models.CharField(max_length=30, blank=True)
    sealed_core18 = models.BinaryField(null=True)
    number_index = models.CharField(max_length=32, blank=True, db_index=True)
    phone_index = models.CharField(max_length=32, blank=True, db_index=True)
    masked_phone = models.CharField(max_length=20, blank=True)
    birth = models.DateField(null=True)
    sex = models.CharField(max_length=4, blank=True)
    relation = models.CharField(max_length=30, blank=True)
    sources = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)

    class Meta:
        # How many persons every division has is counted in this index alone; rows hold sealed numbers and are wide.
        indexes: ClassVar = [models.Index(fields=["division_code", "is_current"], name="person_counted")]

    def __str__(self) -> str:
        return f"person {self.pk}"


class KeyKind(models.TextChoices):
    """What a search can find a person by."""

    FOLD = "fold"
    SOUND = "sound"
    NUMBER = "number"
    PHONE = "phone"


class PersonKey(ScopedModel):
    """A further name, number or phone that only some ledger gives a person; the usual ones stand on the person itself."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=10, choices=KeyKind.choices)
    value = models.CharField(max_length=120)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "value"], name="person_key_value")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"


class Reveal(models.Model):
    """A full number shown to somebody for a reason; it may be shown again to the same person until `ends_at`."""

    user_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user_id", "person_id", "ends_at"], name="reveal_of_whom")]

    def __str__(self) -> str:
        return f"reveal {self.pk}"
