"""The second factor in a real browser: an authenticator app and a passkey set up on their pages, and used at the door."""

import os
import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import expect

from officepeople import PASSWORD, person
from taizhang.office.access.roles import Role
from taizhang.office.ledger.models import Entry

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The test asks the database from the thread in which the browser's own loop runs.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
INSIDE = ".frame-top"


@pytest.fixture(autouse=True)
def no_attempts_counted():
    """The login library counts attempts in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def page(chromium, live_server, browser_files):
    """A window with a built-in authenticator that says yes, at the name that passkeys are made for."""
    context = chromium.new_context(locale="zh-CN", base_url=live_server.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def log_in(page, user):
    """Name and password."""
    page.goto("/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def sure(page):
    """Give the password again where the page wants to be sure who sits there."""
    if "reauthenticate" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()


def log_out(page):
    """Leave."""
    page.goto("/accounts/logout/")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "logout" not in url)


def test_a_passkey_is_added_and_then_opens_the_office_alone(page, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.CENTRE_REVIEWER)
    log_in(page, user)
    expect(page).to_have_url(re.compile("/accounts/2fa/$"))

    page.goto("/accounts/2fa/webauthn/add/")
    sure(page)
    page.locator("#id_name").fill("办公电脑")
    if page.locator("#id_passwordless").count():
        page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    page.goto("/")
    expect(page.locator(INSIDE)).to_be_visible()
    expect(page).to_have_url(re.compile(r":\d+/$"))
    log_out(page)

    page.goto("/")
    page.locator("#passkey_login").click()

    expect(page.locator(INSIDE)).to_be_visible()
    verbs = list(Entry.objects.filter(subject_type="user", subject_id=user.pk).values_list("verb", flat=True))
    assert "factor.added" in verbs
    assert verbs.count("login.succeeded") == 2


def test_an_authenticator_app_is_set_up_and_asked_for_at_the_next_login(page, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.TOWN_DATA_LEAD)
    log_in(page, user)
    page.goto("/accounts/2fa/totp/activate/")
    sure(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "totp/activate" not in url)
    page.goto("/")
    expect(page.locator(INSIDE)).to_be_visible()
    expect(page).to_have_url(re.compile(r":\d+/$"))
    log_out(page)
    cache.clear()  # the code just used is still good for its half minute, and a code is good once

    log_in(page, user)
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main button[type=submit]").first.click()

    expect(page.locator(INSIDE)).to_be_visible()


def code_of(secret):
    """What an authenticator app shows now."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))
