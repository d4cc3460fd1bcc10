"""Lists as a workbook that says who took it, when, why, and not to pass it on. However long a list is, it takes no memory."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from taizhang.office.parts.held import Held, held
from taizhang.office.parts.model import Cell, Column, Row, Table
from taizhang.office.parts.punctuation import bracketed, headed
from taizhang.report.returned.rebuilt import allowed_sheet_name

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROWEST, WIDEST = 8, 60
"""Columns of a sheet, in characters of Latin script; longer texts go on in the next line of their cell."""
FILTER_ARROW = 3
FOOTER = 200
"""Characters of the mark that fit the footer: with its codes it may have 255."""
TOP = 2
"""Rows above the first of a list: the mark and the head."""
A4 = 9


def mark_of(county: str, taker: str, count: int, words: str, reason: str) -> str:
    """The line above every exported list and in its footer."""
    why = headed(_("理由"), reason)
    return f"{county} · {taker} · {timezone.localtime():%Y-%m-%d %H:%M} · {count} · {words} · {why}"


def plain_table(labels: Sequence[Any], lines: Sequence[Sequence[Any]]) -> Table:
    """A table of a workbook that no page shows so: headings or columns, and values below them."""
    return Table(
        [one if isinstance(one, Column) else Column(one) for one in labels],
        [Row([Cell(value) for value in line]) for line in lines],
    )


def as_attachment(content: bytes, name: str) -> HttpResponse:
    """A workbook as a file to keep."""
    return HttpResponse(content, content_type=KIND, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class Sheet:
    """One list on its way into a workbook; its rows lie in a temporary file until it is known how many there are."""

    def __init__(self, title: str) -> None:
        self.title, self.count = title, 0
        self.head: list[str] = []
        self.empty = ""
        self.widths: list[int] = []
        self._lines: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by `close`

    def add(self, table: Table) -> None:
        """The next rows of the list, drawn as the page draws them. Raises ValueError for a row of another length."""
        if not self.head:
            self.head = [str(label) for column in table.columns for label in _labels(column)]
            self.widths = [_width(label) + FILTER_ARROW for label in self.head]
            self.empty = str(table.empty)
        for row in table.rows:
            line = [one for column, cell in zip(table.columns, row.cells, strict=True) for one in _held(column, cell)]
            self.widths = [max(width, _width(one)) for width, one in zip(self.widths, line, strict=True)]
            self._lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.count += 1

    def lines(self) -> Iterator[list[Any]]:
        """The rows again: texts, and pairs of a number and its format."""
        self._lines.seek(0)
        for line in self._lines:
            yield json.loads(line)

    def close(self) -> None:
        """Let the rows go."""
        self._lines.close()


def _labels(column: Column) -> list[Any]:
    return [column.label, column.noted] if column.noted else [column.label]


def _held(column: Column, cell: Cell) -> list[Held]:
    if column.noted:
        return [held(cell.text, column.kind), held(cell.note, "date")]
    return [held(f"{cell.text}{bracketed(cell.note)}" if cell.note else cell.text, column.kind)]


def _width(value: Held) -> int:
    """Characters of Latin script that a value is wide; those of other scripts count as two, as their three bytes tell."""
    if not isinstance(value, str):
        return len(value[1]) if value[1] != "General" else len(f"{value[0]:g}")
    if "\n" in value:
        return max(_width(line) for line in value.split("\n"))
    return len(value) if value.isascii() else (len(value) + len(value.encode())) // 2


def write_workbook(sheets: Sequence[Sheet], mark: str, author: str, into: IO[bytes]) -> None:
    """Every list on a sheet of its own: the mark, the head, the rows; no cell is or can become a formula."""
    book = Workbook(into, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheets[0].title, "author": author, "comments": mark})
    formats: dict[str, Any] = {}
    names: list[str] = []
    for one in sheets:
        names.append(allowed_sheet_name(one.title, names))
        _write(book, book.add_worksheet(names[-1]), one, mark, formats)
    book.close()


def _write(book: Workbook, page: Worksheet, sheet: Sheet, mark: str, formats: dict[str, Any]) -> None:
    bold, soft = book.add_format({"bold": True, "bg_color": "#E8EDF3"}), book.add_format({"font_color": "#66727F"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    long = [width > WIDEST for width in sheet.widths]
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, min(max(width + 1, NARROWEST), WIDEST))
    _set_for_print(page, mark)
    page.write_string(0, 0, mark, soft)
    for column, label in enumerate(sheet.head):
        page.write_string(1, column, label, bold)
    for number, line in enumerate(sheet.lines(), TOP):
        for column, value in enumerate(line):
            if value == "":
                continue
            if isinstance(value, str):
                page.write_string(number, column, value, wrapped if long[column] else None)
            else:
                shown = value[1]
                if shown not in formats:
                    formats[shown] = book.add_format({"num_format": shown})
                page.write_number(number, column, value[0], formats[shown])
    if not sheet.count:
        page.write_string(TOP, 0, sheet.empty or _("没有内容"), soft)
    last = TOP - 1 + sheet.count
    page.autofilter(1, 0, last, len(sheet.head) - 1)
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})


def _set_for_print(page: Worksheet, mark: str) -> None:
    """The head stays in view and stands on every printed page; the mark stands at the foot of each."""
    page.freeze_panes(TOP, 1)
    page.repeat_rows(1)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{mark[:FOOTER].replace('&', '＆')}&R&P/&N")  # a plain one would begin a code
