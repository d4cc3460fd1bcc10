"""Rules as the engine is asked them: our functions expanded, parameters put in, suppressed subjects left out.

A rule knows nothing of years and places; the same rule is bound anew for each sweep, because its parameters and the
columns its sources carry differ. What a rule is (digest, dependencies) comes from its own trees and never changes.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from taizhang.sweep.rules.functions import NO_FOLDS, Folds, call_name, expand
from taizhang.sweep.rules.messages import columns_of
from taizhang.sweep.rules.model import LANGUAGES, Parameter, Rule, Scope, Value
from taizhang.sweep.rules.parameters import literal
from taizhang.sweep.rules.schema import tables

MEMBER_TABLE = "record"


@dataclass(frozen=True)
class Dependencies:
    """What a rule reads, from its trees: table to columns, and parameters."""

    columns: dict[str, frozenset[str]]
    parameters: frozenset[str]


@dataclass(frozen=True)
class Bound:
    """A predicate rule ready for a sweep: two expressions in portable SQL, and the sources it can be asked about."""

    rule: Rule
    when: exp.Expr
    check: exp.Expr
    observed: exp.Expr | None
    sources: tuple[str, ...]
    not_run: dict[str, str]


def trees_of(rule: Rule) -> tuple[exp.Expr, ...]:
    """Every tree of a rule, in fixed order."""
    every = (rule.when, rule.check, rule.observed, rule.involved, rule.universe, rule.select)
    return tuple(tree for tree in every if tree is not None)


def digest(rule: Rule) -> str:
    """32 hex digits that change when, and only when, the rule asks something else."""
    text = "\n".join([rule.id, rule.major, *(tree.sql("duckdb", normalize=True) for tree in trees_of(rule))])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def dependencies(rule: Rule) -> Dependencies:
    """Tables, columns and parameters a rule reads."""
    parameters = {p.name for tree in trees_of(rule) for p in tree.find_all(exp.Placeholder)} - {"as_of"}
    if rule.scope is Scope.HOUSEHOLD:
        members, own = _split_members(rule)
        columns = {"household": frozenset(own), MEMBER_TABLE: frozenset(members)}
    else:
        named = {column.name for tree in trees_of(rule) for column in tree.find_all(exp.Column)}
        columns = {name: frozenset(named & set(tables()[name].columns)) for name in rule.tables}
    return Dependencies(columns, frozenset(parameters))


def delivered_columns(rule: Rule) -> dict[str, frozenset[str]]:
    """The columns whose absence from a source means that the rule cannot be asked there."""
    return {
        name: frozenset(c for c in columns if tables()[name].columns[c].delivered)
        for name, columns in dependencies(rule).columns.items()
    }


def message_columns(rule: Rule, table: str) -> set[str]:
    """The columns of the subject's table that the messages print."""
    columns = tables()[table].columns
    return {name for language in LANGUAGES for name in columns_of(rule.message[language], columns)}


def _split_members(rule: Rule) -> tuple[set[str], set[str]]:
    members: set[str] = set()
    own: set[str] = set()
    for tree in (rule.when, rule.check, rule.observed):
        for column in tree.find_all(exp.Column) if tree is not None else ():
            inside = any(_is_aggregate(parent) for parent in _ancestors(column))
            (members if inside else own).add(column.name)
    if rule.involved is not None:
        members |= {column.name for column in rule.involved.find_all(exp.Column)}
    return members, own


def _ancestors(node: exp.Expr) -> list[exp.Expr]:
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found


def _is_aggregate(node: exp.Expr) -> bool:
    return call_name(node) in ("members", "members_during_year", "any_member", "every_member")


class RepeatedCalls:
    """Collects the calls that many rules of a table make alike (ages above all), so that a scan makes each once.

    Without this they are most of the cost of a scan: a database does not share parts of different CASE expressions.
    """

    def __init__(self) -> None:
        self._columns: dict[str, str] = {}

    def fold(self, sql: str) -> exp.Expr:
        """A column in place of the call."""
        return exp.column(self._columns.setdefault(sql, f"repeated_{len(self._columns)}"))

    def source(self, table: str, readers: Iterable[exp.Expr] | None = None) -> str:
        """The table as a FROM clause that has these columns too, or those of them that some expressions read."""
        read = None if readers is None else {column.name for tree in readers for column in tree.find_all(exp.Column)}
        made = [f"{sql} AS {name}" for sql, name in self._columns.items() if read is None or name in read]
        return f"(SELECT *, {', '.join(made)} FROM {table}) AS {table}" if made else table


class MemberScan:
    """Collects the aggregates over household members that the rules of a sweep need, each once."""

    def __init__(self) -> None:
        self._columns: dict[str, str] = {}
        self.calls = RepeatedCalls()

    def fold(self, aggregate: exp.Expr) -> exp.Expr:
        """A column of the member scan in place of the aggregate; households without members count 0."""
        text = aggregate.sql("duckdb")
        name = self._columns.setdefault(text, f"member_{len(self._columns)}")
        return exp.func("COALESCE", exp.column(name), exp.Literal.number(0))

    @property
    def columns(self) -> dict[str, str]:
        """Aggregate SQL to column name, in order of first use."""
        return dict(self._columns)


@dataclass(frozen=True)
class ParameterTexts:
    """The values in force per source: parameter → source → value (None: none known)."""

    values: Mapping[str, Mapping[str, Value]]
    as_of: exp.Expr

    def tree(self, name: str) -> exp.Expr:
        """What stands for the parameter: a literal where all sources agree, else a CASE over the source."""
        if name == "as_of":
            return self.as_of.copy()
        by_source = {source: value for source, value in self.values[name].items() if value is not None}
        distinct = set(by_source.values())
        if len(distinct) <= 1:
            return literal(next(iter(distinct), None))
        shared = Counter(by_source.values()).most_common(1)[0][0]
        case = exp.Case()
        for value in sorted(distinct - {shared}, key=str):
            sources = [source for source in sorted(by_source) if by_source[source] == value]
            case = case.when(exp.column("source").isin(*sources), literal(value))
        # a source without a value is not asked, so the commonest value can stand for it
        return exp.paren(case.else_(literal(shared)), copy=False)

    def put_in(self, tree: exp.Expr) -> exp.Expr:
        """The tree with every parameter replaced."""
        if tree.find(exp.Placeholder) is None:
            return tree
        return tree.transform(lambda node: self.tree(node.name) if isinstance(node, exp.Placeholder) else node)


def folds_of(scan: MemberScan | None, calls: RepeatedCalls | None) -> Folds:
    """What the scans of a table compute for its rules."""
    if scan is not None:
        return Folds(aggregate=scan.fold, member=scan.calls.fold)
    return Folds(row=calls.fold) if calls is not None else NO_FOLDS


def portable(tree: exp.Expr, parameters: ParameterTexts, folds: Folds = NO_FOLDS) -> exp.Expr:
    """A rule's tree in portable SQL: functions expanded, parameters put in, what scans compute folded into columns."""
    return expand(parameters.put_in(tree), folds)


def suppressed(when: exp.Expr, others: list[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """`when` without the subjects on which another rule (when, check) hits."""
    result = when
    for other_when, other_check in others:
        hit = exp.and_(other_when, exp.not_(exp.paren(other_check)))
        result = exp.and_(result, exp.not_(exp.func("COALESCE", hit, exp.false())))
    return result


def used_parameters(rule: Rule, parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """The parameters of a rule, by name."""
    return [parameters[name] for name in sorted(dependencies(rule).parameters)]
