"""The columns of a delivery's tables: provenance first, what was derived beside what it was derived from, then fields."""

from functools import cache

import pyarrow as pa

from taizhang.intake.model import TABLES
from taizhang.intake.values import ARROW_TYPES

SCHEMA_VERSION = 1
"""Version of everything in this module; part of every delivery's digest."""

PROVENANCE: tuple[tuple[str, pa.DataType], ...] = (
    ("record_no", pa.int64()),
    ("file_no", pa.int16()),
    ("sheet_no", pa.int16()),
    ("row_no", pa.int32()),
    ("hidden", pa.bool_()),
    ("struck", pa.bool_()),
    ("row_hash", pa.int64()),
)

#: Names of columns that are never a field of a sheet: what a sheet calls 序号 is kept under its own header.
RESERVED = frozenset(name for name, _ in PROVENANCE) | {"extra", "comment", "household_run"}

_DERIVED: dict[str, tuple[tuple[str, pa.DataType], ...]] = {
    "id_no": (
        ("id_no", pa.string()),
        ("id_kind", pa.string()),
        ("id_ok", pa.bool_()),
        ("id_key", pa.int64()),
        ("core18", pa.string()),
        ("id_birth", pa.date32()),
        ("id_sex", pa.string()),
        ("id_area", pa.string()),
        ("id_defects", pa.string()),
        ("id_numeric", pa.bool_()),
    ),
    "name": (
        ("name", pa.string()),
        ("name_id", pa.int64()),
        ("name_defects", pa.string()),
        ("name_note", pa.string()),
        ("name_alias", pa.string()),
    ),
    "head_name": (("head_name", pa.string()), ("head_name_id", pa.int64())),
    "head_id_no": (("head_id_no", pa.string()), ("head_id_key", pa.int64()), ("head_core18", pa.string())),
    "person_status": (("is_present", pa.bool_()),),
}

#: Fields that stand before the others, with what is derived from them; a table has those whose field it has.
_LEADING = ("id_no", "name", "head_name", "head_id_no", "person_status")
_PLACES = ("town_code", "village_code", "town_name", "village_name", "group_name")

EVENTS = pa.schema(
    [
        ("file_no", pa.int16()),
        ("sheet_no", pa.int16()),
        ("row_no", pa.int32()),
        ("field", pa.string()),
        ("cell", pa.string()),
        ("codes", pa.string()),
        ("raw_kind", pa.int8()),
        ("raw", pa.string()),
    ]
)
"""One row per cell whose canonical value is not what it says. `raw` is sensitive and never leaves the lake."""

QUARANTINE = pa.schema(
    [
        ("file_no", pa.int16()),
        ("sheet_no", pa.int16()),
        ("row_no", pa.int32()),
        ("rows", pa.int32()),
        ("reason", pa.string()),
        ("raw", pa.string()),
        ("what", pa.string()),
        ("where", pa.string()),
        ("why", pa.string()),
        ("hint", pa.string()),
    ]
)
"""Rows that were not taken. A whole sheet is one line without a row number; `rows` says for how many it stands."""

NAMES = pa.schema(
    [
        ("name_id", pa.int64()),
        ("text", pa.string()),
        ("fold", pa.string()),
        ("sound", pa.string()),
        ("sound_keys", pa.list_(pa.string())),
        ("pattern", pa.string()),
        ("defects", pa.string()),
    ]
)
"""Every distinct name of the delivery with its comparison keys; the names engine decides the type of the keys."""


@cache
def table_schema(table: str) -> pa.Schema:
    """All columns of a table in their order; a column no file fills is there all the same, null throughout."""
    fields = TABLES[table].fields
    columns: dict[str, pa.DataType] = dict(PROVENANCE)
    for name in _LEADING:
        if name in fields:
            columns.update(_DERIVED[name])
    columns["household_run"] = pa.int32()
    for name in (*_PLACES, *fields):
        if name in fields:
            columns.setdefault(name, ARROW_TYPES[fields[name].type])
    columns["extra"] = pa.string()
    columns["comment"] = pa.string()
    return pa.schema(list(columns.items()))
