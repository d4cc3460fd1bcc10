"""What somebody has to do before the office opens to them: choose a password of their own, set up a second factor."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from taizhang.office.access.actor import Actor
from taizhang.office.access.table import second_factor_roles
from taizhang.office.accounts.models import User

HAS_FACTOR = "has_second_factor"
"""Noted in the session once found, so that it is asked for once a login; a reset ends the sessions."""
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ALWAYS_OPEN = frozenset({"account_logout", "account_reauthenticate", "set_language", "health"})
PASSWORD_PAGE, FACTOR_PAGE = "account_change_password", "mfa_index"


def page_due(request: HttpRequest, actor: Actor, route: str) -> str:
    """The name of the page that comes before any other; empty where nothing is due or the route serves that very duty."""
    user = request.user
    if route in ALWAYS_OPEN or not isinstance(user, User):
        return ""
    if user.one_time_until is not None:
        return "" if route == PASSWORD_PAGE else PASSWORD_PAGE
    if route.startswith("mfa_") or not lacks_factor(request, actor):
        return ""
    return "" if route == PASSWORD_PAGE else FACTOR_PAGE


def lacks_factor(request: HttpRequest, actor: Actor) -> bool:
    """Whether a second factor is demanded of the actor's roles here and the account has none."""
    if not settings.SECOND_FACTOR_REQUIRED or not actor.roles & second_factor_roles():
        return False
    if request.session.get(HAS_FACTOR):
        return False
    found = Authenticator.objects.filter(user_id=actor.user_id, type__in=FACTORS).exists()
    if found:
        request.session[HAS_FACTOR] = True
    return not found
