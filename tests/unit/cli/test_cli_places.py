"""A county officer without a list of divisions, with workbooks that name their village only in a title, a name or a folder."""

import json
import re
import shutil

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlwt

import smallcounty
from countyruns import findings, latest
from taizhang.intake.delivery import deliveries_of

DAY = "2020-02-10"
HEADER = ["序号", "姓名", "性别", "身份证号", "与户主关系", "健康状况", "网格员印象"]
PLACES = [
    ("石桥镇", "王家村"),
    ("石桥镇", "李家村"),
    ("龙亭镇", "王家村"),
    ("龙亭镇", "张家湾社区"),
    ("大河乡", "新村"),
]
COUNTY = """[county]
code = "610799"
name = "青石县"
data = "data"
[[source]]
id = "national"
kind = "national"
title = "国办系统"
folder = "inbox/national"
[[source]]
id = "ledger"
kind = "ledger"
title = "村级台账"
folder = "inbox/ledger"
"""


def people(first, last):
    """Rows of a village's own ledger, which has no column for the village."""
    rows = [smallcounty.row(person) for person in range(first, last)]
    return [
        [at, row["姓名"], row["性别"], row["证件号码"], row["与户主关系"], row["健康状况"], "好"]
        for at, row in enumerate(rows, 1)
    ]


def xlsx(path, **sheets):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def xls(path, name, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))


