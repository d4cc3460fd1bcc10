"""The one table every rule scans, read once: `record`, of which the engine holds what more than one statement needs.

`record` is a view over Parquet files and the register's links; a sweep's rules would otherwise decode and join it a
dozen times. The first of their statements judges all rules about single rows. It reads half of the columns, and what
others read of these, again half, stays beside its verdicts.
"""

from collections.abc import Callable, Collection, Sequence

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


def make_scanned(engine: Engine, rules: Sequence[Rule], columns_of: Callable[[str], Collection[str]]) -> None:
    """Make `rule_record` for the rules, where there is a `record` to make it of; columns_of: of a table, none where it is not there."""
    for name, view in SCANNED.items():
        there = columns_of(name)
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


def is_held(engine: Engine, table: str) -> bool:
    """Whether a table is read from deliveries each time and small enough; one that the engine holds needs no copy."""
    delivered = f"{table}_raw"  # what the view joins the register's links to, as many rows
    if table not in SCANNED or not engine.columns(delivered):
        return False
    rows: int = engine.fetch(f"SELECT COUNT(*) AS n FROM {delivered}").to_pylist()[0]["n"]
    return rows <= MOST_HELD


def to_hold(
    table: str, there: Collection[str], rules: Sequence[Rule], may_be_asked: Callable[[Rule, str], bool]
) -> list[str]:
    """Those of the columns of a table that have to stay beside the verdicts of its row rules.

    may_be_asked: whether any source has what a rule reads of the table; for the others nothing is read but by a rule that they suppress.
    """
    needed = set(ALWAYS).union(*(_printed(rule, table) for rule in rules))
    reading = [rule for rule in rules if not _is_of_rows(rule, table) and rule.reads.columns.get(table)]
    asked = [rule for rule in reading if may_be_asked(rule, table)]
    suppressing = {other for rule in asked for other in rule.suppressed_by}
    needed |= set[str]().union(*(one.reads.columns[table] for one in reading if one in asked or one.id in suppressing))
    return [column for column in tables()[table].columns if column in needed and column in there]


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
