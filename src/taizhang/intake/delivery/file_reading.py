"""One file from its bytes to Arrow tables: the task that runs inside the capped child process.

`read_file` writes into the folder it is given and returns what it learnt as plain values. It never raises for what a
file holds, except FileRefused, which the pool turns into events.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.divisions import named_in
from taizhang.intake.delivery.facts import FileFacts, SheetFacts
from taizhang.intake.delivery.holding import COLUMN_EMPTY
from taizhang.intake.delivery.places import NOTHING_NAMED, OUTSIDE, PLACE_DOUBT, NamedOutside, Places
from taizhang.intake.delivery.quarantine import explain_rows, explain_sheet
from taizhang.intake.delivery.schemas import EVENTS, QUARANTINE, RESERVED
from taizhang.intake.delivery.sheet import ColumnPlan, SheetPlan, SheetReader
from taizhang.intake.mapping import (
    HEADER_EXTRA,
    LayoutMemory,
    MappedSheet,
    RowClassifier,
    RowKind,
    SheetHead,
    Status,
    column_letter,
    map_sheet,
    read_head,
    shown_sheet,
    write_mapping,
)
from taizhang.intake.mapping.above import is_of_household
from taizhang.intake.model import FIELDS
from taizhang.intake.preflight import Limits
from taizhang.intake.raw import CellKind, FileEvent, RawBlock, RawColumn, RawSheet, SheetMeta
from taizhang.intake.readers import open_workbook
from taizhang.intake.rows import Verdict
from taizhang.intake.sniff import FileKind
from taizhang.intake.values.amounts import unit_factor

_COUNTED = {
    RowKind.BLANK: "blank",
    RowKind.REPEATED_HEADER: "repeated_header",
    RowKind.COLUMN_NUMBERS: "column_numbers",
    RowKind.TOTAL: "total",
    RowKind.NOTE: "note",
    RowKind.SIGNATURE: "signature",
    RowKind.TITLE: "title",
}
_OF_PEOPLE = frozenset({"record", "household", "work_spell", "planned_work"})
_TOWNS = frozenset({"town_name", "town_code", "division_code", "division_name"})
_VILLAGES = frozenset({"village_name", "village_code", "division_code", "division_name"})
_PLACED = ("town_name", "village_name")
MOST_PLACES = 50  # of one sheet: a thousand alike places help nobody
_FOOTERS = ("total", "note", "signature")


def read_file(
    path: Path,
    *,
    out: str,
    kind: str,
    name: str,
    source_kind: str,
    county: str,
    divisions: str | None,
    layouts: str,
    limits: Limits,
) -> FileFacts:
    """Read a file into `out`: `s<no>-<table>.arrow`, `events.arrow`, `quarantine.arrow`, `questions.json`, `extra.json`.

    path: the kept copy, named by its SHA-256. kind: as sniffed. name: as the sender calls it, for questions.
    source_kind: whose aliases and numberings hold. divisions: the county's list, None for the shipped one.
    layouts: folder of confirmed mappings. limits: what the file may cost. Raises FileRefused; whatever was written then counts for nothing.
    """
    started = perf_counter()
    workbook = open_workbook(path, FileKind(kind), limits)
    reading = _FileReading(
        Path(out),
        path.name,
        name,
        source_kind,
        LayoutMemory(Path(layouts)),
        Places(None if divisions is None else Path(divisions), county),
        FileFacts(kind),
    )
    for sheet in workbook.sheets():
        reading.read_sheet(sheet)
    facts = reading.facts
    encoding = getattr(workbook, "encoding", None)
    facts.encoding = None if encoding is None else encoding.name
    facts.events = [*workbook.events, *facts.events]
    reading.close()
    facts.seconds["child"] = perf_counter() - started
    return facts


LOOKED_AT = 512  # rows at once for the header of another segment


@dataclass(slots=True)
class _Segment:
    """A run of rows under one header; a sheet has more than one where another header begins further down."""

    mapped: MappedSheet
    facts: SheetFacts
    classifier: RowClassifier | None
    reader: SheetReader | None
    hidden_rows: int = 0
    outside: NamedOutside = NOTHING_NAMED


class _FileReading:
    """The state of one file while its sheets are read."""

    def __init__(
        self,
        folder: Path,
        digest: str,
        name: str,
        source_kind: str,
        memory: LayoutMemory,
        places: Places,
        facts: FileFacts,
    ) -> None:
        self.facts = facts
        self._folder, self._digest, self._name = folder, digest, name
        self._source_kind, self._memory, self._places = source_kind, memory, places
        self._events: list[pa.Table] = []
        self._quarantine: list[pa.Table] = []
        self._questions: dict[str, dict[str, Any]] = {}
        self._extra: dict[str, str] = {}

    def read_sheet(self, sheet: RawSheet) -> None:
        """Read a sheet block by block; a header further down begins another segment."""
        segment: _Segment | None = None
        for block in sheet.blocks():
            if segment is None:
                segment = self._begin(read_head([block], sheet.meta), sheet.meta)
            rest = block
            while (next_header := _next_header(segment, rest)) is not None:
                self._take(segment, _rows(rest, None, next_header))
                self._end(segment, sheet.meta)
                segment = self._begin(read_head([block], sheet.meta, from_row=next_header), sheet.meta, is_further=True)
                rest = _rows(rest, next_header, None)
            self._take(segment, rest)
        if segment is None:
            segment = self._begin(read_head([], sheet.meta), sheet.meta)
        self._end(segment, sheet.meta)

    def _begin(self, head: SheetHead, meta: SheetMeta, *, is_further: bool = False) -> _Segment:
        """Begin a table; is_further: one below another of the sheet, which the sheet's name and title may not be about."""
        mapped = map_sheet(head, source_kind=self._source_kind, memory=self._memory)
        facts = SheetFacts(
            no=len(self.facts.sheets),
            name=meta.name,
            visibility=meta.visibility,
            kind=mapped.sheet_class.value,
            status=mapped.status.value,
            table=mapped.table,
            fingerprint=mapped.fingerprint or None,
            layout=mapped.layout,
            header_first=mapped.header_first or None,
            header_last=mapped.header_last or None,
        )
        self.facts.sheets.append(facts)
        self.facts.events += mapped.events
        for column in mapped.columns:
            if column.field is None or column.field in RESERVED:
                facts.extra[_unique(column.title or column.letter, facts.extra)] = column.letter
            else:
                earlier = facts.columns.get(column.field)
                facts.columns[column.field] = column.letter if earlier is None else f"{earlier},{column.letter}"
                facts.confidence[column.field] = round(column.confidence, 3)
        facts.told = {told.field: f"{column_letter(told.column)}{told.row}" for told in mapped.told}
        if mapped.questions and mapped.fingerprint:
            paths = {column.index: column.full_path for column in mapped.columns}
            notes = {
                paths[question.column]: question.message for question in mapped.questions if question.column is not None
            }
            self._questions[mapped.fingerprint] = {
                "mapping": write_mapping(mapped.to_mapping(f"{self._name}《{meta.name}》"), notes),
                "shown": shown_sheet(head, mapped, self._name),
            }
        elif any(event.code == HEADER_EXTRA for event in mapped.events):
            self._extra[mapped.fingerprint] = write_mapping(mapped.to_mapping(f"{self._name}《{meta.name}》"))
        if mapped.status is not Status.MAPPED or mapped.table is None:
            return _Segment(mapped, facts, None, None)
        outside = self._named_outside(head, mapped, facts)
        if is_further and not is_of_household(mapped.told) and (outside.town or outside.village):
            # Between two tables of a sheet may stand which other village's the second is.
            outside = NamedOutside(doubt=tuple(one.name for one in (outside.town, outside.village) if one))
        if outside.doubt:
            self._doubt(facts, outside.doubt)
        placed = {name: said for name, said in _placed(outside).items() if name in _missing(facts)}
        facts.told |= {name: by for name, (_, by) in placed.items()}
        plan = SheetPlan(
            table=mapped.table,
            columns=_plans(mapped),
            sheet_no=facts.no,
            digest=self._digest,
            code_source=mapped.code_source,
            constants=tuple(mapped.constants.items()),
            told=(
                *((told.field, told.text, head.kind(told.row, told.column)) for told in mapped.told),
                *((name, text, CellKind.TEXT) for name, (text, _) in placed.items()),
            ),
        )
        reader = SheetReader(plan, meta, self._folder, self._places)
        return _Segment(mapped, facts, RowClassifier(mapped), reader, outside=outside)

    def _named_outside(self, head: SheetHead, mapped: MappedSheet, facts: SheetFacts) -> NamedOutside:
        """Town and village that hold for all rows of a sheet which has no column for them; told outside the rows."""
        missing = _missing(facts)
        if mapped.table not in _OF_PEOPLE or not missing:
            return NOTHING_NAMED
        *folders, name = self._name.split("/")
        texts = list(zip(OUTSIDE, ((head.name,), mapped.titles, (Path(name).stem,), folders[::-1]), strict=True))
        seems = named_in(text for _, lines in texts for text in lines)
        facts.seems = {"town_name": seems.town, "village_name": seems.village}
        named = self._places.named(texts)
        column = mapped.by_field.get("town_name")
        if named.home is not None and column is not None:
            towns = head.sample(column.index, mapped.header_last)
            if not self._places.is_all(named.home.code, towns):
                named = replace(named, village=None, home=None, doubt=(*named.doubt, named.home.name))
        return named if "village_name" in missing else replace(named, village=None, home=None)

    def _deny(self, segment: _Segment, block: RawBlock, below: npt.NDArray[np.bool_]) -> None:
        """Take back the place of a sheet in which a line further down, alone in its row, names another."""
        filled = sum(
            column.text.is_valid().to_numpy(zero_copy_only=False).astype(int) for column in block.columns.values()
        )
        for at in np.flatnonzero(below & (filled == 1)):
            [text] = [said for column in block.columns.values() if (said := column.text[int(at)].as_py()) is not None]
            if segment.outside.denies(self._places.mentioned(text)) and segment.reader is not None:
                named = segment.outside
                self._doubt(segment.facts, [place.name for place in (named.town or named.home, named.village) if place])
                segment.reader.take_back(_PLACED)
                segment.facts.told = {name: by for name, by in segment.facts.told.items() if name not in _PLACED}
                segment.outside = NOTHING_NAMED
                return

    def _doubt(self, facts: SheetFacts, names: Sequence[str]) -> None:
        self._event(PLACE_DOUBT, "warn", facts, names="、".join(names))

    def _take(self, segment: _Segment, block: RawBlock) -> None:
        counts = segment.facts.counts
        rows = len(block.row_numbers)
        counts.read += rows
        if segment.reader is None or segment.classifier is None:
            if segment.mapped.status is Status.WAITING:
                counts.quarantined += rows
            else:
                counts.skip(segment.mapped.sheet_class.value, rows)
            return
        kinds = segment.classifier.kinds(block)
        above = block.row_numbers < segment.mapped.header_first
        in_header = ~above & (block.row_numbers < segment.mapped.first_data_row)
        counts.skip("title", int(above.sum()))
        counts.skip("header", int(in_header.sum()))
        below = ~above & ~in_header
        for kind, reason in _COUNTED.items():
            counts.skip(reason, int((below & (kinds == kind)).sum()))
        if segment.outside != NOTHING_NAMED:
            self._deny(segment, block, below)
        kept = below & (kinds == RowKind.DATA)
        strange = below & (kinds == RowKind.OTHER_HEADER)
        if strange.any():
            counts.quarantined += int(strange.sum())
            self._quarantine.append(explain_rows(segment.facts, block, strange))
        counts.kept += int(kept.sum())
        segment.hidden_rows += int((block.hidden & kept).sum())
        segment.reader.take(block, kept)

    def _end(self, segment: _Segment, meta: SheetMeta) -> None:
        facts, counts = segment.facts, segment.facts.counts
        if segment.reader is None:
            if segment.mapped.status is Status.WAITING:
                messages = tuple((question.code, question.message) for question in segment.mapped.questions)
                self._quarantine.append(explain_sheet(facts, messages))
            return
        reader = segment.reader
        reader.finish()
        for table in reader.events:
            self._events.append(table.append_column("sheet_no", pa.array([facts.no] * table.num_rows, pa.int16())))
        self._tell_households(facts, reader)
        self._tell(segment, meta, reader)
        counts.skipped = dict(sorted(counts.skipped.items()))

    def _tell_households(self, facts: SheetFacts, reader: SheetReader) -> None:
        found = reader.households
        if found is None:
            return
        facts.households, facts.households_why = found.verdict.value, dict(found.why)
        facts.runs = int(found.run.max(initial=-1)) + 1
        if found.verdict is Verdict.REFUSED:
            self._event("SR-HOUSEHOLD-RUNS", "error", facts, **found.why)
            self._quarantine.append(explain_sheet(facts, (("SR-HOUSEHOLD-RUNS", ""),)))
        elif found.why:
            self._event("SR-HOUSEHOLD-RUNS", "warn", facts, **found.why)
        for row in reader.lost_heads[:MOST_PLACES]:
            self.facts.events.append(FileEvent("SR-HEAD-LOST", "warn", facts.name, f"A{row}"))

    def _tell(self, segment: _Segment, meta: SheetMeta, reader: SheetReader) -> None:
        facts = segment.facts
        footers = sum(facts.counts.skipped.get(reason, 0) for reason in _FOOTERS)
        if footers:
            self._event("SR-FOOTER", "info", facts, rows=footers)
        if segment.hidden_rows or meta.hidden_columns:
            self._event("SR-HIDDEN", "info", facts, rows=segment.hidden_rows, columns=len(meta.hidden_columns))
        for column in reader.empty_columns():
            self._event(COLUMN_EMPTY, "info", facts, header=column.header, field=column.field or "")
        if len(reader.years) > 1:
            self._event("SR-YEAR-MIX", "warn", facts, years=len(reader.years))

    def _event(self, code: str, severity: str, facts: SheetFacts, **about: str | int) -> None:
        self.facts.events.append(FileEvent(code, severity, facts.name, facts={key: about[key] for key in about}))

    def close(self) -> None:
        """Write what all sheets together gave."""
        if self._places.unknown:
            self.facts.events.append(FileEvent("SR-REGION", "warn", facts={"names": len(self._places.unknown)}))
        _write(self._folder / "events.arrow", self._events, EVENTS)
        _write(self._folder / "quarantine.arrow", self._quarantine, QUARANTINE)
        text = json.dumps(self._questions, ensure_ascii=False)
        (self._folder / "questions.json").write_text(text, "utf-8")
        (self._folder / "extra.json").write_text(json.dumps(self._extra, ensure_ascii=False), "utf-8")


