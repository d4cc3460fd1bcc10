"""Whether a proposed value is a sound value of its field, and how it may be shown."""

from datetime import date

from taizhang.identity.names import NameDefect, parse_name
from taizhang.identity.numbers import mask_number, parse_id
from taizhang.intake.model import FIELDS, FieldType
from taizhang.intake.raw import CellKind
from taizhang.intake.values.dates import read_date, read_month
from taizhang.office.casework.errors import BadValue
from taizhang.sweep.findings.masking import MONTHS, month_only

NUMBER_FIELDS = frozenset({"id_no", "head_id_no"})
NAME_FIELDS = frozenset({"name", "head_name"})
IDENTITY_FIELDS = NUMBER_FIELDS | NAME_FIELDS | {"sex", "birth_date", "household_no", "person_no"}
DATES = frozenset(name for name, one in FIELDS.items() if one.type is FieldType.DATE)
LONGEST = 200
DAMAGED = frozenset({
    NameDefect.EMPTY, NameDefect.PLACEHOLDER, NameDefect.DIGIT, NameDefect.LOSS, NameDefect.PUA, NameDefect.DESYNC,
    NameDefect.CHARSET, NameDefect.SYMBOL, NameDefect.TWO_PERSONS, NameDefect.PINYIN_BRACKET, NameDefect.NOTE,
})  # fmt: skip
"""Defects that no name as it is to be written may have; short, Latin and Traditional names exist."""


def sound_value(field: str, text: str, as_of: date) -> str:
    """The value as it is to be written. Raises BadValue for a number that fails its check, a name with defects, a date or a month that is none, an empty text."""
    value = text.strip()
    if not value or len(value) > LONGEST:
        raise BadValue(field)
    if field in NUMBER_FIELDS:
        number = parse_id(value, as_of=as_of)
        if number.core18 is None or not number.valid:
            raise BadValue(field)
        return number.text or value
    if field in NAME_FIELDS:
        name = parse_name(value)
        if name.text is None or DAMAGED & set(name.defects):
            raise BadValue(field)
        return name.text
    if field in MONTHS or field in DATES:
        day = (read_month if field in MONTHS else read_date)(value, CellKind.TEXT).value
        if day is None:
            raise BadValue(field)
        return str(day)
    return value


def shown_value(field: str, value: str) -> str:
    """The value as lists may show it: numbers masked, months without a day, everything else shortened."""
    return mask_number(value) if field in NUMBER_FIELDS else month_only(field, value)[:60]
