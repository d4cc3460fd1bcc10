"""What the .xlsx reader keeps of a sheet; each case is read by the vector path and by expat alike."""

import datetime as dt

import openpyxl
import pytest
import sheetfiles
import xlsxwriter
from openpyxl.comments import Comment as Note

from taizhang.intake.preflight import FileRefused, Limits
from taizhang.intake.raw import CellKind, Comment, Merge
from taizhang.intake.readers import open_workbook
from taizhang.intake.readers.xlsx import XlsxWorkbook
from taizhang.intake.readers.xlsx.styles import is_date_format


def row(cells, number=1, facts=""):
    return f'<row r="{number}"{facts}>{cells}</row>'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<v>430523196005011234</v>", (CellKind.NUMBER, "430523196005011234", False)),
        (' s="1"><v>43832</v>', (CellKind.NUMBER, "43832", True)),
        (' s="3"><v>43832.5</v>', (CellKind.NUMBER, "43832.5", True)),
        (' s="1" t="str"><v>43832</v>', (CellKind.TEXT, "43832", False)),
        (' t="b"><v>1</v>', (CellKind.BOOL, "1", False)),
        (' t="e"><v>#N/A</v>', (CellKind.ERROR, "#N/A", False)),
        (' t="d"><v>2020-01-02</v>', (CellKind.DATE, "2020-01-02", False)),
        (' t="inlineStr"><is><t>张三</t></is>', (CellKind.TEXT, "张三", False)),
        (' t="inlineStr"><is><r><t>张</t></r><r><t>三</t></r></is>', (CellKind.TEXT, "张三", False)),
        (' t="inlineStr"><is><t>张三</t><rPh sb="0" eb="1"><t>zhang</t></rPh></is>', (CellKind.TEXT, "张三", False)),
        (' t="inlineStr"><is><t>一_x000D_二</t></is>', (CellKind.TEXT, "一\r二", False)),
        (' t="inlineStr"><is><t>_x005F_x000D_</t></is>', (CellKind.TEXT, "_x000D_", False)),
        (' t="inlineStr"><is><t>_xD842__xDFB7_</t></is>', (CellKind.TEXT, "𠮷", False)),
        (' t="inlineStr"><is><t>A&amp;B&#x3C;</t></is>', (CellKind.TEXT, "A&B<", False)),
        (' t="inlineStr"><is><t xml:space="preserve"> 张 </t></is>', (CellKind.TEXT, " 张 ", False)),
        (' t="s"><v>1</v>', (CellKind.TEXT, "李四", False)),
        ("<f>1+1</f><v>2</v>", (CellKind.NUMBER, "2", False)),
        ("<f>1+1</f>", (CellKind.UNKNOWN, None, False)),
        ("<f>1+1</f><v></v>", (CellKind.UNKNOWN, None, False)),
        (' t="str"><f>A1</f><v>=DISPIMG("ID_1",1)</v>', (CellKind.UNKNOWN, None, False)),
        (' t="s"><v>2</v>', (CellKind.UNKNOWN, None, False)),
        ("<v>abc</v>", (CellKind.UNKNOWN, None, False)),
    ],
)
def test_a_cell_keeps_type_and_text(cell, expected, tmp_path):
    body = cell if cell.startswith(" ") else f">{cell}"
    strings = sheetfiles.strings_xml("<si><t>张三</t></si>", "<si><t>李四</t></si>")

    rows = sheetfiles.read_rows(row(f'<c r="C1"{body}</c>'), tmp_path, strings=strings)

    assert rows == [(1, False, False, {2: expected})]


@pytest.mark.parametrize(
    "cell", ['<c r="A1" s="2"/>', '<c r="A1"><v></v></c>', '<c r="A1" t="str"><f>A2</f><v></v></c>']
)
def test_a_cell_without_a_value_leaves_no_trace(cell, tmp_path):
    assert sheetfiles.read_rows(row(cell), tmp_path) == []


def test_hidden_and_struck_rows_are_flagged_and_their_neighbours_not(tmp_path):
    rows = sheetfiles.read_rows(
        row('<c r="A1"><v>1</v></c>', 1)
        + row('<c r="A2"><v>1</v></c>', 2, ' hidden="1"')
        + row('<c r="A3" s="2"><v>1</v></c><c r="B3" s="2"><v>1</v></c><c r="C3"><v>1</v></c>', 3)
        + row('<c r="A4" s="2"><v>1</v></c><c r="B4"><v>1</v></c>', 4),
        tmp_path,
    )

    assert [(number, hidden, struck) for number, hidden, struck, _ in rows] == [
        (1, False, False),
        (2, True, False),
        (3, False, True),
        (4, False, False),
    ]


