"""A frame as a file, and back: the table that rule packs refer to (docs/formats/rule-pack.md, Frames), as workbook or CSV."""

import csv
import tempfile
from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path

from xlsxwriter.workbook import Workbook

from taizhang.intake.child import Refused, run_in_child
from taizhang.office.frames.errors import FrameFileUnfit
from taizhang.report.returned.rebuilt import allowed_sheet_name
from taizhang.report.safe_text import safe_text
from taizhang.sweep.authority.exchange import read_rows
from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.frames import HEADINGS, WITH_CHECKS, Cell, cells_of

LARGEST = 2 << 20
KINDS = (".xlsx", ".xls", ".csv", ".et")
WIDTHS = (18, 40, 12, 12, 36, 60)


def as_workbook(title: str, cells: Iterable[Cell]) -> bytes:
    """The table as a workbook to fill in; every cell is text."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(allowed_sheet_name(title, ()))
    head, text = (
        book.add_format({"bold": True, "bg_color": "#E8EDF3"}),
        book.add_format({"num_format": "@", "text_wrap": True}),
    )
    for column, (word, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, word, head)
    sheet.freeze_panes(1, 1)
    for number, cell in enumerate(cells, 1):
        for column, value in enumerate(row_of(cell)):
            sheet.write_string(number, column, value, text)
    book.close()
    return stream.getvalue()


def as_csv(cells: Iterable[Cell]) -> bytes:
    """The table as `[sweep] frames` of county.toml reads it."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(WITH_CHECKS)
    writer.writerows(row_of(cell) for cell in cells)
    return stream.getvalue().encode("utf-8-sig")


def row_of(cell: Cell) -> tuple[str, ...]:
    """A cell as a row of its table; nothing in it can become a formula."""
    values = (
        cell.tag,
        cell.label or "",
        cell.begins or "",
        cell.ends or "",
        "、".join(cell.rules),
        "；".join(cell.checks),
    )
    return tuple(safe_text(value) for value in values)


def _as_typed(text: str) -> str:
    """A value without the apostrophe that `row_of` puts before what could become a formula."""
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text


def cells_from(content: bytes, name: str) -> tuple[Cell, ...]:
    """The cells of an uploaded table, read in a child without rights. Raises FrameFileUnfit, with why where it is known."""
    suffix = Path(name).suffix.lower()
    if not content or len(content) > LARGEST or suffix not in KINDS:
        raise FrameFileUnfit
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(content)
        rows = run_in_child(read_rows, path)
    if isinstance(rows, Refused):
        raise FrameFileUnfit
    try:
        return cells_of([[_as_typed(value) for value in row[: len(HEADINGS)]] for row in rows], "")
    except PackError as refused:
        raise FrameFileUnfit(f"{refused.message}（{refused.where}）" if refused.where else refused.message) from None
