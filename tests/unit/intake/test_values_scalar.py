"""One cell at a time: what each type makes of the forms people write."""

from datetime import date
from decimal import Decimal

import pytest

from taizhang.intake.raw import CellKind
from taizhang.intake.values.amounts import read_decimal, read_int, unit_factor
from taizhang.intake.values.changes import Change, as_set
from taizhang.intake.values.dates import from_serial, read_date, read_month
from taizhang.intake.values.labels import read_bool, read_code, read_codes
from taizhang.intake.values.numerals import chinese_number
from taizhang.intake.values.phones import read_phone
from taizhang.intake.values.texts import is_damaged_number, read_number_text, read_text, written_out

TEXT, NUMBER = CellKind.TEXT, CellKind.NUMBER
LABELS = {"小学": "小学", "文盲": "文盲或半文盲", "健康": "健康", "残疾": "残疾", "01": "健康"}


@pytest.mark.parametrize(
    ("text", "value", "changes"),
    [
        ("龙亭村", "龙亭村", ()),
        ("  龙亭村\u3000", "龙亭村", (Change.STRIP,)),
        ("龙亭\u200b村\ufeff", "龙亭村", (Change.STRIP,)),
        ('="0312"', "0312", (Change.EXCEL_TEXT,)),
        ("'0312\t", "0312", (Change.STRIP, Change.EXCEL_TEXT)),
        ("３组", "3组", (Change.FULLWIDTH,)),
        ("龙亭村（一组）", "龙亭村（一组）", ()),
        ("-", None, (Change.EMPTY_DASH,)),
        ("无", None, (Change.EMPTY_NONE,)),
        (" \u3000 ", None, (Change.STRIP,)),
        ("无锡", "无锡", ()),
    ],
)
def test_text_is_cleaned_around_the_value_and_never_inside(text, value, changes):
    reading = read_text(text, TEXT)

    assert reading == (value, changes)


def test_a_number_in_a_text_column_keeps_its_digits_without_a_tail():
    assert read_text("2023.0", NUMBER) == ("2023", (Change.DOT_ZERO,))
    assert read_text("2023", NUMBER) == ("2023", ())


@pytest.mark.parametrize(
    ("number", "digits"),
    [("1.3812345678E10", "13812345678"), ("3.0", "3"), ("0.5", "0.5"), ("1e3", "1000"), ("a", None)],
)
def test_stored_numbers_are_written_out_exactly(number, digits):
    assert written_out(number) == digits


@pytest.mark.parametrize(
    ("number", "damaged"),
    [
        ("123456789012345", False),
        ("999999999999999", False),
        ("1234567890123456", True),
        ("610723198807031234", True),
        ("6.10723198807031E+17", True),
        ("1.38E10", False),
        ("0.1234567890123456", False),
    ],
)
def test_a_number_of_more_than_fifteen_digits_is_damaged(number, damaged):
    assert is_damaged_number(number) is damaged


def test_a_household_number_stored_as_a_number_is_flagged_and_taken_only_while_exact():
    assert read_number_text("61072300012345", NUMBER) == ("61072300012345", (Change.NUMERIC_ID,))
    assert read_number_text("610723000123456789", NUMBER) == (None, (Change.NUMERIC_ID, Change.SCI_NUM))
    assert read_number_text("6.1E+17", TEXT) == (None, (Change.SCI_NUM,))
    assert read_number_text("610723000123456789", TEXT) == ("610723000123456789", ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一万二千", 12000),
        ("一万二", 12000),
        ("一百二", 120),
        ("一百零二", 102),
        ("十二", 12),
        ("二十", 20),
        ("廿三", 23),
        ("两千三百", 2300),
        ("壹仟贰佰叁拾肆", 1234),
        ("三亿五千万", 350_000_000),
        ("二〇二三", 2023),
        ("三点五", Decimal("3.5")),
        ("零", 0),
        ("三人", None),
        ("万", None),
        ("", None),
    ],
)
def test_chinese_numerals(text, value):
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "value", "changes"),
    [
        ("1200", Decimal("1200.00"), ()),
        ("1,200.50", Decimal("1200.50"), ()),
        ("１２００．５", Decimal("1200.50"), (Change.FULLWIDTH,)),
        ("1200元", Decimal("1200.00"), (Change.AMOUNT_UNIT,)),
        ("1.2万元", Decimal("12000.00"), (Change.AMOUNT_UNIT,)),
        ("一万二千元", Decimal("12000.00"), (Change.CN_NUMBER, Change.AMOUNT_UNIT)),
        ("一万二千", Decimal("12000.00"), (Change.CN_NUMBER,)),
        ("0.30000000000000004", Decimal("0.30"), (Change.ROUNDED,)),
        ("-35.5", Decimal("-35.50"), ()),
        ("约1200", None, (Change.NUMBER_UNREADABLE,)),
        ("1,20", None, (Change.NUMBER_UNREADABLE,)),
        ("5亩", None, (Change.NUMBER_UNREADABLE,)),
        ("9999999999999", None, (Change.NUMBER_UNREADABLE,)),
        ("-", None, (Change.EMPTY_DASH,)),
    ],
)
def test_amounts_of_money(text, value, changes):
    reading = read_decimal(text, TEXT, unit="元")

    assert reading == (value, changes)


