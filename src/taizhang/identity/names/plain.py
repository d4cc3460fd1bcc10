"""Plain names, which nearly all are: two to four usual Han characters and nothing to look at twice.

They are recognised by table look-ups on code points and held as a matrix, so that a county's names are parsed and
compared without touching one by itself. Everything else goes through the scalar forms.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.knowledge.tables import CODE_POINTS
from taizhang.identity.names.vocabulary import (
    ALL_HAN,
    HONORIFICS,
    KUN_JIN_KAO,
    PLACEHOLDERS,
    RELATION_NOTES,
    STATE_NOTES,
)

LONGEST = 4
_SHIFT = 21  # bits of a code point
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CodePoints:
    """All code points of a column of texts without nulls, and where each text begins."""

    codes: Codes
    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, texts: pa.StringArray) -> "CodePoints":
        """Decode the Arrow buffer in one go."""
        lengths = pc.utf8_length(texts).to_numpy().astype(np.int64)
        joined = "".join(texts.to_pylist()) if texts.offset else _buffer(texts)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int32)
        return cls(codes, np.cumsum(lengths) - lengths, lengths)

    def matrix(self, width: int = LONGEST) -> Codes:
        """The first `width` code points of each text, 0 behind its end."""
        padded = np.concatenate([self.codes, np.zeros(width, np.int32)])
        places = self.starts[:, None] + np.arange(width)
        return np.where(np.arange(width) < self.lengths[:, None], padded[places], 0).astype(np.int32)


def _buffer(texts: pa.StringArray) -> str:
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return ""
    end = int(np.frombuffer(offsets, dtype=np.int32, count=len(texts) + 1)[-1])
    return bytes(memoryview(data)[:end]).decode()


def is_plain(points: CodePoints) -> Truths:
    """Which texts `parse_name` would return unchanged and without a defect; False where it needs a look."""
    matrix = points.matrix()
    lengths = points.lengths
    inside = np.arange(LONGEST) < lengths[:, None]
    usual = _usual()[np.minimum(matrix, CODE_POINTS - 1)] | ~inside
    plain = (lengths >= 2) & (lengths <= LONGEST) & usual.all(axis=1)
    at = np.flatnonzero(plain)
    names, last = matrix[at].astype(np.int64), lengths[at] - 1
    index = np.arange(len(at))
    first_two = (names[:, 0] << _SHIFT) | names[:, 1]
    last_two = (names[index, last - 1] << _SHIFT) | names[index, last]
    beginnings, endings = _words()
    plain[at] = ~(
        np.isin(first_two, beginnings) | np.isin(last_two, endings) | _may_be_misread(matrix[at], lengths[at])
    )
    return plain


def _may_be_misread(names: Codes, lengths: Ints) -> Truths:
    """Whether the GBK bytes begin like UTF-8 of Han: then the text may be a wrong decoder's."""
    known = knowledge()
    one, two = (known.gbk[known.row_of[names[:, place]]] for place in (0, 1))
    trail = one & 0xFF
    result: Truths = (
        (lengths >= 3) & (one >= 0xE000) & (trail >= 0x80) & (trail < 0xC0) & (two >= 0x8000) & (two < 0xC000)
    )
    return result


@lru_cache(maxsize=1)
def _usual() -> Truths:
    """By code point: a character of the standard table, not Traditional, without a meaning of its own in name cells."""
    known = knowledge()
    usual = (known.level[known.row_of] > 0) & ~known.traditional[known.row_of]
    usual[[ord(character) for character in "某氏" + KUN_JIN_KAO]] = False
    usual[:0x4E00] = False
    usual[0xA000:] = False
    return usual


@lru_cache(maxsize=1)
def _words() -> tuple[Ints, Ints]:
    """First two characters of placeholders; last two of remarks that stand behind names."""
    placeholders = (word for word in PLACEHOLDERS if len(word) > 1 and ALL_HAN.fullmatch(word))
    beginnings = {(ord(word[0]) << _SHIFT) | ord(word[1]) for word in placeholders}
    beginnings |= {(ord(word[0]) << _SHIFT) | ord(word[1]) for word in (*HONORIFICS, *STATE_NOTES)}
    remarks = (*HONORIFICS, *STATE_NOTES, *RELATION_NOTES)
    endings = {(ord(word[-2]) << _SHIFT) | ord(word[-1]) for word in remarks}
    return np.array(sorted(beginnings), np.int64), np.array(sorted(endings), np.int64)


@lru_cache(maxsize=1)
def _compounds() -> tuple[Ints, npt.NDArray[np.int32]]:
    """Sorted keys of compound surnames, and the rows of their two characters."""
    found = sorted(((ord(s[0]) << _SHIFT) | ord(s[1]), rows) for s, rows in knowledge().compound_rows.items())
    return np.array([key for key, _ in found], np.int64), np.array([rows for _, rows in found], np.int32)


def rows_of_points(points: CodePoints) -> tuple[npt.NDArray[np.int32], Ints]:
    """(knowledge row of every code point, its first characters read as a surname; length of each surname)."""
    known = knowledge()
    inside = np.minimum(points.codes, CODE_POINTS - 1)
    rows = np.where(points.codes < CODE_POINTS, known.row_of[inside], 0).astype(np.int32)
    firsts = points.starts[points.lengths > 0]
    rows[firsts] = np.where(points.codes[firsts] < CODE_POINTS, known.surname_row_of[inside[firsts]], 0)
    surname = np.ones(len(points.lengths), np.int64)
    at = np.flatnonzero(points.lengths > 2)
    starts = points.starts[at]
    keys, pairs = _compounds()
    wanted = (points.codes[starts].astype(np.int64) << _SHIFT) | points.codes[starts + 1]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    hit = keys[place] == wanted
    surname[at[hit]] = 2
    rows[starts[hit]] = pairs[place[hit], 0]
    rows[starts[hit] + 1] = pairs[place[hit], 1]
    return rows, surname
