"""What a cell of a workbook holds for what a page shows: days and numbers as such, all else as text that is no formula."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import is_aware, localtime

from taizhang.report.safe_text import safe_text

Held = str | tuple[float, str]
"""Text, or a number with the format it is shown in; a day is the number of days that spreadsheet programs count."""

LONGEST = 32_767
"""Characters that a cell takes (ECMA-376); of a longer text a writer would keep nothing."""
DIGITS = 15
"""More than these a spreadsheet program makes zeros of."""
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a sheet know no zone
_FIRST = date(1900, 3, 1)
"""Before it spreadsheet programs count a day that never was."""
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.([0-9]+))?(%?)")
_DAY, _MINUTE, _SECOND = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "yyyy-mm-dd hh:mm:ss"


def held(value: object, kind: str = "text") -> Held:
    """What stands in a workbook for a value of a page. kind: of its column (parts.model.Column).

    Columns of days and numbers hold texts in one way of writing, ISO 8601 and `1,234.5%`; those become days and numbers.
    """
    if isinstance(value, date):
        return _of_moment(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _within_digits(float(value) if isinstance(value, Decimal) else value)
    text = "" if value is None else str(value)
    found: Held | None = None
    if kind == "date" and (written := _MOMENT.fullmatch(text)):
        found = _of_written_moment(text, _DAY if len(text) == len("2020-02-19") else _SECOND if written[1] else _MINUTE)
    elif kind == "number" and (number := _NUMBER.fullmatch(text)):
        found = _of_number(text, decimals=len(number[1] or ""), is_share=bool(number[2]))
    return _text(text) if found is None else found


def _text(text: str) -> str:
    safe = safe_text(text)
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 1]}…"


def _within_digits(value: float) -> Held:
    return (value, "General") if abs(value) < 10**DIGITS else str(value)


def _of_moment(value: date, shown: str = "") -> Held:
    if not isinstance(value, datetime):
        return (float((value - _EPOCH.date()).days), _DAY) if value >= _FIRST else value.isoformat()
    local = localtime(value).replace(tzinfo=None) if is_aware(value) else value
    since = local - _EPOCH
    return (since.days + since.seconds / 86400, shown or _MINUTE) if local.date() >= _FIRST else local.isoformat(" ")


def _of_written_moment(text: str, shown: str) -> Held | None:
    try:
        return _of_moment(date.fromisoformat(text) if shown == _DAY else datetime.fromisoformat(text), shown)
    except ValueError:
        return None


def _of_number(text: str, *, decimals: int, is_share: bool) -> Held | None:
    plain = text.rstrip("%").replace(",", "")
    if len(plain.replace("-", "").replace(".", "")) > DIGITS:
        return None
    shown = ("#,##0" if "," in text else "0") + ("." + "0" * decimals if decimals else "") + ("%" if is_share else "")
    return float(plain) / 100 if is_share else float(plain), shown
