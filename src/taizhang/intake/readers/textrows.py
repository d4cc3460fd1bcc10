"""Collects rows of texts into `RawBlock`s, whole columns at a time: for files in which every cell is TEXT."""

from itertools import zip_longest

import numpy as np
import pyarrow as pa

from taizhang.intake.raw import CellKind, RawBlock, RawColumn
from taizhang.intake.readers.blocks import BlockBuilder, Cell

# A row with more places goes the slow way: one cell far to the right would otherwise cost as much as a full block.
_WIDEST = 1_024


class TextRows:
    """Rows in, blocks out; `builder` counts them against the limits of the sheet."""

    def __init__(self, builder: BlockBuilder) -> None:
        self._builder = builder
        self._ready: list[RawBlock] = []
        self._clear()

    def _clear(self) -> None:
        self._rows: list[list[str]] = []
        self._numbers: list[int] = []
        self._hidden: list[bool] = []
        self._struck: list[bool] = []

    def add(self, number: int, texts: list[str], *, hidden: bool = False, struck: bool = False) -> None:
        """Take one row, "" where a cell is empty; a row without cells leaves no trace. Raises FileRefused over a limit."""
        if not any(texts):
            return
        if len(texts) > _WIDEST:
            self._close()
            cells = [Cell(at, CellKind.TEXT, text, False, struck) for at, text in enumerate(texts) if text]
            self._builder.add(number, cells, hidden=hidden)
            self._ready += self._builder.rest()
            return
        self._rows.append(texts)
        self._numbers.append(number)
        self._hidden.append(hidden)
        self._struck.append(struck)
        if len(self._numbers) >= self._builder.block_rows:
            self._close()

    def ready(self) -> list[RawBlock]:
        """The full blocks since the last call."""
        blocks, self._ready = self._ready, []
        return blocks

    def rest(self) -> list[RawBlock]:
        """All rows since the last call, the last block not full."""
        self._close()
        return self.ready()

    def _close(self) -> None:
        if not self._numbers:
            return
        columns = {}
        for at, texts in enumerate(zip_longest(*self._rows)):
            held = pa.array([text or None for text in texts], type=pa.string())
            if held.null_count < len(held):
                kind = held.is_valid().to_numpy(zero_copy_only=False).astype(np.uint8) * np.uint8(CellKind.TEXT)
                columns[at] = RawColumn(held, kind)
        self._builder.admit(len(self._numbers), columns)
        self._ready.append(
            RawBlock(
                row_numbers=np.array(self._numbers, dtype=np.int32),
                columns=columns,
                hidden=np.array(self._hidden, dtype=np.bool_),
                struck=np.array(self._struck, dtype=np.bool_),
            )
        )
        self._clear()
