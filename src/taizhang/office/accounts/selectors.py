"""Questions about accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from taizhang.office.access.actor import Actor, Grant
from taizhang.office.access.areas import CODE_LENGTH, Area
from taizhang.office.access.roles import Role, conflicting
from taizhang.office.accounts.models import Assignment, RoleRequest, User
from taizhang.office.errors import NotFound
from taizhang.office.places.models import Division

SOON = timedelta(days=30)
"""From then on an assignment is listed as expiring."""


def actor_for(user: Any) -> Actor | None:
    """The actor a logged-in user is today; None for a visitor. A disabled user is a visitor at once.

    Roles that exclude one another are refused when they are given; should they meet in the database all the same,
    none of them counts.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    today = timezone.localdate()
    grants = Assignment.objects.filter(
        user_id=user.pk, valid_from__lte=today, valid_to__gte=today, ended_at=None
    ).values_list("role", "area")
    held = tuple(Grant(Role(role), Area(area)) for role, area in grants.order_by("pk"))
    return Actor(user.pk, str(user), () if conflicting(frozenset(one.role for one in held)) else held)


def accounts(text: str = "", state: str = "") -> QuerySet[Any]:
    """Accounts by login name, with `has_factor`. text: part of a name or unit; state: `active`, `disabled`, `none` (no role)."""
    found = User.objects.annotate(has_factor=Exists(_factors())).order_by("-is_active", "username")
    if text:
        found = found.filter(Q(username__icontains=text) | Q(display_name__icontains=text) | Q(unit__icontains=text))
    if state in ("active", "disabled"):
        found = found.filter(is_active=state == "active")
    elif state == "none":
        found = found.exclude(pk__in=in_force().values("user_id"))
    return found.prefetch_related("assignments")


def _factors() -> QuerySet[Any]:
    return Authenticator.objects.filter(
        user_id=OuterRef("pk"), type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    )


def account_of(user_id: int) -> User:
    """One account, with `has_factor`. Raises NotFound."""
    user: User | None = User.objects.annotate(has_factor=Exists(_factors())).filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def in_force(on: date | None = None) -> QuerySet[Assignment]:
    """Assignments that count on a day, today by default."""
    day = on or timezone.localdate()
    return Assignment.objects.filter(ended_at=None, valid_from__lte=day, valid_to__gte=day)


def ended_lately(user_id: int) -> list[Assignment]:
    """What a person held until yesterday or lost since: a form opened before may be sent after."""
    since = timezone.localdate() - timedelta(days=1)
    over = Q(ended_at=None, valid_to=since) | Q(ended_at__date__gte=since)
    return list(Assignment.objects.filter(over, user_id=user_id).order_by("-pk"))


def assignments_of(user_id: int) -> QuerySet[Assignment]:
    """Everything a person ever held, newest first."""
    return Assignment.objects.filter(user_id=user_id).order_by("-pk")


def assignments(role: str = "", place: str = "", *, soon: bool = False) -> QuerySet[Assignment]:
    """Assignments that count today or later. place: a division prefix; soon: only those that end within SOON."""
    found = Assignment.objects.filter(ended_at=None, valid_to__gte=timezone.localdate(), user__is_active=True)
    if role in Role.values:
        found = found.filter(role=role)
    if place:
        found = found.filter(area__startswith=place)
    if soon:
        found = found.filter(valid_to__lte=timezone.localdate() + SOON)
    return found.select_related("user").order_by("valid_to", "pk")


def open_requests() -> QuerySet[RoleRequest]:
    """Roles that were asked for and wait for a second person."""
    return RoleRequest.objects.filter(decided_at=None).select_related("user", "asked_by").order_by("pk")


def locked_out() -> dict[str, datetime]:
    """Login names that are locked now, with the time of the last attempt."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    found = AccessAttempt.objects.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gte=since)
    return {one.username: one.attempt_time for one in found.order_by("attempt_time") if one.username}


@dataclass(frozen=True)
class Power:
    """One line of the access review: who may be what, where, until when; when they were last here."""

    user: User
    role: Role
    area: str
    place: str
    valid_to: date
    has_factor: bool


def access_review() -> list[Power]:
    """Everybody with a role today, by area and role."""
    held = list(
        in_force().filter(user__is_active=True).select_related("user").order_by("area", "role", "user__username")
    )
    names = area_names(one.area for one in held)
    with_factor = set(
        Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list("user_id", flat=True)
    )
    return [
        Power(one.user, Role(one.role), one.area, names[one.area], one.valid_to, one.user_id in with_factor)
        for one in held
    ]


def area_names(prefixes: Iterable[str]) -> dict[str, str]:
    """The names of areas by their prefixes, one query; an area that is not listed shows its prefix."""
    codes = {prefix: prefix.ljust(CODE_LENGTH, "0") for prefix in prefixes}
    known = dict(Division.objects.filter(code__in=set(codes.values())).values_list("code", "name"))
    return {prefix: known.get(code, prefix) for prefix, code in codes.items()}
