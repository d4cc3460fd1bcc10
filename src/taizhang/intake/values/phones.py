"""Telephone numbers: digits only."""

import re

from taizhang.intake.raw import CellKind
from taizhang.intake.values.changes import Change, Reading
from taizhang.intake.values.texts import clean, empty_reason, refused_cell, written_out

PLAIN_PHONE = r"^1[0-9]{10}$"

_PHONE = re.compile(r"(?:\+?0{0,2}86)?(1\d{10}|0\d{2,3}\d{7,8}|[2-9]\d{6,7})")
_BETWEEN = re.compile(r"[,，、;；/|\s]+")
_INSIDE = re.compile(r"[-－—–() ]")


def read_phone(text: str, kind: CellKind) -> Reading:
    """A mobile or fixed number as digits, country code dropped; of several numbers the first (SPLIT).

    Whether the number can exist is a rule's question; here only its writing is undone. Text that holds no number
    of a possible length is kept aside (PHONE_UNREADABLE).
    """
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    if kind is CellKind.NUMBER:
        digits = written_out(text)
        if digits is None or not digits.isdecimal() or len(digits) > 15:
            return Reading(None, (Change.NUMERIC_ID, Change.SCI_NUM))
        return Reading(digits, (Change.NUMERIC_ID,) if digits == text else (Change.DOT_ZERO, Change.NUMERIC_ID))
    cleaned, changes = clean(text, punctuation=True)
    if not cleaned:
        return Reading(None, changes)
    reason = empty_reason(cleaned)
    if reason is not None:
        return Reading(None, (*changes, reason))
    if re.fullmatch(r"\d+\.0", cleaned):
        cleaned, changes = cleaned[:-2], (*changes, Change.DOT_ZERO)
    if cleaned.isascii() and cleaned.isdecimal() and len(cleaned) <= 15:
        return Reading(cleaned, changes)
    together = _PHONE.fullmatch(_INSIDE.sub("", cleaned))
    if together:
        return Reading(together[1], (*changes, Change.STRIP) if Change.STRIP not in changes else changes)
    parts = [part for part in (_INSIDE.sub("", part) for part in _BETWEEN.split(cleaned)) if part]
    numbers = [found[1] for found in map(_PHONE.fullmatch, parts) if found]
    if numbers and len(numbers) == len(parts):
        return Reading(numbers[0], (*changes, Change.SPLIT))
    return Reading(None, (*changes, Change.PHONE_UNREADABLE))
