"""What every answer carries, and what every change must carry."""

import pytest
from django.test import Client
from django.urls import reverse

from officepeople import person
from taizhang.office.access.roles import Role
from taizhang.office.access.table import PUBLIC, routes

pytestmark = pytest.mark.django_db
WORDS = {"finding": "0" * 32, "layout": "0" * 16, "clock": "verify", "policy": "town"}
CHANGES = [
    one for one in routes().values()
    if one.method == "POST" and one.permission != PUBLIC and not one.name.startswith(("mfa_", "account_"))
]  # fmt: skip


@pytest.fixture
def client():
    """Somebody of the county's centre, in a browser whose requests are checked for forgery."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("url", ["/", "/accounts/login/", "/no-such-page", "/findings/", "/health"])
def test_no_foreign_and_no_inline_script_runs_and_nothing_is_kept(client, url):
    headers = client.get(url).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].rstrip(";").split(";"))
    assert (policy["script-src"], policy["frame-ancestors"], policy["object-src"]) == ("'self'", "'none'", "'none'")
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("route", CHANGES, ids=lambda one: one.name)
def test_a_change_without_the_pages_own_token_is_refused(client, route):
    arguments = [WORDS.get(route.subject, 1)] if route.subject and route.subject != "search" else []
    arguments *= {"frame_cell": 2, "delivery": 2, "kept_file": 2, "delivery_file": 3}.get(route.subject, 1)

    answer = client.post(reverse(route.name, args=arguments))

    assert answer.status_code == 403
    assert "403_csrf.html" in {template.name for template in answer.templates}
