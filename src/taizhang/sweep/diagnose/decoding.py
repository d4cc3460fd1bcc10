"""What a number was that no row of its person has whole: the numbers one slip away, and how likely each is.

A posterior like every other: how likely the slip is, how many of the county have numbers of that division and year of birth, what
the row's columns of birth and sex say, whether the number is somebody else's, and what the person's other damaged rows can
have been. What is left over belongs to damage that one slip does not explain; no number is suggested for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np

from taizhang.identity.divisions import DivisionHistory
from taizhang.identity.numbers import Repair, are_alike, birth_of, id_key, parse_id, repair_candidates
from taizhang.sweep.judge.births import FILLED_IN
from taizhang.sweep.judge.divisions import YEARS, Divisions
from taizhang.sweep.link.features import Floats, Ints
from taizhang.sweep.link.keys import AREA_AND_YEAR

MOST_DECODED = 200
"""Candidates of one number that are weighed; three digits cut off leave a hundred."""
ALIKE = 0.6
"""Share of wrong digits that look or sound like the right one or lie beside it on the keypad: three or four of nine do."""
_SHARES = {
    "XS-ID-SUBST": 0.30, "XS-ID-TRANSPOSE": 0.18, "XS-ID-INDEL": 0.12, "XS-ID-EXCEL": 0.12, "XS-ID-15-18": 0.12,
    "ID-CHARSET": 0.04, "XS-ID-STUDENT": 0.02, "ID-TWO-IN-CELL": 0.02, "XS-ID-BIRTH": 0.02, "ID-BIRTH-FUTURE": 0.01,
    "XS-ID-JUMP": 0.005,
}  # fmt: skip
_PLACES = {
    "XS-ID-SUBST": 18, "XS-ID-TRANSPOSE": 17, "XS-ID-INDEL": 18, "ID-CHARSET": 18, "ID-TWO-IN-CELL": 2, "XS-ID-BIRTH": 365,
    "XS-ID-JUMP": 8,
}  # fmt: skip
"""Of every damage to numbers its share, by hand after identity.md (section 18), and at how many places it can happen."""
UNEXPLAINED = log(0.02 / 12_000)
"""Log-chance that damage of another kind made just this text of a number: two slips have some twelve thousand outcomes."""
NONE_OF_THEM = log(0.02 / 500)
"""The same of all other numbers of the county together, of which a few dozen are two slips away from a text."""
WRONG_COLUMN, WRONG_SEX = 0.03, 0.02
"""Share of columns of birth and sex that are wrong beside a right number."""
DAYS = 300
"""Wrong dates that are about as likely as one another."""
TAKEN = -6.0
"""Log-evidence of a number that another person of the county has: few numbers are two persons'."""
FROM_ELSEWHERE = 0.02
"""Share of people with a number of a division that nobody else of the county has."""
NO_DIVISION = -12.0
"""Log-evidence of a division that never was one."""
LIKE_THE_COUNTY = 30.0
"""Persons of a division for whom the years of birth of the whole county count."""
CENTURY = 100
DIGITS = 18


@dataclass(frozen=True, slots=True)
class Damaged:
    """A number that is none, with the row's columns of birth and sex (男, 女), and what else the person's rows say, none a number."""

    text: str
    birth: date | None = None
    sex: str | None = None
    others: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that the person's rows say, this row's first."""
        return self.text, *self.others


@dataclass(frozen=True, slots=True)
class Decoded:
    """A number that a damaged one may have been. told: how many of the person's other texts a slip of it explains, too."""

    core18: str
    reason: str
    probability: float
    told: int


def decode(
    damaged: Sequence[Damaged], known: Divisions, taken: Callable[[Ints], Ints], as_of: date
) -> list[list[Decoded]]:
    """The numbers that damaged ones, or their persons' other texts, may have been; of each the likeliest first.

    known: the county's divisions and years of birth. taken: the keys, of those it is given, that somebody has.
    as_of: the day of the data; nobody in them is born later.
    """
    if not damaged:
        return []
    slips = [[_slips(text, one.birth, as_of) for text in one.texts] for one in damaged]
    numbers = [sorted({number for some in of_texts for number in some}) for of_texts in slips]
    keys = np.array([id_key(number) for some in numbers for number in some], dtype=np.int64)
    weight = _borne(known, keys) + np.where(np.isin(keys, taken(np.unique(keys))), TAKEN, 0.0)
    left, found, first = NONE_OF_THEM + _usual(known), [], 0
    for one, of_texts, some in zip(damaged, slips, numbers, strict=True):
        told = weight[first : first + len(some)] + _columns(some, one)
        told += [_chance(number, one.texts, of_texts) for number in some]
        found.append(_ranked(some, told, left + len(one.others) * UNEXPLAINED, of_texts))
        first += len(some)
    return found


