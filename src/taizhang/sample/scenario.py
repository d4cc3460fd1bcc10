"""The information check of the acceptance scenario: exact counts of planted problems, and what must be found.

Source: scenario-2020-02-19.md §8. About 300 households and 1,000 persons in 20 villages; nobody's household shows more
than one problem, so that every finding has one right answer. Three deliveries: the check itself, one in which half of
the mistakes are mended, and one in which a mended mistake is back.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from taizhang.errors import SystemFault
from taizhang.sample import truth
from taizhang.sample.chance import Dice, stream
from taizhang.sample.county import SampleCounty, Task, write_county_file, write_deliveries
from taizhang.sample.damage_names import name_makers
from taizhang.sample.damage_numbers import number_makers
from taizhang.sample.damage_rows import members_of, row_makers, row_shift
from taizhang.sample.faults import Damage, Fault, Maker, one_cell
from taizhang.sample.knowledge import characters
from taizhang.sample.ledgers import Style, has_rare, style_of, written_whole
from taizhang.sample.numbers import NEW_PREFIX, OLD_PREFIX, OLD_UNTIL, passes, with_check
from taizhang.sample.population import Population, make_population
from taizhang.sample.seasons import Season

SEED = 20200219
PERSONS, VILLAGES = 1000, 20
DAYS = (date(2020, 2, 19), date(2020, 3, 4), date(2020, 3, 18))
NAMESAKE_PAIRS, ALIASES = 5, 4
PREFIXES_OF_A_KIND = 10  # three kinds: 612323 born from 1996, 610723 born before, moved in
SHIFTED_ROWS = 5
DESYNC_ENDINGS = "镕璟昇"
MINORITY_NAMES = (("扎西·多吉", "藏族"), ("阿依·尔古", "彝族"), ("卓玛·措姆", "藏族"), ("买买提·艾力", "维吾尔族"))


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of the table of §8.

    group: its key. kind: the maker. count: how many. source: where. expected: codes, any of which is right.
    """

    group: str
    kind: str
    count: int
    source: str
    expected: tuple[str, ...]


PLAN: tuple[Planned, ...] = (
    Planned("lost", "XS-NAME-LOSS", 8, "ledger", ("NM-LOSS", "XS-NAME-LOSS")),
    Planned("desync", "NM-DESYNC", 3, "ledger", ("NM-DESYNC", "XS-NAME-DAMAGED")),
    Planned("separator", "NM-SEPARATOR", 4, "ledger", ("NM-SEPARATOR", "XS-NAME-FORMAT")),
    Planned("truncated", "ID-EXCEL-TRUNC", 6, "city", ("ID-EXCEL-TRUNC",)),
    Planned("numeric", "ID-EXCEL-NUMERIC", 5, "ledger", ("ID-EXCEL-NUMERIC",)),
    Planned("row_shift", "PR-ROW-SHIFT", 1, "ledger", ("PR-ROW-SHIFT",)),
    Planned("certificate", "XS-ID-DISABILITY", 10, "national", ("XS-ID-DISABILITY",)),
    Planned("head_name", "PR-HEAD-NAME", 2, "national", ("PR-HEAD-NAME",)),
    Planned("head_number", "PR-HEAD-ID", 2, "national", ("PR-HEAD-ID",)),
    Planned("head_both", "PR-HEAD-BOTH", 1, "national", ("PR-HEAD-BOTH",)),
    Planned("swap", "PR-SWAP", 3, "ledger", ("PR-SWAP", "XS-SWAP")),
    Planned("copied_number", "PR-COPY-FAMILY", 3, "city", ("PR-COPY-FAMILY",)),
    Planned("two_households", "PR-DUP-HOUSEHOLD", 4, "national", ("PR-DUP-HOUSEHOLD",)),
    Planned("homophone", "XS-NAME-HOMOPHONE", 12, "ledger", ("XS-NAME-HOMOPHONE",)),
    Planned("near_sound", "XS-NAME-NEARPHONE", 6, "ledger", ("XS-NAME-NEARPHONE",)),
    Planned("shape", "XS-NAME-SHAPE", 6, "city", ("XS-NAME-SHAPE",)),
    Planned("variant", "XS-NAME-VARIANT", 6, "city", ("XS-NAME-VARIANT",)),
    Planned("pinyin", "NM-PINYIN-BRACKET", 4, "ledger", ("NM-PINYIN-BRACKET",)),
    Planned("note", "NM-NOTE", 5, "ledger", ("NM-NOTE",)),
    Planned("one_digit", "XS-ID-SUBST", 8, "ledger", ("ID-CHECKSUM", "XS-ID-SUBST")),
    Planned("adjacent_swap", "XS-ID-TRANSPOSE", 8, "ledger", ("ID-CHECKSUM", "XS-ID-TRANSPOSE")),
    Planned("old_number", "ID-15", 5, "city", ("ID-15", "XS-ID-15-18")),
    Planned("missing", "XS-MISSING", 10, "ledger", ("XS-MISSING",)),
)


