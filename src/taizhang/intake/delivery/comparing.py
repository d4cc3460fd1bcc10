"""What changed from one delivery of a source to the next: rows by village, fields, columns, layouts.

Rows are the same row when their values are (`row_hash`), else when their identity is: the number, the person's number,
or the name in its household or village. The rest of the earlier delivery is removed, the rest of the later one added.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.intake.delivery.lake import write_json
from taizhang.intake.delivery.reading import Delivery
from taizhang.intake.delivery.schemas import PROVENANCE, table_schema
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.values.changes import as_set

Rows = npt.NDArray[np.int64]

#: What makes two rows the same one, surest first; columns a table does not have make a key it does not have.
_KEYS: tuple[tuple[str, ...], ...] = (
    ("row_hash",),
    ("id_no", "measure_kind", "start_month"),
    ("id_no",),
    ("person_no",),
    ("household_no", "name"),
    ("household_no",),
    ("village_code", "name"),
    ("village_name", "head_name", "name"),
    ("village_name", "head_name"),
    ("village_name", "name"),
    ("village_code",),
    ("village_name",),
)
#: Keys that stand for a household or a village: never for a person, of whom each may have several.
_OF_GROUPS = {("household_no",), ("village_name", "head_name"), ("village_code",), ("village_name",)}
_PERSONS = frozenset({"record", "work_spell", "planned_work", "cadre", "pairing", "measure"})
_PROVISIONAL = "TEMP-"  # household numbers made of the place in the file: they change with every file
_PLACE = ("village_code", "village_name", "town_code", "town_name")

CHANGES = pa.schema(
    [
        ("table", pa.string()),
        ("verdict", pa.string()),
        ("record_no", pa.int64()),
        ("previous_record_no", pa.int64()),
        *((name, pa.string()) for name in _PLACE),
        ("fields", pa.string()),
    ]
)
"""One row per row that is not what it was; no value of it. `fields`: set text of the fields whose value changed."""


class RowVerdict(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class VillageChange:
    """Rows of one table in one village. code: 12 digits, None where the ledger's names tell none."""

    table: str
    code: str | None
    village: str | None
    town: str | None
    added: int
    removed: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column that came or went. field: canonical, None for a column under its own header; rows that have it."""

    header: str
    field: str | None
    rows: int
    rows_previous: int


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """A layout only one of the two deliveries has: where it stands, and how many rows stand under it."""

    fingerprint: str
    file: str
    sheet: str
    rows: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """Everything that changed. previous: name of the earlier delivery, None for the first of a source.

    fields: field → rows in which its value changed, most first. rows: table of `CHANGES`, in file order.
    """

    previous: str | None
    villages: tuple[VillageChange, ...]
    fields: dict[str, int]
    columns: tuple[ColumnChange, ...]
    layouts: tuple[LayoutChange, ...]
    rows: pa.Table

    @property
    def added(self) -> int:
        """Rows of all tables that were not there before."""
        return sum(village.added for village in self.villages)

    @property
    def removed(self) -> int:
        """Rows of all tables that are gone."""
        return sum(village.removed for village in self.villages)

    @property
    def changed(self) -> int:
        """Rows of all tables with another value."""
        return sum(village.changed for village in self.villages)

    @property
    def unchanged(self) -> int:
        """Rows of all tables that say what they said."""
        return sum(village.unchanged for village in self.villages)


def write_change(change: DeliveryChange, folder: Path) -> None:
    """Write `change.json` and `changes.parquet` into a folder."""
    write_json(
        folder / "change.json",
        {
            "previous": change.previous,
            "villages": [asdict(one) for one in change.villages],
            "fields": list(change.fields.items()),
            "columns": [asdict(one) for one in change.columns],
            "layouts": [asdict(one) for one in change.layouts],
        },
    )
    pq.write_table(change.rows, folder / "changes.parquet", compression="zstd")


def read_change(folder: Path) -> DeliveryChange:
    """The inverse of `write_change`."""
    document = json.loads((folder / "change.json").read_text("utf-8"))
    return DeliveryChange(
        previous=document["previous"],
        villages=tuple(VillageChange(**one) for one in document["villages"]),
        fields=dict(document["fields"]),
        columns=tuple(ColumnChange(**one) for one in document["columns"]),
        layouts=tuple(LayoutChange(**one) for one in document["layouts"]),
        rows=pq.read_table(folder / "changes.parquet", schema=CHANGES),
    )


def compare(previous: Delivery | None, delivery: Delivery) -> DeliveryChange:
    """Compare two deliveries of one source; against None every row is added. Holds one column of each at a time."""
    tables = [table for table in TABLES if table in delivery.tables or (previous and table in previous.tables)]
    compared = [_compare_table(table, previous, delivery) for table in tables]
    fields: Counter[str] = Counter()
    for _, _, changed in compared:
        fields.update(changed)
    rows = [rows for rows, _, _ in compared if rows.num_rows]
    return DeliveryChange(
        previous=None if previous is None else previous.folder.name,
        villages=tuple(village for _, villages, _ in compared for village in villages),
        fields=dict(sorted(fields.items(), key=lambda entry: (-entry[1], entry[0]))),
        columns=_columns(previous, delivery),
        layouts=_layouts(previous, delivery),
        rows=pa.concat_tables(rows) if rows else CHANGES.empty_table(),
    )


def _compare_table(
    table: str, previous: Delivery | None, delivery: Delivery
) -> tuple[pa.Table, list[VillageChange], dict[str, int]]:
    before, now = _Side(table, previous), _Side(table, delivery)
    old, new = _pairs(table, before, now)
    differs: defaultdict[int, list[str]] = defaultdict(list)
    counts: dict[str, int] = {}
    for name in _compared(table):
        at = np.flatnonzero(_differ(before.column(name).take(pa.array(old)), now.column(name).take(pa.array(new))))
        if len(at):
            counts[name] = len(at)
            for pair in at.tolist():
                differs[pair].append(name)
    changed = np.array(sorted(differs), np.int64)
    added = np.setdiff1d(np.arange(now.rows), new)
    removed = np.setdiff1d(np.arange(before.rows), old)
    rows = pa.concat_tables(
        [
            _lines(
                table, RowVerdict.CHANGED, now, new[changed], old[changed], [differs[at] for at in changed.tolist()]
            ),
            _lines(table, RowVerdict.ADDED, now, added, None, None),
            _lines(table, RowVerdict.REMOVED, before, removed, removed, None),
        ]
    )
    unchanged = now.places().take(pa.array(np.delete(new, changed)))
    return rows, _villages(table, rows, unchanged), counts


class _Side:
    """One table of one delivery, its columns read when they are asked for; empty where there is none."""

    def __init__(self, table: str, delivery: Delivery | None) -> None:
        self._table = table
        self._delivery = delivery if delivery is not None and table in delivery.tables else None
        self.rows = 0 if self._delivery is None else int(self._delivery.manifest["rows"][table])

    def column(self, name: str) -> pa.Array:
        """The values of a column; provisional household numbers count as none."""
        if self._delivery is None:
            return pa.nulls(0, table_schema(self._table).field(name).type)
        found = self._delivery.read(self._table, [name]).column(name).combine_chunks()
        if name == "household_no":
            found = pc.if_else(pc.fill_null(pc.starts_with(found, _PROVISIONAL), False), None, found)
        return found

    def places(self) -> pa.Table:
        """Village and town of every row, as far as the table has them."""
        schema = table_schema(self._table)
        columns = {
            name: self.column(name) if name in schema.names else pa.nulls(self.rows, pa.string()) for name in _PLACE
        }
        return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in _PLACE]))


def _pairs(table: str, before: _Side, now: _Side) -> tuple[Rows, Rows]:
    """Rows of both sides that are the same row, as two arrays of equal length, by the place in the later side."""
    names = set(table_schema(table).names)
    left, right = np.arange(before.rows), np.arange(now.rows)
    old: list[Rows] = []
    new: list[Rows] = []
    for key in _KEYS:
        if not names.issuperset(key) or (table in _PERSONS and key in _OF_GROUPS) or not (len(left) and len(right)):
            continue
        keys = [_key(side, key, rows) for side, rows in ((before, left), (now, right))]
        matched_left, matched_right = _matched(*keys)
        old.append(left[matched_left])
        new.append(right[matched_right])
        left, right = np.delete(left, matched_left), np.delete(right, matched_right)
    if not old:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    all_old, all_new = np.concatenate(old), np.concatenate(new)
    order = np.argsort(all_new, kind="stable")
    return all_old[order], all_new[order]


def _key(side: _Side, names: Sequence[str], rows: Rows) -> pa.Array:
    """The key of some rows as text; null where one of its columns is."""
    parts = [pc.cast(side.column(name).take(pa.array(rows)), pa.string()) for name in names]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "\x1f")


def _matched(left: pa.Array, right: pa.Array) -> tuple[Rows, Rows]:
    """Places with equal keys, the first of one side with the first of the other, the second with the second, and so on."""
    both = pc.dictionary_encode(pa.concat_arrays([left, right]))
    codes = np.asarray(pc.fill_null(both.indices, -1)).astype(np.int64)
    sides = [_numbered(codes[: len(left)]), _numbered(codes[len(left) :])]
    _, at_left, at_right = np.intersect1d(sides[0][1], sides[1][1], assume_unique=True, return_indices=True)
    return sides[0][0][at_left], sides[1][0][at_right]


def _numbered(codes: Rows) -> tuple[Rows, Rows]:
    """Places that have a key, and for each a number unique to its key and to how often the key came before."""
    places = np.flatnonzero(codes >= 0)
    order = np.argsort(codes[places], kind="stable")
    places = places[order]
    held = codes[places]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]]) if len(held) else np.zeros(0, np.int64)
    nth = np.arange(len(held)) - np.repeat(starts, np.diff(np.r_[starts, len(held)]))
    return places, (held << 24) + nth


def _compared(table: str) -> list[str]:
    """Columns in which rows are compared: the fields and what is kept beside them, nothing that is derived."""
    apart = {name for name, _ in PROVENANCE} - {"hidden", "struck"} | {"household_run", "town_code", "village_code"}
    beside = {"hidden", "struck", "extra", "comment"}
    return [name for name in table_schema(table).names if name not in apart and (name in FIELDS or name in beside)]


def _differ(before: pa.Array, now: pa.Array) -> npt.NDArray[np.bool_]:
    same = pc.or_(pc.fill_null(pc.equal(before, now), False), pc.and_(pc.is_null(before), pc.is_null(now)))
    return ~np.asarray(same).astype(bool)


def _lines(
    table: str, verdict: RowVerdict, side: _Side, rows: Rows, previous: Rows | None, fields: list[list[str]] | None
) -> pa.Table:
    count = len(rows)
    nothing = pa.nulls(count, pa.int64())
    columns: dict[str, Any] = {
        "table": pa.array([table] * count, pa.string()),
        "verdict": pa.array([verdict.value] * count, pa.string()),
        "record_no": nothing if verdict is RowVerdict.REMOVED else pa.array(rows, pa.int64()),
        "previous_record_no": nothing if previous is None else pa.array(previous, pa.int64()),
        **dict(zip(_PLACE, side.places().take(pa.array(rows)).columns, strict=True)),
        "fields": pa.array(
            [None] * count if fields is None else [as_set(tuple(names)) for names in fields], pa.string()
        ),
    }
    return pa.table(columns, schema=CHANGES)


def _villages(table: str, rows: pa.Table, unchanged: pa.Table) -> list[VillageChange]:
    """Counts by village: of the place a row has now, or had when it was removed."""
    same = unchanged.append_column("verdict", pa.array(["unchanged"] * unchanged.num_rows, pa.string()))
    places = pa.concat_tables([rows.select(same.column_names), same]).group_by([*_PLACE, "verdict"])
    tallies: defaultdict[tuple[str | None, ...], Counter[str]] = defaultdict(Counter)
    shown: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
    key: tuple[str | None, ...]
    for line in places.aggregate([([], "count_all")]).to_pylist():
        code, village, _, town = place = tuple(line[name] for name in _PLACE)
        key = (code,) if code is not None else (None, town, village)
        tallies[key][line["verdict"]] += line["count_all"]
        shown.setdefault(key, place)
    found = []
    for key, tally in tallies.items():
        code, village, _, town = shown[key]
        counts = (tally["added"], tally["removed"], tally["changed"], tally["unchanged"])
        found.append(VillageChange(table, code, village, town, *counts))
    return sorted(found, key=lambda one: (one.code or "9", one.town or "", one.village or ""))


def _columns(previous: Delivery | None, delivery: Delivery) -> tuple[ColumnChange, ...]:
    """Columns that came or went, fields first; one that only some sheets gained is not told."""
    if previous is None:
        return ()
    before, now = _column_rows(previous), _column_rows(delivery)
    told = [
        ColumnChange(
            FIELDS[name].zh if is_field else name, name if is_field else None, now.get(key, 0), before.get(key, 0)
        )
        for key in sorted({*before, *now}, key=lambda key: (not key[0], key[1]))
        if (key in before) != (key in now)
        for is_field, name in (key,)
    ]
    return tuple(told)


def _column_rows(delivery: Delivery) -> dict[tuple[bool, str], int]:
    """(is a field, its name or the header) → rows of the sheets that have the column."""
    rows: dict[tuple[bool, str], int] = {}
    for _, sheet in _sheets(delivery):
        for is_field, names in ((True, sheet["columns"]), (False, sheet["extra"])):
            for name in names:
                rows[is_field, name] = rows.get((is_field, name), 0) + sheet["counts"]["kept"]
    return rows


def _layouts(previous: Delivery | None, delivery: Delivery) -> tuple[LayoutChange, ...]:
    """Layouts only one of the two has, the new ones first; each with the first sheet that shows it."""
    if previous is None:
        return ()
    found = []
    known = [{sheet["fingerprint"] for _, sheet in _sheets(side)} for side in (previous, delivery)]
    for side, other, is_new in ((delivery, known[0], True), (previous, known[1], False)):
        first: dict[str, tuple[str, str]] = {}
        rows: Counter[str] = Counter()
        for file, sheet in _sheets(side):
            if sheet["fingerprint"] not in other:
                first.setdefault(sheet["fingerprint"], (file, sheet["name"]))
                rows[sheet["fingerprint"]] += sheet["counts"]["kept"]
        found += [LayoutChange(mark, *place, rows[mark], is_new) for mark, place in first.items()]
    return tuple(found)


def _sheets(delivery: Delivery) -> Iterable[tuple[str, dict[str, Any]]]:
    return (
        (file["name"], sheet)
        for file in delivery.manifest["files"]
        for sheet in file["sheets"]
        if sheet["counts"]["kept"] and sheet["fingerprint"]
    )
