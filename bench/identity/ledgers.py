"""Four ledgers of one county: who is in each, in which order, and every mistake with its cause."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from identity.digits import Ints, Mask
from identity.mixtures import BOTH_SHARE, NAME_SHARE, Mixture
from identity.name_damage import damage_name, labels_of
from identity.number_damage import Around, damage_number
from identity.population import TOWN_VILLAGES, County

SOURCES = ("national", "city", "ledger", "app")
"""The chain of copying: each after the first may have taken rows over from the one before it."""
WRONG_VILLAGE, NO_PHONE = 0.01, 0.2


@dataclass(slots=True)
class Mistake:
    """What one row says wrongly. name, id_no: as written; `has_name`, `has_id` say whether they are wrong at all."""

    causes: frozenset[str]
    has_name: bool = False
    name: str | None = None
    has_id: bool = False
    id_no: str | None = None
    numeric: bool = False
    copied: bool = False
    neutral: bool = False
    also: frozenset[str] = frozenset()


@dataclass(slots=True)
class Ledger:
    """One ledger's rows of one county. person: index in the county, row by row; mistakes: by index of the person.

    repeat: rows that stand there a second time.
    """

    source: str
    person: Ints
    village: Ints
    phone: Ints
    repeat: Mask
    mistakes: dict[int, Mistake] = field(default_factory=dict)


def make_ledgers(county: County, mixture: Mixture, seed: int) -> list[Ledger]:
    """The ledgers in the order of the chain."""
    rng = np.random.default_rng([seed, county.no, 1])
    dice = random.Random(f"{seed} {county.no}")
    only_two = _villages(rng, county, mixture.two_ledgers)
    made: list[Ledger] = []
    present: list[Mask] = []
    for number, source in enumerate(SOURCES):
        here = rng.random(county.size) >= mixture.absent
        if number:
            here &= ~_villages(rng, county, mixture.village_gaps)
        if number >= 2:
            here &= ~only_two
        ledger = _rows(rng, county, source, here, mixture)
        copied = (rng.random(county.size) < mixture.copying) & (present[-1] if present else np.zeros(county.size, bool))
        fresh = (rng.random(county.size) < mixture.error_rate) & here & ~copied
        ledger.mistakes = _fresh(county, np.flatnonzero(fresh), dice)
        if made:
            _copy(made[-1].mistakes, ledger.mistakes, copied & here)
        _swaps(county, ledger, here, mixture, dice)
        _shifts(county, ledger, mixture, dice)
        if source == "ledger":
            _certificates(county, ledger, mixture, dice)
        made.append(ledger)
        present.append(here)
    return made


def _villages(rng: np.random.Generator, county: County, share: float) -> Mask:
    return (rng.random(int(county.village.max()) + 1) < share)[county.village]


def _rows(rng: np.random.Generator, county: County, source: str, here: Mask, mixture: Mixture) -> Ledger:
    village = county.village.copy()
    moved = rng.random(county.size) < WRONG_VILLAGE
    village[moved] = np.minimum(
        village[moved] // TOWN_VILLAGES * TOWN_VILLAGES + rng.integers(0, TOWN_VILLAGES, int(moved.sum())),
        county.village.max(),
    )
    phone = np.where(rng.random(county.size) < NO_PHONE, 0, county.phone)
    person = np.flatnonzero(here)
    again = person[rng.random(len(person)) < mixture.repeats]
    person = np.r_[person, again]
    repeat = np.r_[np.zeros(len(person) - len(again), bool), np.ones(len(again), bool)]
    key = rng.random(len(person)) if source == "app" else person.astype(float)
    order = np.lexsort((repeat, key, village[person]))
    person = person[order]
    return Ledger(source, person, village[person], phone[person], repeat[order])


def _fresh(county: County, chosen: Ints, dice: random.Random) -> dict[int, Mistake]:
    names = dict(zip(chosen.tolist(), county.name.take(pa.array(chosen)).to_pylist(), strict=True))
    numbers = _numbers(county, chosen, dice)
    found = {}
    for at, name in names.items():
        roll = dice.random()
        wants_name, wants_id = roll < NAME_SHARE + BOTH_SHARE, roll >= NAME_SHARE
        mistake = Mistake(frozenset())
        named = damage_name(name, dice) if wants_name else None
        if named is not None:
            mistake.has_name, mistake.name = True, named[0]
            mistake.causes |= {named[1]}
            mistake.also |= labels_of(name, named[0], named[1])
        if wants_id:
            number, around = numbers[at]
            mistake.has_id = True
            mistake.id_no, mistake.numeric, cause = damage_number(number, around, dice)
            mistake.causes |= {cause}
            mistake.also |= {cause}
        if mistake.causes:
            found[at] = mistake
    return found


def _numbers(county: County, chosen: Ints, dice: random.Random) -> dict[int, tuple[str, Around]]:
    """The true number of each person with what a mistake may reach for."""
    beside = np.clip(chosen[:, None] + np.arange(-6, 7), 0, county.size - 1)
    anybody = np.random.default_rng(dice.getrandbits(32)).integers(0, county.size, (len(chosen), 2))
    own = county.id_no.take(pa.array(chosen)).to_pylist()
    near = np.array(county.id_no.take(pa.array(beside.ravel())).to_pylist(), object).reshape(beside.shape)
    same = (county.household[beside] == county.household[chosen][:, None]) & (beside != chosen[:, None])
    others = county.id_no.take(pa.array(anybody[:, 0])).to_pylist()
    areas = county.id_no.take(pa.array(anybody[:, 1])).to_pylist()
    return {
        at: (number, Around(tuple(dict.fromkeys(near[row][same[row]])), others[row], areas[row][:6]))
        for row, (at, number) in enumerate(zip(chosen.tolist(), own, strict=True))
    }


def _copy(earlier: dict[int, Mistake], mistakes: dict[int, Mistake], copied: Mask) -> None:
    for at, mistake in earlier.items():
        if copied[at] and not mistake.neutral:
            mistakes[at] = Mistake(
                mistake.causes, mistake.has_name, mistake.name, mistake.has_id, mistake.id_no, mistake.numeric,
                copied=True, also=mistake.also,
            )  # fmt: skip


def _set_number(ledger: Ledger, at: int, number: str, cause: str) -> None:
    mistake = ledger.mistakes.setdefault(at, Mistake(frozenset()))
    mistake.has_id, mistake.id_no, mistake.numeric = True, number, False
    kept = {one for one in mistake.causes if one.startswith("XS-NAME")}
    mistake.causes = frozenset(kept | {cause})
    mistake.also = frozenset({one for one in mistake.also if one.startswith("XS-NAME")} | {cause})
    mistake.copied = False


def _swaps(county: County, ledger: Ledger, here: Mask, mixture: Mixture, dice: random.Random) -> None:
    """Two members of a household with each other's numbers."""
    for _ in range(round(mixture.swaps * len(ledger.person) / 1e6)):
        one = dice.randrange(county.size - 1)
        other = one + 1
        if here[one] and here[other] and county.household[one] == county.household[other]:
            pair = county.id_no.take(pa.array([one, other])).to_pylist()
            _set_number(ledger, one, pair[1], "XS-SWAP")
            _set_number(ledger, other, pair[0], "XS-SWAP")


