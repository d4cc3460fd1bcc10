"""Numbers that no ledger has whole: which they were, and with what right that is said."""

from datetime import date

import numpy as np
import pytest
from ledgers import Ledgers, family, number

from taizhang.identity.numbers import id_key, parse_id
from taizhang.sweep.diagnose import Confidence
from taizhang.sweep.diagnose.decoding import Damaged, decode
from taizhang.sweep.judge.divisions import Divisions
from taizhang.sweep.link.keys import AREA_AND_YEAR
from taizhang.sweep.rules import load_packs

AS_OF = date(2020, 2, 19)
BORN = date(1975, 4, 12)
TRUE = number(1, 0, born=BORN, order=121)


def county(*numbers):
    """The divisions and years of birth of some numbers."""
    keys = np.array([id_key(one) for one in numbers], dtype=np.int64)
    return Divisions(*np.unique(keys // AREA_AND_YEAR, return_counts=True))


def neighbours(count=500):
    """Numbers of the same division as `TRUE`, born in years around."""
    return [number(9, 0, born=date(1940 + at % 70, 3, 4), order=100 + at) for at in range(count)]


def nobody(keys):
    """Nobody has any of these numbers."""
    return keys[:0]


def asked(damaged, known=None, taken=nobody):
    """What one damaged number may have been."""
    [found] = decode([damaged], known or county(*neighbours()), taken, AS_OF)
    return found


def changed(text, place, character):
    """A text with another character at a place counted from 1."""
    assert text[place - 1] != character
    return text[: place - 1] + character + text[place:]


def other(text, place):
    """A text with another digit at a place."""
    return changed(text, place, str((int(text[place - 1]) + 4) % 10))


def test_a_slip_in_the_division_is_decoded_into_where_the_county_s_people_are_from():
    first, *_ = asked(Damaged(other(TRUE, 3)))

    assert first.core18 == TRUE
    assert first.probability > 0.9


def test_the_column_of_sex_decides_between_odd_and_even():
    wrong = other(TRUE, 16)
    odd = {one.core18 for one in asked(Damaged(wrong)) if int(one.core18[16]) % 2}
    men, women = ({one.core18: one.probability for one in asked(Damaged(wrong, sex=sex))} for sex in "男女")

    assert TRUE in odd
    assert 0 < sum(women[one] for one in odd) < 0.3
    assert sum(men[one] for one in odd) > 0.95


def test_a_column_filled_in_from_the_damaged_number_is_believed_less_than_one_that_is_not():
    wrong = other(TRUE, 10)
    written = date(int(wrong[6:10]), BORN.month, BORN.day)

    filled_in = {one.core18: one.probability for one in asked(Damaged(wrong, written))}
    typed = {one.core18: one.probability for one in asked(Damaged(wrong, BORN))}

    assert 0.05 < filled_in[TRUE] < typed[TRUE]


def test_two_different_slips_leave_the_one_number_both_can_have_been():
    one, another = other(TRUE, 16), other(TRUE, 4)

    alone = {found.core18: found.probability for found in asked(Damaged(one))}
    first, *_ = asked(Damaged(one, others=(another,)))

    assert first.core18 == TRUE
    assert first.told == 1
    assert first.probability > max(0.95, alone[TRUE])


def test_a_number_that_somebody_has_is_seldom_somebody_else_s_too():
    wrong = other(TRUE, 16)
    free = {one.core18: one.probability for one in asked(Damaged(wrong))}
    taken = {
        one.core18: one.probability for one in asked(Damaged(wrong), taken=lambda keys: keys[keys == id_key(TRUE)])
    }

    assert taken[TRUE] < free[TRUE] / 10


def test_three_digits_cut_off_leave_a_hundred_numbers_and_none_is_said_to_be_likely():
    cut = f"{TRUE[:15]}000"
    found = asked(Damaged(cut, BORN, "男"))

    assert TRUE in {one.core18 for one in found}
    assert max(one.probability for one in found) < 0.05


@pytest.mark.parametrize(
    "text", ["", "无", "12345", "111111111111111111", "9" * 60, "６１０７２３19750412121Q", "610723\ud800"]
)
def test_what_is_no_damaged_number_gives_nothing_or_numbers_that_are_in_order(text):
    assert all(parse_id(one.core18).valid for one in asked(Damaged(text)))


def test_probabilities_leave_room_for_damage_that_one_slip_does_not_explain():
    for place in range(1, 18):
        assert sum(one.probability for one in asked(Damaged(other(TRUE, place), BORN))) < 1.0


def test_where_nothing_is_known_of_the_county_candidates_are_given_still():
    nothing = np.zeros(0, dtype=np.int64)

    assert TRUE in {one.core18 for one in asked(Damaged(other(TRUE, 16), BORN), Divisions(nothing, nothing))}


def test_a_sweep_says_what_a_number_was_that_two_ledgers_damaged_differently(tmp_path):
    people = [row for household in range(1, 40) for row in family(household)]
    true = people[0]["id_no"]
    here, there = ([dict(row) for row in people] for _ in range(2))
    here[0]["id_no"], there[0]["id_no"] = other(true, 16), other(true, 12)
    for rows in (here, there):
        rows[0] |= {"birth_date": None, "sex": None}
        for row in rows[:4]:
            row["head_id_no"] = None

    found = Ledgers(tmp_path).deliver({"city": here, "ledger": there}).sweep(rules=load_packs()).findings
    about = [one for one in found if one["rule"] == "ID-CHECKSUM"]

    assert {one["source"] for one in about} == {"city", "ledger"}
    for one in about:
        assert one["candidates"][0]["value"] == true
        assert one["candidates"][0]["probability"] > 0.9
        assert one["evidence"] == ["由校验位推算，此人其他行的错号也只差一处，须以证件核对"]
        assert one["confidence_class"] == Confidence.RANKED.value
