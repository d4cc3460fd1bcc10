"""The workbook part: which sheets there are, in which order, and where each one's part lies."""

import weakref
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from taizhang.intake.preflight import FileRefused, Limits, corrupt
from taizhang.intake.raw import FileEvent, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.safexml import Node, parse_small
from taizhang.intake.readers.xlsx.comments import read_comments
from taizhang.intake.readers.xlsx.package import Package
from taizhang.intake.readers.xlsx.scalar import TRUE_WORDS
from taizhang.intake.readers.xlsx.sheetstate import SheetState
from taizhang.intake.readers.xlsx.stream import stream_blocks
from taizhang.intake.readers.xlsx.strings import SharedStrings, no_strings
from taizhang.intake.readers.xlsx.stringstream import read_strings
from taizhang.intake.readers.xlsx.styles import Styles, no_styles, read_styles

VISIBILITIES = frozenset({"visible", "hidden", "veryHidden"})


class XlsxWorkbook:
    """An open .xlsx. Iterate `sheets` once, exhausting each sheet's blocks before the next.

    vector: False reads everything by expat; the tests hold the fast path against it.
    """

    def __init__(self, path: Path, limits: Limits, block_rows: int, *, vector: bool = True) -> None:
        self.vector = vector
        self.limits, self.block_rows = limits, block_rows
        self.events: list[FileEvent] = []
        self.cells_visited = 0
        self._stream: BinaryIO = path.open("rb")
        try:
            self.package = Package(self._stream, limits)
            self._part = self._workbook_part()
            self._relations = self.package.relations(self._part)
            self._root = parse_small(self.package.open(self._part).read, limits)
        except BaseException:
            self._stream.close()
            raise
        self._finalizer = weakref.finalize(self, _close, self.package, self._stream)

    def _workbook_part(self) -> str:
        for relation in self.package.relations("").values():
            if relation.type == "officeDocument" and relation.target in self.package:
                return relation.target
        if "xl/workbook.xml" in self.package:
            return "xl/workbook.xml"
        raise corrupt("missing-part")

    def _target(self, type_: str) -> str | None:
        targets = (relation.target for relation in self._relations.values() if relation.type == type_)
        return next((target for target in targets if target in self.package), None)

    @cached_property
    def strings(self) -> SharedStrings:
        """The shared strings, read on first use."""
        part = self._target("sharedStrings")
        return read_strings(self.package, part, self.limits, vector=self.vector) if part else no_strings()

    @cached_property
    def styles(self) -> Styles:
        """The styles, read on first use."""
        part = self._target("styles")
        return read_styles(self.package, part, self.limits) if part else no_styles()

    @property
    def date1904(self) -> bool:
        """Whether serial dates count from 1904."""
        properties = self._root.find("workbookPr")
        return properties is not None and properties.attributes.get("date1904", "0") in TRUE_WORDS

    def sheets(self) -> Iterator["XlsxSheet"]:
        """The sheets in workbook order; chart and dialog sheets are left out."""
        listed = list(self._root.all("sheets", "sheet"))
        if not listed:
            raise corrupt("no-sheet")
        for index, node in enumerate(listed):
            relation = self._relations.get(node.attributes.get("id", ""))
            if relation is None or relation.target not in self.package:
                raise corrupt("missing-part", sheet=node.attributes.get("name", ""))
            if relation.type == "worksheet":
                yield XlsxSheet(self, self._meta(index, node), relation.target)

    def _meta(self, index: int, node: Node) -> SheetMeta:
        visibility = node.attributes.get("state", "visible")
        return SheetMeta(
            index=index,
            name=node.attributes.get("name", ""),
            visibility=visibility if visibility in VISIBILITIES else "visible",
            date1904=self.date1904,
        )

    def close(self) -> None:
        """Close the file; done by itself after a refusal and when nobody holds the workbook or a sheet any more."""
        self._finalizer()


def _close(package: Package, stream: BinaryIO) -> None:
    package.close()
    stream.close()


class XlsxSheet:
    """One sheet: its facts, and its rows once."""

    def __init__(self, workbook: XlsxWorkbook, meta: SheetMeta, part: str) -> None:
        self._workbook, self._meta, self._part = workbook, meta, part

    @property
    def meta(self) -> SheetMeta:
        """The facts; merges, comments and hidden columns complete once the blocks are read."""
        return self._meta

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order. Raises FileRefused while reading, naming the sheet."""
        book = self._workbook
        state = SheetState(self._meta, book.strings, book.styles, book.limits, cells=book.cells_visited)
        builder = BlockBuilder(book.limits, book.block_rows, sheet=self._meta.name)
        try:
            self._meta.comments.extend(read_comments(book.package, self._part, book.limits))
            stream = book.package.open(self._part)
            yield from stream_blocks(stream, state, builder, vector=book.vector)
        except FileRefused as refusal:
            book.close()
            if refusal.event.sheet:
                raise
            event = refusal.event
            raise FileRefused(
                FileEvent(event.code, event.severity, self._meta.name, event.cell, event.facts)
            ) from refusal
        book.cells_visited = state.cells
        book.events.extend(state.events())
