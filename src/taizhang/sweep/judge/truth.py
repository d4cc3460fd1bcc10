"""Truth of one field by expectation–maximisation over the persons whose sources disagree.

A source's claim is right, or wrong with a rate that belongs to the source and the family of the mistake; or it was
copied from another source together with that source's mistake. Rates and copying are learned from the data, starting
from priors; declared ancestry (`derived_from`) is such a prior. Copying is learned for the county and for every
village, because a ledger is typed off another village by village. A shared *false* value betrays copying; a shared
true one says little (Dong, Berti-Équille, Srivastava 2009).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taizhang.sweep.judge.habits import EXPECTED, Habits
from taizhang.sweep.judge.kinds import PRIOR_RATE, PRIOR_WEIGHT

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROUNDS = 6
DECLARED, UNDECLARED = 0.3, 0.01
"""Share of an ancestor's mistakes that a source repeats, before anything is learned."""
COPY_WEIGHT, VILLAGE_WEIGHT = 10.0, 10.0
"""Mistakes the prior share counts for, in the county and in one village."""
ROW_COPIED = 0.9
"""Share of mistakes that a row repeats of another with whose other mistake it agrees: whoever copies takes both cells."""
KNOWN_WEIGHT = 300.0
"""The same for a share that another field has told: the field's own mistakes must be many to deny it."""


@dataclass(frozen=True)
class Claims:
    """Who says what, one row a person and source (the first record of a source that holds a person twice).

    group: person, 0-based and ascending. source: source number. value: position in the person's candidates over all
    persons, or −1 where the claimed value can be nobody's truth (an invalid number). village: 0-based.
    """

    group: Ints
    source: Ints
    value: Ints
    village: Ints


@dataclass(frozen=True)
class Candidates:
    """Possible truths. group: the person, ascending; prior: log-evidence inside the value and the rows that carry it."""

    group: Ints
    prior: Floats


@dataclass(frozen=True)
class Options:
    """All (claim, candidate) combinations of one person.

    family: of the mistake, if the candidate is true. one_of: log-chance that such a mistake lands on just this claim.
    """

    claim: Ints
    candidate: Ints
    family: Ints
    one_of: Floats


@dataclass(frozen=True)
class Judged:
    """posterior: per candidate. rate: source × family. copying: source × source, how often it repeats a mistake."""

    posterior: Floats
    rate: Floats
    copying: Floats


def options_of(claims: Claims, candidates: Candidates) -> tuple[Ints, Ints]:
    """Positions (claim, candidate) of all combinations within a person."""
    first = np.searchsorted(candidates.group, claims.group, side="left")
    last = np.searchsorted(candidates.group, claims.group, side="right")
    count = last - first
    claim = np.repeat(np.arange(len(claims.group)), count)
    start = np.repeat(np.cumsum(count) - count, count)
    return claim, np.repeat(first, count) + np.arange(len(claim)) - start


def judge(
    claims: Claims,
    candidates: Candidates,
    options: Options,
    *,
    families: tuple[str, ...],
    totals: Ints,
    ancestors: dict[int, tuple[int, ...]],
    same_text: Ints,
    known_copying: Floats | None = None,
    same_row: Ints | None = None,
    habits: Habits | None = None,
) -> Judged:
    """Posterior of every candidate.

    totals: records per source, settled persons included. ancestors: declared, by source number. same_text: an integer
    per claim that is equal where two claims read the same, wrong or not. known_copying: what another field has
    already told about who copies whom; a prior like the declared ancestry. same_row: an integer per claim that is equal
    where two claims stand in rows that another field shows to be copies of each other, negative where it shows nothing.
    habits: what the spelling of candidates says, by weights that are learned as well.
    """
    sources = len(totals)
    rate = np.tile(np.array([PRIOR_RATE[name] for name in families]), (sources, 1))
    prior_copy = np.full((sources, sources), UNDECLARED)
    for source, parents in ancestors.items():
        for parent in parents:
            prior_copy[source, parent] = prior_copy[parent, source] = DECLARED
    weight = COPY_WEIGHT if known_copying is None else KNOWN_WEIGHT
    if known_copying is not None:
        prior_copy = np.maximum(prior_copy, known_copying)
    copying = prior_copy.copy()
    couples = _couples(claims, same_text, same_row)
    once = couples.only(claims.source[couples.earlier] < claims.source[couples.claim])
    villages = int(claims.village.max()) + 1 if len(claims.village) else 0
    local = np.zeros((villages, sources, sources)) + copying
    right = claims.value[options.claim] == options.candidate
    common = families.index("form") if "form" in families else -1
    posterior, weights = np.zeros(len(candidates.group)), EXPECTED
    for _ in range(ROUNDS):
        base = _claim_given(claims, options, right, rate)
        shift = _copied(claims, options, base, couples, local, _chained(copying))
        total = candidates.prior.copy()
        np.add.at(total, options.candidate, base + shift)
        if habits is not None:
            weights = habits.learned(_normalised(total, candidates.group), weights)
            total += habits.heard(weights)
        posterior = _normalised(total, candidates.group)
        wrong = np.where(right, 0.0, posterior[options.candidate])
        rate = _learned_rate(claims, options, wrong, totals, families)
        copying, local = _learned_copying(claims, options, wrong, once, (prior_copy, weight), villages, common)
    return Judged(posterior, rate, copying)


def _claim_given(claims: Claims, options: Options, right: NDArray[np.bool_], rate: Floats) -> Floats:
    source = claims.source[options.claim]
    sound = np.log(np.maximum(1e-6, 1.0 - rate.sum(axis=1)))[source]
    return np.where(right, sound, np.log(rate[source, options.family]) + options.one_of)


