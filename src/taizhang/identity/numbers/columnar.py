"""A whole column of ID cells at once: the clean ones over Arrow buffers, the odd ones by the scalar form."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.divisions import DivisionHistory
from taizhang.identity.numbers.check import valid_keys
from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse
from taizhang.identity.numbers.parse import MAX_AGE, PLACEHOLDER_PREFIXES, parse_id

_DEFECTS = tuple(IdDefect)
_BIT = {defect: np.int64(1 << place) for place, defect in enumerate(_DEFECTS)}
_KINDS = tuple(IdKind)
_SEXES = (None, "男", "女")
_WRAPPED = (
    r"""^(?:[\x00-\x20\x{a0}\x{3000}\x{feff}]*'?([0-9]{17}[0-9X])[\x00-\x20\x{a0}\x{3000}]*|="([0-9]{17}[0-9X])")$"""
)
_DAMAGED = (r"^[1-9][0-9]{15,18}$", r"^[1-9](?:\.[0-9]+)?[Ee]\+?1[5-9]$")
_EPOCH = date(1970, 1, 1)
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class IdColumns:
    """The parse of a column, every array as long as the input.

    kind, text, core18, sex, area: pa.StringArray, as in `IdParse`. key: pa.Int64Array. ok: pa.BooleanArray (never null).
    birth: pa.Date32Array. defects: pa.StringArray of a set text ("|ID-CHECKSUM|…|", sorted), null where there are none.
    """

    kind: pa.StringArray
    text: pa.StringArray
    core18: pa.StringArray
    key: pa.Int64Array
    ok: pa.BooleanArray
    birth: pa.Date32Array
    sex: pa.StringArray
    area: pa.StringArray
    defects: pa.StringArray

    def to_arrow(self) -> pa.Table:
        """The same as a table, a column each."""
        return pa.table({one.name: getattr(self, one.name) for one in fields(self)})


def parse_ids(
    texts: pa.StringArray,
    numeric: npt.NDArray[np.bool_] | None = None,
    *,
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    divisions: DivisionHistory | None = None,
    placeholder_prefixes: Collection[str] = PLACEHOLDER_PREFIXES,
) -> IdColumns:
    """Parse a column; equal to `parse_id` row by row.

    texts: an array of Arrow, chunked or not, whose cells are texts or integers (of a data frame: `pyarrow.array(frame["id_no"])`).
    numeric: true where the file stored the cell as a number; None means nowhere. The rest: as for `parse_id`.
    Raises TypeError for what is no array.
    """
    history = divisions or DivisionHistory.packaged()
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        raise TypeError(f"a column is an array of Arrow, not a {type(texts).__name__}: give pyarrow.array(column)")
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    texts = texts.cast(pa.string())
    plain, wrapped = _unwrapped(texts)
    rows, digits, last = _clean_rows(plain)
    if numeric is not None:
        keep = ~numeric[rows]
        rows, digits, last = rows[keep], digits[keep], last[keep]
    # Ascending and repeated digits are placeholders however clean they look.
    keep = ~_look_like_placeholders(digits, placeholder_prefixes)
    rows, digits, last = rows[keep], digits[keep], last[keep]

    arrays = _Arrays.of(len(texts))
    clean = _clean(digits, last, history, as_of, max_age)
    clean.flags[wrapped[rows]] |= _BIT[IdDefect.FORMAT_NOISE]
    arrays.put(rows, clean)
    is_odd = np.ones(len(texts), dtype=bool)
    is_odd[rows] = False
    text = core = plain
    if numeric is not None and numeric.any():
        rounded, written_short = _damaged_numbers(texts, numeric)
        arrays.kind[rounded] = _KINDS.index(IdKind.CITIZEN)
        arrays.kind[written_short] = _KINDS.index(IdKind.SCIENTIFIC)
        arrays.flags[rounded | written_short] = _BIT[IdDefect.EXCEL_NUMERIC]
        is_odd[rounded | written_short] = False
        text = core = pc.if_else(pa.array(rounded | written_short), pa.scalar(None, pa.string()), plain)
    odd = np.flatnonzero(is_odd)
    if len(odd):
        stored = numeric[odd].tolist() if numeric is not None else [False] * len(odd)
        cells = list(zip(texts.take(pa.array(odd)).to_pylist(), stored, strict=True))
        memo = {
            (cell, is_number): parse_id(
                cell,
                numeric=is_number,
                as_of=as_of,
                max_age=max_age,
                divisions=history,
                placeholder_prefixes=placeholder_prefixes,
            )
            for cell, is_number in set(cells)
        }
        parses = [memo[cell] for cell in cells]
        arrays.put(odd, _Arrays.from_parses(parses))
        mask = pa.array(is_odd)
        text = pc.replace_with_mask(text, mask, pa.array([p.text for p in parses], pa.string()))
        core = pc.replace_with_mask(core, mask, pa.array([p.core18 for p in parses], pa.string()))
    return IdColumns(
        kind=_named(arrays.kind, [k.value for k in _KINDS]),
        text=text,
        core18=core,
        key=pa.array(arrays.key, mask=core.is_null().to_numpy(zero_copy_only=False)),
        ok=pa.array(arrays.ok),
        birth=pa.array(arrays.birth, mask=~arrays.has_birth).cast(pa.date32()),
        sex=_named(arrays.sex, list(_SEXES)),
        area=pc.utf8_slice_codeunits(core, 0, 6),
        defects=_set_texts(arrays.flags),
    )


