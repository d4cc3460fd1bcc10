"""HTML tables, often named .xls by report tools: every table is a sheet, every cell TEXT, spans are merges."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import cast

from lxml import etree
from lxml.etree import _Element as Element

from taizhang.intake.preflight import Limits, corrupt, over_limit
from taizhang.intake.raw import FileEvent, Merge, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.encoding import decoded, detect_encoding, encoding_event
from taizhang.intake.readers.textrows import TextRows

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_STRUCK = re.compile(r"line-through", re.IGNORECASE)
_STRIKE_TAGS = frozenset({"s", "del", "strike"})
_CELL_TAGS = frozenset({"td", "th"})
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
            name = _text(caption)[0].strip() if caption is not None else ""
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
        rows = TextRows(BlockBuilder(limits, self._block_rows, sheet=meta.name))
        covered: dict[int, int] = {}  # column → last row a span from above covers
        visited = 0
        for number, row in enumerate(_elements(self._table, "./tr|./thead/tr|./tbody/tr|./tfoot/tr"), 1):
            texts: list[str] = []
            struck = filled = 0
            for element in row:
                if element.tag not in _CELL_TAGS:
                    continue
                while covered and covered.get(len(texts), 0) >= number:
                    texts.append("")
                column = len(texts)
                width, height, is_struck = _marks(tuple(element.items()))
                visited += width
                if visited > limits.cells:
                    raise over_limit("cells", visited, limits.cells, sheet=meta.name)
                text, is_inside_struck = _text(element)
                if len(text) > limits.string_chars:
                    raise over_limit("string_chars", len(text), limits.string_chars, sheet=meta.name)
                texts.append(text)
                if text:
                    filled += 1
                    struck += is_struck or is_inside_struck
                if width > 1 or height > 1:
                    meta.merges.append(Merge(number, column, number + height - 1, column + width - 1))
                    texts += [""] * (width - 1)
                if height > 1:
                    covered.update(dict.fromkeys(range(column, column + width), number + height - 1))
            rows.add(number, texts, hidden=bool(_HIDDEN.search(row.get("style") or "")), struck=struck * 2 > filled)
            yield from rows.ready()
        yield from rows.rest()


def _elements(root: Element, path: str) -> list[Element]:
    return cast("list[Element]", root.xpath(path))


@lru_cache(maxsize=256)
def _marks(attributes: tuple[tuple[str, str], ...]) -> tuple[int, int, bool]:
    """(columns, rows, struck out) of a cell; the cells of a table share a few sets of attributes."""
    by_name = dict(attributes)
    return _span(by_name.get("colspan")), _span(by_name.get("rowspan")), bool(_STRUCK.search(by_name.get("style", "")))


def _span(value: str | None) -> int:
    text = (value or "1").strip()
    return max(1, min(int(text), SPAN_MAX)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _text(element: Element) -> tuple[str, bool]:
    """The text as a browser shows it, and whether the only element inside the cell strikes it out.

    Blanks are folded, `<br>` and paragraphs are line breaks, NBSP is kept.
    """
    if len(element) == 0:
        plain = element.text
        if plain is None or plain.isalnum():
            return plain or "", False
        return _BLANKS.sub(" ", plain).strip(" \n"), False
    return _flat(element).strip(" \n"), _is_struck_inside(element)


def _flat(element: Element) -> str:
    text = _BLANKS.sub(" ", element.text or "")
    for child in element:
        if child.tag not in {"script", "style"}:
            if child.tag in {"br", "p", "div"}:
                text += "\n"
            text += _flat(child)
        text += _BLANKS.sub(" ", child.tail or "")
    return text


def _is_struck_inside(element: Element) -> bool:
    if len(element) != 1 or (element.text or "").strip():
        return False
    inside = element[0]
    return inside.tag in _STRIKE_TAGS or bool(_STRUCK.search(inside.get("style") or ""))
