"""How a county's typists err: what persons whose sources decide tell about those whose sources do not.

Whether the rarer of two spellings is the mistake depends on who typed and how: whoever reads shapes off paper errs towards
any character, whoever picks from a list of homophones towards usual ones. The same with characters lost and added. So the
weight of such evidence is no constant: a logistic model of a few weights is learned in every sweep, from cautious ones
that a small county keeps.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taizhang.sweep.judge.kinds import SOUND_CODES
from taizhang.sweep.link.features import Compared, Floats, Ints

EXPECTED = np.array([0.2, 0.0, 2.2, 0.0, 1.0, 0.5])
"""Log-odds of being true before anything is learned: a unit of log-frequency more; the same besides where the two sound
alike; being longer by a character (nine names of ten have three: identity.md, section 8); a unit of that character's; the
surname of somebody in the household; a character of a given name there."""
FIRMNESS = np.array([16.0, 16.0, 4.0, 4.0, 4.0, 4.0])
"""Precision of the expected weights: decided persons must be dozens to move them."""
FARTHEST = 6.0
"""Difference of log-frequencies beyond which more says nothing more."""
ORDINARY = -6.0
"""Log-frequency of an ordinary character of a given name."""
DECIDED = 0.9
"""Probability from which the other evidence decides between two spellings."""
STEPS, LONGEST_STEP = 4, 1.0
"""Newton steps a round, and how far one may move a weight."""
TINY = 1e-300


@dataclass(frozen=True)
class Spelt:
    """The candidates of all persons as they are spelt.

    usual: sum of the log-frequencies of the characters. length: in characters. whole: nothing of it is lost or garbled.
    """

    usual: Floats
    length: Ints
    whole: NDArray[np.bool_]


@dataclass(frozen=True)
class Habits:
    """How candidates differ from the one that most sources of their person tell.

    rival: that one, by candidate. differences: candidates × weights.
    """

    rival: Ints
    differences: Floats

    def learned(self, others: Floats, weights: Floats) -> Floats:
        """Better weights. others: posterior of every candidate by all other evidence.

        Only persons whom the other evidence decides are heard, but with a second opinion by the weights so far: where the
        majority is a chain of copies, it is the spelling that shows it.
        """
        own, against = others[self._different], others[self.rival[self._different]]
        decided = np.maximum(own, against) >= DECIDED
        features = self._differing[decided]
        odds = np.log(np.maximum(own, TINY) / np.maximum(against, TINY))[decided]
        true = _logistic(odds + features @ weights)
        for _ in range(STEPS):
            said = _logistic(features @ weights)
            slope = (true - said) @ features - FIRMNESS * (weights - EXPECTED)
            curve = (features * (said * (1.0 - said))[:, None]).T @ features + np.diag(FIRMNESS)
            weights = weights + np.clip(np.linalg.solve(curve, slope), -LONGEST_STEP, LONGEST_STEP)
        return weights

    def heard(self, weights: Floats) -> Floats:
        """What the differences say for every candidate, in log-odds against its rival."""
        said = np.zeros(len(self.rival))
        said[self._different] = self._differing @ weights
        return said

    @cached_property
    def _different(self) -> Ints:
        """The candidates that differ at all: one in a few."""
        return np.flatnonzero(self.differences.any(axis=1))

    @cached_property
    def _differing(self) -> Floats:
        return self.differences[self._different]


def habits_of(spelt: Spelt, rival: Ints, relation: Compared, kin: Floats) -> Habits:
    """The differences that habits are about. relation: of every candidate to its rival. kin: of `shared_with_kin`."""
    usual, longer = spelt.usual - spelt.usual[rival], spelt.length - spelt.length[rival]
    told = spelt.whole & spelt.whole[rival] & (rival != np.arange(len(rival)))
    other = np.where(told & (longer == 0), np.clip(usual, -FARTHEST, FARTHEST), 0.0)
    added = np.where(told & relation.is_any("XS-NAME-EXTRA"), np.sign(longer), 0)
    character = np.clip(usual - added * ORDINARY, -FARTHEST, FARTHEST)
    alike = relation.is_any(*SOUND_CODES)
    columns = [other, np.where(alike, other, 0.0), added, np.where(added != 0, character, 0.0)]
    borne = np.where(told[:, None], kin, 0.0)
    return Habits(rival, np.concatenate([np.stack(columns, axis=1), borne], axis=1).astype(np.float64))


def _logistic(odds: Floats) -> Floats:
    share: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -40.0, 40.0)))
    return share