def _missing(facts: SheetFacts) -> frozenset[str]:
    """Those of town and village that no column of a sheet tells, and no line above its table."""
    there = {*facts.columns, *facts.told}
    return frozenset(
        name for name, columns in (("town_name", _TOWNS), ("village_name", _VILLAGES)) if not there & columns
    )


def _placed(outside: NamedOutside) -> dict[str, tuple[str, str]]:
    """Field → name, and which text says so."""
    found: dict[str, tuple[str, str]] = {}
    town, by = (outside.town, outside.town_by) if outside.town is not None else (outside.home, outside.village_by)
    if town is not None:
        found["town_name"] = town.name, by
    if outside.village is not None:
        found["village_name"] = outside.village.name, outside.village_by
    return found


def _next_header(segment: _Segment, block: RawBlock) -> int | None:
    """The row of a block at which another layout, or the next page of a form, begins; None where none does."""
    if segment.classifier is None:
        return None
    for start in range(0, len(block.row_numbers), LOOKED_AT):  # a workbook of forms has hundreds in one block
        part = _part(block, start, start + LOOKED_AT)
        at = np.flatnonzero(segment.classifier.kinds(part) == RowKind.OTHER_HEADER)
        at = at[part.row_numbers[at] >= segment.mapped.first_data_row]
        if len(at):
            return int(part.row_numbers[at[0]])
    return None


