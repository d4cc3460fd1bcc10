"""What every reader hands over: sheets of raw cells, column by column, nothing interpreted.

A reader never decides what a value means. It keeps the text as the file holds it, the type the file
gave it, and the facts a person would see: hidden, struck out, merged, commented.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class CellKind(IntEnum):
    """The type the file itself gives a cell."""

    EMPTY = 0
    TEXT = 1  # shared, inline or formula text; every cell of a text file
    NUMBER = 2  # stored as a number: `text` is the raw digits as written in the file
    BOOL = 3  # `text` is "1" or "0"
    ERROR = 4  # `text` is the error as shown, "#N/A"
    DATE = 5  # ISO 8601 text (t="d", or a reader that only hands over typed dates)
    UNKNOWN = 6  # a formula without a cached value, a picture in a cell: there is a value, we cannot know it


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column of a block.

    text: pa.StringArray of the block's length, null where the cell is empty.
    kind: uint8 array of `CellKind`.
    date_format: bool array, true where the cell's number format shows a date (only meaningful for NUMBER), or None
        where the format cannot be known (text files) or no cell of the column has one.
    """

    text: pa.StringArray
    kind: npt.NDArray[np.uint8]
    date_format: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class RawBlock:
    """A run of rows of one sheet, in file order; rows without any cell may be left out.

    row_numbers: int32, the numbers a spreadsheet program shows (first row is 1).
    columns: by 0-based column index; columns without any cell in the block may be missing.
    hidden, struck: bool per row. Struck means that the row's non-empty cells are mostly struck out (划线删除).
    """

    row_numbers: npt.NDArray[np.int32]
    columns: dict[int, RawColumn]
    hidden: npt.NDArray[np.bool_]
    struck: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; rows 1-based, columns 0-based, both ends inside."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A note somebody left on a cell (村医反映…): evidence, kept with its row."""

    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class FileEvent:
    """Something worth telling about a file, sheet or cell.

    code: `SR-…` of the rule catalogue.
    severity: error (refused), warn, info.
    where: sheet name and cell as a person would look for it; "" for the whole file.
    facts: names and counts that fill the message; never a value from a record.
    """

    code: str
    severity: str
    sheet: str = ""
    cell: str = ""
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class SheetMeta:
    """What is known of a sheet. `merges`, `comments`, `hidden_columns` are complete once its blocks are read."""

    index: int  # 0-based place in the workbook
    name: str
    visibility: str = "visible"  # visible, hidden, veryHidden
    date1904: bool = False
    hidden_known: bool = True  # False where the format does not tell hidden rows (.xlsb, .ods, .et by calamine)
    autofilter: bool = False
    merges: list[Merge] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)


class RawSheet(Protocol):
    """One sheet: its facts, and its rows as a stream of blocks (read once)."""

    @property
    def meta(self) -> SheetMeta:
        """Facts of the sheet; merges, comments and events complete after the stream ended."""

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order, at most `block_rows` rows a block."""


class RawWorkbook(Protocol):
    """A file opened by a reader. Iterate the sheets in order and exhaust each before the next."""

    @property
    def events(self) -> list[FileEvent]:
        """What the reader noticed so far."""

    def sheets(self) -> Iterator[RawSheet]:
        """The sheets in workbook order."""
