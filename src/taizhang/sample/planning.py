"""Which mistakes the county's lists hold, and in which deliveries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taizhang.sample.chance import Chance, Dice, stream
from taizhang.sample.damage_fields import field_makers, slip_fields
from taizhang.sample.damage_names import name_makers
from taizhang.sample.damage_numbers import number_makers
from taizhang.sample.damage_rows import row_makers
from taizhang.sample.faults import Damage, Fault, Maker, one_cell
from taizhang.sample.layouts import COLUMNS
from taizhang.sample.ledgers import Style, has_rare, style_of, written_whole
from taizhang.sample.population import Population
from taizhang.sample.rates import NEW_SHARE, RETURN, SLIP_WEIGHT, SOURCE_FACTOR, SOURCES, STAY_FIXED, WEIGHTS

NEEDS_CELL_TYPES = ("ID-EXCEL-NUMERIC",)
NEEDS_BIRTH = "ID-BIRTH-DIFF"  # a mistake in a column that the source's files must have


def all_makers() -> dict[str, Maker]:
    """Every maker by planted code."""
    return name_makers() | number_makers() | row_makers() | field_makers()


def weights_of(source: str) -> dict[str, float]:
    """Planted codes of a source with their weights: the table of `rates`, and every slip its columns can show."""
    slips = {kind: SLIP_WEIGHT for kind, fields in slip_fields().items() if COLUMNS[source].issuperset(fields)}
    others = {k: w for k, w in WEIGHTS[source].items() if k != NEEDS_BIRTH or "birth_date" in COLUMNS[source]}
    return others | slips


@dataclass
class Planner:
    """Collects faults; a person shows at most one mistake in a source, so that every finding has one right answer.

    held_out: by source, persons the source rightly does not hold at some time.
    """

    population: Population
    seed: int
    deliveries: int
    held_out: Mapping[str, frozenset[int]]
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.touched = {source: set(persons) for source, persons in self.held_out.items()}
        self.styles = [style_of(self.seed, village) for village in range(len(self.population.villages))]

    def add(
        self, source: str, kind: str, damage: Damage, active: tuple[int, ...], copied_from: int | None = None
    ) -> None:
        """Plant one mistake."""
        self.touched[source] |= damage.persons
        self.faults.append(Fault(len(self.faults), source, kind, damage, active, copied_from))

    def plan_habits(self) -> None:
        """Characters that a keeper's file cannot hold: every time, in every delivery."""
        for person, name in enumerate(self.population.values["name"]):
            if has_rare(name) and self._style(person).loses_rare and person not in self.touched["ledger"]:
                lost = name.encode("gbk", errors="replace").decode("gbk")
                damage = one_cell(person, "name", lost, "NM-LOSS")
                self.add("ledger", "XS-NAME-LOSS", damage, tuple(range(self.deliveries)))

    def plan_aliases(self) -> None:
        """The village ledger still has the former name that the city's list records beside the legal one."""
        for person, former in enumerate(self.population.values["former_name"]):
            if former and person not in self.touched["ledger"]:
                damage = one_cell(person, "name", former, "XS-NAME-GIVEN")
                self.add("ledger", "XS-NAME-ALIAS", damage, tuple(range(self.deliveries)))

    def plan_source(self, source: str, *, error_rate: float) -> None:
        """Draw the mistakes of one source: Poisson counts by kind, new ones with every later delivery."""
        weights = weights_of(source)
        rows = len(self.population) - len(self.held_out[source])
        scale = error_rate * SOURCE_FACTOR[source] * rows / sum(weights.values())
        makers = all_makers()
        for kind, weight in weights.items():
            chance = stream(self.seed, "faults", source, kind)
            for born in range(self.deliveries):
                wanted = int(chance.poisson(weight * scale * (1.0 if born == 0 else NEW_SHARE)))
                for damage in self._damages(source, kind, makers[kind], wanted, chance):
                    self.add(source, kind, damage, life(born, self.deliveries, chance))

    def plan_copies(self, villages: frozenset[int]) -> None:
        """The ledgers of some villages were typed off the city's list: its mistakes stand there too."""
        shown = COLUMNS["ledger"]
        for fault in tuple(self.faults):
            places = {int(self.population.village[person]) for person in fault.damage.persons}
            if fault.source != "city" or not places <= villages or fault.damage.extras or fault.damage.dropped:
                continue
            changes = tuple(change for change in fault.damage.changes if change.field in shown)
            damage = Damage(changes, also=fault.damage.also)
            if (
                changes
                and not damage.persons & self.touched["ledger"]
                and self._can_be_written("ledger", fault.kind, damage)
            ):
                self.add("ledger", fault.kind, damage, fault.active, copied_from=fault.number)
        of_villages = [person for person, place in enumerate(self.population.village.tolist()) if place in villages]
        self.touched["ledger"].update(of_villages)

    def _damages(self, source: str, kind: str, maker: Maker, wanted: int, chance: Chance) -> Iterator[Damage]:
        """Up to `wanted` damages at persons not touched before; fewer where the kind fits too few."""
        if not wanted:
            return
        dice = Dice(chance)
        touched = self.touched[source]
        found = 0
        for person in chance.permutation(len(self.population)).tolist():
            if person in touched:
                continue
            damage = maker(self.population, person, dice)
            if damage is None or damage.persons & touched or not self._can_be_written(source, kind, damage):
                continue
            yield damage
            found += 1
            if found == wanted:
                return

    def _can_be_written(self, source: str, kind: str, damage: Damage) -> bool:
        """False where a keeper's kind of file could not show this damage, or would damage it further."""
        if source != "ledger":
            return source != "app" or kind not in NEEDS_CELL_TYPES
        return all(
            written_whole(self._style(change.person), change.written)
            and (kind not in NEEDS_CELL_TYPES or self._style(change.person).has_cell_types)
            and (change.field != "birth_date" or self._style(change.person).birth)
            for change in damage.changes
        )

    def _style(self, person: int) -> Style:
        return self.styles[int(self.population.village[person])]


