"""The databases a sweep runs on, behind one protocol."""

from taizhang.sweep.engines.duckdb import DuckDbEngine, transpiled
from taizhang.sweep.engines.protocol import Engine, Statement

__all__ = ["DuckDbEngine", "Engine", "Statement", "transpiled"]
