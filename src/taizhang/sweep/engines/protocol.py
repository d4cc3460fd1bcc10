"""What the sweep needs of a database, and nothing more."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from sqlglot import exp

Statement = exp.Expression | str
"""A sqlglot tree, or DuckDB-dialect text that an engine parses before printing it in its own dialect."""


class Engine(Protocol):
    """Runs portable SQL over Parquet files and Arrow tables, in its own dialect."""

    dialect: str
    """sqlglot's name of the dialect this engine prints."""

    def execute(self, statement: Statement) -> None:
        """Run a statement that returns nothing (CREATE TABLE … AS, DROP …)."""

    def fetch(self, query: Statement) -> pa.Table:
        """Run a query and return all of its rows."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name; a table or view of that name is replaced."""

    def scan(self, name: str, paths: Sequence[Path], *, placed: str = "") -> None:
        """Make Parquet files of one schema readable under a name, in the order given.

        placed: name of a further column, from 0, that says which of the paths a row comes from.
        """

    def columns(self, name: str) -> tuple[str, ...]:
        """The column names of a table or view; empty where it does not exist."""

    def limit_memory(self, memory: str) -> None:
        """Another limit of the engine's buffers from here on, in DuckDB's spelling; others may ignore it."""

    def beside(self) -> "Engine":
        """Another hand on the same tables: its statements may run in another thread while this one's run.

        Both see the tables and views that either makes; what is registered, and what is TEMPORARY, belongs to one of
        them alone. It ends with this one.
        """

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread; it raises an error there. Nothing where none runs."""

    def close(self) -> None:
        """Give back memory and temporary files."""
