"""The databases a sweep runs on, behind one protocol."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from taizhang.sweep.engines.duckdb import DuckDbEngine, transpiled
from taizhang.sweep.engines.protocol import Engine, Statement
from taizhang.sweep.engines.spark import LOCAL, SparkEngine

__all__ = ["ENGINES", "DuckDbEngine", "Engine", "SparkEngine", "Statement", "open_engine", "transpiled"]

ENGINES = ("duckdb", "spark")


@contextmanager
def open_engine(
    name: str,
    readable: Sequence[Path],
    *,
    memory: str,
    stored: bool = False,
    master: str | None = None,
    scratch: Path | None = None,
) -> Iterator[Engine]:
    """An engine by its name, closed at the end.

    name: one of `ENGINES`. readable: folders whose Parquet files are read. memory: limit of DuckDB's buffers, as it writes
    one ("512MB"). stored: whether its tables stand in a file meanwhile. master: of Spark; None means this machine.
    scratch: where a Spark cluster may write; must lie on the file system that its executors share.
    Raises SparkMissing.
    """
    if name == "duckdb":
        with DuckDbEngine(readable, memory=memory, stored=stored) as duckdb:
            yield duckdb
        return
    where = master or LOCAL
    shared = None if where.startswith("local") else scratch
    if shared is not None:
        shared.mkdir(parents=True, exist_ok=True)
    with SparkEngine(master=where, scratch=shared) as spark:
        yield spark
