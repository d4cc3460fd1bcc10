"""Forms: a table of members, and above it, label and value side by side, what is the household's."""

import csv

import pyarrow.parquet as pq
import pytest

import smallcounty
from taizhang.intake.county import load_county
from taizhang.intake.mapping import block_of, map_sheet, read_head
from taizhang.intake.mapping.above import is_form_line
from taizhang.intake.mapping.head import HeadRow
from taizhang.intake.pipeline import take_in
from taizhang.intake.raw import SheetMeta

DAY = "2020-02-10"
TITLE = ["贫困户信息采集表"]
MEMBERS = ["序号", "姓名", "性别", "身份证号码", "与户主关系"]
SIGNED = ["户主签字：", "", "", "帮扶责任人签字："]


def above(head):
    """The lines above the members of a household of the small county."""
    row = smallcounty.row(head)
    return [
        ["户主姓名", row["姓名"], "户编号", row["户编号"], "行政村", "石子坪村"],
        ["家庭人口", "4", "致贫原因", "因病", "联系电话", "13800000001"],
    ]


def members(head):
    rows = smallcounty.rows(range(head, head + smallcounty.HOUSEHOLD))
    return [[str(at), row["姓名"], row["性别"], row["证件号码"], row["与户主关系"]] for at, row in enumerate(rows, 1)]


def page(head):
    return [TITLE, *above(head), MEMBERS, *members(head), [], SIGNED]


def mapped(*rows):
    return map_sheet(read_head([block_of(rows)], SheetMeta(0, "一户一表")), source_kind="ledger")


def told(*rows):
    return {one.field: one.text for one in mapped(*rows).told}


def records(county, rows):
    """What intake makes of one file of the village ledger."""
    path = county.parent / "inbox" / "ledger" / DAY / "一户一表.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    take_in(load_county(county))
    [folder] = (county.parent / "data" / "deliveries" / "ledger").iterdir()
    return pq.read_table(folder / "record.parquet").to_pylist()


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["户主姓名", "王一甲", "户编号", "6107230001"], True),
        (["家庭人口", "3", "致贫原因", "因病"], True),
        (["户编号", "", "联系电话", "13800000001"], True),
        (["姓名", "性别", "身份证号码", "联系电话"], False),
        (["姓名", "网格员意见", "性别", "入户印象"], False),
        (["王一甲", "男", "612323197001010028", "户主"], False),
        (["户主信息", "", "家庭成员信息", ""], False),
    ],
)
def test_a_line_of_a_form_is_labels_with_plain_values_between(cells, found):
    row = HeadRow(1, {at: text for at, text in enumerate(cells) if text})

    assert is_form_line(row) is found


def test_the_lines_above_are_no_levels_of_the_header():
    sheet = mapped(*page(0))

    assert (sheet.header_first, sheet.header_last) == (4, 4)
    assert [column.title for column in sheet.columns] == MEMBERS


def test_what_is_above_the_members_is_the_households():
    assert told(*page(0)) == {
        "head_name": smallcounty.name(0),
        "household_no": "6107100000",
        "village_name": "石子坪村",
        "size_reported": "4",
        "main_cause": "因病",
        "household_phone": "13800000001",
    }


def test_a_line_in_one_cell_is_read_too():
    line = [f"户主姓名：{smallcounty.name(0)}    户编号：6107100000    行政村：石子坪村"]

    found = told(TITLE, line, MEMBERS, *members(0))

    assert found == {"head_name": smallcounty.name(0), "household_no": "6107100000", "village_name": "石子坪村"}


def test_whoever_filled_a_ledger_in_is_nobodys_telephone():
    line = ["行政村：石子坪村   填报人：张三   联系电话：13800000001"]

    assert told(TITLE, line, MEMBERS, *members(0)) == {"village_name": "石子坪村"}


def test_a_column_of_the_table_is_believed_before_what_stands_above():
    header = [*MEMBERS, "户编号"]
    rows = [[*member, "6107100007"] for member in members(0)]

    assert told(TITLE, *above(0), header, *rows) == {"village_name": "石子坪村"}


def test_what_is_said_twice_in_two_ways_is_not_taken():
    other = ["户编号", "6107100009"]

    assert "household_no" not in told(TITLE, *above(0), other, MEMBERS, *members(0))


def test_pages_under_each_other_are_households_of_their_own(tmp_path):
    county = smallcounty.county_file(tmp_path, sources=("ledger",))
    heads = (0, 4, 8, 12)

    found = records(county, [row for head in heads for row in page(head)])

    assert [(row["name"], row["household_no"], row["head_name"], row["village_name"]) for row in found] == [
        (smallcounty.name(at), smallcounty.row(at)["户编号"], smallcounty.row(at)["户主姓名"], "石子坪村")
        for at in range(16)
    ]
    assert {row["household_phone"] for row in found} == {"13800000001"}


def test_a_page_that_begins_with_a_place_begins_there(tmp_path):
    county = smallcounty.county_file(tmp_path, sources=("ledger",))
    pages = [
        [
            TITLE,
            ["行政村", village, "组", "三组"],
            *above(head)[1:],
            ["户主", smallcounty.name(head)],
            MEMBERS,
            *members(head),
        ]
        for head, village in ((0, "石子坪村"), (4, "龙亭村"))
    ]

    found = records(county, [row for rows in pages for row in rows])

    assert [row["village_name"] for row in found] == ["石子坪村"] * 4 + ["龙亭村"] * 4
    assert [row["head_name"] for row in found] == [smallcounty.name(0)] * 4 + [smallcounty.name(4)] * 4
