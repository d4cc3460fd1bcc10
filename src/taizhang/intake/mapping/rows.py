"""Which rows below a header are records, and which a person would skip: repeated headers, totals, notes, signatures."""

import re
from enum import IntEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from taizhang.intake.mapping.above import begins_page, is_of_household
from taizhang.intake.mapping.head import HeadRow
from taizhang.intake.mapping.header import row_score
from taizhang.intake.mapping.normal import header
from taizhang.intake.mapping.sheet import MappedSheet
from taizhang.intake.model import FIELDS, FieldType, IdentityRole
from taizhang.intake.raw import RawBlock


class RowKind(IntEnum):
    """What a row below the header is."""

    DATA = 0
    BLANK = 1
    REPEATED_HEADER = 2
    OTHER_HEADER = 3  # another layout begins here: read_head(from_row=…) and map_sheet again
    COLUMN_NUMBERS = 4
    TOTAL = 5
    NOTE = 6
    SIGNATURE = 7
    TITLE = 8  # a title that stands again above a repeated header, or a line above the rows of a group


_TOTAL = re.compile(
    r"^(?:合|总|小|累)计(?:[:：(（]|\d|$)|^(?:本页|全村|全镇|全县|全组|本组)?(?:合计|小计|总计)$"
    r"|^[^:：]{0,12}(?:组|村|社区|镇|乡|街道|县)(?:合|小|总)计(?:[:：(（]|\d|$)"
)
_SIGNATURE = re.compile(
    r"^(?:填表|填报|制表|审核|审批|复核|统计|上报|报送|经办|核查|调查|单位负责|村负责|负责|驻村|包村|村支部|支部|村委会|主任|签字|签名|盖章|填报单位|填表单位|填报日期|填报时间|填表日期|填表时间|制表日期|联系电话|单位|日期)"
    r"[^:：]{0,12}[:：]|[（(](?:签字|签章|盖章|公章)[)）]"
    r"|^[^:：]{0,12}(?:签字|签名|签章|盖章|按印|手印|指印)[)）]?[:：]"
)
_SIGNED = re.compile(r"^(?:填表|填报|制表|审核|审批|复核|统计|上报|报送|经办)(?:人|单位|日期|时间)")
"""What begins a line of signatures that parts label and name by cells or blanks and not by a colon."""
_COUNTED = r"(?:[（(][^（）()]{1,15}[)）]|共?\d+[户人][^:：]{0,10})?[:：]?$"
_GROUP = re.compile(
    rf"^(?:[\u3400-\u9fff]{{1,12}}(?:村|社区|镇|乡|街道))?第?(?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})(?:村民)?小?组{_COUNTED}"
    rf"|^[\u3400-\u9fff]{{2,12}}村民小组{_COUNTED}"
)
_LISTED = re.compile(rf"..(?:名单|花名册|台账|一览表|登记表|统计表|汇总表|明细表|信息表|情况表|调查表){_COUNTED}")
"""With `_GROUP` what no person is called, whatever column such a line begins in."""
_DATE_ALONE = re.compile(r"^(?:20\d\d)?年\d{0,2}月\d{0,2}日$")
_NOTE = re.compile(
    r"^(?:注|备注|说明|填表说明|附注|填报说明|注意|提示)\s*\d*[:：.、]|^(?:注|填表说明|填报说明)$|^第\s*\d+\s*页|^共\s*\d+\s*页|^\*+\s*注"
)
_BLANKS = re.compile(r"\s+")
_ID_LIKE = r"^['\s]*\d{6,}"
MOSTLY = 0.6  # share of a row's cells that must be labels for it to be a header


