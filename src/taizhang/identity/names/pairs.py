"""Many pairs of names compared at once; equal to comparing them one by one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from taizhang.identity.names.columnar import set_text
from taizhang.identity.names.compare import CREDIT, UNLIKE, WHOLE, Difference, NameRelation, compared, explained
from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.likeness import Like, liken
from taizhang.identity.names.parse import NameParse, parse_name
from taizhang.identity.names.plain import LONGEST, CodePoints, Codes, Ints, Truths, is_plain, rows_of_points
from taizhang.identity.names.sounds import USUAL_NEAR_SOUNDS, NearSounds
from taizhang.identity.names.vocabulary import GRADES, NameCode

_CODES = tuple(NameCode)
_BIT = {code: np.int64(1 << place) for place, code in enumerate(_CODES)}
_LABELS = (NameCode.VARIANT, NameCode.HOMOPHONE, NameCode.NEARPHONE, NameCode.SHAPE, NameCode.KEY)
_FLAGS = 1 << len(_LABELS)


@dataclass(frozen=True, eq=False)
class _Names:
    """Plain names as matrices of four columns, 0 behind the end."""

    codes: Codes
    rows: npt.NDArray[np.int32]
    folded: Codes
    length: Ints
    surname: Ints

    def take(self, at: Ints) -> "_Names":
        """Some of them, or some of them again."""
        return _Names(self.codes[at], self.rows[at], self.folded[at], self.length[at], self.surname[at])

    def given(self) -> Codes:
        """The code points behind the surname."""
        padded = np.pad(self.codes, ((0, 0), (0, 2)))
        return np.take_along_axis(padded, self.surname[:, None] + np.arange(LONGEST), axis=1)


def compare_name_pairs(a: pa.StringArray, b: pa.StringArray, *, near: NearSounds = USUAL_NEAR_SOUNDS) -> pa.Table:
    """Compare pairs of names row by row; equal to `compare_names`.

    a, b: arrays of Arrow of one length, chunked or not. Returns a table with code, grade (null where a name is missing), also (set text or null) and similarity. A pair that
    comes again, also the other way round, is compared once. near: as for `compare_names`. Raises TypeError for what is no array.
    """
    cells = pa.chunked_array([*_chunks(a), *_chunks(b)], pa.string()).combine_chunks().dictionary_encode()
    distinct: pa.StringArray = cells.dictionary
    count = len(distinct)
    index = cells.indices.fill_null(count).to_numpy().astype(np.int64)
    left, right = index[: len(a)], index[len(a) :]
    keys = np.minimum(left, right) * (count + 1) + np.maximum(left, right)
    unique, back = np.unique(keys, return_inverse=True)
    one, other = np.divmod(unique, count + 1)
    found, similarity = _compared(distinct, one, other, near)
    return _table(found[back], similarity[back])


def _chunks(texts: pa.StringArray) -> list[pa.Array]:
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        raise TypeError(f"a column is an array of Arrow, not a {type(texts).__name__}: give pyarrow.array(column)")
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return [chunk.cast(pa.string()) for chunk in chunks]


def _compared(
    distinct: pa.StringArray, one: Ints, other: Ints, near: NearSounds
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """(codes that fit as bits, similarity) of pairs of places among the distinct cells; the last place is null."""
    points = CodePoints.of(distinct)
    plain = np.append(is_plain(points), False)
    found = np.full(len(one), _BIT[NameCode.SAME])
    similarity = np.ones(len(one))
    vector = plain[one] & plain[other]
    at = np.flatnonzero(vector & (one != other))
    names = _names(points)
    found[at], similarity[at] = _compared_plain(names.take(one[at]), names.take(other[at]), near)
    texts = [*distinct.to_pylist(), None]
    at = np.flatnonzero(~vector)
    needed = np.unique([one[at], other[at]]).tolist()
    parses = {place: NameParse(texts[place]) if plain[place] else parse_name(texts[place]) for place in needed}
    sides = [(parses[i], parses[j]) for i, j in zip(one[at].tolist(), other[at].tolist(), strict=True)]
    for place, i, j, relation in zip(
        at.tolist(), one[at].tolist(), other[at].tolist(), _explained(sides, near), strict=True
    ):
        told = relation or compared(texts[i], texts[j])
        found[place] = sum(int(_BIT[code]) for code in (told.code, *told.also))
        similarity[place] = told.similarity
    return found, similarity


def _explained(sides: list[tuple[NameParse, NameParse]], near: NearSounds) -> list[NameRelation | None]:
    """Different names that need a look, one by one but with all their characters likened in one go; None for others."""
    equal = [
        place
        for place, (one, other) in enumerate(sides)
        if one.text and other.text and one.text != other.text and len(one.text) == len(other.text)
    ]
    points = [CodePoints.of(pa.array([sides[place][side].text for place in equal], pa.string())) for side in (0, 1)]
    places = np.flatnonzero(points[0].codes != points[1].codes)
    (codes_a, rows_a), (codes_b, rows_b) = ((p.codes[places], rows_of_points(p)[0][places]) for p in points)
    flags = liken(rows_a, rows_b, codes_a, codes_b, near)
    owners = np.searchsorted(points[0].starts, places, side="right") - 1
    within = places - points[0].starts[owners]
    likes = [Like(flag) for flag in range(_FLAGS)]  # to make one costs as much as all that is done with it
    differences: list[list[Difference]] = [[] for _ in sides]
    for owner, at, a, b, flag in zip(*(v.tolist() for v in (owners, within, codes_a, codes_b, flags)), strict=True):
        differences[equal[owner]].append(Difference(at + 1, chr(a), chr(b), likes[flag]))
    return [
        None if not one.text or not other.text or one.text == other.text else explained(one, other, tuple(found))
        for (one, other), found in zip(sides, differences, strict=True)
    ]


def _names(points: CodePoints) -> _Names:
    flat, surname = rows_of_points(points)
    codes = points.matrix()
    rows = CodePoints(flat, points.starts, points.lengths).matrix()
    fold = knowledge().fold
    return _Names(codes, rows, fold[np.minimum(codes, len(fold) - 1)], points.lengths, surname)


def _compared_plain(a: _Names, b: _Names, near: NearSounds) -> tuple[Ints, npt.NDArray[np.float64]]:
    """The same explanations as `compare.explained`, for names that need no others."""
    alike = a.length == b.length
    differs = (a.codes != b.codes) & alike[:, None]
    likes = np.zeros(differs.shape, dtype=np.uint8)
    likes[differs] = liken(a.rows[differs], b.rows[differs], a.codes[differs], b.codes[differs], near)
    count = differs.sum(axis=1)
    found = np.where(alike, _codes_of(likes, differs, count, a.length), 0)
    order = alike & (a.folded != b.folded).any(axis=1)
    order &= (np.sort(a.folded, axis=1) == np.sort(b.folded, axis=1)).all(axis=1)
    found |= np.where(order, _BIT[NameCode.ORDER], 0)
    found |= np.where(_has_extra(a, b) | _has_extra(b, a), _BIT[NameCode.EXTRA], 0)
    found = np.where(found == 0, _unexplained(a, b, count), found)
    return found, _similarity(found, likes, count, a, alike)


def _codes_of(likes: npt.NDArray[np.uint8], differs: Truths, count: Ints, length: Ints) -> Ints:
    """`compare.codes_of` for many: what explains all differences alike, else the weakest of each one's best."""
    whole = (count == length) & (length > 1)
    allowed = np.where(whole, np.uint8(Like.VARIANT | Like.HOMOPHONE), np.uint8(_FLAGS - 1))
    usable = np.where(differs, likes & allowed[:, None], np.uint8(_FLAGS - 1))
    common = np.bitwise_and.reduce(usable, axis=1)
    best = usable & (~usable + np.uint8(1))  # the lowest bit: the strongest likeness of each place
    weakest = np.where((usable != 0).all(axis=1), np.where(differs, best, 0).max(axis=1), 0)
    as_codes = np.array(
        [sum(int(_BIT[code]) for place, code in enumerate(_LABELS) if flags >> place & 1) for flags in range(_FLAGS)]
    )
    return np.where(count > 0, as_codes[np.where(common, common, weakest)], 0)


