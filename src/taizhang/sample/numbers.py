"""Citizen numbers of people who do not exist.

Written apart from `taizhang.identity.numbers` on purpose: what makes the truth must not share code with what judges it.
"""

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
CHECKS = "10X98765432"  # ISO 7064 MOD 11-2, by remainder
OLD_PREFIX, NEW_PREFIX = "612323", "610723"  # Yang County to 1995, and from 1996
OLD_UNTIL = 1996
# County-level codes of places that people marry and move in from; each stood in some edition of the code list.
NEAR_OLD = ("612301", "612321", "612322", "612324", "612325", "612326", "612401", "612422", "513021", "510722")
NEAR_NEW = ("610702", "610721", "610722", "610724", "610725", "610726", "610902", "610922", "511702", "510722")


def check_character(body: str) -> str:
    """The 18th character for 17 digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def citizen_number(prefix: str, birth: date, sequence: int) -> str:
    """A right 18-character number; `sequence` is odd for men, even for women, 1 to 995."""
    body = f"{prefix}{birth:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def with_check(seventeen_or_more: str) -> str:
    """The first 17 characters with the check character that fits them."""
    return seventeen_or_more[:17] + check_character(seventeen_or_more[:17])


def passes(number: str) -> bool:
    """True when 18 characters have the right shape and check; the date is not looked at."""
    body = number[:17]
    return len(number) == 18 and body.isdigit() and body.isascii() and check_character(body) == number[17]


class NumberGiver:
    """Hands out citizen numbers, none twice."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}

    def give(self, prefix: str, birth: date, sex: str, start: int) -> str:
        """The next free number of this place, day and sex.

        start: where counting begins for a place and day not seen before, 1 to 400; police posts start anywhere.
        """
        key = (prefix, f"{birth:%Y%m%d}{sex}")
        last = self._last.get(key)
        sequence = start if last is None else last + 2
        sequence += (sequence % 2 == 0) == (sex == "男")
        self._last[key] = sequence
        return citizen_number(prefix, birth, sequence)
