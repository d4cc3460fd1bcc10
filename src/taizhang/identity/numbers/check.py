"""The check character of GB 11643-1999 (ISO 7064 MOD 11-2), scalar and over arrays."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999 §4.2: 2^(18-i) mod 11
CHECK_CHARACTERS = "10X98765432"  # by the weighted sum modulo 11
_CHECK_VALUES = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2], dtype=np.int64)  # the same, X as 10


def check_digit(body: str) -> str:
    """The 18th character for 17 digits. ValueError where `body` is not 17 ASCII digits."""
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise ValueError("17 digits are needed")
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def id_key(core18: str) -> int:
    """An 18-character number as one int64: 17 digits times 11 plus the check (X is 10).

    The order of keys is the order of numbers, so a county is one range. ValueError for another shape.
    """
    body, last = core18[:17], core18[17:]
    if len(core18) != 18 or not (body.isascii() and body.isdigit()) or last not in CHECK_CHARACTERS:
        raise ValueError("17 digits and a digit or X are needed")
    return int(body) * 11 + (10 if last == "X" else int(last))


def from_key(key: int) -> str:
    """The 18-character number of a key; the inverse of `id_key`."""
    body, last = divmod(key, 11)
    return f"{body:017d}{'X' if last == 10 else last}"


def from_keys(keys: npt.NDArray[np.int64]) -> pa.StringArray:
    """The numbers of many keys; row by row equal to `from_key`."""
    body, last = np.divmod(keys, 11)
    digits = pc.utf8_lpad(pa.array(body).cast(pa.string()), 17, "0")
    return pc.binary_join_element_wise(digits, pa.array(list("0123456789X")).take(pa.array(last)), "")


def valid_keys(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether each key's check character is right; one table look-up for each 6 + 6 + 5 digits."""
    body, last = np.divmod(keys, 11)
    head, tail = np.divmod(body, 100_000)
    high, middle = np.divmod(head, 1_000_000)
    high_sums, middle_sums, tail_sums = _sum_tables()
    total = high_sums[high] + middle_sums[middle]
    total += tail_sums[tail]
    return np.asarray(_CHECK_OF_SUM[total] == last)


def _sums(first: int, digits: int) -> npt.NDArray[np.uint8]:
    """The weighted sum modulo 11 of every group of `digits` digits that begins at place `first` (0-based)."""
    total = np.zeros(1, dtype=np.int64)
    for place in range(first, first + digits):
        total = (total[:, None] + np.arange(10) * WEIGHTS[place]).ravel() % 11
    return total.astype(np.uint8)


@cache
def _sum_tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Built at first use: 2 MB, and too slow for an import."""
    return _sums(0, 6), _sums(6, 6), _sums(12, 5)


_CHECK_OF_SUM = np.concatenate([_CHECK_VALUES] * 3)[:31].astype(np.int64)  # three residues add up to at most 30