def make_scenario(folder: Path | str, *, seed: int = SEED) -> SampleCounty:
    """Write the scenario's county; truth/expected.csv says what must be found and what must not.

    folder: created; its inbox/ and truth/ must not exist yet. Raises SystemFault when a seed cannot hold the counts.
    """
    root = Path(folder)
    population = make_population(
        PERSONS,
        seed=seed,
        first_day=DAYS[0],
        last_day=DAYS[-1],
        villages=VILLAGES,
        namesakes=NAMESAKE_PAIRS,
        aliases=ALIASES,
    )
    stage = _Stage(population, seed)
    stage.cast_names()
    prefixes = stage.cast_prefixes()
    for planned in PLAN:
        stage.plant(planned)
    stage.note_aliases()
    root.mkdir(parents=True, exist_ok=True)
    write_county_file(root, population)
    season = Season(frozenset(), frozenset(), {})
    outside = dict.fromkeys(("national", "city", "ledger", "app"), frozenset[int]())
    faults = [planted.fault for planted in stage.planted]
    task = Task(root, population, faults, outside, [season] * len(DAYS), DAYS, seed)
    books = write_deliveries(task, jobs=1)
    facts = [*population.circumstances, *((person, "prefix") for person in prefixes)]
    truth.write_truth(root / "truth", population, faults, books, facts, seed=seed, error_rate=0.0)
    _write_expected(root / "truth" / "expected.csv", population, stage.planted, prefixes)
    rows = sum(len(book.places) for book in books)
    return SampleCounty(root, root / "truth", DAYS, len(population), rows, len(faults))


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault and the line of the plan it fulfils; None for a known alias, which must stay silent."""

    fault: Fault
    planned: Planned | None


@dataclass
class _Stage:
    """The county while problems are placed: casting of names first, then one household a problem.

    used: members of households that take part in something already. cast: by group of the plan, the persons whose
    names were made for it.
    """

    population: Population
    seed: int
    planted: list[Planted] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    cast: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.styles = [style_of(self.seed, village) for village in range(len(self.population.villages))]
        self.dice = Dice(stream(self.seed, "scenario"))
        self.makers = name_makers() | number_makers() | row_makers() | {"PR-ROW-SHIFT": row_shift(SHIFTED_ROWS)}
        self.numeric_village = next(number for number, style in enumerate(self.styles) if style.has_cell_types)
        for person, what in self.population.circumstances:
            if what in ("namesake", "alias", "twin"):
                self.reserve(person)

    def reserve(self, person: int) -> None:
        """Keep a person's household free of (further) problems."""
        self.used.update(members_of(self.population, person))

    def choose(self, count: int, fits: Callable[[int], bool]) -> list[int]:
        """So many persons of unused households that fit, a household each, which is used then."""
        chosen: list[int] = []
        order = stream(self.seed, "scenario", len(self.used)).permutation(len(self.population)).tolist()
        for person in order:
            if len(chosen) == count:
                return chosen
            if person not in self.used and fits(person):
                chosen.append(person)
                self.reserve(person)
        raise SystemFault("the scenario does not fit this seed")

    def cast_names(self) -> None:
        """Give people the names that the plan needs: rare characters, minority names, bytes that can slip."""
        values = self.population.values
        rare, ordinary = characters().beyond_gbk, characters().gbk_only[0]
        for person, name in enumerate(values["name"]):
            if has_rare(name):
                self._rename(person, "".join(ordinary if one in rare else one for one in name))
        self.cast["lost"] = self.choose(8, self._is_castable)
        for number, person in enumerate(self.cast["lost"]):
            self._rename(person, values["name"][person][:-1] + rare[number % len(rare)])
        self.cast["desync"] = self.choose(3, self._is_castable)
        for number, person in enumerate(self.cast["desync"]):
            self._rename(person, values["name"][person][0] + DESYNC_ENDINGS[number])
        self.cast["separator"] = self.choose(4, self._is_castable)
        for number, person in enumerate(self.cast["separator"]):
            values["name"][person], values["ethnic_group"][person] = MINORITY_NAMES[number]

    def cast_prefixes(self) -> list[int]:
        """Unusual prefixes that are right: of the other era in both directions, and of people who moved in."""
        values = self.population.values
        told = ("moved_in_prefix", "late_registrant")
        unusual = {person: what for person, what in self.population.circumstances if what in told}

        def ordinary(person: int, *, old: bool) -> bool:
            is_old = self.population.birth[person].year < OLD_UNTIL
            return person not in unusual and is_old == old and values["relation_to_head"][person] != "户主"

        late_old = self.choose(PREFIXES_OF_A_KIND, lambda person: ordinary(person, old=False))
        late_new = self.choose(PREFIXES_OF_A_KIND, lambda person: ordinary(person, old=True))
        for prefix, persons in ((OLD_PREFIX, late_old), (NEW_PREFIX, late_new)):
            for person in persons:
                values["id_no"][person] = with_check(prefix + values["id_no"][person][6:17])
        moved_in = self.choose(PREFIXES_OF_A_KIND, lambda person: unusual.get(person) == "moved_in_prefix")
        return [*late_old, *late_new, *moved_in]

    def plant(self, planned: Planned) -> None:
        """Place all problems of one line of the plan; raises SystemFault when they do not fit."""
        maker = self.makers[planned.kind]
        everybody = stream(self.seed, "scenario", planned.group).permutation(len(self.population)).tolist()
        found = 0
        for person in self.cast.get(planned.group, everybody):
            if found == planned.count:
                return
            free = planned.group in self.cast or person not in self.used
            damage = self._damage(planned, maker, person, found) if free else None
            if damage is None:
                continue
            for touched in damage.persons:
                self.reserve(touched)
            fault = Fault(len(self.planted), planned.source, planned.kind, damage, _life(found, planned.count))
            self.planted.append(Planted(fault, planned))
            found += 1
        if found < planned.count:
            raise SystemFault(f"the scenario cannot hold {planned.count} of {planned.group} with this seed")

    def note_aliases(self) -> None:
        """The ledger has the former names that the city's list records: known, hence silent."""
        always = tuple(range(len(DAYS)))
        for person, what in self.population.circumstances:
            if what == "alias":
                damage = one_cell(person, "name", self.population.values["former_name"][person])
                self.planted.append(Planted(Fault(len(self.planted), "ledger", "XS-NAME-ALIAS", damage, always), None))

    def _damage(self, planned: Planned, maker: Maker, person: int, found: int) -> Damage | None:
        damage = maker(self.population, person, self.dice)
        if damage is None or (planned.group not in self.cast and damage.persons & self.used):
            return None
        village = int(self.population.village[person])
        if planned.source == "ledger" and not _shown(damage, self.styles[village]):
            return None
        if planned.kind == "ID-EXCEL-NUMERIC" and village != self.numeric_village:
            return None
        if planned.kind == "ID-EXCEL-TRUNC" and found == 0 and not passes(damage.changes[0].written):
            return None  # at least one truncated number whose check is right all the same
        return damage

    def _is_castable(self, person: int) -> bool:
        """Members, not heads, in villages whose files hold every character."""
        values = self.population.values
        style = self.styles[int(self.population.village[person])]
        plain = len(values["name"][person]) == 3 and not style.loses_rare
        return plain and values["relation_to_head"][person] != "户主"

    def _rename(self, person: int, name: str) -> None:
        values = self.population.values
        values["name"][person] = name
        if values["relation_to_head"][person] == "户主":
            for member in members_of(self.population, person):
                values["head_name"][member] = name


