"""In which ways two characters can be mistaken for each other, for many pairs at once (identity.md §11-§13).

Characters are rows of the knowledge (a surname with a reading of its own has a row of its own), so heteronyms are
compared as sets of readings and position needs no special case.
"""

from enum import IntFlag

import numpy as np
import numpy.typing as npt

from taizhang.identity.names.knowledge import NameKnowledge, knowledge
from taizhang.identity.names.sounds import USUAL_NEAR_SOUNDS, NearSounds, sound_sets

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int32]
Truths = npt.NDArray[np.bool_]

_STROKES_APART = 2
"""Two shapes without a listed pair and without a shared part are told apart by more strokes than this."""
_STROKES_OF_A_PART = 9
"""The other part may differ by, or have, so many strokes where a part is shared."""

_LETTERS_OF_A_PART = 2
"""A component code this long that begins or ends the other one is of a character that is part of the other."""
_FEW_STROKES = 5


class Like(IntFlag):
    """Ways of likeness, strongest first; several may hold."""

    NONE = 0
    VARIANT = 1
    HOMOPHONE = 2
    NEARPHONE = 4
    SHAPE = 8
    KEY = 16


def liken(
    rows_a: Rows, rows_b: Rows, codes_a: Codes, codes_b: Codes, near: NearSounds = USUAL_NEAR_SOUNDS
) -> npt.NDArray[np.uint8]:
    """The `Like` flags of each pair of characters given by row and code point; arrays of equal length."""
    known = knowledge()
    inside_a, inside_b = np.minimum(codes_a, len(known.fold) - 1), np.minimum(codes_b, len(known.fold) - 1)
    sets = sound_sets(near)
    own_a, own_b = sets.own[rows_a], sets.own[rows_b]
    same = (own_a & own_b).any(axis=1)
    flags = np.where(known.fold[inside_a] == known.fold[inside_b], np.uint8(Like.VARIANT), np.uint8(0))
    flags |= np.where(same, np.uint8(Like.HOMOPHONE), np.uint8(0))
    flags |= np.where(~same & (sets.near[rows_a] & own_b).any(axis=1), np.uint8(Like.NEARPHONE), np.uint8(0))
    flags |= np.where(~same & (sets.key[rows_a] & own_b).any(axis=1), np.uint8(Like.KEY), np.uint8(0))
    flags |= np.where(_by_shape(known, rows_a, rows_b, codes_a, codes_b), np.uint8(Like.SHAPE), np.uint8(0))
    return flags


def _by_shape(known: NameKnowledge, a: Rows, b: Rows, codes_a: Codes, codes_b: Codes) -> Truths:
    """Listed, or sharing a part, or alike by four-corner or component code at nearly the same number of strokes."""
    low, high = np.minimum(codes_a, codes_b).astype(np.int64), np.maximum(codes_a, codes_b).astype(np.int64)
    pairs = (low << 21) | high
    place = np.minimum(np.searchsorted(known.shape_pairs, pairs), len(known.shape_pairs) - 1)
    listed = known.shape_pairs[place] == pairs
    strokes = np.abs(known.strokes[a].astype(np.int16) - known.strokes[b])
    # Few pairs come near in strokes and are unlisted; only those need their codes compared.
    at = np.flatnonzero(~listed & (a > 0) & (b > 0) & (strokes <= _STROKES_OF_A_PART))
    listed[at] = _alike_in_codes(known, a[at], b[at], strokes[at])
    result: Truths = listed
    return result


# Chosen on groups of our own by their codes alone, without the shipped list: 80 % of them are found, and 0.9 % of random
# pairs of everyday characters are (bench/names.py prints both, with the list).
def _alike_in_codes(known: NameKnowledge, a: Rows, b: Rows, strokes: npt.NDArray[np.int16]) -> Truths:
    one, other = known.phonetic[a], known.phonetic[b]
    shared = np.zeros(len(a), dtype=bool)
    for left in range(one.shape[1]):
        for right in range(other.shape[1]):
            shared |= (one[:, left] == other[:, right]) & (one[:, left] >= 0)
    corners = ((known.corners[a] == known.corners[b]) & (known.corners[a] >= 0))[:, :4].sum(axis=1)
    code_a, code_b = known.cangjie[a], known.cangjie[b]
    length_a, length_b = (code_a > 0).sum(axis=1), (code_b > 0).sum(axis=1)
    longer = np.maximum(length_a, length_b)
    from_left = ((code_a == code_b) & (code_a > 0)).sum(axis=1)
    tail = _common_tail(code_a, code_b, length_a, length_b)
    few = strokes <= _STROKES_APART
    whole_code = (longer >= 3) & (from_left >= longer - 1)
    three_corners = (corners >= 3) & (from_left >= 1) & (tail >= 1)
    two_corners = (corners >= 2) & ((tail >= 2) | ((from_left >= 2) & few))
    one_corner = (corners >= 1) & (tail >= 2) & few
    # One is a part of the other: 干轩, 王琴, 不怀.
    part = (np.minimum(length_a, length_b) >= _LETTERS_OF_A_PART) & (
        (tail == np.minimum(length_a, length_b)) | (from_left == np.minimum(length_a, length_b))
    )
    # In a character of few strokes one stroke is all the difference: 未末, 午牛, 人入.
    simple = (strokes <= 1) & (np.minimum(known.strokes[a], known.strokes[b]) <= _FEW_STROKES)
    simple &= (from_left >= 1) | (tail >= 1)
    alike: Truths = (
        shared | part | (tail >= 3) | two_corners | one_corner | simple | (few & (three_corners | whole_code))
    )
    return alike


def _common_tail(
    a: npt.NDArray[np.int8], b: npt.NDArray[np.int8], length_a: npt.NDArray[np.int64], length_b: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many letters the two codes share at their ends: the component that stands right or below."""
    tail = np.zeros(len(a), dtype=np.int64)
    running = np.ones(len(a), dtype=bool)
    index = np.arange(len(a))
    for back in range(1, a.shape[1] + 1):
        inside = (length_a >= back) & (length_b >= back)
        same = a[index, np.maximum(length_a - back, 0)] == b[index, np.maximum(length_b - back, 0)]
        running &= inside & same
        tail += running
    return tail
