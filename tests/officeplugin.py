"""Lets tests with real transactions empty the database although the ledger refuses: the guards stand aside for the flush."""

import pytest
from django.db import connection
from django.test import TransactionTestCase

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
