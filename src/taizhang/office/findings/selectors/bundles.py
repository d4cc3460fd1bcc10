"""Sets of rules that somebody gave a name, by which a list of findings can be narrowed: the cells of a frame.

frames says what a key stands for by `bundles_from` when the office starts; until it does, no key stands for anything.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from taizhang.office.parts.typed import whole_number


@dataclass(frozen=True)
class Bundle:
    """What is called so: rules by id, and whole groups of rules by letter."""

    title: str
    rules: frozenset[str]
    groups: frozenset[str]

    @property
    def condition(self) -> Q:
        """Which findings belong to it; none where it names nothing."""
        return Q(rule__in=self.rules) | Q(group__in=self.groups)


Finder = Callable[[int], Bundle | None]
_finders: list[Finder] = []


def bundles_from(finder: Finder) -> None:
    """Say who knows the bundles by their key."""
    _finders[:] = [finder]


def bundle_of(key: str) -> Bundle | None:
    """The bundle of a key as it stands in an address; None for an unknown one."""
    number = whole_number(key)
    if number is None:
        return None
    return next((found for finder in _finders if (found := finder(number)) is not None), None)
