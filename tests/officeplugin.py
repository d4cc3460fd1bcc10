"""What every test of the office leaves behind as it found it: an emptied database, and the keys of the installation."""

import os

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from taizhang.office.crypto import current
from taizhang.office.ledger import guards


@pytest.fixture(scope="session", autouse=True)
def guards_stand_aside_for_the_flush():
    """Only the emptying between two tests is let through; every test itself runs with the guards in place."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self):
        with connection.schema_editor() as editor:
            guards.remove(None, editor)
        flush(self)
        with connection.schema_editor() as editor:
            guards.install(None, editor)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture(autouse=True)
def no_language_left_behind():
    """A page in another language leaves it switched on in its thread; the next test begins with the office's own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def first_keys():
    """The key ring this process began with: its place and its bytes."""
    path = settings.INSTALLATION.keys
    return path, path.read_bytes()


@pytest.fixture(autouse=True)
def keys_as_they_were(first_keys):
    """A test may change the keys; the next one starts with the first ring again."""
    yield
    path, first = first_keys
    if path.is_file() and path.read_bytes() == first:
        return
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as stream:
        stream.write(first)
    current._held.clear()
