"""Tables of any kind become canonical columns; what is no table of people is refused with words."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from taizhang.library.tables import LedgerUnreadable, field_of, number_villages, read_ledger

NUMBER = "612323190001010013"


class Unknown:
    """As pandas.NA: whoever asks whether it equals something is not answered."""

    def __ne__(self, other):
        return self

    def __eq__(self, other):
        return self

    __hash__ = None

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")


class Exports:
    """An object that hands over its Arrow table as data frames do."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


ROWS = [{"id_no": NUMBER, "name": "刘兰英"}, {"id_no": None, "name": "单秀兰"}]
COLUMNS = {"id_no": [NUMBER, None], "name": ["刘兰英", "单秀兰"]}


@pytest.mark.parametrize(
    "table", [ROWS, COLUMNS, pa.table(COLUMNS), Exports(pa.table(COLUMNS))], ids=["rows", "columns", "arrow", "stream"]
)
def test_rows_columns_and_arrow_say_the_same(table):
    read = read_ledger("村台账", table)

    assert read.rows == 2
    assert read.columns["id_no"] == [NUMBER, None]
    assert read.columns["name"] == ["刘兰英", "单秀兰"]


@pytest.mark.parametrize(
    ("name", "field"),
    [("id_no", "id_no"), ("证件号码", "id_no"), ("姓名", "name"), ("village", "village_name"), ("phone", "member_phone"),
     ("与户主关系", "relation_to_head"), ("天气", None), ("ID_NO", "id_no"), ("ID number", "id_no"), (" Birth-Date", "birth_date"),
     ("weather", None)],
)  # fmt: skip
def test_columns_are_found_by_name_short_name_and_header(name, field):
    assert field_of(name) == field


@pytest.mark.parametrize(
    ("value", "read"),
    [("1951-03-02", date(1951, 3, 2)), ("19510302", date(1951, 3, 2)), (date(1951, 3, 2), date(1951, 3, 2)),
     (datetime(1951, 3, 2, 8, tzinfo=UTC), date(1951, 3, 2)), (None, None), (float("nan"), None)],
)  # fmt: skip
def test_dates_are_read_as_intake_reads_them(value, read):
    assert read_ledger("村台账", [{"name": "甲", "birth_date": value}]).columns["birth_date"] == [read]


@pytest.mark.parametrize(
    "missing", [None, float("nan"), np.datetime64("NaT"), Decimal("sNaN"), np.float32("nan"), Unknown()]
)
def test_what_says_that_nothing_is_known_is_missing(missing):
    read = read_ledger("村台账", [{"id_no": missing, "name": "甲", "birth_date": missing}])

    assert (read.columns["id_no"], read.columns["birth_date"]) == ([None], [None])
    assert read.unread == {}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(NUMBER.encode(), "bytes"), ([NUMBER], "list"), (np.array([1, 2]), "ndarray"), ({"a": 1}, "dict")],
)
def test_what_is_no_cell_is_refused_by_its_kind_and_never_shown(cell, kind):
    with pytest.raises(LedgerUnreadable, match=kind) as refused:
        read_ledger("村台账", [{"name": "甲", "id_no": cell}])

    assert "证件号码" in str(refused.value)
    assert NUMBER not in str(refused.value)


def test_half_a_character_is_a_lost_one():
    read = read_ledger("村台账", [{"name": "刘\ud842英"}])

    assert read.columns["name"] == ["刘\ufffd英"]


@pytest.mark.parametrize("number", [np.float32(6e17), np.float64(6e17)])
def test_a_float_of_any_width_has_lost_digits(number):
    assert read_ledger("村台账", [{"id_no": number}]).columns["id_numeric"] == [True]


class Mixed:
    """As a data frame of pandas whose column holds texts and ints, or that has a column twice: Arrow cannot hold it."""

    def __arrow_c_stream__(self, requested_schema=None):
        raise pa.ArrowTypeError(f"Expected bytes, got a 'int' object {NUMBER}")

    def to_dict(self, orient):
        assert orient == "split"
        return {"index": [0, 1], "columns": ["id_no", "name"], "data": [[int(NUMBER), "刘兰英"], [None, "单秀兰"]]}


