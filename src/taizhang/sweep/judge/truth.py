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
from taizhang.sweep.link.features import MISSING, Floats, Ints

ROUNDS = 6
DECLARED, UNDECLARED = 0.3, 0.01
"""Share of an ancestor's mistakes that a source repeats, before anything is learned."""
COPY_WEIGHT, VILLAGE_WEIGHT = 10.0, 10.0
"""Mistakes the prior share counts for in the county, and the county's in one village before anything is learned."""
MOST_WEIGHT = 300.0
"""The same in a village at most."""
PAIRS_WEIGHT = 400.0
"""Pairs of mistakes in one village, by the variance of one's being copied, for which that counts: those of five villages with
twenty mistakes, a third of them copied."""
ROW_COPIED = 0.9
"""Share of mistakes that a row repeats of another with whose other mistake it agrees: whoever copies takes both cells."""
KNOWN_WEIGHT = 300.0
"""The same for a share that another field has told: the field's own mistakes must be many to deny it."""


@dataclass(frozen=True)
class Claims:
    """Who says what, one row a person and source (the first record of a source that holds a person twice).

    group: person, 0-based and ascending. source: source number, ascending within a person. value: position in the person's candidates over all
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
    """(claim, candidate) of one person: all combinations that can be in doubt or wrong.

    A right claim of a person's only candidate is left out: it is right whatever is learned.
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
    where two claims stand in rows that another field shows to be copies of each other, MISSING where it shows nothing.
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
    right = claims.value[options.claim] == options.candidate
    mistakes = _mistakes(claims, options, right, families)
    couples = _couples(claims, sources, same_text, same_row)
    readings = couples.only(couples.same & couples.touching(options.claim))
    repeated = couples.only(couples.touching(mistakes.claim[mistakes.is_own]))
    villages = int(claims.village.max()) + 1 if len(claims.village) else 0
    local = np.zeros((villages, sources, sources)) + copying
    posterior, weights = np.zeros(len(candidates.group)), EXPECTED
    for _ in range(ROUNDS):
        base = _claim_given(claims, options, right, rate)
        shift = _copied(claims, options, base, readings, local, _chained(copying))
        total = candidates.prior.copy()
        np.add.at(total, options.candidate, base + shift)
        if habits is not None:
            weights = habits.learned(_normalised(total, candidates.group), weights)
            total += habits.heard(weights)
        posterior = _normalised(total, candidates.group)
        wrong = posterior[mistakes.candidate]
        rate = _learned_rate(mistakes, wrong, totals, families)
        copying, local = _learned_copying(claims, mistakes, wrong, repeated, (prior_copy, weight), villages)
    return Judged(posterior, rate, copying)


def _claim_given(claims: Claims, options: Options, right: NDArray[np.bool_], rate: Floats) -> Floats:
    source = claims.source[options.claim]
    sound = np.log(np.maximum(1e-6, 1.0 - rate.sum(axis=1)))
    return np.where(right, sound[source], np.log(rate)[source, options.family] + options.one_of)


@dataclass(frozen=True)
class _Mistakes:
    """The options in which the claim is wrong.

    cell: source × family, as a place in the table of rates read row by row. is_own: it is not of a family that two systems
    make alike without any copying (a character neither of them can store).
    """

    claim: Ints
    candidate: Ints
    cell: Ints
    is_own: NDArray[np.bool_]


def _mistakes(claims: Claims, options: Options, right: NDArray[np.bool_], families: tuple[str, ...]) -> _Mistakes:
    at = np.flatnonzero(~right)
    claim, family = options.claim[at], options.family[at]
    alike = families.index("form") if "form" in families else -1
    return _Mistakes(claim, options.candidate[at], claims.source[claim] * len(families) + family, family != alike)


@dataclass(frozen=True)
class _Couples:
    """Every two claims of a person in two sources.

    high, low: the claim of the source with the greater number, and the other. pair: the two sources, as a place in a table
    of sources × sources read row by row, at the greater one's row. same: both read the same. row: their rows are copies.
    """

    high: Ints
    low: Ints
    pair: Ints
    same: NDArray[np.bool_]
    row: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_]) -> "_Couples":
        """The chosen ones."""
        ends = self.high[chosen], self.low[chosen]
        return _Couples(*ends, self.pair[chosen], self.same[chosen], self.row[chosen])

    def touching(self, claims: Ints) -> NDArray[np.bool_]:
        """Which have one of these claims."""
        wanted = np.zeros(int(self.high.max(initial=-1)) + 1, dtype=bool)
        wanted[claims[claims < len(wanted)]] = True
        found: NDArray[np.bool_] = wanted[self.high] | wanted[self.low]
        return found


