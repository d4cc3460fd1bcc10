"""How strongly two cells speak for being one person: a sum of weights, in bits, after Fellegi and Sunter.

The weights are starting weights (identity.md, section 16.2): orders of magnitude of how much likelier an agreement is
between two records of one person than between two neighbours, set by hand, not fitted to any sample.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import MISSING, Cells, Compared, Ints, Relations, compare_rows

ACCEPT = 8.0
"""Bits from which two cells are taken for one person; a name and a village alone do not reach it against a number."""

NAME_BITS = {
    "equal": 10.0, "missing": 0.0, "XS-NAME-FORMAT": 10.0, "XS-NAME-VARIANT": 8.0, "XS-NAME-ALIAS": 8.0,
    "XS-NAME-LOSS": 7.0, "XS-NAME-DAMAGED": 7.0, "XS-NAME-CLAN": 4.0, "XS-NAME-EXTRA": 5.0, "XS-NAME-ORDER": 5.0,
    "XS-NAME-HOMOPHONE": 5.0, "XS-NAME-NEARPHONE": 4.0, "XS-NAME-SHAPE": 5.0, "XS-NAME-KEY": 4.0,
    "XS-NAME-ONECHAR": 3.0, "XS-NAME-SURNAME": 1.0, "XS-NAME-GIVEN": -3.0, "XS-NAME-DISJOINT": -5.0,
}  # fmt: skip
DIFFERENT_PERSON = frozenset({"XS-NAME-SURNAME", "XS-NAME-GIVEN", "XS-NAME-DISJOINT", "XS-NAME-ONECHAR"})
"""Names so far apart that an exact namesake elsewhere in the household explains the number better."""

SAME_NUMBER_BITS = 12.0
SLIP = frozenset({"XS-ID-SUBST", "XS-ID-TRANSPOSE", "XS-ID-EXCEL", "XS-ID-INDEL", "XS-ID-15-18", "XS-ID-JUMP",
                  "XS-ID-DISABILITY", "XS-ID-STUDENT"})  # fmt: skip
PART = frozenset({"XS-ID-BIRTH", "XS-ID-REGION", "XS-ID-SEQ"})
SLIP_BITS = 9.0
PART_BITS = 3.0
DIFFERENT_VALID_BITS = -4.0
DIFFERENT_INVALID_BITS = -2.0
BORROWED_BITS = -12.0
"""The number is equal but the name is that of another member of the same household, who lacks a record here."""
TWICE_BITS = -6.0
"""For every source that holds both: a source seldom holds one person twice, and several never do."""

SIBLING_BITS = -8.0
"""One source has both a name and a number of its own for each: brothers, sisters, twins."""


@dataclass(frozen=True)
class Scored:
    """Pairs of positions in `Cells` with their score."""

    a: Ints
    b: Ints
    score: NDArray[np.float64]


def score_pairs(cells: Cells, a: Ints, b: Ints, relations: Relations) -> Scored:
    """Score pairs of cell positions; what was compared is kept in `relations`."""
    same_name = (cells["name_id"][a] == cells["name_id"][b]) & (cells["name_id"][a] != 0)
    same_number = (cells["ident"][a] == cells["ident"][b]) & (cells["ident"][a] > UNKNOWN_NUMBER)
    names = compare_rows(relations.names, cells.name, a, b, same_name)
    numbers = compare_rows(relations.numbers, cells.number, a, b, same_number)
    nameless = (cells["name_id"][a] == 0) | (cells["name_id"][b] == 0)
    foreign = same_number & names.is_any(*DIFFERENT_PERSON)
    borrowed = _borrowed_numbers(cells, a, b, foreign)
    score = names.each(lambda code: NAME_BITS.get(code, -3.0))
    score[nameless] = 0.0
    score += _number_bits(cells, a, b, same_number, numbers, borrowed)
    score += _birth_bits(cells, a, b, numbers, borrowed)
    score += _either(cells, "sex", a, b, 0.7, -3.0)
    score += _place_bits(cells, a, b)
    score += _either(cells, "person_no", a, b, 10.0, 0.0)
    score += _either(cells, "phone", a, b, 1.0, 0.0)
    score += _either(cells, "relation", a, b, 0.7, -1.5)
    score += TWICE_BITS * np.bitwise_count(cells["mask"][a] & cells["mask"][b])
    both_held = (cells["mask"][a] & cells["mask"][b]) != 0
    twins = both_held & ~same_name & ~same_number & ~numbers.is_any("missing") & ~names.is_any("missing")
    score += np.where(twins, SIBLING_BITS, 0.0)
    home = same_name & ~same_number & (score >= ACCEPT)
    score += _taken_back(cells, a, b, foreign, home, borrowed)
    return Scored(a, b, score)


def _borrowed_numbers(cells: Cells, a: Ints, b: Ints, foreign: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Per cell, whether at least as many sources give its number to somebody of quite another name.

    Such a number may have been copied from him, and then says nothing against anybody who bears the cell's name.
    """
    borrowed = np.zeros(len(cells["cell_id"]), dtype=bool)
    told = cells["n_sources"]
    borrowed[a[foreign & (told[a] <= told[b])]] = True
    borrowed[b[foreign & (told[b] <= told[a])]] = True
    return borrowed


