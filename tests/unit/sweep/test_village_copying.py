"""How much of copying is told by the village is learned: by villages where ledgers copied alike, hardly anything."""

import numpy as np
import pytest

from taizhang.sweep.judge.truth import MOST_WEIGHT, VILLAGE_WEIGHT, village_weight

MISTAKES = 20.0


def weight(*shares):
    """Of villages with twenty mistakes of one ledger each, of which another has these shares."""
    shared, seen = np.array(shares)[:, None, None] * MISTAKES, np.full((len(shares), 1, 1), MISTAKES)
    return village_weight(shared, seen, np.array([[np.mean(shares)]]))


def test_villages_that_differ_by_chance_alone_are_judged_by_the_county():
    rng = np.random.default_rng(7)

    assert weight(*rng.binomial(int(MISTAKES), 0.3, 400) / MISTAKES) > 5 * VILLAGE_WEIGHT


def test_villages_of_which_some_were_copied_whole_are_judged_by_themselves():
    assert weight(*[1.0, 0.0, 0.0] * 30) == pytest.approx(1.0)


def test_a_village_says_nothing_of_how_much_villages_differ():
    assert weight(0.3) == pytest.approx(VILLAGE_WEIGHT, rel=1.0)
    assert weight(0.0) == pytest.approx(VILLAGE_WEIGHT)


def test_villages_more_alike_than_chance_makes_them_count_up_to_a_bound():
    assert weight(*[0.3] * 400) == pytest.approx(MOST_WEIGHT)
