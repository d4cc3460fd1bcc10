"""Numbers of persons as arithmetic on int64, and the same in words; no code of the product is used to make them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])  # GB 11643-1999
CHECKS = b"10X98765432"


def digit_matrix(values: Ints, width: int) -> npt.NDArray[np.uint8]:
    """The decimal digits of each value, `width` columns."""
    digits = np.empty((len(values), width), np.uint8)
    rest = values.copy()
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        digits[:, place] = digit
    return digits


def number_texts(body: Ints) -> pa.StringArray:
    """Bodies of 17 digits as full numbers of 18 characters."""
    digits = digit_matrix(body, 17)
    check = (digits * WEIGHTS).sum(axis=1) % 11
    text = np.empty((len(body), 18), np.uint8)
    text[:, :17] = digits + 48
    text[:, 17] = np.frombuffer(CHECKS, np.uint8)[check]
    return fixed_texts(text)


def padded_texts(values: Ints, width: int) -> pa.StringArray:
    """Each value as text of `width` digits."""
    return fixed_texts(digit_matrix(values, width) + 48)


def fixed_texts(text: npt.NDArray[np.uint8]) -> pa.StringArray:
    """Rows of ASCII bytes as texts."""
    offsets = np.arange(len(text) + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))


def with_check(body: str) -> str:
    """A body of 17 digits with its check character."""
    return body + chr(CHECKS[sum(int(digit) * int(weight) for digit, weight in zip(body, WEIGHTS, strict=True)) % 11])


def bodies(area: Ints, born: Ints, sex: Ints, first: Ints) -> Ints:
    """Bodies of persons of an area born on a day (YYYYMMDD), all different; sex 0 male, 1 female.

    first: any number; people of one area, day and sex are numbered on from the first of theirs.
    """
    group = (area * 10**8 + born) * 2 + sex
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]]
    begin = np.flatnonzero(starts)
    which = np.cumsum(starts) - 1
    rank = np.arange(len(group)) - begin[which]
    sequence = np.empty(len(group), np.int64)
    sequence[order] = 2 * ((first[order][begin][which] + rank) % 499) + 1 + sex[order]
    return (area * 10**8 + born) * 1000 + sequence
