"""One cell of an ID column, read completely: its kind, its parts, every defect."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from numbers import Integral, Real

from taizhang.identity.cells import is_missing
from taizhang.identity.divisions import DivisionHistory
from taizhang.identity.numbers.check import check_digit, id_key
from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse
from taizhang.identity.numbers.lexical import normalise_number

MAX_AGE = 110
PLACEHOLDER_PREFIXES = ("999999", "123456")
"""Beginnings of numbers made up to fill the column; no division has these codes. A county adds its own series."""

_BODY18 = re.compile(r"[0-9]{17}[0-9X]")
_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
_FOREIGN_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
_STUDENT = re.compile(r"[GJL]([0-9]{17}[0-9X])")
_CERTIFICATE = re.compile(r"([0-9]{17}[0-9X])([0-9A-Z])([0-9A-Z])([0-9A-Z]{2})?")
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{7,10}")  # with it home-return permits and birth certificates: form only
_OFFICER = re.compile(r"[\u4e00-\u9fff]{1,3}字第?[0-9]{4,9}号?")
_APART = re.compile(r"[^0-9A-Za-z０-９Ａ-Ｚａ-ｚХх×]+")
_WHOLE = re.compile(r"[GJL]?[0-9]{17}[0-9X](?:[0-9]{2}(?:B[0-9])?)?|[0-9]{15}")
_TWICE_18 = re.compile(r"([0-9]{17}[0-9Xx])([0-9]{17}[0-9Xx])")
_EMPTY_MARKS = frozenset(
    {"-", "--", "—", "——", "/", "\\", "无", "無", "暂无", "没有", "NULL", "NONE", "N/A", "#N/A", "NAN"}
)
_PLACEHOLDER_WORDS = frozenset(
    {
        "不详",
        "未知",
        "未办",
        "未办理",
        "未办证",
        "没办",
        "没办证",
        "未办身份证",
        "办理中",
        "正在办理",
        "补办中",
        "丢失",
        "遗失",
        "身份证丢失",
        "无证",
        "无号",
        "无号码",
        "无身份证",
        "没有身份证",
        "无证件",
        "无户口",
        "未上户",
        "未上户口",
        "未落户",
        "未登记",
        "未提供",
        "新生儿",
        "待补",
        "待定",
        "待办",
        "待查",
        "待核实",
        "暂缺",
        "缺",
        "空",
        "0",
    }
)
_ASCENDING = "01234567890123456789"


def parse_id(
    raw: str | float | Decimal | None,
    *,
    numeric: bool = False,
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    divisions: DivisionHistory | None = None,
    placeholder_prefixes: Collection[str] = PLACEHOLDER_PREFIXES,
) -> IdParse:
    """Read one cell. Never raises, whatever the text.

    raw: the cell's text. A script may give what it has in its place: an int (or a whole Decimal) is its digits, a float a numeric
        cell; NaN, NaT and pandas.NA are empty ones. TypeError for anything else.
    numeric: the file stored the cell as a number. From 16 significant digits on, such a number was rounded before
        anybody read it, so its digits are not kept.
    as_of: date of the data, for births in the future and great age; without it neither is told.
    divisions: history of the six-digit codes; the packaged one by default.
    placeholder_prefixes: beginnings of made-up numbers, at least six digits each.
    """
    history = divisions or DivisionHistory.packaged()
    if not isinstance(raw, str):
        raw, numeric = _text_of(raw, is_numeric=numeric)
    if raw is None or not raw.strip():
        return IdParse(IdKind.EMPTY, defects=(IdDefect.MISSING,))
    text, steps = normalise_number(raw)
    if not text or text.upper() in _EMPTY_MARKS:
        return IdParse(IdKind.EMPTY, defects=(IdDefect.MISSING,), steps=steps)
    if len(raw) >= 30 and len(numbers_in(raw)) > 1:  # the shortest number has 15 digits
        text, steps = normalise_number(re.sub(r"\s*/\s*|\s+", "/", raw.strip()))
        return IdParse(IdKind.UNKNOWN, text=text, defects=(IdDefect.TWO_IN_CELL,), steps=steps)
    if numeric and _is_damaged_number(text):
        kind = IdKind.SCIENTIFIC if _SCIENTIFIC.fullmatch(text) else IdKind.CITIZEN
        return IdParse(kind, defects=(IdDefect.EXCEL_NUMERIC,), steps=steps)
    if numeric and _SCIENTIFIC.fullmatch(text) and (exact := Decimal(text)) == exact.to_integral_value():
        text, steps = str(int(exact)), (*steps, "SCI_NUM")
    parse = _parse_text(text, history, as_of, max_age, placeholder_prefixes)
    noise = () if not steps else (IdDefect.FORMAT_NOISE,)
    return replace(parse, defects=_in_order((*parse.defects, *noise)), steps=steps + parse.steps)


def to_18(number15: str) -> str:
    """The 18-character form of a 15-digit number: 19 for the century, then the check (identity science §3).

    ValueError where `number15` is not 15 digits.
    """
    if len(number15) != 15 or not (number15.isascii() and number15.isdigit()):
        raise ValueError("15 digits are needed")
    body = f"{number15[:6]}19{number15[6:]}"
    return body + check_digit(body)


def birth_of(core18: str) -> date | None:
    """The birth date a number holds, None where it does not exist."""
    try:
        return date(int(core18[6:10]), int(core18[10:12]), int(core18[12:14]))
    except ValueError:
        return None


def age_on(birth: date, day: date) -> int:
    """Completed years of life on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def numbers_in(raw: str) -> tuple[str, ...]:
    """The whole ID numbers that stand in one cell, normalised; two mean a cell to be split by a person."""
    if joined := _TWICE_18.fullmatch(normalise_number(raw)[0]):
        return joined[1].upper(), joined[2].upper()
    parts = (normalise_number(part)[0].upper() for part in _APART.split(raw))
    return tuple(part for part in parts if _WHOLE.fullmatch(part))


