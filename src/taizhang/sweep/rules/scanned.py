"""The one table every rule scans, read once: the columns of `record` that any rule needs, held by the engine.

`record` is a view over Parquet files and the register's links; a sweep's rules would otherwise decode and join it a
dozen times. What they need of it is about half of its columns.
"""

from collections.abc import Sequence

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.compile import message_columns
from taizhang.sweep.rules.fuse import CONTEXT
from taizhang.sweep.rules.model import Rule, Scope
from taizhang.sweep.rules.schema import tables

SCANNED = {"record": "rule_record"}
MOST_HELD = 600_000  # rows; about 1.2 kB each, within the engine's default memory; above it the view is read each time


def scanned(table: str) -> str:
    """The name under which a canonical table is read while rules run."""
    return SCANNED.get(table, table)


def make_scanned(engine: Engine, rules: Sequence[Rule]) -> None:
    """Make `rule_record` for the rules, where there is a `record` to make it of; a copy only of what is not held already."""
    for name, copy in SCANNED.items():
        there = engine.columns(name)
        needed = {"as_of", "is_present", "is_repeated", *CONTEXT}
        for rule in rules:
            needed |= rule.reads.columns.get(name, frozenset())
            if rule.scope is Scope.ROW and rule.tables == (name,):
                needed |= message_columns(rule, name)
        if there:
            listed = ", ".join(column for column in tables()[name].columns if column in needed and column in there)
            is_held = _is_worth_holding(engine, name)
            if is_held:
                engine.execute(f"CREATE OR REPLACE TEMPORARY TABLE {copy}_held AS SELECT {listed} FROM {name}")
            source = f"{copy}_held" if is_held else name
            engine.execute(f"CREATE OR REPLACE TEMPORARY VIEW {copy} AS SELECT {listed} FROM {source}")


def _is_worth_holding(engine: Engine, name: str) -> bool:
    """Whether a table is read from deliveries each time and small enough; one that the engine holds needs no copy."""
    delivered = f"{name}_raw"  # what the view joins the register's links to, as many rows
    if not engine.columns(delivered):
        return False
    rows: int = engine.fetch(f"SELECT COUNT(*) AS n FROM {delivered}").to_pylist()[0]["n"]
    return rows <= MOST_HELD


def drop_scanned(engine: Engine) -> None:
    """Give the memory back."""
    for copy in SCANNED.values():
        engine.execute(f"DROP VIEW IF EXISTS {copy}")
        engine.execute(f"DROP TABLE IF EXISTS {copy}_held")


def read_scanned(tree: exp.Expr) -> exp.Expr:
    """A SELECT, the tree itself, that reads the copies instead of the tables, under the tables' names."""
    return tree.transform(_copy_of, copy=False)


def _copy_of(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Table) and node.name in SCANNED:
        return exp.alias_(exp.to_table(SCANNED[node.name]), node.alias or node.name, table=True)
    return node