class RowClassifier:
    """Tells rows apart for one mapped sheet, block by block, without touching rows that are clearly records.

    A row that has a number in one of its identity columns is a record; only the others are looked at one by one.
    """

    def __init__(self, sheet: MappedSheet) -> None:
        self._first_data_row = sheet.first_data_row
        self._labels = {column.index: {header(text).key for text in column.path} for column in sheet.columns}
        self._is_form = is_of_household(sheet.told)
        self._titles = {_BLANKS.sub("", title) for title in sheet.titles if title}
        self._keys = [
            column.index
            for column in sheet.columns
            if column.field is not None
            and (FIELDS[column.field].type is FieldType.ID or FIELDS[column.field].role in _NUMBERED)
        ]
        self._names = {
            column.index
            for column in sheet.columns
            if column.field is not None and FIELDS[column.field].role in (IdentityRole.NAME, IdentityRole.HEAD_NAME)
        }
        self._places = {
            column.index
            for column in sheet.columns
            if column.field is not None and FIELDS[column.field].role is IdentityRole.DIVISION
        }

    def kinds(self, block: RawBlock) -> npt.NDArray[np.uint8]:
        """`RowKind` of every row of a block; rows of the header itself and above it are BLANK (nothing to read)."""
        count = len(block.row_numbers)
        kinds = np.full(count, RowKind.DATA, np.uint8)
        above = block.row_numbers < self._first_data_row
        kinds[above] = RowKind.BLANK
        filled = np.zeros(count, np.int32)
        for column in block.columns.values():
            filled += column.text.is_valid().to_numpy(zero_copy_only=False)
        # Above a page of a form stands the household's number, in any column.
        sure = above if self._is_form else above | self._has_number(block)
        for at in np.flatnonzero(~sure):
            kinds[at] = self._kind(
                {i: t for i, c in block.columns.items() if (t := c.text[int(at)].as_py())}, filled[at]
            )
        return kinds

    def _has_number(self, block: RawBlock) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(block.row_numbers), np.bool_)
        for index in self._keys:
            column = block.columns.get(index)
            if column is not None:
                matches = pc.match_substring_regex(column.text, _ID_LIKE)
                found |= pc.fill_null(matches, False).to_numpy(zero_copy_only=False)
        return found

    def _kind(self, cells: dict[int, str], filled: int) -> RowKind:
        texts = {index: stripped for index, text in cells.items() if (stripped := text.strip())}
        if not texts:
            return RowKind.BLANK
        values = list(texts.values())
        if self._is_repeat(texts):
            return RowKind.REPEATED_HEADER
        joined = _BLANKS.sub("", "".join(values))
        if joined in self._titles or _BLANKS.sub("", " ".join(values)) in self._titles:
            return RowKind.TITLE
        first = _BLANKS.sub("", values[0])
        if _TOTAL.match(first) or (
            len(values) > 1 and _TOTAL.match(_BLANKS.sub("", values[1])) and filled <= len(values)
        ):
            return RowKind.TOTAL
        if any(_TOTAL.match(_BLANKS.sub("", texts[index])) for index in self._names if index in texts):
            return RowKind.TOTAL
        if _NOTE.match(first) or (len(values) == 1 and len(first) > 20 and not self._is_key(texts)):
            return RowKind.NOTE
        is_signed = _SIGNED.match(first) or any(_SIGNATURE.search(_BLANKS.sub("", text)) for text in values)
        if is_signed and not self._is_key(texts):
            return RowKind.SIGNATURE
        if len(values) == 1 and self._is_heading(next(iter(texts)), first):
            return RowKind.TITLE
        if len(values) == 1 and _DATE_ALONE.match(first):
            return RowKind.SIGNATURE
        if self._is_form and begins_page(HeadRow(0, texts)):
            return RowKind.OTHER_HEADER
        if self._is_form and len(values) == 1 and not texts.keys() & self._names:
            return RowKind.TITLE
        if len(values) >= 3:
            if self._is_numbers(values):
                return RowKind.COLUMN_NUMBERS
            _, known = row_score(values)
            if known >= 3 and known >= MOSTLY * len(values) and len(set(values)) >= 3 and self._names_labelled(texts):
                return RowKind.OTHER_HEADER
        return RowKind.DATA

    def _is_heading(self, index: int, text: str) -> bool:
        """Whether a line of one cell, not behind the names, is above the rows of a group or a list.

        A group in a column of groups is somebody's whose other cells are empty.
        """
        if index > min(self._names, default=0):
            return False
        return _LISTED.search(text) is not None or (_GROUP.match(text) is not None and index not in self._places)

    def _is_repeat(self, texts: dict[int, str]) -> bool:
        same = sum(header(text).key in self._labels.get(index, ()) for index, text in texts.items())
        return same >= 2 and same >= MOSTLY * len(texts)

    def _is_key(self, texts: dict[int, str]) -> bool:
        return any(len(texts.get(index, "")) >= 6 and texts[index][0].isdigit() for index in self._keys)

    def _names_labelled(self, texts: dict[int, str]) -> bool:
        """A header row names columns: none of its cells is a person's name, a date or a number."""
        return not any(any(character.isdigit() for character in text) and len(text) >= 4 for text in texts.values())

    @staticmethod
    def _is_numbers(values: list[str]) -> bool:
        numbers = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= 3]
        return len(numbers) == len(values) and all(b - a == 1 for a, b in pairwise(numbers))


_NUMBERED = frozenset({IdentityRole.HOUSEHOLD_NO, IdentityRole.PERSON_NO, IdentityRole.PHONE})
