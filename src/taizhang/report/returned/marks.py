"""A light fill on offending cells that have none, so that the eye finds them without opening a comment."""

import re
from itertools import groupby

from lxml import etree

from taizhang.report.returned.notes import split_cell
from taizhang.report.returned.package import Package, parse_xml, to_bytes

_FILL = "FFFFF2CC"
_STYLE = re.compile(rb'\bs="(\d+)"')
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b[^>]*?\br=\"(\d+)\"[^>]*>")


def mark_cells(package: Package, sheet_part: str, cells: list[str]) -> None:
    """Give the named cells of a sheet a light fill; cells that are absent or already filled stay as they are."""
    styles = package.relationships(package.workbook_part).first("styles")
    if styles is None:
        return
    book = _Styles(parse_xml(package.read(styles[1])))
    package.write(sheet_part, _restyled(package.read(sheet_part), cells, book))
    if book.changed:
        package.write(styles[1], to_bytes(book.root))


class _Styles:
    """The cell formats of a workbook; `filled` gives a format's copy with our fill."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._main = etree.QName(root).namespace or ""
        self._formats = root.find(f"{{{self._main}}}cellXfs")
        self._copies: dict[int, int] = {}
        self._fill_id: int | None = None

    @property
    def changed(self) -> bool:
        return bool(self._copies)

    def filled(self, style: int) -> int:
        """The index of `style` with our fill, or `style` itself where it has a fill of its own or cannot be copied."""
        if style in self._copies:
            return self._copies[style]
        if self._formats is None or style >= len(self._formats):
            return style
        original = self._formats[style]
        if original.get("fillId", "0") not in {"0", "1"}:
            return style
        copy = etree.fromstring(etree.tostring(original))
        copy.set("fillId", str(self._our_fill()))
        copy.set("applyFill", "1")
        self._formats.append(copy)
        self._formats.set("count", str(len(self._formats)))
        self._copies[style] = len(self._formats) - 1
        return self._copies[style]

    def _our_fill(self) -> int:
        if self._fill_id is None:
            fills = self.root.find(f"{{{self._main}}}fills")
            if fills is None:
                raise KeyError("fills")
            fill = etree.SubElement(fills, f"{{{self._main}}}fill")
            pattern = etree.SubElement(fill, f"{{{self._main}}}patternFill", patternType="solid")
            etree.SubElement(pattern, f"{{{self._main}}}fgColor", rgb=_FILL)
            fills.set("count", str(len(fills)))
            self._fill_id = len(fills) - 1
        return self._fill_id


def _restyled(sheet: bytes, cells: list[str], book: _Styles) -> bytes:
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
            pieces += [sheet[done:start], _with_style(sheet[start:end], book)]
            done = end
    return b"".join([*pieces, sheet[done:]])


def _row_opening(sheet: bytes, row: int, start: int) -> int:
    at = sheet.find(b'row r="%d"' % row, start)
    if at >= 0:
        return at
    match = next((m for m in _ROW.finditer(sheet, start) if int(m[1]) == row), None)
    return match.start() if match else -1


def _with_style(tag: bytes, book: _Styles) -> bytes:
    style = _STYLE.search(tag)
    number = b"%d" % book.filled(int(style[1]) if style else 0)
    if style:
        return tag[: style.start(1)] + number + tag[style.end(1) :]
    return tag.replace(b' r="', b' s="' + number + b'" r="', 1)
