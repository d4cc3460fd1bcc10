"""Merged cells below the header: the value of the first cell holds for all rows of the range."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from taizhang.intake.raw import Merge


def merged_from(
    merges: Iterable[Merge], column: int, row_numbers: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64] | None:
    """Per row the place of the row whose cell it shares in this column; its own place where it shares none.

    row_numbers: ascending spreadsheet row numbers of the data rows.
    None where no merged range concerns the column. A range whose first row is no data row (a merged heading between
    the data) gives nothing; a range over several columns belongs to its first.
    """
    source = np.arange(len(row_numbers), dtype=np.int64)
    found = False
    for merge in merges:
        if merge.first_column != column or merge.last_row <= merge.first_row:
            continue
        first, last = np.searchsorted(row_numbers, [merge.first_row, merge.last_row + 1])
        if first < last and row_numbers[first] == merge.first_row:
            source[first:last] = first
            found = True
    return source if found else None
