"""Verdicts of many rules as one expression in which a condition that rules share is asked once.

Most rules ask first whether a person is present or a number filled in, and many whether a cell bears one mark of a list
that is empty on nearly every row. Asked rule by rule, that is most of what judging a row costs.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Self

from sqlglot import exp

NOT_APPLICABLE, PASS, HIT, UNKNOWN = range(4)
MARKS_WORTH = 3  # verdicts over the marks of one column that are worth asking first whether there are any


class Condition(NamedTuple):
    """A condition and how it reads, which is what is compared: printed once, looked at once a level of nesting."""

    tree: exp.Expr
    text: str

    @classmethod
    def of(cls, tree: exp.Expr) -> Self:
        """A condition with its text."""
        return cls(tree, f"({tree.sql('duckdb')})")


class Asked(NamedTuple):
    """One rule of a word: what has to hold for it to apply, what is asserted, and the value of its lower bit.

    check: True where it is known to hold.
    """

    conditions: tuple[Condition, ...]
    check: exp.Expr | bool
    place: int


def conjuncts(tree: exp.Expr) -> tuple[Condition, ...]:
    """What a condition asks, one by one."""
    if isinstance(tree, exp.Paren) and isinstance(tree.this, exp.And | exp.Paren):
        return conjuncts(tree.this)
    return (*conjuncts(tree.left), *conjuncts(tree.right)) if isinstance(tree, exp.And) else (Condition.of(tree),)


def nested_sql(verdicts: Sequence[Asked]) -> str:
    """The sum of the verdicts as SQL, each two bits from its place on."""
    return _sum(verdicts, look_for_marks=True) or "0"


def _sum(verdicts: Sequence[Asked], *, look_for_marks: bool) -> str:
    known = sum(PASS * verdict.place for verdict in verdicts if not verdict.conditions and verdict.check is True)
    parts = [str(known)] if known else []
    left = [verdict for verdict in verdicts if verdict.conditions or verdict.check is not True]
    if look_for_marks:
        for column, count in Counter(name for verdict in left for name in _marked(verdict)).items():
            if count >= MARKS_WORTH:
                parts.append(_by_marks(column, [verdict for verdict in left if column in _marked(verdict)]))
                left = [verdict for verdict in left if column not in _marked(verdict)]
    parts += [_verdict(verdict) for verdict in left if not verdict.conditions]
    left = [verdict for verdict in left if verdict.conditions]
    while left:
        asked = [dict.fromkeys(condition.text for condition in verdict.conditions) for verdict in left]
        shared, _ = Counter(text for texts in asked for text in texts).most_common(1)[0]
        inside = [
            verdict._replace(conditions=tuple(one for one in verdict.conditions if one.text != shared))
            for verdict, texts in zip(left, asked, strict=True)
            if shared in texts
        ]
        left = [verdict for verdict, texts in zip(left, asked, strict=True) if shared not in texts]
        parts.append(f"CASE WHEN {shared} THEN {_sum(inside, look_for_marks=look_for_marks) or '0'} ELSE 0 END")
    return " + ".join(parts)


def _by_marks(column: str, verdicts: Sequence[Asked]) -> str:
    """The verdicts that read marks of a column, with what is left of them where it has none."""
    unmarked = [without for verdict in verdicts if (without := _unmarked(verdict, column)) is not None]
    plain = _sum(unmarked, look_for_marks=True) or "0"
    return f"CASE WHEN {column} IS NULL THEN {plain} ELSE {_sum(verdicts, look_for_marks=False)} END"


def _unmarked(verdict: Asked, column: str) -> Asked | None:
    """The verdict where the column has no mark; None where it does not apply then."""
    conditions = [_left_of(condition, column) for condition in verdict.conditions]
    if any(condition is False for condition in conditions):
        return None
    check = _without(verdict.check, column) if isinstance(verdict.check, exp.Expr) else verdict.check
    left = tuple(condition for condition in conditions if isinstance(condition, Condition))
    return Asked(left, exp.false() if check is False else check, verdict.place)


def _left_of(condition: Condition, column: str) -> Condition | bool:
    left = _without(condition.tree, column)
    if isinstance(left, bool):
        return left
    return condition if left is condition.tree else Condition.of(left)


def _without(tree: exp.Expr, column: str) -> exp.Expr | bool:
    """A condition where a column has no mark: itself, a shorter one, or what it then always is."""
    if _is_mark(tree):
        return False if tree.this.this.name == column else tree
    if isinstance(tree, exp.Paren | exp.Not):
        inner = _without(tree.this, column)
        if isinstance(inner, bool):
            return inner != isinstance(tree, exp.Not)
        return tree if inner is tree.this else type(tree)(this=inner.copy())
    if isinstance(tree, exp.And | exp.Or):
        decides = isinstance(tree, exp.Or)
        sides = [_without(side, column) for side in (tree.left, tree.right)]
        if any(side is decides for side in sides):
            return decides
        trees = [side for side in sides if isinstance(side, exp.Expr)]
        if len(trees) < len(sides):
            return trees[0] if trees else not decides
        if trees[0] is tree.left and trees[1] is tree.right:
            return tree
        return type(tree)(this=trees[0].copy(), expression=trees[1].copy())
    return tree


def _is_mark(tree: exp.Expr) -> bool:
    """Whether it says that a column bears a mark, and no where the column is empty."""
    return (
        isinstance(tree, exp.Coalesce)
        and isinstance(tree.this, exp.Contains)
        and isinstance(tree.this.this, exp.Column)
        and isinstance(tree.this.expression, exp.Literal)
        and tree.expressions == [exp.false()]
    )


def _marked(verdict: Asked) -> frozenset[str]:
    """The columns whose marks decide in a verdict."""
    trees = [condition.tree for condition in verdict.conditions]
    if isinstance(verdict.check, exp.Expr):
        trees.append(verdict.check)
    return frozenset[str]().union(*(_columns_of_marks(tree) for tree in trees))


def _columns_of_marks(tree: exp.Expr) -> frozenset[str]:
    """The columns that `_without` can do without."""
    if _is_mark(tree):
        return frozenset({tree.this.this.name})
    if isinstance(tree, exp.Paren | exp.Not):
        return _columns_of_marks(tree.this)
    if isinstance(tree, exp.And | exp.Or):
        return _columns_of_marks(tree.left) | _columns_of_marks(tree.right)
    return frozenset()


def _verdict(verdict: Asked) -> str:
    place = verdict.place
    assert isinstance(verdict.check, exp.Expr)  # noqa: S101 - what is known to hold was counted before
    check = verdict.check.sql("duckdb")
    # Most rows pass, so passing is asked first: the check is computed again only for the few that do not.
    return f"CASE WHEN ({check}) THEN {PASS * place} WHEN NOT ({check}) THEN {HIT * place} ELSE {UNKNOWN * place} END"
