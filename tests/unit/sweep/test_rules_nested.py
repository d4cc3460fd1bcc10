"""Verdicts nested by what they share say what each says alone."""

from itertools import product

import pyarrow as pa
import pytest
import sqlglot

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.rules.nested import PASS, Asked, conjuncts, nested_sql

BEARS = "COALESCE(CONTAINS({}, '|{}|'), FALSE)"
RULES = [
    ("present", "kind = 'a'"),
    ("present AND (kind <> 'b' AND size > 1)", f"NOT {BEARS.format('marks', 'x')}"),
    ("present AND size > 1", f"NOT {BEARS.format('marks', 'y')}"),
    (f"kind = 'a' AND NOT {BEARS.format('marks', 'x')}", "size > 1"),
    (f"(NOT kind IS NULL) OR {BEARS.format('marks', 'y')}", f"NOT ({BEARS.format('marks', 'x')} OR {BEARS.format('why', 'z')})"),
    (f"{BEARS.format('marks', 'x')} AND present", BEARS.format("marks", "y")),
    ("size > 1", f"{BEARS.format('marks', 'x')} AND present"),
    (f"COALESCE({BEARS.format('marks', 'x')} AND present, FALSE)", f"NOT {BEARS.format('why', 'z')}"),
    (f"NOT {BEARS.format('why', 'z')} AND present", f"(kind = 'a' OR {BEARS.format('why', 'z')})"),
    (f"present AND {BEARS.format('why', 'z')}", f"NOT {BEARS.format('why', 'y')}"),
    ("TRUE", "present"),
]  # fmt: skip


@pytest.fixture
def engine():
    rows = list(
        product((True, False, None), ("a", "b", None), (1, 2, None), ("|x|", "|y|x|", "|w|", None), ("|z|", None))
    )
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    with DuckDbEngine() as opened:
        opened.register("given", pa.table(columns, names=["present", "kind", "size", "marks", "why"]))
        yield opened


def parsed(sql):
    return sqlglot.parse_one(sql, dialect="duckdb")


def asked(rules):
    return [Asked(conjuncts(parsed(when)), parsed(check), 4**n) for n, (when, check) in enumerate(rules)]


def alone(when, check, place):
    return f"CASE WHEN {when} THEN CASE WHEN {check} THEN {place} WHEN NOT ({check}) THEN {2 * place} ELSE {3 * place} END ELSE 0 END"


def test_a_word_holds_what_every_rule_says_alone(engine):
    each = " + ".join(alone(when, check, 4**n) for n, (when, check) in enumerate(RULES))

    told = engine.fetch(f"SELECT {nested_sql(asked(RULES))} AS nested, {each} AS apart FROM given")

    assert told["nested"].to_pylist() == told["apart"].to_pylist()
    assert len(set(told["apart"].to_pylist())) > 50


def test_what_rules_share_is_asked_once():
    sql = nested_sql(asked([("present AND size > 1", "kind = 'a'"), ("present AND size < 9", "kind = 'b'")]))

    assert sql.count("present") == 1


def test_a_column_without_marks_is_asked_whether_it_has_any_and_no_more():
    rules = [("TRUE", f"NOT {BEARS.format('marks', mark)}") for mark in "xyz"]

    sql = nested_sql(asked(rules))

    assert f"CASE WHEN marks IS NULL THEN CASE WHEN (TRUE) THEN {PASS * (1 + 4 + 16)} ELSE 0 END ELSE" in sql


def test_no_rules_make_an_empty_word():
    assert nested_sql([]) == "0"
