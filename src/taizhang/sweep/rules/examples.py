"""The examples inside the rules, asked of an engine: every rule must say of them what its author says.

The rows of all predicate rules stand in one set of tables, each example as a source of its own, and are judged in one
run; select rules are asked one example at a time; diagnoses have a run of their own (`diagnosed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from taizhang.sweep.engines import DuckDbEngine, Engine
from taizhang.sweep.rules.diagnosed import diagnosis_failures
from taizhang.sweep.rules.model import Example, Failure, Rule, Scope, Status, Value, Verdict
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.schema import Column, arrow_type, tables

EXAMPLE_HOUSEHOLD = 1


@dataclass
class _World:
    """Rows of all tables, an example per source."""

    rows: dict[str, list[dict[str, Value]]] = field(default_factory=dict)

    def add(self, source: str, example: Example) -> None:
        for table, rows in example.tables.items():
            for number, row in enumerate(rows):
                listed = self.rows.setdefault(table, [])
                numbered: dict[str, Value] = {"record_id": len(listed) + 1, **row}
                listed.append(_complete(table, numbered, source, number, example))
        if "delivery" not in example.tables:
            days = [row["as_of"] for rows in example.tables.values() for row in rows if "as_of" in row]
            self.rows.setdefault("delivery", []).append({"source": source, "as_of": (days or [example.as_of])[0]})

    def load(self, engine: Engine) -> None:
        for name, table in tables().items():
            rows = self.rows.get(name, [])
            engine.register(f"example_{name}", _arrow(table.columns, rows))
            engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM example_{name}")


def _complete(table: str, row: dict[str, Value], source: str, number: int, example: Example) -> dict[str, Value]:
    columns = tables()[table].columns
    common: dict[str, Value] = {"source": source, "as_of": example.as_of, "household_id": EXAMPLE_HOUSEHOLD}
    common |= {"person_id": number + 1}
    if table == "record":
        known = row.get("birth_date") or (row.get("id_birth") if row.get("id_ok") else None)
        common["birth"] = known
    if table in ("record", "renewed"):
        common["is_present"] = True
    return {name: value for name, value in (common | row).items() if name in columns}


def _arrow(columns: dict[str, Column], rows: Sequence[dict[str, Value]]) -> pa.Table:
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], arrow_type(column.kind)) for name, column in columns.items()}
    )


def failures(ruleset: RuleSet, rules: Sequence[Rule] | None = None) -> list[Failure]:
    """The examples that do not give their verdict: of the rules in their order, then of the diagnoses."""
    every = list(rules if rules is not None else ruleset.rules.values())
    asked = [rule for rule in every if rule.scope is not Scope.DIAGNOSIS]
    found = _tried(ruleset, [(rule, list(enumerate(rule.examples))) for rule in asked if not _alone(rule)])
    for rule in asked:
        if _alone(rule):
            for number, example in enumerate(rule.examples):
                found += _tried(ruleset, [(rule, [(number, example)])])
    return found + diagnosis_failures([rule for rule in every if rule.scope is Scope.DIAGNOSIS])


def _alone(rule: Rule) -> bool:
    """Whether the examples must be tried one at a time: the rule joins across sources, or names them itself."""
    names = any("source" in row for example in rule.examples for rows in example.tables.values() for row in rows)
    return rule.scope is Scope.PAIR or names


def _tried(ruleset: RuleSet, asked: Sequence[tuple[Rule, list[tuple[int, Example]]]]) -> list[Failure]:
    world = _World()
    for rule, examples in asked:
        for number, example in examples:
            world.add(f"{rule.id}#{number}", example)
    if not world.rows:
        return []
    with DuckDbEngine() as engine:
        world.load(engine)
        _run(ruleset, engine, [rule for rule, _ in asked])
        mine = "rule_count" if any(_alone(rule) for rule, _ in asked) else "rule_count WHERE source LIKE rule || '#%'"
        counts = engine.fetch(
            "SELECT rule, source, SUM(hits) AS hits, SUM(passes) AS passes, SUM(unknown) AS unknown"
            f" FROM {mine} GROUP BY rule, source"
        ).to_pylist()
        hits = engine.fetch("SELECT rule, source, subject, observed FROM rule_hit").to_pylist()
    by_place: dict[tuple[str, str], list[dict[str, Value]]] = {}
    for hit in hits:
        by_place.setdefault((hit["rule"], hit["source"]), []).append(hit)
    seen = {(row["rule"], row["source"]): row for row in counts}
    found = []
    for rule, examples in asked:
        for number, example in examples:
            place = (rule.id, f"{rule.id}#{number}")
            row, own = seen.get(place), by_place.get(place, [])
            if _alone(rule):
                row = _summed(list(seen.values()))
                own = [hit for hits_of_rule in by_place.values() for hit in hits_of_rule]
            found += _compared(rule, example, row, own)
    return found


def _summed(rows: Sequence[dict[str, int | Decimal]]) -> dict[str, int | Decimal]:
    return {name: sum(row[name] or 0 for row in rows) for name in ("hits", "passes", "unknown")}


def _compared(
    rule: Rule, example: Example, row: dict[str, int | Decimal] | None, hits: Sequence[dict[str, Value]]
) -> list[Failure]:
    verdict = _verdict(row) if row is not None else Verdict.NOT_APPLICABLE
    if verdict is not example.verdict:
        return [Failure(rule.id, rule.file, example.line, example.why, example.verdict, verdict)]
    if row is not None and len(hits) > row["hits"]:
        return [Failure(rule.id, rule.file, example.line, example.why, "命中都在 universe 中", "universe 之外的命中")]
    if example.findings is None:
        return []
    wanted = sorted(tuple(sorted(row.items())) for row in example.findings)
    seen = sorted(tuple((key, hit[key]) for key in sorted(example.findings[0])) for hit in hits)
    if wanted == seen:
        return []
    return [
        Failure(rule.id, rule.file, example.line, example.why, f"{len(wanted)} 个指定的发现", f"{len(seen)} 个其他发现")
    ]


def _verdict(row: dict[str, int | Decimal]) -> Verdict:
    if row["hits"]:
        return Verdict.HIT
    if row["unknown"]:
        return Verdict.UNKNOWN
    return Verdict.PASS if row["passes"] else Verdict.NOT_APPLICABLE


def _run(ruleset: RuleSet, engine: Engine, rules: Sequence[Rule]) -> None:
    everything = frozenset(name for table in tables().values() for name in table.columns)
    sources = engine.fetch("SELECT DISTINCT source FROM delivery")
    delivered = dict.fromkeys(sources.column("source").to_pylist(), everything)
    shown = replace(ruleset, rules={rule.id: replace(rule, status=Status.ACTIVE) for rule in rules})
    shown.run(engine, as_of=date(2020, 2, 19), delivered=delivered)
