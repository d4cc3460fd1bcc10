"""One cell of an ID column, read completely: its kind, its parts, every defect."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from taizhang.identity.divisions import DivisionHistory
from taizhang.identity.numbers.check import check_digit, id_key
from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse
from taizhang.identity.numbers.lexical import normalise_number

MAX_AGE = 110
_BODY18 = re.compile(r"[0-9]{17}[0-9X]")
_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
_FOREIGN_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
_STUDENT = re.compile(r"[GJL]([0-9]{17}[0-9Xx])")
_CERTIFICATE = re.compile(r"([0-9]{17}[0-9Xx])(.)(.)(..)?")
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{7,8}")
_OFFICER = re.compile(r"[\u4e00-\u9fff]{1,4}字?第?[0-9]{4,9}号?")
_SEPARATORS = re.compile(r"[/、,，;；|\n\r]+|\s{2,}")
_WHOLE = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]")
_ASCENDING = "01234567890123456789"


def parse_id(
    raw: str | None,
    *,
    numeric: bool = False,
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    divisions: DivisionHistory | None = None,
) -> IdParse:
    """Read one cell. Never raises, whatever the text.

    numeric: the file stored the cell as a number. From 16 significant digits on, such a number was rounded before
        anybody read it, so its digits are not kept.
    as_of: date of the data, for births in the future and great age; without it neither is told.
    divisions: history of the six-digit codes; the packaged one by default.
    """
    history = divisions or DivisionHistory.packaged()
    if raw is None or not raw.strip():
        return IdParse(IdKind.EMPTY, defects=(IdDefect.MISSING,))
    if _is_two_numbers(raw):
        text, steps = normalise_number(re.sub(r"[\n\r]+|\s{2,}", "/", raw.strip()))
        return IdParse(IdKind.UNKNOWN, text=text, defects=(IdDefect.TWO_IN_CELL,), steps=steps)
    text, steps = normalise_number(raw)
    if not text:
        return IdParse(IdKind.EMPTY, defects=(IdDefect.MISSING,), steps=steps)
    if numeric and _is_damaged_number(text):
        kind = IdKind.SCIENTIFIC if _SCIENTIFIC.fullmatch(text) else IdKind.CITIZEN
        return IdParse(kind, defects=(IdDefect.EXCEL_NUMERIC,), steps=steps)
    parse = _parse_text(text, history, as_of, max_age)
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


def _parse_text(text: str, history: DivisionHistory, as_of: date | None, max_age: int) -> IdParse:
    upper = text.upper()
    if _is_placeholder(upper):
        return IdParse(IdKind.PLACEHOLDER, text=upper, defects=(IdDefect.PLACEHOLDER,))
    if _SCIENTIFIC.fullmatch(text):
        return IdParse(IdKind.SCIENTIFIC, text=upper, defects=(IdDefect.SCIENTIFIC,))
    if _BODY18.fullmatch(upper):
        lower = (IdDefect.LOWER_X,) if text[-1] == "x" else ()
        return _citizen(upper, history, as_of, max_age, extra=lower)
    if len(text) == 15 and text.isascii() and text.isdigit():
        return _legacy(text, history, as_of, max_age)
    if match := _CERTIFICATE.fullmatch(upper):
        return _certificate(upper, match, history, as_of, max_age)
    if match := _STUDENT.fullmatch(upper):
        inner = _citizen(match[1].upper(), history, as_of, max_age)
        return replace(inner, kind=IdKind.STUDENT, text=upper, defects=_in_order((*inner.defects, IdDefect.STUDENT_NO)))
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
    defects = [IdDefect.CHARSET] if len(upper) in {15, 18, 20, 22} else [IdDefect.CHARSET, IdDefect.LENGTH]
    return IdParse(IdKind.UNKNOWN, text=upper, defects=tuple(defects))


def _citizen(
    core18: str,
    history: DivisionHistory,
    as_of: date | None,
    max_age: int,
    *,
    extra: tuple[IdDefect, ...] = (),
) -> IdParse:
    defects = list(extra)
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
        elif _age(birth, as_of) > max_age:
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


def _is_two_numbers(raw: str) -> bool:
    parts = [part.strip() for part in _SEPARATORS.split(raw.strip()) if part.strip()]
    return len(parts) > 1 and sum(bool(_WHOLE.fullmatch(normalise_number(part)[0])) for part in parts) > 1


def _is_damaged_number(text: str) -> bool:
    digits = text.split(".", maxsplit=1)[0].lstrip("-0")
    match = re.search(r"[Ee]\+?([0-9]+)$", text)
    return int(match[1]) >= 15 if match else len(digits) >= 16


def _is_placeholder(text: str) -> bool:
    digits = text.rstrip("X")
    if text.startswith("999999") and len(text) >= 15:
        return True
    return (
        len(digits) >= 6 and digits.isascii() and digits.isdigit() and (len(set(digits)) == 1 or digits in _ASCENDING)
    )


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_order(defects: Iterable[IdDefect]) -> tuple[IdDefect, ...]:
    found = set(defects)
    return tuple(defect for defect in IdDefect if defect in found)
