"""Counts and amounts: whole numbers, and money and areas as Decimal with two places. Never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from taizhang.intake.raw import CellKind
from taizhang.intake.values.changes import Change, Reading
from taizhang.intake.values.numerals import chinese_number
from taizhang.intake.values.texts import clean, empty_reason, refused_cell

#: RE2: digits that need no reading; the table types are int32 and decimal128(14, 2).
PLAIN_INT = r"^(0|[1-9][0-9]{0,8})$"
PLAIN_DECIMAL = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"

_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 12
_INT_LIMIT = 2**31

# Units by kind of quantity, as a multiple of the first of the kind, which is the one the tables use.
_QUANTITIES: tuple[dict[str, Decimal], ...] = (
    {"元": Decimal(1), "块": Decimal(1), "元整": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10**4), "万": Decimal(10**4), "亿元": Decimal(10**8), "角": Decimal("0.1"), "分": _CENT},
    {"亩": Decimal(1), "公顷": Decimal(15), "分地": Decimal("0.1"), "平方公里": Decimal(1500)},
    {"公里": Decimal(1), "千米": Decimal(1), "km": Decimal(1), "里": Decimal("0.5"), "米": Decimal("0.001"), "m": Decimal("0.001")},
    {"平方米": Decimal(1), "平米": Decimal(1), "㎡": Decimal(1), "m2": Decimal(1), "m²": Decimal(1), "平方": Decimal(1)},
    {"人": Decimal(1), "口": Decimal(1), "口人": Decimal(1), "名": Decimal(1)},
    {"户": Decimal(1), "个": Decimal(1), "处": Decimal(1), "间": Decimal(1), "次": Decimal(1), "头": Decimal(1), "只": Decimal(1), "株": Decimal(1), "箱": Decimal(1), "家": Decimal(1)},
    {"个月": Decimal(1), "月": Decimal(1)},
    {"岁": Decimal(1)},
    {"年": Decimal(1)},
    {"%": Decimal(1), "‰": Decimal("0.1")},
)  # fmt: skip
_ENGLISH = {
    "yuan": "元",
    "mu": "亩",
    "km": "公里",
    "m2": "平方米",
    "month": "月",
    "months": "月",
    "person": "人",
    "wan_yuan": "万元",
    "percent": "%",
}
_UNITS = sorted({unit for quantity in _QUANTITIES for unit in quantity}, key=len, reverse=True)
_AMOUNT = re.compile(rf"[￥¥$]?(?P<number>[^元]*?)(?P<unit>{'|'.join(map(re.escape, _UNITS))})?整?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


def unit_factor(written: str | None, wanted: str | None) -> Decimal | None:
    """What to multiply by to get from the unit of a header or cell to that of the field.

    1 where either is not given; None where the two measure different things (亩 against 元).
    """
    if not written or not wanted:
        return Decimal(1)
    written, wanted = _ENGLISH.get(written, written), _ENGLISH.get(wanted, wanted)
    if written == wanted:
        return Decimal(1)
    for quantity in _QUANTITIES:
        if written in quantity and wanted in quantity:
            return quantity[written] / quantity[wanted]
    return None


def read_decimal(text: str, kind: CellKind, *, header_unit: str | None = None, unit: str | None = None) -> Reading:
    """An amount in the field's unit, rounded half up to two places.

    header_unit: the unit the column's header names; a unit in the cell itself wins over it.
    """
    cleaned, changes = _cleaned(text, kind)
    if cleaned is None:
        return Reading(None, changes)
    found = _amount(cleaned)
    if found is None:
        return Reading(None, (*changes, Change.NUMBER_UNREADABLE))
    value, cell_unit, chinese = found
    factor = unit_factor(cell_unit or header_unit, unit)
    if factor is None or abs(value * factor) >= _LIMIT:
        return Reading(None, (*changes, Change.NUMBER_UNREADABLE))
    rounded = (value * factor).quantize(_CENT, ROUND_HALF_UP)
    done = [*changes]
    if chinese:
        done.append(Change.CN_NUMBER)
    if cell_unit or factor != 1:
        done.append(Change.AMOUNT_UNIT)
    if rounded != value * factor:
        done.append(Change.ROUNDED)
    return Reading(rounded, tuple(done))


def read_int(text: str, kind: CellKind) -> Reading:
    """A count: 3, 3.0, ３, 三, 3人, 12个月. A fraction is not a count and is not rounded."""
    cleaned, changes = _cleaned(text, kind)
    if cleaned is None:
        return Reading(None, changes)
    found = _amount(cleaned)
    if found is None or found[0] != found[0].to_integral_value():
        return Reading(None, (*changes, Change.NUMBER_UNREADABLE))
    value, unit, chinese = found
    if unit and unit_factor(unit, "元") not in (None, Decimal(1)):  # 3万 in a count
        value *= unit_factor(unit, "元") or 1
    if abs(value) >= _INT_LIMIT:
        return Reading(None, (*changes, Change.NUMBER_UNREADABLE))
    done = [*changes]
    if chinese:
        done.append(Change.CN_NUMBER)
    if unit:
        done.append(Change.AMOUNT_UNIT)
    elif not chinese and not cleaned.lstrip("+-").isdecimal():
        done.append(Change.DOT_ZERO)
    return Reading(int(value), tuple(done))


def _cleaned(text: str, kind: CellKind) -> tuple[str | None, tuple[Change, ...]]:
    """The text to be read and what was changed; None where the cell holds no number, with the reason among the changes."""
    refused = refused_cell(kind)
    if refused is not None:
        return None, refused.changes
    cleaned, changes = clean(text, punctuation=True)
    reason = empty_reason(cleaned) if cleaned else None
    if reason is not None:
        return None, (*changes, reason)
    return cleaned or None, changes


def _amount(cleaned: str) -> tuple[Decimal, str | None, bool] | None:
    """Value, unit in the cell, and whether it was a Chinese numeral."""
    text = cleaned.replace(" ", "")
    whole = chinese_number(text)  # before units are looked for: the 万 of 一万二千 is a digit, not a unit
    if whole is not None:
        return whole, None, True
    matched = _AMOUNT.fullmatch(text)
    if matched is None:
        return None
    number, unit = matched["number"], matched["unit"]
    if _GROUPED.fullmatch(number):
        number = number.replace(",", "")
    if _NUMBER.fullmatch(number):
        try:
            return Decimal(number), unit, False
        except InvalidOperation:
            return None
    if unit and unit[0] in "千万亿":  # 二千元: the 千 belongs to the numeral
        number, unit = number + unit[0], unit[1:] or None
    value = chinese_number(number)
    return None if value is None else (value, unit, True)
