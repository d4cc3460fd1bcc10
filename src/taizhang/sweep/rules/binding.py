"""Rules bound to a sweep: the values of their parameters per source, and the sources they can be asked about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.compile import (
    Bound,
    MemberScan,
    ParameterTexts,
    RepeatedCalls,
    folds_of,
    portable,
    suppressed,
)
from taizhang.sweep.rules.functions import Folds, expand
from taizhang.sweep.rules.grammar import parse
from taizhang.sweep.rules.messages import OBSERVED, Piece, message_pieces
from taizhang.sweep.rules.model import Parameter, Rule, Value
from taizhang.sweep.rules.parameters import KINDS, in_force
from taizhang.sweep.rules.scanned import scanned
from taizhang.sweep.rules.schema import ABSENT, Column, Kind, Table, tables

DELIVERED = "record"
"""The table whose delivered columns stand in it as deliveries have them, row by row."""
AGES = {name: parse(f"age_on({name}, :as_of)") for name in ("birth", "birth_date")}


@dataclass(frozen=True)
class Situation:
    """The place and time of a sweep.

    as_of: the sweep's own date, for tables that belong to no source. parameters: all packs', overrides included.
    delivered: per source the fields its newest delivery carries, where the caller knows; without it a column that no
    row of a source fills counts as not delivered. filled: per source the columns that rows of `record` fill, so that
    nobody has to count them. titles: what the county calls its sources, by id, for messages. uneven: the fields that not
    all sheets of a source have; the rows of those that have not say so in `absent_columns`.
    """

    as_of: date
    province: str
    county: str
    parameters: Mapping[str, Parameter]
    delivered: Mapping[str, frozenset[str]] | None = None
    filled: Mapping[str, frozenset[str]] | None = None
    titles: Mapping[str, str] | None = None
    uneven: frozenset[str] = frozenset()


def columns_read(rules: Sequence[Rule]) -> dict[str, frozenset[str]]:
    """Per table the delivered columns that any of the rules reads."""
    found: dict[str, frozenset[str]] = {}
    for rule in rules:
        for table, names in rule.reads.delivered.items():
            found[table] = found.get(table, frozenset()) | names
    return found


class Binder:
    """Binds rules to what is in an engine; `read` says which delivered columns the rules of the sweep read."""

    def __init__(self, engine: Engine, situation: Situation, read: Mapping[str, frozenset[str]]) -> None:
        self.engine, self.situation = engine, situation
        self.dates = self._dates()
        self.values = {
            name: {source: self._value(parameter, day) for source, day in self.dates.items()}
            for name, parameter in situation.parameters.items()
        }
        self._read = read
        self._columns: dict[str, frozenset[str]] = {}
        self._filled: dict[str, dict[str, frozenset[str]]] = {}
        self._shown: dict[str, dict[str, Column]] = {}

    def _dates(self) -> dict[str, date]:
        dates: dict[str, date] = {}
        for table in ("delivery", *(name for name in tables() if name != "delivery")):
            if dates or not {"source", "as_of"} <= set(self.engine.columns(table)):
                continue
            rows = self.engine.fetch(f"SELECT source, MAX(as_of) AS as_of FROM {table} GROUP BY source").to_pylist()
            dates |= {row["source"]: row["as_of"] or self.situation.as_of for row in rows}
        return dict(sorted(dates.items()))

    def _value(self, parameter: Parameter, day: date) -> Value:
        where = self.situation
        return in_force(parameter, year=day.year, province=where.province, county=where.county).value

    def texts(self, table: str) -> ParameterTexts:
        """Parameter values as they stand in the SQL of a table's rules."""
        columns = tables()[table].columns
        as_of = exp.column("as_of") if "as_of" in columns else _day(self.situation.as_of)
        return ParameterTexts(self.values, as_of)

    def bind(
        self, rule: Rule, others: Sequence[Rule], scan: MemberScan | None = None, calls: RepeatedCalls | None = None
    ) -> Bound:
        """The rule's expressions for this sweep, what `scan` and `calls` compute taken from there."""
        texts = self.texts(rule.tables[0])
        folds = folds_of(scan, calls)
        when, check = self._pair(rule, texts, folds)
        hiding = [self._pair(other, texts, folds) for other in others if other.id in rule.suppressed_by]
        when = suppressed(when, hiding)
        sources, not_run = self.sources(rule)
        asked: list[exp.Expr] = [exp.column("source").isin(*sources)] if not_run and sources else []
        asked += self._of_sheets(rule)
        if asked:
            folded = asked if calls is None else [calls.fold(one.sql("duckdb")) for one in asked]
            when = exp.and_(*folded, when)
        observed = portable(rule.observed, texts, folds) if rule.observed is not None else None
        return Bound(rule, when, check, observed, sources, not_run)

    def _of_sheets(self, rule: Rule) -> list[exp.Expr]:
        """What holds of a row whose sheet has the columns that its source was asked for; none where all sheets have them."""
        if ABSENT not in self.there(rule.tables[0]):
            return []
        delivered: dict[str, frozenset[str]] = {}
        for table, columns in rule.reads.delivered.items():
            for source, present in self._present(table).items():
                delivered[source] = delivered.get(source, frozenset()) | (columns & present)
        read = frozenset[str]().union(*delivered.values())
        groups = [read.intersection(group) for group in rule.either]
        alone = [frozenset({name}) for name in sorted(read.difference(*groups))]
        return [_has_any_of(group, delivered) for group in (*groups, *alone) if group & self.situation.uneven]

    def _pair(self, rule: Rule, texts: ParameterTexts, folds: Folds) -> tuple[exp.Expr, exp.Expr]:
        assert rule.when is not None  # noqa: S101 - predicate rules have both, by the loader
        assert rule.check is not None  # noqa: S101
        return portable(rule.when, texts, folds), portable(rule.check, texts, folds)

    def members(self, rule: Rule) -> exp.Expr:
        """The condition that picks the members a household finding points at."""
        assert rule.involved is not None  # noqa: S101 - asked only of rules that have it
        return self.texts("record").put_in(expand(rule.involved))

    def columns_of(self, rule: Rule, table: str) -> set[str]:
        """The columns of a table the rule reads."""
        return set(rule.reads.columns.get(table, frozenset()))

    def sources(self, rule: Rule) -> tuple[tuple[str, ...], dict[str, str]]:
        """The sources a rule can be asked about, and why not about the others."""
        reasons: dict[str, str] = {}
        asked = [source for source in self.dates if not rule.sources or source in rule.sources]
        lacking = self._lacking(rule)
        if lacking:
            return (), dict.fromkeys(asked, lacking)
        columns = {table: names for table, names in rule.reads.delivered.items() if names}
        parameters = sorted(rule.reads.parameters)
        for source in asked:
            reason = self._absent(columns, rule.either, source) or self._unset(parameters, source)
            if reason:
                reasons[source] = reason
        return tuple(source for source in asked if source not in reasons), reasons

    def may_be_asked(self, rule: Rule, table: str) -> bool:
        """Whether any source has what the rule reads of one table; the others need not be there yet."""
        columns = rule.reads.columns[table]
        delivered = {table: rule.reads.delivered[table]}
        return columns <= self.there(table) and any(
            not self._absent(delivered, rule.either, source)
            for source in self.dates
            if not rule.sources or source in rule.sources
        )

    def _lacking(self, rule: Rule) -> str:
        """Why the engine cannot answer the rule at all: a table or column is not there."""
        for table, columns in rule.reads.columns.items():
            there = self.there(table)
            if columns and not there:
                return f"没有 {table} 数据"
            if columns - there:
                return f"{table} 没有列：{'、'.join(sorted(columns - there))}"
        return ""

    def there(self, table: str) -> frozenset[str]:
        """The columns of a table, none where it is not there; the engine is asked once."""
        if table not in self._columns:
            self._columns[table] = frozenset(self.engine.columns(table))
        return self._columns[table]

    def _absent(self, read: Mapping[str, frozenset[str]], either: Sequence[Sequence[str]], source: str) -> str:
        for table, columns in read.items():
            present = self._present(table).get(source)
            if present is None:
                return f"没有 {table} 数据"
            missing = sorted(_missing(columns, present, either))
            if missing:
                titles = "、".join(tables()[table].columns[name].title for name in missing)
                return f"未报送或整列为空：{titles}"
        return ""

    def _present(self, table: str) -> dict[str, frozenset[str]]:
        if table not in self._filled:
            self._filled[table] = self._look(table)
        return self._filled[table]

    def _look(self, table: str) -> dict[str, frozenset[str]]:
        there = self.there(table)
        columns = sorted(self._read.get(table, frozenset()) & there)
        if "source" not in there:
            return dict.fromkeys(self.dates, frozenset(columns)) if there else {}
        found = dict(self.situation.delivered or {})
        for source, filled in self._filled_in(table, columns).items():
            known = (self.situation.delivered or {}).get(source, frozenset())
            found[source] = frozenset(name for name in columns if name in filled or name in known)
        return found

    def _filled_in(self, table: str, columns: Sequence[str]) -> Mapping[str, Collection[str]]:
        """Per source that has rows in a table those of the columns that any of them fills."""
        if table == DELIVERED and self.situation.filled is not None:
            return self.situation.filled
        counted = "".join(f", COUNT({name}) AS {name}" for name in columns)
        rows = self.engine.fetch(f"SELECT source{counted} FROM {scanned(table)} GROUP BY source").to_pylist()
        return {row["source"]: [name for name in columns if row[name]] for row in rows}

    def _unset(self, parameters: Sequence[str], source: str) -> str:
        for name in parameters:
            if self.values[name].get(source) is None:
                return f"参数 {name} 没有 {self.dates[source].year} 年的值"
        return ""

    def _printable(self, table: Table) -> dict[str, Column]:
        if table.name not in self._shown:
            facts = table.name == "household"
            there = frozenset(self.engine.columns("rule_household_facts")) if facts else self.there(table.name)
            self._shown[table.name] = {name: column for name, column in table.columns.items() if name in there}
        return self._shown[table.name]

    def message(self, bound: Bound, language: str, table: Table, observed: exp.Expr | None) -> list[Piece]:
        """The rule's message for a row of what its table is read from; observed: what stands for the observed value."""
        columns = self._printable(table)
        texts = self.texts(table.name)

        def given(name: str) -> tuple[exp.Expr, Kind] | None:
            if name == OBSERVED and observed is not None:
                return observed, Kind.INT
            if name == "age":
                return portable(AGES["birth" if "birth" in columns else "birth_date"], texts), Kind.INT
            if name in self.values:
                return texts.tree(name), KINDS[self.situation.parameters[name].type]
            if name in table.columns:
                return exp.null(), Kind.TEXT
            return (texts.tree("as_of"), Kind.DATE) if name == "as_of" else None

        return message_pieces(bound.rule.message[language], language, columns, given, self.situation.titles)


def _missing(columns: frozenset[str], present: frozenset[str], either: Sequence[Sequence[str]]) -> set[str]:
    """The columns a rule cannot do without: all it reads, but of a group it may do with one only some."""
    missing = set(columns - present)
    for group in either:
        if any(name in present for name in group):
            missing -= set(group)
    return missing


def _has_any_of(group: frozenset[str], delivered: Mapping[str, frozenset[str]]) -> exp.Expr:
    """That the sheet of a row has a column of a group. delivered: per source those that any of its sheets has.

    A source is not asked at all where it has none of them; with one of several, its rows do not say that they lack the others.
    """
    lacks = []
    for name in sorted(group):
        own = expand(parse(f"has({ABSENT}, '{name}')"))
        never = sorted(source for source, names in delivered.items() if name not in names and names & group)
        lacks.append(exp.or_(own, exp.column("source").isin(*never)) if never else own)
    return exp.not_(exp.and_(*lacks))


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")
