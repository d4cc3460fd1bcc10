"""Coming in, staying in and being put out: every step is in the ledger, and every session has its two ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from officepeople import PASSWORD, SETUP, TOWN, person
from taizhang.office.access.roles import Role
from taizhang.office.access.table import second_factor_roles
from taizhang.office.accounts.models import Assignment, User
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.accounts.services import disable_user, end_assignment, open_account
from taizhang.office.accounts.services.entry import reset_factor, unlock
from taizhang.office.accounts.services.passwords import LASTS, reset_password
from taizhang.office.ledger.models import Entry

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NEW_PASSWORD = "Another-lamp-under-7-roofs"


@pytest.fixture(autouse=True)
def no_attempts_counted():
    """The login library counts attempts in the cache, which outlives a test."""
    cache.clear()


def came_in(user, password=PASSWORD, client=None):
    """A client that logged in through the form, as people do; and what it was answered."""
    client = client or Client()
    return client, client.post(reverse("account_login"), {"login": user.username, "password": password})


def is_in(client):
    """Whether the home page opens."""
    return client.get(reverse("home")).status_code == 200


def told():
    """The verbs of the ledger about logins, oldest first."""
    return [
        one
        for one in Entry.objects.values_list("verb", flat=True)
        if one.split(".")[0] in ("login", "factor", "password")
    ]


def totp_now(secret):
    """The code an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def with_totp(user):
    """A second factor for an account; gives its secret."""
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return secret


def test_logging_in_and_out_is_written_down():
    user = person(Role.VILLAGE_TEAM)
    client, answer = came_in(user)
    client.post(reverse("account_logout"))

    assert answer.status_code == 302
    assert told() == ["login.succeeded", "login.ended"]
    entry = Entry.objects.get(verb="login.succeeded")
    assert (entry.actor_id, entry.subject_id, entry.data["address"]) == (user.pk, str(user.pk), "127.0.0.1")


def test_a_wrong_password_is_written_down_without_what_was_typed():
    user = person(Role.VILLAGE_TEAM)
    came_in(user, "wrong-password-1")
    came_in(User(username="my-password-typed-into-the-wrong-field"))

    known, unknown = Entry.objects.filter(verb="login.failed")
    assert (known.subject_id, unknown.subject_id) == (str(user.pk), "unknown")
    assert "typed" not in str(unknown.data) and "typed" not in unknown.actor_name


def test_five_failures_lock_until_the_security_administrator_unlocks():
    user, other = person(Role.VILLAGE_TEAM), person(Role.VILLAGE_TEAM)
    for _ in range(5):
        _client, answer = came_in(user, "wrong-password-1")
    assert answer.status_code == 429
    assert not is_in(came_in(user)[0])
    assert is_in(came_in(other)[0]), "one account's failures do not lock the office's address"
    assert "login.locked" in told()

    unlock(actor=SETUP, user_id=user.pk, reason="忘记密码")

    assert is_in(came_in(user)[0])
    assert Entry.objects.filter(verb="user.unlocked", subject_id=user.pk).exists()


def test_a_lock_ends_by_itself_after_a_quarter_of_an_hour():
    with time_machine.travel(NOON, tick=False) as clock:
        user = person(Role.VILLAGE_TEAM)
        for _ in range(5):
            came_in(user, "wrong-password-1")
        clock.shift(timedelta(minutes=14))
        assert not is_in(came_in(user)[0])
        clock.shift(timedelta(minutes=16))
        assert is_in(came_in(user)[0])


def test_a_session_ends_after_half_an_hour_without_a_request():
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = came_in(person(Role.VILLAGE_TEAM))
        for _ in range(3):
            clock.shift(timedelta(minutes=29))
            assert is_in(client)
        clock.shift(timedelta(minutes=31))
        assert not is_in(client)


def test_a_page_that_asks_by_itself_does_not_keep_the_session_open():
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = came_in(person(Role.VILLAGE_TEAM))
        clock.shift(timedelta(minutes=20))
        assert client.get(reverse("home"), headers={"X-Polled": "1"}).status_code == 200
        clock.shift(timedelta(minutes=11))
        assert not is_in(client)


def test_a_session_ends_after_half_a_day_however_busy():
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = came_in(person(Role.VILLAGE_TEAM))
        for _ in range(35):
            clock.shift(timedelta(minutes=20))
            assert is_in(client)
        clock.shift(timedelta(minutes=21))
        assert not is_in(client)
        assert told()[-1] == "login.ended"


def test_disabling_ends_every_session_at_once_and_refuses_the_next_login():
    user = person(Role.VILLAGE_TEAM)
    clients = [came_in(user)[0], came_in(user)[0]]

    disable_user(actor=SETUP, user_id=user.pk, reason="调离")

    assert not any(is_in(client) for client in clients)
    assert not is_in(came_in(user)[0])


