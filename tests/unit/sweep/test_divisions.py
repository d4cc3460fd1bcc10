"""A number whose division had another code in its year of birth is less likely to be somebody's."""

import numpy as np
import pytest

from taizhang.identity.numbers import check_digit
from taizhang.sweep.examples import diagnose_rows
from taizhang.sweep.judge.divisions import Divisions, division_evidence
from taizhang.sweep.link.keys import AREA_AND_YEAR

OLD, NEW, AFAR = 610123, 610723, 110101
BEFORE, AFTER = 1980, 2005


def key(division, year):
    """A number of this division and year, as far as the evidence looks."""
    return (division * 10_000 + year) * AREA_AND_YEAR + 123


def evidence(persons, *asked):
    """persons: how many by (division, year)."""
    places = sorted(division * 10_000 + year for division, year in persons)
    counts = [persons[divmod(place, 10_000)] for place in places]
    return division_evidence(Divisions(np.array(places), np.array(counts)), np.array([key(*one) for one in asked]))


def test_a_code_that_was_not_in_use_when_its_holder_was_born_speaks_against_a_number():
    told = evidence({(OLD, BEFORE): 500, (NEW, AFTER): 500, (OLD, AFTER): 1}, (OLD, AFTER), (NEW, AFTER))

    assert told[0] < -3.0
    assert told[1] == 0.0


def test_a_rare_code_is_no_mistake():
    told = evidence({(OLD, BEFORE): 500, (NEW, AFTER): 500, (AFAR, AFTER): 1}, (AFAR, AFTER))

    assert told[0] == pytest.approx(0.0, abs=0.1), "people move in from everywhere"


def test_a_few_exceptions_make_a_code_possible():
    rule, exceptions = (
        evidence({(OLD, BEFORE): 500, (NEW, AFTER): 500, (OLD, AFTER): seen}, (OLD, AFTER))[0] for seen in (1, 20)
    )

    assert rule + 1.5 < exceptions < 0.0


def test_a_county_of_few_people_says_little():
    assert evidence({(OLD, BEFORE): 2, (NEW, AFTER): 2, (OLD, AFTER): 1}, (OLD, AFTER))[0] > -0.5


def test_no_numbers_say_nothing():
    assert len(division_evidence(Divisions(np.zeros(0, np.int64), np.zeros(0, np.int64)), np.zeros(0, np.int64))) == 0


def number(division, birth, sequence):
    return (body := f"{division}{birth}{sequence:03d}") + check_digit(body)


def probability(*, codes_changed):
    """Of the number with the new code, where one ledger writes the new and one the old code of a person born late."""
    late = OLD if not codes_changed else NEW
    neighbours = [number(OLD, "19800412", order) for order in range(100, 160)]
    neighbours += [number(late, "20050412", order) for order in range(100, 160)]
    rows = [{"source": "national", "id_no": one, "name": "王建国"} for one in neighbours]
    told = {"city": number(OLD, "20050412", 331), "national": number(NEW, "20050412", 331)}
    rows += [{"source": source, "id_no": one, "name": "李秀兰"} for source, one in told.items()]
    rows = [{"village_code": "610723101201", **row} for row in rows]
    found = [one for one in diagnose_rows(rows) if any(each.value == told["national"] for each in one.candidates)]
    (chance,) = {each.probability for one in found for each in one.candidates if each.value == told["national"]}
    return chance


def test_of_two_numbers_the_one_with_the_code_of_its_time_is_believed():
    assert probability(codes_changed=True) > 0.75 > probability(codes_changed=False)
