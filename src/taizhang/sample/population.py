"""The true county: every person and household as they really are, before any list was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from taizhang.sample import coincidences, economy
from taizhang.sample.chance import Dice, stream
from taizhang.sample.coincidences import Drafts
from taizhang.sample.families import Seat, compose
from taizhang.sample.naming import COMPOUND_PARENTS_SHARE, Namer
from taizhang.sample.numbers import NEAR_NEW, NEAR_OLD, NEW_PREFIX, OLD_PREFIX, OLD_UNTIL, NumberGiver
from taizhang.sample.places import COUNTY_NAME, Village, make_villages
from taizhang.sample.traits import Traits, traits_of

LATE_SHARE = 0.02  # prefix of the other era: late registrants and re-issued numbers
MARRIED_IN_SHARE = 0.35  # of wives, daughters- and sons-in-law: prefix of another county
MINORITY_SHARE = 0.004  # of married-in persons' names and households
NAMESAKES_PER = 500  # persons for one planted pair of namesakes in one village
SHARED_PER = 25_000  # persons for one pair that truly holds the same number
ALIASES_PER = 800  # persons for one whose former name the city's list records
SIBLINGS = ("之子", "之女", "之孙子", "之孙女")
SHARED_CHARACTER_SHARE = 0.45  # of the children of one sex: a common generation character
TRAIT_FIELDS = tuple(name for name in Traits.__dataclass_fields__ if name not in ("works", "in_school"))
PERSONS_PER_VILLAGE = 170
VILLAGES_MAX = 18 * 17


@dataclass(frozen=True)
class Population:
    """Columns of equal length, one entry a person, ordered by village and household.

    values: true text of every register field by its name in `registry-model.md`.
    household: index of the person's household, ascending; village: index into `villages`.
    birth: true births. core18: the citizen number, whatever a source shows.
    circumstances: (person, what) of facts that look like errors and are none.
    """

    values: Mapping[str, list[str]]
    household: npt.NDArray[np.int64]
    village: npt.NDArray[np.int64]
    birth: Sequence[date]
    core18: Sequence[str]
    villages: tuple[Village, ...]
    circumstances: tuple[tuple[int, str], ...]

    def __len__(self) -> int:
        return len(self.core18)


def village_count(persons: int) -> int:
    """How many villages a county of this size has."""
    return max(6, min(persons // PERSONS_PER_VILLAGE, max(VILLAGES_MAX, persons // 400)))


def make_population(
    persons: int, *, seed: int, first_day: date, last_day: date, villages: int = 0, namesakes: int = 0, aliases: int = 0
) -> Population:
    """Invent a county of exactly `persons` people.

    first_day, last_day: as-of dates of the first and last delivery: ages and yearly values hold on both.
    villages, namesakes, aliases: numbers of villages, of pairs of namesakes and of people with a former name, or 0
    for the numbers that fit the size.
    """
    maker = _Maker(seed, first_day, last_day)
    places = make_villages(villages or village_count(persons), seed=seed)
    per_village = [persons // len(places) + (number < persons % len(places)) for number in range(len(places))]
    for number, share in enumerate(per_village):
        left = share
        while left > 0:
            seats = compose(maker.dice)[:left]
            maker.add_household(seats, number, places[number])
            left -= len(seats)
    coincidences.plant_namesakes(maker.people, namesakes or max(2, persons // NAMESAKES_PER))
    coincidences.plant_shared_numbers(maker.people, persons // SHARED_PER)
    coincidences.plant_aliases(maker.people, aliases or persons // ALIASES_PER, maker.dice)
    return maker.finish(places)


@dataclass
class _Family:
    """What the members of one household share or must not share: generation characters, and names."""

    generations: dict[tuple[str, str], str | None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Maker:
    def __init__(self, seed: int, first_day: date, last_day: date) -> None:
        self.dice = Dice(stream(seed, "population"))
        self.namer = Namer(self.dice)
        self.numbers = NumberGiver()
        self.first_day, self.last_day = first_day, last_day
        self.people = Drafts()
        self.households = 0
        self.phones: set[str] = set()

    def add_household(self, seats: list[Seat], village: int, place: Village) -> None:
        dice = self.dice
        household_no = f"6107{self.households + 100001:06d}"
        group = f"{'一二三四五六'[self.households % 6]}组"
        surnames = {"head": self.namer.surname(), "spouse": self.namer.surname()}
        family = _Family()
        births: dict[int, date] = {}
        members: list[tuple[dict[str, str], Traits]] = []
        for number, seat in enumerate(seats):
            # Twins share an age and, by construction, follow each other.
            twin = number > 1 and seat.age == seats[number - 1].age and seat.relation in ("之子", "之女")
            birth = births[number - 1] if twin else self._birth(seat.age)
            births[number] = birth
            surname = surnames.get(seat.line) or self.namer.surname()
            row = self._person(seat, birth, surname, family)
            traits = traits_of(birth, self.first_day, self.last_day, dice)
            row |= {name: getattr(traits, name) for name in TRAIT_FIELDS}
            row["member_phone"] = self._phone() if traits.works or dice.under(0.15) else ""
            if twin:
                self.people.circumstances.append((len(self.people) + number, "twin"))
            members.append((row, traits))
        shared = {
            "province_name": "陕西省",
            "city_name": "汉中市",
            "county_name": COUNTY_NAME,
            "town_name": place.town_name,
            "village_name": place.name,
            "group_name": group,
            "household_no": household_no,
            "household_phone": self._phone(),
            "head_name": members[0][0]["name"],
            "head_id_no": members[0][0]["id_no"],
            "size_reported": str(len(members)),
            "data_year": "2020",
            "identify_standard": "国家标准",
        }
        shared |= economy.household_values(members, dice)
        columns = self.people.values
        if not columns:
            columns.update({name: [] for name in (*members[0][0], *shared, "person_no")})
        for number, (row, _) in enumerate(members):
            row.update(shared)
            row["person_no"] = f"{household_no}{self.dice.number(0, 99):02d}{number + 1:02d}"
            for name, text in row.items():
                columns[name].append(text)
            self.people.births.append(births[number])
            self.people.household.append(self.households)
            self.people.village.append(village)
        self.households += 1

    def finish(self, places: tuple[Village, ...]) -> Population:
        ends = [(person, "ends_in_000") for person, number in enumerate(self.people.core18) if number.endswith("000")]
        return Population(
            values=self.people.values,
            household=np.array(self.people.household),
            village=np.array(self.people.village),
            birth=tuple(self.people.births),
            core18=tuple(self.people.core18),
            villages=places,
            circumstances=(*self.people.circumstances, *ends),
        )

    def _birth(self, age: int) -> date:
        """A birth date that gives this age on the last day."""
        return self.last_day - timedelta(days=int(age * 365.2425) + self.dice.number(2, 363))

    def _person(self, seat: Seat, birth: date, surname: str, family: "_Family") -> dict[str, str]:
        dice = self.dice
        moved_in = seat.line != "head" and seat.relation != "之母"
        ethnic = "汉族"
        if moved_in and dice.under(MINORITY_SHARE):
            ethnic, name = self.namer.minority()
        else:
            siblings = (seat.relation, seat.sex)
            if siblings not in family.generations:
                shares_one = seat.relation in SIBLINGS and dice.under(SHARED_CHARACTER_SHARE)
                family.generations[siblings] = self.namer.generation(seat.sex, birth.year) if shares_one else None
            if seat.relation in SIBLINGS[:2] and dice.under(COMPOUND_PARENTS_SHARE):
                surname += self.namer.surname()[:1]
            name = self.namer.name(surname, seat.sex, birth.year, family.generations[siblings])
            while name in family.names:
                name = self.namer.name(surname, seat.sex, birth.year)
        family.names.add(name)
        old = birth.year < OLD_UNTIL
        prefix = OLD_PREFIX if old else NEW_PREFIX
        person = len(self.people.core18)
        if moved_in and dice.under(MARRIED_IN_SHARE):
            prefix = dice.of(NEAR_OLD if old else NEAR_NEW)
            self.people.circumstances.append((person, "moved_in_prefix"))
        elif dice.under(LATE_SHARE):
            prefix = NEW_PREFIX if old else OLD_PREFIX
            self.people.circumstances.append((person, "late_registrant"))
        core18 = self.numbers.give(prefix, birth, seat.sex, dice.number(1, 400))
        self.people.core18.append(core18)
        return {
            "name": name,
            "former_name": "",
            "sex": seat.sex,
            "birth_date": f"{birth:%Y%m%d}",
            "id_type": "居民身份证",
            "id_no": core18,
            "ethnic_group": ethnic,
            "relation_to_head": seat.relation,
        }

    def _phone(self) -> str:
        """A mobile number that no other household or person of the county has."""
        while True:
            phone = f"1{self.dice.of('35789')}{self.dice.number(0, 999_999_999):09d}"
            if phone not in self.phones:
                self.phones.add(phone)
                return phone
