"""All predicate rules of one table in one scan.

A row's verdicts are packed two bits a rule into 64-bit words (0 not applicable, 1 pass, 2 hit, 3 unknown), so the scan
writes a handful of integers a row however many rules there are. Counts and hits are read from the words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlglot import exp

from taizhang.sweep.rules.compile import Bound, MemberScan
from taizhang.sweep.rules.nested import Asked, conjuncts, nested_sql
from taizhang.sweep.rules.schema import Table

PER_WORD = 31

SUBJECTS = {
    "person": "CAST({t}.person_id AS VARCHAR)",
    "household": "CAST({t}.household_id AS VARCHAR)",
    "case": "CAST({t}.household_id AS VARCHAR)",
    "village": "{t}.village_code",
    "cadre": "{t}.cadre_no",
    "work_spell": "CAST({t}.person_id AS VARCHAR) || ':' || COALESCE(CAST({t}.start_month AS VARCHAR), '')",
    "planned_work": "CAST({t}.person_id AS VARCHAR)",
    "pairing": "CAST({t}.household_id AS VARCHAR) || ':' || COALESCE({t}.cadre_no, '')",
    "source": "{t}.source",
}
KEYS = {
    "record": ("record_id",),
    "household": ("household_id", "source"),
}
ITSELF = ("person_no", "name", "village_name")
"""What a row that leads to nobody, or to no place, is known by in the next delivery again: its number there may be another."""
MOST_LETTERS = 14
"""What is longer may be somebody's ID number, in whatever column, and takes no part: subjects are stored and exported as they are."""
MEMBER_ROWS = "NOT household_id IS NULL AND NOT COALESCE(is_repeated, FALSE)"
"""Rows that count as members: a person whose row was pushed twice is one member, as the newest row says."""
CONTEXT = ("record_id", "person_id", "household_id", "source", "town_code", "village_code", "cadre_no", "start_month")


@dataclass(frozen=True)
class Position:
    """Where the verdicts of a rule stand: which word, and the value of its lower bit."""

    number: int
    word: int
    place: int


def positions(rules: Sequence[Bound]) -> dict[str, Position]:
    """Rule id to position, in the order given."""
    return {
        bound.rule.id: Position(number, number // PER_WORD, 4 ** (number % PER_WORD))
        for number, bound in enumerate(rules)
    }


def words_sql(rules: Sequence[Bound]) -> list[str]:
    """One SQL expression per word."""
    verdicts: dict[int, list[Asked]] = {}
    for bound, position in zip(rules, positions(rules).values(), strict=True):
        verdicts.setdefault(position.word, []).append(Asked(conjuncts(bound.when), bound.check, position.place))
    return [f"CAST(0 AS BIGINT) + {nested_sql(word)}" for word in verdicts.values()]


def verdict_sql(bound: Bound) -> str:
    """One rule's verdict as a word."""
    when, check = bound.when.sql("duckdb"), bound.check.sql("duckdb")
    return (
        f"CASE WHEN ({when}) THEN CASE WHEN ({check}) THEN 'pass' WHEN NOT ({check}) THEN 'hit' ELSE 'unknown' END"
        " ELSE 'not_applicable' END"
    )


def itself_columns(table: Table, columns: Collection[str]) -> list[str]:
    """Those of the columns by which a row of a table is its own subject where it has no other; none where it always has one."""
    return [] if table.name in KEYS or "record_id" not in columns else [name for name in ITSELF if name in columns]


def subject_sql(subject: str, table: Table, columns: Collection[str], alias: str) -> str:
    """The text that names the subject of a row: a spell of work of somebody whom no ledger of persons has is named by itself.

    columns: those of the table that are there.
    """
    template = SUBJECTS[subject]
    needed = [name for name in CONTEXT if "{t}." + name in template]
    if all(name in columns for name in needed):
        named = template.format(t=alias)
    else:
        present = [name for name in needed if name in columns]
        named = f"CAST({alias}.{present[0]} AS VARCHAR)" if present else f"{alias}.source"
    said = [
        f"CASE WHEN LENGTH({alias}.{name}) <= {MOST_LETTERS} THEN {alias}.{name} ELSE '' END"
        for name in itself_columns(table, columns)
    ]
    if not said:
        return named
    itself, nothing = " || ':' || ".join(said), ":" * (len(said) - 1)
    return f"COALESCE({named}, 'row:' || COALESCE(NULLIF({itself}, '{nothing}'), CAST({alias}.record_id AS VARCHAR)))"


def members_sql(scan: MemberScan, members: str) -> str:
    """The aggregates that rules of households need over `members`, a table of records: one row a household and source."""
    aggregates = "".join(f", {sql} AS {name}" for sql, name in scan.columns.items())
    return (
        f"SELECT source, household_id, MIN(record_id) AS record_id{aggregates} FROM {scan.calls.source(members)}"
        f" WHERE {MEMBER_ROWS} GROUP BY source, household_id"
    )


def household_facts_sql(columns: Sequence[str], scan: MemberScan, folded: str) -> str:
    """Households of each source with the aggregates over their members, which the table `folded` holds."""
    named = "".join(f", m.{name}" for name in ("record_id", *scan.columns.values()))
    return (
        f"SELECT {', '.join(f'h.{name}' for name in columns)}{named} FROM household AS h"
        f" LEFT JOIN {folded} AS m ON m.source = h.source AND m.household_id = h.household_id"
    )


def involved_sql(condition: exp.Expr) -> str:
    """The members a household finding points at, as set text."""
    inside = f"is_present AND ({condition.sql('duckdb')})"
    listed = f"STRING_AGG(CAST(person_id AS VARCHAR), '|' ORDER BY person_id) FILTER(WHERE {inside})"
    return f"'|' || {listed} || '|'"
