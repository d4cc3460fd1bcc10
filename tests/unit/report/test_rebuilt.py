"""An original that is no .xlsx goes back as a fresh workbook of the same layout, every value as text."""

import zipfile

import openpyxl
import pytest
import xlwt

from taizhang.intake.readers import open_workbook
from taizhang.report.returned.problem_list import Problem
from taizhang.report.returned.rebuilt import allowed_sheet_name, rebuild_workbook

SHEET_NAME = "问题清单"


def problem(sheet, cell):
    return Problem(
        severity="错误", household="张甲", name="李乙", field="证件号码", sheet=sheet, cell=cell, text="校验位不符", hint="核对原件",
        deadline="5个工作日", finding="ABCDEFGHJK2",
    )  # fmt: skip


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = ["姓名,证件号码,备注", "李乙,612323190001010013,=1+1", "", '张<三>,61232319000101003X,"两\n行"']
    path.write_bytes("\n".join(rows).encode("gb18030"))
    return path


def test_cells_keep_their_place_and_their_digits(csv, tmp_path):
    rebuild_workbook(csv, tmp_path / "back.xlsx", [])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["李乙", "612323190001010013", "'=1+1"]
    assert sheet["A4"].value == "张<三>"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet["B2"].number_format == "@"


def test_columns_are_wide_enough_for_their_texts(csv, tmp_path):
    rebuild_workbook(csv, tmp_path / "back.xlsx", [])

    widths = openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0].column_dimensions
    assert [widths[letters].width for letters in "ABC"] == [8, 20, 7]


def test_comments_stand_at_the_cells_concerned(csv, tmp_path):
    sheet_name = openpyxl_name(csv, tmp_path)

    returned = rebuild_workbook(csv, tmp_path / "back.xlsx", [problem(sheet_name, "B4")])

    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert returned.commented_cells == 1
    assert "校验位不符" in book.worksheets[0]["B4"].comment.text
    assert book.worksheets[0]["B4"].fill.fgColor.rgb == "FFFFF2CC"
    assert SHEET_NAME in book.sheetnames


def test_an_old_workbook_goes_back_with_all_its_sheets(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    for name in ("一组", "二组&东"):
        book.add_sheet(name).write(3, 2, "李乙")
    book.save(str(tmp_path / "old.xls"))

    rebuild_workbook(tmp_path / "old.xls", tmp_path / "back.xlsx", [problem("二组&东", "C4")])

    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert back.sheetnames == ["一组", "二组&东", SHEET_NAME]
    assert back["二组&东"]["C4"].value == "李乙"
    assert back["二组&东"]["C4"].comment is not None


def test_characters_that_xml_cannot_hold_become_blanks_and_marks_stay(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("a\x0cb,c&d,<e>,\uffff张\n甲,乙,丙,丁\n", encoding="utf-8")

    rebuild_workbook(path, tmp_path / "back.xlsx", [])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["a b", "c&d", "<e>", " 张"]


def openpyxl_name(path, tmp_path):
    rebuild_workbook(path, tmp_path / "probe.xlsx", [])
    return openpyxl.load_workbook(tmp_path / "probe.xlsx").sheetnames[0]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("一组", "一组"), ("组" * 40, "组" * 31), ("一/二[组]", "一 二 组"), ("", "Sheet1"), ("'组'", "组")],
)
def test_a_sheet_name_is_one_that_spreadsheet_programs_accept(name, allowed):
    assert allowed_sheet_name(name, []) == allowed


def test_sheets_whose_names_become_alike_are_numbered():
    assert allowed_sheet_name("A:b", ["a b"]) == "A b（2）"


def sheet_of(path):
    return next(iter(open_workbook(path).sheets())).meta.name


def ods(folder, name):
    """A small OpenDocument workbook; the format has no limit for the names of sheets."""
    path = folder / "long.ods"
    namespaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = (
        f'<office:document-content {namespaces}><office:body><office:spreadsheet><table:table table:name="{name}"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>李乙</text:p></table:table-cell></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", content)
    return path


def test_a_sheet_with_a_name_too_long_is_renamed_and_still_commented(tmp_path):
    book = ods(tmp_path, "洋州街道鹿沟村建档立卡贫困户家庭成员信息台账（二〇二一年五月）核对稿")

    returned = rebuild_workbook(book, tmp_path / "back.xlsx", [problem(sheet_of(book), "A1")])

    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert returned.without_cell == 0
    assert len(back.sheetnames[0]) == 31
    assert back.worksheets[0]["A1"].comment is not None