def _shifts(county: County, ledger: Ledger, mixture: Mixture, dice: random.Random) -> None:
    """Blocks of rows that carry the number of the row below."""
    for _ in range(round(mixture.shifts * len(ledger.person) / 1e6)):
        length = dice.randrange(4, 30)
        start = dice.randrange(max(1, len(ledger.person) - length - 1))
        block = ledger.person[start : start + length + 1]
        numbers = county.id_no.take(pa.array(block)).to_pylist()
        if len(set(block.tolist())) == length + 1:
            for at, number in zip(block[:-1].tolist(), numbers[1:], strict=True):
                _set_number(ledger, at, number, "PR-ROW-SHIFT")


def _certificates(county: County, ledger: Ledger, mixture: Mixture, dice: random.Random) -> None:
    for at in _some(ledger.person.tolist(), mixture.certificates, dice):
        if at not in ledger.mistakes:
            number = f"{county.id_no[at].as_py()}{dice.randrange(1, 8)}{dice.randrange(1, 5)}"
            ledger.mistakes[at] = Mistake(frozenset({"XS-ID-DISABILITY"}), has_id=True, id_no=number, neutral=True)


def _some(persons: list[int], share: float, dice: random.Random) -> Iterable[int]:
    return dice.sample(persons, round(share * len(persons)))
