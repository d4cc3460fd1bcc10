"""Accounts: made, changed, disabled and enabled by the system administrator, who gives no roles."""

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.accounts.errors import NameTaken, OwnAccount, ReasonNeeded
from taizhang.office.accounts.models import User
from taizhang.office.accounts.services.passwords import LASTS, one_time_password
from taizhang.office.accounts.services.sessions import end_sessions
from taizhang.office.errors import NotFound


def create_user(
    *, actor: Actor, username: str, display_name: str, password: str, unit: str = "", phone: str = ""
) -> User:
    """Make an account whose password is already its owner's. Raises NameTaken, ValidationError for a weak password."""
    user = User(username=username, display_name=display_name, unit=unit, phone=phone)
    validate_password(password, user)
    user.set_password(password)
    return _made(actor, user)


def open_account(
    *, actor: Actor, username: str, display_name: str, unit: str = "", phone: str = ""
) -> tuple[User, str]:
    """Make an account with a one-time password, which is told this once. Raises NameTaken."""
    user = User(username=username, display_name=display_name, unit=unit, phone=phone)
    password = one_time_password()
    user.set_password(password)
    user.one_time_until = timezone.now() + LASTS
    return _made(actor, user), password


def _made(actor: Actor, user: User) -> User:
    try:
        with transaction.atomic():
            user.save()
            ledger.record(actor, "user.created", "user", user.pk, unit=user.unit)
    except IntegrityError:
        raise NameTaken("username") from None
    return user


def change_account(*, actor: Actor, user_id: int, display_name: str, unit: str, phone: str) -> User:
    """Correct who an account belongs to. Raises NotFound."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise NotFound
        wanted = {"display_name": display_name, "unit": unit, "phone": phone}
        changed = [name for name, value in wanted.items() if getattr(user, name) != value]
        if not changed:
            return user
        for name in changed:
            setattr(user, name, wanted[name])
        user.save(update_fields=changed)
        ledger.record(actor, "user.changed", "user", user.pk, fields=changed)
    return user


def disable_user(*, actor: Actor, user_id: int, reason: str) -> None:
    """Disable an account and end its sessions. Raises NotFound, OwnAccount, ReasonNeeded."""
    if actor.user_id == user_id:
        raise OwnAccount
    if not reason.strip():
        raise ReasonNeeded("reason")
    with transaction.atomic():
        if not User.objects.filter(pk=user_id, is_active=True).update(is_active=False):
            raise NotFound
        end_sessions(user_id)
        ledger.record(actor, "user.disabled", "user", user_id, reason=reason)


def enable_user(*, actor: Actor, user_id: int, reason: str) -> None:
    """Let an account in again; its roles are as they were. Raises NotFound, ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded("reason")
    with transaction.atomic():
        if not User.objects.filter(pk=user_id, is_active=False).update(is_active=True):
            raise NotFound
        ledger.record(actor, "user.enabled", "user", user_id, reason=reason)
