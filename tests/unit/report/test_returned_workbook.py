"""A sender's workbook comes back with comments, and otherwise as it was."""

import base64
import io
import re
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from taizhang.languages import Language
from taizhang.report.returned.problem_list import Problem
from taizhang.report.returned.workbook import OriginalDamaged, annotate_workbook
from taizhang.report.texts import label

SHEET_NAME = "问题清单"


def problem(sheet="一组", cell="C3", text="校验位不符", **other):
    facts = {
        "severity": "错误",
        "household": "张甲",
        "name": "李乙",
        "field": "证件号码",
        "hint": "核对原件",
        "deadline": "5个工作日",
    }
    return Problem(sheet=sheet, cell=cell, text=text, finding="ABCDEFGHJK2", **(facts | other))


@pytest.fixture
def original(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "一组"
    for row in range(1, 30):
        for column in range(1, 8):
            sheet.cell(row, column, f"{row}-{column}")
    sheet["C3"].comment = Comment("村医反映：本人在外", "村医")
    sheet["D4"].fill = PatternFill("solid", fgColor="FF00FF00")
    book.create_sheet("二组'东")["A1"] = "空表"
    book.save(tmp_path / "original.xlsx")
    return tmp_path / "original.xlsx"


def test_every_problem_stands_as_a_comment_at_its_cell(original, tmp_path):
    returned = annotate_workbook(
        original, tmp_path / "back.xlsx", [problem(), problem(cell="G29"), problem(sheet="二组'东", cell="A1")]
    )

    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert returned.commented_cells == 3
    assert "校验位不符" in book["一组"]["G29"].comment.text
    assert "校验位不符" in book["二组'东"]["A1"].comment.text
    assert book["一组"]["B2"].comment is None


def test_an_existing_comment_keeps_its_text(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell="C3")])

    text = openpyxl.load_workbook(tmp_path / "back.xlsx")["一组"]["C3"].comment.text
    assert text.startswith("村医反映：本人在外")
    assert "校验位不符" in text


def test_two_problems_of_a_cell_share_one_comment(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell="E5"), problem(cell="E5", text="与出生日期不符")])

    text = openpyxl.load_workbook(tmp_path / "back.xlsx")["一组"]["E5"].comment.text
    assert "校验位不符" in text
    assert "与出生日期不符" in text


def test_values_of_the_sender_stay_as_they_were(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell="E5")])

    before = openpyxl.load_workbook(original)["一组"]
    after = openpyxl.load_workbook(tmp_path / "back.xlsx")["一组"]
    assert [[c.value for c in row] for row in after.iter_rows()] == [
        [c.value for c in row] for row in before.iter_rows()
    ]


def test_an_offending_cell_gets_a_light_fill_but_a_filled_one_keeps_its_own(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell="E5"), problem(cell="A5"), problem(cell="D4")])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")["一组"]
    assert sheet["E5"].fill.fgColor.rgb == sheet["A5"].fill.fgColor.rgb == "FFFFF2CC"
    assert sheet["D4"].fill.fgColor.rgb == "FF00FF00"
    assert sheet["B5"].fill.fill_type is None


def test_the_list_sheet_links_to_the_cell_and_offers_the_three_answers(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(sheet="二组'东", cell="A1")])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")[SHEET_NAME]
    assert sheet["G2"].hyperlink.location == "'二组''东'!A1"
    assert sheet.data_validations.dataValidation[0].formula1 == '"已改,不属实,无法核实"'


def test_the_list_sheet_can_be_read_and_printed(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(text="很长" * 60)])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")[SHEET_NAME]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
        "landscape",
        9,
        True,
    )
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:M2")
    assert sheet["A1"].font.b
    assert sheet["H2"].alignment.wrap_text
    assert sheet["M2"].border.bottom.style == "thin"


