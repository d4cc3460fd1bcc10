"""What a rare spelling is worth is told by the persons whose sources decide."""

import numpy as np
import pytest

from taizhang.sweep.judge.habits import EXPECTED, FARTHEST, Habits, Spelt, habits_of
from taizhang.sweep.link.features import Compared, Kind

USUAL, RARE = -5.0, -9.0
DECIDES, HALF = 0.99, 0.5


def spelt(*names):
    """Candidates of (log-frequency, length, whole), two and two of one person."""
    usual, length, whole = zip(*names, strict=True)
    return Spelt(np.array(usual), np.array(length), np.array(whole))


def pairs(persons, first, second, code="XS-NAME-SHAPE"):
    """Habits of persons who are spelt in two ways each; the first is the rival of the second."""
    rival = np.repeat(np.arange(0, 2 * persons, 2), 2)
    relation = Compared([Kind(code, None)], np.zeros(2 * persons, dtype=np.int32))
    return habits_of(spelt(*[first, second] * persons), rival, relation, np.zeros((2 * persons, 2)))


def weights(habits, true):
    """What a sweep learns in six rounds. true: probability of the rival by all other evidence."""
    others = np.tile([true, 1.0 - true], len(habits.rival) // 2)
    learned = EXPECTED
    for _ in range(6):
        learned = habits.learned(others, learned)
    return learned


def against_rare(habits, true):
    """What is said of the second spelling of the last person after learning."""
    return habits.heard(weights(habits, true))[-1]


def test_where_typists_err_towards_rare_characters_a_rare_one_is_held_against_a_spelling():
    few = against_rare(pairs(3, (USUAL, 3, True), (RARE, 3, True)), DECIDES)
    many = against_rare(pairs(300, (USUAL, 3, True), (RARE, 3, True)), DECIDES)

    assert many < 2 * few < 0


def test_where_typists_err_towards_usual_characters_a_rare_one_is_not_held_against_a_spelling():
    told = against_rare(pairs(300, (RARE, 3, True), (USUAL, 3, True)), DECIDES)

    assert told < 0, "the usual spelling beside a rare one is the mistake here"


def test_persons_whom_nothing_decides_teach_nothing():
    assert weights(pairs(300, (USUAL, 3, True), (RARE, 3, True)), HALF) == pytest.approx(EXPECTED)


def test_a_thousand_persons_against_all_expectation_move_the_weights_and_do_not_upset_them():
    learned = weights(pairs(1000, (USUAL, 2, True), (USUAL - 6, 3, True), "XS-NAME-EXTRA"), DECIDES)

    assert np.isfinite(learned).all()
    assert learned[2] < 0 < EXPECTED[2], "characters are added in this county, not lost"


def test_a_garbled_spelling_says_nothing_of_how_usual_it_is():
    assert not pairs(1, (USUAL, 3, True), (RARE, 3, False)).differences.any()


def test_however_rare_a_spelling_is_it_counts_up_to_a_bound():
    near = pairs(1, (0.0, 3, True), (-FARTHEST, 3, True)).differences
    far = pairs(1, (0.0, 3, True), (-100.0, 3, True)).differences

    assert (near == far).all()


def test_a_majority_of_copies_that_is_doubtful_is_corrected_by_how_it_is_spelt():
    """Nine persons of ten are decided rightly, one by copies of the mistake: more is learned than nine to one."""
    honest, copied = pairs(270, (USUAL, 3, True), (RARE, 3, True)), pairs(30, (RARE, 3, True), (USUAL, 3, True))
    both = Habits(
        np.concatenate([honest.rival, copied.rival + len(honest.rival)]),
        np.concatenate([honest.differences, copied.differences]),
    )

    assert weights(both, 0.91)[0] > np.log(9) / (USUAL - RARE)
