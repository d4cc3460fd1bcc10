"""Chinese numerals as people write them in ledgers: 一万二千, 壹仟贰佰元, 三点五, 二〇二三."""

from decimal import Decimal

_DIGITS = {
    char: value
    for value, chars in enumerate(("〇零○", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for char in chars
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TENS = {"廿": 20, "卅": 30}


def chinese_number(text: str) -> Decimal | None:
    """The value of a Chinese numeral, or None for anything else.

    Reads positional digits (二〇二三), units (一万二千, also the spoken 一万二 = 12,000), capitals and 点.
    """
    whole, point, fraction = text.partition("点")
    value = _digits(whole) if whole and all(char in _DIGITS for char in whole) else _units(whole)
    if value is None:
        return None
    if not point:
        return Decimal(value)
    decimals = "".join(str(_DIGITS[char]) for char in fraction if char in _DIGITS)
    return Decimal(f"{value}.{decimals}") if fraction and len(decimals) == len(fraction) else None


def _digits(text: str) -> int:
    return int("".join(str(_DIGITS[char]) for char in text))


def _units(text: str) -> int | None:
    if not text:
        return None
    total, section, digit, last_unit = 0, 0, None, 1
    for char in text:
        if char in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[char]
            last_unit = 1 if digit == 0 else last_unit
        elif char in _SMALL:
            section += (1 if digit is None else digit) * _SMALL[char]
            digit, last_unit = None, _SMALL[char]
        elif char in _TENS:
            section += _TENS[char]
            digit, last_unit = None, 10
        elif char in _LARGE:
            if section == 0 and digit is None and total == 0:
                return None
            part = section + (digit or 0)
            total = (
                (total + part) * _LARGE[char]
                if total < _LARGE[char] and _LARGE[char] > 10**4
                else total + part * _LARGE[char]
            )
            section, digit, last_unit = 0, None, _LARGE[char]
        else:
            return None
    if digit is not None:
        section += digit * (last_unit // 10 if last_unit >= 100 else 1)
    return total + section
