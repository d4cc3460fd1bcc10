"""Dates and months in the forms the exports and the village sheets use. An impossible date is never bent into a real one."""

import re
from datetime import date, timedelta
from decimal import Decimal

from taizhang.intake.raw import CellKind
from taizhang.intake.values.changes import Change, Reading
from taizhang.intake.values.numerals import chinese_number
from taizhang.intake.values.texts import clean, empty_reason, refused_cell, written_out

FIRST_YEAR, LAST_YEAR = 1850, 2199  # outside, a four-digit group is no year of this domain
_PHANTOM = 60  # Excel counts a 1900-02-29 that never was (Lotus 1-2-3 compatibility, ECMA-376 §18.17.4.1)
_LAST_SERIAL = 109_575  # 2199-12-31

_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SEPARATED = re.compile(r"(\d{4}|\d{2})([-/.])(\d{1,2})\2(\d{1,2})")
_CHINESE = re.compile(
    r"([\d〇零○一二三四五六七八九]{4}|\d{2})年([\d一二三四五六七八九十]{1,3})月(?:([\d一二三四五六七八九十廿卅]{1,3})[日号])?"
)
_MONTH_COMPACT = re.compile(r"(\d{4})(\d{2})")
_MONTH_SEPARATED = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_CHINESE = re.compile(r"([\d〇零○一二三四五六七八九]{4})年([\d一二三四五六七八九十]{1,3})月份?")


def from_serial(serial: int, *, date1904: bool = False) -> date | None:
    """The day of a spreadsheet's day number; None for the phantom 1900-02-29 and for numbers out of range."""
    if date1904:
        return date(1904, 1, 1) + timedelta(days=serial) if 0 <= serial <= _LAST_SERIAL else None
    if not 1 <= serial <= _LAST_SERIAL or serial == _PHANTOM:
        return None
    return date(1899, 12, 31 if serial < _PHANTOM else 30) + timedelta(days=serial)


def read_date(
    text: str, kind: CellKind, *, is_date: bool = False, date1904: bool = False, century_pivot: int | None = None
) -> Reading:
    """A full date. YYYYMMDD and YYYY-MM-DD are the plain forms; every other form is an event.

    is_date: the cell's number format shows a date.
    century_pivot: two-digit years below it are 20yy, the others 19yy; without it they are not read.
    A month without a day is not a date (DATE_NO_DAY): the first of the month would be an invention.
    """
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    if kind is CellKind.NUMBER:
        serial = _serial(text, is_date=is_date, date1904=date1904)
        if serial is not None:
            return Reading(serial, (Change.DATE_SERIAL,))
    cleaned, changes, reason = _prepared(text)
    if not cleaned or reason is not None:
        return Reading(None, changes if reason is None else (*changes, reason))
    timeless = _TIME.sub("", cleaned)
    if timeless != cleaned:
        changes = (*changes, Change.DATE_TIME)
    parts = _date_parts(timeless.replace(" ", ""), century_pivot)
    if parts is None:
        month = _month_parts(timeless.replace(" ", ""), kind)
        return Reading(None, (*changes, Change.DATE_UNREADABLE if month is None else Change.DATE_NO_DAY))
    day = _day(*parts[0])
    if day is None:
        return Reading(None, (*changes, Change.DATE_UNREADABLE))
    return Reading(day, (*changes, *parts[1]))


def read_month(text: str, kind: CellKind, *, is_date: bool = False, date1904: bool = False) -> Reading:
    """A month, as its first day. YYYYMM is the plain form.

    A *number* 2023.1 is refused: the file cannot tell January from October.
    """
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    if kind is CellKind.NUMBER and is_date:
        serial = _serial(text, is_date=True, date1904=date1904)
        if serial is not None:
            return Reading(serial.replace(day=1), (Change.MONTH_SERIAL,))
    cleaned, changes, reason = _prepared(text)
    if not cleaned or reason is not None:
        return Reading(None, changes if reason is None else (*changes, reason))
    cleaned = _TIME.sub("", cleaned).replace(" ", "")
    month = _month_parts(cleaned, kind)
    if month is not None:
        first = _day(*month[0], 1)
        return (
            Reading(None, (*changes, Change.DATE_UNREADABLE))
            if first is None
            else Reading(first, (*changes, *month[1]))
        )
    parts = _date_parts(cleaned, None)
    day = None if parts is None else _day(*parts[0])
    if day is None:
        return Reading(None, (*changes, Change.DATE_UNREADABLE))
    return Reading(day.replace(day=1), (*changes, Change.MONTH_FROM_DATE))


def _prepared(text: str) -> tuple[str, tuple[Change, ...], Change | None]:
    cleaned, changes = clean(text, punctuation=True)
    if cleaned.endswith(".0") or "e" in cleaned.lower():
        whole = written_out(cleaned)
        if whole is not None and whole != cleaned:
            cleaned, changes = whole, (*changes, Change.DOT_ZERO)
    return cleaned, changes, empty_reason(cleaned)


def _serial(text: str, *, is_date: bool, date1904: bool) -> date | None:
    """Day numbers: any number in a cell formatted as a date, or a five-digit whole number in a date column."""
    number = written_out(text)
    if number is None or (not is_date and not re.fullmatch(r"\d{5}", number)):
        return None
    return from_serial(int(Decimal(number)), date1904=date1904)


def _date_parts(text: str, century_pivot: int | None) -> tuple[tuple[int, int, int], tuple[Change, ...]] | None:
    plain = _COMPACT.fullmatch(text) or _ISO.fullmatch(text)
    if plain:
        return (int(plain[1]), int(plain[2]), int(plain[3])), ()
    separated = _SEPARATED.fullmatch(text)
    if separated:
        return _with_century(separated[1], (int(separated[3]), int(separated[4])), Change.DATE_SEPARATED, century_pivot)
    chinese = _CHINESE.fullmatch(text)
    if chinese and chinese[3]:
        month, day = _small(chinese[2]), _small(chinese[3])
        if month is not None and day is not None:
            return _with_century(chinese[1], (month, day), Change.DATE_CHINESE, century_pivot)
    return None


def _with_century(
    year: str, month_day: tuple[int, int], change: Change, century_pivot: int | None
) -> tuple[tuple[int, int, int], tuple[Change, ...]] | None:
    number = _small(year)
    if number is None:
        return None
    if len(year) == 4:
        return (number, *month_day), (change,)
    if century_pivot is None:
        return None
    return (number + (2000 if number < century_pivot else 1900), *month_day), (change, Change.DATE_CENTURY)


def _month_parts(text: str, kind: CellKind) -> tuple[tuple[int, int], tuple[Change, ...]] | None:
    plain = _MONTH_COMPACT.fullmatch(text)
    if plain:
        return (int(plain[1]), int(plain[2])), ()
    separated = _MONTH_SEPARATED.fullmatch(text)
    if separated:
        if kind is CellKind.NUMBER and separated[2] == "1":
            return None
        return (int(separated[1]), int(separated[2])), (Change.MONTH_SEPARATED,)
    chinese = _MONTH_CHINESE.fullmatch(text)
    if chinese:
        year, month = _small(chinese[1]), _small(chinese[2])
        if year is not None and month is not None:
            return (year, month), (Change.MONTH_CHINESE,)
    return None


def _small(digits: str) -> int | None:
    if digits.isascii() and digits.isdecimal():
        return int(digits)
    value = chinese_number(digits)
    return None if value is None else int(value)


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
