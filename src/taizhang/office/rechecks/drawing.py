"""The draw itself: which of many, by town and kind, from a seed; a pure function that anybody can repeat.

Within a stratum findings are ordered by SHA-256 of `seed:finding`, and the first are taken: no generator of random
numbers whose algorithm a later release may change.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """One finding that was drawn. drawn of size were taken from its stratum."""

    finding_id: str
    town: str
    group: str
    size: int
    drawn: int


def draw(closed: Iterable[tuple[str, str, str]], *, seed: str, share: int) -> list[Drawn]:
    """Draw from closed findings, given as (finding, town, group of its rule).

    share: per cent of every stratum, rounded up, so that at least one is drawn from each.
    """
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding_id, town, group in closed:
        strata[town, group].append(finding_id)
    found = []
    for (town, group), members in sorted(strata.items()):
        count = -(-len(members) * share // 100)
        chosen = sorted(members, key=lambda one: _rank(seed, one))[:count]
        found += [Drawn(one, town, group, len(members), count) for one in chosen]
    return found


def seed_of(head: str, *terms: object) -> str:
    """The seed of a draw: from the digest of the ledger's last entry before it, which nobody can choose, and its terms."""
    return hashlib.sha256("|".join([head, *map(str, terms)]).encode()).hexdigest()


def _rank(seed: str, finding_id: str) -> bytes:
    return hashlib.sha256(f"{seed}:{finding_id}".encode()).digest()
