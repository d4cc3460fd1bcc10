"""The file that goes back to a source: its own header and its own rows, with the corrected cells in place.

Read from the sender's original in the lake, so that whoever enters the values finds the columns they know; each changed
cell is coloured and carries a comment with the value before and the number of the finding. Every value is text.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.raw import RawBlock
from taizhang.intake.readers import open_workbook
from taizhang.report.returned.notes import split_cell
from taizhang.report.returned.rebuilt import allowed_sheet_name
from taizhang.report.safe_text import safe_text

HEADINGS = ("序号", "问题编号", "来源", "工作表", "单元格", "字段", "原值", "现值", "补正依据")


@dataclass(frozen=True)
class Line:
    """One corrected cell. file: of the original in the lake; header_last: last row of its sheet's header block."""

    number: int
    finding: str
    source_title: str
    file: Path
    sheet: str
    cell: str
    header_last: int
    field_title: str
    before: str
    after: str
    reason: str


def write_handback(lines: Iterable[Line], *, watermark: str, made_at: datetime) -> bytes:
    """The workbook: a list of all changes first, then a sheet of rows for every sheet concerned; made in memory.

    made_at: written into the file's properties, so that the same lines give the same bytes.
    """
    listed = list(lines)
    originals = _original_rows(listed)
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"comments": watermark, "created": made_at.replace(tzinfo=None)})
        text = book.add_format({"num_format": "@", "valign": "top"})
        changed = book.add_format({"num_format": "@", "bg_color": "#FFF2CC", "bold": True})
        head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "num_format": "@"})
        taken = ["回填清单"]
        _list(book.add_worksheet("回填清单"), listed, (text, head, changed), watermark)
        for (file, sheet), own in _by_sheet(listed).items():
            taken.append(allowed_sheet_name(sheet, taken))
            _rows(book.add_worksheet(taken[-1]), originals[file, sheet], own, (text, head, changed))
    return made.getvalue()


def _list(page: Any, lines: list[Line], formats: tuple[Any, Any, Any], watermark: str) -> None:
    text, head, changed = formats
    page.write_string(0, 0, watermark, text)
    for column, title in enumerate(HEADINGS):
        page.write_string(1, column, title, head)
    for row, line in enumerate(lines, 2):
        values = (
            str(line.number), line.finding, line.source_title, line.sheet, line.cell, line.field_title, line.before,
            line.after, line.reason,
        )  # fmt: skip
        for column, value in enumerate(values):
            page.write_string(row, column, safe_text(value), changed if column == 7 else text)
    page.set_column(0, 5, 14)
    page.set_column(6, 8, 24)
    page.freeze_panes(2, 0)


def _by_sheet(lines: list[Line]) -> dict[tuple[Path, str], list[Line]]:
    found: dict[tuple[Path, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.cell:
            found[line.file, line.sheet].append(line)
    return found


def _rows(page: Any, rows: list[tuple[int, dict[int, str]]], lines: list[Line], formats: tuple[Any, Any, Any]) -> None:
    text, head, changed = formats
    header_last = max(line.header_last for line in lines)
    wanted = {split_cell(line.cell): line for line in lines}
    for at, (number, cells) in enumerate(rows):
        for column, value in cells.items():
            line = wanted.get((number - 1, column))
            shown = changed if line else head if number <= header_last else text
            page.write_string(at, column, safe_text(line.after if line else value), shown)
            if line:
                page.write_comment(at, column, f"原值：{line.before or '（空）'}\n问题编号：{line.finding}")
    page.freeze_panes(header_last, 0)
    page.set_column(0, 60, 16)


def _original_rows(lines: list[Line]) -> dict[tuple[Path, str], list[tuple[int, dict[int, str]]]]:
    """Header and wanted rows of every sheet concerned, read in the capped child: the files are strangers'."""
    places = list(_by_sheet(lines).items())
    tasks = [
        (file, {"sheet": sheet, "header_last": max(line.header_last for line in own),
                "cells": [list(split_cell(line.cell)) for line in own]})
        for (file, sheet), own in places
    ]  # fmt: skip
    found = {}
    with ChildPool(1, preload=(__name__,)) as pool:
        for (place, _), outcome in zip(places, pool.map(read_rows, tasks), strict=True):
            found[place] = [] if isinstance(outcome, Refused) else [(row, dict(cells)) for row, cells in outcome]
    return found


def read_rows(
    file: Path, *, sheet: str, header_last: int, cells: list[list[int]]
) -> list[tuple[int, list[tuple[int, str]]]]:
    """The header's rows and the wanted rows of a sheet as (row, [(column, text)]); a wanted cell is there even where it is empty."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for row, column in cells:
        wanted[row + 1].append(column)
    found = []
    for raw in open_workbook(file).sheets():
        for block in raw.blocks():
            if raw.meta.name == sheet:
                found += _block_rows(block, header_last, wanted)
    return found


def _block_rows(
    block: RawBlock, header_last: int, wanted: Mapping[int, list[int]]
) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    for place, number in enumerate(block.row_numbers.tolist()):
        if number <= header_last or number in wanted:
            texts = {index: column.text[place].as_py() or "" for index, column in block.columns.items()}
            yield number, sorted((dict.fromkeys(wanted.get(number, ()), "") | texts).items())
