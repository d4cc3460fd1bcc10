"""The language somebody chose: kept with the account, so that every page and every machine speaks it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from taizhang.office.access.actor import Actor
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
    if actor is not None and chosen in dict(settings.LANGUAGES):
        keep_language(actor=actor, language=chosen)
    return set_language(request)
