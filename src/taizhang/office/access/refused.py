"""A form that was refused: what was typed into it goes back to whoever typed it, with the page it stood on.

The text was never stored; it stands once, in the answer to the same person's own request. Numbers of persons in it are masked:
no error text holds one, and whoever typed one reads it from the card again.
"""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from taizhang.office.accounts.selectors import ended_lately
from taizhang.office.crypto.masks import mask_numbers
from taizhang.office.errors import OfficeError

HOME = "/"
NOT_ALLOWED = frozenset({403, 404})
"""What a role that ended answers: not in the area, or not this step."""
TEXTS = frozenset({"note", "text", "words", "why"})
"""Fields in which people write sentences; values of a correction are sent as `value:<source>:<field>`."""


def return_address(request: HttpRequest) -> str:
    """Where to go on after a login: a page that was asked for, or the page on which a sent form stood."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return _page_before(request) or HOME


def unsent(request: HttpRequest, error: OfficeError) -> dict[str, Any]:
    """Context of the error page of a form: `typed`, its texts; `chosen`, names of its files; `back`, its page; `ended`, roles that ended meanwhile."""
    actor = getattr(request, "actor", None)
    if request.method != "POST" or actor is None:
        return {}
    typed = [
        mask_numbers(text)
        for name, text in request.POST.items()
        if (name in TEXTS or name.startswith("value:")) and isinstance(text, str) and text.strip()
    ]
    return {
        "typed": typed,
        "chosen": [
            mask_numbers(file.name) for name in request.FILES for file in request.FILES.getlist(name) if file.name
        ],
        "back": _page_before(request),
        "ended": ended_lately(actor.user_id) if error.status in NOT_ALLOWED else [],
    }


def _page_before(request: HttpRequest) -> str:
    """Path and query of the page that sent the form, where it is one of ours; empty elsewhere."""
    said = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure()):
        return ""
    page = urlsplit(said)._replace(scheme="", netloc="", fragment="").geturl()
    return page if page.startswith("/") and not page.startswith("//") else ""
