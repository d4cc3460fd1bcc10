"""Roles: one security administrator asks, another or the leader confirms; nobody gives power to themselves."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH, Area
from taizhang.office.access.roles import Role, conflicting
from taizhang.office.accounts.errors import (
    NoSuchArea,
    OwnAccount,
    ReasonNeeded,
    RolesConflict,
    SameHands,
    TermWrong,
)
from taizhang.office.accounts.models import Assignment, RoleRequest, User
from taizhang.office.accounts.services.sessions import end_sessions
from taizhang.office.errors import Forbidden, NotFound, Stale
from taizhang.office.places.models import Division

LONGEST = timedelta(days=366)
"""Assignments are confirmed again yearly (platform design §2.1)."""


def assign_role(
    *, actor: Actor, user_id: int, role: Role, area: Area, valid_from: date, valid_to: date, reason: str = ""
) -> Assignment:
    """Give a person a role in an area for a time. Raises NotFound, RolesConflict, OwnAccount."""
    if actor.user_id == user_id:
        raise OwnAccount
    with transaction.atomic():
        _free_of_conflict(user_id, role, valid_from, valid_to)
        assignment = Assignment.objects.create(
            user_id=user_id, role=role, area=area.prefix, valid_from=valid_from, valid_to=valid_to
        )
        ledger.record(
            actor, "role.assigned", "user", user_id, reason=reason,
            role=role.value, area=area.prefix, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat(),
        )  # fmt: skip
    return assignment


def request_role(
    *, actor: Actor, user_id: int, role: Role, area: Area, valid_from: date, valid_to: date, reason: str
) -> RoleRequest:
    """Ask that a person get a role; it counts once somebody else has confirmed it.

    Raises NotFound, RolesConflict, OwnAccount, ReasonNeeded, TermWrong, NoSuchArea, Forbidden outside the actor's area.
    """
    if actor.user_id == user_id:
        raise OwnAccount
    if not reason.strip():
        raise ReasonNeeded("reason")
    if not timezone.localdate() <= valid_from <= valid_to <= valid_from + LONGEST:
        raise TermWrong("valid_from", "valid_to")
    code = area.prefix.ljust(CODE_LENGTH, "0")
    if not Division.objects.filter(code=code).exists():
        raise NoSuchArea("area")
    if not actor.may("role.grant", code):
        raise Forbidden("area")
    with transaction.atomic():
        _free_of_conflict(user_id, role, valid_from, valid_to)
        asked = RoleRequest.objects.create(
            user_id=user_id, role=role, area=area.prefix, valid_from=valid_from, valid_to=valid_to, reason=reason[:500],
            asked_by_id=actor.user_id,
        )  # fmt: skip
        ledger.record(
            actor, "role.requested", "user", user_id, reason=reason[:500], request=asked.pk,
            role=role.value, area=area.prefix, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat(),
        )  # fmt: skip
    return asked


def decide_role(*, actor: Actor, request_id: int, accept: bool, reason: str = "") -> Assignment | None:
    """Confirm or refuse what somebody else asked for; gives the assignment where it was confirmed.

    Raises NotFound, Stale where it was decided before, SameHands for whoever asked or would get the role, ReasonNeeded
    for a refusal without a reason, RolesConflict where the person has got another role meanwhile.
    """
    if not accept and not reason.strip():
        raise ReasonNeeded("reason")
    with transaction.atomic():
        asked = RoleRequest.objects.select_for_update().filter(pk=request_id).first()
        if asked is None or not actor.may("role.confirm", asked.area.ljust(CODE_LENGTH, "0")):
            raise NotFound
        if asked.decided_at is not None:
            raise Stale
        if actor.user_id in (asked.asked_by_id, asked.user_id):
            raise SameHands
        asked.decided_at, asked.decided_by_id, asked.is_accepted = timezone.now(), actor.user_id, accept
        asked.save(update_fields=["decided_at", "decided_by", "is_accepted"])
        if accept:
            return assign_role(
                actor=actor, user_id=asked.user_id, role=Role(asked.role), area=Area(asked.area),
                valid_from=asked.valid_from, valid_to=asked.valid_to, reason=asked.reason,
            )  # fmt: skip
        ledger.record(actor, "role.refused", "user", asked.user_id, reason=reason[:500], request=asked.pk)
    return None


def end_assignment(*, actor: Actor, assignment_id: int, reason: str) -> None:
    """Take a role back; the person's sessions end at once. Raises NotFound, ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded("reason")
    with transaction.atomic():
        assignment = Assignment.objects.select_for_update().filter(pk=assignment_id, ended_at=None).first()
        if assignment is None:
            raise NotFound
        assignment.ended_at = timezone.now()
        assignment.save(update_fields=["ended_at"])
        end_sessions(assignment.user_id)
        ledger.record(
            actor, "role.ended", "user", assignment.user_id, reason=reason, role=assignment.role, area=assignment.area
        )


def _free_of_conflict(user_id: int, role: Role, valid_from: date, valid_to: date) -> None:
    """Raises NotFound for an account that is none or disabled, RolesConflict."""
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound
    held = {
        Role(one)
        for one in Assignment.objects.filter(
            user=user, ended_at=None, valid_to__gte=valid_from, valid_from__lte=valid_to
        ).values_list("role", flat=True)
    }
    if conflicting(frozenset(held | {role})):
        raise RolesConflict("role")
