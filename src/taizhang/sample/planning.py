"""Which mistakes the county's lists hold, and in which deliveries."""

from collections.abc import Iterator, Mapping

from taizhang.sample.chance import Chance, Dice, stream
from taizhang.sample.damage_names import name_makers
from taizhang.sample.damage_numbers import number_makers
from taizhang.sample.damage_rows import row_makers
from taizhang.sample.faults import Damage, Fault, Maker
from taizhang.sample.population import Population
from taizhang.sample.rates import NEW_SHARE, RETURN, SOURCE_FACTOR, STAY_FIXED, WEIGHTS


def all_makers() -> dict[str, Maker]:
    """Every maker by planted code."""
    return name_makers() | number_makers() | row_makers()


def plan_faults(
    population: Population,
    held: Mapping[str, frozenset[int]],
    *,
    seed: int,
    deliveries: int,
    error_rate: float,
) -> list[Fault]:
    """All mistakes of all sources.

    held: by source, the persons it rightly does not hold, who can show no mistake there.
    deliveries: how many there will be; error_rate: mistakes per row of an average source in the first one.
    """
    faults: list[Fault] = []
    makers = all_makers()
    for source, weights in WEIGHTS.items():
        touched = set(held.get(source, frozenset()))
        rows = len(population) - len(touched)
        scale = error_rate * SOURCE_FACTOR[source] * rows / sum(weights.values())
        for kind, weight in weights.items():
            chance = stream(seed, "faults", source, kind)
            for born in range(deliveries):
                share = 1.0 if born == 0 else NEW_SHARE
                wanted = int(chance.poisson(weight * scale * share))
                for damage in _damages(population, makers[kind], wanted, touched, chance):
                    active = _life(born, deliveries, chance)
                    faults.append(Fault(len(faults), source, kind, damage, active))
    return faults


def _damages(population: Population, maker: Maker, wanted: int, touched: set[int], chance: Chance) -> Iterator[Damage]:
    """Up to `wanted` damages at persons not touched before; fewer where the kind fits too few."""
    if not wanted:
        return
    dice = Dice(chance)
    found = 0
    for person in chance.permutation(len(population)).tolist():
        if person in touched:
            continue
        damage = maker(population, person, dice)
        if damage is None or damage.persons & touched:
            continue
        touched |= damage.persons
        yield damage
        found += 1
        if found == wanted:
            return


def _life(born: int, deliveries: int, chance: Chance) -> tuple[int, ...]:
    """The deliveries that show a mistake born with one of them: half are mended for the next."""
    later = deliveries - born - 1
    if later == 0:
        return (born,)
    draw = chance.random()
    if draw < STAY_FIXED:
        return (born,)
    if draw < STAY_FIXED + RETURN and later > 1:
        return (born, deliveries - 1)  # mended once, and typed over with the old value
    return tuple(range(born, deliveries))
