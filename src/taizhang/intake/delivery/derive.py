"""From what a file's reading left behind to the columns of a delivery's table; vectorised, a chunk of rows at a time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.numbers import parse_ids
from taizhang.intake.delivery.schemas import table_schema
from taizhang.intake.model import FIELDS, TABLES, FieldType, code_list


@dataclass(frozen=True, slots=True)
class Finisher:
    """Finishes the rows of one table. as_of: the day ages and futures are judged by."""

    table: str
    as_of: date

    def finish(self, rows: pa.Table, first_record: int) -> pa.Table:
        """All columns of the table's schema, in order. `rows` has provenance and the fields its files had."""
        count = rows.num_rows
        columns: dict[str, Any] = {name: _whole(rows.column(name)) for name in rows.column_names}
        columns["record_no"] = pa.array(np.arange(first_record, first_record + count, dtype=np.int64))
        self._numbers(columns)
        self._presence(columns, count)
        schema = table_schema(self.table)
        arrays = [columns[entry.name] if entry.name in columns else pa.nulls(count, entry.type) for entry in schema]
        return pa.table(
            [
                array if array.type == entry.type else pc.cast(array, entry.type)
                for array, entry in zip(arrays, schema, strict=True)
            ],
            schema=schema,
        )

    def _numbers(self, columns: dict[str, Any]) -> None:
        """ID columns hold what was typed until here; from here on only what `taizhang.identity` lets stand."""
        for name in [name for name in columns if name in FIELDS and FIELDS[name].type is FieldType.ID]:
            raw, numeric = columns[name], columns.pop(f"{name}_numeric", None)
            text = columns.pop(f"{name}_text", None)
            if name not in {"id_no", "head_id_no"}:
                columns[name] = text
                continue
            is_number = None if numeric is None else np.asarray(pc.fill_null(numeric, False))
            parsed = parse_ids(raw, is_number, as_of=self.as_of)
            columns[name] = parsed.text
            if name == "head_id_no":
                columns |= {"head_id_key": parsed.key, "head_core18": parsed.core18}
                continue
            columns |= {
                "id_kind": parsed.kind,
                "id_ok": parsed.ok,
                "id_key": parsed.key,
                "core18": parsed.core18,
                "id_birth": parsed.birth,
                "id_sex": parsed.sex,
                "id_area": parsed.area,
                "id_defects": parsed.defects,
                "id_numeric": pa.array(np.zeros(len(raw), bool) if is_number is None else is_number),
            }

    def _presence(self, columns: dict[str, Any], count: int) -> None:
        """Present are those whose status says so, and those of whom no status is told."""
        if "person_status" not in TABLES[self.table].fields:
            return
        status = columns.get("person_status")
        if status is None:
            columns["is_present"] = pa.array(np.ones(count, bool))
            return
        present = pa.array([item.label for item in code_list("person_status").items if item.present])
        columns["is_present"] = pc.or_(pc.is_null(status), pc.fill_null(pc.is_in(status, present), False))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
