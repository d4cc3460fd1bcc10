"""The head of a sheet: its first rows as a person would see them, and samples of its columns.

This is all that mapping ever looks at. It is built from the first block(s) a reader hands over, so a sheet is mapped
before the rest of it is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from taizhang.intake.raw import CellKind, Merge, RawBlock, RawColumn, SheetMeta

HEAD_ROWS = 40  # filled rows looked at for the header; intake.md §10 measured 30, notes above long forms need more
SAMPLE_ROWS = 500  # values a column profile may use (intake.md §11.5)


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One filled row: its spreadsheet number and its non-empty cells by 0-based column."""

    number: int
    cells: dict[int, str]


@dataclass(frozen=True)
class SheetHead:
    """What mapping looks at.

    rows: up to `HEAD_ROWS` filled rows in file order.
    merges: merged ranges known so far (none for text files and for readers that learn of merges at the end).
    blocks: the blocks the rows were taken from, kept for sampling.
    """

    name: str
    visibility: str
    rows: tuple[HeadRow, ...]
    merges: tuple[Merge, ...] = ()
    blocks: tuple[RawBlock, ...] = field(default=(), repr=False)

    @property
    def row_count(self) -> int:
        """Rows seen so far (of the blocks given, not necessarily of the sheet)."""
        return sum(len(block.row_numbers) for block in self.blocks)

    def kind(self, row: int, column: int) -> CellKind:
        """The type the file gives a cell of the head; EMPTY where there is none."""
        for block in self.blocks:
            at = int(np.searchsorted(block.row_numbers, row))
            if column in block.columns and at < len(block.row_numbers) and block.row_numbers[at] == row:
                return CellKind(int(block.columns[column].kind[at]))
        return CellKind.EMPTY

    def sample(self, column: int, after: int, limit: int = SAMPLE_ROWS) -> list[str]:
        """Up to `limit` non-empty texts of a column below spreadsheet row `after`, in file order."""
        found: list[str] = []
        for block in self.blocks:
            cells = block.columns.get(column)
            if cells is None:
                continue
            start = int(np.searchsorted(block.row_numbers, after, side="right"))
            texts = cells.text.slice(start, SAMPLE_ROWS).drop_null()
            found += [text for text in texts.slice(0, limit - len(found)).to_pylist() if text.strip()]
            if len(found) >= limit:
                break
        return found


def read_head(blocks: Sequence[RawBlock], meta: SheetMeta, *, from_row: int = 1) -> SheetHead:
    """The head of a sheet from the blocks read so far, beginning at spreadsheet row `from_row`.

    One block of a few hundred rows is enough. `from_row` > 1 gives the head of a second segment (see `RowClassifier`).
    """
    rows: list[HeadRow] = []
    for block in blocks:
        start = int(np.searchsorted(block.row_numbers, from_row))
        # Rows without text are left out by most readers, but not by all: look a little further than HEAD_ROWS.
        numbers = block.row_numbers[start : start + 2 * HEAD_ROWS]
        cells: list[dict[int, str]] = [{} for _ in numbers]
        for index, column in sorted(block.columns.items()):
            for at, text in enumerate(column.text.slice(start, len(numbers)).to_pylist()):
                if text is not None and text.strip():
                    cells[at][index] = text
        rows += [HeadRow(int(number), row) for number, row in zip(numbers, cells, strict=True) if row]
        if len(rows) >= HEAD_ROWS:
            break
    return SheetHead(
        name=meta.name,
        visibility=meta.visibility,
        rows=tuple(rows[:HEAD_ROWS]),
        merges=tuple(meta.merges),
        blocks=tuple(blocks),
    )


def block_of(rows: Iterable[Sequence[str | None]], first_row: int = 1) -> RawBlock:
    """A block of text cells from plain rows: for text tables held in memory and for tests."""
    table = [[cell if cell not in ("", None) else None for cell in row] for row in rows]
    width = max((len(row) for row in table), default=0)
    columns = {}
    for index in range(width):
        values = [row[index] if index < len(row) else None for row in table]
        kinds = np.array([CellKind.EMPTY if value is None else CellKind.TEXT for value in values], np.uint8)
        columns[index] = RawColumn(pa.array(values, pa.string()), kinds)
    count = len(table)
    return RawBlock(
        row_numbers=np.arange(first_row, first_row + count, dtype=np.int32),
        columns=columns,
        hidden=np.zeros(count, np.bool_),
        struck=np.zeros(count, np.bool_),
    )
