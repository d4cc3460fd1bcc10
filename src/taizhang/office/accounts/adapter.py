"""How the login library behaves here: nobody signs up by themselves, and every secret it keeps is sealed."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from taizhang.office.access.sessions import begin
from taizhang.office.accounts.errors import OneTimePasswordOver
from taizhang.office.accounts.services.passwords import choose_password
from taizhang.office.crypto.sealing import seal, unseal

FACTOR_CONTEXT = "second factor"


class OfficeAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the system administrator only; a one-time password opens only the page that replaces it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page that was asked for, else the home page."""
        return str(super().get_login_redirect_url(request))

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Nothing to make up: names are given by the administrator."""

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Stop disabled accounts, and one-time passwords whose time is over."""
        if user.is_active and user.one_time_until is not None and user.one_time_until < timezone.now():
            clear_login(request)
            error = OneTimePasswordOver()
            return render(request, "office/error.html", {"error": error}, status=error.status)
        stopped: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return stopped

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session; its absolute end counts from now."""
        super().login(request, user)
        begin(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep the password that somebody chose for themselves."""
        choose_password(user_id=user.pk, password=password)
        user.refresh_from_db()


class OfficeMFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed with the key ring, so that a stolen database opens nothing."""

    def encrypt(self, text: str) -> str:
        """Sealed, as text."""
        return base64.b64encode(seal(text, FACTOR_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed. Raises SealBroken, KeyRingUnusable."""
        return unseal(base64.b64decode(encrypted_text), FACTOR_CONTEXT)
