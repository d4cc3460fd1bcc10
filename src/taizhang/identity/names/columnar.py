"""A whole column of names at once: keys for joining by likeness, and comparison of many pairs."""

import hashlib
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.names.compare import Difference, NameRelation, compare_names, explained
from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.knowledge.tables import CODE_POINTS
from taizhang.identity.names.likeness import Like, liken
from taizhang.identity.names.parse import NameParse, parse_name
from taizhang.identity.names.rows import rows_of_columns
from taizhang.identity.names.vocabulary import KUN_JIN_KAO, LOSS_MARKS

MOST_SOUND_KEYS = 8
# Plain Han of usual length: nothing to normalise. What such a name can still have is told by its characters and ending.
_PLAIN = r"^[\x{4e00}-\x{9fff}]{2,4}$"
_TO_LOOK_AT = (
    "氏$|某|同上|户主$|先生$|女士$|同志$|老师$|师傅$|书记$|主任$|村长$|支书$|组长$|医生$|已故$|死亡$|去世$|迁出$|学生$|残疾$|五保$|低保$"
    "|之妻$|之夫$|之子$|之女$|之母$|之父$|之妹$|之弟$|之兄$|之姐$|之孙$|之媳$|之婿$|妻子$|儿子$|女儿$|母亲$|父亲$|丈夫$"
    "|^不|^无|^未|^小孩|^待|^暂|^婴|^新生|^男婴|^女婴|^宝|^没|^测|^姓|^保|^佚|锟"
)


@dataclass(frozen=True, slots=True)
class NameColumns:
    """The parse of a column with its comparison keys; every array as long as the input.

    text, note, alias: pa.StringArray. name_id: int64 array, 0 where there is no name. defects: set text or null.
    fold: the name with each character as the representative of its equivalence set (joins only, never a value).
    sound: toneless syllables, surname read as a surname. sound_keys: every combination of readings, at most 8.
    pattern: the name with ``_`` for each lost character, null where none is lost.
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


def parse_names(texts: pa.StringArray) -> NameColumns:
    """Parse a column; the same as `parse_name` row by row, each distinct cell once."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = texts.cast(pa.string()).dictionary_encode()
    distinct: pa.StringArray = encoded.dictionary
    parses = _parse_distinct(distinct)
    names = sorted({parse.text for parse in parses if parse.text is not None})
    place = {name: at for at, name in enumerate(names)}
    keys = _keys(names)

    at = pa.array([None if p.text is None else place[p.text] for p in parses], pa.int32())
    rows = encoded.indices
    by_row = at.take(rows)

    def spread(values: list[str | None]) -> pa.StringArray:
        return pa.array(values, pa.string()).take(rows)

    ids = np.array([name_id(name) for name in names] or [0], dtype=np.int64)
    chosen = by_row.to_numpy(zero_copy_only=False)
    present = ~by_row.is_null().to_numpy(zero_copy_only=False)
    id_of_row = np.zeros(len(texts), dtype=np.int64)
    id_of_row[present] = ids[chosen[present].astype(np.int64)]
    defects: list[str | None] = [f"|{'|'.join(sorted(p.defects))}|" if p.defects else None for p in parses]
    empty = pa.scalar("|NM-EMPTY|")
    return NameColumns(
        text=pa.array(names, pa.string()).take(by_row),
        name_id=id_of_row,
        defects=pc.if_else(rows.is_null(), empty, spread(defects)),
        note=spread([p.note for p in parses]),
        alias=spread([p.alias for p in parses]),
        fold=keys.fold.take(by_row),
        sound=keys.sound.take(by_row),
        sound_keys=keys.sound_keys.take(by_row),
        pattern=keys.pattern.take(by_row),
    )


def compare_name_pairs(a: pa.StringArray, b: pa.StringArray) -> pa.Table:
    """Compare pairs of names row by row; equal to `compare_names`.

    Returns a table with code, grade (null where a name is missing), also (set text or null) and similarity. A pair that
    comes again, also the other way round, is compared once.
    """
    pairs = [(x, y) if (x or "") <= (y or "") else (y, x) for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)]
    distinct = list(dict.fromkeys(pairs))
    memo = dict(zip(distinct, map(_row, _relations(distinct)), strict=True))
    rows = [memo[pair] for pair in pairs]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pa.table(
        {
            "code": pa.array(columns[0], pa.string()),
            "grade": pa.array(columns[1], pa.string()),
            "also": pa.array(columns[2], pa.string()),
            "similarity": pa.array(columns[3], pa.float64()),
        }
    )


def _row(relation: NameRelation) -> tuple[str, str | None, str | None, float]:
    also = f"|{'|'.join(sorted(relation.also))}|" if relation.also else None
    return relation.code.value, relation.grade.value if relation.grade else None, also, relation.similarity


def _relations(pairs: list[tuple[str | None, str | None]]) -> list[NameRelation]:
    """The relations of distinct pairs; the characters of all plain pairs of equal length are likened in one go."""
    cells = list(dict.fromkeys(cell for pair in pairs for cell in pair if cell is not None))
    parses = dict(zip(cells, _parse_distinct(pa.array(cells, pa.string())), strict=True))
    found: list[NameRelation | None] = [None] * len(pairs)
    alike: list[int] = []
    for at, (x, y) in enumerate(pairs):
        one, other = parses.get(x) if x is not None else None, parses.get(y) if y is not None else None
        if one is None or other is None or one.text is None or other.text is None or one.text == other.text:
            found[at] = compare_names(x, y)
        elif len(one.text) != len(other.text):
            found[at] = explained(one, other, ())
        else:
            alike.append(at)
    left = [parses[pairs[at][0] or ""] for at in alike]
    right = [parses[pairs[at][1] or ""] for at in alike]
    for at, one, other, differences in zip(alike, left, right, _differences(left, right), strict=True):
        found[at] = explained(one, other, differences)
    return [relation for relation in found if relation is not None]