@dataclass(slots=True)
class _Arrays:
    """The numeric side of a parse: kind and sex are places in `_KINDS` and `_SEXES`, flags hold a bit per defect."""

    key: npt.NDArray[np.int64]
    ok: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int8]
    flags: npt.NDArray[np.int64]
    birth: npt.NDArray[np.int32]
    has_birth: npt.NDArray[np.bool_]
    sex: npt.NDArray[np.int8]

    @classmethod
    def of(cls, count: int) -> Self:
        """Room for `count` rows."""
        return cls(
            key=np.zeros(count, np.int64),
            ok=np.zeros(count, np.bool_),
            kind=np.zeros(count, np.int8),
            flags=np.zeros(count, np.int64),
            birth=np.zeros(count, np.int32),
            has_birth=np.zeros(count, np.bool_),
            sex=np.zeros(count, np.int8),
        )

    @classmethod
    def from_parses(cls, parses: Sequence[IdParse]) -> Self:
        """The same facts of scalar parses."""
        arrays = cls.of(len(parses))
        arrays.key[:] = [p.key or 0 for p in parses]
        arrays.ok[:] = [p.valid for p in parses]
        arrays.kind[:] = [_KINDS.index(p.kind) for p in parses]
        arrays.flags[:] = [sum(int(_BIT[d]) for d in p.defects) for p in parses]
        arrays.birth[:] = [(p.birth - _EPOCH).days if p.birth else 0 for p in parses]
        arrays.has_birth[:] = [p.birth is not None for p in parses]
        arrays.sex[:] = [_SEXES.index(p.sex) for p in parses]
        return arrays

    def put(self, rows: npt.NDArray[np.int64], other: Self) -> None:
        """Write another's rows at the places `rows`."""
        for name in ("key", "ok", "kind", "flags", "birth", "has_birth", "sex"):
            getattr(self, name)[rows] = getattr(other, name)


def _named(codes: npt.NDArray[np.int8], names: list[str | None]) -> pa.StringArray:
    return pa.array(names, pa.string()).take(pa.array(codes))


def _set_texts(flags: npt.NDArray[np.int64]) -> pa.StringArray:
    found, places = np.unique(flags, return_inverse=True)
    return pa.array([_set_text(int(f)) for f in found], pa.string()).take(pa.array(places.astype(np.int32)))


