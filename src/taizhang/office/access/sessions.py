"""The absolute end of a session: half a day after the login, however busy it was (ASVS 5 V7.3.2)."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

BEGAN = "began_at"


def begin(request: HttpRequest) -> None:
    """Count the absolute end from now; called when somebody has logged in."""
    request.session[BEGAN] = time.time()


def is_over(request: HttpRequest) -> bool:
    """Whether the session has reached its absolute end; it is ended then."""
    if not request.user.is_authenticated:
        return False
    began = request.session.setdefault(BEGAN, time.time())
    if time.time() - began <= settings.SESSION_ABSOLUTE_SECONDS:
        return False
    logout(request)
    return True
