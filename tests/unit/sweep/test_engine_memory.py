"""A statement that needs more memory than its engine was given."""

import duckdb
import pytest

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.engines import duckdb as engines

LIST = "SELECT LEN(LIST(n)) AS n FROM (SELECT UNNEST(RANGE(8000000)) AS n)"
"""A list of 64 MB, which cannot be spilt."""


def limit(engine):
    """The engine's limit as it tells it."""
    return engine.fetch("SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'")["value"][0].as_py()


def test_a_statement_that_cannot_be_spilt_is_given_more_memory_and_done():
    with DuckDbEngine(memory="32MiB") as engine:
        engine.execute("CREATE TABLE kept AS SELECT 1 AS n")
        engine.execute(f"CREATE OR REPLACE TABLE kept AS {LIST}")

        assert engine.fetch("SELECT n FROM kept")["n"].to_pylist() == [8_000_000]
        assert limit(engine) not in {"32.0 MiB", "64.0 MiB"}


def test_a_query_is_given_more_memory_too():
    with DuckDbEngine(memory="32MiB") as engine:
        assert engine.fetch(LIST)["n"].to_pylist() == [8_000_000]


def test_the_limit_is_not_raised_beyond_the_machine_s_share(monkeypatch):
    monkeypatch.setattr(engines, "MOST_OF_MACHINE", 0.0)
    with DuckDbEngine(memory="32MiB") as engine:
        with pytest.raises(duckdb.OutOfMemoryException):
            engine.execute(f"CREATE TABLE kept AS {LIST}")

        assert limit(engine) == "32.0 MiB"


def test_a_sound_statement_leaves_the_limit_as_it_is():
    with DuckDbEngine(memory="32MiB") as engine:
        engine.execute("CREATE TABLE kept AS SELECT 1 AS n")

        assert limit(engine) == "32.0 MiB"
