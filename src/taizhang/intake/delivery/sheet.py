"""One data sheet on its way into a table: blocks of raw cells in, Arrow batches out, nothing held but households.

Runs inside the child process. Households need the whole sheet, so batches are set aside (in memory, then on the disk)
and written in a second pass with what only the whole sheet can tell: runs, merged cells, comments, row hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.names import NameColumns, parse_names
from taizhang.identity.numbers import parse_ids
from taizhang.intake.delivery.hashing import json_objects, row_hashes
from taizhang.intake.delivery.places import Places
from taizhang.intake.delivery.schemas import EVENTS, RESERVED
from taizhang.intake.delivery.spool import Spool
from taizhang.intake.mapping import column_letter
from taizhang.intake.model import FIELDS, TABLES, Field, FieldType, IdentityRole, code_list
from taizhang.intake.raw import CellKind, RawBlock, RawColumn, SheetMeta
from taizhang.intake.rows import Dittos, HouseholdRows, Households, Verdict, find_households, merged_from
from taizhang.intake.values import Change, ColumnContext, as_set, read_column
from taizhang.intake.values.texts import clean, is_damaged_number

Mask = npt.NDArray[np.bool_]

_HOUSEHOLD_SIDE = ("relation_to_head", "household_no", "head_id_no", "head_name", "name", "size_reported", "address")
_CODES_OF_TOWNS = ("town_code", "division_code", "division_name")
_PLACES = ("village_name", "group_name", "natural_village", "address")
#: Filled down inside a household run, as places are; everything else belongs to the row it stands on.
_FILLED = ("household_no", "head_name", "head_id_no", "head_person_no")


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What to do with a column: its field, or None for a column that is kept under its own header."""

    index: int
    header: str
    field: str | None
    confidence: float = 1.0
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How a mapped sheet is read.

    code_source: see `ColumnContext`. digest: of the file, for provisional households.
    constants: text fields that hold for every row of the sheet. told: field, text and kind of cells above the table that do.
    """

    table: str
    columns: tuple[ColumnPlan, ...]
    sheet_no: int
    digest: str
    code_source: str | None = None
    century_pivot: int | None = None
    constants: tuple[tuple[str, str], ...] = ()
    told: tuple[tuple[str, str, CellKind], ...] = ()


class SheetReader:
    """Takes the data rows of one sheet and writes `s<no>-<table>.arrow` into `folder` when it is finished.

    After `finish`: `rows` kept, `households`, `lost_heads` (rows at which a household begins without its head) and
    `events`, tables of the EVENTS schema without its first two columns.
    """

    def __init__(self, plan: SheetPlan, meta: SheetMeta, folder: Path, places: Places | None) -> None:
        self.plan, self.meta, self.folder = plan, meta, folder
        self.rows = 0
        self.households: Households | None = None
        self.lost_heads: list[int] = []
        self.events: list[pa.Table] = []
        self._places = places
        self._dittos = Dittos()
        self._spool = Spool(folder / f"s{plan.sheet_no}.spool")
        fields = {name: field for name, field in TABLES[plan.table].fields.items() if name not in RESERVED}
        self._by_field: dict[str, list[ColumnPlan]] = {}
        for column in plan.columns:
            if column.field is not None and column.field in fields:
                self._by_field.setdefault(column.field, []).append(column)
        # What stands above the table is read as a column that says the same in every row, behind the sheet's own.
        behind = 1 + max((column.index for column in plan.columns), default=-1)
        self._told: dict[int, tuple[str, CellKind]] = {}
        for index, (name, text, kind) in enumerate(plan.told, behind):
            if name in fields and name not in self._by_field:
                self._by_field[name] = [ColumnPlan(index, fields[name].zh, name)]
                self._told[index] = text, kind
        self._constants = [
            (name, text) for name, text in plan.constants if name in fields and name not in self._by_field
        ]
        self._fields = [name for name in fields if name in self._by_field]
        self._extra = [column for column in plan.columns if column.field not in self._by_field]
        self._whole = [name for name in self._fields if name in _HOUSEHOLD_SIDE or _is_filled(FIELDS[name])]
        self._empty = list(self._fields)
        self.years: set[str] = set()
        self._taken_back: tuple[str, ...] = ()
        self._side: dict[str, list[pa.Array]] = {name: [] for name in ("row_no", *self._whole)}

    def take(self, block: RawBlock, kept: Mask) -> None:
        """Read the rows of a block that are data."""
        count = int(kept.sum())
        if count == 0:
            return
        cells = {index: _filtered(column, kept) for index, column in block.columns.items()}
        for index, (text, kind) in self._told.items():
            cells[index] = RawColumn(pa.array([text] * count, pa.string()), np.full(count, kind, np.uint8))
        work = _Block(block.row_numbers[kept], cells, {}, {})
        relation = work.columns.get("relation_to_head")
        if "relation_to_head" in self._by_field:
            relation = work.columns["relation_to_head"] = self._read(work, "relation_to_head", None)
        opens = np.zeros(count, bool) if relation is None else _is_head(relation)
        for name in self._fields:
            if name not in work.columns:
                work.columns[name] = self._read(work, name, opens)
        for name, text in self._constants:
            work.columns[name] = pa.array([text] * count, pa.string())
        for column in self._extra:
            if column.index in cells:
                work.extra[column.header] = _visible(cells[column.index])
        for name in self._whole:
            self._side[name].append(work.columns[name])
        rows = pa.array(work.row_numbers, pa.int32())
        self._side["row_no"].append(rows)
        self.rows += count
        self._watch(work)
        self._spool.put(
            pa.RecordBatch.from_pydict(
                {
                    "row_no": rows,
                    "hidden": pa.array(block.hidden[kept]),
                    "struck": pa.array(block.struck[kept]),
                    **work.columns,
                    "extra": json_objects(work.extra, count),
                }
            )
        )

    def take_back(self, names: Sequence[str]) -> None:
        """Leave out what stands above the table of these fields after all."""
        self._taken_back = tuple(
            name for name in names if any(one.index in self._told for one in self._by_field.get(name, ()))
        )

    def _watch(self, work: "_Block") -> None:
        """Notice what only a whole column tells: nothing in it, or several years."""
        self._empty = [name for name in self._empty if work.columns[name].null_count == len(work.columns[name])]
        if "data_year" in work.columns:
            self.years |= {year[:4] for year in pc.unique(work.columns["data_year"]).to_pylist() if year}

    def empty_columns(self) -> list[ColumnPlan]:
        """Mapped columns without a single value."""
        return [self._by_field[name][0] for name in self._empty] if self.rows else []

    def _read(self, work: "_Block", name: str, opens: Mask | None) -> pa.Array:
        """The canonical values of one field; several columns of one field become one set."""
        field = FIELDS[name]
        parts = [self._read_column(work, column, field, opens) for column in self._by_field[name]]
        if len(parts) == 1:
            return parts[0]
        rows = zip(*(part.to_pylist() for part in parts), strict=True)
        if field.type is FieldType.CODES:
            sets = ({item for text in row if text for item in text.strip("|").split("|")} for row in rows)
            return pa.array([as_set(tuple(items)) for items in sets], pa.string())
        return pc.coalesce(*parts)

    def _read_column(self, work: "_Block", column: ColumnPlan, field: Field, opens: Mask | None) -> pa.Array:
        count = len(work.row_numbers)
        raw = work.cells.get(column.index)
        if raw is None:
            raw = RawColumn(pa.nulls(count, pa.string()), np.zeros(count, np.uint8))
        is_identity = field.type in {FieldType.ID, FieldType.NAME}
        across = field.role is IdentityRole.DIVISION
        solved = self._dittos.resolve(column.index, raw, None if across else opens, refuse=is_identity)
        if solved is not None:
            self._note(work, column, raw, np.where(solved.meant, 1, np.where(solved.unknown, 2, 0)), _DITTO_SETS)
            raw = solved.column
        if is_identity:
            return self._read_identity(work, column, field, raw)
        context = ColumnContext(self.plan.code_source, column.unit, self.meta.date1904, self.plan.century_pivot)
        read = read_column(raw, field, context)
        if read.changes.any():
            self._note(work, column, raw, read.changes, read.set_texts().to_pylist())
            bad = read.not_taken()
            if bad.any():
                work.extra[field.name] = pc.if_else(pa.array(bad), raw.text, None)
        return read.values

    def _read_identity(self, work: "_Block", column: ColumnPlan, field: Field, raw: RawColumn) -> pa.Array:
        """ID numbers and names as they stand; `derive_identity` finishes them. Unknowable cells become empty."""
        odd = (raw.kind == CellKind.ERROR) | (raw.kind == CellKind.UNKNOWN)
        if odd.any():
            kinds = np.where(raw.kind == CellKind.ERROR, 1, 2) * odd
            self._note(work, column, raw, kinds, _ODD_SETS)
            raw = RawColumn(pc.if_else(pa.array(odd), None, raw.text), raw.kind, raw.date_format)
        if field.type is FieldType.NAME:
            self._name(work, column, field, raw)
            return work.columns[field.name]
        numeric = raw.kind == CellKind.NUMBER
        work.columns[f"{field.name}_numeric"] = pa.array(numeric)
        parsed = parse_ids(raw.text, numeric)
        self._note_rewritten(work, column, raw, parsed.text, numeric)
        work.columns[f"{field.name}_text"] = parsed.text
        return raw.text

    def _name(self, work: "_Block", column: ColumnPlan, field: Field, raw: RawColumn) -> None:
        names = parse_names(raw.text)
        self._note_rewritten(work, column, raw, names.text, None)
        work.columns[field.name] = names.text
        if field.name in {"name", "head_name"}:
            work.columns[f"{field.name}_id"] = name_ids(names)
        if field.name == "name":
            work.columns["name_defects"] = names.defects
            work.columns["name_note"] = names.note
            work.columns["name_alias"] = names.alias

    def _note_rewritten(
        self, work: "_Block", column: ColumnPlan, raw: RawColumn, text: pa.StringArray, numeric: Mask | None
    ) -> None:
        """Events of cells whose identity text is not what was typed."""
        same = pc.fill_null(pc.equal(raw.text, text), False)
        changed = np.flatnonzero(np.asarray(pc.and_(pc.is_valid(raw.text), pc.invert(same))))
        if not len(changed):
            return
        sets: list[str | None] = [None]
        places = np.zeros(len(raw.text), np.int64)
        for row, typed in zip(changed.tolist(), raw.text.take(pa.array(changed)).to_pylist(), strict=True):
            codes = _rewriting(typed, text[row].as_py(), stored_as_number=bool(numeric is not None and numeric[row]))
            if codes:
                sets.append(codes)
                places[row] = len(sets) - 1
        self._note(work, column, raw, places, sets)

    def _note(
        self,
        work: "_Block",
        column: ColumnPlan,
        raw: RawColumn,
        places: npt.NDArray[Any],
        sets: Sequence[str | None],
    ) -> None:
        """Write events: per row a place in `sets`, 0 for none."""
        at = np.flatnonzero(places)
        if not len(at) or column.index in self._told:  # the cell above the table is none of these rows' cells
            return
        rows = work.row_numbers[at]
        letter = column_letter(column.index)
        chosen = pa.array(at)
        self.events.append(
            pa.table(
                {
                    "row_no": pa.array(rows, pa.int32()),
                    "field": pa.array([column.field] * len(at), pa.string()),
                    "cell": pc.binary_join_element_wise(letter, pc.cast(pa.array(rows), pa.string()), ""),
                    "codes": pa.array(list(sets), pa.string()).take(pa.array(places[at])),
                    "raw_kind": pa.array(raw.kind[at].astype(np.int8)),
                    "raw": raw.text.take(chosen),
                },
                schema=_CELL_EVENTS,
            )
        )

    def finish(self) -> None:
        """Find the households, fill what may be filled, and write the table."""
        if self.rows == 0:
            return
        side = {name: pa.concat_arrays(arrays) for name, arrays in self._side.items()}
        self._side.clear()
        row_numbers = np.asarray(side["row_no"])
        replaced = self._fill_merges(side, row_numbers)
        if self.plan.table == "record":
            replaced |= self._fill_households(side | replaced, row_numbers)
        comments = self._comments(row_numbers)
        target = self.folder / f"s{self.plan.sheet_no}-{self.plan.table}.arrow"
        writer = None
        start = 0
        try:
            for batch in self._spool.batches():
                columns = {name: batch.column(name) for name in batch.schema.names}
                columns |= {name: array.slice(start, batch.num_rows) for name, array in replaced.items()}
                columns |= {name: pa.nulls(batch.num_rows, columns[name].type) for name in self._taken_back}
                columns["comment"] = comments.slice(start, batch.num_rows)
                columns["row_hash"] = row_hashes(self._canonical(columns), batch.num_rows)
                self._find_places(columns)
                done = pa.RecordBatch.from_pydict(columns)
                if writer is None:
                    writer = pa.ipc.new_file(target, done.schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
                writer.write_batch(done)
                start += batch.num_rows
        finally:
            if writer is not None:
                writer.close()

    def _canonical(self, columns: dict[str, pa.Array]) -> list[tuple[str, pa.Array]]:
        return [(name, columns.get(f"{name}_text", columns[name])) for name in self._fields]

    def _fill_merges(self, side: dict[str, pa.Array], row_numbers: npt.NDArray[Any]) -> dict[str, pa.Array]:
        replaced: dict[str, pa.Array] = {}
        for name in self._whole:
            if not _is_filled(FIELDS[name]):
                continue
            column = self._by_field[name][0]
            source = merged_from(self.meta.merges, column.index, row_numbers)
            if source is not None:
                replaced[name] = self._filled(side[name], source, column, row_numbers, Change.MERGE_FILL)
        return replaced

    def _filled(
        self,
        values: pa.Array,
        source: npt.NDArray[np.int64],
        column: ColumnPlan,
        row_numbers: npt.NDArray[Any],
        change: Change,
    ) -> pa.Array:
        """Empty cells take the value of their source row (-1: none), with an event."""
        has_source = source >= 0
        offered = pc.take(values, pa.array(np.where(has_source, source, 0)))
        gets = np.asarray(pc.and_(pc.is_null(values), pc.is_valid(offered))) & has_source
        if not gets.any():
            return values
        work = _Block(row_numbers, {}, {}, {})
        empty = RawColumn(pa.nulls(len(values), pa.string()), np.zeros(len(values), np.uint8))
        self._note(work, column, empty, gets.astype(np.int64), [None, as_set((change,))])
        return pc.if_else(pa.array(gets), offered, values)

    def _fill_households(self, side: dict[str, pa.Array], row_numbers: npt.NDArray[Any]) -> dict[str, pa.Array]:
        head_id, head_name = side.get("head_id_no"), side.get("head_name")
        head = head_id if head_id is not None and _share(head_id) >= _share(head_name) else head_name
        found = find_households(
            HouseholdRows(
                self.rows, side.get("relation_to_head"), side.get("household_no"), head, side.get("name"),
                side.get("size_reported"), tuple(side[name] for name in _PLACES if name in side),
            )
        )  # fmt: skip
        self.households = found
        self.lost_heads = row_numbers[list(found.lost)].tolist()
        has_run = found.run >= 0
        replaced: dict[str, pa.Array] = {
            "household_run": pa.array(found.run.astype(np.int32), pa.int32(), mask=~has_run)
        }
        numbers = side.get("household_no")
        if numbers is not None and found.verdict is not Verdict.NONE:
            numbers = self._filled(
                numbers, found.number_from, self._by_field["household_no"][0], row_numbers, Change.FILLDOWN
            )
        if numbers is None:
            numbers = pa.nulls(self.rows, pa.string())
        nameless = np.asarray(pc.is_null(numbers)) & has_run
        if nameless.any():
            opened = pa.array(row_numbers[np.where(has_run, found.opened_at, 0)])
            prefix = f"TEMP-{self.plan.digest[:8]}-{self.plan.sheet_no}-"
            provisional = pc.binary_join_element_wise(prefix, pc.cast(opened, pa.string()), "")
            numbers = pc.if_else(pa.array(nameless), provisional, numbers)
        replaced["household_no"] = numbers
        if found.verdict is Verdict.FILLED:
            for name in self._whole:
                if name in _FILLED[1:] or FIELDS[name].role is IdentityRole.DIVISION:
                    column = self._by_field[name][0]
                    replaced[name] = self._filled(side[name], found.opened_at, column, row_numbers, Change.FILLDOWN)
        return replaced

    def _comments(self, row_numbers: npt.NDArray[Any]) -> pa.StringArray:
        by_row: dict[int, list[str]] = {}
        for comment in self.meta.comments:
            by_row.setdefault(comment.row, []).append(f"{column_letter(comment.column)}{comment.row}：{comment.text}")
        if not by_row:
            return pa.nulls(len(row_numbers), pa.string())
        texts = ["\n".join(by_row[row]) if row in by_row else None for row in row_numbers.tolist()]
        return pa.array(texts, pa.string())

    def _find_places(self, columns: dict[str, pa.Array]) -> None:
        """Codes by name where the sheet names a town, or a village that is the county's only one; a code the sheet gives stands."""
        if self._places is None:
            return
        if "town_name" in columns:
            towns, villages = self._places.codes(columns["town_name"], columns.get("village_name"))
        elif "village_name" in columns and columns.keys().isdisjoint(_CODES_OF_TOWNS):
            columns["town_name"], towns, villages = self._places.homes(columns["village_name"])
        else:
            return
        for name, found in (("town_code", towns), ("village_code", villages)):
            if name in TABLES[self.plan.table].fields:
                columns[name] = pc.coalesce(columns[name], found) if name in columns else found