def _ranked(numbers: Sequence[str], told: Floats, left: float, slips: Sequence[Mapping[str, Repair]]) -> list[Decoded]:
    """left: log-chance that none of the numbers is right."""
    highest = max(left, *told) if len(told) else left
    share = np.exp(told - highest) / (np.exp(left - highest) + np.exp(told - highest).sum())
    found = []
    for number, probability in zip(numbers, share.tolist(), strict=True):
        reason = next(some[number].reason for some in slips if number in some)
        found.append(Decoded(number, reason, probability, sum(number in some for some in slips[1:])))
    return sorted(found, key=lambda one: (-one.probability, one.core18))


def _slips(text: str, birth: date | None, as_of: date) -> dict[str, Repair]:
    repairs = repair_candidates(parse_id(text), birth=birth, as_of=as_of, limit=MOST_DECODED)
    return {repair.core18: repair for repair in repairs}


def _chance(number: str, texts: Sequence[str], slips: Sequence[Mapping[str, Repair]]) -> float:
    """Natural logarithm of how likely a number is damaged into just these texts."""
    return sum(
        _slip_chance(some[number], text) if number in some else UNEXPLAINED
        for text, some in zip(texts, slips, strict=True)
    )


def _slip_chance(repair: Repair, text: str) -> float:
    share = _SHARES[repair.reason] / _PLACES.get(repair.reason, 1)
    if repair.reason == "XS-ID-SUBST":
        at = repair.positions[0] - 1
        share *= ALIKE / 3 if are_alike(repair.core18[at], text[at]) else (1.0 - ALIKE) / 6
    return log(share)


def _columns(numbers: Sequence[str], damaged: Damaged) -> Floats:
    """What the columns of the row say of numbers; one that agrees with the damaged text may have been filled in from it."""
    core18 = parse_id(damaged.text).core18
    written = birth_of(core18) if core18 and len(core18) == DIGITS else None
    told = np.zeros(len(numbers))
    for at, number in enumerate(numbers):
        if damaged.birth is not None:
            told[at] += _birth_chance(damaged.birth, birth_of(number), written)
        if damaged.sex is not None:
            told[at] += log(1.0 - WRONG_SEX if (damaged.sex == "男") == (int(number[16]) % 2 == 1) else WRONG_SEX)
    return told


def _birth_chance(column: date, born: date | None, written: date | None) -> float:
    """written: the birth in the damaged text, None where it has none."""
    if column == born:
        return log(1.0 - WRONG_COLUMN if written in {born, None} else 1.0 - FILLED_IN)
    return log(FILLED_IN if column == written else WRONG_COLUMN / DAYS)


def _borne(known: Divisions, numbers: Ints) -> Floats:
    """Log of how likely somebody of the county has a number (a key) of its division and year of birth."""
    division, born = np.divmod(numbers // AREA_AND_YEAR, YEARS)
    of_division, of_year, there = _counts(known, division, born)
    whole = float(known.persons.sum())
    history = DivisionHistory.packaged()
    codes, place = np.unique(division, return_inverse=True)
    existed = np.array([history.ever_existed(f"{one:06d}") for one in codes.tolist()], dtype=bool)
    elsewhere = np.where(existed[place], log(FROM_ELSEWHERE / len(history.codes)), NO_DIVISION)
    in_division = np.logaddexp(elsewhere, np.log(np.maximum(of_division, 1e-9) / (whole + 1.0)))
    in_year = (of_year + 1.0) / (whole + CENTURY)
    told: Floats = in_division + np.log((there + LIKE_THE_COUNTY * in_year) / (of_division + LIKE_THE_COUNTY))
    return told


def _usual(known: Divisions) -> float:
    """The same of a person of the county as there are many."""
    if not len(known.place):
        return log(FROM_ELSEWHERE / len(DivisionHistory.packaged().codes) / CENTURY)
    each = _borne(known, known.place * AREA_AND_YEAR)
    return float(np.average(each, weights=known.persons))


def _counts(known: Divisions, division: Ints, born: Ints) -> tuple[Floats, Floats, Floats]:
    """Persons of the divisions, of the years, and of both."""
    held_division, held_year = np.divmod(known.place, YEARS)
    return (
        _summed(held_division, known.persons, division),
        _summed(held_year, known.persons, born),
        _summed(known.place, known.persons, division * YEARS + born),
    )


def _summed(keys: Ints, persons: Ints, asked: Ints) -> Floats:
    distinct, place = np.unique(np.append(keys, asked), return_inverse=True)
    count = np.bincount(place[: len(keys)], weights=persons, minlength=len(distinct)).astype(np.float64)
    told: Floats = count[place[len(keys) :]]
    return told