def test_rows_and_cells_without_references_are_counted(tmp_path):
    rows = sheetfiles.read_rows(
        '<row><c/><c><v>1</v></c></row><row r="5"><c r="D5"><v>2</v></c><c><v>3</v></c></row>', tmp_path
    )

    assert [(number, sorted(cells)) for number, _, _, cells in rows] == [(1, [1]), (5, [3, 4])]


@pytest.mark.parametrize("namespace", [sheetfiles.MAIN, sheetfiles.STRICT])
def test_both_namespaces_are_read(namespace, tmp_path):
    rows = sheetfiles.read_rows(row('<c r="A1"><v>1</v></c>'), tmp_path, namespace=namespace)

    assert len(rows) == 1


def test_the_facts_of_a_sheet_are_kept(tmp_path):
    path = tmp_path / "一.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["户主", "姓名"])
    page.merge_cells("A1:A3")
    page["B1"].comment = Note("村医反映已外出", "甲")
    page.column_dimensions["C"].hidden = True
    page.auto_filter.ref = "A1:B3"
    book.create_sheet("代码").sheet_state = "veryHidden"
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)

    (first, _), (second, _) = sheetfiles.cells_of(open_workbook(path))[0]

    assert first.merges == [Merge(1, 0, 3, 0)]
    assert first.comments == [Comment(1, 1, "村医反映已外出")]
    assert first.hidden_columns == {2}
    assert (first.autofilter, second.autofilter) == (True, False)
    assert (first.visibility, second.visibility) == ("visible", "veryHidden")
    assert first.date1904


def test_threaded_comments_replace_their_placeholder(tmp_path):
    parts = sheetfiles.package_parts([sheetfiles.sheet_xml(row('<c r="A1"><v>1</v></c>'))])
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        '<Relationships><Relationship Id="a" Type="x/comments" Target="../comments1.xml"/>'
        '<Relationship Id="b" Type="y/threadedComment" Target="/xl/threads.xml"/></Relationships>'
    )
    parts["xl/comments1.xml"] = (
        '<comments><commentList><comment ref="A1"><text><t>[线程批注]</t></text></comment></commentList></comments>'
    )
    parts["xl/threads.xml"] = (
        '<ThreadedComments><threadedComment ref="A1"><text>一</text></threadedComment>'
        '<threadedComment ref="A1"><text>二</text></threadedComment></ThreadedComments>'
    )
    path = sheetfiles.write_package(tmp_path / "一.xlsx", parts)

    ((meta, _),) = sheetfiles.cells_of(open_workbook(path))[0]

    assert meta.comments == [Comment(1, 0, "一\n二")]


def test_sheets_come_in_workbook_order_whatever_their_parts_are_called(tmp_path):
    parts = sheetfiles.package_parts(
        [sheetfiles.sheet_xml(row(f'<c r="A1"><v>{n}</v></c>')) for n in (1, 2)], states=("visible", "hidden")
    )
    swapped = {"sheet1.xml": "sheet2.xml", "sheet2.xml": "sheet1.xml"}
    first, second = (f"xl/worksheets/{name}" for name in swapped)
    parts[first], parts[second] = parts[second], parts[first]
    relations = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = (
        relations.replace("sheet1.xml", "sheetX").replace("sheet2.xml", "sheet1.xml").replace("sheetX", "sheet2.xml")
    )
    path = sheetfiles.write_package(tmp_path / "一.xlsx", parts)

    said, _ = sheetfiles.cells_of(open_workbook(path))

    assert [(meta.name, meta.visibility, rows[0][3][0][1]) for meta, rows in said] == [
        ("表1", "visible", "1"),
        ("表2", "hidden", "2"),
    ]


@pytest.mark.parametrize("constant_memory", [True, False])
def test_a_file_of_xlsxwriter_is_read_as_written(constant_memory, tmp_path):
    path = tmp_path / "一.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": constant_memory}) as book:
        page = book.add_worksheet("村")
        day = book.add_format({"num_format": "yyyy/m/d"})
        for number in range(500):
            page.write_string(number, 0, f"测试{number}")
            page.write_number(number, 1, number / 4)
            page.write_datetime(number, 2, dt.date(2020, 1, 2), day)

    fast, slow = sheetfiles.both_ways(path, block_rows=64)

    assert fast == slow
    assert fast[0][0][1][499] == (
        500,
        False,
        False,
        {
            0: (CellKind.TEXT, "测试499", False),
            1: (CellKind.NUMBER, "124.75", False),
            2: (CellKind.NUMBER, "43832", True),
        },
    )


