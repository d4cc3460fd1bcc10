"""Columns that one workbook of a ledger has and another has not: nothing is missing where nobody asked."""

import csv

import pyarrow.parquet as pq
import pytest

import smallcounty
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep

DAY, NEXT = "2020-02-10", "2020-02-17"
EAST, WEST, SOUTH = range(20), range(20, 36), range(36, 40)


@pytest.fixture
def county(tmp_path):
    """A county with one ledger."""
    return smallcounty.county_file(tmp_path, sources=("ledger",))


def deliver(county, day, file, lines, source="ledger"):
    """A file with the columns that its first row has."""
    path = county.parent / "inbox" / source / day / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def without(column, lines):
    return [{name: value for name, value in line.items() if name != column} for line in lines]


def told(county, rule):
    """Name and state of the findings of a rule."""
    book = load_county(county)
    take_in(book)
    found = pq.read_table(sweep(book).folder / "findings.parquet").to_pylist()
    return [(one["name"] or one["head_name"], one["delta"], one["observation"]) for one in found if one["rule"] == rule]


def test_a_workbook_without_a_column_leaves_nothing_blank_in_it(county):
    deliver(county, DAY, "东片.csv", smallcounty.rows(EAST, p5={"健康状况": ""}))
    deliver(county, DAY, "西片.csv", without("健康状况", smallcounty.rows(WEST)))

    assert [name for name, *_ in told(county, "RQ-HEALTH")] == [smallcounty.name(5)]


def test_a_blank_is_not_filled_in_by_leaving_out_its_column(county):
    south = without("健康状况", smallcounty.rows(SOUTH))  # so that the layout without the column is none to hold back
    deliver(county, DAY, "东片.csv", smallcounty.rows(EAST))
    deliver(county, DAY, "西片.csv", smallcounty.rows(WEST, p25={"健康状况": ""}))
    deliver(county, DAY, "南片.csv", south)
    assert told(county, "RQ-HEALTH") == [(smallcounty.name(25), "new", "hit")]

    deliver(county, NEXT, "东片.csv", smallcounty.rows(EAST))
    deliver(county, NEXT, "西片.csv", without("健康状况", smallcounty.rows(WEST)))
    deliver(county, NEXT, "南片.csv", south)

    assert told(county, "RQ-HEALTH") == [(smallcounty.name(25), "persisting", "not_applicable")]


@pytest.mark.parametrize(("asked_in_the_west", "heads"), [(False, [4]), (True, [4, 20, 24, 28, 32])])
def test_a_household_is_not_asked_for_what_its_workbook_has_no_column_for(county, asked_in_the_west, heads):
    east = [row | {"饮水是否安全": "" if row["户编号"].endswith("01") else "是"} for row in smallcounty.rows(EAST)]
    west = [row | ({"饮水是否安全": ""} if asked_in_the_west else {}) for row in smallcounty.rows(WEST)]
    deliver(county, DAY, "东片.csv", east)
    deliver(county, DAY, "西片.csv", west)

    found = told(county, "RQ-WATER-SAFE")

    assert sorted(name for name, *_ in found) == sorted(smallcounty.name(head) for head in heads)


@pytest.mark.parametrize(("phones", "missed"), [({}, 0), ({"联系电话": ""}, 16), ({"户联系电话": ""}, 16)])
def test_a_rule_that_does_with_one_of_two_columns_is_asked_where_either_is(county, phones, missed):
    both = {"联系电话": "13909160001", "户联系电话": "13909160002"}
    months = {"务工时间（月）": "6"}
    deliver(county, DAY, "东片.csv", [row | months | both for row in smallcounty.rows(EAST)])
    deliver(county, DAY, "西片.csv", [row | months | phones for row in smallcounty.rows(WEST)])

    assert len(told(county, "RQ-MEMBER-PHONE")) == missed


def test_of_two_columns_the_one_that_a_source_never_has_is_no_column_of_its_sheets(tmp_path):
    county = smallcounty.county_file(tmp_path, sources=("ledger", "city"))
    months, own, home = {"务工时间（月）": "6"}, {"联系电话": "13909160001"}, {"户联系电话": "13909160002"}
    for source, east, west in (("ledger", own | home, own), ("city", own, {})):
        deliver(county, DAY, "东片.csv", [row | months | east for row in smallcounty.rows(EAST)], source)
        deliver(county, DAY, "西片.csv", [row | months | west for row in smallcounty.rows(WEST)], source)

    assert told(county, "RQ-MEMBER-PHONE") == []