def test_names_that_the_sender_defined_stay_beside_ours(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "named.xlsx"))
    sheet = book.add_worksheet("一组")
    sheet.write("A1", "x")
    sheet.repeat_rows(0)
    book.define_name("户数", "=一组!$A$1")
    book.close()

    annotate_workbook(tmp_path / "named.xlsx", tmp_path / "back.xlsx", [problem(cell="A1")])

    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert "户数" in back.defined_names
    assert back["一组"].print_title_rows == "$1:$1"
    assert back[SHEET_NAME].print_title_rows == "$1:$1"


def test_a_workbook_without_styles_is_returned_with_comments(original, tmp_path):
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(bare, "w") as target:
        _copy_without_styles(source, target)

    annotate_workbook(bare, tmp_path / "back.xlsx", [problem(cell="E5")])

    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert "校验位不符" in back["一组"]["E5"].comment.text
    assert back[SHEET_NAME]["H2"].value == "校验位不符"


def _copy_without_styles(source, target):
    for name in source.namelist():
        content = source.read(name)
        if name == "xl/_rels/workbook.xml.rels":
            content = re.sub(rb"<Relationship [^>]*styles\.xml[^>]*/>", b"", content)
        elif name == "[Content_Types].xml":
            content = re.sub(rb"<Override [^>]*styles\.xml[^>]*/>", b"", content)
        elif name.startswith("xl/worksheets/sheet"):
            content = re.sub(rb' s="[0-9]+"', b"", content)
        if name != "xl/styles.xml":
            target.writestr(name, content)


def test_a_list_sheet_that_exists_already_is_not_overwritten(original, tmp_path):
    annotate_workbook(original, tmp_path / "once.xlsx", [problem()])
    annotate_workbook(tmp_path / "once.xlsx", tmp_path / "twice.xlsx", [problem(cell="F6")])

    book = openpyxl.load_workbook(tmp_path / "twice.xlsx")
    assert book.sheetnames == ["一组", "二组'东", SHEET_NAME, f"{SHEET_NAME}2"]
    assert book["一组"]["F6"].comment is not None
    assert book["一组"]["C3"].comment is not None


def test_a_problem_without_a_cell_is_listed_without_a_comment(original, tmp_path):
    returned = annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell=""), problem(sheet="没有这张表")])

    assert returned.commented_cells == 0
    assert returned.without_cell == 2
    assert openpyxl.load_workbook(tmp_path / "back.xlsx")[SHEET_NAME].max_row == 3


def test_text_that_looks_like_a_formula_stays_text(original, tmp_path):
    annotate_workbook(original, tmp_path / "back.xlsx", [problem(text='=HYPERLINK("x")', name="@张")])

    row = openpyxl.load_workbook(tmp_path / "back.xlsx")[SHEET_NAME][2]
    assert [cell.data_type for cell in row if cell.value] == ["s"] * 11
    assert row[7].value == '\'=HYPERLINK("x")'
    assert row[3].value == "'@张"


def test_macros_are_never_returned(tmp_path):
    with_macro = tmp_path / "macro.xlsm"
    book = xlsxwriter.Workbook(str(tmp_path / "plain.xlsx"))
    book.add_worksheet("一组").write("A1", "x")
    book.close()
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as source, zipfile.ZipFile(with_macro, "w") as target:
        _copy_as_macro_workbook(source, target)

    annotate_workbook(with_macro, tmp_path / "back.xlsx", [problem(cell="A1")])

    with zipfile.ZipFile(tmp_path / "back.xlsx") as back:
        assert not [name for name in back.namelist() if "vba" in name.lower()]
        assert b"macroEnabled" not in back.read("[Content_Types].xml")


def _copy_as_macro_workbook(source, target):
    kinds = (
        source.read("[Content_Types].xml")
        .replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
        .replace(
            b"</Types>",
            b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        )
    )
    parts = {name: source.read(name) for name in source.namelist()} | {
        "[Content_Types].xml": kinds,
        "xl/vbaProject.bin": b"\x00macro",
    }
    list(map(lambda item: target.writestr(*item), parts.items()))  # noqa: C417 - a loop would hide that this is one step


