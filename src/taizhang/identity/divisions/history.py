"""Which six-digit division codes existed, and when (GB/T 2260 in all its editions)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self


@dataclass(frozen=True, slots=True)
class Spell:
    """A code's name over some years; None is open."""

    name: str
    first_year: int | None
    last_year: int | None


class DivisionHistory:
    """Codes with their spells of validity.

    A number's first six digits are the place of first registration. They follow neither moves nor renamings, so a code
    that was abolished long ago is right, and one that is younger than its holder is no error either (late registration).
    """

    def __init__(self, spells: Iterable[tuple[str, Spell]]) -> None:
        self._spells: dict[str, list[Spell]] = {}
        for code, spell in spells:
            self._spells.setdefault(code, []).append(spell)

    @classmethod
    def packaged(cls) -> "DivisionHistory":
        """The history shipped with the product, read once."""
        return _packaged()

    @classmethod
    def from_tsv(cls, text: str) -> Self:
        """Read a table with the columns code, name, first_year, last_year."""
        lines = (line.split("\t") for line in text.splitlines()[1:])
        return cls((code, Spell(name, _year(first), _year(last))) for code, name, first, last in lines)

    @property
    def codes(self) -> frozenset[str]:
        """Every code that ever existed."""
        return frozenset(self._spells)

    def spells(self, code: str) -> tuple[Spell, ...]:
        """The spells of a code, none for one that never existed."""
        return tuple(self._spells.get(code, ()))

    def ever_existed(self, code: str) -> bool:
        """Whether the code stands in any edition."""
        return code in self._spells

    def existed_in(self, code: str, year: int) -> bool:
        """Whether the code was in force in a year; where the history gives no year, it is taken to be."""
        return any((s.first_year or 0) <= year <= (s.last_year or 9999) for s in self._spells.get(code, ()))


def _year(text: str) -> int | None:
    return int(text) if text else None


@cache
def _packaged() -> DivisionHistory:
    return DivisionHistory.from_tsv(files(__package__).joinpath("data/history.tsv").read_text(encoding="utf-8"))