def _differences(left: list[NameParse], right: list[NameParse]) -> list[tuple[Difference, ...]]:
    """The differing places of pairs of equal length."""
    names_a, names_b = [p.text or "" for p in left], [p.text or "" for p in right]
    if not names_a:
        return []
    codes_a, lengths = _code_points(names_a)
    codes_b, _ = _code_points(names_b)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    places = np.flatnonzero(codes_a != codes_b)
    rows_a = rows_of_columns(codes_a, starts, names_a)[places]
    rows_b = rows_of_columns(codes_b, starts, names_b)[places]
    flags = liken(rows_a, rows_b, codes_a[places], codes_b[places])
    owners = np.searchsorted(starts, places, side="right") - 1
    within = places - starts[owners]
    found: list[list[Difference]] = [[] for _ in names_a]
    for owner, place, flag in zip(owners.tolist(), within.tolist(), flags.tolist(), strict=True):
        found[owner].append(Difference(place + 1, names_a[owner][place], names_b[owner][place], Like(flag)))
    return [tuple(differences) for differences in found]


def _parse_distinct(distinct: pa.StringArray) -> list[NameParse]:
    """Plain names are recognised column-wise and need no look; the rest are parsed one by one."""
    values = distinct.to_pylist()
    plain = pc.and_(
        pc.match_substring_regex(distinct, _PLAIN), pc.invert(pc.match_substring_regex(distinct, _TO_LOOK_AT))
    ).to_numpy(zero_copy_only=False)
    traditional = knowledge().traditional
    row_of = knowledge().row_of
    codes, lengths = _code_points([v for v, p in zip(values, plain, strict=True) if p])
    if len(lengths):
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = row_of[np.minimum(codes, CODE_POINTS - 1)]
        # Characters outside the standard table may be what a wrong decoder left; they get a full look.
        odd = np.add.reduceat((traditional[rows] | (knowledge().level[rows] == 0)).astype(np.int64), starts) > 0
        plain[np.flatnonzero(plain)[odd]] = False
    return [NameParse(value) if is_plain else parse_name(value) for value, is_plain in zip(values, plain, strict=True)]


@dataclass(slots=True)
class _Keys:
    fold: pa.StringArray
    sound: pa.StringArray
    sound_keys: pa.ListArray
    pattern: pa.StringArray


def _keys(names: list[str]) -> _Keys:
    if not names:
        nothing = pa.array([], pa.string())
        return _Keys(nothing, nothing, pa.array([], pa.list_(pa.string())), nothing)
    known = knowledge()
    codes, lengths = _code_points(names)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    inside = codes < CODE_POINTS
    folded = np.where(inside, known.fold[np.where(inside, codes, 0)], codes).astype(np.uint32)
    rows = rows_of_columns(codes, starts, names)
    syllables = known.readings[rows] >> 3
    first = syllables[:, 0]
    words = pa.array([*known.syllables, "?"], pa.string())
    spoken = words.take(pa.array(np.where(first >= 0, first, len(known.syllables)).astype(np.int32)))
    offsets = pa.array(np.concatenate([starts, [len(codes)]]).astype(np.int32))
    sound = pc.binary_join(pa.ListArray.from_arrays(offsets, spoken), " ")
    several = (
        np.add.reduceat(((syllables[:, 1:] >= 0) & (syllables[:, 1:] != syllables[:, :1])).any(axis=1), starts) > 0
    )
    return _Keys(
        fold=_texts(folded, lengths),
        sound=sound,
        sound_keys=_sound_keys(sound, several, syllables, starts, lengths),
        pattern=pa.array([_pattern(name) for name in names], pa.string()),
    )


def _sound_keys(
    sound: pa.StringArray,
    several: npt.NDArray[np.bool_],
    syllables: npt.NDArray[np.int16],
    starts: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
) -> pa.ListArray:
    words = knowledge().syllables
    keys = [[text] for text in sound.to_pylist()]
    for at in np.flatnonzero(several).tolist():
        places = syllables[starts[at] : starts[at] + lengths[at]].tolist()
        choices = [[words[s] for s in dict.fromkeys(x for x in place if x >= 0)] or ["?"] for place in places]
        keys[at] = [" ".join(combination) for combination in islice(product(*choices), MOST_SOUND_KEYS)]
    return pa.array(keys, pa.list_(pa.string()))


def _pattern(name: str) -> str | None:
    if name.isalpha() and not any("\ue000" <= c <= "\uf8ff" for c in name) and KUN_JIN_KAO[0] not in name:
        return None
    shown = "".join("_" if c in LOSS_MARKS or "\ue000" <= c <= "\uf8ff" else c for c in name.replace(KUN_JIN_KAO, "_"))
    return shown if shown != name else None


def _code_points(names: list[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """All code points of the names, and each name's length."""
    joined = "".join(names)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int32)
    return codes, np.fromiter(map(len, names), dtype=np.int64, count=len(names))


def _texts(codes: npt.NDArray[np.uint32], lengths: npt.NDArray[np.int64]) -> pa.StringArray:
    joined = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.cumsum(lengths).tolist()
    return pa.array(
        [joined[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)], pa.string()
    )