def _shown(damage: Damage, style: Style) -> bool:
    numeric = any(change.field == "id_no" and "E+" in change.written for change in damage.changes)
    whole = all(written_whole(style, change.written) for change in damage.changes)
    return whole and (style.has_cell_types or not numeric)


def _life(number: int, count: int) -> tuple[int, ...]:
    """Half are mended for the second delivery; the first mended one of every line is back in the third."""
    if number >= (count + 1) // 2:
        return (0, 1, 2)
    return (0, 2) if number == 0 and count > 1 else (0,)


def _write_expected(path: Path, population: Population, planted: list[Planted], prefixes: list[int]) -> None:
    """One line a planted problem or a person about whom nothing may be said."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("group", "fault", "source", "persons", "field", "finding", "expected", "deliveries"))
        for one in planted:
            fault, planned = one.fault, one.planned
            persons = "|".join(map(str, sorted(fault.damage.persons)))
            fields = "|".join(sorted({change.field for change in fault.damage.changes}))
            group = "alias" if planned is None else planned.group
            expected = "" if planned is None else "|".join(planned.expected)
            finding = "no" if planned is None else "info" if group == "certificate" else "yes"
            active = "|".join(DAYS[number].isoformat() for number in fault.active)
            writer.writerow((group, fault.number, fault.source, persons, fields, finding, expected, active))
        for person, what in population.circumstances:
            if what == "namesake":
                writer.writerow(("namesake", "", "*", person, "", "no", "", ""))
        for person in prefixes:
            writer.writerow(("prefix", "", "*", person, "", "no", "", ""))
