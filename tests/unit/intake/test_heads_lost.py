"""A village workbook in which a household's head's row was left out: its members are nobody's, and the row is pointed at."""

import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from taizhang.identity.numbers import check_digit
from taizhang.intake.county import County, SourceKind, SourceSpec
from taizhang.intake.pipeline import take_in

HEADER = ("户编号", "户主姓名", "家庭人口数", "组", "姓名", "身份证号", "与户主关系")
FAMILIES = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄")


def number(family, member):
    first = f"612323{1950 + family * 3 + member:04d}0{1 + member}15{100 + family * 7 + member:03d}"
    return first + check_digit(first)


def rows(*, without_head_of=None):
    """Eight households of three in eight groups, the household's side on the head's row only, the group on every row."""
    listed = []
    for family, surname in enumerate(FAMILIES):
        names = (f"{surname}建国", f"孙秀{'英芳兰珍梅霞琴玉'[family]}", f"{surname}志强")
        for member, (name, relation) in enumerate(zip(names, ("户主", "配偶", "之子"), strict=True)):
            if member == 0 and family == without_head_of:
                continue
            head = (f"6107231030{family:02d}", name, 3) if member == 0 else (None, None, None)
            listed.append((*head, f"{family + 1}组", name, number(family, member), relation))
    return listed


@pytest.fixture
def taken(tmp_path):
    """Takes rows in; gives the events of the file and the rows of the delivery."""

    def taken(listed):
        book = openpyxl.Workbook()
        for row in (HEADER, *listed):
            book.active.append(row)
        (tmp_path / "inbox").mkdir()
        book.save(tmp_path / "inbox" / "一村.xlsx")
        source = SourceSpec("ledger", SourceKind.LEDGER, "村台账", tmp_path / "inbox")
        county = County(tmp_path / "county.toml", "610723", "洋县", tmp_path / "data", (source,))
        (delivery,) = take_in(county).deliveries
        manifest = json.loads((delivery.folder / "manifest.json").read_text("utf-8"))
        return manifest["files"][0]["events"], pq.read_table(delivery.folder / "record.parquet").to_pylist()

    return taken


def test_members_below_a_missing_head_belong_to_no_household_and_the_first_is_pointed_at(taken):
    events, records = taken(rows(without_head_of=3))

    (lost,) = [event for event in events if event["code"] == "SR-HEAD-LOST"]
    assert lost["cell"] == "A11"
    assert [one["name"] for one in records if one["household_no"] is None] == ["孙秀珍", "刘志强"]
    above = [one["name"] for one in records if one["household_no"] == "610723103002"]
    assert above == ["张建国", "孙秀兰", "张志强"]


def test_nothing_is_pointed_at_where_every_head_is_there(taken):
    events, records = taken(rows())

    assert [event for event in events if event["code"] == "SR-HEAD-LOST"] == []
    assert all(one["household_no"] for one in records)
