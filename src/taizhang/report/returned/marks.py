"""A light fill on offending cells that have none, so that the eye finds them without opening a comment."""

import re
from itertools import groupby

from taizhang.report.returned.notes import split_cell
from taizhang.report.returned.package import Package
from taizhang.report.returned.styles import Styles

_STYLE = re.compile(rb'\bs="(\d+)"')
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b[^>]*?\br=\"(\d+)\"[^>]*>")


def mark_cells(package: Package, sheet_part: str, cells: list[str], styles: Styles) -> None:
    """Give the named cells of a sheet a light fill; cells that are absent or already filled stay as they are."""
    package.write(sheet_part, _restyled(package.read(sheet_part), cells, styles))


def _restyled(sheet: bytes, cells: list[str], styles: Styles) -> bytes:
    """One forward pass, row by row: the search for a cell never leaves its row, so an absent cell costs nothing."""
    pieces: list[bytes] = []
    done = 0
    for row, names in groupby(sorted(cells, key=split_cell), key=lambda cell: split_cell(cell)[0] + 1):
        opening = _row_opening(sheet, row, done)
        if opening < 0:
            continue
        closing = sheet.find(b"row>", opening)
        for name in names:
            at = sheet.find(b' r="%s"' % name.encode(), max(opening, done), closing)
            if at < 0:
                continue
            start, end = sheet.rfind(b"<", 0, at), sheet.find(b">", at)
            pieces += [sheet[done:start], _with_style(sheet[start:end], styles)]
            done = end
    return b"".join([*pieces, sheet[done:]])


def _row_opening(sheet: bytes, row: int, start: int) -> int:
    at = sheet.find(b'row r="%d"' % row, start)
    if at >= 0:
        return at
    match = next((m for m in _ROW.finditer(sheet, start) if int(m[1]) == row), None)
    return match.start() if match else -1


def _with_style(tag: bytes, styles: Styles) -> bytes:
    style = _STYLE.search(tag)
    number = b"%d" % styles.filled(int(style[1]) if style else 0)
    if style:
        return tag[: style.start(1)] + number + tag[style.end(1) :]
    return tag.replace(b' r="', b' s="' + number + b'" r="', 1)
