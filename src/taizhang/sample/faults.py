"""What may be wrong in a list: one fault is one mistake somebody made, with the truth beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taizhang.sample.chance import Dice
from taizhang.sample.population import Population


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of one person's row that shows something else than the truth."""

    person: int
    field: str
    written: str


@dataclass(frozen=True, slots=True)
class Extra:
    """A row too many: a copy of a person's row with some values changed.

    values: field → written text; a household field moves the row to another household.
    """

    person: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Damage:
    """The effect of one mistake: changed cells, rows too many, rows left out.

    also: codes that describe the same mistake as rightly as the planted kind does. bystanders: people whose right rows
    come into findings about it.
    """

    changes: tuple[Change, ...] = ()
    extras: tuple[Extra, ...] = ()
    dropped: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    bystanders: tuple[int, ...] = ()

    @property
    def persons(self) -> frozenset[int]:
        """Everybody whose row shows it."""
        return frozenset(
            [change.person for change in self.changes] + [extra.person for extra in self.extras] + list(self.dropped)
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in one source over time.

    number: unique in the county. active: positions of the deliveries that show it.
    copied_from: the number of the fault in the source this one was copied from, or None.
    """

    number: int
    source: str
    kind: str
    damage: Damage
    active: tuple[int, ...]
    copied_from: int | None = None


Maker = Callable[[Population, int, Dice], Damage | None]
"""Makes the damage of one kind at a person, or None where the kind does not fit that person."""


def one_cell(person: int, field: str, written: str, *also: str) -> Damage:
    """The damage of a single changed cell."""
    return Damage(changes=(Change(person, field, written),), also=also)
