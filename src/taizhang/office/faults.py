"""Faults nobody foresaw: a number for whoever meets one, and their trace in the run log, without anybody's data in it."""

import logging
import os
import secrets
import traceback
from collections.abc import Iterator
from copy import copy
from types import TracebackType
from typing import Any

from django.db import OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from taizhang.errors import SystemFault
from taizhang.office.crypto.masks import mask_numbers
from taizhang.office.errors import asks_for_json

RUN_LOG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"()": "taizhang.office.faults.BareFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "bare"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},  # what was refused or not found is no fault
        "axes": {"level": "ERROR"},  # who failed to log in stands in the office's own record of logins
    },
}
"""Django's LOGGING: everything goes to the standard error of the process, which whoever runs the service keeps."""

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class BareFormatter(logging.Formatter):
    """A line of the run log: when, how bad, the number of the fault, what was asked for; of errors, types and places only.

    The text of an error is left out, as parsers and databases quote in it the value they did not like.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(asked)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its trace below."""
        bare = copy(record)
        bare.exc_text = None  # what another formatter made of the error, and left in the record for the next
        bare.asked = _asked(getattr(record, "request", None))
        if bare.name == "django.request" and isinstance(bare.args, tuple) and bare.args:
            bare.msg, bare.args = str(bare.args[0]), ()  # the address comes next, which may hold what somebody typed
        return super().format(bare)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The first line; a number of a person in it is masked."""
        return mask_numbers(super().formatMessage(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - logging's name
        """Where it happened, oldest cause first."""
        lines = (
            line
            for error in reversed(list(_chain(ei[1])))
            for line in (*(part.rstrip("\n") for part in traceback.format_tb(error.__traceback__)), _kind(error))
        )
        return mask_numbers("\n".join(lines))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: says that it is our fault, and by which number the run log knows it."""
    number = secrets.token_hex(4)
    request.fault = number  # type: ignore[attr-defined]
    if asks_for_json(request):
        told = {"code": SystemFault.code, "message": _("系统出错，没有完成。"), "hint": f"{_('错误编号')} {number}"}
        return JsonResponse(told, status=HttpResponseServerError.status_code)
    return HttpResponseServerError(render_to_string("500.html", {"error_id": number}))


def _asked(request: HttpRequest | None) -> str:
    """The number of a fault and the route that was asked for."""
    if request is None:
        return ""
    match = request.resolver_match
    route = match.view_name if match is not None else "-"
    return f" [{getattr(request, 'fault', '-')}] {request.method} {route}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    """The type of an error with what is safe of it: what the operating system says, or of a database what it lacks."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"
    if isinstance(error, OperationalError | ProgrammingError):
        # "no such table"; a second line would quote the statement.
        return f"{name}: {str(error).partition(chr(10))[0]}"
    return name
