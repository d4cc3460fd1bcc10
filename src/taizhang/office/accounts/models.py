"""Accounts and assignments. There is no superuser: power is a role in an area, with an end."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from taizhang.office.access.roles import Role

PREFIX = RegexValidator(r"\A([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})\Z")


class UserManager(BaseUserManager["User"]):
    """Finds accounts by name; making them is `services.create_user`."""


class User(AbstractBaseUser):
    """A person; accounts are never shared and never deleted, only disabled.

    one_time_until: the password is one of a single use, until then, and must be replaced; None for one of their own.
    """

    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    one_time_until = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.display_name or self.username


class Assignment(models.Model):
    """A role of a person in an area, from a day to a day; re-confirmed yearly by being given again."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=30, choices=Role.choices)
    area = models.CharField(max_length=12, validators=[PREFIX])
    valid_from = models.DateField()
    valid_to = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_to")), name="assignment_days"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="assignment_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.area}"


class RoleRequest(models.Model):
    """A role that a security administrator asks for somebody; another person confirms or refuses it (law.md §6)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_requests")
    role = models.CharField(max_length=30, choices=Role.choices)
    area = models.CharField(max_length=12, validators=[PREFIX])
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, db_index=True)
    is_accepted = models.BooleanField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_to")), name="role_request_days"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_request_role"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="role_request_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.area}"
