"""The one table every rule scans, `record`, and what the engine holds of it beside its verdicts.

`record` is a view over Parquet files and the register's links. Reading a column of it costs a third of storing one, so
only those that several rules of several rows read stay; the rest is read where it is asked for.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.compile import message_columns
from taizhang.sweep.rules.fuse import CONTEXT
from taizhang.sweep.rules.model import Rule, Scope
from taizhang.sweep.rules.schema import ABSENT, tables

SCANNED = {"record": "rule_record"}
HELD = {"record": "rule_record_held"}
MOST_HELD = 600_000  # rows; about 0.2 kB each, within the engine's default memory; above it the view is read each time
READERS = 2
"""Rules from which a column is worth holding: measured, one costs as much to store as to read three times."""
ALWAYS = frozenset({"as_of", "is_present", "is_repeated", ABSENT, *CONTEXT})


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
    """Those of the columns of a table that are worth keeping beside the verdicts of its row rules.

    may_be_asked: whether any source has what a rule reads of the table; for the others nothing is read.
    """
    reading = [rule for rule in rules if rule.select is not None and rule.reads.columns.get(table)]
    readers = Counter(column for rule in reading if may_be_asked(rule, table) for column in rule.reads.columns[table])
    worth = {column for column, count in readers.items() if count >= READERS}
    needed = worth.union(CONTEXT) if worth else worth
    return [column for column in tables()[table].columns if column in needed and column in there]


def hold(engine: Engine, table: str, words: str, columns: Sequence[str]) -> None:
    """From here on these columns of a table can be read out of the table of verdicts that has them, too."""
    _name(engine, HELD[table], columns, words)


def _name(engine: Engine, view: str, columns: Sequence[str], table: str) -> None:
    engine.execute(f"CREATE OR REPLACE TEMPORARY VIEW {view} AS SELECT {', '.join(columns)} FROM {table}")


def _is_of_rows(rule: Rule, table: str) -> bool:
    return rule.scope is Scope.ROW and rule.tables == (table,)


def _printed(rule: Rule, table: str) -> set[str]:
    """The columns that the messages of a table's row rules print."""
    return message_columns(rule, table) if _is_of_rows(rule, table) else set()


def drop_scanned(engine: Engine) -> None:
    """Read the tables themselves again."""
    for view in (*HELD.values(), *SCANNED.values()):
        engine.execute(f"DROP VIEW IF EXISTS {view}")


def read_scanned(tree: exp.Expr, held: Collection[str]) -> exp.Expr:
    """A SELECT, the tree itself, that reads the copies instead of the tables, under the tables' names.

    held: the columns that are held; a SELECT that reads any other is answered without them.
    """
    named = {column.name for column in tree.find_all(exp.Column)}
    copies = {
        name: HELD[name] if named.intersection(tables()[name].columns) <= set(held) else view
        for name, view in SCANNED.items()
    }

    def copy_of(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and node.name in copies:
            return exp.alias_(exp.to_table(copies[node.name]), node.alias or node.name, table=True)
        return node

    return tree.transform(copy_of, copy=False)
