"""What a form tells above its table: 户主姓名 | 王建国 | 户编号 | 6107…, or 行政村：龙亭村 within one cell.

A page a household has its members in a table, and what is the household's in lines above it, label and value side by side.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from taizhang.intake.mapping.candidates import AUTOMATIC, candidates
from taizhang.intake.mapping.dictionary import dictionary
from taizhang.intake.mapping.head import HeadRow
from taizhang.intake.mapping.normal import header
from taizhang.intake.mapping.profile import is_coded, is_name
from taizhang.intake.model import FIELDS, TABLES, FieldType, IdentityRole

_PLAIN_VALUE = re.compile(r"^['\s]*[\d./\-]+[Xx年月日]?\s*$")
_WITHIN = re.compile(r"(?P<label>[^\s:：|]{1,10})\s*[:：]\s*(?P<value>[^\s:：]*(?=\s|$))")
_PLACE = re.compile(r"..(?:村|镇|乡|街道|社区|县|区|市)$|组$")
_NO_NAME = re.compile(r"(?:信息|情况|成员)$")
_USUAL_NAME = 3  # characters
_HOUSEHOLD = frozenset({IdentityRole.HOUSEHOLD_NO, IdentityRole.HEAD_NAME, IdentityRole.HEAD_ID_NO})
_DAYS = frozenset({FieldType.DATE, FieldType.MONTH})  # a serial number without its cell's format is no day


@dataclass(frozen=True, slots=True)
class Told:
    """A value for every row of a sheet: of which field, its text, and the spreadsheet row and 0-based column it stands in."""

    field: str
    text: str
    row: int
    column: int


def is_form_line(row: HeadRow) -> bool:
    """Whether a row is labels with their values beside them, and no level of a header.

    It begins with a label, no two values stand side by side, and a value is a plain number, of a common code list, a place
    or the head's name: a header whose labels are half unknown to us has no such thing.
    """
    return _is_alternating(row) and (
        any(_PLAIN_VALUE.match(text) or is_coded(text) for text in _values(row))
        or any(_fits(label, text) for label, text, _ in _pairs(row))
    )


def begins_page(row: HeadRow) -> bool:
    """Whether a row below the table of a form is of the lines above the next one; people stand in no such row."""
    within = (_field(found["label"], "record", None) for text in row.cells.values() for found in _within(text))
    return _is_alternating(row) or any(name is not None and FIELDS[name].role in _HOUSEHOLD for name in within)


def told_above(rows: Sequence[HeadRow], table: str, source: str | None, columns: frozenset[str]) -> tuple[Told, ...]:
    """What the rows above a table of persons tell of all of them, by fields that are none of its columns.

    Places hold for every sheet. What is a household's is taken only where the lines name one (its number or its head) and
    no column does: above a village's ledger a telephone is that of whoever filled it in. A field told twice in two ways is
    left out.
    """
    if table != "record":
        return ()
    found: dict[str, set[Told]] = {}
    for row in rows:
        for label, text, column in _pairs(row):
            name = _field(label, table, source)
            if name is not None and name not in columns:
                found.setdefault(name, set()).add(Told(name, text, row.number, column))
    one = [next(iter(told)) for told in found.values() if len({each.text for each in told}) == 1]
    is_form = is_of_household(one) and not any(FIELDS[name].role in _HOUSEHOLD for name in columns)
    return tuple(told for told in one if is_form or FIELDS[told.field].role is IdentityRole.DIVISION)


def is_of_household(told: Iterable[Told]) -> bool:
    """Whether a household is named above a table: then it is the page of one, and others may follow below."""
    return any(FIELDS[one.field].role in _HOUSEHOLD for one in told)


def _is_alternating(row: HeadRow) -> bool:
    """A label first, a value, and never two values side by side."""
    labels = [_is_label(text, begins=not at) for at, (_, text) in enumerate(sorted(row.cells.items()))]
    return labels[0] and not all(labels) and all(before or after for before, after in pairwise(labels))


def _values(row: HeadRow) -> list[str]:
    return [text for text in row.cells.values() if not _is_label(text, begins=True)]


def _fits(label: str, text: str) -> bool:
    """Whether a value is a place, or a head's name, as its label says."""
    name = _field(label, "record", None)
    if name == "head_name":
        return is_name(text) and len(text) <= _USUAL_NAME and not _NO_NAME.search(text)
    return name is not None and FIELDS[name].role is IdentityRole.DIVISION and _PLACE.search(text) is not None


def _is_label(text: str, *, begins: bool = False) -> bool:
    """Whether a text is a label; 户主 is one only where it begins a line, anywhere else it is somebody's relation."""
    return header(text).key in dictionary().words and (begins or not is_coded(text))


def _within(text: str) -> list[re.Match[str]]:
    """Labels and values that stand in one cell, 户主：王建国 户编号：6107…"""
    return [found for found in _WITHIN.finditer(text) if _is_label(found["label"], begins=True)]


def _pairs(row: HeadRow) -> Iterator[tuple[str, str, int]]:
    """Label, value, column of the value."""
    waiting: str | None = None
    for at, (column, text) in enumerate(sorted(row.cells.items())):
        within = _within(text)
        if within:
            yield from ((found["label"], found["value"], column) for found in within if found["value"])
            waiting = None if within[-1]["value"] else within[-1]["label"]
        elif _is_label(text, begins=not at):
            waiting = text
        elif waiting is not None:
            yield waiting, text.strip(), column
            waiting = None


def _field(label: str, table: str, source: str | None) -> str | None:
    """The field of a household or place that a label names; a telephone above a household's table is the household's."""
    best = next(iter(candidates((label,), table, source)), None)
    if best is None or best.score < AUTOMATIC:
        return None
    field = FIELDS[best.field]
    if field.role is IdentityRole.PHONE:
        field = FIELDS["household_phone"]
    if field.name not in TABLES[table].fields or field.type in _DAYS:
        return None
    return field.name if field.of_household or field.role is IdentityRole.DIVISION else None
