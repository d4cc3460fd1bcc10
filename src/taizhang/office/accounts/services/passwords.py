"""Passwords: one for a single use, given by the system administrator, and the one that its owner chooses."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.accounts.errors import OwnAccount
from taizhang.office.accounts.models import User
from taizhang.office.accounts.services.sessions import end_sessions
from taizhang.office.errors import NotFound

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that are mistaken for one another when read out: i, l, o, 0, 1."""
GROUPS, GROUP = 4, 5
LASTS = timedelta(days=3)
"""How long a one-time password waits for its first and only use."""


def one_time_password() -> str:
    """A new random password of twenty characters in groups, 99 bits, easy to read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def reset_password(*, actor: Actor, user_id: int, reason: str) -> str:
    """Give an account a one-time password and end its sessions; the only time the password is told.

    Raises NotFound, OwnAccount.
    """
    if actor.user_id == user_id:
        raise OwnAccount
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None:
            raise NotFound
        password = one_time_password()
        user.set_password(password)
        user.one_time_until = timezone.now() + LASTS
        user.save(update_fields=["password", "one_time_until"])
        end_sessions(user_id)
        ledger.record(actor, "password.reset", "user", user_id, reason=reason)
    return password


def choose_password(*, user_id: int, password: str) -> None:
    """Keep the password that a person chose; every other session of theirs ends, because its hash no longer fits.

    The password was validated by the form. Raises NotFound.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise NotFound
        user.set_password(password)
        user.one_time_until = None
        user.save(update_fields=["password", "one_time_until"])
        ledger.record(Actor(user.pk, str(user)), "password.changed", "user", user.pk)