@pytest.fixture
def county(tmp_path):
    (tmp_path / "county.toml").write_text(COUNTY, "utf-8")
    national = [smallcounty.row(person) for person in range(40)]
    for person, row in enumerate(national):
        row["镇街"], row["行政村"] = PLACES[person // 8]
    rows = [list(smallcounty.HEADER), *(list(row.values()) for row in national)]
    xlsx(tmp_path / "inbox" / "national" / DAY / "全县.xlsx", 人员=rows)
    inbox = tmp_path / "inbox" / "ledger" / DAY
    title = [["青石县石桥镇王家村贫困户信息台账"]]
    xlsx(inbox / "石桥镇" / "台账1.xlsx", Sheet1=[*title, HEADER, *people(0, 8)])
    xls(inbox / "石桥镇" / "李家村.xls", "李家村", [HEADER, *people(8, 16)])
    of_town = [["龙亭镇贫困户信息台账"], HEADER]
    xlsx(inbox / "龙亭镇.xlsx", 王家村=[*of_town, *people(16, 24)], Sheet2=[*of_town, *people(24, 32)])
    xlsx(inbox / "大河乡" / "矛盾.xlsx", 新村=[["大河乡李家村贫困户信息台账"], HEADER, *people(32, 36)])
    below = [HEADER, *people(0, 4), ["石桥镇李家村台账"], HEADER, *people(8, 12)]
    xlsx(inbox / "两村.xlsx", 石桥镇王家村=below)
    xls(inbox / "王家村.xls", "名单", [HEADER, *people(36, 40)])
    return tmp_path


def places(county):
    """(file, sheet) → the towns and villages of its rows, in the newest delivery of the ledger."""
    folder = deliveries_of(county / "data", "ledger")[-1].folder
    rows = pq.read_table(folder / "record.parquet").to_pylist()
    manifest = {file["no"]: file for file in json.loads((folder / "manifest.json").read_text("utf-8"))["files"]}
    found = {}
    for row in rows:
        file = manifest[row["file_no"]]
        sheet = next(one["name"] for one in file["sheets"] if one["no"] == row["sheet_no"])
        found.setdefault((file["name"], sheet), set()).add((row["town_name"], row["village_name"]))
    return found


def test_a_county_without_a_list_is_told_and_helped_to_one(typed, county):
    told = typed("intake", county)
    proposed = typed("divisions", county)
    again = typed("divisions", county)

    assert "divisions.csv" in told.out
    assert "taizhang divisions" in told.out
    assert proposed.status == 0
    assert again.status == 2
    assert "E-DIVISIONS-PROPOSED" in again.err
    assert not (county / "divisions.csv").exists()  # nothing counts before somebody says so
    assert set().union(*places(county).values()) == {(None, None)}

    accepted = typed("divisions", county, "--accept")
    after = typed("intake", county)

    assert accepted.status == 0
    assert (county / "divisions.csv").is_file()
    assert "divisions.csv" not in after.out
    assert places(county) == {
        ("石桥镇/台账1.xlsx", "Sheet1"): {("石桥镇", "王家村")},
        ("石桥镇/李家村.xls", "李家村"): {("石桥镇", "李家村")},
        ("龙亭镇.xlsx", "王家村"): {("龙亭镇", "王家村")},
        ("龙亭镇.xlsx", "Sheet2"): {("龙亭镇", None)},
        ("大河乡/矛盾.xlsx", "新村"): {("大河乡", None)},
        ("两村.xlsx", "石桥镇王家村"): {(None, None)},
        ("王家村.xls", "名单"): {(None, None)},
    }
    assert "矛盾.xlsx" in after.out
    assert "王家村.xls《名单》" in after.out  # two towns have a village of that name


def test_accepting_without_a_proposal_or_a_broken_one_changes_nothing(typed, county):
    assert typed("divisions", county, "--accept").status == 2
    (county / "divisions.proposed.csv").write_text("code,name\n6.1E+11,石桥镇\n", "utf-8")

    ran = typed("divisions", county, "--accept")

    assert ran.status == 2
    assert "E-COUNTY-DIVISIONS" in ran.err
    assert not (county / "divisions.csv").exists()


def test_map_lists_sheets_without_a_header_and_columns_nobody_knows_and_takes_an_answer(typed, county):
    xlsx(
        county / "inbox" / "ledger" / DAY / "怪表头.xlsx",
        表一=[["甲项", "乙项", "丙项"], ["x", "y", "z"], ["u", "v", "w"]],
    )
    ran = typed("intake", county)

    listed = typed("map", county)

    assert "没有认出表头" in ran.err
    assert listed.status == 3
    assert "怪表头.xlsx《表一》" in listed.out
    assert "网格员印象" in listed.out
    [extra] = (county / "data" / "mappings" / "extra").glob("*.yaml")
    text = extra.read_text("utf-8")
    extra.write_text(
        text.replace('"网格员印象": 忽略', '"网格员印象": address').replace('确认: ""', '确认: "王芳"'), "utf-8"
    )
    typed("intake", county)
    newest = deliveries_of(county / "data", "ledger")[-1].folder
    assert "好" in pq.read_table(newest / "record.parquet", columns=["address"])["address"].to_pylist()


def test_a_waiting_sheet_is_taken_by_what_its_message_says(typed, county):
    rows = [["姓名", "证照号", "姓名", "性别"], *[[r[1], r[3], r[1], r[2]] for r in people(0, 6)]]
    xlsx(county / "inbox" / "ledger" / DAY / "两个姓名.xlsx", 名单=rows)

    ran, listed = typed("intake", county), typed("map", county)

    assert "重新接收" not in ran.err + listed.out


def test_a_finding_about_refused_files_names_them_and_says_what_fits(typed, county):
    inbox = county / "inbox" / "ledger" / DAY
    (inbox / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 200)
    (inbox / "空.xlsx").write_bytes(b"")
    (inbox / "扫描.pdf").write_bytes(b"%PDF-1.4 abc")

    ran = typed("sweep", county, "--no-returned")

    [told] = [one for one in findings(latest(county)).values() if one["rule"] == "SR-FILE-KIND"]
    assert all(name in told["message_zh"] for name in ("照片.jpg", "空.xlsx", "扫描.pdf"))
    assert "照片" in told["hint_zh"]
    assert "0字节" in told["hint_zh"]
    assert "PDF 不能读取" in ran.err


def test_a_household_whose_head_nobody_names_is_not_called_by_the_person_told_of(typed, county):
    typed("sweep", county, "--no-returned")

    said = "".join(one["message_zh"] or "" for one in findings(latest(county)).values())
    assert "户主不明户赵建国" in said
    assert not re.search("（空）户[^（：]", said)  # of a row without any name there is nothing to say


LIST = "code,name\n610799000000,青石县\n"


def listed(county, *places):
    """Write the county's list: towns with their villages, codes by their order."""
    lines = []
    for at, (town, *villages) in enumerate(places, 101):
        lines += [f"610799{at}000,{town}", *(f"610799{at}{no},{name}" for no, name in enumerate(villages, 201))]
    (county / "divisions.csv").write_text(LIST + "\n".join(lines) + "\n", "utf-8")


FULL = (("石桥镇", "王家村", "李家村"), ("龙亭镇", "王家村", "张家湾社区"), ("大河乡", "新村"))


@pytest.fixture
def villages_only(tmp_path):
    """A county whose one ledger has a column for the village and none for the town."""
    county, _, ledger = COUNTY.split("[[source]]")
    (tmp_path / "county.toml").write_text(f"{county}[[source]]{ledger}", "utf-8")
    named = [[*row, village] for row, village in zip(people(0, 4), ("李家村", "新村", "王家村", "赵家村"), strict=True)]
    xlsx(tmp_path / "inbox" / "ledger" / DAY / "名单.xlsx", 名单=[[*HEADER, "行政村"], *named])
    return tmp_path


def codes(county, columns=("town_name", "town_code", "village_code")):
    folder = deliveries_of(county / "data", "ledger")[-1].folder
    return [tuple(row.values()) for row in pq.read_table(folder / "record.parquet", columns=list(columns)).to_pylist()]


def test_a_village_without_a_town_column_gets_its_code_where_the_county_has_one_of_its_name(typed, villages_only):
    listed(villages_only, *FULL)

    ran = typed("intake", villages_only)

    assert codes(villages_only) == [
        ("石桥镇", "610799101000", "610799101202"),
        ("大河乡", "610799103000", "610799103201"),
        (None, None, None),
        (None, None, None),
    ]
    assert "有 2 个镇、村名称不在行政区划表中，或不能确定是哪一个" in ran.out


def test_a_proposal_has_no_village_without_a_town_that_is_on_the_list(typed, villages_only):
    listed(villages_only, *FULL)
    typed("intake", villages_only)

    ran = typed("divisions", villages_only)

    assert "赵家村" in ran.out
    assert "李家村" not in ran.out


@pytest.mark.parametrize(("code", "told"), [("610799", 6), ("610723", 3)])
def test_villages_are_told_where_the_list_has_towns_only(typed, county, code, told):
    """610723 has no list of its own here: the one that is shipped has its towns."""
    path = county / "county.toml"
    path.write_text(path.read_text("utf-8").replace("610799", code), "utf-8")
    shutil.rmtree(county / "inbox" / "ledger")
    named = [[*row, "龙亭镇", "石子坪村"] for row in people(0, 4)]
    xlsx(county / "inbox" / "ledger" / DAY / "名单.xlsx", 名单=[[*HEADER, "镇街", "行政村"], *named])
    if code == "610799":
        listed(county, *((town,) for town, *_ in FULL))

    ran = typed("intake", county)

    assert f"有 {told} 个村，行政区划表没有列所在镇的村" in ran.out
    assert "taizhang divisions" in ran.out


def test_nothing_is_told_where_the_list_has_every_village(typed, villages_only):
    listed(villages_only, *FULL, ("赵家镇", "赵家村"), ("周家镇", "周家村"))
    (villages_only / "divisions.csv").write_text(
        (villages_only / "divisions.csv").read_text("utf-8").replace("610799102201,王家村\n", ""), "utf-8"
    )

    ran = typed("intake", villages_only)

    assert "行政区划表" not in ran.out


def test_a_list_put_back_to_an_earlier_content_is_read_again(typed, villages_only):
    listed(villages_only, *FULL)
    typed("intake", villages_only)
    first = codes(villages_only)
    listed(villages_only, ("石桥镇", "赵家村"), ("大河乡", "王家村"))
    typed("intake", villages_only)
    second = codes(villages_only)
    listed(villages_only, *FULL)

    typed("intake", villages_only)
    third = codes(villages_only)
    typed("intake", villages_only)

    assert first != second
    assert third == first
    assert len(deliveries_of(villages_only / "data", "ledger")) == 3
