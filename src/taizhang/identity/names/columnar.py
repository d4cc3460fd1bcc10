"""A whole column of names at once: what each says, and keys for joining names that may be the same."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.parse import NameParse, parse_name
from taizhang.identity.names.plain import CodePoints, is_plain, rows_of_points
from taizhang.identity.names.vocabulary import KUN_JIN_KAO, LOSS_MARKS

MOST_SOUND_KEYS = 8


@dataclass(frozen=True, slots=True)
class NameColumns:
    """The parse of a column with its comparison keys; every array as long as the input.

    text, note, alias: pa.StringArray. name_id: int64 array, 0 where there is no name. defects: set text or null.
    fold: the name with each character as the representative of its equivalence set (joins only, never a value).
    sound: toneless syllables, surname read as a surname, ``?`` where no reading is known. sound_keys: every combination
    of readings, at most 8. pattern: the name with ``_`` for each lost character, null where none is lost.
    """

    text: pa.StringArray
    name_id: npt.NDArray[np.int64]
    defects: pa.StringArray
    note: pa.StringArray
    alias: pa.StringArray
    fold: pa.StringArray
    sound: pa.StringArray
    sound_keys: pa.ListArray
    pattern: pa.StringArray


def name_id(text: str) -> int:
    """The stable id of a normalised name: first 8 bytes of its BLAKE2b, signed, big-endian."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def set_text(values: tuple[str, ...]) -> str | None:
    """Codes as the one text form of sets: ``|A|B|`` sorted, None for the empty set."""
    return f"|{'|'.join(sorted(values))}|" if values else None


