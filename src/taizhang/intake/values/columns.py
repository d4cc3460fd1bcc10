"""Whole columns at a time: every distinct cell is read once, however many rows say it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.model import Field, FieldType, IdentityRole, code_list
from taizhang.intake.raw import CellKind, RawColumn
from taizhang.intake.values.amounts import PLAIN_DECIMAL, PLAIN_INT, read_decimal, read_int, unit_factor
from taizhang.intake.values.changes import NOT_TAKEN, Change, Reading, as_set
from taizhang.intake.values.dates import read_date, read_month
from taizhang.intake.values.labels import read_bool, read_code, read_codes
from taizhang.intake.values.phones import PLAIN_PHONE, read_phone
from taizhang.intake.values.texts import PLAIN_TEXT, read_number_text, read_text

ARROW_TYPES: dict[FieldType, pa.DataType] = {
    FieldType.TEXT: pa.string(),
    FieldType.INT: pa.int32(),
    FieldType.DEC: pa.decimal128(14, 2),
    FieldType.DATE: pa.date32(),
    FieldType.MONTH: pa.date32(),
    FieldType.BOOL: pa.bool_(),
    FieldType.CODE: pa.string(),
    FieldType.CODES: pa.string(),
    FieldType.ID: pa.string(),
    FieldType.NAME: pa.string(),
    FieldType.PHONE: pa.string(),
}
"""How each type of field is stored; `id` and `name` columns are finished by `taizhang.identity`."""

#: Text fields whose text is a number somebody gave out; a numeric cell there has lost zeros or digits.
NUMBER_ROLES = frozenset({IdentityRole.HOUSEHOLD_NO, IdentityRole.PERSON_NO})
_NUMBER_FIELDS = frozenset({"bank_account", "head_person_no", "cadre_no", "unit_no", "pairing_no", "village_no"})

_KINDS = 8  # CellKind fits in three bits, the date format is a fourth
_TEXT_ONLY = frozenset({int(CellKind.EMPTY), int(CellKind.TEXT)})

CellReader = Callable[[str, CellKind, bool], Reading]


@dataclass(frozen=True, slots=True)
class ColumnContext:
    """What a sheet and its header say about a column beyond its cells.

    code_source: whose numbering of code lists holds, as `CodeList.canonical` knows it.
    header_unit: unit named by the header. century_pivot: see `read_date`.
    """

    code_source: str | None = None
    header_unit: str | None = None
    date1904: bool = False
    century_pivot: int | None = None


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of canonical values and what happened on the way, row by row.

    values: typed as `ARROW_TYPES` says.
    changes: per row an index into `change_sets`; 0 is "nothing happened".
    change_sets: sets in the order of their changes; the first is empty.
    """

    values: pa.Array
    changes: npt.NDArray[np.int32]
    change_sets: tuple[tuple[Change, ...], ...]

    def not_taken(self) -> npt.NDArray[np.bool_]:
        """Rows whose cell holds a value that could not be taken."""
        bad = np.array([not NOT_TAKEN.isdisjoint(changes) for changes in self.change_sets])
        return bad[self.changes]

    def set_texts(self) -> pa.StringArray:
        """The change sets as set text, by index."""
        return pa.array([as_set(changes) for changes in self.change_sets], pa.string())


def read_column(column: RawColumn, field: Field, context: ColumnContext) -> ReadColumn:
    """Read all cells of a column as the field's type. Never raises for content; see the changes.

    `id` and `name` fields are only told apart from empty cells here; their reading belongs to `taizhang.identity`.
    """
    texts, kinds = _with_unknowns(column)
    encoded = pc.dictionary_encode(texts)
    distinct, indices = encoded.dictionary, encoded.indices
    if field.type in {FieldType.ID, FieldType.NAME}:
        nothing = np.zeros(len(texts), np.int32)
        return ReadColumn(texts, nothing, ((),))
    if set(np.unique(kinds).tolist()) <= _TEXT_ONLY:
        quick = _read_plain(distinct, field, context)
        if quick is not None:
            return ReadColumn(pc.take(quick, indices), np.zeros(len(texts), np.int32), ((),))
        cells: list[tuple[str, CellKind, bool]] = [(text, CellKind.TEXT, False) for text in distinct.to_pylist()]
    else:
        cells, indices = _distinct_cells(distinct, indices, kinds, column.date_format)
    return _gather(cells, indices, _reader(field, context), ARROW_TYPES[field.type])


def _with_unknowns(column: RawColumn) -> tuple[pa.StringArray, npt.NDArray[np.uint8]]:
    """Cells with a value nobody can know have no text; they must not look empty."""
    unknown = column.kind == CellKind.UNKNOWN
    if not unknown.any():
        return column.text, column.kind
    return pc.if_else(pa.array(unknown), pc.fill_null(column.text, ""), column.text), column.kind


