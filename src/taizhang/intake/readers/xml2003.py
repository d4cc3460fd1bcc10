"""XML spreadsheets of 2003 (`urn:schemas-microsoft-com:office:spreadsheet`), usually named .xls."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from taizhang.intake.preflight import Limits, corrupt, over_limit
from taizhang.intake.raw import CellKind, Comment, FileEvent, Merge, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder, Cell
from taizhang.intake.readers.encoding import decoded, detect_encoding, encoding_event
from taizhang.intake.readers.safexml import SEPARATOR, Feeder, forbid_declarations, local
from taizhang.intake.readers.xlsx.sheetstate import LAST_COLUMN, LAST_ROW
from taizhang.intake.readers.xlsx.styles import is_date_format

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_KINDS = {
    "String": CellKind.TEXT,
    "Number": CellKind.NUMBER,
    "Boolean": CellKind.BOOL,
    "Error": CellKind.ERROR,
    "DateTime": CellKind.DATE,
}
_NAMED_DATE_FORMATS = frozenset(
    {"General Date", "Long Date", "Medium Date", "Short Date", "Long Time", "Medium Time", "Short Time"}
)


@dataclass(frozen=True, slots=True)
class Xml2003Sheet:
    """A sheet already read; the format is rare and its files are small."""

    meta: SheetMeta
    held: list[RawBlock]

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order."""
        yield from self.held


class Xml2003Workbook:
    """An XML 2003 file; parsed when the sheets are asked for."""

    def __init__(self, path: Path, limits: Limits, block_rows: int) -> None:
        self._path, self._limits, self._block_rows = path, limits, block_rows
        self._encoding = detect_encoding(path)
        self.events: list[FileEvent] = [encoding_event(path, self._encoding)]

    def sheets(self) -> Iterator[Xml2003Sheet]:
        """The sheets in file order. Raises FileRefused."""
        parser = _Parser(self._limits, self._block_rows)
        for text in decoded(self._path, self._encoding):
            parser.feed(text.encode("utf-8", "surrogatepass"))
        parser.feed(b"", final=True)
        if not parser.sheets:
            raise corrupt("no-sheet")
        yield from parser.sheets


class _Parser:
    def __init__(self, limits: Limits, block_rows: int) -> None:
        self.sheets: list[Xml2003Sheet] = []
        self._limits, self._block_rows = limits, block_rows
        # The text is transcoded before it is fed, so the declaration's own encoding must not be believed.
        self._parser = expat.ParserCreate("utf-8", SEPARATOR)
        self._parser.buffer_text = True
        forbid_declarations(self._parser)
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._characters
        self._feeder = Feeder(self._parser, limits)
        self._open: list[str] = []
        self._dates: dict[str, bool] = {}
        self._struck: dict[str, bool] = {}
        self._style = ""
        self._row = self._column = 0
        self._visited = 0
        self._text: list[str] | None = None
        self._chars = 0

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        self._feeder.feed(piece, final=final)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(SEPARATOR)
        self._open.append(tag)
        if len(self._open) > self._limits.depth:
            raise over_limit("depth", len(self._open), self._limits.depth)
        facts = {local(key): value for key, value in attributes.items()}
        if namespace != NAMESPACE:
            return
        if tag == "Style":
            self._style = facts.get("ID", "")
        elif tag == "NumberFormat" and "Style" in self._open:
            code = facts.get("Format", "")
            self._dates[self._style] = code in _NAMED_DATE_FORMATS or is_date_format(code)
        elif tag == "Font" and "Style" in self._open:
            self._struck[self._style] = facts.get("StrikeThrough") == "1"
        elif tag == "Worksheet":
            self._meta = SheetMeta(len(self.sheets), facts.get("Name", ""))
            self._builder = BlockBuilder(self._limits, self._block_rows, sheet=self._meta.name)
            self._held: list[RawBlock] = []
            self._row = 0
        elif "Worksheet" in self._open:
            self._start_in_sheet(tag, facts)

    def _start_in_sheet(self, tag: str, facts: dict[str, str]) -> None:
        if tag == "Row":
            self._row = _position(facts.get("Index"), self._row)
            if self._row > LAST_ROW:
                raise over_limit("rows", self._row, LAST_ROW, sheet=self._meta.name)
            self._hidden = facts.get("Hidden") == "1"
            self._row_style = facts.get("StyleID", "")
            self._cells: list[Cell] = []
            self._column = 0
        elif tag == "Cell":
            self._column = _position(facts.get("Index"), self._column)
            self._visited += 1
            if self._column > LAST_COLUMN + 1:
                raise over_limit("address", self._column, LAST_COLUMN + 1, sheet=self._meta.name)
            if self._visited > self._limits.cells:
                raise over_limit("cells", self._visited, self._limits.cells, sheet=self._meta.name)
            self._cell_style = facts.get("StyleID", self._row_style)
            self._across = _count(facts.get("MergeAcross"))
            down = _count(facts.get("MergeDown"))
            self._kind, self._value = CellKind.EMPTY, ""
            self._formula = "Formula" in facts
            if self._across or down:
                place = self._column - 1
                self._meta.merges.append(Merge(self._row, place, self._row + down, place + self._across))
        elif tag == "Data":
            if "Comment" not in self._open:
                self._kind = _KINDS.get(facts.get("Type", "String"), CellKind.TEXT)
            self._text, self._chars = [], 0
        elif tag == "Column" and facts.get("Hidden") == "1":
            first = _position(facts.get("Index"), 0)
            self._meta.hidden_columns.update(range(first - 1, min(first + _count(facts.get("Span")), LAST_COLUMN + 1)))

    def _characters(self, text: str) -> None:
        if self._text is None:
            return
        self._chars += len(text)
        if self._chars > self._limits.string_chars:
            raise over_limit("string_chars", self._chars, self._limits.string_chars, sheet=self._meta.name)
        self._text.append(text)

    def _end(self, name: str) -> None:
        namespace, _, tag = name.rpartition(SEPARATOR)
        self._open.pop()
        if namespace != NAMESPACE or ("Worksheet" not in self._open and tag != "Worksheet"):
            return
        if tag == "Data":
            text, self._text = "".join(self._text or ()), None
            if "Comment" in self._open:
                if text.strip():
                    self._meta.comments.append(Comment(self._row, self._column - 1, text))
            else:
                self._value = text
        elif tag == "Cell":
            self._end_cell()
        elif tag == "Row":
            self._builder.add(self._row, self._cells, hidden=self._hidden)
            self._held += self._builder.ready()
        elif tag == "Worksheet":
            self._held += self._builder.rest()
            self.sheets.append(Xml2003Sheet(self._meta, self._held))

    def _end_cell(self) -> None:
        kind, text = self._kind, self._value
        column = self._column - 1
        self._column += self._across
        if kind is not CellKind.TEXT:
            text = text.strip()
        struck = self._struck.get(self._cell_style, False)
        if text:
            is_date = kind is CellKind.NUMBER and self._dates.get(self._cell_style, False)
            self._cells.append(Cell(column, kind, text, is_date, struck))
        elif self._formula and kind is not CellKind.TEXT:
            self._cells.append(Cell(column, CellKind.UNKNOWN, None, struck=struck))


def _position(index: str | None, before: int) -> int:
    """The 1-based place an `ss:Index` names, or the next one."""
    return int(index) if index and index.isascii() and index.isdigit() and 0 < len(index) < 10 else before + 1


def _count(text: str | None) -> int:
    return min(int(text), LAST_ROW) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