def _text_of(cell: object, *, is_numeric: bool) -> tuple[str | None, bool]:
    """(text, numeric) of a cell that is no text; as in a sheet, a float of 16 digits and more has lost some of them."""
    if is_missing(cell):
        return None, is_numeric
    if isinstance(cell, Integral) or (isinstance(cell, Decimal) and cell.is_finite() and cell == int(cell)):
        return str(int(cell)), is_numeric
    if isinstance(cell, Real):
        return repr(float(cell)), True
    raise TypeError(
        f"an ID number is a text, not {type(cell).__name__}: give str or int, or None where the cell is empty"
    )


def _parse_text(
    text: str, history: DivisionHistory, as_of: date | None, max_age: int, prefixes: Collection[str]
) -> IdParse:
    upper = text.upper()
    if _is_placeholder(upper, prefixes):
        return IdParse(IdKind.PLACEHOLDER, text=upper, defects=(IdDefect.PLACEHOLDER,))
    if _SCIENTIFIC.fullmatch(text):
        return IdParse(IdKind.SCIENTIFIC, text=upper, defects=(IdDefect.SCIENTIFIC,))
    if _BODY18.fullmatch(upper):
        return _with_lower_x(_citizen(upper, history, as_of, max_age), text)
    if len(text) == 15 and text.isascii() and text.isdigit():
        return _legacy(text, history, as_of, max_age)
    if match := _CERTIFICATE.fullmatch(upper):
        return _with_lower_x(_certificate(upper, match, history, as_of, max_age), text)
    if match := _STUDENT.fullmatch(upper):
        inner = _citizen(match[1], history, as_of, max_age)
        defects = _in_order((*inner.defects, IdDefect.STUDENT_NO))
        return _with_lower_x(replace(inner, kind=IdKind.STUDENT, text=upper, defects=defects), text)
    if _FOREIGN_2017.fullmatch(upper):
        return _foreign_2017(upper)
    if _PASSPORT.fullmatch(upper):
        return IdParse(IdKind.PASSPORT, text=upper, valid=True)
    if _OFFICER.fullmatch(upper):
        return IdParse(IdKind.OFFICER, text=upper, valid=True)
    if (
        upper.rstrip("X").isascii()
        and upper.rstrip("X").isdigit()
        and len(upper) - len(upper.rstrip("X")) <= 1
        and len(upper) != 15
    ):
        return IdParse(IdKind.UNKNOWN, text=upper, defects=(IdDefect.LENGTH,))
    known_length = len(text) in {15, 18, 20, 22}
    found = (IdDefect.CHARSET,) if known_length else (IdDefect.CHARSET, IdDefect.LENGTH)
    return IdParse(IdKind.UNKNOWN, text=text, defects=found)  # l and o keep their case: as capitals they say less


def _with_lower_x(parse: IdParse, text: str) -> IdParse:
    if "x" not in text:
        return parse
    return replace(parse, defects=_in_order((*parse.defects, IdDefect.LOWER_X)), steps=("UPPER_X",))


