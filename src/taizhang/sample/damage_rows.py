"""Mistakes that take more than one cell: swaps, copies, shifted blocks, rows too many, rows left out."""

import numpy as np

from taizhang.sample.chance import Dice
from taizhang.sample.faults import Change, Damage, Extra, Maker, one_cell
from taizhang.sample.numbers import with_check
from taizhang.sample.population import Population

SHIFT_LENGTH = (5, 9)  # rows


def members_of(population: Population, person: int) -> range:
    """Everybody of the person's household, in order."""
    household = population.household[person]
    first = int(np.searchsorted(population.household, household))
    last = int(np.searchsorted(population.household, household, side="right"))
    return range(first, last)


def _others(population: Population, person: int) -> list[int]:
    return [other for other in members_of(population, person) if other != person]


def _swap(population: Population, person: int, dice: Dice) -> Damage | None:
    others = _others(population, person)
    if not others:
        return None
    other = dice.of(others)
    numbers = population.values["id_no"]
    return Damage(
        (Change(person, "id_no", numbers[other]), Change(other, "id_no", numbers[person])),
        also=("XS-SWAP", "ID-BIRTH-DIFF", "ID-SEX-DIFF", "XS-ID-FAMILY"),
    )


def _copy_family(population: Population, person: int, dice: Dice) -> Damage | None:
    others = _others(population, person)
    if not others:
        return None
    number = population.values["id_no"][dice.of(others)]
    return one_cell(person, "id_no", number, "XS-ID-FAMILY", "PR-ID-TWO-NAMES", "ID-BIRTH-DIFF", "ID-SEX-DIFF")


def _copy_stranger(population: Population, person: int, dice: Dice) -> Damage | None:
    other = person + dice.number(6, 20)
    same_place = other < len(population) and population.village[other] == population.village[person]
    if not same_place or population.household[other] == population.household[person]:
        return None
    number = population.values["id_no"][other]
    return one_cell(person, "id_no", number, "XS-ID-DISJOINT", "ID-BIRTH-DIFF", "ID-SEX-DIFF")


def _two_numbers(population: Population, person: int, dice: Dice) -> Damage | None:
    number = population.values["id_no"][person]
    second = with_check(f"{number[:14]}{(int(number[14:17]) + 2 * dice.number(200, 290)) % 996:03d}")
    return Damage(extras=(Extra(person, {"id_no": second}),), also=("XS-ID-SEQ",))


def _duplicate(_population: Population, person: int, _dice: Dice) -> Damage | None:
    return Damage(extras=(Extra(person, {}),))


def _duplicate_old(population: Population, person: int, _dice: Dice) -> Damage | None:
    number = population.values["id_no"][person]
    if number[6:8] != "19":
        return None
    return Damage(extras=(Extra(person, {"id_no": number[:6] + number[8:17]}),), also=("ID-15", "PR-DUP-ROW"))


def _duplicate_certificate(population: Population, person: int, dice: Dice) -> Damage | None:
    if not population.values["disability_class"][person]:
        return None
    number = f"{population.core18[person]}{dice.number(1, 7)}{dice.number(1, 4)}"
    return Damage(extras=(Extra(person, {"id_no": number, "id_type": "残疾人证"}),), also=("PR-DUP-ROW",))


HOUSEHOLD_KEYS = ("town_name", "village_name", "group_name", "household_no", "head_name", "head_id_no")


def _elsewhere(population: Population, person: int, dice: Dice) -> dict[str, str] | None:
    """The household values of a household of another village."""
    other = dice.number(0, len(population) - 1)
    if population.village[other] == population.village[person]:
        return None
    return {field: population.values[field][other] for field in HOUSEHOLD_KEYS}


def _two_households(population: Population, person: int, dice: Dice) -> Damage | None:
    keys = _elsewhere(population, person, dice)
    if keys is None or population.values["relation_to_head"][person] == "户主":
        return None
    return Damage(extras=(Extra(person, keys | {"relation_to_head": "其他"}),), also=("XS-HOUSEHOLD",))


