"""Names as rows of the knowledge: the first character (or two) read as a surname."""

import numpy as np
import numpy.typing as npt

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.knowledge.tables import CODE_POINTS


def surname_length(name: str) -> int:
    """How many characters the surname has: 2 for a listed compound surname followed by something, else 1."""
    return 2 if len(name) > 2 and name[:2] in knowledge().compound_rows else 1


def rows_of(name: str) -> npt.NDArray[np.int32]:
    """The knowledge row of each character, 0 where nothing is known."""
    known = knowledge()
    codes = np.fromiter(map(ord, name), dtype=np.int64, count=len(name))
    inside = codes < CODE_POINTS
    rows = np.where(inside, known.row_of[np.where(inside, codes, 0)], 0).astype(np.int32)
    if surname_length(name) == 2:
        rows[:2] = known.compound_rows[name[:2]]
    elif len(name) > 0 and inside[0]:
        rows[0] = known.surname_row_of[codes[0]]
    return rows