def test_losing_a_role_ends_the_sessions():
    user = person(Role.VILLAGE_TEAM)
    client, _ = came_in(user)

    end_assignment(actor=SETUP, assignment_id=Assignment.objects.get(user=user).pk, reason="轮换")

    assert not is_in(client)


def test_changing_the_password_ends_the_other_sessions_only():
    user = person(Role.VILLAGE_TEAM)
    here, elsewhere = came_in(user)[0], came_in(user)[0]

    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert is_in(here)
    assert not is_in(elsewhere)
    assert told()[-1] == "password.changed"
    assert not is_in(came_in(user)[0])
    assert is_in(came_in(user, NEW_PASSWORD)[0])


@pytest.mark.parametrize("weak", ["short-pw-1", "passwordpassword", "123456789012", "village_team"])
def test_a_weak_password_is_refused(weak):
    user = person(Role.VILLAGE_TEAM, username="village_team_long_name")
    client, _ = came_in(user)

    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "password.changed" not in told()


def test_a_one_time_password_opens_only_the_page_that_replaces_it():
    user, once = open_account(actor=SETUP, username="newcomer", display_name="新来的")
    client, _ = came_in(user, once)

    assert client.get(reverse("home")).url == reverse("account_change_password")
    assert client.get(reverse("mfa_index")).url == reverse("account_change_password")

    client.post(
        reverse("account_change_password"), {"oldpassword": once, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )

    assert is_in(client)
    assert not is_in(came_in(user, once)[0])


def test_a_one_time_password_is_over_after_its_days():
    with time_machine.travel(NOON, tick=False) as clock:
        user, once = open_account(actor=SETUP, username="newcomer", display_name="新来的")
        clock.shift(LASTS + timedelta(minutes=1))
        client, answer = came_in(user, once)

        assert answer.status_code == 403
        assert "已经过期" in answer.content.decode()
        assert not is_in(client)


def test_a_reset_password_ends_the_sessions_and_is_good_once():
    user = person(Role.VILLAGE_TEAM)
    client, _ = came_in(user)

    once = reset_password(actor=SETUP, user_id=user.pk, reason="忘记密码")

    assert not is_in(client)
    assert not is_in(came_in(user)[0])
    assert came_in(user, once)[1].status_code == 302


@pytest.mark.parametrize("role", sorted(second_factor_roles()))
def test_a_role_that_needs_a_second_factor_opens_nothing_without_one(role, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client, _ = came_in(person(role))

    assert client.get(reverse("home")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_a_helper_needs_no_second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = True

    assert is_in(came_in(person(Role.HELPER, TOWN))[0])


def test_a_code_of_the_second_factor_lets_in_once(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.CENTRE_REVIEWER)
    secret = with_totp(user)
    with time_machine.travel(NOON, tick=False):
        client, answer = came_in(user)
        assert answer.url == reverse("mfa_authenticate")
        assert not is_in(client)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert not is_in(client)
        assert client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)}).status_code == 302
        assert is_in(client)
        assert told() == ["login.failed", "login.succeeded"]

        thief, _ = came_in(user)
        thief.post(reverse("mfa_authenticate"), {"code": totp_now(secret)})
        assert not is_in(thief), "a code is good once"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM office_cache WHERE cache_key LIKE '%totp%'")
            assert cursor.fetchone() == (1,), "every process of the office knows it"


def test_a_reset_second_factor_ends_the_sessions_and_asks_for_a_new_one(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.CENTRE_REVIEWER)
    secret = with_totp(user)
    with time_machine.travel(NOON, tick=False):
        client, _ = came_in(user)
        client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)})

    assert reset_factor(actor=SETUP, user_id=user.pk, reason="手机丢失") == 1

    assert not is_in(client)
    client, _ = came_in(user)
    assert client.get(reverse("home")).url == reverse("mfa_index")


def test_the_secret_of_a_second_factor_is_sealed_in_the_database():
    user = person(Role.CENTRE_REVIEWER)
    secret = with_totp(user)

    stored = Authenticator.objects.get(user=user).data["secret"]

    assert secret not in stored
    assert TOTP(Authenticator.objects.get(user=user)).validate_code(totp_now(secret))


def test_roles_that_exclude_one_another_count_for_nothing_even_in_the_database():
    user = person(Role.SYSTEM_ADMIN)
    first = Assignment.objects.get(user=user)
    Assignment.objects.create(
        user=user, role=Role.AUDIT_ADMIN, area=first.area, valid_from=first.valid_from, valid_to=first.valid_to
    )

    assert actor_for(user).grants == ()


def test_no_password_and_no_code_stands_in_the_ledger():
    user = person(Role.CENTRE_REVIEWER)
    came_in(user)
    came_in(user, "wrong-password-1")
    reset_password(actor=SETUP, user_id=user.pk, reason="忘记密码")

    written = " ".join(f"{one.data} {one.reason}" for one in Entry.objects.all())
    assert PASSWORD not in written
    assert "wrong-password-1" not in written
    assert Session.objects.count() == 0
