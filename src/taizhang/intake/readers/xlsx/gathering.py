"""Cells become a block: their texts gathered column by column from the shared strings and from the chunk itself."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.raw import CellKind, RawBlock, RawColumn
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.xlsx.placing import Cells
from taizhang.intake.readers.xlsx.sheetstate import SheetState
from taizhang.intake.readers.xlsx.tags import Positions, Tags, slices


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
    raw_cells = kept[(shared[kept] < 0) & (kind[kept] != CellKind.UNKNOWN)]
    raw = slices(tags.data, cells.start[raw_cells], cells.stop[raw_cells])
    raw_place = np.full(len(kind), -1, np.int64)
    raw_place[raw_cells] = np.arange(len(raw_cells))
    if rewritten:
        where = np.zeros(len(raw_cells), np.bool_)
        changed = sorted(rewritten)
        where[raw_place[changed]] = True
        raw = pc.replace_with_mask(raw, pa.array(where), pa.array([rewritten[i] for i in changed], pa.string()))
    styles = state.styles
    dates = None
    if styles.date.any():
        known = cells.style < len(styles.date)
        dates = styles.date[np.where(known, cells.style, 0)] & known & (kind == CellKind.NUMBER)
    by_column = kept[np.argsort(cells.column[kept].astype(np.uint16), kind="stable")]
    columns_of = cells.column[by_column]
    cuts = np.flatnonzero(np.diff(columns_of)) + 1
    columns: dict[int, RawColumn] = {}
    for members in np.split(by_column, cuts):
        rows = place[cells.row[members]]
        text = _gather(height, rows, shared[members], raw_place[members], state.strings.texts, raw)
        kinds = np.zeros(height, np.uint8)
        kinds[rows] = kind[members]
        date_format = None
        if dates is not None and dates[members].any():
            date_format = np.zeros(height, np.bool_)
            date_format[rows] = dates[members]
        columns[int(cells.column[members[0]])] = RawColumn(text, kinds, date_format)
    builder.admit(height, columns)
    return RawBlock(numbers[has].astype(np.int32), columns, hidden[has], struck)


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


def _gather(
    height: int, rows: Positions, shared: Positions, raw_place: Positions, strings: pa.StringArray, raw: pa.StringArray
) -> pa.StringArray:
    """One column's texts from the two pools; null where there is no cell or no known text."""
    texts: pa.StringArray | None = None
    for pool, index in ((strings, shared), (raw, raw_place)):
        has = index >= 0
        if not has.any():
            continue
        spread = np.zeros(height, np.int64)
        absent = np.ones(height, np.bool_)
        spread[rows[has]] = index[has]
        absent[rows[has]] = False
        chosen = pool.take(pa.array(spread, mask=absent) if absent.any() else pa.array(spread))
        texts = chosen if texts is None else pc.coalesce(texts, chosen)
    return pa.nulls(height, pa.string()) if texts is None else texts
