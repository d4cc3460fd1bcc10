"""HTML tables, often named .xls by report tools: every table is a sheet, every cell TEXT, spans are merges."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from lxml import etree
from lxml.etree import _Element as Element

from taizhang.intake.preflight import Limits, corrupt, over_limit
from taizhang.intake.raw import CellKind, FileEvent, Merge, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder, Cell
from taizhang.intake.readers.encoding import decoded, detect_encoding, encoding_event

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_STRUCK = re.compile(r"line-through", re.IGNORECASE)
_STRIKE_TAGS = frozenset({"s", "del", "strike"})
SPAN_MAX = 1_024


class HtmlWorkbook:
    """An HTML file; parsed when the sheets are asked for."""

    def __init__(self, path: Path, limits: Limits, block_rows: int) -> None:
        self._limits, self._block_rows = limits, block_rows
        encoding = detect_encoding(path)
        self.events: list[FileEvent] = [encoding_event(path, encoding)]
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
        try:
            for text in decoded(path, encoding):
                parser.feed(text.replace("\x00", "").encode("utf-8", "surrogatepass"))
            self._root = cast("Element | None", parser.close())
        except etree.LxmlError as error:
            raise corrupt("html") from error

    def sheets(self) -> Iterator["HtmlSheet"]:
        """The tables that are not inside another one, in document order."""
        tables = [] if self._root is None else _elements(self._root, "//table[not(ancestor::table)]")
        if not tables:
            raise corrupt("no-table")
        for index, table in enumerate(tables):
            caption = table.find("caption")
            name = _text(caption).strip() if caption is not None else ""
            yield HtmlSheet(table, SheetMeta(index, name or f"Table{index + 1}"), self._limits, self._block_rows)


class HtmlSheet:
    """One table as a sheet."""

    def __init__(self, table: Element, meta: SheetMeta, limits: Limits, block_rows: int) -> None:
        self._table, self._meta, self._limits, self._block_rows = table, meta, limits, block_rows

    @property
    def meta(self) -> SheetMeta:
        """The facts; merges complete once the blocks are read."""
        return self._meta

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in document order. Raises FileRefused."""
        limits, meta = self._limits, self._meta
        builder = BlockBuilder(limits, self._block_rows, sheet=meta.name, formats_known=False)
        covered: dict[int, int] = {}  # column → last row a span from above covers
        visited = 0
        for number, row in enumerate(_elements(self._table, "./tr|./thead/tr|./tbody/tr|./tfoot/tr"), 1):
            hidden = bool(_HIDDEN.search(row.get("style") or ""))
            cells: list[Cell] = []
            column = 0
            for element in row:
                if element.tag not in {"td", "th"}:
                    continue
                while covered.get(column, 0) >= number:
                    column += 1
                width, height = _span(element, "colspan"), _span(element, "rowspan")
                visited += width
                if visited > limits.cells:
                    raise over_limit("cells", visited, limits.cells, sheet=meta.name)
                if width > 1 or height > 1:
                    meta.merges.append(Merge(number, column, number + height - 1, column + width - 1))
                text = _text(element)
                if len(text) > limits.string_chars:
                    raise over_limit("string_chars", len(text), limits.string_chars, sheet=meta.name)
                if text:
                    cells.append(Cell(column, CellKind.TEXT, text, struck=_is_struck(element)))
                if height > 1:
                    covered.update(dict.fromkeys(range(column, column + width), number + height - 1))
                column += width
            builder.add(number, cells, hidden=hidden)
            yield from builder.ready()
        yield from builder.rest()


def _elements(root: Element, path: str) -> list[Element]:
    return cast("list[Element]", root.xpath(path))


def _span(element: Element, key: str) -> int:
    text = (element.get(key) or "1").strip()
    return max(1, min(int(text), SPAN_MAX)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _text(element: Element) -> str:
    """The text as a browser shows it: blanks folded, `<br>` and paragraphs as line breaks, NBSP kept."""
    return _flat(element).strip(" \n")


def _flat(element: Element) -> str:
    text = _BLANKS.sub(" ", element.text or "")
    for child in element:
        if child.tag not in {"script", "style"}:
            if child.tag in {"br", "p", "div"}:
                text += "\n"
            text += _flat(child)
        text += _BLANKS.sub(" ", child.tail or "")
    return text


def _is_struck(element: Element) -> bool:
    """Whether the cell, or the only element inside it, is struck out."""
    if _STRUCK.search(element.get("style") or ""):
        return True
    inside = list(element)
    if len(inside) != 1 or (element.text or "").strip():
        return False
    return inside[0].tag in _STRIKE_TAGS or bool(_STRUCK.search(inside[0].get("style") or ""))
