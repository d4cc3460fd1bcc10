"""The truth about a sheet part: an expat parse, cell by cell. The vector path must agree with it or give way to it."""

import re
from itertools import pairwise
from xml.parsers import expat

from taizhang.intake.preflight import over_limit
from taizhang.intake.raw import CellKind, Merge
from taizhang.intake.readers.blocks import BlockBuilder, Cell
from taizhang.intake.readers.safexml import MAIN_NAMESPACES, SEPARATOR, Feeder, forbid_declarations
from taizhang.intake.readers.xlsx.escapes import unescape
from taizhang.intake.readers.xlsx.sheetstate import LAST_COLUMN, LAST_ROW, SheetState

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
BLANK = " \t\r\n"
TRUE_WORDS = frozenset({"1", "true", "on"})
PICTURE = ("=DISPIMG(", "=_xlfn.DISPIMG(")  # WPS: a picture inside the cell, its formula as the text
MERGES_MAX = 1_000_000


def column_index(letters: str) -> int:
    """0-based column of upper-case letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def parse_reference(text: str) -> tuple[int, int] | None:
    """(row, 0-based column) of a cell reference, or None when it is not one."""
    match = REFERENCE.match(text)
    return (int(match[2]), column_index(match[1])) if match else None


class SheetParser:
    """Feeds rows of one sheet part into `builder`, and the sheet's facts into `state.meta`."""

    def __init__(self, state: SheetState, builder: BlockBuilder) -> None:
        self._state, self._builder = state, builder
        self._parser = parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.buffer_text = True
        forbid_declarations(parser)
        self._feeder = Feeder(parser, state.limits, sheet=state.meta.name)
        self._dates: list[bool] = state.styles.date.tolist()
        self._strikes: list[bool] = state.styles.struck.tolist()
        self._letters: dict[str, int] = {}
        self._names: dict[str, str] = {}
        for namespace in MAIN_NAMESPACES:
            prefix = namespace + SEPARATOR if namespace else ""
            for tag in ("row", "c", "v", "f", "is", "t", "r", "rPh", "strike", "mergeCell", "col", "autoFilter"):
                self._names[prefix + tag] = tag
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._depth = 0
        self._row_depth = 0  # depth of the open <row>, 0 outside
        self._cell_depth = 0
        self._phonetic_depth = 0
        self._row, self._hidden = 0, False
        self._cells: list[Cell] = []
        self._column = -1
        self._pieces: list[str] | None = None
        self._chars = 0

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Parse on. Raises FileRefused."""
        self._feeder.feed(piece, final=final)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        tag = self._names.get(name)
        if tag is None:
            if depth > self._state.limits.depth:
                raise over_limit("depth", depth, self._state.limits.depth, sheet=self._state.meta.name)
            return
        if self._cell_depth:
            self._start_in_cell(tag, attributes)
        elif tag == "c":
            if self._row_depth:
                self._start_cell(attributes)
        elif tag == "row":
            if not self._row_depth:
                self._start_row(attributes)
        else:
            self._start_fact(tag, attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        state = self._state
        self._row_depth = self._depth
        text = attributes.get("r", "").strip(BLANK)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if number < 1:
            number = state.row + 1
            if text:
                state.notice("SR-CELL-CORRUPT", number, 0)
        elif number <= state.row:
            state.notice("SR-ROW-ORDER", number, 0)
        if number > LAST_ROW:
            raise over_limit("rows", number, LAST_ROW, sheet=state.meta.name)
        self._row, self._row_text = number, str(number)
        self._visited = 0
        self._hidden = attributes.get("hidden", "").strip(BLANK) in TRUE_WORDS
        self._cells = []
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell_depth = self._depth
        self._visited += 1
        if self._visited > LAST_COLUMN:  # a row that repeats its cells must not escape the count
            self._state.visit(self._visited)
            self._visited = 0
        reference = attributes.get("r")
        column = None
        if reference is None:
            self._column += 1
        else:
            if reference.endswith(self._row_text):
                column = self._letters.get(reference[: -len(self._row_text)])
            self._column = self._place(reference) if column is None else column
        if self._column > LAST_COLUMN:
            raise over_limit("address", self._column + 1, LAST_COLUMN + 1, sheet=self._state.meta.name)
        self._type = attributes.get("t", "n").strip(BLANK)
        style = attributes.get("s")
        self._style = 0
        if style is not None and style.isascii() and style.isdigit() and len(style) < 10:
            self._style = int(style)
        self._value: str | None = None
        self._inline: str | None = None
        self._formula = False
        self._runs: list[bool] | None = None
        self._run_struck = False

    def _place(self, reference: str) -> int:
        """The column of a reference not met before; a wrong one is noticed."""
        state = self._state
        place = parse_reference(reference.strip(BLANK))
        if place is None:
            state.notice("SR-CELL-CORRUPT", self._row, self._column + 1)
            return self._column + 1
        row, column = place
        if row == self._row:
            self._letters[reference[: -len(self._row_text)]] = column
        elif row > LAST_ROW:
            raise over_limit("rows", row, LAST_ROW, sheet=state.meta.name)
        else:
            state.notice("SR-CELL-CORRUPT", self._row, column)
        return column

    def _start_in_cell(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth > self._state.limits.depth:
            raise over_limit("depth", self._depth, self._state.limits.depth, sheet=self._state.meta.name)
        if self._phonetic_depth:
            return
        if tag in {"v", "t"}:
            self._pieces, self._chars = [], 0
            self._parser.CharacterDataHandler = self._characters
            if tag == "t":
                self._runs = [*(self._runs or ()), self._run_struck]
        elif tag == "f":
            self._formula = True
        elif tag == "is":
            self._inline = ""
        elif tag == "r":
            self._run_struck = False
        elif tag == "strike":
            self._run_struck = attributes.get("val", "1") not in {"0", "false", "off"}
        elif tag == "rPh":
            self._phonetic_depth = self._depth

    def _start_fact(self, tag: str, attributes: dict[str, str]) -> None:
        meta = self._state.meta
        if tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            start, end = parse_reference(first), parse_reference(last or first)
            if start and end and len(meta.merges) < MERGES_MAX:
                meta.merges.append(
                    Merge(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
                )
        elif tag == "col":
            low, high = attributes.get("min", ""), attributes.get("max", "")
            if attributes.get("hidden", "").strip(BLANK) in TRUE_WORDS and low.isdecimal() and high.isdecimal():
                meta.hidden_columns.update(range(max(0, int(low[:9]) - 1), min(int(high[:9]), LAST_COLUMN + 1)))
        elif tag == "autoFilter" and not self._row_depth:
            meta.autofilter = True

    def _characters(self, text: str) -> None:
        self._chars += len(text)
        limit = self._state.limits.string_chars
        if self._chars > limit:
            raise over_limit("string_chars", self._chars, limit, sheet=self._state.meta.name)
        if self._pieces is not None:
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        tag = self._names.get(name)
        if tag is None:
            return
        if self._cell_depth:
            if tag == "c" and depth == self._cell_depth:
                self._cell_depth = 0
                self._end_cell()
            elif self._phonetic_depth:
                if depth == self._phonetic_depth:
                    self._phonetic_depth = 0
            elif tag == "v" and self._pieces is not None:
                self._value, self._pieces = "".join(self._pieces), None
                self._parser.CharacterDataHandler = None
            elif tag == "t" and self._pieces is not None:
                self._inline, self._pieces = (self._inline or "") + "".join(self._pieces), None
                self._parser.CharacterDataHandler = None
            elif tag == "r":
                self._run_struck = False
        elif tag == "row" and depth == self._row_depth:
            self._row_depth = 0
            self._end_row()

    def _end_cell(self) -> None:
        kind, text = self._judge()
        if kind is CellKind.EMPTY:
            return
        known = self._style < len(self._dates)
        struck = known and self._strikes[self._style]
        if self._runs is not None:
            struck = struck or all(self._runs)
        elif kind is CellKind.TEXT and self._type == "s" and self._state.strings.struck is not None:
            struck = struck or bool(self._state.strings.struck[int(self._value or 0)])
        is_date = known and kind is CellKind.NUMBER and self._dates[self._style]
        self._cells.append(Cell(self._column, kind, text, is_date, struck))

    def _judge(self) -> tuple[CellKind, str | None]:
        """Kind and text of the finished cell; an unusable one is UNKNOWN and noticed, never a crash."""
        type_, value = self._type, self._value
        if type_ == "inlineStr":
            text = unescape(self._inline if self._inline is not None else value or "")
            return (CellKind.TEXT, text) if text else (CellKind.EMPTY, None)
        if type_ == "str":
            return self._judge_formula_text()
        bare = (value or "").strip(BLANK)
        if not bare:
            if self._formula:
                return self._unknown("SR-FORMULA")
            return CellKind.EMPTY, None
        if type_ == "s":
            strings = self._state.strings.listed
            if bare.isascii() and bare.isdigit() and len(bare) < 10 and int(bare) < len(strings):
                self._value = bare
                text = strings[int(bare)]
                return (CellKind.TEXT, text) if text else (CellKind.EMPTY, None)
        elif type_ == "n":
            if NUMBER.match(bare):
                return CellKind.NUMBER, bare
        elif type_ == "b":
            if bare in TRUE_WORDS or bare in {"0", "false", "off"}:
                return CellKind.BOOL, "1" if bare in TRUE_WORDS else "0"
        elif type_ == "e":
            return CellKind.ERROR, bare
        elif type_ == "d":
            return CellKind.DATE, bare
        return self._unknown("SR-CELL-CORRUPT")

    def _judge_formula_text(self) -> tuple[CellKind, str | None]:
        if self._value is None:
            return self._unknown("SR-FORMULA") if self._formula else (CellKind.EMPTY, None)
        if self._value.startswith(PICTURE):
            return self._unknown("SR-CELL-PICTURE")
        text = unescape(self._value)
        return (CellKind.TEXT, text) if text else (CellKind.EMPTY, None)

    def _unknown(self, code: str) -> tuple[CellKind, None]:
        self._state.notice(code, self._row, self._column)
        return CellKind.UNKNOWN, None

    def _end_row(self) -> None:
        state = self._state
        state.visit(self._visited)
        state.row = self._row
        cells = self._cells
        columns = [cell.column for cell in cells]
        if any(left >= right for left, right in pairwise(columns)):
            state.notice("SR-CELL-ORDER", self._row, columns[0])
            cells = sorted({cell.column: cell for cell in cells}.values())
        self._builder.add(self._row, cells, hidden=self._hidden)
