"""Laws of the sample, whatever the seed."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.sample.chance import Dice, cumulate, stream
from taizhang.sample.families import compose
from taizhang.sample.numbers import check_character, citizen_number, passes
from taizhang.sample.planning import life
from taizhang.sample.population import make_population

SEEDS = st.integers(0, 2**63 - 1)
FEMALE = ("之女", "之儿媳", "之母", "之孙女")
MALE = ("之子", "之女婿", "之父", "之孙子")


@given(SEEDS)
def test_every_family_is_lawful(seed):
    seats = compose(Dice(stream(seed, "family")))

    relations = [seat.relation for seat in seats]
    assert relations.count("户主") == 1
    assert relations[0] == "户主"
    assert relations.count("配偶") <= 1
    assert seats[0].age >= 18
    assert all(seat.sex == "女" for seat in seats if seat.relation in FEMALE)
    assert all(seat.sex == "男" for seat in seats if seat.relation in MALE)
    assert all(seats[0].age - seat.age >= 15 for seat in seats if seat.relation in ("之子", "之女"))
    assert all(seat.age - seats[0].age >= 15 for seat in seats if seat.relation in ("之父", "之母"))
    assert all(0 <= seat.age <= 105 for seat in seats)


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(1, 995), st.integers(0, 16), st.integers(1, 9))
def test_a_number_passes_and_no_number_one_digit_away_does(birth, sequence, place, shift):
    number = citizen_number("612323", birth, sequence)

    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    assert passes(number)
    assert check_character(wrong[:17]) != number[17]


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(20, 400))
def test_a_population_has_the_size_asked_for_whatever_the_seed(seed, persons):
    people = make_population(persons, seed=seed, first_day=date(2020, 1, 20), last_day=date(2020, 2, 19))

    assert len(people) == persons
    assert {len(column) for column in people.values.values()} == {persons}
    assert people.household.tolist() == sorted(people.household.tolist())


@given(SEEDS, st.integers(1, 6), st.data())
def test_a_mistake_shows_first_where_it_was_born_and_never_after_the_end(seed, deliveries, data):
    born = data.draw(st.integers(0, deliveries - 1))

    active = life(born, deliveries, stream(seed))

    assert active[0] == born
    assert list(active) == sorted(set(active))
    assert active[-1] < deliveries


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), SEEDS)
def test_weighted_draws_stay_inside_the_list(weights, seed):
    shares = cumulate(weights)

    drawn = Dice(stream(seed)).by_weight(range(len(weights)), shares)

    assert shares[-1] == 1.0
    assert 0 <= drawn < len(weights)
