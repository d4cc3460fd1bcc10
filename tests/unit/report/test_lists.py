"""The lists people work from open in a spreadsheet program, split by town and village, masked and safe."""

from collections import Counter
from datetime import date

import openpyxl
import pytest
from findingtable import NUMBER, finding, write

from countyruns import FULL_NUMBER, workbook_texts
from taizhang.intake.preflight import Limits
from taizhang.languages import Language
from taizhang.report.facts import page_facts
from taizhang.report.lists import COUNTY_LIST
from taizhang.report.page import PageFacts
from taizhang.report.write import ListsFailed, write_lists, write_lists_apart

TITLES = {"ledger": "镇村台账"}
FACTS = PageFacts(
    county="洋县", sweep="2020-01-01-1", as_of=date(2020, 1, 1), records=10, clean_records=9, rules_run=1, synthetic=True, sources=()
)  # fmt: skip
NOWHERE = {"town_code": None, "town_name": None, "village_code": None, "village_name": None}
ELSEWHERE = {
    "town_code": "610723002000",
    "town_name": "纸坊街道",
    "village_code": "610723002201",
    "village_name": "白石村",
}


def lists(folder, *rows):
    """Write the lists of these findings; gives the folder."""
    write(folder, *rows)
    write_lists(folder, facts=FACTS, titles={}, sources=TITLES)
    return folder


def lines(path):
    """The findings of a workbook by sheet: heading to text."""
    book = openpyxl.load_workbook(path)
    tables = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book if sheet.title != "总览"}
    return {
        title: [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[0] is not None]
        for title, rows in tables.items()
    }


def test_the_county_list_has_a_sheet_for_each_town_and_the_town_list_one_for_each_village(tmp_path):
    other = {"village_code": "610723103202", "village_name": "杨湾村"}

    lists(tmp_path, finding(1), finding(2, **other), finding(3, **ELSEWHERE), finding(4, **NOWHERE))

    assert {title: len(found) for title, found in lines(tmp_path / COUNTY_LIST).items()} == {
        "龙亭镇": 2,
        "纸坊街道": 1,
        "未分镇村": 1,
    }
    assert {title: len(found) for title, found in lines(tmp_path / "lists" / "龙亭镇.xlsx").items()} == {
        "石子坪村": 1,
        "杨湾村": 1,
    }
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == [
        "未分镇村.xlsx",
        "纸坊街道.xlsx",
        "龙亭镇.xlsx",
    ]


def test_a_line_says_who_what_where_and_what_to_do(tmp_path):
    lists(tmp_path, finding(1))

    (line,) = lines(tmp_path / "lists" / "龙亭镇.xlsx")["石子坪村"]
    assert line["问题编号"] == "F000000001"
    assert (line["程度"], line["姓名"], line["证件号码"]) == ("警示", "王小", "6123**************")
    assert (line["问题"], line["怎么办"], line["位置"]) == ("号码不符。", "核对。", "镇村台账 › 一组.xlsx › 表1 › G5")


def test_a_finding_that_is_gone_is_on_no_list(tmp_path):
    lists(tmp_path, finding(1), finding(2, delta="gone"))

    numbers = [line["问题编号"] for found in lines(tmp_path / COUNTY_LIST).values() for line in found]
    assert numbers == ["F000000001"]


def test_no_findings_still_give_a_county_list(tmp_path):
    lists(tmp_path)

    assert openpyxl.load_workbook(tmp_path / COUNTY_LIST).sheetnames == ["总览"]
    assert list((tmp_path / "lists").iterdir()) == []


def test_full_numbers_of_the_lake_are_on_no_list(tmp_path):
    lists(tmp_path, finding(1))

    texts = [
        text
        for path in (tmp_path / COUNTY_LIST, tmp_path / "lists" / "龙亭镇.xlsx")
        for sheet in workbook_texts(path).values()
        for text in sheet
    ]
    assert NUMBER not in " ".join(texts)
    assert any("6123****" in text for text in texts)


