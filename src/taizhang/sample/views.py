"""What one source holds on one day: the truth, less what it does not hold, with the mistakes of that day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from taizhang.sample.chance import stream
from taizhang.sample.faults import Fault
from taizhang.sample.population import Population
from taizhang.sample.sheets import Numeric

COPIED = {"name": "head_name", "id_no": "head_id_no"}  # the system copies the head's entry into every row
NOT_COPIED = ("ID-EXCEL", "ID-SCI", "PR-HEAD", "PR-ROW-SHIFT", "PR-SWAP")  # damage of files and of rows, not of entries


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell or a row of a view that a fault explains; field is "" for a whole row.

    household_no: of the household under which a whole row stands, where it is not the person's.
    """

    fault: Fault
    slot: int
    field: str
    true: str
    written: str
    household_no: str = ""


@dataclass(slots=True)
class View:
    """Rows ("slots") of one source in the order of its files.

    person: who each row is about. overrides: by field, slot → written text. village: index of the village each row
    stands under, which for a row in the wrong household is not the person's. struck: slots that the keeper struck out.
    """

    source: str
    population: Population
    person: list[int]
    village: list[int]
    struck: set[int] = field(default_factory=set)
    overrides: dict[str, dict[int, str]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    absent: list[tuple[Fault, int]] = field(default_factory=list)

    def column(self, name: str) -> list[str]:
        """The written texts of one field in slot order."""
        true = self.population.values[name]
        column = [true[person] for person in self.person]
        for slot, written in self.overrides.get(name, {}).items():
            column[slot] = written
        return column

    def set(self, slot: int, name: str, written: str) -> None:
        """Write something else than the truth into one cell."""
        self.overrides.setdefault(name, {})[slot] = written


def make_view(
    source: str,
    population: Population,
    faults: Iterable[Fault],
    *,
    held: Sequence[bool],
    natural: Mapping[str, Mapping[int, str]],
    struck: frozenset[int] = frozenset(),
    seed: int,
    delivery: int,
) -> View:
    """The rows of a source in one delivery.

    faults: those active in this delivery. held: per person, whether the source rightly holds the person now.
    natural: by field, person → true text of this day where it differs from `population.values`.
    struck: persons whose rows stand struck out.
    """
    active = list(faults)
    dropped = {person: fault for fault in active for person in fault.damage.dropped}
    households = population.household
    order = _order(population, seed=seed, source=source, delivery=delivery)
    person = [one for one in order if held[one] and one not in dropped]
    village = population.village[np.array(person, dtype=np.int64)].tolist()
    view = View(source, population, person, village)
    view.absent = [(fault, one) for one, fault in sorted(dropped.items(), key=lambda item: item[0]) if held[one]]
    _add_extras(view, active, natural)
    slots_of: dict[int, int] = {one: slot for slot, one in enumerate(view.person[: len(person)])}
    view.struck = {slots_of[one] for one in struck if one in slots_of}
    for name, changed in natural.items():
        for one, text in changed.items():
            if one in slots_of:
                view.set(slots_of[one], name, text)
    for fault in active:
        for change in fault.damage.changes:
            slot = slots_of.get(change.person)
            if slot is None:
                continue
            true = natural.get(change.field, {}).get(change.person, population.values[change.field][change.person])
            view.set(slot, change.field, change.written)
            view.marks.append(Mark(fault, slot, change.field, true, str(change.written)))
            copy = COPIED.get(change.field)
            is_head = population.values["relation_to_head"][change.person] == "户主"
            if copy and is_head and not fault.kind.startswith(NOT_COPIED) and not isinstance(change.written, Numeric):
                household = households[change.person]
                first = int(np.searchsorted(households, household))
                last = int(np.searchsorted(households, household, side="right"))
                for member in range(first, last):
                    if member in slots_of:
                        view.set(slots_of[member], copy, change.written)
                        mark = Mark(fault, slots_of[member], copy, population.values[copy][member], change.written)
                        view.marks.append(mark)
    return view


def _add_extras(view: View, faults: Iterable[Fault], natural: Mapping[str, Mapping[int, str]]) -> None:
    """Rows too many stand at the end of the village they name, as late additions do."""
    names = {place.name: number for number, place in enumerate(view.population.villages)}
    present = set(view.person)
    for fault in faults:
        for extra in fault.damage.extras:
            replaces = extra.person in fault.damage.dropped
            if not replaces and extra.person not in present:
                continue
            slot = len(view.person)
            view.person.append(extra.person)
            moved_to = extra.values.get("village_name")
            village = int(view.population.village[extra.person]) if moved_to is None else names[moved_to]
            view.village.append(village)
            for name, changed in natural.items():
                if extra.person in changed:
                    view.set(slot, name, changed[extra.person])
            for name, written in extra.values.items():
                view.set(slot, name, written)
            shown_in = extra.values.get("household_no", "")
            view.marks.append(Mark(fault, slot, "", "", "|".join(extra.values), shown_in))


def _order(population: Population, *, seed: int, source: str, delivery: int) -> list[int]:
    """Persons by village and household; later deliveries come in another order of households."""
    if delivery == 0:
        return list(range(len(population)))
    chance = stream(seed, "order", source, delivery)
    rank = chance.permutation(int(population.household[-1]) + 1)
    keys = np.lexsort((np.arange(len(population)), rank[population.household], population.village))
    return [int(one) for one in keys]
