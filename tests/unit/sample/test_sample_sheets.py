"""The sample's own writers, read back by other people's readers."""

import openpyxl
import pytest

from taizhang.sample.sheets import Numeric, Sheet, column_letter, write_csv, write_html, write_xlsx


@pytest.fixture
def sheet():
    return Sheet(
        "表 <1>&",
        [["题"], ["姓名", "证件号码", "备注"]],
        [["甲", "", "丙 "], ["1", Numeric("6.12323190001010E+17"), "3"], ["a<b", "&", "'x"]],
        below=[["合计", "3"]],
        merges=["A1:C1"],
        hidden_rows=frozenset({1}),
        struck_rows=frozenset({2}),
    )


def test_openpyxl_reads_what_was_written(tmp_path, sheet):
    write_xlsx(tmp_path / "a.xlsx", [sheet])

    read = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    values = [[cell.value for cell in row] for row in read.iter_rows()]

    assert values == [
        ["题", None, None],
        ["姓名", "证件号码", "备注"],
        ["甲", "1", "a<b"],
        [None, 6.1232319000101e17, "&"],
        ["丙 ", "3", "'x"],
        ["合计", "3", None],
    ]
    assert read.title == "表 <1>&"


def test_marks_of_rows_and_merges_are_kept(tmp_path, sheet):
    write_xlsx(tmp_path / "a.xlsx", [sheet])

    read = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]

    assert read.row_dimensions[4].hidden
    assert not read.row_dimensions[3].hidden
    assert read["A5"].font.strike
    assert not read["A3"].font.strike
    assert [str(merge) for merge in read.merged_cells.ranges] == ["A1:C1"]


def test_a_hidden_sheet_is_hidden(tmp_path, sheet):
    sheet.hidden = True
    write_xlsx(tmp_path / "a.xlsx", [Sheet("数据", [["姓名"]], [["甲"]]), sheet])

    read = openpyxl.load_workbook(tmp_path / "a.xlsx")

    assert [one.sheet_state for one in read.worksheets] == ["visible", "hidden"]


def test_html_and_csv_hold_every_cell(tmp_path, sheet):
    write_html(tmp_path / "a.xls", sheet)
    write_csv(tmp_path / "a.csv", sheet, "gbk")

    html = (tmp_path / "a.xls").read_text(encoding="utf-8")
    text = (tmp_path / "a.csv").read_bytes().decode("gbk")

    assert html.count("<tr>") == 6
    assert "a&lt;b" in html
    assert text.splitlines()[2] == "甲,1,a<b"


def test_gbk_loses_what_it_cannot_hold(tmp_path):
    write_csv(tmp_path / "a.csv", Sheet("", [["姓名"]], [["龚䶮", "龚镕"]]), "gbk")

    assert (tmp_path / "a.csv").read_bytes().decode("gbk").split() == ["姓名", "龚?", "龚镕"]


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (46, "AU"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_lettered_as_spreadsheets_do(index, letters):
    assert column_letter(index) == letters
