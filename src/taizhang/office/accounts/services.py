"""Changes of accounts and assignments."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role, conflicting
from taizhang.office.accounts.errors import NameTaken, RolesConflict
from taizhang.office.accounts.models import Assignment, User
from taizhang.office.errors import NotFound


def create_user(
    *, actor: Actor, username: str, display_name: str, password: str, unit: str = "", phone: str = ""
) -> User:
    """Make an account. Raises NameTaken, ValidationError for a weak password."""
    user = User(username=username, display_name=display_name, unit=unit, phone=phone)
    validate_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            ledger.record(actor, "user.created", "user", user.pk, unit=unit)
    except IntegrityError:
        raise NameTaken("username") from None
    return user


def assign_role(
    *, actor: Actor, user_id: int, role: Role, area: Area, valid_from: date, valid_to: date, reason: str = ""
) -> Assignment:
    """Give a person a role in an area for a time. Raises NotFound, RolesConflict."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
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
        assignment = Assignment.objects.create(
            user=user, role=role, area=area.prefix, valid_from=valid_from, valid_to=valid_to
        )
        ledger.record(
            actor, "role.assigned", "user", user.pk, reason=reason,
            role=role.value, area=area.prefix, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat(),
        )  # fmt: skip
    return assignment


def end_assignment(*, actor: Actor, assignment_id: int, reason: str) -> None:
    """Take a role back; the person's sessions end at once. Raises NotFound."""
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


def disable_user(*, actor: Actor, user_id: int, reason: str) -> None:
    """Disable an account and end its sessions. Raises NotFound."""
    with transaction.atomic():
        if not User.objects.filter(pk=user_id, is_active=True).update(is_active=False):
            raise NotFound
        end_sessions(user_id)
        ledger.record(actor, "user.disabled", "user", user_id, reason=reason)


def end_sessions(user_id: int) -> None:
    """End all sessions of a user (ASVS 5 V7.4.2)."""
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()