def _distinct_cells(
    distinct: pa.StringArray,
    indices: pa.Int32Array,
    kinds: npt.NDArray[np.uint8],
    date_format: npt.NDArray[np.bool_] | None,
) -> tuple[list[tuple[str, CellKind, bool]], pa.Int32Array]:
    """The distinct (text, kind, date format) of a column, and each row's place among them."""
    dated = np.zeros(len(kinds), np.int64) if date_format is None else date_format.astype(np.int64)
    empty = np.asarray(pc.is_null(indices))
    places = np.asarray(pc.fill_null(indices, 0)).astype(np.int64)
    combined = (places * _KINDS + kinds) * 2 + dated
    combined[empty] = -1
    unique, inverse = np.unique(combined, return_inverse=True)
    shift = 1 if len(unique) and unique[0] == -1 else 0
    texts = distinct.to_pylist()
    cells = [
        (texts[code // (2 * _KINDS)], CellKind(code // 2 % _KINDS), bool(code % 2)) for code in unique[shift:].tolist()
    ]
    return cells, pa.array((inverse - shift).astype(np.int32), mask=empty)


def _gather(
    cells: list[tuple[str, CellKind, bool]], indices: pa.Int32Array, read: CellReader, arrow_type: pa.DataType
) -> ReadColumn:
    sets: dict[tuple[Change, ...], int] = {(): 0}
    values: list[Any] = []
    places = np.zeros(len(cells) + 1, np.int32)  # the last place is for empty rows
    for number, (text, kind, is_date) in enumerate(cells):
        reading = read(text, kind, is_date)
        values.append(reading.value)
        if reading.changes:
            places[number] = sets.setdefault(tuple(dict.fromkeys(reading.changes)), len(sets))
    rows = np.asarray(pc.fill_null(indices, len(cells)))
    return ReadColumn(pc.take(pa.array(values, arrow_type), indices), places[rows], tuple(sets))


def _read_plain(distinct: pa.StringArray, field: Field, context: ColumnContext) -> pa.Array | None:
    """The distinct values at once where every one is in its plain form; None where any is not."""
    if field.type is FieldType.TEXT:
        pattern, arrow_type = PLAIN_TEXT, None
    elif field.type is FieldType.PHONE:
        pattern, arrow_type = PLAIN_PHONE, None
    elif field.type is FieldType.INT:
        pattern, arrow_type = PLAIN_INT, pa.int32()
    elif field.type is FieldType.DEC and unit_factor(context.header_unit, field.unit) == 1:
        pattern, arrow_type = PLAIN_DECIMAL, ARROW_TYPES[FieldType.DEC]
    else:
        return None
    if not pc.all(pc.match_substring_regex(distinct, pattern)).as_py():
        return None
    if field.type is FieldType.TEXT and not pc.all(pc.invert(pc.is_in(distinct, _WORDS_FOR_NOTHING))).as_py():
        return None
    return distinct if arrow_type is None else pc.cast(distinct, arrow_type)


_WORDS_FOR_NOTHING = pa.array(
    ["无", "空", "NULL", "null", "None", "none", "NaN", "nan", "不详", "未知", "不清楚", "不明", "待查", "待核实"]
)


def _reader(field: Field, context: ColumnContext) -> CellReader:
    if field.type is FieldType.TEXT:
        numbers = field.role in NUMBER_ROLES or field.name in _NUMBER_FIELDS
        return _undated(read_number_text if numbers else read_text)
    if field.type is FieldType.INT:
        return _undated(read_int)
    if field.type is FieldType.DEC:
        return _undated(partial(read_decimal, header_unit=context.header_unit, unit=field.unit))
    if field.type is FieldType.BOOL:
        return _undated(read_bool)
    if field.type is FieldType.PHONE:
        return _undated(read_phone)
    if field.type in {FieldType.CODE, FieldType.CODES}:
        if field.code_list is None:
            raise LookupError(f"field {field.name} names no code list")
        resolve = partial(code_list(field.code_list).canonical, source=context.code_source)
        return _undated(partial(read_code if field.type is FieldType.CODE else read_codes, resolve=resolve))
    if field.type is FieldType.MONTH:
        return lambda text, kind, is_date: read_month(text, kind, is_date=is_date, date1904=context.date1904)
    return lambda text, kind, is_date: read_date(
        text, kind, is_date=is_date, date1904=context.date1904, century_pivot=context.century_pivot
    )


def _undated(read: Callable[[str, CellKind], Reading]) -> CellReader:
    return lambda text, kind, _is_date: read(text, kind)
