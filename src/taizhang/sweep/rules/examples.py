"""The examples inside the rules, asked of an engine: every rule must say of them what its author says.

The rows of all predicate rules stand in one set of tables, each example as a source of its own, and are judged in one
run; select rules are asked one example at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from taizhang.sweep.engines import DuckDbEngine, Engine
from taizhang.sweep.rules.model import Example, Rule, Scope, Status, Value, Verdict
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.schema import Column, arrow_type, tables

EXAMPLE_HOUSEHOLD = 1


@dataclass(frozen=True)
class Failure:
    """An example whose verdict is not what the rule's author wrote."""

    rule: str
    file: str
    line: int
    why: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行，规则 {self.rule}"
        return f"{place}：示例“{self.why}”应为 {self.expected}，实为 {self.found}"


@dataclass
class _World:
    """Rows of all tables, an example per source."""

    rows: dict[str, list[dict[str, Value]]] = field(default_factory=dict)

    def add(self, source: str, example: Example) -> None:
        for table, rows in example.tables.items():
            for number, row in enumerate(rows):
                self.rows.setdefault(table, []).append(_complete(table, row, source, number, example))

    def load(self, engine: Engine) -> None:
        for name in tables():
            engine.execute(f"DROP TABLE IF EXISTS {name}")
        for name, rows in self.rows.items():
            engine.register(f"example_{name}", _arrow(tables()[name].columns, rows))
            engine.execute(f"CREATE TABLE {name} AS SELECT * FROM example_{name}")
        if "delivery" not in self.rows:
            engine.execute(f"CREATE TABLE delivery AS {_union(engine, 'source, as_of')}")


def _complete(table: str, row: dict[str, Value], source: str, number: int, example: Example) -> dict[str, Value]:
    columns = tables()[table].columns
    common: dict[str, Value] = {"source": source, "as_of": example.as_of, "household_id": EXAMPLE_HOUSEHOLD}
    common |= {"person_id": number + 1, "record_id": number + 1}
    if table == "record":
        common |= {"is_present": True}
    return {name: value for name, value in common.items() if name in columns} | row


def _arrow(columns: dict[str, Column], rows: Sequence[dict[str, Value]]) -> pa.Table:
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], arrow_type(column.kind)) for name, column in columns.items()}
    )


def failures(ruleset: RuleSet, rules: Sequence[Rule] | None = None) -> list[Failure]:
    """The examples that do not give their verdict, in the order of the rules."""
    asked = [r for r in (rules if rules is not None else ruleset.rules.values()) if r.scope is not Scope.DIAGNOSIS]
    predicates = [r for r in asked if r.scope in (Scope.ROW, Scope.HOUSEHOLD)]
    found = _predicate_failures(ruleset, predicates)
    with DuckDbEngine() as engine:
        for rule in asked:
            if rule.scope not in (Scope.ROW, Scope.HOUSEHOLD):
                for example in rule.examples:
                    found += _select_failure(ruleset, engine, rule, example)
    return found


def _predicate_failures(ruleset: RuleSet, rules: Sequence[Rule]) -> list[Failure]:
    world, asked = _World(), []
    for rule in rules:
        for number, example in enumerate(rule.examples):
            world.add(f"{rule.id}#{number}", example)
            asked.append((f"{rule.id}#{number}", rule, example))
    if not asked:
        return []
    with DuckDbEngine() as engine:
        world.load(engine)
        _run(ruleset, engine, rules)
        rows = engine.fetch(
            "SELECT rule, source, SUM(hits) AS hits, SUM(passes) AS passes, SUM(unknown) AS unknown FROM rule_count"
            " WHERE source LIKE rule || '#%' GROUP BY rule, source"
        ).to_pylist()
    verdicts = {row["source"]: _verdict(row) for row in rows}
    return [
        _failure(rule, example, verdicts.get(source, Verdict.NOT_APPLICABLE))
        for source, rule, example in asked
        if verdicts.get(source, Verdict.NOT_APPLICABLE) is not example.verdict
    ]


def _verdict(row: dict[str, int | Decimal]) -> Verdict:
    if row["hits"]:
        return Verdict.HIT
    if row["unknown"]:
        return Verdict.UNKNOWN
    return Verdict.PASS if row["passes"] else Verdict.NOT_APPLICABLE


def _union(engine: Engine, columns: str) -> str:
    there = [name for name in tables() if "source" in engine.columns(name)]
    return " UNION ".join(f"SELECT DISTINCT {columns} FROM {name}" for name in there)


def _run(ruleset: RuleSet, engine: Engine, rules: Sequence[Rule]) -> None:
    everything = frozenset(name for table in tables().values() for name in table.columns)
    sources = engine.fetch(_union(engine, "source"))
    delivered = dict.fromkeys(sources.column("source").to_pylist(), everything)
    shown = replace(ruleset, rules={rule.id: replace(rule, status=Status.ACTIVE) for rule in rules})
    shown.run(engine, as_of=date(2020, 2, 19), delivered=delivered)


def _select_failure(ruleset: RuleSet, engine: Engine, rule: Rule, example: Example) -> list[Failure]:
    world = _World()
    world.add("example", example)
    for name in rule.tables:
        world.rows.setdefault(name, [])
    world.load(engine)
    _run(ruleset, engine, [rule])
    hits = engine.fetch("SELECT subject, observed FROM rule_hit").to_pylist()
    count = engine.fetch("SELECT SUM(hits) AS h, SUM(passes) AS p FROM rule_count").to_pylist()[0]
    if len(hits) > (count["h"] or 0):
        return [Failure(rule.id, rule.file, example.line, example.why, "findings ⊆ universe", "universe 之外的命中")]
    verdict = Verdict.HIT if hits else Verdict.PASS if count["p"] else Verdict.NOT_APPLICABLE
    if verdict is not example.verdict:
        return [_failure(rule, example, verdict)]
    if example.findings is None:
        return []
    wanted = sorted(tuple(sorted(row.items())) for row in example.findings)
    seen = sorted(tuple((key, hit[key]) for key in sorted(example.findings[0])) for hit in hits)
    if wanted == seen:
        return []
    return [
        Failure(rule.id, rule.file, example.line, example.why, f"{len(wanted)} 个指定的发现", f"{len(seen)} 个其他发现")
    ]


def _failure(rule: Rule, example: Example, found: Verdict) -> Failure:
    return Failure(rule.id, rule.file, example.line, example.why, example.verdict, found)
