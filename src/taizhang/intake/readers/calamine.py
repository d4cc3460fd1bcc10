""".xlsb and .ods by python-calamine: typed values; formats, hidden rows and notes are not to be had.

The library can abort its process (a 1.6 KB workbook with one far cell asks for 512 GiB), so it is imported by readers
only, and readers run in the child only.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from taizhang.intake.preflight import FileRefused, Limits, corrupt, over_limit
from taizhang.intake.raw import CellKind, FileEvent, Merge, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder, Cell

_VISIBLE = python_calamine.SheetVisibleEnum


def _visibility(state: Any) -> str:
    if state == _VISIBLE.VeryHidden:
        return "veryHidden"
    return "hidden" if state == _VISIBLE.Hidden else "visible"


def number_text(value: float) -> str:
    """The shortest digits that mean this double, whole numbers without `.0`, as a spreadsheet file writes them."""
    if value == int(value) and abs(value) < 1e17:
        return str(int(value))
    return repr(value).upper()


def typed_cell(column: int, value: Any) -> Cell | None:
    """A value of calamine as a cell; None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return Cell(column, CellKind.TEXT, value)
    if isinstance(value, bool):
        return Cell(column, CellKind.BOOL, "1" if value else "0")
    if isinstance(value, int):
        return Cell(column, CellKind.NUMBER, str(value))
    if isinstance(value, float):
        if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - the test for not-a-number
            return Cell(column, CellKind.UNKNOWN, None)
        return Cell(column, CellKind.NUMBER, number_text(value))
    if isinstance(value, dt.timedelta):
        return Cell(column, CellKind.DATE, str(value))
    text: str = value.isoformat()
    return Cell(column, CellKind.DATE, text)


class CalamineWorkbook:
    """An open .xlsb or .ods (or .xls for `biff.py`)."""

    def __init__(self, path: Path, limits: Limits, block_rows: int) -> None:
        self.limits, self.block_rows = limits, block_rows
        self.events: list[FileEvent] = []
        self.cells_visited = 0
        try:
            self.book = python_calamine.load_workbook(str(path))
        except python_calamine.PasswordError as error:
            raise FileRefused(FileEvent("SR-FILE-ENCRYPTED", "error")) from error
        except Exception as error:  # the library's errors share no base
            raise corrupt("workbook") from error

    def sheets(self) -> Iterator["CalamineSheet"]:
        """The worksheets in workbook order."""
        for index, facts in enumerate(self.book.sheets_metadata):
            if facts.typ == python_calamine.SheetTypeEnum.WorkSheet:
                meta = SheetMeta(index, facts.name, _visibility(facts.visible), hidden_known=False)
                yield CalamineSheet(self, meta)


class CalamineSheet:
    """One sheet as calamine hands it over: whole, so its memory counts against the child's cap."""

    def __init__(self, workbook: CalamineWorkbook, meta: SheetMeta) -> None:
        self._workbook, self._meta = workbook, meta

    @property
    def meta(self) -> SheetMeta:
        """The facts; `hidden_known` is False."""
        return self._meta

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order. Raises FileRefused."""
        book, meta = self._workbook, self._meta
        try:
            sheet = book.book.get_sheet_by_index(meta.index)
        except Exception as error:
            raise corrupt("workbook", sheet=meta.name) from error
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            meta.merges.append(Merge(top + 1, left, bottom + 1, right))
        builder = BlockBuilder(book.limits, book.block_rows, sheet=meta.name, formats_known=False)
        first_column = sheet.start[1] if sheet.start else 0  # rows are handed over from the first, columns are not
        for number, row in enumerate(sheet.iter_rows(), 1):
            book.cells_visited += len(row)
            if book.cells_visited > book.limits.cells:
                raise over_limit("cells", book.cells_visited, book.limits.cells, sheet=meta.name)
            cells = [
                cell
                for column, value in enumerate(row, first_column)
                if (cell := typed_cell(column, value)) is not None
            ]
            check_lengths(cells, book.limits, meta.name)
            builder.add(number, cells)
            yield from builder.ready()
        yield from builder.rest()


def check_lengths(cells: list[Cell], limits: Limits, sheet: str) -> None:
    """Refuse a text longer than any spreadsheet program writes."""
    for cell in cells:
        if cell.text is not None and len(cell.text) > limits.string_chars:
            raise over_limit("string_chars", len(cell.text), limits.string_chars, sheet=sheet)
