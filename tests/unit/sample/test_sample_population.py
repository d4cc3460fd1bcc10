"""The people: numbers right, families lawful, coincidences where they were planted."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from taizhang.sample.numbers import NEW_PREFIX, OLD_PREFIX, check_character, passes, with_check
from taizhang.sample.places import TOWNS, make_villages
from taizhang.sample.population import make_population, village_count
from taizhang.sample.traits import age_on

FIRST, LAST = date(2020, 1, 20), date(2020, 2, 19)


@pytest.fixture(scope="module")
def people():
    return make_population(6000, seed=11, first_day=FIRST, last_day=LAST)


def households(people):
    starts = np.flatnonzero(np.diff(people.household, prepend=-1))
    ends = [*starts[1:].tolist(), len(people)]
    return [range(start, end) for start, end in zip(starts.tolist(), ends, strict=True)]


def test_check_character_of_the_worked_example():
    assert check_character("61232319000101001") == "3"
    assert with_check("61232319000101003") == "61232319000101003X"


def test_every_number_is_right_and_nobody_elses(people):
    assert all(map(passes, people.core18))
    assert len(set(people.core18)) == len(people)


def test_number_tells_birth_and_sex(people):
    sexes = ["男" if int(number[16]) % 2 else "女" for number in people.core18]

    assert sexes == people.values["sex"]
    assert [number[6:14] for number in people.core18] == people.values["birth_date"]


def test_prefixes_are_mostly_the_countys_and_never_only(people):
    prefixes = Counter(number[:6] for number in people.core18)

    assert prefixes[OLD_PREFIX] > prefixes[NEW_PREFIX] > 0
    assert 0.02 < 1 - (prefixes[OLD_PREFIX] + prefixes[NEW_PREFIX]) / len(people) < 0.25


def test_unusual_prefixes_are_noted_as_circumstances(people):
    unusual = {
        person
        for person, number in enumerate(people.core18)
        if number[:6] != (OLD_PREFIX if people.birth[person].year < 1996 else NEW_PREFIX)
    }
    noted = {person for person, what in people.circumstances if what in ("moved_in_prefix", "late_registrant")}

    assert unusual == noted


def test_every_household_has_one_adult_head_first(people):
    relations, births = people.values["relation_to_head"], people.birth
    heads = [[person for person in members if relations[person] == "户主"] for members in households(people)]

    assert all(head == [members[0]] for head, members in zip(heads, households(people), strict=True))
    assert min(age_on(births[head[0]], FIRST) for head in heads) >= 18


def test_spouses_are_of_the_other_sex_and_of_age(people):
    relations, sexes = people.values["relation_to_head"], people.values["sex"]
    couples = [(members[0], members[1]) for members in households(people) if len(members) > 1]
    married = [(head, other) for head, other in couples if relations[other] == "配偶"]

    assert all(sexes[head] != sexes[other] for head, other in married)
    assert min(age_on(people.birth[other], FIRST) for _, other in married) >= 20


def test_parents_are_a_generation_older(people):
    relations = people.values["relation_to_head"]
    gaps = [
        (people.birth[person] - people.birth[members[0]]).days / 365.25
        for members in households(people)
        for person in members
        if relations[person] in ("之子", "之女")
    ]

    assert min(gaps) >= 15


def test_head_copies_and_sizes_agree_with_the_members(people):
    values = people.values

    assert all(
        (values["head_name"][person], values["head_id_no"][person], values["size_reported"][person])
        == (values["name"][members[0]], values["id_no"][members[0]], str(len(members)))
        for members in households(people)
        for person in members
    )


def test_incomes_add_up(people):
    values = people.values
    parts = ("wage_income", "operating_income", "property_income", "transfer_income")

    sums = [sum(int(values[part][person]) for part in parts) for person in range(len(people))]
    nets = [
        int(gross) - int(cost) for gross, cost in zip(values["gross_income"], values["operating_expense"], strict=True)
    ]

    assert sums == [int(text) for text in values["gross_income"]]
    assert nets == [int(text) for text in values["net_income"]]


def test_nobody_under_sixteen_works_or_is_able(people):
    young = [person for person in range(len(people)) if age_on(people.birth[person], FIRST) < 16]

    assert {people.values["labour_ability"][person] for person in young} == {"无劳动力"}
    assert {people.values["work_months"][person] for person in young} == {""}


def test_namesakes_of_one_village_are_years_apart(people):
    pairs = [person for person, what in people.circumstances if what == "namesake"]
    ones, others = pairs[::2], pairs[1::2]

    assert len(ones) >= 5
    assert all(
        people.values["name"][one] == people.values["name"][other]
        and people.village[one] == people.village[other]
        and people.birth[one] != people.birth[other]
        for one, other in zip(ones, others, strict=True)
    )


def test_no_two_people_of_a_village_share_name_and_birth_by_chance(people):
    keys = Counter(zip(people.values["name"], people.values["birth_date"], people.village.tolist(), strict=True))

    assert max(keys.values()) == 1


def test_truly_shared_numbers_are_rare_and_noted():
    people = make_population(60_000, seed=2, first_day=FIRST, last_day=LAST)

    repeated = {number for number, count in Counter(people.core18).items() if count > 1}
    noted = {people.core18[person] for person, what in people.circumstances if what == "shared_number"}

    assert repeated == noted
    assert len(noted) == 2


def test_names_are_mostly_of_three_characters_and_some_are_rare(people):
    lengths = Counter(len(name) for name in people.values["name"])
    dotted = [name for name in people.values["name"] if "·" in name]

    assert lengths[3] / len(people) > 0.85
    assert dotted
    assert {
        group for group, name in zip(people.values["ethnic_group"], people.values["name"], strict=True) if "·" in name
    } != {"汉族"}


def test_a_county_has_the_eighteen_real_town_units():
    villages = make_villages(60, seed=1)

    assert len(TOWNS) == 18
    assert {village.town_code for village in villages} == {code for code, _ in TOWNS}
    assert len({village.code for village in villages}) == len({(v.town_name, v.name) for v in villages}) == 60


@pytest.mark.parametrize(("persons", "villages"), [(20, 6), (3000, 17), (100_000, 306)])
def test_villages_grow_with_the_county(persons, villages):
    assert village_count(persons) == villages
