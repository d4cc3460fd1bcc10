"""How many questions a page asks the database: recorded, and the same however many rows it shows and whatever its language."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from officepeople import person as account
from officesweeps import finding, full_id, household, person
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope_off
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Task
from taizhang.office.findings.models import Finding
from taizhang.office.findings.services import importing
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
MOST = {
    "home": 20,
    "findings": 13,
    "finding": 32,
    "tasks": 12,
    "sweeps": 9,
    "search": 8,
    "notices": 10,
    "jobs": 9,
    "frames": 8,
    "rechecks": 10,
    "scores": 30,
}
"""Recorded, session, account and roles included; a page that needs more has to say why here. A finding asks where else
its rows lie, who owns it, what its sides have said, and which of those beside it in its sheet the reader may see."""


def asked(user, name, *arguments):
    """How many queries a page takes, once the process is warm."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(reverse(name, args=arguments))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(name, args=arguments)).status_code == 200
    return len(queries)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", list(MOST))
def test_a_page_asks_no_more_than_recorded_however_many_rows(name, language, lake):
    lake.imported(
        [finding(one, subject=one) for one in range(1, 41)],
        [person(one, "王建军", household=one) for one in range(1, 41)],
        [household(one, "王建军") for one in range(1, 41)],
    )
    user = account(Role.CENTRE_OPERATOR)
    User.objects.filter(pk=user.pk).update(language=language)

    arguments = [short_id(full_id(1))] if name == "finding" else []

    assert asked(user, name, *arguments) <= MOST[name]


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_of_tasks_asks_no_more_than_recorded_however_many_one_has(rows, lake):
    lake.imported([finding(one, subject=one) for one in range(1, rows + 1)], [], [])
    user = account(Role.CENTRE_OPERATOR)
    with scope_off("test"):
        Task.objects.bulk_create(
            Task(
                finding=one, division_code=one.division_code, assignee=user, role=Role.HELPER,
                dispatched_at=timezone.now(), due_on=timezone.localdate(),
            )
            for one in Finding.objects.all()
        )  # fmt: skip

    assert asked(user, "tasks") <= MOST["tasks"]


@pytest.mark.parametrize(
    ("name", "named", "most"), [("findings", [], 16), ("persons", ["610723103201"], 14), ("sweeps", [], 12)]
)
def test_an_export_asks_no_more_than_recorded_however_many_rows(name, named, most, lake):
    lake.imported(
        [finding(one, subject=one) for one in range(1, 41)],
        [person(one, "王建军", household=one) for one in range(1, 41)],
        [household(one, "王建军") for one in range(1, 41)],
    )
    client = Client()
    client.force_login(account(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    url, words = reverse(f"{name}_export", args=named), {"reason": "镇里会审"}
    client.post(url, words).getvalue()

    with CaptureQueriesContext(connection) as queries:
        answer = client.post(url, words)
    answer.getvalue()  # read to its end: closed by hand it would close the connection of the test on PostgreSQL

    assert answer.status_code == 200
    assert len(queries) <= most


@pytest.mark.parametrize("typed", ["王建军", "wang jian jun", "13800138000", "610723100001"])
def test_a_search_asks_no_more_than_recorded_however_many_it_finds(typed, lake):
    lake.imported(
        [],
        [person(one, "王建军", household=one) for one in range(1, 41)],
        [household(one, "王建军") for one in range(1, 41)],
    )
    client = Client()
    client.force_login(account(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(reverse("search"))

    with CaptureQueriesContext(connection) as queries:
        assert client.post(reverse("search_results"), {"q": typed}).status_code == 200

    assert len(queries) <= 13


def test_the_tables_are_counted_anew_after_a_large_import(lake, monkeypatch):
    monkeypatch.setattr(importing, "MANY", 0)
    with CaptureQueriesContext(connection) as queries:
        lake.imported([finding(1)], [person(1, "王建军")], [household(1, "王建军")])

    assert [one["sql"] for one in queries if one["sql"].startswith("ANALYZE")] != []
