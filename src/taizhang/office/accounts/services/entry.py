"""What the security administrator does when somebody cannot come in: ending a lock-out, forgetting a lost second factor."""

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.accounts.errors import OwnAccount, ReasonNeeded
from taizhang.office.accounts.models import User
from taizhang.office.accounts.services.sessions import end_sessions
from taizhang.office.errors import NotFound


def unlock(*, actor: Actor, user_id: int, reason: str) -> int:
    """Forget the failed logins of an account, so that it may try again at once; gives how many attempts were forgotten.

    Raises NotFound, OwnAccount, ReasonNeeded.
    """
    with transaction.atomic():
        user = _other(actor, user_id, reason)
        forgotten = reset(username=user.username)
        ledger.record(actor, "user.unlocked", "user", user_id, reason=reason, attempts=forgotten)
    return forgotten


def reset_factor(*, actor: Actor, user_id: int, reason: str) -> int:
    """Remove the second factors of an account and end its sessions; a new one is set up at the next login.

    Gives how many there were. Raises NotFound, OwnAccount, ReasonNeeded.
    """
    with transaction.atomic():
        user = _other(actor, user_id, reason)
        removed, _ = Authenticator.objects.filter(user_id=user.pk).delete()
        end_sessions(user_id)
        ledger.record(actor, "factor.reset", "user", user_id, reason=reason, factors=removed)
    return removed


def _other(actor: Actor, user_id: int, reason: str) -> User:
    if actor.user_id == user_id:
        raise OwnAccount
    if not reason.strip():
        raise ReasonNeeded("reason")
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound
    return user
