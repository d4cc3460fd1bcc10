"""Laws of the rules engine: verdicts part the rows, fused equals single, sources do not see each other."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.rules import load_packs
from taizhang.sweep.rules.functions import expand
from taizhang.sweep.rules.grammar import Names, kind_of, parse
from taizhang.sweep.rules.messages import message_sql
from taizhang.sweep.rules.model import Scope
from taizhang.sweep.rules.ruleset import only
from taizhang.sweep.rules.schema import Column, Kind, Mask, arrow_type, tables

RULES = load_packs()
DAY = date(2020, 2, 19)
ROW_RULES = [r.id for r in RULES.judged() if r.scope is Scope.ROW and r.tables == ("record",)]
SOME = ROW_RULES[::7]
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DATES = st.dates(date(1900, 1, 1), date(2030, 12, 31))


def values_of(column):
    """Values a column may hold, null among them."""
    by_kind = {
        Kind.BOOL: st.booleans(),
        Kind.INT: st.integers(-1, 20),
        Kind.DECIMAL: st.decimals(-5, 9999, places=2),
        Kind.DATE: DATES,
        Kind.SET: st.sampled_from(["|健康|", "|残疾|", "|残疾|长期慢性病|", "|ID-15|"]),
        Kind.TEXT: st.sampled_from(sorted(column.labels)) if column.labels else st.sampled_from(["甲", "13800138000"]),
    }
    return st.none() | by_kind[column.kind]


NAMES = ("sex", "id_sex", "id_ok", "id_kind", "birth_date", "id_birth", "relation_to_head", "school_status", "education",
         "labour_ability", "health", "work_months", "work_place", "id_defects", "has_dibao", "is_present", "name", "id_no")  # fmt: skip
RECORDS = st.lists(
    st.fixed_dictionaries({name: values_of(tables()["record"].columns[name]) for name in NAMES}),
    min_size=1,
    max_size=12,
)


def judged(rules, records, sources=("a",)):
    """(counts by rule and source, hits by rule, source and subject) of the rules over the records in each source."""
    rows = [
        row | {"source": source, "as_of": DAY, "record_id": n + 1000 * k, "person_id": n, "household_id": n // 3}
        for k, source in enumerate(sources)
        for n, row in enumerate(records)
    ]
    columns = tables()["record"].columns
    with DuckDbEngine(threads=1) as engine:
        table = {c: pa.array([row.get(c) for row in rows], arrow_type(kind.kind)) for c, kind in columns.items()}
        engine.register("given", pa.table(table))
        engine.execute("CREATE TABLE record AS SELECT * FROM given")
        everything = frozenset(columns)
        only(RULES, rules).run(engine, as_of=DAY, delivered=dict.fromkeys(sources, everything))
        counts = engine.fetch("SELECT * FROM rule_count WHERE not_run IS NULL").to_pylist()
        hits = engine.fetch("SELECT rule, source, subject FROM rule_hit").to_pylist()
    return counts, sorted((hit["rule"], hit["source"], hit["subject"]) for hit in hits)


@QUICK
@given(RECORDS)
def test_every_row_has_exactly_one_verdict_of_every_rule(records):
    counts, hits = judged(ROW_RULES, records)

    assert {c["rule"] for c in counts} == set(ROW_RULES)
    assert all(c["applicable"] == c["hits"] + c["passes"] for c in counts)
    assert all(c["applicable"] + c["unknown"] + c["not_applicable"] == len(records) for c in counts)
    assert sum(c["hits"] for c in counts) == len(hits)


@QUICK
@given(RECORDS, st.sampled_from(ROW_RULES))
def test_a_rule_says_among_all_what_it_says_alone(records, name):
    rule = RULES.rule(name)
    together = [hit for hit in judged(ROW_RULES, records)[1] if hit[0] == name]

    alone = [hit for hit in judged([name, *rule.suppressed_by], records)[1] if hit[0] == name]

    assert together == alone


@QUICK
@given(RECORDS)
def test_a_source_is_judged_as_if_it_were_the_only_one(records):
    both = judged(SOME, records, ("a", "b"))[1]

    single = judged(SOME, records, ("a",))[1]

    assert [hit for hit in both if hit[1] == "a"] == single


@QUICK
@given(RECORDS)
def test_the_order_of_rows_does_not_matter(records):
    subjects = sorted(hit[0] for hit in judged(SOME, records)[1])

    assert sorted(hit[0] for hit in judged(SOME, records[::-1])[1]) == subjects


@given(DATES, DATES)
@settings(max_examples=60, deadline=None)
def test_age_counts_birthdays_that_have_passed(born, day):
    birthdays = [
        born.replace(year=year) if (born.month, born.day) != (2, 29) else date(year, 3, 1)
        for year in range(born.year, 2040)
    ]
    expected = sum(birthday <= day for birthday in birthdays[1:]) if day >= born else None
    sql = expand(parse("age_on(born, day)")).sql("duckdb")

    with DuckDbEngine(threads=1) as engine:
        engine.register("t", pa.table({"born": [born], "day": [day]}))
        [row] = engine.fetch(f"SELECT {sql} AS age FROM t").to_pylist()

    assert expected is None or row["age"] == expected


@given(st.text(st.sampled_from("0123456789X张"), min_size=0, max_size=22))
@settings(max_examples=60, deadline=None)
def test_a_printed_number_keeps_its_length_and_shows_four_characters_at_most(number):
    columns = {"id_no": Column("id_no", Kind.TEXT, "证件号码", mask=Mask.NUMBER)}
    sql = message_sql("{id_no}", "zh", columns, lambda _: None)

    with DuckDbEngine(threads=1) as engine:
        engine.register("t", pa.table({"id_no": [number]}))
        [row] = engine.fetch(f"SELECT {sql} AS shown FROM t").to_pylist()

    assert row["shown"] == number[:4] + "*" * (len(number) - 4)


LEAVES = st.sampled_from(
    ["n > 3", "n <= 3", "b", "t = '甲'", "blank(n)", "has(s, '甲')", "d < :as_of", "n between 1 and 2"]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda text: f"(not {text})"),
        st.tuples(inner, inner, inner).map(lambda p: f"(case when {p[0]} then {p[1]} else {p[2]} end)"),
    ),
    max_leaves=8,
)
COLUMNS = {name: Column(name, kind, name) for name, kind in (("n", Kind.INT), ("b", Kind.BOOL), ("t", Kind.TEXT), ("s", Kind.SET), ("d", Kind.DATE))}  # fmt: skip


@given(TREES)
@settings(max_examples=60, deadline=None)
def test_whatever_the_grammar_admits_runs_and_prints_for_spark(text):
    tree = parse(text)
    kind = kind_of(tree, Names(COLUMNS, {"as_of": Kind.DATE}))
    sql = expand(tree).sql("duckdb").replace("$as_of", "DATE '2020-02-19'")

    with DuckDbEngine(threads=1) as engine:
        rows = {"n": [1, None], "b": [True, None], "t": ["甲", None], "s": ["|甲|", None], "d": [DAY, None]}
        engine.register("t0", pa.table(rows))
        answers = engine.fetch(f"SELECT {sql} AS v FROM t0 AS x").column(0).to_pylist()

    assert kind is Kind.BOOL
    assert {type(answer) for answer in answers} <= {bool, type(None)}
    assert expand(tree).sql("spark")


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2))
@settings(max_examples=60, deadline=None)
def test_a_ratio_is_never_infinite(above, below):
    sql = expand(parse("ratio(a, b)")).sql("duckdb")

    with DuckDbEngine(threads=1) as engine:
        kinds = pa.decimal128(14, 2)
        engine.register("t", pa.table({"a": pa.array([above], kinds), "b": pa.array([below], kinds)}))
        [row] = engine.fetch(f"SELECT {sql} AS r FROM t").to_pylist()

    assert (row["r"] is None) is (below == 0)
    assert row["r"] is None or abs(row["r"] - above / below) <= Decimal("0.0001") * max(1, abs(above / below))
