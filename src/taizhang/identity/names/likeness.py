"""In which ways two characters can be mistaken for each other, for many pairs at once (identity.md §11-§13).

Characters are rows of the knowledge (a surname with a reading of its own has a row of its own), so heteronyms are
compared as sets of readings and position needs no special case.
"""

from enum import IntFlag
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from taizhang.identity.names.knowledge import NameKnowledge, knowledge

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int32]

NEAR_INITIALS: tuple[tuple[str, str], ...] = (
    ("n", "l"), ("f", "h"), ("z", "zh"), ("c", "ch"), ("s", "sh"), ("r", "l"),
)  # fmt: skip
"""Initials that local speech confuses; a county may pass its own."""
NEAR_FINALS: tuple[tuple[str, str], ...] = (
    ("an", "ang"), ("en", "eng"), ("in", "ing"), ("ian", "iang"), ("uan", "uang"), ("un", "ong"), ("o", "uo"), ("v", "i"), ("v", "u"),
)  # fmt: skip
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_STROKES_APART = 2


class Like(IntFlag):
    """Ways of likeness; several may hold."""

    NONE = 0
    VARIANT = 1
    HOMOPHONE = 2
    NEARPHONE = 4
    SHAPE = 8
    KEY = 16


def liken(rows_a: Rows, rows_b: Rows, codes_a: Codes, codes_b: Codes) -> npt.NDArray[np.uint8]:
    """The `Like` flags of each pair of characters given by row and code point; arrays of equal length."""
    known = knowledge()
    flags = np.zeros(len(rows_a), dtype=np.uint8)
    inside_a, inside_b = np.minimum(codes_a, len(known.fold) - 1), np.minimum(codes_b, len(known.fold) - 1)
    flags[known.fold[inside_a] == known.fold[inside_b]] |= np.uint8(Like.VARIANT)
    has_readings = (rows_a > 0) & (rows_b > 0)
    same, near, key = _by_sound(known, rows_a, rows_b)
    flags[has_readings & same] |= np.uint8(Like.HOMOPHONE)
    flags[has_readings & near & ~same] |= np.uint8(Like.NEARPHONE)
    flags[has_readings & key & ~same] |= np.uint8(Like.KEY)
    flags[_by_shape(known, rows_a, rows_b, codes_a, codes_b)] |= np.uint8(Like.SHAPE)
    return flags


def _by_sound(known: NameKnowledge, a: Rows, b: Rows) -> tuple[npt.NDArray[np.bool_], ...]:
    near_table, key_table = _syllable_tables()
    one, other = known.readings[a] >> 3, known.readings[b] >> 3
    both = (one[:, :, None] >= 0) & (other[:, None, :] >= 0)
    left, right = np.broadcast_arrays(one[:, :, None], other[:, None, :])
    same = (both & (left == right)).any(axis=(1, 2))
    near = (both & near_table[left, right]).any(axis=(1, 2))
    key = (both & key_table[left, right]).any(axis=(1, 2))
    return same, near, key


def _by_shape(known: NameKnowledge, a: Rows, b: Rows, codes_a: Codes, codes_b: Codes) -> npt.NDArray[np.bool_]:
    low, high = np.minimum(codes_a, codes_b).astype(np.int64), np.maximum(codes_a, codes_b).astype(np.int64)
    pairs = (low << 21) | high
    place = np.minimum(np.searchsorted(known.shape_pairs, pairs), len(known.shape_pairs) - 1)
    listed = known.shape_pairs[place] == pairs
    one, other = known.phonetic[a], known.phonetic[b]
    part = ((one[:, :, None] == other[:, None, :]) & (one[:, :, None] >= 0)).any(axis=(1, 2))
    strokes = np.abs(known.strokes[a].astype(np.int16) - known.strokes[b])
    corners = ((known.corners[a] == known.corners[b]) & (known.corners[a] >= 0))[:, :4].sum(axis=1)
    codes = ((known.cangjie[a] == known.cangjie[b]) & (known.cangjie[a] > 0)).sum(axis=1)
    length = np.maximum((known.cangjie[a] > 0).sum(axis=1), (known.cangjie[b] > 0).sum(axis=1))
    alike = ((corners >= 3) | ((length >= 3) & (codes >= length - 1))) & (strokes <= _STROKES_APART)
    known_both = (a > 0) & (b > 0)
    return np.asarray(listed | (known_both & ((part & (strokes <= 6)) | alike)))


@lru_cache(maxsize=1)
def _syllable_tables() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(near in sound, one key apart on a keyboard) for every pair of syllables."""
    syllables = knowledge().syllables
    parts = [_split(syllable) for syllable in syllables]
    initials = {pair for one, other in NEAR_INITIALS for pair in ((one, other), (other, one))}
    finals = {pair for one, other in NEAR_FINALS for pair in ((one, other), (other, one))}
    beside = _keys_beside()
    near = np.zeros((len(syllables), len(syllables)), dtype=bool)
    key = np.zeros_like(near)
    for at, (initial, final) in enumerate(parts):
        for to in range(at):
            other_initial, other_final = parts[to]
            fits = (initial == other_initial or (initial, other_initial) in initials) and (
                final == other_final or (final, other_final) in finals
            )
            near[at, to] = near[to, at] = fits
            key[at, to] = key[to, at] = _one_key_apart(syllables[at], syllables[to], beside)
    return near, key


def _split(syllable: str) -> tuple[str, str]:
    initial = next((start for start in _INITIALS if syllable.startswith(start)), "")
    return initial, syllable[len(initial) :]


def _keys_beside() -> frozenset[str]:
    rows = {pair for row in _KEY_ROWS for pair in map("".join, pairwise(row))}
    return frozenset(rows | {pair[::-1] for pair in rows})


def _one_key_apart(one: str, other: str, beside: frozenset[str]) -> bool:
    if len(one) != len(other):
        return False
    different = [x + y for x, y in zip(one, other, strict=True) if x != y]
    return len(different) == 1 and different[0] in beside
