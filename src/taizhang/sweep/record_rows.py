"""Record rows out of plain values, as intake would have stored them: for the packs' examples and for tests."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from taizhang.identity.names import parse_names
from taizhang.identity.numbers import parse_ids
from taizhang.intake.delivery.schemas import table_schema

Columns = Mapping[str, Sequence[Any]]


def record_table(columns: Columns, *, as_of: date | None = None) -> pa.Table:
    """A table with the columns of record.parquet.

    columns: canonical fields by name, all of equal length, values as text or already typed; `id_no` and `name` are
    parsed here. Fields that are not given are null; `row_no` counts from 2 where it is not given.
    """
    count = len(next(iter(columns.values()), ()))
    schema = table_schema("record")
    given = {
        name: pa.array(list(values))
        for name, values in columns.items()
        if name not in {"id_no", "name", "head_name", "head_id_no"}
    }
    made: dict[str, pa.Array] = {
        "record_no": pa.array(np.arange(count)),
        "file_no": pa.array(np.zeros(count, dtype=np.int16)),
        "sheet_no": pa.array(np.zeros(count, dtype=np.int16)),
        "row_no": pa.array(np.arange(2, count + 2, dtype=np.int32)),
        "hidden": pa.array(np.zeros(count, dtype=bool)),
        "struck": pa.array(np.zeros(count, dtype=bool)),
        "row_hash": pa.array(_hashes(columns, count)),
        "household_run": pa.array(_runs(columns.get("household_no"), count)),
        "is_present": pa.array(
            [status in (None, "正常", "转入") for status in columns.get("person_status", [None] * count)]
        ),
        **_numbers(columns, count, as_of),
        **_names(columns, count),
        **_head(columns, count),
        **given,
    }
    return pa.table(
        [made[field.name].cast(field.type) if field.name in made else pa.nulls(count, field.type) for field in schema],
        schema=schema,
    )


def _texts(columns: Columns, name: str, count: int) -> pa.StringArray:
    return pa.array([value or None for value in columns.get(name, [None] * count)], pa.string())


def _numbers(columns: Columns, count: int, as_of: date | None) -> dict[str, pa.Array]:
    numeric = np.array(columns.get("id_numeric", [False] * count), dtype=bool)
    parsed = parse_ids(_texts(columns, "id_no", count), numeric, as_of=as_of)
    return {
        "id_no": parsed.text, "id_kind": parsed.kind, "id_ok": parsed.ok, "id_key": parsed.key, "core18": parsed.core18,
        "id_birth": parsed.birth, "id_sex": parsed.sex, "id_area": parsed.area, "id_defects": parsed.defects,
        "id_numeric": pa.array(numeric),
    }  # fmt: skip


def _names(columns: Columns, count: int) -> dict[str, pa.Array]:
    parsed = parse_names(_texts(columns, "name", count))
    return {
        "name": parsed.text, "name_id": pa.array(parsed.name_id), "name_defects": parsed.defects,
        "name_note": parsed.note, "name_alias": parsed.alias,
    }  # fmt: skip


def _head(columns: Columns, count: int) -> dict[str, pa.Array]:
    names = parse_names(_texts(columns, "head_name", count))
    numbers = parse_ids(_texts(columns, "head_id_no", count))
    return {
        "head_name": names.text, "head_name_id": pa.array(names.name_id), "head_id_no": numbers.text,
        "head_id_key": numbers.key, "head_core18": numbers.core18,
    }  # fmt: skip


def _hashes(columns: Columns, count: int) -> list[int]:
    rows = zip(*columns.values(), strict=True) if columns else iter(())
    digests = [hashlib.blake2b(repr(row).encode(), digest_size=8).digest() for row in rows]
    return [int.from_bytes(digest, "big", signed=True) for digest in digests] or [0] * count


def _runs(households: Sequence[Any] | None, count: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Number of the household run of every row: it moves on where the household number changes."""
    if households is None:
        return np.arange(count, dtype=np.int32)
    moved = [place > 0 and value != households[place - 1] for place, value in enumerate(households)]
    return np.cumsum(moved).astype(np.int32) if count else np.zeros(0, dtype=np.int32)
