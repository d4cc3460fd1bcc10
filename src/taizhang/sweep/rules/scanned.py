"""The one table every rule scans, read once: `record`, of which the engine holds what more than one statement needs.

`record` is a view over Parquet files and the register's links; a sweep's rules would otherwise decode and join it a
dozen times. The first of their statements judges all rules about single rows. It reads half of the columns, and what
others read of these, again half, stays beside its verdicts.
"""

from collections.abc import Callable, Sequence

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.compile import message_columns
from taizhang.sweep.rules.fuse import CONTEXT
from taizhang.sweep.rules.model import Rule, Scope
from taizhang.sweep.rules.schema import tables

SCANNED = {"record": "rule_record"}
MOST_HELD = 600_000  # rows; about 0.6 kB each, within the engine's default memory; above it the view is read each time
ALWAYS = frozenset({"as_of", "is_present", "is_repeated", *CONTEXT})


def scanned(table: str) -> str:
    """The name under which a canonical table is read while rules run."""
    return SCANNED.get(table, table)


def make_scanned(engine: Engine, rules: Sequence[Rule]) -> None:
    """Make `rule_record` for the rules, where there is a `record` to make it of."""
    for name, view in SCANNED.items():
        there = engine.columns(name)
        needed = set(ALWAYS)
        for rule in rules:
            needed |= rule.reads.columns.get(name, frozenset()) | _printed(rule, name)
        if there:
            _name(
                engine,
                view,
                [column for column in tables()[name].columns if column in needed and column in there],
                name,
            )


def to_hold(engine: Engine, table: str, rules: Sequence[Rule], is_asked: Callable[[Rule], bool]) -> list[str]:
    """The columns of a table that have to stay beside the verdicts of its row rules; none where it is not worth it.

    is_asked: whether any source can be asked a rule; for those that none can be nothing is read but by a rule that they suppress.
    """
    if table not in SCANNED or not _is_worth_holding(engine, table):
        return []
    needed = set(ALWAYS).union(*(_printed(rule, table) for rule in rules))
    asked = [rule for rule in rules if not _is_of_rows(rule, table) and table in rule.reads.columns and is_asked(rule)]
    suppressing = {other for rule in asked for other in rule.suppressed_by}
    for rule in (*asked, *(rule for rule in rules if rule.id in suppressing)):
        needed |= rule.reads.columns.get(table, frozenset())
    return [column for column in engine.columns(SCANNED[table]) if column in needed]


def hold(engine: Engine, table: str, words: str, columns: Sequence[str]) -> None:
    """From here on read these columns of a table out of the table of verdicts that has them, too."""
    _name(engine, SCANNED[table], columns, words)


def _name(engine: Engine, view: str, columns: Sequence[str], table: str) -> None:
    engine.execute(f"CREATE OR REPLACE TEMPORARY VIEW {view} AS SELECT {', '.join(columns)} FROM {table}")


def _is_of_rows(rule: Rule, table: str) -> bool:
    return rule.scope is Scope.ROW and rule.tables == (table,)


def _printed(rule: Rule, table: str) -> set[str]:
    """The columns that the messages of a table's row rules print."""
    return message_columns(rule, table) if _is_of_rows(rule, table) else set()


def _is_worth_holding(engine: Engine, name: str) -> bool:
    """Whether a table is read from deliveries each time and small enough; one that the engine holds needs no copy."""
    delivered = f"{name}_raw"  # what the view joins the register's links to, as many rows
    if not engine.columns(delivered):
        return False
    rows: int = engine.fetch(f"SELECT COUNT(*) AS n FROM {delivered}").to_pylist()[0]["n"]
    return rows <= MOST_HELD


def drop_scanned(engine: Engine) -> None:
    """Read the tables themselves again."""
    for view in SCANNED.values():
        engine.execute(f"DROP VIEW IF EXISTS {view}")


def read_scanned(tree: exp.Expr) -> exp.Expr:
    """A SELECT, the tree itself, that reads the copies instead of the tables, under the tables' names."""
    return tree.transform(_copy_of, copy=False)


def _copy_of(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Table) and node.name in SCANNED:
        return exp.alias_(exp.to_table(SCANNED[node.name]), node.alias or node.name, table=True)
    return node
