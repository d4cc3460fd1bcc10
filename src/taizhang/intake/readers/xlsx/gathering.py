"""Cells become a block: their texts gathered from the shared strings and the chunk itself into one array, column after column.

Each column is a slice of it: one pass for all of them costs a small workbook less than twenty short ones.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.raw import CellKind, RawBlock, RawColumn
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.xlsx.placing import Cells
from taizhang.intake.readers.xlsx.sheetstate import SheetState
from taizhang.intake.readers.xlsx.tags import Positions, Tags, slices

GRID_MOST = 1 << 22
"""Places of a chunk's rows × its columns; one with more is nearly all gaps, and the arrays would be gaps too."""


def is_mostly_gaps(cells: Cells, rows: int) -> bool:
    """Whether rows × columns of a chunk are more than the arrays should hold (one cell a row, each in another column)."""
    columns = int(np.count_nonzero(np.bincount(cells.column))) if len(cells.column) else 0
    return rows * columns > GRID_MOST


def gather_block(
    tags: Tags,
    cells: Cells,
    kind: npt.NDArray[np.uint8],
    shared: Positions,
    rewritten: dict[int, str],
    numbers: Positions,
    hidden: npt.NDArray[np.bool_],
    state: SheetState,
    builder: BlockBuilder,
) -> RawBlock | None:
    """The block of a chunk's cells; None when no cell has a value. Raises FileRefused over a limit."""
    kept = np.flatnonzero(kind != CellKind.EMPTY)
    if len(kept) == 0:
        return None
    per_row = np.bincount(cells.row[kept], minlength=len(numbers))
    has = per_row > 0
    height = int(has.sum())
    place = np.cumsum(has) - 1
    struck = np.zeros(height, np.bool_)
    lines = _struck(cells, kept, shared, state)
    if lines is not None:
        struck = (np.bincount(cells.row[kept], weights=lines, minlength=len(numbers)) * 2 > per_row)[has]
    columns_of = cells.column[kept]
    present = np.flatnonzero(np.bincount(columns_of))
    order = np.zeros(int(present[-1]) + 1, np.int64)
    order[present] = np.arange(len(present))
    # Where each cell stands when the columns are laid one after the other.
    where = order[columns_of] * height + place[cells.row[kept]]
    texts = _texts(tags, cells, kind, kept, shared, rewritten, state, where, len(present) * height)
    kinds = np.zeros(len(present) * height, np.uint8)
    kinds[where] = kind[kept]
    dates = _dates(cells, kept, kind, state, where, len(kinds))
    columns: dict[int, RawColumn] = {}
    for number, column in enumerate(present.tolist()):
        part = slice(number * height, (number + 1) * height)
        dated = None if dates is None or not dates[part].any() else dates[part]
        columns[column] = RawColumn(texts.slice(part.start, height), kinds[part], dated)
    builder.admit(height, columns)
    return RawBlock(numbers[has].astype(np.int32), columns, hidden[has], struck)


def _texts(
    tags: Tags,
    cells: Cells,
    kind: npt.NDArray[np.uint8],
    kept: Positions,
    shared: Positions,
    rewritten: dict[int, str],
    state: SheetState,
    where: Positions,
    length: int,
) -> pa.StringArray:
    """The texts of all cells, column after column; null where there is no cell or no known text."""
    by_index = shared[kept] >= 0
    by_bytes = ~by_index & (kind[kept] != CellKind.UNKNOWN)
    raw_cells = kept[by_bytes]
    raw = slices(tags.data, cells.start[raw_cells], cells.stop[raw_cells])
    if rewritten:
        changed = np.zeros(len(kind), np.bool_)
        changed[list(rewritten)] = True
        texts = pa.array([rewritten[cell] for cell in sorted(rewritten)], pa.string())
        raw = pc.replace_with_mask(raw, pa.array(changed[raw_cells]), texts)
    if not by_bytes.any():
        pool = state.strings.texts
        place = shared[kept[by_index]]
    else:
        pool = pa.concat_arrays([state.strings.texts.take(pa.array(shared[kept[by_index]])), raw])
        place = np.arange(int(by_index.sum()))
    chosen = np.full(length, -1, np.int64)
    chosen[where[by_index]] = place
    chosen[where[by_bytes]] = len(pool) - len(raw) + np.arange(len(raw))
    return pool.take(pa.array(chosen, mask=chosen < 0))


def _dates(
    cells: Cells, kept: Positions, kind: npt.NDArray[np.uint8], state: SheetState, where: Positions, length: int
) -> npt.NDArray[np.bool_] | None:
    """Which numbers show a date, column after column; None when no style shows one."""
    styles = state.styles
    if not styles.date.any():
        return None
    style = cells.style[kept]
    known = style < len(styles.date)
    dates = np.zeros(length, np.bool_)
    dates[where] = styles.date[np.where(known, style, 0)] & known & (kind[kept] == CellKind.NUMBER)
    return dates


def _struck(cells: Cells, kept: Positions, shared: Positions, state: SheetState) -> npt.NDArray[np.bool_] | None:
    """Which kept cells are struck out; None when nothing in the workbook is."""
    styles, strings = state.styles, state.strings
    if not styles.struck.any() and strings.struck is None:
        return None
    style = cells.style[kept]
    known = style < len(styles.struck)
    lines = styles.struck[np.where(known, style, 0)] & known
    if strings.struck is not None:
        index = shared[kept]
        lines = lines | (strings.struck[np.maximum(index, 0)] & (index >= 0))
    return lines
