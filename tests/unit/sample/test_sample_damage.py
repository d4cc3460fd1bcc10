"""Every kind of mistake can be made, does what its name says, and leaves the truth alone."""

from datetime import date

import pytest

from taizhang.sample.chance import Dice, stream
from taizhang.sample.damage_fields import slip_fields
from taizhang.sample.knowledge import characters, with_tone_mark
from taizhang.sample.layouts import COLUMNS
from taizhang.sample.numbers import passes
from taizhang.sample.planning import all_makers, life, weights_of
from taizhang.sample.population import make_population
from taizhang.sample.rates import SOURCES, WEIGHTS

MAKERS = all_makers()


@pytest.fixture(scope="module")
def people():
    return make_population(12_000, seed=17, first_day=date(2020, 1, 20), last_day=date(2020, 2, 19))


def first_damage(people, kind):
    dice = Dice(stream(1, kind))
    order = stream(2, kind).permutation(len(people)).tolist()
    made = (MAKERS[kind](people, person, dice) for person in order)
    return next(damage for damage in made if damage is not None)


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_every_kind_fits_somebody_and_changes_something(people, kind):
    damage = first_damage(people, kind)

    assert damage.persons
    assert all(
        change.written != people.values[change.field][change.person] or len(damage.changes) > 1
        for change in damage.changes
    )


@pytest.mark.parametrize("source", SOURCES)
def test_every_planted_kind_has_a_maker_and_every_slip_its_columns(source):
    kinds = weights_of(source)

    assert set(kinds) <= set(MAKERS)
    assert all(COLUMNS[source].issuperset(fields) for kind, fields in slip_fields().items() if kind in kinds)


def test_every_maker_is_planted_somewhere():
    planted = set().union(*(weights_of(source) for source in SOURCES))

    assert set(MAKERS) == planted


@pytest.mark.parametrize("kind", ["XS-ID-SUBST", "XS-ID-TRANSPOSE"])
def test_one_slip_of_the_finger_breaks_the_check(people, kind):
    change = first_damage(people, kind).changes[0]

    assert len(change.written) == 18
    assert not passes(change.written)


@pytest.mark.parametrize("kind", ["XS-ID-JUMP", "XS-ID-BIRTH", "XS-ID-REGION", "XS-ID-SEQ", "XS-ID-DISJOINT"])
def test_right_numbers_of_the_wrong_making_keep_the_check(people, kind):
    change = first_damage(people, kind).changes[0]

    assert passes(change.written)
    assert change.written != people.core18[change.person]


def test_a_swap_crosses_two_numbers_of_one_household(people):
    one, other = first_damage(people, "PR-SWAP").changes

    assert people.household[one.person] == people.household[other.person]
    assert (one.written, other.written) == (people.core18[other.person], people.core18[one.person])


def test_a_shift_moves_a_block_by_one_row(people):
    changes = first_damage(people, "PR-ROW-SHIFT").changes

    assert len(changes) >= 5
    assert [change.written for change in changes[:-1]] == [people.core18[change.person + 1] for change in changes[:-1]]


def test_a_desync_begins_with_a_mark_and_ends_with_a_stray_letter(people):
    change = first_damage(people, "NM-DESYNC").changes[0]

    assert change.written.startswith("?")
    assert any(0x40 <= ord(character) < 0x7F for character in change.written[1:])


def test_homophones_share_a_syllable_and_shapes_need_not(people):
    change = first_damage(people, "XS-NAME-HOMOPHONE").changes[0]
    true = people.values["name"][change.person]
    pairs = [(old, new) for old, new in zip(true, change.written, strict=True) if old != new]
    reading = characters().reading

    assert len(pairs) == 1
    assert reading[pairs[0][0]][:-1] == reading[pairs[0][1]][:-1]


@pytest.mark.parametrize(
    ("syllable", "written"), [("wei3", "wěi"), ("lv3", "lǚ"), ("liu2", "liú"), ("gui4", "guì"), ("xue2", "xué")]
)
def test_tone_marks_stand_on_the_right_vowel(syllable, written):
    assert with_tone_mark(syllable) == written


def test_a_mistake_of_the_last_delivery_has_no_later_life():
    assert life(2, 3, stream(1)) == (2,)


def test_lives_are_short_long_or_interrupted():
    lives = [life(0, 3, stream(seed)) for seed in range(300)]

    assert set(lives) == {(0,), (0, 1, 2), (0, 2)}
    assert 0.4 < lives.count((0,)) / 300 < 0.6


def test_the_tables_hold_no_table_of_the_detector():
    licences = characters()

    assert len(licences.reading) > 500
    assert all(other != one for one, others in licences.same_shape.items() for other in others)
    assert set(WEIGHTS) == set(SOURCES)
