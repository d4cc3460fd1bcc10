"""When the original is no .xlsx (.xls, CSV, a web page named .xls), a fresh workbook of the same layout goes back.

Runs inside the capped child: it reads a stranger's file. Every value is written as text, so no digit is lost again.
"""

from pathlib import Path

from xlsxwriter.workbook import Workbook

from taizhang.intake.raw import RawSheet
from taizhang.intake.readers import open_workbook
from taizhang.report.returned.notes import split_cell
from taizhang.report.returned.problem_list import HEADINGS, REPLIES, SHEET_NAME, WIDTHS, Problem, cells_of, link_of
from taizhang.report.returned.workbook import Returned, note_texts
from taizhang.report.safe_text import safe_text

_REBUILT = "本工作簿由原文件（非 .xlsx 格式）按原行列重新生成，供核对批注；单元格一律为文本。"


def rebuild_workbook(original: Path, target: Path, problems: list[Problem]) -> Returned:
    """Write `original`'s cells at their own rows and columns into `target`, with comments and the list of problems.

    Raises FileRefused when the file can no longer be read.
    """
    notes = note_texts(problems)
    temporary = target.with_name(f".{target.name}.part")
    book = Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({"num_format": "@"})
    marked = book.add_format({"num_format": "@", "bg_color": "#FFF2CC"})
    written: set[str] = set()
    commented = 0
    for raw in open_workbook(original).sheets():
        sheet = book.add_worksheet(_sheet_name(raw.meta.name, written))
        written.add(raw.meta.name)
        here = {split_cell(cell): "\n".join(lines) for cell, lines in notes.get(raw.meta.name, {}).items()}
        for row, column, value in _cells(raw):
            sheet.write_string(row, column, safe_text(value), marked if (row, column) in here else text)
        for (row, column), comment in here.items():
            sheet.write_comment(row, column, comment, {"author": "台账 taizhang", "x_scale": 2})
        commented += len(here)
    _list_sheet(book, problems, written)
    book.close()
    temporary.replace(target)
    return Returned(target, commented, sum(1 for p in problems if not p.cell or p.sheet not in written))


def _cells(raw: RawSheet) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for block in raw.blocks():
        for column, cells in block.columns.items():
            found += [
                (int(row) - 1, column, value)
                for row, value in zip(block.row_numbers, cells.text.to_pylist(), strict=True)
                if value is not None
            ]
    return found


def _sheet_name(name: str, taken: set[str]) -> str:
    plain = "".join(" " if c in "[]:*?/\\'" else c for c in name).strip()[:31] or "Sheet"
    return plain if plain not in taken else f"{plain[:27]}({len(taken) + 1})"


def _list_sheet(book: Workbook, problems: list[Problem], taken: set[str]) -> None:
    sheet = book.add_worksheet(_sheet_name(SHEET_NAME, taken))
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    for row, problem in enumerate(problems, 1):
        for column, value in enumerate(cells_of(row, problem)):
            if value:
                sheet.write_string(row, column, value)
        if problem.cell:
            sheet.write_url(row, HEADINGS.index("单元格"), f"internal:{link_of(problem)}", string=problem.cell)
    reply = HEADINGS.index("反馈（请选择）")
    if problems:
        sheet.data_validation(1, reply, len(problems), reply, {"validate": "list", "source": list(REPLIES)})
    sheet.write_string(len(problems) + 2, 0, _REBUILT)