def test_the_unit_of_the_header_counts_and_the_unit_of_the_cell_wins():
    assert read_decimal("1.5", TEXT, header_unit="万元", unit="元") == (Decimal("15000.00"), (Change.AMOUNT_UNIT,))
    assert read_decimal("800元", TEXT, header_unit="万元", unit="元") == (Decimal("800.00"), (Change.AMOUNT_UNIT,))
    assert read_decimal("350", TEXT, header_unit="米", unit="公里") == (Decimal("0.35"), (Change.AMOUNT_UNIT,))


@pytest.mark.parametrize(("written", "wanted"), [("元", "亩"), ("个月", "元")])
def test_units_of_different_things_have_no_factor(written, wanted):
    assert unit_factor(written, wanted) is None


@pytest.mark.parametrize(
    ("text", "kind", "value", "changes"),
    [
        ("3", TEXT, 3, ()),
        ("3.0", NUMBER, 3, (Change.DOT_ZERO,)),
        ("３", TEXT, 3, (Change.FULLWIDTH,)),
        ("三", TEXT, 3, (Change.CN_NUMBER,)),
        ("3人", TEXT, 3, (Change.AMOUNT_UNIT,)),
        ("12个月", TEXT, 12, (Change.AMOUNT_UNIT,)),
        ("3.5", TEXT, None, (Change.NUMBER_UNREADABLE,)),
        ("4000000000", TEXT, None, (Change.NUMBER_UNREADABLE,)),
        ("30亿元", TEXT, None, (Change.NUMBER_UNREADABLE,)),
        ("3万", TEXT, 30000, (Change.AMOUNT_UNIT,)),
        ("#N/A", CellKind.ERROR, None, (Change.ERROR_CELL,)),
        ("", CellKind.UNKNOWN, None, (Change.FORMULA,)),
    ],
)
def test_counts(text, kind, value, changes):
    assert read_int(text, kind) == (value, changes)


@pytest.mark.parametrize(
    ("text", "value", "changes"),
    [
        ("19880703", date(1988, 7, 3), ()),
        ("1988-07-03", date(1988, 7, 3), ()),
        ("1988/7/3", date(1988, 7, 3), (Change.DATE_SEPARATED,)),
        ("2023.5.1", date(2023, 5, 1), (Change.DATE_SEPARATED,)),
        ("1988年7月3日", date(1988, 7, 3), (Change.DATE_CHINESE,)),
        ("二〇〇一年三月四日", date(2001, 3, 4), (Change.DATE_CHINESE,)),
        ("一九八八年十二月二十三日", date(1988, 12, 23), (Change.DATE_CHINESE,)),
        ("1988-07-03 00:00:00", date(1988, 7, 3), (Change.DATE_TIME,)),
        ("19880703.0", date(1988, 7, 3), (Change.DOT_ZERO,)),
        ("2001-02-30", None, (Change.DATE_UNREADABLE,)),
        ("1960-13-01", None, (Change.DATE_UNREADABLE,)),
        ("20200230", None, (Change.DATE_UNREADABLE,)),
        ("1988年7月", None, (Change.DATE_NO_DAY,)),
        ("2020-02", None, (Change.DATE_NO_DAY,)),
        ("2020年2月", None, (Change.DATE_NO_DAY,)),
        ("202002", None, (Change.DATE_NO_DAY,)),
        ("88-7-3", None, (Change.DATE_UNREADABLE,)),
        ("不详", None, (Change.EMPTY_UNKNOWN,)),
    ],
)
def test_dates(text, value, changes):
    assert read_date(text, TEXT) == (value, changes)


def test_two_digit_years_need_a_declared_century():
    assert read_date("88-7-3", TEXT, century_pivot=30) == (
        date(1988, 7, 3),
        (Change.DATE_SEPARATED, Change.DATE_CENTURY),
    )
    assert read_date("12.7.3", TEXT, century_pivot=30).value == date(2012, 7, 3)


@pytest.mark.parametrize(
    ("serial", "date1904", "day"),
    [
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (60, False, None),
        (61, False, date(1900, 3, 1)),
        (45292, False, date(2024, 1, 1)),
        (0, False, None),
        (0, True, date(1904, 1, 1)),
        (43830, True, date(2024, 1, 1)),
    ],
)
def test_serial_days_of_both_systems(serial, date1904, day):
    assert from_serial(serial, date1904=date1904) == day


