"""Collects rows of cells into `RawBlock`s: the slow, obvious way that every scalar reader uses."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from taizhang.intake.preflight import Limits, over_limit
from taizhang.intake.raw import CellKind, RawBlock, RawColumn


class Cell(NamedTuple):
    """One cell that is not empty. `column` is 0-based; `text` is None for UNKNOWN only."""

    column: int
    kind: CellKind
    text: str | None
    is_date: bool = False
    struck: bool = False


class BlockBuilder:
    """Rows in, blocks out; counts rows and columns of one sheet against the limits.

    formats_known: whether this file type knows number formats; `date_format` of every column is None where not.
    """

    def __init__(self, limits: Limits, block_rows: int, *, sheet: str, formats_known: bool = True) -> None:
        self._limits, self.block_rows, self._sheet = limits, block_rows, sheet
        self._formats_known = formats_known
        self._columns_seen: set[int] = set()
        self._rows_kept = 0
        self._ready: list[RawBlock] = []
        self._clear()

    def _clear(self) -> None:
        self._numbers: list[int] = []
        self._hidden: list[bool] = []
        self._struck: list[bool] = []
        self._cells: dict[int, tuple[list[int], list[Cell]]] = {}

    def add(self, number: int, cells: Sequence[Cell], *, hidden: bool = False) -> None:
        """Take one row; a row without cells leaves no trace. Raises FileRefused over a limit."""
        if not cells:
            return
        place = len(self._numbers)
        columns = self._cells
        for cell in cells:
            held = columns.get(cell[0])
            if held is None:
                held = columns[cell[0]] = ([], [])
            held[0].append(place)
            held[1].append(cell)
        self._numbers.append(number)
        self._hidden.append(hidden)
        self._struck.append(sum(cell[4] for cell in cells) * 2 > len(cells))
        if len(columns) > self._limits.columns:
            raise over_limit("columns", len(columns), self._limits.columns, sheet=self._sheet)
        if len(self._numbers) >= self.block_rows:
            self._ready.append(self._build())

    def admit(self, rows: int, columns: Iterable[int]) -> None:
        """Count rows and columns of the sheet, also those of blocks made elsewhere. Raises FileRefused."""
        self._rows_kept += rows
        if self._rows_kept > self._limits.rows:
            raise over_limit("rows", self._rows_kept, self._limits.rows, sheet=self._sheet)
        self._columns_seen.update(columns)
        if len(self._columns_seen) > self._limits.columns:
            raise over_limit("columns", len(self._columns_seen), self._limits.columns, sheet=self._sheet)

    def ready(self) -> list[RawBlock]:
        """The full blocks since the last call."""
        blocks, self._ready = self._ready, []
        return blocks

    def rest(self) -> list[RawBlock]:
        """All rows since the last call, the last block not full."""
        if self._numbers:
            self._ready.append(self._build())
        return self.ready()

    def _build(self) -> RawBlock:
        length = len(self._numbers)
        self.admit(length, self._cells)
        block = RawBlock(
            row_numbers=np.array(self._numbers, dtype=np.int32),
            columns={column: self._column(length, *self._cells[column]) for column in sorted(self._cells)},
            hidden=np.array(self._hidden, dtype=np.bool_),
            struck=np.array(self._struck, dtype=np.bool_),
        )
        self._clear()
        return block

    def _column(self, length: int, places: list[int], cells: Iterable[Cell]) -> RawColumn:
        texts: list[str | None] = [None] * length
        kind = np.zeros(length, dtype=np.uint8)
        dates = np.zeros(length, dtype=np.bool_)
        for place, cell in zip(places, cells, strict=True):
            texts[place] = cell[2]
            kind[place] = cell[1]
            if cell[3]:
                dates[place] = True
        has_dates = self._formats_known and bool(dates.any())
        return RawColumn(pa.array(texts, type=pa.string()), kind, dates if has_dates else None)


def column_letters(column: int) -> str:
    """The letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The address a spreadsheet program shows; row 1-based, column 0-based."""
    return f"{column_letters(column)}{row}"
