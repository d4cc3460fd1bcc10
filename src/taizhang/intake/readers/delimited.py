"""Text files: cells between commas, tabs, semicolons or bars. Every cell is TEXT; row numbers are record numbers.

A quoted cell may hold line breaks, so the number of a record is what a spreadsheet program shows as its row.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from taizhang.intake.preflight import Limits, corrupt, over_limit
from taizhang.intake.raw import FileEvent, RawBlock, SheetMeta
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.encoding import Encoding, decoded, detect_encoding, encoding_event
from taizhang.intake.readers.textrows import TextRows

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_LINES = 200
SHEET_NAME = "Sheet1"


class DelimitedWorkbook:
    """A text file as a workbook of one sheet; the kept copy's own name is its SHA-256, which is no name for people."""

    def __init__(self, path: Path, limits: Limits, block_rows: int) -> None:
        self._path, self._limits, self._block_rows = path, limits, block_rows
        self.encoding = detect_encoding(path)
        self.events: list[FileEvent] = [encoding_event(path, self.encoding)]

    def sheets(self) -> Iterator["DelimitedSheet"]:
        """The one sheet."""
        meta = SheetMeta(index=0, name=SHEET_NAME, hidden_known=True)
        yield DelimitedSheet(self._path, meta, self.encoding, self._limits, self._block_rows)


class DelimitedSheet:
    """The rows of a text file."""

    def __init__(self, path: Path, meta: SheetMeta, encoding: Encoding, limits: Limits, block_rows: int) -> None:
        self._path, self._meta, self._encoding = path, meta, encoding
        self._limits, self._block_rows = limits, block_rows

    @property
    def meta(self) -> SheetMeta:
        """The facts: nothing is hidden, merged or commented in a text file."""
        return self._meta

    def blocks(self) -> Iterator[RawBlock]:
        """The rows in file order. Raises FileRefused."""
        limits = self._limits
        csv.field_size_limit(limits.string_chars)
        rows = TextRows(BlockBuilder(limits, self._block_rows, sheet=self._meta.name))
        lines = _Lines(self._path, self._encoding, limits)
        dialect = detect_delimiter(lines.peek(SAMPLE_LINES))
        cells = 0
        last: list[str] = []
        reader = csv.reader(lines, delimiter=dialect, doublequote=True, strict=False)
        number = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                if _is_unclosed(last, dialect):
                    raise corrupt("text-lines", cell=f"A{number}") from None
                break
            except csv.Error as error:
                if "field larger" in str(error):
                    raise over_limit("string_chars", limits.string_chars + 1, limits.string_chars) from error
                raise corrupt("text-lines", cell=f"A{number + 1}") from error
            number += 1
            last = lines.of_record()
            cells += len(row)
            if cells > limits.cells:
                raise over_limit("cells", cells, limits.cells)
            rows.add(number, row)
            yield from rows.ready()
        yield from rows.rest()


def detect_delimiter(lines: list[str]) -> str:
    """The separator that gives the most lines the same number of fields, more than one; comma when none does."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:  # a field too long for this delimiter; another may cut it
            continue
        if not counts:
            continue
        fields, agreeing = max(counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        if fields < 2:
            continue
        score = agreeing / sum(counts.values()) * min(fields, 50) ** 0.5
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _is_unclosed(record: list[str], delimiter: str) -> bool:
    """Whether the last record of a file opened a quote that nothing closed and so took the lines below it in.

    On its own last line such a quote hides nothing; over more lines it would hide rows.
    """
    if len(record) < 2:
        return False
    followed = [*record[:-1], record[-1].removesuffix("\n") + "\n", "next\n"]
    return len(list(csv.reader(followed, delimiter=delimiter))) == 1


class _Lines:
    """The file's lines, decoded strictly, every line end as LF; NUL characters are dropped as csv cannot hold them."""

    def __init__(self, path: Path, encoding: Encoding, limits: Limits) -> None:
        self._pending: list[str] = []
        self._taken: list[str] = []
        self._stream = self._decode(path, encoding, limits)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._pending.pop() if self._pending else next(self._stream)
        self._taken.append(line)
        return line

    def of_record(self) -> list[str]:
        """The lines taken since this was last asked: those of one record."""
        taken, self._taken = self._taken, []
        return taken

    def peek(self, count: int) -> list[str]:
        """The next lines without taking them."""
        lines = [line for _, line in zip(range(count), self._stream, strict=False)]
        self._pending = lines[::-1]
        return lines

    @staticmethod
    def _decode(path: Path, encoding: Encoding, limits: Limits) -> Iterator[str]:
        rest = ""
        ends = io.IncrementalNewlineDecoder(None, translate=True)  # old Mac files end lines by CR alone
        for piece in decoded(path, encoding):
            rest += ends.decode(piece.replace("\x00", ""))
            lines = _split(rest)
            rest = lines.pop()
            if len(rest) > limits.string_chars * 4:
                raise over_limit("string_chars", len(rest), limits.string_chars)
            yield from lines
        rest += ends.decode("", final=True)
        if rest and rest != "\x1a":  # the end mark of CP/M and of some old export programs
            yield rest


def _split(text: str) -> list[str]:
    """Lines with their ends, the unfinished last one at the end (perhaps empty)."""
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), lines[-1]]
