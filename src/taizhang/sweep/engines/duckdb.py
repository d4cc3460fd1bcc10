"""DuckDB inside the process: the default engine.

The connection is shut in before it sees a statement (rules-engine design, section 17): it reads Parquet below the
folders it was given and nothing else, cannot load extensions, and cannot be reconfigured. Rule packs are a county's
own text, so the compiler is the first wall and this is the second.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from taizhang.sweep.engines.interrupts import Interruptible
from taizhang.sweep.engines.protocol import Statement

Outcome = TypeVar("Outcome")

MOST_OF_MACHINE = 0.5
"""Share of the machine's memory up to which the engine's limit is raised by itself."""
_UNITS = {"MiB": 1.0, "GiB": 1024.0, "TiB": 1024.0**2}
STORED = "stored"
"""The name of the database in a file; what a connection makes without saying where goes into the one it uses."""


class _Connection:
    """One connection to a database that is shut in."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, stored: bool) -> None:
        self._connection, self._stored = connection, stored
        self._asking = Interruptible(self.interrupt)
        if stored:
            connection.execute(f"USE {STORED}")
        self._registered: set[str] = set()
        self._hands: list[_Connection] = []

    def execute(self, statement: Statement) -> None:
        """Run a statement that returns nothing."""
        self._run(self.text(statement))

    def fetch(self, query: Statement) -> pa.Table:
        """Run a query and return all of its rows."""
        sql = self.text(query)
        return self._asking.do(lambda: self._with_room(lambda: self._connection.execute(sql).to_arrow_table()))

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, replacing an earlier one of that name."""
        if name in self._registered:
            self._connection.unregister(name)
        self._connection.register(name, table)
        self._registered.add(name)

    def scan(self, name: str, paths: Sequence[Path], *, placed: str = "") -> None:
        """Make Parquet files of one schema readable under a name, with the place of a row's file in `placed`."""
        files = ", ".join(f"'{_quoted(str(path.resolve()))}'" for path in paths)
        place = f', CAST(file_index AS INTEGER) AS "{placed}"' if placed else ""
        # The one statement outside the portable subset: every engine has its own word for reading Parquet.
        self._run(f'CREATE OR REPLACE VIEW "{name}" AS SELECT *{place} FROM read_parquet([{files}])')

    def columns(self, name: str) -> tuple[str, ...]:
        """The column names of a table or view, empty where it does not exist."""
        try:
            described = self._run(f'SELECT * FROM "{name}" LIMIT 0').description
        except duckdb.CatalogException:
            return ()
        return tuple(column[0] for column in described or ())

    def limit_memory(self, memory: str) -> None:
        """Another limit of the engine's buffers from here on."""
        self._connection.execute(f"SET memory_limit = '{memory}'")

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self._asking.do(lambda: self._with_room(lambda: self._connection.execute(sql)))

    def _with_room(self, statement: Callable[[], Outcome]) -> Outcome:
        """What a statement gives; one that runs out of memory is undone, and done again with twice the limit.

        How much of a join cannot be spilt depends on the data: limits are low, and few statements of few counties need more.
        """
        while True:
            try:
                return statement()
            except duckdb.OutOfMemoryException:
                limit = self._memory_limit()
                if 2 * limit > MOST_OF_MACHINE * _machine_memory():
                    raise
                self.limit_memory(f"{2 * limit}MiB")

    def _memory_limit(self) -> int:
        """The limit in MiB."""
        row = self._connection.execute("SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'").fetchone()
        number, unit = str(row[0] if row else "").split()
        return int(float(number) * _UNITS[unit])

    def beside(self) -> "_Connection":
        """Another connection to the same database."""
        self._hands.append(_Connection(self._connection.cursor(), stored=self._stored))
        return self._hands[-1]

    def interrupt(self) -> None:
        """Stop the running statement; it raises duckdb.InterruptException in its own thread. Nothing where it is closed."""
        with suppress(duckdb.ConnectionException):
            self._connection.interrupt()

    def close(self) -> None:
        """Close this connection and those beside it: a database stays as long as any of its connections."""
        self._asking.close()
        for hand in self._hands:
            hand.close()
        self._connection.close()

    def text(self, statement: Statement) -> str:
        """The statement as this engine is told it."""
        if isinstance(statement, exp.Expression):
            return statement.sql(dialect=self.dialect)
        return statement


class DuckDbEngine(_Connection):
    """A DuckDB database that is gone when it is closed.

    readable: folders whose Parquet files may be read; everything else on the disk is refused.
    memory: limit of the engine's own buffers, in DuckDB's spelling; beyond it the engine spills to a private
        temporary folder. What cannot be spilt raises the limit, up to half of the machine; then duckdb.OutOfMemoryException is raised.
    stored: tables stand compressed in a file of that folder, a fifth of their size in memory, and are read from there
        in parts, for a tenth more time. Nothing is logged; a killed process leaves the file as it leaves what it spilt.
    """

    def __init__(
        self, readable: Sequence[Path] = (), *, memory: str = "512MB", threads: int = 2, stored: bool = False
    ) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="taizhang-sweep-")
        connection = duckdb.connect(":memory:")
        if stored:
            connection.execute(
                f"ATTACH '{_quoted(self._spill.name)}/tables.duckdb' AS {STORED} (RECOVERY_MODE no_wal_writes)"
            )
        super().__init__(connection, stored=stored)
        folders = ", ".join(f"'{_quoted(str(folder.resolve()))}/'" for folder in readable)
        for setting in (
            f"SET memory_limit = '{memory}'",
            f"SET threads = {threads}",
            f"SET temp_directory = '{_quoted(self._spill.name)}'",
            "SET max_temp_directory_size = '8GB'",
            "SET preserve_insertion_order = false",
            "SET parquet_metadata_cache = true",
            # Texts are stored to be read once or twice: to compress them took as long as to read them from the deliveries.
            "SET disabled_compression_methods = 'fsst,dict_fsst,zstd'",
            "SET GLOBAL TimeZone = 'UTC'",
            "SET python_enable_replacements = false",
            f"SET allowed_directories = [{folders}]",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET enable_external_access = false",
            "SET allowed_configs = ['memory_limit']",
            "SET lock_configuration = true",
        ):
            connection.execute(setting)

    def __enter__(self) -> Self:
        """The engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Give back memory and temporary files."""
        super().close()
        self._spill.cleanup()


def _machine_memory() -> int:
    """The memory of this machine in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def transpiled(statement: Statement, dialect: str) -> str:
    """DuckDB-dialect text or a tree, printed for another engine."""
    tree = statement if isinstance(statement, exp.Expression) else sqlglot.parse_one(statement, read="duckdb")
    return tree.sql(dialect=dialect)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