def test_a_serial_is_read_in_date_cells_and_five_digits_in_date_columns():
    assert read_date("45292.5", NUMBER, is_date=True) == (date(2024, 1, 1), (Change.DATE_SERIAL,))
    assert read_date("45292", NUMBER) == (date(2024, 1, 1), (Change.DATE_SERIAL,))
    assert read_date("19880703", NUMBER) == (date(1988, 7, 3), ())
    assert read_date("45292", TEXT) == (None, (Change.DATE_UNREADABLE,))


@pytest.mark.parametrize(
    ("text", "kind", "value", "changes"),
    [
        ("202303", TEXT, date(2023, 3, 1), ()),
        ("202303.0", NUMBER, date(2023, 3, 1), (Change.DOT_ZERO,)),
        ("2023.3", TEXT, date(2023, 3, 1), (Change.MONTH_SEPARATED,)),
        ("2023.1", TEXT, date(2023, 1, 1), (Change.MONTH_SEPARATED,)),
        ("2023.1", NUMBER, None, (Change.DATE_UNREADABLE,)),
        ("2023年03月", TEXT, date(2023, 3, 1), (Change.MONTH_CHINESE,)),
        ("2020-02", TEXT, date(2020, 2, 1), (Change.MONTH_SEPARATED,)),
        ("2020年2月", TEXT, date(2020, 2, 1), (Change.MONTH_CHINESE,)),
        ("2023-03-15", TEXT, date(2023, 3, 1), (Change.MONTH_FROM_DATE,)),
        ("202313", TEXT, None, (Change.DATE_UNREADABLE,)),
        ("2023", TEXT, None, (Change.DATE_UNREADABLE,)),
    ],
)
def test_months(text, kind, value, changes):
    assert read_month(text, kind) == (value, changes)


@pytest.mark.parametrize(
    ("text", "kind", "value", "changes"),
    [
        ("是", TEXT, True, ()),
        ("否", TEXT, False, ()),
        ("√", TEXT, True, (Change.YESNO,)),
        ("1", NUMBER, True, (Change.YESNO,)),
        ("1.0", NUMBER, True, (Change.YESNO,)),
        ("无", TEXT, False, (Change.YESNO,)),
        ("0", CellKind.BOOL, False, ()),
        ("3", TEXT, None, (Change.YESNO_UNKNOWN,)),
        ("-", TEXT, None, (Change.EMPTY_DASH,)),
    ],
)
def test_yes_and_no(text, kind, value, changes):
    assert read_bool(text, kind) == (value, changes)


def test_a_label_is_standardised_and_an_unknown_one_is_never_guessed():
    assert read_code("小学", TEXT, LABELS.get) == ("小学", ())
    assert read_code(" 文盲", TEXT, LABELS.get) == ("文盲或半文盲", (Change.STRIP, Change.CODE_ALIAS))
    assert read_code("小学生", TEXT, LABELS.get) == (None, (Change.CODE_UNKNOWN,))
    assert read_code("无", TEXT, LABELS.get) == (None, (Change.EMPTY_NONE,))


@pytest.mark.parametrize("text", ["健康,残疾", "残疾、健康", "残疾；健康", "残疾\n健康"])
def test_several_labels_in_a_cell_become_a_sorted_set(text):
    assert read_codes(text, TEXT, LABELS.get).value == as_set(("健康", "残疾"))


def test_one_unknown_part_leaves_the_cell_unread():
    assert read_codes("健康,痴呆", TEXT, LABELS.get) == (None, (Change.CODE_UNKNOWN,))
    assert read_codes("", TEXT, LABELS.get).value is None


@pytest.mark.parametrize(
    ("text", "kind", "value", "changes"),
    [
        ("13812345678", TEXT, "13812345678", ()),
        ("138-1234-5678", TEXT, "13812345678", (Change.STRIP,)),
        ("+86 13812345678", TEXT, "13812345678", (Change.STRIP,)),
        ("0916-8212345", TEXT, "09168212345", (Change.STRIP,)),
        ("13812345678.0", TEXT, "13812345678", (Change.DOT_ZERO,)),
        ("13812345678", NUMBER, "13812345678", (Change.NUMERIC_ID,)),
        ("13812345678/13912345678", TEXT, "13812345678", (Change.SPLIT,)),
        ("1381234567", TEXT, "1381234567", ()),
        ("打不通", TEXT, None, (Change.PHONE_UNREADABLE,)),
        ("无", TEXT, None, (Change.EMPTY_NONE,)),
    ],
)
def test_phones_become_digits(text, kind, value, changes):
    assert read_phone(text, kind) == (value, changes)