def _couples(claims: Claims, sources: int, same_text: Ints, same_row: Ints | None) -> _Couples:
    before = np.arange(len(claims.group)) - np.searchsorted(claims.group, claims.group, side="left")
    high = np.repeat(np.arange(len(claims.group)), before)
    low = high - np.repeat(np.cumsum(before), before) + np.arange(len(high))
    different = claims.source[high] != claims.source[low]
    high, low = high[different], low[different]
    row = np.zeros(len(high), dtype=bool)
    if same_row is not None:
        row = (same_row[high] == same_row[low]) & (same_row[high] != MISSING)
    pair = claims.source[high] * sources + claims.source[low]
    return _Couples(high, low, pair, same_text[high] == same_text[low], row)


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


def _copied(claims: Claims, options: Options, base: Floats, readings: _Couples, local: Floats, place: Ints) -> Floats:
    """What is added to a claim's log-likelihood because it may have been copied from its likeliest ancestor.

    The ancestor is the source with the same reading, before it in the chain, with the greatest copying share there.
    """
    goes_up = (place[None, :] < place[:, None]).reshape(-1)[readings.pair]
    copy = np.where(goes_up, readings.high, readings.low)
    strength = local.reshape(len(local), place.size**2)[claims.village[copy], readings.pair]
    strength = np.where(readings.row, np.maximum(strength, ROW_COPIED), strength)
    share = np.zeros(len(claims.group))
    np.maximum.at(share, copy, strength)
    shared = share[options.claim]
    at = np.flatnonzero(shared > 0)
    added = np.zeros(len(base))
    added[at] = np.log(shared[at] + (1.0 - shared[at]) * np.exp(base[at])) - base[at]
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


def _learned_rate(mistakes: _Mistakes, wrong: Floats, totals: Ints, families: tuple[str, ...]) -> Floats:
    shape = len(totals), len(families)
    expected = np.bincount(mistakes.cell, wrong, shape[0] * shape[1]).reshape(shape)
    prior = np.array([PRIOR_RATE[name] for name in families])
    learned: Floats = (expected + prior * PRIOR_WEIGHT) / (totals[:, None] + PRIOR_WEIGHT)
    return np.minimum(learned, 0.3)


def _learned_copying(
    claims: Claims, mistakes: _Mistakes, wrong: Floats, couples: _Couples, before: tuple[Floats, float], villages: int
) -> tuple[Floats, Floats]:
    """The share of a source's mistakes that another repeats, county-wide and by village.

    Which of the two copied is not told by the data, so the share is taken of the one with fewer mistakes: whoever
    copies has all the mistakes of the other and its own besides. couples: those of which one may be a mistake. before: the
    shares expected before anything is learned, and for how many mistakes they count.
    """
    prior, weight = before
    doubt = np.bincount(mistakes.claim[mistakes.is_own], wrong[mistakes.is_own], len(claims.group))
    # Only mistakes that are likelier than not are heard: else a little doubt would feed on itself round by round.
    doubt = np.maximum(0.0, 2.0 * doubt - 1.0)
    cell = claims.village[couples.high] * prior.size + couples.pair

    def summed(told: Floats) -> Floats:
        found: Floats = np.bincount(cell, told, villages * prior.size).astype(np.float64, copy=False)
        return found.reshape(villages, *prior.shape)

    seen_high, seen_low = doubt[couples.high], doubt[couples.low]
    shared = summed(np.where(couples.same, np.minimum(seen_high, seen_low), 0.0))
    high, low = summed(seen_high), summed(seen_low)
    seen = np.maximum(np.minimum(low, high), shared)
    whole = np.maximum(np.minimum(low.sum(axis=0), high.sum(axis=0)), shared.sum(axis=0))
    county = (shared.sum(axis=0) + prior * weight) / (whole + weight)
    weight_here = village_weight(shared, seen, county)
    local = (shared + county * weight_here) / (seen + weight_here)
    return np.minimum(county, 0.95), np.minimum(local, 0.9)


def village_weight(shared: Floats, seen: Floats, county: Floats) -> float:
    """For how many mistakes of a village the county's share counts: the fewer, the more the villages differ beyond chance.

    shared, seen: mistakes repeated and made, village × source × source. county: the share. By moments of the beta-binomial
    distribution, whose correlation within a village is one by the weight and one.
    """
    chance = county * (1.0 - county)
    beyond = ((shared - seen * county) ** 2 - seen * chance).sum()
    possible = (seen * np.maximum(0.0, seen - 1.0) * chance).sum()
    alike = (beyond + PAIRS_WEIGHT / (VILLAGE_WEIGHT + 1.0)) / (possible + PAIRS_WEIGHT)
    return float(1.0 / np.clip(alike, 1.0 / (MOST_WEIGHT + 1.0), 0.5) - 1.0)