def _set_text(flags: int) -> str | None:
    names = sorted(defect.value for defect, bit in _BIT.items() if flags & int(bit))
    return "|" + "|".join(names) + "|" if names else None


def _unwrapped(texts: pa.StringArray) -> tuple[pa.StringArray, npt.NDArray[np.bool_]]:
    """The column without the wrappings that come by the hundred thousand, and which rows had one.

    A program that exports text for spreadsheets puts a tab behind, an apostrophe before, or ="…" around every number;
    row by row these would take a hundred times as long.
    """
    changed = np.zeros(len(texts), dtype=bool)
    length = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero((length > 18) & (length <= 24))
    if len(rows) == 0:
        return texts, changed
    before = texts.take(pa.array(rows))
    after = pc.replace_substring_regex(before, _WRAPPED, r"\1\2")
    changed[rows] = pc.not_equal(before, after).to_numpy(zero_copy_only=False)
    new = after.filter(pc.not_equal(before, after))
    return pc.replace_with_mask(texts, pa.array(changed), new), changed


def _damaged_numbers(
    texts: pa.StringArray, numeric: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Numeric cells with 16 digits or more, and those in scientific form: whole columns of them come when a sheet was saved so."""
    shown = (pc.fill_null(pc.match_substring_regex(texts, form), False) for form in _DAMAGED)
    rounded, written_short = (numeric & found.to_numpy(zero_copy_only=False) for found in shown)
    return rounded, written_short


def _clean_rows(texts: pa.StringArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Rows that are exactly 17 digits and a digit or X: (rows, 17 digits each, value of the last)."""
    buffers = texts.buffers()
    if len(texts) == 0 or buffers[2] is None:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 17), dtype=np.uint8), np.zeros(0, dtype=np.int64)
    offsets = np.frombuffer(buffers[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(buffers[2], dtype=np.uint8)
    long_enough = np.diff(offsets) == 18
    if texts.null_count:
        long_enough &= texts.is_valid().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(long_enough)
    starts = offsets[:-1][rows]
    if len(rows) == len(texts) and len(rows) and starts[-1] - starts[0] == 18 * (len(rows) - 1):
        matrix = content[starts[0] : starts[0] + 18 * len(rows)].reshape(-1, 18)
    else:
        matrix = content[starts[:, None] + np.arange(18)]
    digits, tail = matrix[:, :17] - 48, matrix[:, 17]
    fits = (digits <= 9).all(axis=1) & (((tail >= 48) & (tail <= 57)) | (tail == 88))
    last = np.where(tail == 88, 10, tail.astype(np.int64) - 48)
    return rows[fits], digits[fits], last[fits]


def _look_like_placeholders(digits: npt.NDArray[np.uint8], prefixes: Collection[str]) -> npt.NDArray[np.bool_]:
    """Candidates for the scalar test, a little wider than it: a made-up beginning, one digit for a birth, a regular run."""
    found = (digits[:, 7:14] == digits[:, 6:7]).all(axis=1)
    steps = digits[:, 1:4] - digits[:, :3]  # unsigned: from 9 up to 0 is a step of 247
    found |= ((steps == 1) | (steps == 247)).all(axis=1)
    for prefix in prefixes:
        known = np.frombuffer(prefix[:17].encode(), dtype=np.uint8) - 48
        found |= (digits[:, : len(known)] == known).all(axis=1)
    return np.asarray(found)


def _clean(
    digits: npt.NDArray[np.uint8],
    last: npt.NDArray[np.int64],
    history: DivisionHistory,
    as_of: date | None,
    max_age: int,
) -> _Arrays:
    body = _horner(digits)
    key = body * 11 + last
    checked = valid_keys(key)
    area, rest = np.divmod(body, 10**11)
    day_of_birth, sequence = np.divmod(rest, 1000)
    year, month, day = day_of_birth // 10_000, day_of_birth // 100 % 100, day_of_birth % 100
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    has_birth = (year >= 1) & (day >= 1) & (day <= _DAYS_IN_MONTH[month] + ((month == 2) & leap))
    birth = np.where(
        has_birth, _days(np.where(has_birth, year, 1970), np.where(has_birth, month, 1), np.where(has_birth, day, 1)), 0
    )

    flags = np.zeros(len(key), dtype=np.int64)

    def mark(where: npt.NDArray[np.bool_], defect: IdDefect) -> None:
        flags[where] |= _BIT[defect]

    mark(~checked, IdDefect.CHECKSUM)
    mark((sequence % 100 == 0) & (last == 0), IdDefect.EXCEL_TRUNC)
    mark(sequence == 0, IdDefect.SEQ_RESERVED)
    mark(~has_birth, IdDefect.BIRTH_INVALID)
    ok = checked & has_birth
    if as_of is not None:
        future = has_birth & (birth > (as_of - _EPOCH).days)
        mark(future, IdDefect.BIRTH_FUTURE)
        ok &= ~future
        before_birthday = (as_of.month * 100 + as_of.day) < (month * 100 + day)
        mark(has_birth & ~future & (as_of.year - year - before_birthday > max_age), IdDefect.BIRTH_ANCIENT)
    foreign = digits[:, 0] == 9
    permit = np.isin(area, (810_000, 820_000, 830_000))
    first_year, last_year, spells = _area_tables(history)
    plain = ~foreign & ~permit
    known = spells[area] > 0
    mark(foreign, IdDefect.FOREIGN_CARD)
    mark(permit, IdDefect.HMT_PERMIT)
    mark(plain & ~known, IdDefect.REGION_UNKNOWN)
    outside = plain & known & has_birth & ((year < first_year[area]) | (year > last_year[area]))
    gaps = np.flatnonzero(plain & known & has_birth & (spells[area] > 1))
    for row in gaps.tolist():  # the few codes that were abolished and given anew
        outside[row] = not history.existed_in(f"{area[row]:06d}", int(year[row]))
    mark(outside, IdDefect.REGION_ANACHRONISM)
    kind = np.full(len(key), _KINDS.index(IdKind.CITIZEN), dtype=np.int8)
    kind[permit] = _KINDS.index(IdKind.HMT_PERMIT)
    kind[foreign] = _KINDS.index(IdKind.FOREIGN_2023)
    sex = np.where(foreign, 0, np.where(digits[:, 16] % 2 == 1, 1, 2)).astype(np.int8)
    return _Arrays(key, ok, kind, flags, birth.astype(np.int32), has_birth, sex)


def _horner(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The 17 digits of each row as a number; column by column, which keeps memory small and the additions vectorised."""
    columns = np.ascontiguousarray(digits.T)
    high, low = columns[0].astype(np.int32), columns[9].astype(np.int32)
    for place in range(1, 9):
        high = high * 10 + columns[place]
    for place in range(10, 17):
        low = low * 10 + columns[place]
    return np.asarray(high.astype(np.int64) * 10**8 + low)


def _days(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Days since 1970-01-01 in the proleptic Gregorian calendar (counting from 1 March makes leap days come last)."""
    shifted = year - (month <= 2)
    era, of_era = np.divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return np.asarray(era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468)


@cache
def _area_tables(
    history: DivisionHistory,
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.int8]]:
    """For each code 0 to 999999: first and last year in force, and the number of its spells (none: it never was)."""
    first, last = np.zeros(1_000_000, dtype=np.int16), np.zeros(1_000_000, dtype=np.int16)
    count = np.zeros(1_000_000, dtype=np.int8)
    for code in history.codes:
        spells = history.spells(code)
        first[int(code)] = min(s.first_year or 0 for s in spells)
        last[int(code)] = max(s.last_year or 9999 for s in spells)
        count[int(code)] = len(spells)
    return first, last, count