class Stubborn(Mixed):
    """One that is no data frame either."""

    to_dict = property()


def test_a_column_of_texts_and_numbers_is_read_cell_by_cell():
    assert read_ledger("村台账", Mixed()).columns["id_no"] == [NUMBER, None]
    with pytest.raises(LedgerUnreadable, match="不是表") as refused:
        read_ledger("村台账", Stubborn())

    assert NUMBER not in str(refused.value)


@pytest.mark.parametrize(
    "columns",
    [{"id_no": pa.array([NUMBER, None]), "name": pa.chunked_array([["刘兰英"], ["单秀兰"]])},
     {"id_no": {0: NUMBER, 1: None}, "name": {0: "刘兰英", 1: "单秀兰"}}, pa.RecordBatch.from_pydict(COLUMNS)],
    ids=["arrow-arrays", "to_dict", "record-batch"],
)  # fmt: skip
def test_columns_may_be_whatever_holds_cells_in_order(columns):
    read = read_ledger("村台账", columns)

    assert read.columns["id_no"] == [NUMBER, None]
    assert read.columns["name"] == ["刘兰英", "单秀兰"]


def test_a_value_that_cannot_be_read_is_counted_and_missing():
    read = read_ledger("村台账", [{"name": "甲", "birth_date": "昨天", "weather": "晴"}])

    assert read.columns["birth_date"] == [None]
    assert read.unread == {"birth_date": 1}
    assert read.ignored == ("weather",)


def test_a_number_in_a_float_has_lost_digits_and_one_in_an_int_has_not():
    read = read_ledger("村台账", [{"id_no": float(NUMBER)}, {"id_no": int(NUMBER)}])

    assert read.columns["id_numeric"] == [True, False]
    assert read.columns["id_no"][1] == NUMBER


@pytest.mark.parametrize(
    ("table", "said"),
    [("姓名", "不是表"), (7, "不是表"), ([1, 2], "不是表"), ({"name": ["甲"], "id_no": []}, "长度"),
     ([{"weather": "晴"}], "没有证件号码列"), ([{"name": "甲", "姓名": "乙"}], "两列"), ({"name": "甲", "id_no": "乙"}, "不是表"), ({"name": b"abc"}, "不是表"), ({"name": 7}, "不是表"),
     (pa.table([["甲"], ["乙"]], names=["name", "name"]), "两列")],
)  # fmt: skip
def test_what_is_no_table_of_people_is_refused(table, said):
    with pytest.raises(LedgerUnreadable, match=said):
        read_ledger("村台账", table)


def test_the_refusal_of_a_table_names_its_columns_but_no_number_of_a_row_taken_for_them():
    with pytest.raises(LedgerUnreadable, match="weather"):
        read_ledger("村台账", [{"weather": "晴"}])
    with pytest.raises(LedgerUnreadable, match="表头") as headless:
        read_ledger("村台账", [{"刘兰英": "单秀兰", NUMBER: "612323195308150021"}])

    assert NUMBER not in str(headless.value)
    assert "刘兰英" not in str(headless.value)


def test_villages_by_name_get_one_code_across_ledgers_and_real_codes_stand():
    one = read_ledger("一", [{"name": "甲", "village": "东村"}, {"name": "乙", "village": None}])
    two = read_ledger("二", [{"name": "丙", "village": "西村"}, {"name": "丁", "village": "东村"}])
    coded = read_ledger("三", [{"name": "戊", "village": "东村", "village_code": "610723103200"}])

    number_villages([one, two, coded])

    assert one.columns["village_code"] == [two.columns["village_code"][1], None]
    assert two.columns["village_code"][0] != two.columns["village_code"][1]
    assert coded.columns["village_code"] == ["610723103200"]


def test_a_village_is_one_with_and_without_what_kind_of_place_it_is():
    one, other = (
        read_ledger(title, [{"name": "甲", "village": v}]) for title, v in (("一", "石桥村"), ("二", " 石桥 "))
    )

    number_villages([one, other])

    assert one.columns["village_code"] == other.columns["village_code"]