def _number_bits(
    cells: Cells, a: Ints, b: Ints, same: NDArray[np.bool_], numbers: Compared, borrowed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    both_valid = (cells["ident"][a] > 0) & (cells["ident"][b] > 0)
    bits = np.where(both_valid, DIFFERENT_VALID_BITS, DIFFERENT_INVALID_BITS)
    one_invalid = ~both_valid
    slip, excel = numbers.is_any(*SLIP), numbers.is_any("XS-ID-EXCEL")
    bits = np.where(slip & (one_invalid | excel), SLIP_BITS, bits)
    bits = np.where(slip & both_valid & ~excel, PART_BITS, bits)
    bits = np.where(numbers.is_any(*PART), PART_BITS, bits)
    bits = np.where(numbers.is_any("missing") | borrowed[a] | borrowed[b], 0.0, bits)
    return np.where(same, SAME_NUMBER_BITS, bits)


def _birth_bits(cells: Cells, a: Ints, b: Ints, numbers: Compared, borrowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Birth columns against each other, or against the other side's number where one side has no column of its own."""
    has_a, has_b = cells["birth_a"][a] != MISSING, cells["birth_a"][b] != MISSING
    columns = _equal_any(cells, "birth", a, b)
    bits = np.where(has_a & has_b, np.where(columns, 8.0, -4.0), 0.0)
    for near, far, there in ((a, b, has_a & ~has_b), (b, a, has_b & ~has_a)):
        number = cells["id_birth"][far]
        known = there & (number != MISSING) & (cells["ident"][far] > 0) & ~borrowed[far]
        known &= ~numbers.is_any("XS-ID-BIRTH")  # that they differ there is counted already
        agrees = (cells["birth_a"][near] == number) | (cells["birth_b"][near] == number)
        bits = np.where(known, np.where(agrees, 6.0, -3.0), bits)
    return np.where(numbers.is_any("equal"), np.minimum(bits, 2.0), bits)


def _place_bits(cells: Cells, a: Ints, b: Ints) -> NDArray[np.float64]:
    household = _equal_any(cells, "hh", a, b) | _equal_any(cells, "number", a, b)
    known = (cells["hh_a"][a] != MISSING) & (cells["hh_a"][b] != MISSING)
    village = _equal_any(cells, "village", a, b)
    village_known = (cells["village_a"][a] != MISSING) & (cells["village_a"][b] != MISSING)
    apart = np.where(known, -3.0, 0.0) + np.where(village_known, np.where(village, 2.0, -3.0), 0.0)
    return np.where(household, 6.0, apart)


def _equal_any(cells: Cells, name: str, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Whether any of the (at most two) values of one side equals any of the other's."""
    found = np.zeros(len(a), dtype=bool)
    for left in (f"{name}_a", f"{name}_b"):
        for right in (f"{name}_a", f"{name}_b"):
            found |= (cells[left][a] == cells[right][b]) & (cells[left][a] != MISSING)
    return found


def _either(cells: Cells, name: str, a: Ints, b: Ints, agree: float, differ: float) -> NDArray[np.float64]:
    known = (cells[f"{name}_a"][a] != MISSING) & (cells[f"{name}_a"][b] != MISSING)
    return np.where(known, np.where(_equal_any(cells, name, a, b), agree, differ), 0.0)


def _taken_back(
    cells: Cells,
    a: Ints,
    b: Ints,
    foreign: NDArray[np.bool_],
    home: NDArray[np.bool_],
    borrowed: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Take back the weight of an equal number from a cell that borrowed it and has an exact namesake it belongs to better.

    A number is copied, swapped or shifted between rows far more often than a whole name is. Unless the rest of the row,
    which neither name nor number moves, is the number's: then the names were moved (a column of names slid by a row).
    """
    rest = _rest_bits(cells, a, b)
    at_home = np.full(len(cells["cell_id"]), -np.inf)
    np.maximum.at(at_home, a[home], rest[home])
    np.maximum.at(at_home, b[home], rest[home])
    at_home[~borrowed] = -np.inf
    return np.where(foreign & (np.maximum(at_home[a], at_home[b]) >= rest), BORROWED_BITS, 0.0)


def _rest_bits(cells: Cells, a: Ints, b: Ints) -> NDArray[np.float64]:
    """Columns of birth, sex and relation against each other."""
    birth = _either(cells, "birth", a, b, 8.0, -4.0)
    return birth + _either(cells, "sex", a, b, 0.7, -3.0) + _either(cells, "relation", a, b, 0.7, -1.5)
