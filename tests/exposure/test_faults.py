"""What becomes of a fault that nobody foresaw: a number for the person who met it, its place for the operator, no data in the log."""

import io
import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from officepeople import person
from taizhang.office.access.roles import Role
from taizhang.office.desk import views
from taizhang.office.faults import BareFormatter

pytestmark = pytest.mark.django_db
NUMBER, NAME = "610723196001010018", "王小明"


@pytest.fixture
def log():
    """What the office writes to its standard error, as it is set up to."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(BareFormatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def broken(monkeypatch):
    """The first page fails over somebody's data, and says so in the text of its error."""

    def visits(*_asked):
        try:
            int(NAME)
        except ValueError as error:
            raise LookupError(f"{NUMBER} {NAME}") from error

    monkeypatch.setattr(views, "since_last_visit", visits)


def asked(**headers):
    client = Client(raise_request_exception=False)
    client.force_login(person(Role.CENTRE_OPERATOR))
    return client.get("/", headers=headers)


def test_a_fault_is_told_by_a_number_that_the_log_knows(log, broken):
    answer = asked()

    number = re.search(r"<code>([0-9a-f]{8})</code>", answer.content.decode())[1]
    assert answer.status_code == 500
    assert f"ERROR django.request [{number}] GET home: Internal Server Error\n" in log.getvalue()


def test_the_log_says_where_and_what_kind_but_never_the_text_of_an_error(log, broken):
    asked()

    told = log.getvalue()
    assert told.index("builtins.ValueError") < told.index("builtins.LookupError")
    assert "in visits" in told
    assert NUMBER not in told
    assert NAME not in told


def test_a_script_gets_the_number_too(log, broken):
    answer = asked(accept="application/json")

    number = answer.json()["hint"].split()[-1]
    assert answer.json()["code"] == "E-FAULT"
    assert f"[{number}]" in log.getvalue()


def test_what_a_database_lacks_is_named(log, monkeypatch):
    monkeypatch.setattr(views, "since_last_visit", lambda *_all: connection.cursor().execute("SELECT 1 FROM nowhere"))

    asked()

    assert re.search(r"^django\.db\.utils\.(Operational|Programming)Error: .*nowhere", log.getvalue(), re.MULTILINE)
    assert "SELECT 1 FROM nowhere\n" not in log.getvalue().split("Error:")[-1]


def test_what_was_refused_or_is_not_there_is_no_fault(log):
    client = Client()
    client.force_login(person(Role.HELPER))

    assert client.get("/findings/none/").status_code == 404
    assert client.get(reverse("ledger")).status_code == 403
    assert log.getvalue() == ""


def test_a_number_in_a_warning_of_ours_is_masked(log):
    logging.getLogger("taizhang.office").warning("of %s", NUMBER)

    assert "of 6107**************" in log.getvalue()
