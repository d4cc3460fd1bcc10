"""Whole columns: distinct values once, events row by row, agreement with the scalar reading."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from taizhang.intake.model import FIELDS
from taizhang.intake.raw import CellKind, RawColumn
from taizhang.intake.values import Change, ColumnContext, read_column

PLAIN = ColumnContext()


def column_of(*texts, kind=CellKind.TEXT, date_format=None):
    kinds = np.array([CellKind.EMPTY if text is None else kind for text in texts], np.uint8)
    return RawColumn(pa.array(texts, pa.string()), kinds, date_format)


@pytest.mark.parametrize(
    ("field", "texts", "values"),
    [
        ("village_name", ["龙亭村", None, "龙亭村"], ["龙亭村", None, "龙亭村"]),
        ("size_reported", ["3", None, "12"], [3, None, 12]),
        ("net_income", ["1200.5", "0", None], [Decimal("1200.50"), Decimal("0.00"), None]),
        ("birth_date", ["19880703", None], [date(1988, 7, 3), None]),
        ("first_identified_month", ["201412"], [date(2014, 12, 1)]),
        ("has_dibao", ["是", "否", None], [True, False, None]),
        ("household_phone", ["13812345678"], ["13812345678"]),
        ("sex", ["男", "女"], ["男", "女"]),
    ],
)
def test_plain_columns_are_typed_without_an_event(field, texts, values):
    read = read_column(column_of(*texts), FIELDS[field], PLAIN)

    assert read.values.to_pylist() == values
    assert not read.changes.any()


def test_events_stand_at_their_rows():
    read = read_column(column_of("是", "√", None, "也许"), FIELDS["has_dibao"], PLAIN)

    assert [read.change_sets[place] for place in read.changes] == [(), (Change.YESNO,), (), (Change.YESNO_UNKNOWN,)]
    assert read.not_taken().tolist() == [False, False, False, True]
    assert read.values.to_pylist() == [True, True, None, None]


def test_the_same_text_as_text_and_as_number_is_read_apart():
    column = RawColumn(
        pa.array(["2023.1", "2023.1", None]),
        np.array([CellKind.TEXT, CellKind.NUMBER, CellKind.EMPTY], np.uint8),
        np.array([False, False, False]),
    )

    read = read_column(column, FIELDS["first_identified_month"], PLAIN)

    assert read.values.to_pylist() == [date(2023, 1, 1), None, None]


def test_a_date_format_turns_a_number_into_a_day():
    column = column_of("45292", "45292", kind=CellKind.NUMBER, date_format=np.array([True, True]))

    read = read_column(column, FIELDS["birth_date"], PLAIN)

    assert read.values.to_pylist() == [date(2024, 1, 1)] * 2


def test_a_formula_without_a_value_is_told_and_not_taken_for_an_empty_cell():
    column = RawColumn(pa.array([None, None], pa.string()), np.array([CellKind.UNKNOWN, CellKind.EMPTY], np.uint8))

    read = read_column(column, FIELDS["village_name"], PLAIN)

    assert read.values.to_pylist() == [None, None]
    assert read.not_taken().tolist() == [True, False]


def test_damaged_household_numbers_leave_no_digits_behind():
    column = column_of("610723000123456789", kind=CellKind.NUMBER)

    read = read_column(column, FIELDS["household_no"], PLAIN)

    assert read.values.to_pylist() == [None]
    assert read.change_sets[read.changes[0]] == (Change.NUMERIC_ID, Change.SCI_NUM)


def test_the_unit_of_the_header_reaches_plain_numbers_too():
    read = read_column(column_of("1.5"), FIELDS["net_income"], ColumnContext(header_unit="万元"))

    assert read.values.to_pylist() == [Decimal("15000.00")]


@pytest.mark.parametrize("word", ["无", "不详", "NULL"])
def test_words_for_nothing_are_empty_even_among_plain_text(word):
    read = read_column(column_of("龙亭村", word), FIELDS["village_name"], PLAIN)

    assert read.values.to_pylist() == ["龙亭村", None]
