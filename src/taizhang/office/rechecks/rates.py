"""How often a second look finds that it does not hold, with how far that can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""Two-sided 95 %."""


@dataclass(frozen=True)
class Rate:
    """decided, failed: of how many rechecks; share: of the closed findings they stand for; low, high: its interval."""

    decided: int
    failed: int
    share: float
    low: float
    high: float


def rate_of(outcomes: Sequence[tuple[bool, float]]) -> Rate | None:
    """The share that does not hold, from (failed, weight); None without any.

    weight: how many closed findings the drawn one stands for. The interval is Wilson's score interval at 95 % for the
    weighted share, with Kish's effective number (Σw)² / Σw² in place of the number; that the population is finite is
    left out of account, so it is rather too wide than too narrow.
    """
    if not outcomes:
        return None
    total = sum(weight for _failed, weight in outcomes)
    share = sum(weight for failed, weight in outcomes if failed) / total
    n = total**2 / sum(weight**2 for _failed, weight in outcomes)
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    failed = sum(failed for failed, _weight in outcomes)
    return Rate(len(outcomes), failed, share, max(0.0, centre - half), min(1.0, centre + half))