def test_no_block_is_longer_than_asked(tmp_path):
    path = tmp_path / "一.xlsx"
    path.write_bytes(sheetfiles.zipped(sheetfiles.package_parts(
        [sheetfiles.sheet_xml("".join(row(f'<c r="A{n}"><v>{n}</v></c>', n) for n in range(1, 301)))]
    )))  # fmt: skip

    (sheet,) = open_workbook(path, block_rows=128).sheets()

    assert [len(block.row_numbers) for block in sheet.blocks()] == [128, 128, 44]


def test_many_chunks_give_every_row_once(tmp_path):
    cells = "".join(f'<c r="{letter}{{n}}" t="str"><v>{"文" * 30}</v></c>' for letter in "ABCDEFGH")
    rows = "".join(row(cells.format(n=n), n) for n in range(1, 6001))
    path = sheetfiles.write_package(tmp_path / "一.xlsx", sheetfiles.package_parts([sheetfiles.sheet_xml(rows)]))

    fast, slow = sheetfiles.both_ways(path, Limits(ratio=10_000))

    assert fast == slow
    assert [number for number, *_ in fast[0][0][1]] == list(range(1, 6001))


@pytest.mark.parametrize(
    "odd",
    [
        '<row r="02">',
        '<row r="+2">',
        '<row r="２">',
        '<row r="99999999">',
        '<row r="">',
        '<row R="5">',
        '<row  r="5">',
        '<row x="5">',
        '<row r="2" r="3">',
    ],
)
def test_a_row_tag_is_proved_also_where_its_rest_was_met_before(odd, tmp_path):
    """Both paths say the same of it, and the rows around it are read."""
    rows = row('<c r="A1"><v>1</v></c>', 1) + odd + '<c r="A5"><v>2</v></c></row>' + row('<c r="A9"><v>3</v></c>', 9)
    path = sheetfiles.write_package(tmp_path / "一.xlsx", sheetfiles.package_parts([sheetfiles.sheet_xml(rows)]))

    said = []
    for vector in (True, False):
        try:
            said.append(sheetfiles.cells_of(XlsxWorkbook(path, Limits(), 8192, vector=vector)))
        except FileRefused as refusal:
            said.append(refusal.event)

    assert said[0] == said[1]


def test_texts_of_both_pools_and_gaps_stand_in_their_columns(tmp_path):
    rows = row('<c r="A1" t="s"><v>1</v></c><c r="C1"><v>7</v></c><c r="D1"><f>A1</f></c>', 1)
    rows += row('<c r="A2" t="str"><v>乙&amp;丙</v></c><c r="C2" t="s"><v>0</v></c><c r="E2" t="b"><v>1</v></c>', 2)

    said = sheetfiles.read_rows(
        rows, tmp_path, strings=sheetfiles.strings_xml("<si><t>甲</t></si>", "<si><t>丁</t></si>")
    )

    texts = [{column: text for column, (_, text, _) in cells.items()} for *_, cells in said]
    assert texts == [{0: "丁", 2: "7", 3: None}, {0: "乙&丙", 2: "甲", 4: "1"}]


def test_a_chunk_that_is_mostly_gaps_is_read_without_laying_the_gaps_out(tmp_path, monkeypatch):
    monkeypatch.setattr("taizhang.intake.readers.xlsx.gathering.GRID_MOST", 100)
    cells = [(f"{letter}{n}", n) for n, letter in enumerate("ABCDEFGHIJKLMNOPQRST", 1)]

    said = sheetfiles.read_rows("".join(row(f'<c r="{at}"><v>{n}</v></c>', n) for at, n in cells), tmp_path)

    assert [(number, list(found)) for number, _, _, found in said] == [(n, [n - 1]) for n in range(1, 21)]


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ("[$-804]yyyy年m月", True),
        ("h:mm:ss", True),
        ("[h]:mm", True),
        ("General", False),
        ("G/通用格式", False),
        ("0.00", False),
        ("0.00E+00", False),
        ('0"days"', False),
        ("[Red]0", False),
        ("@", False),
        ('#,##0.00_ "元"', False),
    ],
)
def test_a_number_format_shows_a_date_or_not(code, is_date):
    assert is_date_format(code) is is_date
