"""What findings may show: no person's number in full, whatever column it was typed into, no whole telephone, no account."""

import re

from taizhang.identity.numbers import mask_number, mask_phone
from taizhang.intake.model import FIELDS, FieldType

NUMBER_FIELDS = frozenset({"id_no", "head_id_no", "core18", "head_core18"})
PHONE_FIELDS = frozenset(name for name, one in FIELDS.items() if one.type is FieldType.PHONE)
ACCOUNT = "bank_account"
LONG_RUN = re.compile(r"[0-9A-Za-z]{15}")
"""As many letters and digits in a row may be a number of a person, whatever the field."""
MONTHS = frozenset(name for name, one in FIELDS.items() if one.type is FieldType.MONTH)
_FIRST_OF_MONTH = re.compile(r"\d{4}-\d{2}-01")
_NUMBER_IN_TEXT = re.compile(r"\d{14}[0-9A-Za-z]+")
"""The same within a sentence, where a word may be as long."""


def masked_value(field: str | None, value: str | None) -> str | None:
    """A value of a field as whoever has no reason recorded may see it; each kind of number by its one mask."""
    if value is None:
        return None
    if field in PHONE_FIELDS:
        return mask_phone(value)
    if field == ACCOUNT:
        return "*" * len(value)
    return mask_number(value) if field in NUMBER_FIELDS or LONG_RUN.search(value) else month_only(field, value)


def month_only(field: str | None, value: str) -> str:
    """A month without the day that it is kept under: nobody wrote a first of February; other fields' values as they are."""
    return value[:7] if field in MONTHS and _FIRST_OF_MONTH.fullmatch(value) else value


def without_numbers(text: str | None) -> str | None:
    """A text in which every number that may be a person's is masked: columns slide, and a name's cell holds a number then."""
    return text if text is None else _NUMBER_IN_TEXT.sub(lambda found: mask_number(found[0]), text)
