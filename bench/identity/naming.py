"""Names of a whole county at once: surnames by weight, given names by sex and cohort with a long tail, a few rare ones."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.confusions import table
from taizhang.sample.knowledge import rows

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
COHORTS = (1900, 1960, 1980, 2000)
TAIL_SHARE = 0.45  # characters drawn from the long list instead of the cohort's favourites
ONE_CHARACTER = 0.13
POPULAR_SHARE = 0.06
BEYOND_GBK, GBK_ONLY = 0.0015, 0.011
POPULAR = ("建国", "建军", "志强", "志明", "秀英", "桂英", "秀兰", "玉兰", "桂芳", "小红")


@dataclass(frozen=True, slots=True)
class NameStock:
    """Everything names are drawn from; weights sum to one. favourites: by sex (0 male, 1 female) and cohort."""

    surnames: pa.StringArray
    surname_weights: npt.NDArray[np.float64]
    given: pa.StringArray
    tail: npt.NDArray[np.float64]
    favourites: npt.NDArray[np.float64]
    minority: pa.StringArray

    def character_weights(self, sex: int, cohort: int) -> npt.NDArray[np.float64]:
        """How likely each given character is in one draw."""
        return TAIL_SHARE * self.tail + (1 - TAIL_SHARE) * self.favourites[sex, cohort]


@lru_cache(maxsize=1)
def stock() -> NameStock:
    """The packaged lists, read once."""
    surnames = rows("surnames")
    favourites = {(sex, int(year)): group for sex, year, group in rows("given")}
    counted = {character: float(n) for character, n in table("given")}
    given = list(dict.fromkeys([*counted, *"".join(favourites.values())]))
    place = {character: at for at, character in enumerate(given)}
    tail = np.array([counted.get(character, 1.0) for character in given]) ** 0.9
    liked = np.zeros((2, len(COHORTS), len(given)))
    for sex_no, sex in enumerate("男女"):
        for cohort_no, year in enumerate(COHORTS):
            for rank, character in enumerate(favourites[sex, year]):
                liked[sex_no, cohort_no, place[character]] = 1.0 / (rank + 6)
    weights = np.array([float(weight) for _, weight in surnames])
    minority = [f"{a}·{b}" for _, first, second in table("minority") for a in first.split() for b in second.split()]
    return NameStock(
        pa.array([surname for surname, _ in surnames]),
        weights / weights.sum(),
        pa.array(given),
        tail / tail.sum(),
        liked / liked.sum(axis=2, keepdims=True),
        pa.array(minority),
    )


def draw(rng: np.random.Generator, weights: npt.NDArray[np.float64], count: int) -> Ints:
    """Indices by weight; many times faster than Generator.choice."""
    return np.minimum(np.searchsorted(np.cumsum(weights), rng.random(count)), len(weights) - 1)


def cohorts(year: Ints) -> Ints:
    """Which cohort of names a year of birth belongs to."""
    return np.searchsorted(np.array(COHORTS[1:]), year, side="right")


def draw_names(
    rng: np.random.Generator, *, family: Ints, own: Mask, sex: Ints, year: Ints, generation: Ints, is_minority: Mask
) -> pa.StringArray:
    """One name a person.

    family: number of the household, whose surname everybody bears of whom `own` is False. generation: number of the
    group of siblings who share a middle character, -1 for none.
    """
    known, count = stock(), len(sex)
    household_surname = draw(rng, known.surname_weights, int(family.max(initial=0)) + 1)
    surname = np.where(own, draw(rng, known.surname_weights, count), household_surname[family])
    middle, last = (_characters(rng, sex, cohorts(year)) for _ in range(2))
    shared = _characters(rng, sex, cohorts(year))
    groups = int(generation.max(initial=-1)) + 1
    of_group = np.zeros(max(groups, 1), np.int64)
    siblings = generation >= 0
    of_group[generation[siblings]] = shared[siblings]
    middle = np.where(siblings, of_group[np.maximum(generation, 0)], middle)
    single = (rng.random(count) < ONE_CHARACTER) & ~siblings
    middles = pc.if_else(pa.array(single), "", known.given.take(pa.array(middle)))
    given = pc.binary_join_element_wise(middles, _last(rng, known, last, year), "")
    popular = (rng.random(count) < POPULAR_SHARE) & (year < 1985) & ~siblings
    given = pc.if_else(pa.array(popular), pa.array(POPULAR).take(pa.array(rng.integers(0, len(POPULAR), count))), given)
    usual = pc.binary_join_element_wise(known.surnames.take(pa.array(surname)), given, "")
    other = known.minority.take(pa.array(rng.integers(0, len(known.minority), count)))
    return pc.if_else(pa.array(is_minority), other, usual)


def _characters(rng: np.random.Generator, sex: Ints, cohort: Ints) -> Ints:
    known, chosen = stock(), np.zeros(len(sex), np.int64)
    for one_sex in (0, 1):
        for one_cohort in range(len(COHORTS)):
            at = np.flatnonzero((sex == one_sex) & (cohort == one_cohort))
            chosen[at] = draw(rng, known.character_weights(one_sex, one_cohort), len(at))
    return chosen


def _last(rng: np.random.Generator, known: NameStock, last: Ints, year: Ints) -> pa.StringArray:
    rare = dict(rows("rare"))
    roll = rng.random(len(last))
    texts = known.given.take(pa.array(last))
    for characters, mask in (
        (rare["gbk"], (roll < BEYOND_GBK + GBK_ONLY) & (year > 1960)),
        (rare["beyond"], roll < BEYOND_GBK),
    ):
        options = pa.array(list(characters)).take(pa.array(rng.integers(0, len(characters), len(last))))
        texts = pc.if_else(pa.array(mask), options, texts)
    return texts