@dataclass(frozen=True)
class _Couples:
    """For every claim the claims of the same person in other sources: (claim, other claim, same reading, copied row)."""

    claim: Ints
    earlier: Ints
    same: NDArray[np.bool_]
    row: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_]) -> "_Couples":
        """The chosen ones."""
        return _Couples(self.claim[chosen], self.earlier[chosen], self.same[chosen], self.row[chosen])


def _couples(claims: Claims, same_text: Ints, same_row: Ints | None) -> _Couples:
    first = np.searchsorted(claims.group, claims.group, side="left")
    count = np.searchsorted(claims.group, claims.group, side="right") - first
    claim = np.repeat(np.arange(len(claims.group)), count)
    start = np.repeat(np.cumsum(count) - count, count)
    other = np.repeat(first, count) + np.arange(len(claim)) - start
    different = claims.source[claim] != claims.source[other]
    claim, other = claim[different], other[different]
    row = np.zeros(len(claim), dtype=bool)
    if same_row is not None:
        row = (same_row[claim] == same_row[other]) & (same_row[claim] >= 0)
    return _Couples(claim, other, same_text[claim] == same_text[other], row)


def _chained(copying: Floats) -> Ints:
    """Places of the sources in an order in which each comes after the one it shares most mistakes with.

    Sources that copy in a chain are then explained link by link, whatever their numbers are.
    """
    share = np.maximum(np.tril(copying, -1), np.triu(copying, 1).T)
    share = np.maximum(share, share.T)
    place = np.zeros(len(share), dtype=np.int64)
    left = list(range(1, len(share)))
    strongest = share[0].copy() if len(share) else np.zeros(0)
    for at in range(1, len(share)):
        chosen = max(left, key=lambda one: (strongest[one], -one))
        place[chosen] = at
        left.remove(chosen)
        strongest = np.maximum(strongest, share[chosen])
    return place


def _copied(claims: Claims, options: Options, base: Floats, couples: _Couples, local: Floats, place: Ints) -> Floats:
    """What is added to a claim's log-likelihood because it may have been copied from its likeliest ancestor.

    The ancestor is the source with the same reading, before it in the chain, with the greatest copying share there.
    """
    share = np.zeros(len(claims.group))
    source, earlier = claims.source[couples.claim], claims.source[couples.earlier]
    high, low = np.maximum(source, earlier), np.minimum(source, earlier)
    strength = local[claims.village[couples.claim], high, low]
    strength = np.where(couples.row, np.maximum(strength, ROW_COPIED), strength)
    strength = np.where(couples.same & (place[earlier] < place[source]), strength, 0.0)
    np.maximum.at(share, couples.claim, strength)
    wrong_shared = share[options.claim]
    mixed = np.log(wrong_shared + (1.0 - wrong_shared) * np.exp(base)) - base
    added: Floats = np.where(wrong_shared > 0, mixed, 0.0)
    return added


def _normalised(total: Floats, group: Ints) -> Floats:
    if not len(total):
        return total
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    size = np.diff(np.r_[starts, len(group)])
    highest = np.repeat(np.maximum.reduceat(total, starts), size)
    weight = np.exp(total - highest)
    share: Floats = weight / np.repeat(np.add.reduceat(weight, starts), size)
    return share


def _learned_rate(claims: Claims, options: Options, wrong: Floats, totals: Ints, families: tuple[str, ...]) -> Floats:
    expected = np.zeros((len(totals), len(families)))
    np.add.at(expected, (claims.source[options.claim], options.family), wrong)
    prior = np.array([PRIOR_RATE[name] for name in families])
    learned: Floats = (expected + prior * PRIOR_WEIGHT) / (totals[:, None] + PRIOR_WEIGHT)
    return np.minimum(learned, 0.3)


def _learned_copying(
    claims: Claims,
    options: Options,
    wrong: Floats,
    couples: _Couples,
    before: tuple[Floats, float],
    villages: int,
    common: int,
) -> tuple[Floats, Floats]:
    """The share of a source's mistakes that another repeats, county-wide and by village.

    Which of the two copied is not told by the data, so the share is taken of the one with fewer mistakes: whoever
    copies has all the mistakes of the other and its own besides. `common` is the family of mistakes that two systems
    make alike without any copying (a character neither of them can store), or −1. before: the shares expected before
    anything is learned, and for how many mistakes they count.
    """
    prior, weight = before
    doubt = np.zeros(len(claims.group))
    np.add.at(doubt, options.claim, np.where(options.family == common, 0.0, wrong))
    # Only mistakes that are likelier than not are heard: else a little doubt would feed on itself round by round.
    doubt = np.maximum(0.0, 2.0 * doubt - 1.0)
    low, high = claims.source[couples.earlier], claims.source[couples.claim]
    village = claims.village[couples.claim]
    both = np.where(couples.same, np.minimum(doubt[couples.claim], doubt[couples.earlier]), 0.0)
    shared = np.zeros((villages, *prior.shape))
    seen_low, seen_high = np.zeros_like(shared), np.zeros_like(shared)
    np.add.at(shared, (village, high, low), both)
    np.add.at(seen_low, (village, high, low), doubt[couples.earlier])
    np.add.at(seen_high, (village, high, low), doubt[couples.claim])
    seen = np.maximum(np.minimum(seen_low, seen_high), shared)
    whole = np.maximum(np.minimum(seen_low.sum(axis=0), seen_high.sum(axis=0)), shared.sum(axis=0))
    county = (shared.sum(axis=0) + prior * weight) / (whole + weight)
    local = (shared + county * VILLAGE_WEIGHT) / (seen + VILLAGE_WEIGHT)
    return np.minimum(county, 0.95), np.minimum(local, 0.9)
