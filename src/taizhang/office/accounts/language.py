"""The language somebody chose: kept with the account, so that every page and every machine speaks it."""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from taizhang.office.access.actor import Actor
from taizhang.office.access.table import routes
from taizhang.office.accounts.services.preferences import keep_language


class AccountLanguage:
    """Speaks the language of the account; visitors get the browser's choice, made before by Django's own middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the account's language."""
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Speak another language from now on: in this browser, and on every machine for whoever is logged in."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    posted = request.POST.copy()
    posted["next"] = _page_at(posted.get("next", ""))
    request.POST = posted  # type: ignore[assignment]
    if actor is not None and chosen in dict(settings.LANGUAGES):
        keep_language(actor=actor, language=chosen)
    return set_language(request)


def _page_at(address: str) -> str:
    """The address, or of one that only takes a form the nearest page above it: what a refused form answers has no page."""
    path = urlsplit(address).path
    while path.strip("/"):
        with suppress(Resolver404):
            if ("GET", resolve(path).view_name) in routes():
                return address if path == urlsplit(address).path else path
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return "/"
