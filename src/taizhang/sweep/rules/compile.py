"""Rules as the engine is asked them: our functions expanded, parameters put in, suppressed subjects left out.

A rule knows nothing of years and places; the same rule is bound anew for each sweep, because its parameters and the
columns its sources carry differ. What a rule is (digest, reads) comes from its own trees and never changes.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from taizhang.sweep.rules.functions import NO_FOLDS, Folds, expand
from taizhang.sweep.rules.messages import columns_of
from taizhang.sweep.rules.model import LANGUAGES, Rule, Value
from taizhang.sweep.rules.parameters import literal
from taizhang.sweep.rules.schema import tables


@dataclass(frozen=True)
class Bound:
    """A predicate rule ready for a sweep: two expressions in portable SQL, and the sources it can be asked about."""

    rule: Rule
    when: exp.Expr
    check: exp.Expr
    observed: exp.Expr | None
    sources: tuple[str, ...]
    not_run: dict[str, str]


def digest(rule: Rule) -> str:
    """32 hex digits that change when, and only when, the rule asks something else."""
    text = "\n".join([rule.id, rule.major, *(tree.sql("duckdb", normalize=True) for tree in rule.trees)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def message_columns(rule: Rule, table: str) -> set[str]:
    """The columns of the subject's table that the messages print."""
    columns = tables()[table].columns
    return {name for language in LANGUAGES for name in columns_of(rule.message[language], columns)}


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
        made = self.listed(read)
        return f"(SELECT *{made} FROM {table}) AS {table}" if made else table

    def listed(self, read: set[str] | None = None) -> str:
        """The columns, or those that are read, as they follow others in a SELECT."""
        return "".join(f", {sql} AS {name}" for sql, name in self._columns.items() if read is None or name in read)


class MemberScan:
    """Collects the aggregates over household members that the rules of a sweep need, each once."""

    def __init__(self) -> None:
        self._columns: dict[str, str] = {}
        self.calls = RepeatedCalls()

    def fold(self, aggregate: exp.Expr) -> exp.Expr:
        """A column of the member scan in place of the aggregate; households without members count 0."""
        text = aggregate.sql("duckdb", copy=False)
        name = self._columns.setdefault(text, f"member_{len(self._columns)}")
        return exp.Coalesce(this=exp.column(name), expressions=[exp.Literal.number(0)])

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
        """The tree itself with every parameter replaced."""
        return tree.transform(
            lambda node: self.tree(node.name) if isinstance(node, exp.Placeholder) else node, copy=False
        )


def folds_of(scan: MemberScan | None, calls: RepeatedCalls | None) -> Folds:
    """What the scans of a table compute for its rules."""
    if scan is not None:
        return Folds(aggregate=scan.fold, member=scan.calls.fold)
    return Folds(row=calls.fold) if calls is not None else NO_FOLDS


def portable(tree: exp.Expr, parameters: ParameterTexts, folds: Folds = NO_FOLDS) -> exp.Expr:
    """A rule's tree in portable SQL: functions expanded, parameters put in, what scans compute folded into columns."""
    return expand(parameters.put_in(tree.copy()), folds, copy=False)


def suppressed(when: exp.Expr, others: list[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """`when` without the subjects on which another rule (when, check) hits."""
    result = when
    for other_when, other_check in others:
        hit = exp.and_(other_when, exp.not_(exp.paren(other_check)))
        result = exp.and_(result, exp.not_(exp.func("COALESCE", hit, exp.false())))
    return result
