"""Where the rows of findings stand: file, sheet, row and cells, and the place and household for the reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import table_of

COLUMNS = (
    "record_id", "source", "delivery", "file_no", "sheet_no", "row_no", "town_code", "village_code", "town_name",
    "village_name", "household_no", "head_name", "name", "id_no", "person_id", "household_id", "unread",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One delivered row as a finding shows it; the fields are those of `record`, none where its table has no such column."""

    record_id: int
    source: str
    delivery: str
    file_no: int | None
    sheet_no: int | None
    row_no: int | None
    town_code: str | None
    village_code: str | None
    town_name: str | None
    village_name: str | None
    household_no: str | None
    head_name: str | None
    name: str | None
    id_no: str | None
    person_id: int | None
    household_id: int | None
    unread: str | None

    def unread_of(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Those of the fields whose cells hold something that could not be read; all of them where none does."""
        return tuple(field for field in fields if f"|{field}|" in (self.unread or "")) or tuple(fields)


def places_of(engine: Engine, rows: Iterable[int]) -> dict[int, Place]:
    """The rows with these ids, of whatever delivered table."""
    wanted = sorted(set(rows))
    found: dict[int, Place] = {}
    for table, ids in groupby(wanted, table_of):
        engine.register("wanted_row", pa.table({"record_id": pa.array(list(ids), pa.int64())}))
        there = frozenset(engine.columns(table))
        listed = ", ".join(f"r.{name}" if name in there else f"CAST(NULL AS VARCHAR) AS {name}" for name in COLUMNS)
        read = engine.fetch(f"SELECT {listed} FROM {table} AS r SEMI JOIN wanted_row AS w ON w.record_id = r.record_id")
        columns = [read[name].to_pylist() for name in COLUMNS]
        found |= {row[0]: Place(*row) for row in zip(*columns, strict=True)}
    return found


class Files:
    """File and sheet names and column letters out of the deliveries' manifests."""

    def __init__(self, deliveries: Sequence[SourceDelivery]) -> None:
        self._files: dict[tuple[str, int], str] = {}
        self._sheets: dict[tuple[str, int, int], tuple[str, Mapping[str, str]]] = {}
        for delivery in deliveries:
            for file in delivery.manifest.get("files", ()):
                self._files[delivery.name, file["no"]] = file["name"]
                for sheet in file.get("sheets", ()):
                    key = (delivery.name, file["no"], sheet["no"])
                    self._sheets[key] = (sheet.get("name") or "", sheet.get("columns") or {})

    def shown(self, place: Place, fields: Sequence[str]) -> dict[str, Any]:
        """A record of a finding with the cells of the fields complained about."""
        file_no = place.file_no or 0
        sheet, letters = self._sheets.get((place.delivery, file_no, place.sheet_no or 0), ("", {}))
        cells = [
            {"field": field, "cell": f"{letters[field].split(',')[0]}{place.row_no}"}
            for field in fields
            if field in letters
        ]
        return {
            "source": place.source, "delivery": place.delivery, "file_no": place.file_no,
            "file": self._files.get((place.delivery, file_no), ""), "sheet": sheet, "row": place.row_no, "cells": cells,
        }  # fmt: skip
