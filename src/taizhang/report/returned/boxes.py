"""How large the box of a comment is: room for its text, counted in the columns and rows it covers (ECMA-376 §14.2)."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

_CHARACTER = 7  # px of a digit in the usual font of 11 pt; column widths count these
_PADDING = 5  # px that a column has beside its digits
_POINT = 96 / 72
_COLUMN = 8.43  # the width of a column where nothing says otherwise
_ROW_POINTS = 15.0
_LINE = 17  # px of a line of comment text
_HALF = 7  # px of a letter in a comment; a Chinese character takes two
_WIDTHS = (300, 460)  # px; the wider one for texts that would make the narrow one a pillar
_TALLEST = 420  # px; a longer text is scrolled
_MARGIN = 16
_OFFSET = 12  # px from the cell to its box
_FURTHEST = 64  # columns or rows that a box may cover; hidden ones have no size
_GREATEST = 409.5  # the greatest height of a row in points; columns end at 255
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?sheetFormatPr\b[^>]*>")
_COL = re.compile(rb"<(?:[\w.-]+:)?col\b[^>]*>")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b[^>]*\bht=\"[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Columns:
    """A run of columns of one width; 0-based, both ends inside."""

    first: int
    last: int
    pixels: int


class Grid:
    """The widths of the columns and the heights of the rows of a sheet, in pixels."""

    def __init__(self, sheet: bytes) -> None:
        head = sheet[: max(sheet.find(b"sheetData"), 0)]
        format_ = _FORMAT.search(head)
        said = _attributes(format_[0]) if format_ else {}
        self._column = _column_pixels(_measure(said.get("defaultColWidth"), _COLUMN) or _COLUMN)
        self._row = round((_measure(said.get("defaultRowHeight"), _ROW_POINTS) or _ROW_POINTS) * _POINT)
        self._columns = sorted(map(_columns, _COL.findall(head)), key=lambda run: run.first)
        self._firsts = [run.first for run in self._columns]
        self._heights = dict(map(_row_height, _ROW.findall(sheet))) if b' ht="' in sheet else {}

    def column(self, index: int) -> int:
        """Width of a column (0-based)."""
        at = bisect_right(self._firsts, index) - 1
        if at >= 0 and index <= self._columns[at].last:
            return self._columns[at].pixels
        return self._column

    def row(self, index: int) -> int:
        """Height of a row (0-based)."""
        return self._heights.get(index, self._row)


def anchor(grid: Grid, row: int, column: int, text: str) -> str:
    """The anchor of the box beside a cell: left column and px into it, top row and px, right and bottom alike.

    The box stands to the right of the cell; where columns are hidden or end there, as far left as it needs.
    """
    width, height = size(text)
    left, top = min(column + 1, _LAST_COLUMN), max(row - 1, 0)
    room = sum(grid.column(at) for at in range(left, left + _FURTHEST))
    while left > 0 and room < width + _OFFSET:
        left -= 1
        room += grid.column(left)
    right, right_pixels = _walked(grid.column, left, _OFFSET + width, _LAST_COLUMN)
    bottom, bottom_pixels = _walked(grid.row, top, _OFFSET + height, _LAST_ROW)
    return f"{left}, {_OFFSET}, {top}, {_OFFSET}, {right}, {right_pixels}, {bottom}, {bottom_pixels}"


def size(text: str) -> tuple[int, int]:
    """Width and height in px that show a comment whole, as far as it is not very long."""
    narrow, wide = _WIDTHS
    height = _lines(text, narrow) * _LINE + _MARGIN
    if height <= narrow:
        return narrow, height
    return wide, min(_lines(text, wide) * _LINE + _MARGIN, _TALLEST)


def _lines(text: str, width: int) -> int:
    room = (width - _MARGIN) // _HALF
    return sum(max(1, -(-_halves(line) // room)) for line in text.split("\n"))


def _halves(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in line)


def _walked(size_of: Callable[[int], int], start: int, pixels: int, last: int) -> tuple[int, int]:
    """Where one arrives after so many pixels from the beginning of a row or column: its index and the px into it."""
    at, last = start, min(start + _FURTHEST, last)
    while at < last and pixels > (here := size_of(at)):
        pixels -= here
        at += 1
    return at, pixels


def _attributes(tag: bytes) -> dict[str, bytes]:
    return {name.decode(): value for name, value in _ATTRIBUTE.findall(tag)}


def _measure(value: bytes | None, otherwise: float) -> float:
    """A width or height of a stranger's sheet; `otherwise` where it is none, or none that a program would show."""
    try:
        number = float(value) if value is not None else otherwise
    except ValueError:
        return otherwise
    return number if 0 <= number <= _GREATEST else otherwise


def _place(value: bytes | None) -> int:
    """The 0-based index that a 1-based number means; -1, which no cell has, where it is none."""
    return int(value) - 1 if value is not None and value.isdigit() and len(value) < 9 else -1


def _column_pixels(width: float) -> int:
    return int(width * _CHARACTER) + _PADDING


def _columns(tag: bytes) -> Columns:
    said = _attributes(tag)
    width = 0 if said.get("hidden") in {b"1", b"true"} else _column_pixels(_measure(said.get("width"), _COLUMN))
    return Columns(_place(said.get("min")), _place(said.get("max")), width)


def _row_height(tag: bytes) -> tuple[int, int]:
    said = _attributes(tag)
    return _place(said.get("r")), round(_measure(said.get("ht"), _ROW_POINTS) * _POINT)
