"""What a caller hands over as a ledger, read as intake reads a sheet: columns found by their names, values by type."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from taizhang.errors import UserError
from taizhang.identity.cells import is_missing
from taizhang.identity.divisions.county import bare_name
from taizhang.intake.model import FIELDS, TABLES, FieldType, label_key
from taizhang.intake.raw import CellKind, RawColumn
from taizhang.intake.values import ColumnContext, read_column

SHORT_NAMES = {
    "id": "id_no", "id_number": "id_no", "village": "village_name", "town": "town_name", "phone": "member_phone",
    "relation": "relation_to_head", "birth": "birth_date", "household": "household_no",
}  # fmt: skip
"""What a script calls a field, beside its canonical name and the headers of the ledgers."""
PEOPLE = frozenset({"id_no", "name"})
VILLAGE_BASE = 999_999_000_000
"""Villages told by name only get a code above this: no real one has it, and it never leaves this call."""
_IDENTITY = (FieldType.ID, FieldType.NAME)
_CELLS = (str, int, float, Decimal, date, np.bool_, np.number, np.datetime64)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN_WORDS = re.compile(r"[\s-]+")
_NUMBER = re.compile(r"\d{7}")
"""In a column's name: the name is a person's number or telephone, which no error repeats."""


class LedgerUnreadable(UserError):
    """A table given to the library is no table of people."""

    code: ClassVar[str] = "E-LIBRARY-TABLE"


@dataclass(frozen=True)
class LedgerTable:
    """A ledger in canonical columns, every column as long as the ledger.

    ignored: names of columns that mean nothing here. unread: field → how many values could not be read and count as
    missing.
    """

    columns: dict[str, list[Any]]
    rows: int
    ignored: tuple[str, ...]
    unread: dict[str, int]


def read_ledger(title: str, table: Any) -> LedgerTable:
    """Read a table.

    table: rows as mappings, columns as a mapping of names to sequences, an Arrow table, or any object that exports one
    (`__arrow_c_stream__`: pandas from 2.2, polars, DuckDB relations). A data frame of pandas whose column holds cells of
    several types, which Arrow cannot hold, is read cell by cell. A cell is a text, a number, a truth value, a day or missing
    (None, NaN, NaT, pandas.NA). Column names are canonical fields, short names
    (`village`, `phone`), or headers as ledgers write them (姓名, 证件号码). An 18-digit number must be text or int; in
    a float its last digits are gone, and it is diagnosed as that.
    Raises LedgerUnreadable for anything else, for columns of unequal length, two columns of one field, cells that are
    none, and a table without a number and a name.
    """
    given = list(_columns(title, table))
    lengths = {len(values) for _, values in given}
    if len(lengths) > 1:
        raise LedgerUnreadable("各列长度不一致。", where=title, hint="每一列须有同样多的值。")
    rows = next(iter(lengths), 0)
    columns: dict[str, list[Any]] = {}
    ignored, unread = [], {}
    for name, values in given:
        field = field_of(name)
        if field is None:
            ignored.append(name)
            continue
        if field in columns:
            raise LedgerUnreadable(f"有两列都是“{FIELDS[field].zh}”。", where=f"{title}：{name}", hint="只保留一列。")
        strange = next((value for value in values if not _is_cell(value)), None)
        if strange is not None:
            raise LedgerUnreadable(
                f"“{FIELDS[field].zh}”列里有不是单元格的值。", where=f"{title}：{name}", why=f"类型：{type(strange).__name__}",
                hint="每个值须是文字、数字、是否、日期或空；字节先解码为文字。",
            )  # fmt: skip
        columns[field], missed = _read(field, values)
        if missed:
            unread[field] = missed
        if field == "id_no":
            columns["id_numeric"] = [isinstance(value, float | np.floating) for value in values]
    if given and not PEOPLE & columns.keys():
        raise LedgerUnreadable(
            "没有证件号码列，也没有姓名列。", where=title,
            why="列名像是一行数据，表读来时可能没有表头。" if any(_NUMBER.search(name) for name, _ in given)
            else f"列名：{'、'.join(name for name, _ in given[:8])}",
            hint="把列命名为 id_no、name，或用台账的表头（证件号码、姓名）。",
        )  # fmt: skip
    return LedgerTable(columns, rows, tuple(ignored), unread)


def field_of(name: str) -> str | None:
    """The canonical field of a person's row that a column name means, None for a name that means nothing.

    Of names in Latin letters capitals, blanks and hyphens say nothing: `ID_NO` and "ID number" are `id_no`.
    """
    fields = TABLES["record"].fields
    plain = _BETWEEN_WORDS.sub("_", name.strip().lower())
    short = SHORT_NAMES.get(plain, plain)
    return short if short in fields else _headers().get(label_key(name))


def number_villages(ledgers: Iterable[LedgerTable]) -> None:
    """Give every village that is told by name only one code across the ledgers, in the order of the names.

    石桥, 石桥村 and 石桥村委会 are one village.
    """
    ledgers = list(ledgers)
    named = sorted(
        {*chain(*(one.columns["village_name"] for one in ledgers if "village_name" in one.columns))} - {None}
    )
    of_bare = {bare: str(VILLAGE_BASE + n) for n, bare in enumerate(sorted(set(map(bare_name, named))))}
    codes = {name: of_bare[bare_name(name)] for name in named}
    for one in ledgers:
        if "village_name" in one.columns and "village_code" not in one.columns:
            one.columns["village_code"] = [codes.get(name) for name in one.columns["village_name"]]


@cache
def _headers() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, field in TABLES["record"].fields.items():
        for label in (field.zh, *(alias.label for alias in field.aliases if alias.table is None)):
            found.setdefault(label_key(label), name)
    return found


def _columns(title: str, table: Any) -> Iterable[tuple[str, list[Any]]]:
    """(name, values) of every column; a name may come twice, as in Arrow tables that were joined."""
    if isinstance(table, pa.Table):
        return zip(table.column_names, (column.to_pylist() for column in table.columns), strict=True)
    if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__"):
        return _exported(title, table)
    if isinstance(table, Mapping) and all(_is_column(values) for values in table.values()):
        return [(str(name), _values(values)) for name, values in table.items()]
    if isinstance(table, Sequence) and not isinstance(table, str) and all(isinstance(row, Mapping) for row in table):
        names = dict.fromkeys(chain.from_iterable(table))
        return ((str(name), [row.get(name) for row in table]) for name in names)
    raise _no_table(title, table)


def _exported(title: str, table: Any) -> Iterable[tuple[str, list[Any]]]:
    """The columns of an object that exports Arrow; a frame of pandas may be none that Arrow can hold."""
    try:
        return _columns(title, pa.table(table))
    except (pa.ArrowException, ValueError, TypeError) as error:
        # Mixed cells, or two columns of one name; the error's own text may quote a cell.
        if not hasattr(table, "to_dict"):
            raise _no_table(title, table) from error
    split = table.to_dict("split")
    return [(str(name), [row[at] for row in split["data"]]) for at, name in enumerate(split["columns"])]


def _no_table(title: str, table: Any) -> LedgerUnreadable:
    return LedgerUnreadable(
        "不是表。", where=title, why=f"类型：{type(table).__name__}",
        hint="给出行（字典的列表）、列（名称到值的字典）、Arrow 表，或 pandas、polars 的表。",
    )  # fmt: skip


def _is_column(values: Any) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, str | bytes)


def _values(values: Any) -> list[Any]:
    """The cells of a column: a sequence, an array of Arrow, or position → value as `DataFrame.to_dict()` has it."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.to_pylist()  # type: ignore[no-any-return]
    return list(values.values() if isinstance(values, Mapping) else values)


