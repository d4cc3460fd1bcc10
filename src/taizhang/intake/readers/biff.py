""".xls and .et (BIFF) by xlrd with formats: hidden rows, strike-through, number formats and errors as the file has them.

What xlrd cannot open is tried by calamine, which reads values and merges only; the sheets then say `hidden_known` False.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlrd

from taizhang.intake.preflight import FileRefused, Limits, corrupt, over_limit
from taizhang.intake.raw import CellKind, Comment, FileEvent, Merge, RawBlock, RawSheet, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder, Cell
from taizhang.intake.readers.calamine import CalamineWorkbook, check_lengths, number_text

VISIBILITY = {0: "visible", 1: "hidden", 2: "veryHidden"}
PICTURE = "=DISPIMG("


class BiffWorkbook:
    """An open .xls or .et."""

    def __init__(self, path: Path, limits: Limits, block_rows: int) -> None:
        self.limits, self.block_rows = limits, block_rows
        self.events: list[FileEvent] = []
        self.cells_visited = 0
        self._plain: CalamineWorkbook | None = None
        try:
            self.book: Any = xlrd.open_workbook(str(path), formatting_info=True, on_demand=True, logfile=io.StringIO())
        except MemoryError:
            raise
        except Exception as error:  # xlrd lets whatever a damaged stream causes through
            if isinstance(error, xlrd.XLRDError) and "encrypted" in str(error).lower():
                raise FileRefused(FileEvent("SR-FILE-ENCRYPTED", "error")) from error
            self._plain = CalamineWorkbook(path, limits, block_rows)
            self.events.append(FileEvent("SR-READER-PLAIN", "info"))

    def sheets(self) -> Iterator[RawSheet]:
        """The sheets in workbook order."""
        if self._plain is not None:
            yield from self._plain.sheets()
            return
        for index, name in enumerate(self.book.sheet_names()):
            meta = SheetMeta(index, name, date1904=self.book.datemode == 1)
            yield BiffSheet(self, meta)
        self.book.release_resources()


class BiffSheet:
    """One sheet; xlrd holds it whole while its blocks are read."""

    def __init__(self, workbook: BiffWorkbook, meta: SheetMeta) -> None:
        self._workbook, self._meta = workbook, meta
        book = workbook.book
        try:
            self._sheet = book.sheet_by_index(meta.index)
        except MemoryError:
            raise
        except Exception as error:
            raise corrupt("workbook", sheet=meta.name) from error
        meta.visibility = VISIBILITY.get(self._sheet.visibility, "visible")
        self._struck = [bool(book.font_list[style.font_index].struck_out) for style in book.xf_list]

    @property
    def meta(self) -> SheetMeta:
        """The facts; complete once the blocks are read."""
        return self._meta

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order. Raises FileRefused."""
        book, meta, sheet = self._workbook, self._meta, self._sheet
        meta.merges.extend(Merge(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)
        meta.comments.extend(
            Comment(row + 1, column, note.text)
            for (row, column), note in sorted(sheet.cell_note_map.items())
            if note.text.strip()
        )
        meta.hidden_columns.update(column for column, info in sheet.colinfo_map.items() if info.hidden)
        builder = BlockBuilder(book.limits, book.block_rows, sheet=meta.name)
        for row in range(sheet.nrows):
            book.cells_visited += sheet.row_len(row)
            if book.cells_visited > book.limits.cells:
                raise over_limit("cells", book.cells_visited, book.limits.cells, sheet=meta.name)
            cells = [
                cell for column, held in enumerate(sheet.row(row)) if (cell := self._cell(column, held)) is not None
            ]
            check_lengths(cells, book.limits, meta.name)
            info = sheet.rowinfo_map.get(row)
            builder.add(row + 1, cells, hidden=bool(info is not None and info.hidden))
            yield from builder.ready()
        yield from builder.rest()
        book.book.unload_sheet(meta.index)

    def _cell(self, column: int, held: Any) -> Cell | None:
        type_, value = held.ctype, held.value
        struck = held.xf_index is not None and held.xf_index < len(self._struck) and self._struck[held.xf_index]
        if type_ == xlrd.XL_CELL_TEXT:
            if not value:
                return None
            if value.startswith(PICTURE):
                return Cell(column, CellKind.UNKNOWN, None, struck=struck)
            return Cell(column, CellKind.TEXT, value, struck=struck)
        if type_ in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
            if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not-a-number
                return Cell(column, CellKind.UNKNOWN, None, struck=struck)
            return Cell(column, CellKind.NUMBER, number_text(value), type_ == xlrd.XL_CELL_DATE, struck)
        if type_ == xlrd.XL_CELL_BOOLEAN:
            return Cell(column, CellKind.BOOL, "1" if value else "0", struck=struck)
        if type_ == xlrd.XL_CELL_ERROR:
            return Cell(column, CellKind.ERROR, xlrd.error_text_from_code.get(value, "#ERROR"), struck=struck)
        return None
