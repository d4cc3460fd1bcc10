"""Columns that a ledger delivers and nobody fills: told of the whole delivery, never of single sheets."""

import pyarrow.parquet as pq
import pytest

import smallcounty
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep

DAY, NEXT = "2020-02-10", "2020-02-17"
FILES = {"东片.csv": range(20), "西片.csv": range(20, 40)}


@pytest.fixture
def county(tmp_path):
    """A county with one ledger."""
    return smallcounty.county_file(tmp_path, sources=("ledger",))


def deliver(county, day, *, filled_in):
    for file, persons in FILES.items():
        lines = [row if file in filled_in else row | {"健康状况": ""} for row in smallcounty.rows(persons)]
        smallcounty.deliver(county.parent, "ledger", day, lines, file=file)


def told(county):
    """State and message of the findings about empty columns."""
    book = load_county(county)
    take_in(book)
    found = pq.read_table(sweep(book).folder / "findings.parquet").to_pylist()
    return [(one["delta"], one["message_zh"]) for one in found if one["rule"] == "SR-COLUMN-EMPTY"]


def test_a_column_that_one_file_fills_is_not_empty(county):
    deliver(county, DAY, filled_in={"东片.csv"})

    assert told(county) == []


def test_columns_that_no_file_fills_are_named_until_one_does(county):
    deliver(county, DAY, filled_in=set())
    ((delta, message),) = told(county)
    assert delta == "new"
    assert "列共1个：“健康状况”" in message

    deliver(county, NEXT, filled_in={"西片.csv"})
    assert [delta for delta, _ in told(county)] == ["gone"]
