"""One wrong way to write a number: drawn by cause, with the chance of an outcome known where it is needed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from identity.digits import with_check
from identity.mixtures import NUMBER_CAUSES

PLACEHOLDERS = ("000000000000000000", "111111111111111111", "123456789012345678", "999999999999999999")
VALID_CAUSES = ("XS-ID-BIRTH", "XS-ID-SEQ", "XS-ID-REGION", "XS-ID-DISJOINT", "XS-ID-FAMILY")
"""Causes whose outcome is itself a number in order: nothing but other evidence can tell."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a mistake may reach for: numbers of the household, of anybody in the county, and division codes."""

    housemates: tuple[str, ...]
    neighbour: str
    area: str


def damage_number(number: str, around: Around, dice: random.Random) -> tuple[str | None, bool, str]:
    """(what is written, whether as a numeric cell, cause); never the number itself."""
    causes = list(NUMBER_CAUSES)
    while True:
        cause = dice.choices(causes, list(NUMBER_CAUSES.values()))[0]
        made = _make(number, cause, around, dice)
        if made != number:
            return made, cause == "ID-EXCEL-NUMERIC", cause


def _make(number: str, cause: str, around: Around, dice: random.Random) -> str | None:
    at = dice.randrange(18)
    body = number[:17]
    match cause:
        case "XS-ID-SUBST":
            return number[:at] + dice.choice("0123456789") + number[at + 1 :]
        case "XS-ID-TRANSPOSE":
            at = dice.randrange(16)
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        case "ID-15":
            return number[:6] + number[8:17] if number[6:8] == "19" else number
        case "XS-ID-EXCEL" | "ID-EXCEL-NUMERIC":
            return number[:15] + "000" if number[17] != "X" else number
        case "XS-ID-INDEL":
            return number[:at] + number[at + 1 :] if dice.random() < 0.7 else number[:at] + number[at] + number[at:]
        case "XS-ID-BIRTH":
            return with_check(number[:6] + _other_birth(number[6:14], dice) + number[14:17])
        case "XS-ID-SEQ":
            sequence = (int(number[14:17]) - 1 + 2 * dice.randrange(1, 499)) % 998 + 1
            return with_check(f"{body[:14]}{sequence:03d}")
        case "XS-ID-REGION":
            return with_check(around.area + body[6:])
        case "XS-ID-DISJOINT":
            return around.neighbour
        case "XS-ID-FAMILY":
            return dice.choice(around.housemates) if around.housemates else number
        case "ID-PLACEHOLDER":
            return dice.choice(PLACEHOLDERS)
    return None


def _other_birth(birth: str, dice: random.Random) -> str:
    day = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    roll = dice.random()
    if roll < 0.4:
        moved = day.year + dice.choice((-10, -3, -2, -1, 1, 2, 3, 10))
        return f"{min(moved, 2023)}{birth[4:6]}{min(day.day, 28):02d}"
    if roll < 0.6 and day.day <= 12:
        return f"{birth[:4]}{birth[6:]}{birth[4:6]}"
    return f"{day - timedelta(days=dice.randrange(15, 51)):%Y%m%d}"  # what a lunar date differs by