def test_tables_and_drawings_of_the_sender_survive(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "rich.xlsx"))
    sheet = book.add_worksheet("一组")
    sheet.add_table("A1:B3")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=一组!$A$1:$A$3"})
    sheet.insert_chart("E5", chart)
    sheet.write_comment("A2", "旧批注")
    book.close()

    annotate_workbook(tmp_path / "rich.xlsx", tmp_path / "back.xlsx", [problem(cell="B2")])

    with zipfile.ZipFile(tmp_path / "rich.xlsx") as before, zipfile.ZipFile(tmp_path / "back.xlsx") as after:
        assert set(before.namelist()) <= set(after.namelist())
        assert after.read("xl/charts/chart1.xml") == before.read("xl/charts/chart1.xml")
        assert after.read("xl/worksheets/sheet1.xml").index(b"legacyDrawing") < after.read(
            "xl/worksheets/sheet1.xml"
        ).index(b"tableParts")
    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")["一组"]
    assert "旧批注" in sheet["A2"].comment.text
    assert "校验位不符" in sheet["B2"].comment.text


def test_what_is_not_concerned_is_taken_over_as_it_is_compressed(original, tmp_path):
    kept = tmp_path / "kept.xlsx"
    with (
        zipfile.ZipFile(original) as source,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        list(map(lambda name: target.writestr(name, source.read(name)), source.namelist()))  # noqa: C417 - one step
        target.writestr(zipfile.ZipInfo("xl/media/图.png"), b"\x89PNG" * 400, zipfile.ZIP_STORED)

    annotate_workbook(kept, tmp_path / "back.xlsx", [problem(cell="E5")])

    before, after = compressed_members(kept), compressed_members(tmp_path / "back.xlsx")
    same = {name for name in before if after[name] == before[name]}
    assert {"xl/worksheets/sheet2.xml", "xl/theme/theme1.xml", "xl/media/图.png", "docProps/app.xml"} <= same
    assert "xl/worksheets/sheet1.xml" not in same
    with zipfile.ZipFile(tmp_path / "back.xlsx") as back:
        assert back.testzip() is None


def compressed_members(path):
    """The bytes of every member as they lie in the archive, read without the code under test."""
    content = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name, extra = struct.unpack_from("<2H", content, member.header_offset + 26)
            start = member.header_offset + 30 + name + extra
            found[member.filename] = content[start : start + member.compress_size]
    return found


@pytest.mark.parametrize("at", ["header", "end"])
def test_a_member_that_is_not_whole_is_refused(original, tmp_path, at):
    content = bytearray(original.read_bytes())
    with zipfile.ZipFile(original) as archive:
        member = archive.getinfo("docProps/app.xml")
    if at == "header":
        content[member.header_offset : member.header_offset + 2] = b"XX"
    else:  # its entry of the directory says more than there is
        entry = content.rfind(b"docProps/app.xml") - 46
        struct.pack_into("<I", content, entry + 20, len(content) * 2)
    original.write_bytes(content)

    with pytest.raises(OriginalDamaged):
        annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell="E5")])


def test_a_damaged_original_is_refused_with_a_reason_and_leaves_no_file(original, tmp_path):
    original.write_bytes(original.read_bytes()[:3000])

    with pytest.raises(OriginalDamaged) as refusal:
        annotate_workbook(original, tmp_path / "back.xlsx", [problem()])

    assert refusal.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.xlsx"]


def order_of(path, part="xl/worksheets/sheet1.xml"):
    """The elements at the top of a sheet, in order, without their namespaces."""
    with zipfile.ZipFile(path) as book:
        return [etree.QName(one).localname for one in etree.fromstring(book.read(part)) if isinstance(one.tag, str)]


