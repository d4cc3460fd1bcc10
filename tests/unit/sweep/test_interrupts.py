"""Statements asked by another thread: what they leave behind."""

import gc
import weakref

import duckdb
import pytest

from taizhang.sweep.engines import DuckDbEngine


class Held:
    """Stands for what a sweep holds while it asks."""


@pytest.fixture
def no_collector():
    """Nothing is looked through for cycles, as in a sweep."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def ask_in_vain(engine):
    held = Held()
    with pytest.raises(duckdb.CatalogException):
        engine.execute("SELECT * FROM nowhere")
    return weakref.ref(held)


def look_for_a_table_that_is_not_there(engine):
    held = Held()
    assert engine.columns("nowhere") == ()
    return weakref.ref(held)


@pytest.mark.parametrize("ask", [ask_in_vain, look_for_a_table_that_is_not_there])
def test_a_statement_that_failed_keeps_nothing_of_who_asked(ask, no_collector):
    with DuckDbEngine() as engine:
        assert ask(engine)() is None