def _has_extra(a: _Names, b: _Names) -> Truths:
    """Whether `a` is `b` with one character more."""
    found = np.zeros(len(a.length), dtype=bool)
    fits = (a.length == b.length + 1) & (b.length >= 2)
    for place in range(LONGEST):
        without = np.pad(np.delete(a.folded, place, axis=1), ((0, 0), (0, 1)))
        found |= fits & (place < a.length) & (without == b.folded).all(axis=1)
    return found


def _unexplained(a: _Names, b: _Names, count: Ints) -> Ints:
    same_surname = (a.surname == b.surname) & (a.codes[:, 0] == b.codes[:, 0])
    same_surname &= (a.surname == 1) | (a.codes[:, 1] == b.codes[:, 1])
    same_given = (a.given() == b.given()).all(axis=1)
    choices = [same_surname & (count == 1), same_given, same_surname]
    codes = [_BIT[NameCode.ONECHAR], _BIT[NameCode.SURNAME], _BIT[NameCode.GIVEN]]
    return np.select(choices, codes, _BIT[NameCode.DISJOINT])


def _similarity(
    found: Ints, likes: npt.NDArray[np.uint8], count: Ints, a: _Names, alike: Truths
) -> npt.NDArray[np.float64]:
    first = found & -found
    credits_of = np.array(
        [max((value for flag, value in CREDIT.items() if flags & flag), default=0) for flags in range(_FLAGS)]
    )
    by_place = (100 * (a.length - count) + credits_of[likes].sum(axis=1)) / (100 * a.length)
    similarity = np.where(alike, by_place, 0.0)
    for code, value in UNLIKE.items():
        similarity[~alike & (first == _BIT[code])] = value
    for code, value in WHOLE.items():
        similarity[first == _BIT[code]] = value
    return similarity


def _table(found: Ints, similarity: npt.NDArray[np.float64]) -> pa.Table:
    unique, back = np.unique(found, return_inverse=True)
    fitting = [[code for code in _CODES if int(mask) & int(_BIT[code])] for mask in unique]
    rows = pa.array(back)
    return pa.table(
        {
            "code": pa.array([codes[0].value for codes in fitting], pa.string()).take(rows),
            "grade": pa.array([GRADES[codes[0]] for codes in fitting], pa.string()).take(rows),
            "also": pa.array([set_text(tuple(codes[1:])) for codes in fitting], pa.string()).take(rows),
            "similarity": pa.array(similarity, pa.float64()),
        }
    )