def test_a_conditional_format_keeps_its_own_extension(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "bars.xlsx"))
    sheet = book.add_worksheet("一组")
    sheet.write_column("C1", range(9))
    sheet.conditional_format("C1:C9", {"type": "data_bar", "data_bar_2010": True})
    book.close()

    annotate_workbook(tmp_path / "bars.xlsx", tmp_path / "back.xlsx", [problem()])

    order = order_of(tmp_path / "back.xlsx")
    assert order.index("conditionalFormatting") < order.index("legacyDrawing") < order.index("extLst")


def test_controls_of_the_sender_come_after_the_drawing_of_comments(original, tmp_path):
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(tmp_path / "form.xlsx", "w") as after:
        parts = {name: before.read(name) for name in before.namelist() if name != "xl/worksheets/sheet2.xml"}
        end = b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent></worksheet>'
        parts["xl/worksheets/sheet2.xml"] = before.read("xl/worksheets/sheet2.xml").replace(b"</worksheet>", end)
        [after.writestr(name, content) for name, content in parts.items()]

    annotate_workbook(tmp_path / "form.xlsx", tmp_path / "back.xlsx", [problem(sheet="二组'东", cell="A1")])

    assert order_of(tmp_path / "back.xlsx", "xl/worksheets/sheet2.xml")[-2:] == ["legacyDrawing", "AlternateContent"]


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_the_picture_of_a_header_keeps_its_drawing_to_itself(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "header.xlsx"))
    sheet = book.add_worksheet("一组")
    sheet.write("C3", "x")
    sheet.set_header("&C&G", {"image_center": "seal.png", "image_data_center": io.BytesIO(PICTURE)})
    book.close()

    annotate_workbook(tmp_path / "header.xlsx", tmp_path / "back.xlsx", [problem()])

    order = order_of(tmp_path / "back.xlsx")
    assert order.index("legacyDrawing") < order.index("legacyDrawingHF")
    with zipfile.ZipFile(tmp_path / "header.xlsx") as before, zipfile.ZipFile(tmp_path / "back.xlsx") as after:
        assert after.read("xl/drawings/vmlDrawing1.vml") == before.read("xl/drawings/vmlDrawing1.vml")
        assert b'ObjectType="Note"' in after.read("xl/drawings/vmlDrawingTz1.vml")


def test_a_list_sheet_in_other_letters_is_not_overwritten(original, tmp_path):
    book = openpyxl.load_workbook(original)
    book.create_sheet(label("problem_sheet").said_in(Language.EN).upper())
    book.save(tmp_path / "again.xlsx")

    annotate_workbook(tmp_path / "again.xlsx", tmp_path / "back.xlsx", [problem()], Language.EN)

    names = [name.casefold() for name in openpyxl.load_workbook(tmp_path / "back.xlsx").sheetnames]
    assert len(names) == len(set(names)) == 4


def test_no_more_links_are_written_than_a_sheet_may_have(original, tmp_path, monkeypatch):
    monkeypatch.setattr("taizhang.report.returned.problem_list.MOST_LINKS", 2)

    annotate_workbook(original, tmp_path / "back.xlsx", [problem(cell=f"A{row}") for row in range(1, 5)])

    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")[SHEET_NAME]
    assert [sheet.cell(row, 7).hyperlink is not None for row in range(2, 6)] == [True, True, False, False]


def test_a_workbook_without_a_view_gets_one_for_the_list(original, tmp_path):
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(tmp_path / "plain.xlsx", "w") as after:
        parts = {name: before.read(name) for name in before.namelist()}
        parts["xl/workbook.xml"] = re.sub(rb"<bookViews>.*</bookViews>", b"", parts["xl/workbook.xml"])
        [after.writestr(name, content) for name, content in parts.items()]

    annotate_workbook(tmp_path / "plain.xlsx", tmp_path / "back.xlsx", [problem()])

    order = order_of(tmp_path / "back.xlsx", "xl/workbook.xml")
    assert order.index("bookViews") == order.index("sheets") - 1
