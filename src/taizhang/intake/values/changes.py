"""What may happen to a value between the cell and the table: every change has a code, and the raw text is kept."""

from enum import StrEnum
from typing import Any, NamedTuple


class Change(StrEnum):
    """Codes of cell events (design: intake, "Values"). A cell without a change has no event."""

    STRIP = "STRIP"  # blanks, line breaks, zero-width and direction marks taken away
    EXCEL_TEXT = "EXCEL_TEXT"  # ="…" or a leading '
    FULLWIDTH = "FULLWIDTH"
    UPPER_X = "UPPER_X"
    NORMALISED = "NORMALISED"  # a name or an ID number written otherwise without loss (taizhang.identity)
    DOT_ZERO = "DOT_ZERO"  # 202303.0
    SPLIT = "SPLIT"  # several values in a cell that holds one: the first was taken
    AMOUNT_UNIT = "AMOUNT_UNIT"
    CN_NUMBER = "CN_NUMBER"
    ROUNDED = "ROUNDED"
    YESNO = "YESNO"
    CODE_ALIAS = "CODE_ALIAS"
    DATE_SERIAL = "DATE_SERIAL"
    DATE_SEPARATED = "DATE_SEPARATED"  # 1988/7/3, 1988.7.3
    DATE_CHINESE = "DATE_CHINESE"  # 1988年7月3日, 二〇〇一年三月四日
    DATE_TIME = "DATE_TIME"  # a time of day was dropped
    DATE_CENTURY = "DATE_CENTURY"  # two-digit year, by the declared rule
    MONTH_SERIAL = "MONTH_SERIAL"
    MONTH_SEPARATED = "MONTH_SEPARATED"
    MONTH_CHINESE = "MONTH_CHINESE"
    MONTH_FROM_DATE = "MONTH_FROM_DATE"
    FILLDOWN = "FILLDOWN"
    MERGE_FILL = "MERGE_FILL"
    DITTO = "DITTO"

    EMPTY_DASH = "EMPTY_DASH"  # the reasons of an empty value
    EMPTY_NONE = "EMPTY_NONE"
    EMPTY_UNKNOWN = "EMPTY_UNKNOWN"

    CODE_UNKNOWN = "CODE_UNKNOWN"  # from here on: there is a value, and it could not be taken
    YESNO_UNKNOWN = "YESNO_UNKNOWN"
    DATE_UNREADABLE = "DATE_UNREADABLE"
    DATE_NO_DAY = "DATE_NO_DAY"
    NUMBER_UNREADABLE = "NUMBER_UNREADABLE"
    PHONE_UNREADABLE = "PHONE_UNREADABLE"
    SCI_NUM = "SCI_NUM"  # digits lost to a numeric cell or to scientific notation
    DITTO_UNKNOWN = "DITTO_UNKNOWN"  # 同上 with nothing above it that it could mean
    ERROR_CELL = "ERROR_CELL"
    FORMULA = "SR-FORMULA"  # formula without a cached value
    EXCEL_NUMERIC = "ID-EXCEL-NUMERIC"  # an ID number in a numeric cell: its digits are gone
    NUMERIC_ID = "SR-NUMERIC-ID"  # a number column stored as numbers: kept where every digit is exact


#: Changes after which the canonical value is absent although the cell is not empty.
NOT_TAKEN = frozenset(
    {
        Change.CODE_UNKNOWN,
        Change.YESNO_UNKNOWN,
        Change.DATE_UNREADABLE,
        Change.DATE_NO_DAY,
        Change.NUMBER_UNREADABLE,
        Change.PHONE_UNREADABLE,
        Change.SCI_NUM,
        Change.DITTO_UNKNOWN,
        Change.ERROR_CELL,
        Change.FORMULA,
    }
)


class Reading(NamedTuple):
    """A canonical value (None: absent) and what was done to reach it, in the order it was done."""

    value: Any
    changes: tuple[Change, ...] = ()


def as_set(codes: tuple[str, ...]) -> str | None:
    """Codes in the set notation of all our tables: '|A|B|' sorted; None where there are none."""
    return "|" + "|".join(sorted(set(codes))) + "|" if codes else None
