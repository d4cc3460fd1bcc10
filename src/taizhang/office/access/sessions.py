"""The two ends of a session (ASVS 5 V7.3): half an hour without anybody asking, half a day however busy it was."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

BEGAN = "began_at"
SEEN = "seen_at"
POLLED = "X-Polled"
"""Sent by parts of a page that ask by themselves: they show that a window is open, not that somebody sits before it."""
STEP_SECONDS = 60
"""A session is prolonged at most once in this time, so that reading pages does not write into the database each time."""


def begin(request: HttpRequest) -> None:
    """Count the absolute end from now; called when somebody has logged in."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def is_over(request: HttpRequest) -> bool:
    """Whether the session has reached its absolute end; it is ended then."""
    if not request.user.is_authenticated:
        return False
    began = request.session.setdefault(BEGAN, time.time())
    if time.time() - began <= settings.SESSION_ABSOLUTE_SECONDS:
        return False
    logout(request)
    return True


def prolong(request: HttpRequest) -> None:
    """Count the idle end from now, unless the page asks by itself or it was counted a moment ago."""
    if not request.user.is_authenticated or POLLED in request.headers:
        return
    if time.time() - request.session.get(SEEN, 0.0) >= STEP_SECONDS:
        request.session[SEEN] = time.time()
