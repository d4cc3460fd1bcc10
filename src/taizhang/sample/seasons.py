"""What truly changes between deliveries: births, deaths, households renumbered. None of it is a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from taizhang.sample.chance import stream
from taizhang.sample.population import Population

RENUMBERED_SHARE = 0.004  # of the households, over all later deliveries
DIED_SHARE = 0.02  # of the eligible old, over all later deliveries
BORN_SHARE = 0.4  # of the children under one year: registered with a later delivery


@dataclass(frozen=True)
class Season:
    """The true state on the day of one delivery.

    absent: persons not yet born to the registers, or dead. died: those of them who died since the first delivery.
    changed: by field, person → the value of this day where it differs from the population's.
    """

    absent: frozenset[int]
    died: frozenset[int]
    changed: Mapping[str, Mapping[int, str]]


def plan_seasons(population: Population, *, seed: int, deliveries: int) -> tuple[list[Season], list[tuple[int, str]]]:
    """The seasons in order, and the circumstances they make."""
    chance = stream(seed, "seasons")
    later = range(1, deliveries)
    born = {person: int(chance.integers(1, deliveries)) for person in _newborn(population, chance) if later}
    died = {person: int(chance.integers(1, deliveries)) for person in _old(population, chance) if later}
    renumbered = {}
    households = int(population.household[-1]) + 1
    if later:
        count = round(households * RENUMBERED_SHARE)
        for household in chance.choice(households, size=count, replace=False).tolist():
            renumbered[household] = int(chance.integers(1, deliveries))
    seasons = [_season(population, delivery, born, died, renumbered) for delivery in range(deliveries)]
    facts = [(person, "born") for person in born] + [(person, "died") for person in died]
    members = np.flatnonzero(np.isin(population.household, list(renumbered))).tolist()
    return seasons, facts + [(person, "renumbered_household") for person in members]


def _newborn(population: Population, chance: np.random.Generator) -> list[int]:
    latest = max(population.birth)
    under_one = [person for person, birth in enumerate(population.birth) if (latest - birth).days < 300]
    draws = chance.random(len(under_one)).tolist()
    return [person for person, draw in zip(under_one, draws, strict=True) if draw < BORN_SHARE]


def _old(population: Population, chance: np.random.Generator) -> list[int]:
    """Old parents in large healthy households: their death empties no household and unsettles no cause or type."""
    values = population.values
    eligible = [
        person
        for person, birth in enumerate(population.birth)
        if birth.year < 1948
        and values["relation_to_head"][person] in ("之母", "之父")
        and values["health"][person] == "健康"
        and values["household_type"][person] == "一般贫困户"
    ]
    draws = chance.random(len(eligible)).tolist()
    return [person for person, draw in zip(eligible, draws, strict=True) if draw < DIED_SHARE]


def _season(
    population: Population, delivery: int, born: dict[int, int], died: dict[int, int], renumbered: dict[int, int]
) -> Season:
    unborn = {person for person, since in born.items() if since > delivery}
    dead = {person for person, since in died.items() if since <= delivery}
    absent = unborn | dead
    changed: dict[str, dict[int, str]] = {"size_reported": {}, "net_income_per_capita": {}, "household_no": {}}
    fewer: dict[int, int] = {}
    for person in absent:
        household = int(population.household[person])
        fewer[household] = fewer.get(household, 0) + 1
    for household, missing in fewer.items():
        for person in _members(population, household):
            size = int(population.values["size_reported"][person]) - missing
            net = float(population.values["net_income"][person])
            changed["size_reported"][person] = str(size)
            changed["net_income_per_capita"][person] = f"{net / size:.2f}"
    for household, since in renumbered.items():
        if since <= delivery:
            for person in _members(population, household):
                changed["household_no"][person] = f"6107{household + 800001:06d}"
    return Season(frozenset(absent), frozenset(dead), changed)


def _members(population: Population, household: int) -> range:
    first, last = np.searchsorted(population.household, [household, household + 1]).tolist()
    return range(first, last)
