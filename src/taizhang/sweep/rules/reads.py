"""What a rule reads: tables, columns and parameters, told by its own trees."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from taizhang.sweep.rules.functions import FUNCTIONS, call_name
from taizhang.sweep.rules.schema import tables

MEMBER_TABLE = "record"


@dataclass(frozen=True)
class Reads:
    """Table to columns, and parameters; `as_of` is none, since every sweep has it."""

    columns: dict[str, frozenset[str]]
    parameters: frozenset[str]

    @cached_property
    def delivered(self) -> dict[str, frozenset[str]]:
        """The columns whose absence from a source means that the rule cannot be asked there."""
        return {
            name: frozenset(column for column in columns if tables()[name].columns[column].delivered)
            for name, columns in self.columns.items()
        }


def reads_of_rows(trees: Sequence[exp.Expr], names: Sequence[str]) -> Reads:
    """What trees read that see whole rows of these tables."""
    named = {column.name for tree in trees for column in tree.find_all(exp.Column)}
    return Reads({name: frozenset(named & set(tables()[name].columns)) for name in names}, _parameters(trees))


def reads_of_households(trees: Sequence[exp.Expr], involved: exp.Expr | None) -> Reads:
    """What trees read that see a household and fold its members; involved: a condition over members themselves."""
    members: set[str] = set()
    own: set[str] = set()
    for tree in trees:
        for column in tree.find_all(exp.Column):
            (members if tree is involved or _is_of_member(column) else own).add(column.name)
    return Reads({"household": frozenset(own), MEMBER_TABLE: frozenset(members)}, _parameters(trees))


def _parameters(trees: Sequence[exp.Expr]) -> frozenset[str]:
    return frozenset(found.name for tree in trees for found in tree.find_all(exp.Placeholder)) - {"as_of"}


def _is_of_member(column: exp.Expr) -> bool:
    parent = column.parent
    while parent is not None:
        name = call_name(parent)
        if name is not None and FUNCTIONS[name].aggregate:
            return True
        parent = parent.parent
    return False
