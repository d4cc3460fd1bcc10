"""Named streams of chance: one seed, many independent generators.

Every part of the sample draws from its own stream, so that a change in one part (a new kind of error, another
layout) leaves what the other parts draw as it was.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

T = TypeVar("T")
Chance = np.random.Generator


def stream(seed: int, *path: str | int) -> Chance:
    """The generator of one part of the sample.

    seed: the county's seed; path: names of the part, e.g. ``("errors", "ledger")``. The same seed and path always
    give the same draws, on every machine (PCG64 seeded from BLAKE2b of both).
    """
    text = "/".join([str(seed), *map(str, path)])
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def pick(chance: Chance, among: Sequence[T]) -> T:
    """One of several, each equally likely."""
    return among[int(chance.integers(len(among)))]


class Dice:
    """Single draws at the price of a list access: uniforms of a stream, drawn by the block."""

    BLOCK = 1 << 14

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._left: list[float] = []

    def roll(self) -> float:
        """A number in [0, 1)."""
        if not self._left:
            self._left = self._chance.random(self.BLOCK).tolist()
        return self._left.pop()

    def under(self, share: float) -> bool:
        """True in this share of the calls."""
        return self.roll() < share

    def number(self, first: int, last: int) -> int:
        """A whole number from first to last, both possible."""
        return first + int(self.roll() * (last - first + 1))

    def of(self, among: Sequence[T]) -> T:
        """One of several, each equally likely."""
        return among[int(self.roll() * len(among))]

    def by_weight(self, among: Sequence[T], cumulated: Sequence[float]) -> T:
        """One of several by cumulated weights whose last is 1."""
        return among[bisect_right(cumulated, self.roll())]


def cumulate(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights of any scale as cumulated shares, the last exactly above every draw."""
    total = sum(weights)
    shares = list(accumulate(weight / total for weight in weights))
    shares[-1] = 1.0
    return tuple(shares)
