"""Facts that look like mistakes and are none: true namesakes in one village, numbers that the police gave twice."""

from dataclasses import dataclass, field
from datetime import date

from taizhang.sample.chance import Dice

MILK_NAMES = ("狗娃", "小毛", "来福", "招弟", "冬娃")
NEAR_BIRTH_DAYS = 25
SAFE_MONTHS = range(3, 8)  # births whose age does not change between two deliveries or at the school cut-off


@dataclass
class Drafts:
    """The people while they are being invented: columns of equal length by person, households ascending."""

    values: dict[str, list[str]] = field(default_factory=dict)
    births: list[date] = field(default_factory=list)
    core18: list[str] = field(default_factory=list)
    household: list[int] = field(default_factory=list)
    village: list[int] = field(default_factory=list)
    circumstances: list[tuple[int, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.births)

    def set_shared(self, person: int, own: str, copy: str, value: str) -> None:
        """Change a value of a person and, for a head, the copy of it in every row of the household."""
        self.values[own][person] = value
        if self.values["relation_to_head"][person] != "户主":
            return
        for member in range(person, len(self)):
            if self.household[member] != self.household[person]:
                return
            self.values[copy][member] = value


def plant_namesakes(people: Drafts, wanted: int) -> None:
    """Give some people of one village the name of another one who is years older or younger."""
    found = 0
    for one in range(3, len(people), max(7, len(people) // (2 * wanted))):
        if found == wanted:
            return
        nearby = range(one + 8, min(one + 60, len(people)))
        other = next((person for person in nearby if _could_share_a_name(people, one, person)), None)
        if other is not None:
            people.set_shared(other, "name", "head_name", people.values["name"][one])
            people.circumstances += [(one, "namesake"), (other, "namesake")]
            found += 1


def plant_aliases(people: Drafts, wanted: int, dice: Dice) -> None:
    """Some people bore another name before; the city's list has a column for it."""
    named = {person for person, what in people.circumstances if what == "namesake"}
    for step in range(wanted):
        start = (len(people) // (wanted + 1)) * (step + 1)
        person = next(
            one for one in range(start, len(people)) if len(people.values["name"][one]) == 3 and one not in named
        )
        people.values["former_name"][person] = people.values["name"][person][0] + dice.of(MILK_NAMES)
        people.circumstances.append((person, "alias"))


def plant_shared_numbers(people: Drafts, wanted: int) -> None:
    """Two persons of one sex and birth date, of different households, hold one number: the police must decide."""
    if not wanted:
        return
    births = people.births
    order = sorted((births[person], person) for person in range(len(people)) if births[person].month in SAFE_MONTHS)
    step = max(1, len(order) // (8 * wanted + 1))
    for place in range(0, len(order) - 1, step):
        one, other = order[place][1], order[place + 1][1]
        near = (births[other] - births[one]).days <= NEAR_BIRTH_DAYS and births[one].year == births[other].year
        same_sex = people.values["sex"][one] == people.values["sex"][other]
        if not near or not same_sex or people.household[one] == people.household[other]:
            continue
        births[other], people.core18[other] = births[one], people.core18[one]
        people.values["birth_date"][other] = people.values["birth_date"][one]
        people.set_shared(other, "id_no", "head_id_no", people.core18[one])
        people.circumstances += [(one, "shared_number"), (other, "shared_number")]
        wanted -= 1
        if not wanted:
            return


def _could_share_a_name(people: Drafts, one: int, other: int) -> bool:
    names, sexes = people.values["name"], people.values["sex"]
    return (
        abs((people.births[one] - people.births[other]).days) > 700
        and sexes[one] == sexes[other]
        and "·" not in names[one] + names[other]
        and people.village[one] == people.village[other]
        and people.household[one] != people.household[other]
    )
