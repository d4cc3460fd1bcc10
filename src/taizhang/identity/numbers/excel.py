"""Numbers that a numeric cell has damaged, and the exact set of what they can have been (intake design §14)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from taizhang.identity.numbers.check import check_digit

_MOST = 400  # wider than any inversion of the three models gives


@dataclass(frozen=True, slots=True)
class Damage:
    """A way in which an 18-digit number is written as a number.

    apply: what the file shows for a true number.
    reach: how far, in units of the last digit, the true number can lie from what is shown.
    """

    name: str
    apply: Callable[[int], int]
    reach: int


def _fifteen_digits(number: int) -> int:
    return number - number % 1000


def _sixteen_digits(number: int) -> int:
    return int(Decimal(f"{float(number):.16G}"))


TYPED = Damage("EXCEL_15_DIGITS", _fifteen_digits, 999)
"""Typed into a spreadsheet program, which keeps 15 significant digits."""
DOUBLE = Damage("DOUBLE", lambda number: int(float(number)), 64)
"""Written by a program through an IEEE 754 double; the spacing is at most 128."""
SIXTEEN = Damage("SIXTEEN_DIGITS", _sixteen_digits, 128)
"""Written by a program as `%.16G` of a double."""


def undamaged(seen: int, damage: Damage) -> list[str]:
    """Citizen numbers that `damage` turns into `seen`, ascending.

    Numbers ending in X are never returned: they are text and cannot be damaged so. The truth is always among the
    results; their mean count is 6 to 91, depending on the model and the first digits.
    """
    bodies = range((seen - damage.reach) // 10, (seen + damage.reach) // 10 + 1)
    numbers = (f"{body:017d}" + check_digit(f"{body:017d}") for body in bodies)
    return [n for n in numbers if n[-1] != "X" and damage.apply(int(n)) == seen]


def undamaged_any(raw: str, models: Iterable[Damage] = (TYPED, DOUBLE, SIXTEEN)) -> list[str]:
    """The union of `undamaged` over the models for a cell's raw digits ("6.12323190001010E+17", "612323190001010048").

    Empty where the text is no number of 18 digits.
    """
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return []
    if (
        not number.is_finite() or number.is_signed() or number.adjusted() != 17
    ):  # before int(): 1E999999999 is short to write
        return []
    seen = int(number)
    return sorted({number for model in models for number in undamaged(seen, model)})[:_MOST]