def parse_names(texts: pa.StringArray) -> NameColumns:
    """Parse a column; the same as `parse_name` row by row, each distinct cell once."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = texts.cast(pa.string()).dictionary_encode()
    distinct: pa.StringArray = encoded.dictionary
    odd = np.flatnonzero(~is_plain(CodePoints.of(distinct)))
    parses = [parse_name(cell) for cell in distinct.take(pa.array(odd)).to_pylist()]
    names = _scattered(distinct, odd, [parse.text for parse in parses])
    held = names.fill_null("")
    points = CodePoints.of(held)
    rows = encoded.indices
    nothing = pa.nulls(len(distinct), pa.string())
    absent = names.is_null()
    sound, sound_keys = _sounds(points)
    pattern = _scattered(nothing, odd, [_pattern(parse) for parse in parses])
    defects = _scattered(nothing, odd, [set_text(parse.defects) for parse in parses]).take(rows)
    ids = np.array([name_id(name) if name else 0 for name in held.to_pylist()], dtype=np.int64)
    missing = np.append(ids, 0)  # a null cell has no place among the distinct cells
    return NameColumns(
        text=names.take(rows),
        name_id=missing[rows.fill_null(len(ids)).to_numpy().astype(np.int64)],
        defects=pc.if_else(rows.is_null(), pa.scalar(set_text(parse_name(None).defects)), defects),
        note=_scattered(nothing, odd, [parse.note for parse in parses]).take(rows),
        alias=_scattered(nothing, odd, [parse.alias for parse in parses]).take(rows),
        fold=pc.if_else(absent, None, _fold(points)).take(rows),
        sound=pc.if_else(absent, None, sound).take(rows),
        sound_keys=pc.if_else(absent, None, sound_keys).take(rows),
        pattern=pattern.take(rows),
    )


def _scattered(base: pa.StringArray, places: npt.NDArray[np.int64], values: list[str | None]) -> pa.StringArray:
    """`base` with other values at some places."""
    if not len(places):
        return base
    mask = np.zeros(len(base), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(base, pa.array(mask), pa.array(values, pa.string()))


def _fold(points: CodePoints) -> pa.StringArray:
    table = knowledge().fold
    inside = points.codes < len(table)
    return _texts(np.where(inside, table[np.where(inside, points.codes, 0)], points.codes), points)


def _texts(codes: npt.NDArray[np.int32], points: CodePoints) -> pa.StringArray:
    """Code points back to texts of the same lengths, without touching one by itself."""
    data = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")
    size = 1 + (codes > 0x7F) + (codes > 0x7FF) + (codes > 0xFFFF)
    ends = np.concatenate([[0], np.cumsum(size)])
    offsets = ends[np.concatenate([points.starts, [len(codes)]])].astype(np.int32)
    return pa.StringArray.from_buffers(len(points.lengths), pa.py_buffer(offsets), pa.py_buffer(data))


@lru_cache(maxsize=1)
def _readings() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int64]]:
    """By row: different syllables, likeliest first and padded with the id of "unknown"; and how many there are."""
    known = knowledge()
    unknown = len(known.syllables)
    syllables = np.where(known.readings >= 0, known.readings >> 3, unknown)
    for place in range(1, syllables.shape[1]):
        again = (syllables[:, :place] == syllables[:, place : place + 1]).any(axis=1)
        syllables[again, place] = unknown
    order = np.argsort(syllables == unknown, axis=1, kind="stable")
    packed = np.take_along_axis(syllables, order, axis=1)
    return packed.astype(np.int16), np.maximum(1, (packed != unknown).sum(axis=1))


def _sounds(points: CodePoints) -> tuple[pa.StringArray, pa.ListArray]:
    """The likeliest reading of each text, and every combination of readings up to `MOST_SOUND_KEYS`."""
    words = pa.array([*knowledge().syllables, "?"], pa.string())
    packed, counts = _readings()
    rows, _ = rows_of_points(points)

    def spoken(syllables: npt.NDArray[np.int16], lengths: npt.NDArray[np.int64]) -> pa.StringArray:
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(syllables))), " ")

    several = counts[rows]
    combinations = np.ones(len(points.lengths), np.int64)
    filled = points.lengths > 0
    if filled.any():
        capped = np.minimum(np.log2(several), 4.0)  # sums of logarithms: products of long texts would overflow
        exponents = np.add.reduceat(capped, points.starts[filled])
        combinations[filled] = np.minimum(np.round(np.exp2(np.minimum(exponents, 4.0))), MOST_SOUND_KEYS)
    owner = np.repeat(np.arange(len(combinations)), combinations)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(combinations) - combinations, combinations)
    lengths = points.lengths[owner]
    ends = np.cumsum(lengths)
    text = np.repeat(np.arange(len(owner)), lengths)
    within = np.arange(len(text)) - (ends - lengths)[text]
    place = points.starts[owner][text] + within
    digits = _digits(number, several, points, owner, lengths)
    chosen = packed[rows[place], digits]
    keys = pa.ListArray.from_arrays(
        pa.array(np.concatenate([[0], np.cumsum(combinations)]).astype(np.int32)), spoken(chosen, lengths)
    )
    return spoken(packed[rows, 0], points.lengths), keys


def _digits(
    number: npt.NDArray[np.int64],
    several: npt.NDArray[np.int64],
    points: CodePoints,
    owner: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Which reading each character takes in each combination: the digits of `number`, last character fastest."""
    ends = np.cumsum(lengths)
    digits = np.zeros(int(ends[-1]) if len(ends) else 0, np.int64)
    rest = number.copy()
    back = 1
    while (at := np.flatnonzero((lengths >= back) & (rest > 0))).size:
        radix = several[points.starts[owner[at]] + lengths[at] - back]
        digits[ends[at] - back] = rest[at] % radix
        rest[at] //= radix
        back += 1
    return digits


def _pattern(parse: NameParse) -> str | None:
    if parse.text is None:
        return None
    text = parse.text.replace(KUN_JIN_KAO, "_")
    shown = "".join("_" if mark in LOSS_MARKS or "\ue000" <= mark <= "\uf8ff" else mark for mark in text)
    return shown if shown != parse.text or "_" in shown else None
