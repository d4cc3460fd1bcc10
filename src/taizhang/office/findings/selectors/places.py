"""Counting by the divisions one level below the viewer's: the county by towns, a town by villages."""

from collections.abc import Iterable

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from taizhang.office.access.areas import CODE_LENGTH, EVERYWHERE, area_of_division
from taizhang.office.access.scope import current_areas
from taizhang.office.places.models import Division

TOWN_DIGITS, VILLAGE_DIGITS = 9, 12
APART = "1"
"""In the words of an address: only what lies in the place itself, and in nothing below it."""


def digits_below() -> int:
    """Digits of the divisions to count by in the open scope."""
    areas = current_areas()
    if areas is EVERYWHERE or not isinstance(areas, tuple) or not areas:
        return TOWN_DIGITS
    return VILLAGE_DIGITS if all(len(area.prefix) >= TOWN_DIGITS for area in areas) else TOWN_DIGITS


def division_below(digits: int) -> F | Concat:
    """The division of so many digits that a row's `division_code` lies in, as a whole code."""
    if digits == CODE_LENGTH:
        return F("division_code")
    return Concat(Substr("division_code", 1, digits), Value("0" * (CODE_LENGTH - digits)))


def is_above(code: str, digits: int) -> bool:
    """Whether a division is larger than those of so many digits: what lies there could be placed no closer."""
    return len(area_of_division(code).prefix) < digits


def place_words(code: str, *, apart: bool) -> dict[str, str]:
    """The words that narrow a list of findings to a division; apart: to what could be placed no closer."""
    return {"place": code, "apart": APART} if apart else {"place": code}


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of divisions by code; a code that is not listed is missing."""
    return dict(Division.objects.filter(code__in=set(codes)).values_list("code", "name"))