def _citizen(
    core18: str,
    history: DivisionHistory,
    as_of: date | None,
    max_age: int,
) -> IdParse:
    defects: list[IdDefect] = []
    area = core18[:6]
    checked = check_digit(core18[:17]) == core18[17]
    birth = birth_of(core18)
    if not checked:
        defects.append(IdDefect.CHECKSUM)
    if core18.endswith("000"):
        defects.append(IdDefect.EXCEL_TRUNC)
    if core18[14:17] == "000":
        defects.append(IdDefect.SEQ_RESERVED)
    foreign = core18.startswith("9")
    if birth is None:
        defects.append(IdDefect.BIRTH_INVALID)
    elif as_of is not None:
        if birth > as_of:
            defects.append(IdDefect.BIRTH_FUTURE)
        elif age_on(birth, as_of) > max_age:
            defects.append(IdDefect.BIRTH_ANCIENT)
    if foreign:
        kind = IdKind.FOREIGN_2023
        defects.append(IdDefect.FOREIGN_CARD)
    elif area in _PERMIT_AREAS:
        kind = IdKind.HMT_PERMIT
        defects.append(IdDefect.HMT_PERMIT)
    else:
        kind = IdKind.CITIZEN
        if not history.ever_existed(area):
            defects.append(IdDefect.REGION_UNKNOWN)
        elif birth is not None and not history.existed_in(area, birth.year):
            defects.append(IdDefect.REGION_ANACHRONISM)
    return IdParse(
        kind=kind,
        text=core18,
        core18=core18,
        key=id_key(core18),
        valid=checked and birth is not None and IdDefect.BIRTH_FUTURE not in defects,
        birth=birth,
        sex=None if foreign else ("男" if int(core18[16]) % 2 else "女"),
        area=area,
        defects=_in_order(defects),
    )


def _legacy(text: str, history: DivisionHistory, as_of: date | None, max_age: int) -> IdParse:
    inner = _citizen(to_18(text), history, as_of, max_age)
    defects = [d for d in inner.defects if d is not IdDefect.EXCEL_TRUNC] + [IdDefect.LEGACY_15]
    if 996 <= int(text[12:15]) <= 999:
        defects.append(IdDefect.SEQ_RESERVED)
    return replace(inner, kind=IdKind.CITIZEN_15, text=text, defects=_in_order(defects))


def _certificate(
    text: str, match: re.Match[str], history: DivisionHistory, as_of: date | None, max_age: int
) -> IdParse:
    inner = _citizen(match[1], history, as_of, max_age)
    defects = [IdDefect.CHECKSUM_DISABILITY if d is IdDefect.CHECKSUM else d for d in inner.defects]
    defects = [d for d in defects if d is not IdDefect.EXCEL_TRUNC]
    if match[2] not in "1234567":
        defects.append(IdDefect.DISABILITY_CLASS)
    if match[3] not in "1234":
        defects.append(IdDefect.DISABILITY_LEVEL)
    if match[4] is not None and not re.fullmatch(r"B[0-9]", match[4]):
        defects.append(IdDefect.DISABILITY_SUFFIX)
    sound = not {IdDefect.DISABILITY_CLASS, IdDefect.DISABILITY_LEVEL} & set(defects)
    return replace(
        inner,
        kind=IdKind.DISABILITY,
        text=text,
        valid=inner.valid and sound,
        disability_class=match[2] if match[2] in "1234567" else None,
        disability_level=match[3] if match[3] in "1234" else None,
        defects=_in_order(defects),
    )


def _foreign_2017(text: str) -> IdParse:
    year, month, day = int(text[7:9]), int(text[9:11]), int(text[11:13])
    births = [_date(century + year, month, day) for century in (1900, 2000)]
    if births == [None, None]:
        return IdParse(IdKind.FOREIGN_2017, text=text, defects=(IdDefect.BIRTH_INVALID, IdDefect.FOREIGN_CARD))
    return IdParse(IdKind.FOREIGN_2017, text=text, valid=True, defects=(IdDefect.FOREIGN_CARD,))


def _is_damaged_number(text: str) -> bool:
    digits = text.split(".", maxsplit=1)[0].lstrip("-0")
    match = re.search(r"[Ee]\+?([0-9]+)$", text)
    return int(match[1]) >= 15 if match else len(digits) >= 16


def _is_placeholder(text: str, prefixes: Collection[str]) -> bool:
    if text in _PLACEHOLDER_WORDS:
        return True
    digits = text.rstrip("X")
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(text) >= 15 and text.startswith(tuple(prefixes)):
        return True
    if len(text) == 18 and len(set(digits[6:14])) == 1:  # a village's own series: division, zeros, running number
        return True
    if len(text) == 15 and digits[6:12] == "000000":
        return True
    return len(digits) >= 6 and (len(set(digits)) == 1 or digits in _ASCENDING)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_order(defects: Iterable[IdDefect]) -> tuple[IdDefect, ...]:
    found = set(defects)
    return tuple(defect for defect in IdDefect if defect in found)
