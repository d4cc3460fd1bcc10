"""同上 and its marks: the cell means the value above, in the same column and the same household run only."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.raw import CellKind, RawColumn

_MARKS = pa.array(["同上", "〃", "″", '"', "“", "”", "''", "同前", "〞"])

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Undittoed:
    """A column whose dittos were looked up.

    meant: rows whose cell now holds the value above. unknown: rows whose ditto has nothing it could mean; the cell
    is empty now.
    """

    column: RawColumn
    meant: Mask
    unknown: Mask


@dataclass(slots=True)
class Dittos:
    """Resolves dittos of one sheet block by block; remembers the last cell of every column between blocks."""

    _last: dict[int, tuple[str | None, int]] = field(default_factory=dict)

    def resolve(self, index: int, column: RawColumn, opens: Mask | None, *, refuse: bool = False) -> Undittoed | None:
        """The column without dittos, or None where it holds none.

        index: of the column in the sheet.
        opens: true for rows that begin a household: a ditto never reaches above such a row. None for columns of
            places, which may be meant from household to household.
        refuse: for names and numbers of persons, where "as above" cannot be meant: every ditto is unknown.
        """
        rows = len(column.text)
        if rows == 0:
            return None
        marked = np.asarray(pc.fill_null(pc.is_in(pc.utf8_trim_whitespace(column.text), _MARKS), False))
        marked &= column.kind == CellKind.TEXT
        if not marked.any():
            self._last[index] = (column.text[rows - 1].as_py(), int(column.kind[rows - 1]))
            return None
        above_text, above_kind = self._last.get(index, (None, int(CellKind.EMPTY)))
        texts = pa.concat_arrays([pa.array([above_text], pa.string()), column.text])
        kinds = np.concatenate([np.array([above_kind], np.uint8), column.kind])
        places = np.arange(rows + 1)
        ditto = np.concatenate([[False], marked])
        source = np.maximum.accumulate(np.where(ditto, 0, places))
        first = np.zeros(rows + 1, np.int64)
        if opens is not None:
            first = np.maximum.accumulate(np.where(np.concatenate([[False], opens]), places, 0))
        meant = ditto & (source >= first) & (kinds[source] != CellKind.EMPTY) & (not refuse)
        meant &= np.asarray(pc.is_valid(texts))[source]
        take = np.where(meant, source, places)
        unknown = ditto & ~meant
        texts = pc.if_else(pa.array(unknown), None, pc.take(texts, pa.array(take)))
        kinds = np.where(unknown, np.uint8(CellKind.EMPTY), kinds[take])
        dates = None
        if column.date_format is not None:
            dates = np.concatenate([[False], column.date_format])[take][1:]
        self._last[index] = (texts[rows].as_py(), int(kinds[rows]))
        return Undittoed(RawColumn(texts.slice(1), kinds[1:], dates), meant[1:], unknown[1:])