def _moved(population: Population, person: int, dice: Dice) -> Damage | None:
    keys = _elsewhere(population, person, dice)
    if keys is None or population.values["relation_to_head"][person] in ("户主", "配偶"):
        return None
    return Damage(extras=(Extra(person, keys | {"relation_to_head": "其他"}),), dropped=(person,))


def _stranger(population: Population, person: int, dice: Dice) -> Damage | None:
    """A row about somebody no other list knows: a neighbour who was never registered."""
    number = population.values["id_no"][person]
    name = population.values["name"][person]
    if len(name) != 3:
        return None
    birth = f"{dice.number(1950, 1985)}{dice.number(3, 9):02d}{dice.number(1, 28):02d}"
    own = with_check(f"{number[:6]}{birth}{dice.number(250, 480) * 2 + int(number[16]) % 2:03d}")
    invented = name[0] + dice.of(("来顺", "改香", "长有", "福祥"))
    values = {"name": invented, "id_no": own, "birth_date": birth, "relation_to_head": "其他"}
    return Damage(
        extras=(Extra(person, values | {"person_no": f"9{number[7:18]:0>13}".replace("X", "0")}),), also=("XS-MISSING",)
    )


def _person_number(population: Population, person: int, dice: Dice) -> Damage | None:
    other = dice.number(0, len(population) - 1)
    if population.household[other] == population.household[person]:
        return None
    written = population.values["person_no"][other]
    return Damage((Change(person, "person_no", written),), bystanders=(other,))


def _missing(population: Population, person: int, _dice: Dice) -> Damage | None:
    return None if population.values["relation_to_head"][person] == "户主" else Damage(dropped=(person,))


def row_shift(rows: int | None = None) -> Maker:
    """A block in which every number stands one row too high; `rows` persons, or a drawn length."""

    def maker(population: Population, person: int, dice: Dice) -> Damage | None:
        return _shifted(population, person, rows or dice.number(*SHIFT_LENGTH))

    return maker


def _shifted(population: Population, person: int, rows: int) -> Damage | None:
    length = rows - 1
    block = range(person, person + length + 1)
    if block[-1] >= len(population) or population.village[person] != population.village[block[-1]]:
        return None
    numbers = population.values["id_no"]
    changes = tuple(Change(row, "id_no", numbers[row + 1]) for row in block[:-1])
    last = Change(block[-1], "id_no", numbers[person])
    also = ("XS-ID-DISJOINT", "ID-BIRTH-DIFF", "ID-SEX-DIFF", "XS-ID-FAMILY", "PR-COPY-FAMILY", "XS-SWAP")
    return Damage((*changes, last), also=also)


def _stale_head(*fields: str) -> Maker:
    """The copy of the head in every row of the household still names another member."""

    def maker(population: Population, person: int, dice: Dice) -> Damage | None:
        rows = members_of(population, person)
        if rows[0] != person or len(rows) < 2:
            return None
        other = dice.of(rows[1:])
        written = {"head_name": population.values["name"][other], "head_id_no": population.values["id_no"][other]}
        return Damage(tuple(Change(row, field, written[field]) for row in rows for field in fields))

    return maker


def row_makers() -> dict[str, Maker]:
    """Makers by planted code."""
    return {
        "PR-SWAP": _swap,
        "PR-COPY-FAMILY": _copy_family,
        "PR-ID-TWO-NAMES": _copy_stranger,
        "PR-NAME-TWO-IDS": _two_numbers,
        "PR-DUP-ROW": _duplicate,
        "PR-DUP-15-18": _duplicate_old,
        "PR-DUP-DISABILITY": _duplicate_certificate,
        "PR-DUP-HOUSEHOLD": _two_households,
        "XS-HOUSEHOLD": _moved,
        "XS-MISSING": _missing,
        "XS-EXTRA": _stranger,
        "PR-PERSON-NO-REUSE": _person_number,
        "PR-ROW-SHIFT": row_shift(),
        "PR-HEAD-NAME": _stale_head("head_name"),
        "PR-HEAD-ID": _stale_head("head_id_no"),
        "PR-HEAD-BOTH": _stale_head("head_name", "head_id_no"),
    }