def _read(field: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    """Canonical values, and how many could not be read."""
    told = [_told(value) for value in values]
    texts = [text for text, _ in told]
    if FIELDS[field].type in _IDENTITY:
        return texts, 0
    kinds = np.fromiter((kind for _, kind in told), dtype=np.uint8, count=len(told))
    read = read_column(RawColumn(pa.array(texts, pa.string()), kinds), FIELDS[field], ColumnContext())
    return read.values.to_pylist(), int(read.not_taken().sum())


def whole_text(text: str) -> str:
    """The text with a mark of loss for every half of a character that no file can hold (a lone surrogate)."""
    return _SURROGATE.sub("\ufffd", text)


def _is_cell(value: Any) -> bool:
    return isinstance(value, _CELLS) or is_missing(value)


def _told(value: Any) -> tuple[str | None, CellKind]:
    """A value as a cell of a sheet would hold it."""
    if is_missing(value) or not str(value).strip():
        return None, CellKind.EMPTY
    if isinstance(value, bool | np.bool_):
        return str(int(value)), CellKind.BOOL
    if isinstance(value, datetime):
        return value.date().isoformat(), CellKind.DATE
    if isinstance(value, date):
        return value.isoformat(), CellKind.DATE
    if isinstance(value, int | np.integer):
        return str(value), CellKind.TEXT
    if isinstance(value, float | np.floating | Decimal):
        return str(value) if isinstance(value, Decimal) else repr(float(value)), CellKind.NUMBER
    return whole_text(str(value)), CellKind.TEXT
