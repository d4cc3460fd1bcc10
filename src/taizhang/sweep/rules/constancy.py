"""Whether a predicate can be both true and false: asked of rows made from the values the rule itself names.

Twelve published land rules read ``x < 0 and x > 100``. Here every column of a predicate takes nothing, the labels of
its code list that the rule names, and the numbers and dates on both sides of every bound, in all combinations (or a
fixed sample of them); a rule that never hits or never passes on any of these rows is refused.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product

import pyarrow as pa
from sqlglot import exp

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.rules.binding import Binder, Situation, columns_read
from taizhang.sweep.rules.example_rows import DEFAULT_AS_OF
from taizhang.sweep.rules.functions import expand
from taizhang.sweep.rules.fuse import verdict_sql
from taizhang.sweep.rules.model import Rule, Scope, Value
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.scanned import scanned
from taizhang.sweep.rules.schema import Column, Kind, arrow_type, tables

MOST_ROWS = 20_000
ONE_DAY = timedelta(days=1)


def one_sided(ruleset: RuleSet, rule: Rule) -> str:
    """What a row rule never says on generated rows, in Chinese; empty when it can say both. Other scopes: empty."""
    if rule.scope is not Scope.ROW:
        return ""
    table = tables()[rule.tables[0]]
    names = sorted(rule.reads.columns[table.name])
    bounds = _bounds(ruleset, rule)
    choices = [_values(table.columns[name], rule, bounds) for name in names]
    rows = list(islice(_spread(choices), MOST_ROWS))
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)} | {"source": ["x"] * len(rows)}
    columns.setdefault("as_of", [DEFAULT_AS_OF] * len(rows))
    arrow = {name: pa.array(values, arrow_type(table.columns[name].kind)) for name, values in columns.items()}
    with DuckDbEngine() as engine:
        engine.register("generated", pa.table(arrow))
        for name in (table.name, scanned(table.name)):
            engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM generated")
        everything = {"x": frozenset(table.columns)}
        binder = Binder(engine, Situation(DEFAULT_AS_OF, "", "", ruleset.parameters, everything), columns_read([rule]))
        bound = binder.bind(rule, [])
        seen = engine.fetch(f"SELECT DISTINCT {verdict_sql(bound)} AS verdict FROM {table.name}").column(0).to_pylist()
    missing = [word for word, verdict in (("从不命中", "hit"), ("从不通过", "pass")) if verdict not in seen]
    return "、".join(missing)


def _spread(choices: Sequence[Sequence[Value]]) -> list[tuple[Value, ...]]:
    """All combinations where they are few; else a fixed sample that turns every column at its own pace."""
    total = 1
    for values in choices:
        total *= len(values)
    if total <= MOST_ROWS:
        return list(product(*choices))
    strides = [2 * n + 1 for n in range(len(choices))]
    return [
        tuple(values[(row * 7919 // strides[n] + row // (n + 1)) % len(values)] for n, values in enumerate(choices))
        for row in range(MOST_ROWS)
    ]


def _bounds(ruleset: RuleSet, rule: Rule) -> list[Decimal]:
    trees = [tree for tree in (rule.when, rule.check) if tree is not None]
    numbers = [Decimal(n.this) for tree in trees for n in tree.find_all(exp.Literal) if not n.is_string]
    for name in rule.reads.parameters:
        numbers += [
            Decimal(str(v.value)) for v in ruleset.parameters[name].values if isinstance(v.value, int | Decimal)
        ]
    return numbers


def _values(column: Column, rule: Rule, bounds: list[Decimal]) -> list[Value]:
    trees = [expand(tree) for tree in (rule.when, rule.check) if tree is not None]
    texts = sorted({n.this.strip("|") for tree in trees for n in tree.find_all(exp.Literal) if n.is_string})
    if column.kind is Kind.BOOL:
        return [None, True, False]
    if column.kind in (Kind.INT, Kind.DECIMAL):
        near = sorted({bound + step for bound in bounds for step in (-1, 0, 1)} | {Decimal(0), Decimal(-1)})
        return [None, *(int(n) if column.kind is Kind.INT else n for n in near)]
    if column.kind is Kind.DATE:
        return [None, *_dates(bounds)]
    if column.kind is Kind.SET:
        several = ["|甲|乙|", "|甲|乙|丙|", f"|{'|'.join(texts)}|"] if texts else ["|甲|乙|", "|甲|乙|丙|"]
        return [None, "|其他|", *several, *(f"|{text}|" for text in texts)]
    labels = [text for text in texts if column.labels is None or text in column.labels]
    others = sorted(column.labels - set(labels))[:1] if column.labels else ["13800138000", "1", *_shown(column, rule)]
    return [None, *labels, *others]


def _shown(column: Column, rule: Rule) -> list[str]:
    """Texts of the rule's own examples: no other text is likely to fit a pattern."""
    rows = [row for example in rule.examples for rows in example.tables.values() for row in rows]
    return sorted({str(row[column.name]) for row in rows if row.get(column.name) is not None})


def _dates(bounds: list[Decimal]) -> list[date]:
    found = {DEFAULT_AS_OF, DEFAULT_AS_OF - 400 * ONE_DAY, DEFAULT_AS_OF + 400 * ONE_DAY}
    for bound in bounds:
        if 0 < bound <= 130:
            years = DEFAULT_AS_OF.replace(year=DEFAULT_AS_OF.year - int(bound))
            found |= {years + step * ONE_DAY for step in (-800, -400, -1, 0, 1, 400, 800)}
        found.add(DEFAULT_AS_OF - min(int(abs(bound)), 40_000) * ONE_DAY)
    return sorted(found)