@dataclass(slots=True)
class _Block:
    """The data rows of a block while they are read: raw cells, what became of them, and what is left over."""

    row_numbers: npt.NDArray[Any]
    cells: dict[int, RawColumn]
    columns: dict[str, pa.Array]
    extra: dict[str, pa.StringArray]


_CELL_EVENTS = pa.schema(list(EVENTS)[2:])
_DITTO_SETS = [None, as_set((Change.DITTO,)), as_set((Change.DITTO_UNKNOWN,))]
_ODD_SETS = [None, as_set((Change.ERROR_CELL,)), as_set((Change.FORMULA,))]


def name_ids(names: NameColumns) -> pa.Int64Array:
    """The ids of a parsed column, null where there is no name."""
    return pa.array(names.name_id, pa.int64(), mask=np.asarray(pc.is_null(names.text)))


def _is_filled(field: Field) -> bool:
    """Whether merged cells of the field are filled down: values of households and places, never of persons."""
    return field.of_household or field.role is IdentityRole.DIVISION or field.name in _FILLED


def _is_head(relation: pa.StringArray) -> Mask:
    heads: Mask = np.asarray(pc.fill_null(pc.equal(relation, code_list("relation_to_head").label_of("head")), False))
    return heads


def _filtered(column: RawColumn, kept: Mask) -> RawColumn:
    if kept.all():
        return column
    dates = None if column.date_format is None else column.date_format[kept]
    return RawColumn(column.text.filter(pa.array(kept)), column.kind[kept], dates)


def _visible(column: RawColumn) -> pa.StringArray:
    return pc.if_else(pc.equal(column.text, ""), None, column.text)


def _share(column: pa.Array | None) -> float:
    return 0.0 if column is None or not len(column) else 1 - column.null_count / len(column)


def _rewriting(typed: str, text: str | None, *, stored_as_number: bool) -> str | None:
    """Which changes lead from a typed identity text to its normal form; None for a cell that is merely blank."""
    cleaned, changes = clean(typed)
    if not cleaned:
        return None
    codes: list[str] = [*changes]
    if stored_as_number and is_damaged_number(typed):
        return as_set((Change.EXCEL_NUMERIC,))
    if text is not None and cleaned != text and cleaned.upper() == text:
        codes.append(Change.UPPER_X)
    elif text != cleaned:
        codes.append(Change.NORMALISED)
    return as_set(tuple(codes))
