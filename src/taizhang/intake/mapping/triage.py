"""What kind of sheet it is, before anybody reads its rows (intake.md §10)."""

import re
from enum import StrEnum

from taizhang.intake.mapping.dictionary import dictionary
from taizhang.intake.mapping.head import HeadRow, SheetHead
from taizhang.intake.mapping.header import HeaderBlock
from taizhang.intake.mapping.normal import header as normal
from taizhang.intake.mapping.profile import is_coded

_SUMMARY = re.compile(r"汇总|统计表|统计情况|合计表|透视|分析表|情况统计|花名册统计|总表\(汇总\)")
_COVER = re.compile(r"封面|说明|目录|须知|填表要求|填报要求|使用方法")
_CODES = re.compile(r"字典|代码|选项|下拉|数据源|数据字典|hidden|dict|list|枚举|序列", re.IGNORECASE)
_NUMBER = re.compile(r"^-?[\d,]+(?:\.\d+)?%?$")
_FEW_COLUMNS = 3
_CARD_ROWS, _CARD_LABELS = 30, 2


class SheetClass(StrEnum):
    """What a sheet is."""

    DATA = "data"
    CODE_LIST = "code_list"
    PIVOT = "pivot"
    COVER = "cover"
    EMPTY = "empty"
    WAITING = "waiting"
    IGNORED = "ignored"  # a person has said that the layout is no data


def classify(head: SheetHead, block: HeaderBlock | None) -> SheetClass:
    """The class of a sheet.

    Hidden sheets are never data by themselves (a person may say so): those that look like data are WAITING.
    """
    if not head.rows:
        return SheetClass.EMPTY
    widths = [len(row.cells) for row in head.rows]
    if block is None:
        if max(widths) <= _FEW_COLUMNS and (_CODES.search(head.name) or head.visibility != "visible"):
            return SheetClass.CODE_LIST
        if _CODES.search(head.name) and _is_short_labels(head):
            return SheetClass.CODE_LIST
        if _is_summary(head, None):
            return SheetClass.PIVOT
        texts = [text for row in head.rows for text in row.cells.values()]
        if _COVER.search(head.name) or max(widths) <= 2 or any(len(text) > 60 for text in texts):
            return SheetClass.COVER
        return SheetClass.WAITING
    if _is_code_list(head, block):
        return SheetClass.CODE_LIST
    if _is_summary(head, block):
        return SheetClass.PIVOT
    return SheetClass.DATA if head.visibility == "visible" else SheetClass.WAITING


def is_card(head: SheetHead, block: HeaderBlock) -> bool:
    """A form of one person, labels and values side by side (姓名 | 王建国 | 性别 | 男): its first row is no header.

    Half of the few rows below it hold two labels or more themselves. A repeated header holds nothing else.
    """
    below = [row for row in head.rows if row.number > block.last]
    if not below or len(below) > _CARD_ROWS:
        return False
    header = {path[-1] for path in block.paths.values()}
    cards = [row for row in below if len(_labels(row) - header) >= _CARD_LABELS or _is_half_labels(row, header)]
    return 2 * len(cards) >= len(below)


def _labels(row: HeadRow) -> set[str]:
    """The cells of a row that are labels we know and no value of a common code list."""
    known = dictionary().by_key
    return {text for text in row.cells.values() if normal(text).key in known and not is_coded(text)}


def _is_half_labels(row: HeadRow, header: set[str]) -> bool:
    """A label first and as many cells besides labels as labels, as one line of a card has."""
    return len(row.cells) % 2 == 0 and row.cells[min(row.cells)] in _labels(row) - header


def _is_short_labels(head: SheetHead) -> bool:
    texts = [text for row in head.rows for text in row.cells.values()]
    return all(len(text) <= 16 for text in texts) and len(set(texts)) >= 0.6 * len(texts)


def _is_code_list(head: SheetHead, block: HeaderBlock) -> bool:
    """A dictionary sheet: headers like 性别 民族 with lists of different lengths and no persons under them."""
    if not _CODES.search(head.name) and head.visibility == "visible":
        return False
    below = [row for row in head.rows if row.number > block.last]
    texts = [text for row in below for text in row.cells.values()]
    return all(len(text) <= 16 and not (text.isdigit() and len(text) >= 6) for text in texts) and len(texts) > 0


def _is_summary(head: SheetHead, block: HeaderBlock | None) -> bool:
    """Counts by place: a title that says so, mostly numbers under the header, and no person's or village's own row."""
    titles = " ".join((*(block.titles if block else (" ".join(head.rows[0].cells.values()),)), head.name))
    if not _SUMMARY.search(titles):
        return False
    below = [text for row in head.rows if block is None or row.number > block.last for text in row.cells.values()]
    numbers = sum(bool(_NUMBER.match(text.strip())) and len(text) <= 12 for text in below)
    if block is not None and any(
        path[-1] in ("身份证号码", "身份证号", "证件号码", "姓名") for path in block.paths.values()
    ):
        return False
    return not below or numbers >= 0.5 * len(below)
