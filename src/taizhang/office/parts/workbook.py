"""A list as a workbook that says who took it, when and why not to pass it on."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from xlsxwriter.workbook import Workbook

from taizhang.report.safe_text import safe_text

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mark_of(county: str, taker: str, count: int, words: str) -> str:
    """The line above every exported list and in its footer."""
    return f"{county} · {taker} · {timezone.localtime():%Y-%m-%d %H:%M} · {count} · {words}"


def marked_workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], mark: str) -> bytes:
    """One sheet: the mark, the head, the rows; every cell is text, and none can become a formula."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title)
    bold, soft = book.add_format({"bold": True, "bg_color": "#E8EDF3"}), book.add_format({"font_color": "#66727F"})
    sheet.write_string(0, 0, mark, soft)
    sheet.set_footer(f"&L{mark}&R&P/&N")
    sheet.freeze_panes(2, 1)
    for column, text in enumerate(head):
        sheet.write_string(1, column, text, bold)
    for number, values in enumerate(rows, 2):
        for column, value in enumerate(values):
            sheet.write_string(number, column, safe_text(str(value)))
    book.close()
    return stream.getvalue()


def as_attachment(content: bytes, name: str) -> HttpResponse:
    """The workbook as a file to keep."""
    return HttpResponse(content, content_type=KIND, headers={"Content-Disposition": f'attachment; filename="{name}"'})
