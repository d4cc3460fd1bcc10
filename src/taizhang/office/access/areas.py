"""Areas: prefixes of the twelve-digit division code, and the ranges of codes they stand for.

A prefix of 2, 4, 6, 9 or 12 digits is a province, prefecture, county, town or village (GB/T 10114-2003). Rows are chosen
by half-open ranges because `LIKE 'prefix%'` makes SQLite scan the table, while a range uses the index on both databases.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q

LENGTHS = (2, 4, 6, 9, 12)
CODE_LENGTH = 12


@dataclass(frozen=True, order=True)
class Area:
    """A division and everything below it. Raises ValueError for a prefix of another length or with other characters."""

    prefix: str

    def __post_init__(self) -> None:
        if len(self.prefix) not in LENGTHS or not (self.prefix.isascii() and self.prefix.isdigit()):
            raise ValueError(f"not a division prefix: {len(self.prefix)} characters")

    def covers(self, code: str) -> bool:
        """Whether a division code lies inside."""
        return code.startswith(self.prefix)

    @property
    def bounds(self) -> tuple[str, str]:
        """The lowest code inside and the lowest one after it."""
        low = self.prefix.ljust(CODE_LENGTH, "0")
        after = str(int(self.prefix) + 1).rjust(len(self.prefix), "0")
        return low, after.ljust(CODE_LENGTH, "0") if len(after) == len(self.prefix) else "9" * CODE_LENGTH + "~"


class _Everywhere:
    """The scope of work that belongs to no division: the sweep, migrations, the ledger's verifier."""

    def __repr__(self) -> str:
        return "EVERYWHERE"


EVERYWHERE = _Everywhere()
Areas = tuple[Area, ...] | _Everywhere


def is_division(text: str) -> bool:
    """Whether a text from outside is written as a division code is."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit()


def area_of_division(code: str) -> Area:
    """The area a twelve-digit code names: trailing zeros of whole levels stand for everything below."""
    for length in LENGTHS:
        if code[length:].strip("0") == "":
            return Area(code[:length])
    return Area(code)


def within(field: str, areas: Areas) -> Q:
    """The condition that a division code lies in one of the areas; no areas, no rows."""
    if areas is EVERYWHERE:
        return Q()
    if not isinstance(areas, tuple):
        raise TypeError("areas must be a tuple of Area, or EVERYWHERE")
    if not areas:
        return Q(pk__in=[])
    found = Q()
    for area in merged(areas):
        low, high = area.bounds
        found |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return found


def outside(field: str, areas: tuple[Area, ...]) -> Q:
    """The condition that a division code lies in none of the areas, by ranges; of no areas that is every code."""
    ends = [area.bounds for area in merged(areas)]
    if not ends:
        return Q()
    found = Q(**{f"{field}__lt": ends[0][0]}) | Q(**{f"{field}__gte": ends[-1][1]})
    for (_low, after), (low, _after) in pairwise(ends):
        found |= Q(**{f"{field}__gte": after, f"{field}__lt": low})
    return found


def merged(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The areas without those that lie inside another."""
    kept: list[Area] = []
    for area in sorted(set(areas)):
        if not any(area.prefix.startswith(one.prefix) for one in kept):
            kept.append(area)
    return tuple(kept)


def covered(code: str, areas: Areas) -> bool:
    """Whether a division code lies in one of the areas."""
    if not isinstance(areas, tuple):
        return areas is EVERYWHERE
    return any(area.covers(code) for area in areas)


def holds(areas: Areas, area: Area) -> bool:
    """Whether a whole area lies in one of the areas."""
    if not isinstance(areas, tuple):
        return areas is EVERYWHERE
    return any(area.prefix.startswith(one.prefix) for one in areas)
