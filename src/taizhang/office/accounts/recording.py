"""Logins in the ledger: who came in, who failed, who was locked out, who left, and what happened to second factors.

The login libraries tell of these only by their signals. They are listened to here and written down; nothing is decided.
A login whose entry cannot be written does not happen: the error ends the request.
"""

from typing import Any

from allauth.mfa import signals as mfa
from axes.helpers import get_client_ip_address
from axes.signals import user_locked_out
from django.contrib.auth import signals as auth
from django.db import transaction
from django.http import HttpRequest

from taizhang.office import ledger
from taizhang.office.access.actor import Actor, system_actor
from taizhang.office.accounts.models import User
from taizhang.office.crypto.blind import blind

DOOR = system_actor("login")
NOBODY = "unknown"
"""Subject of an attempt under a name that no account has: people type passwords there, so the name is not kept."""


def listen() -> None:
    """Begin to write; called once when the office starts."""
    auth.user_logged_in.connect(_came, dispatch_uid="ledger.came")
    auth.user_logged_out.connect(_left, dispatch_uid="ledger.left")
    auth.user_login_failed.connect(_failed, dispatch_uid="ledger.failed")
    user_locked_out.connect(_locked, dispatch_uid="ledger.locked")
    mfa.authentication_failed.connect(_factor_failed, dispatch_uid="ledger.factor_failed")
    for signal, verb in (
        (mfa.authenticator_added, "factor.added"),
        (mfa.authenticator_removed, "factor.removed"),
        (mfa.authenticator_reset, "factor.renewed"),
    ):
        signal.connect(_factor(verb), dispatch_uid=f"ledger.{verb}", weak=False)


def _came(request: HttpRequest, user: User, **_: Any) -> None:
    methods = [one.get("method", "") for one in request.session.get("account_authentication_methods", ())]
    _write(_of(user), "login.succeeded", user.pk, request, methods=methods)


def _left(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        _write(_of(user), "login.ended", user.pk, request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    _write_name("login.failed", str(credentials.get("username") or credentials.get("login") or ""), request)


def _locked(request: HttpRequest, username: str, **_: Any) -> None:
    _write_name("login.locked", username or "", request)


def _factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    _write(DOOR, "login.failed", user.pk, request, step="second factor")


def _factor(verb: str) -> Any:
    def written(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
        _write(_of(user), verb, user.pk, request, kind=str(authenticator.type))

    return written


def _of(user: User) -> Actor:
    return Actor(user.pk, str(user))


def _write_name(verb: str, name: str, request: HttpRequest | None) -> None:
    user = User.objects.filter(username=name).first()
    more = {} if user is not None else {"name_index": blind("login", name)}
    _write(DOOR, verb, user.pk if user is not None else NOBODY, request, **more)


def _write(actor: Actor, verb: str, subject: object, request: HttpRequest | None, **data: Any) -> None:
    address = get_client_ip_address(request) if request is not None else None
    with transaction.atomic():
        ledger.record(actor, verb, "user", subject, address=address or "", **data)