@pytest.mark.parametrize("start", ["=HYPERLINK(1)", "+1", "-cmd", "@SUM(A1)", "\t=1", "＝1"])
def test_a_name_that_looks_like_a_formula_stays_text(tmp_path, start):
    lists(tmp_path, finding(1, name=start))

    sheet = openpyxl.load_workbook(tmp_path / "lists" / "龙亭镇.xlsx")["石子坪村"]
    cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "姓名")
    assert cell.data_type == "s"
    assert cell.value == f"'{start}"


def test_a_plain_name_is_left_as_it_is(tmp_path):
    lists(tmp_path, finding(1, name="阿依·尔古"))

    (line,) = lines(tmp_path / "lists" / "龙亭镇.xlsx")["石子坪村"]
    assert line["姓名"] == "阿依·尔古"


@pytest.mark.parametrize("name", ["龙亭/镇", "[龙亭]镇:", "龙" * 90, "history'", "../../外", "..", "\u0007"], ids=repr)
def test_a_town_of_any_name_gives_workbooks_that_open(tmp_path, name):
    sweep = tmp_path / "data" / "sweeps" / "one"
    sweep.mkdir(parents=True)

    lists(sweep, finding(1, town_name=name, village_name=name))

    made = [path for path in tmp_path.rglob("*.xlsx") if path != sweep / COUNTY_LIST]
    assert [path.parent for path in made] == [sweep / "lists"]
    assert [len(found) for found in lines(made[0]).values()] == [1]


def test_two_towns_of_one_name_do_not_overwrite_each_other(tmp_path):
    lists(tmp_path, finding(1), finding(2, town_code="610723999000"))

    made = [lines(path) for path in (tmp_path / "lists").iterdir()]
    assert sorted(line["问题编号"] for sheets in made for found in sheets.values() for line in found) == [
        "F000000001",
        "F000000002",
    ]


def test_a_town_may_have_more_villages_than_a_strangers_file_may_open_files(tmp_path):
    villages = Limits().open_files + 6
    write(tmp_path, *(finding(n, village_code=f"6107231{n:05d}", village_name=f"第{n}村") for n in range(villages)))

    write_lists_apart(tmp_path, FACTS, {}, TITLES, Language.ZH)

    assert len(lines(tmp_path / "lists" / "龙亭镇.xlsx")) == villages


def test_lists_that_cannot_be_written_say_why_without_a_value(tmp_path):
    write(tmp_path, finding(1, name="王小"))
    (tmp_path / COUNTY_LIST).mkdir()

    with pytest.raises(ListsFailed, match=r"^SR-READER-FAULT fault=\w+ place=\S+$"):
        write_lists_apart(tmp_path, FACTS, {}, TITLES, Language.ZH)


def test_every_list_carries_whose_it_is(tmp_path):
    lists(tmp_path, finding(1))

    footer = openpyxl.load_workbook(tmp_path / "lists" / "龙亭镇.xlsx")["石子坪村"].oddFooter.left.text
    assert all(word in footer for word in ("龙亭镇", "2020-01-01-1", "证件号码已遮盖"))


def test_the_lists_of_a_real_sweep_hold_every_open_finding_once(swept_county):
    county_list = lines(swept_county.sweep / COUNTY_LIST)

    rows = swept_county.findings().values()
    by_town = Counter(row["town_name"] or "未分镇村" for row in rows)
    assert {title: len(found) for title, found in county_list.items()} == by_town
    assert {line["问题编号"] for found in county_list.values() for line in found} == {row["short_id"] for row in rows}
    assert sorted(path.stem for path in (swept_county.sweep / "lists").iterdir()) == sorted(by_town)


def test_the_overview_counts_what_the_sheets_hold(swept_county):
    texts = workbook_texts(swept_county.sweep / COUNTY_LIST)["总览"]

    facts = page_facts(swept_county.county, swept_county.sweep)
    assert f"{facts.county} 问题清单" in texts
    assert any(f"· {len(swept_county.findings())} ·" in text for text in texts)
    assert not any(FULL_NUMBER.search(text) for text in texts)
