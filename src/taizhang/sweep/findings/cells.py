"""What the rows of hits say in the fields complained about.

A rule's verdict is a yes or no. Whoever settles it has to see the value, whoever corrects it replaces that value, and a
value that changed since is another matter: so it is read, of the rows that are hit only.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.hits import Hit
from taizhang.sweep.tables import table_of

UNREAD = "extra"
"""The column that keeps, by field, what stands in cells that could not be read."""

Cell = tuple[int, str]
"""A record and a field."""


class Cells:
    """The values of hits, as texts; what is said of a household counts before what the one row says that is shown of it."""

    def __init__(self, engine: Engine, asked: Iterable[tuple[Hit, Sequence[str]]]) -> None:
        """asked: hits with the fields that they complain about."""
        told = [(hit, fields) for hit, fields in asked if hit.record_id is not None]
        households = [hit for hit, _ in told if hit.subject_type in ("household", "case")]
        fields = frozenset(field for _, listed in told for field in listed)
        self._said = _of_rows(engine, {hit.record_id for hit, _ in told if hit.record_id is not None}, fields)
        self._of_households = _of_households(engine, households, fields)

    def value(self, hit: Hit, field: str) -> str | None:
        """What the hit's row, or household, says in a field; None where it says nothing."""
        at = self._of_households.get((hit.household_id, hit.source), {}) if hit.subject_type != "person" else {}
        return at.get(field) or (self._said.get((hit.record_id, field)) if hit.record_id is not None else None)


def _of_rows(engine: Engine, rows: Iterable[int], fields: frozenset[str]) -> dict[Cell, str]:
    said: dict[Cell, str] = {}
    for table, ids in groupby(sorted(rows), table_of):
        columns = engine.columns(table)
        read = [name for name in columns if name in fields]
        kept = [UNREAD] if UNREAD in columns else []
        engine.register("wanted_cell", pa.table({"record_id": pa.array(list(ids), pa.int64())}))
        found = engine.fetch(
            f"SELECT {', '.join(f'r.{name}' for name in ('record_id', *read, *kept))} FROM {table} AS r"
            " SEMI JOIN wanted_cell AS w ON w.record_id = r.record_id"
        )
        row_ids = found["record_id"].to_pylist()
        for name in read:
            said |= {
                (row, name): text
                for row, value in zip(row_ids, found[name].to_pylist(), strict=True)
                if (text := _text(value))
            }
        for name in kept:
            for row, unread in zip(row_ids, found[name].to_pylist(), strict=True):
                for field, text in json.loads(unread).items() if unread else ():
                    if field in fields and text:
                        said.setdefault((row, field), str(text))
    return said


def _of_households(
    engine: Engine, hits: Sequence[Hit], fields: frozenset[str]
) -> Mapping[tuple[int | None, str | None], Mapping[str, str]]:
    read = [name for name in engine.columns("household") if name in fields] if hits else []
    if not read:
        return {}
    wanted = sorted({(hit.household_id, hit.source or "") for hit in hits if hit.household_id is not None})
    engine.register("wanted_household", pa.table({
        "household_id": pa.array([household for household, _ in wanted], pa.int64()),
        "source": pa.array([source for _, source in wanted], pa.string()),
    }))  # fmt: skip
    found = engine.fetch(
        f"SELECT h.household_id, h.source, {', '.join(f'h.{name}' for name in read)} FROM household AS h"
        " SEMI JOIN wanted_household AS w ON w.household_id = h.household_id AND w.source = h.source"
    )
    rows = zip(*(found[name].to_pylist() for name in ("household_id", "source", *read)), strict=True)
    return {
        (household, source): {name: text for name, value in zip(read, values, strict=True) if (text := _text(value))}
        for household, source, *values in rows
    }


def _text(value: object) -> str | None:
    """A value as the people write it; sets as their members, one after the other."""
    if value is None or isinstance(value, str):
        return value.strip("|").replace("|", "、") if value and value.startswith("|") else value or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)