def plan_faults(
    population: Population,
    held_out: Mapping[str, frozenset[int]],
    *,
    seed: int,
    deliveries: int,
    error_rate: float,
    copying: float = 0.0,
) -> list[Fault]:
    """All mistakes of all sources.

    held_out: by source, the persons it rightly does not hold at some time, who can show no mistake there.
    error_rate: mistakes per row of an average source in the first delivery. copying: share of villages whose ledger
    repeats the city's mistakes.
    """
    planner = Planner(population, seed, deliveries, held_out)
    planner.plan_habits()
    planner.plan_aliases()
    planner.plan_source("national", error_rate=error_rate)
    planner.plan_source("city", error_rate=error_rate)
    if copying:
        draws = stream(seed, "copying").random(len(population.villages)).tolist()
        planner.plan_copies(frozenset(village for village, draw in enumerate(draws) if draw < copying))
    planner.plan_source("ledger", error_rate=error_rate)
    planner.plan_source("app", error_rate=error_rate)
    return planner.faults


def life(born: int, deliveries: int, chance: Chance) -> tuple[int, ...]:
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


def rates_table() -> str:
    """The shares of the kinds by source as the markdown table of the developer's document."""
    weights = {source: weights_of(source) for source in SOURCES}
    totals = {source: sum(weights[source].values()) for source in SOURCES}
    slips = slip_fields().keys()
    lines = [f"| Code | {' | '.join(SOURCES)} |", "|---|---:|---:|---:|---:|"]
    for kind in sorted(all_makers().keys() - slips):
        shares = (
            f"{weights[source][kind] / totals[source]:.1%}" if kind in weights[source] else "–" for source in SOURCES
        )
        lines.append(f"| `{kind}` | {' | '.join(shares)} |")
    together = (sum(weights[source].get(kind, 0) for kind in slips) / totals[source] for source in SOURCES)
    lines.append(f"| single-field slips, together | {' | '.join(f'{share:.1%}' for share in together)} |")
    return "\n".join(lines)