def _rows(block: RawBlock, first: int | None, before: int | None) -> RawBlock:
    """The rows of a block from spreadsheet row `first` on, and before another."""
    start = 0 if first is None else int(np.searchsorted(block.row_numbers, first))
    stop = len(block.row_numbers) if before is None else int(np.searchsorted(block.row_numbers, before))
    return _part(block, start, stop)


def _part(block: RawBlock, start: int, stop: int) -> RawBlock:
    columns = {
        index: RawColumn(
            column.text.slice(start, stop - start),
            column.kind[start:stop],
            None if column.date_format is None else column.date_format[start:stop],
        )
        for index, column in block.columns.items()
    }
    return RawBlock(block.row_numbers[start:stop], columns, block.hidden[start:stop], block.struck[start:stop])


def _plans(mapped: MappedSheet) -> tuple[ColumnPlan, ...]:
    taken: dict[str, str] = {}
    plans = []
    for column in mapped.columns:
        unit = column.unit
        if unit is None and column.field is not None and mapped.unit is not None:
            unit = mapped.unit if unit_factor(mapped.unit, FIELDS[column.field].unit) is not None else None
        header = column.title or column.letter
        if column.field is None or column.field in RESERVED:
            header = _unique(header, taken)
            taken[header] = column.letter
        plans.append(ColumnPlan(column.index, header, column.field, column.confidence, unit))
    return tuple(plans)


def _unique(header: str, taken: dict[str, str]) -> str:
    """A header that is there already gets its place behind it, never its predecessor's values."""
    number, unique = 2, header
    while unique in taken:
        unique, number = f"{header}#{number}", number + 1
    return unique


def _write(path: Path, tables: list[pa.Table], schema: pa.Schema) -> None:
    """One file of all tables; columns a table does not have yet (file_no) are null."""
    if not tables:
        return
    filled = [_with_schema(table, schema) for table in tables]
    with pa.ipc.new_file(path, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        for table in filled:
            writer.write_table(table)


def _with_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    names = set(table.column_names)
    arrays = [
        pc.cast(table.column(entry.name), entry.type) if entry.name in names else pa.nulls(table.num_rows, entry.type)
        for entry in schema
    ]
    return pa.table(arrays, schema=schema)
