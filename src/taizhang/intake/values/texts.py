"""Cleaning text that people and programs wrote around a value; nothing inside the value is interpreted.

NFKC is never applied to a whole value: it changes separators and brackets that mean something. Only full-width
letters, digits and the punctuation of numbers become half-width.
"""

import re
from decimal import Decimal

from taizhang.intake.raw import CellKind
from taizhang.intake.values.changes import Change, Reading

#: RE2 and re alike: text that needs no cleaning at all.
PLAIN_TEXT = r"^[0-9A-Za-z\x{4e00}-\x{9fff}]+$"

_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
_EXCEL_FORMULA_TEXT = re.compile(r'=\s*"(.*)"', re.DOTALL)
# Zero-width and direction marks, BOM, soft hyphen, C0/C1 controls except the blanks handled as blanks.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")
_FULLWIDTH_WORDS = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_FULLWIDTH_ALL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

DASHES = frozenset({"-", "--", "---", "—", "——", "–", "－", "_", "/", "\\", "·", "."})
EXPLICIT_NONE = frozenset(
    {"无", "空", "NULL", "null", "None", "none", "NaN", "nan", "N/A", "n/a", "#N/A", "（空）", "(空)"}
)
EXPLICIT_UNKNOWN = frozenset({"不详", "未知", "不清楚", "不明", "待查", "待核实", "?", "？"})

MAX_EXACT_DIGITS = 15  # IEEE 754: a double holds every integer of 15 digits, not every one of 16


def clean(text: str, *, punctuation: bool = False) -> tuple[str, tuple[Change, ...]]:
    """Text without wrapping, and what was taken away; "" where nothing is left. Idempotent.

    punctuation: also make full-width punctuation half-width (for numbers, dates, phones; never for names or places).
    """
    if _PLAIN.fullmatch(text):
        return text, ()
    changes: list[Change] = []
    now = text
    while True:  # wrappings come nested: a ' before a ="…", a blank inside a ="…"
        before = now
        now = _step(now, changes, Change.STRIP, _BLANKS.sub(" ", _INVISIBLE.sub("", now)).strip())
        unwrapped = _EXCEL_FORMULA_TEXT.fullmatch(now)
        now = _step(now, changes, Change.EXCEL_TEXT, unwrapped[1] if unwrapped else now.lstrip("'"))
        if now == before:
            break
    table = _FULLWIDTH_ALL if punctuation else _FULLWIDTH_WORDS
    now = _step(now, changes, Change.FULLWIDTH, now.translate(table))
    return now, tuple(changes)


def empty_reason(text: str) -> Change | None:
    """Why a cleaned text means "no value": a dash, an explicit 无, or 不详; None where it is a value."""
    if text in DASHES:
        return Change.EMPTY_DASH
    if text in EXPLICIT_NONE:
        return Change.EMPTY_NONE
    return Change.EMPTY_UNKNOWN if text in EXPLICIT_UNKNOWN else None


def refused_cell(kind: CellKind) -> Reading | None:
    """The reading of a cell whose type says that its value cannot be known; None for every other cell."""
    if kind is CellKind.ERROR:
        return Reading(None, (Change.ERROR_CELL,))
    return Reading(None, (Change.FORMULA,)) if kind is CellKind.UNKNOWN else None


def written_out(number: str) -> str | None:
    """The digits of a number as a file stores it, exponent written out; None for what is no number.

    "202303.0" and "1.3812345678E10" become whole digits; "0.5" stays.
    """
    if re.fullmatch(r"-?(0|[1-9]\d*)", number):
        return number
    if not re.fullmatch(r"[+-]?\d*\.?\d+([eE][+-]?\d{1,3})?|\d+\.", number):
        return None
    value = Decimal(number)
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    return f"{value.normalize():f}"


def is_damaged_number(number: str) -> bool:
    """Whether a numeric cell can no longer hold the digits somebody meant: over 15 digits, or 10^15 and above."""
    if len(number) <= MAX_EXACT_DIGITS:
        digits = number.lstrip("-")
        if digits.isdecimal():
            return False
    if not re.fullmatch(r"[+-]?\d*\.?\d+([eE][+-]?\d{1,3})?|\d+\.", number):
        return False
    value = Decimal(number)
    return value.adjusted() >= MAX_EXACT_DIGITS


def read_text(text: str, kind: CellKind) -> Reading:
    """A text field: cleaned, one form of empty, numbers of numeric cells as whole digits."""
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    if kind is CellKind.NUMBER:
        digits = written_out(text)
        if digits is not None:
            return Reading(digits, () if digits == text else (Change.DOT_ZERO,))
    cleaned, changes = clean(text)
    reason = empty_reason(cleaned)
    if reason is not None:
        return Reading(None, (*changes, reason))
    return Reading(cleaned or None, changes)


def read_number_text(text: str, kind: CellKind) -> Reading:
    """A number that is a name: household, person, bank account. Digits lost to a numeric cell are not taken.

    A numeric cell of up to 15 digits is exact and is taken, flagged SR-NUMERIC-ID (leading zeros may be gone).
    """
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    if kind is CellKind.NUMBER:
        digits = written_out(text)
        if digits is None or is_damaged_number(text):
            return Reading(None, (Change.NUMERIC_ID, Change.SCI_NUM))
        return Reading(digits, (Change.NUMERIC_ID,) if digits == text else (Change.DOT_ZERO, Change.NUMERIC_ID))
    cleaned, changes = clean(text)
    reason = empty_reason(cleaned)
    if reason is not None:
        return Reading(None, (*changes, reason))
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d{1,3}", cleaned):
        return Reading(None, (*changes, Change.SCI_NUM))
    without_zero = re.fullmatch(r"(\d+)\.0+", cleaned)
    if without_zero:
        return Reading(without_zero[1], (*changes, Change.DOT_ZERO))
    return Reading(cleaned or None, changes)


def _step(before: str, changes: list[Change], change: Change, after: str) -> str:
    if after != before and change not in changes:
        changes.append(change)
    return after
