"""Text files, BIFF, HTML, XML 2003 and calamine's formats give the same blocks as .xlsx does."""

import datetime as dt

import pytest
import sheetfiles
import xlwt

from taizhang.intake.preflight import FileRefused
from taizhang.intake.raw import CellKind, Merge
from taizhang.intake.readers import open_workbook
from taizhang.intake.readers.encoding import detect_encoding

TABLE = "序号,姓名,身份证号码,与户主关系\n1,王小明,测试甲,户主\n2,阿依古丽·买买提,测试乙,配偶\n"
TRADITIONAL = "序號,姓名,身份證號碼,與戶主關係\n1,王小明,測試甲,戶主\n2,陳美麗,測試乙,配偶\n"


def text_cells(path):
    (sheet,), events = sheetfiles.cells_of(open_workbook(path))
    return [[cells.get(at, (None, None))[1] for at in range(max(cells) + 1)] for _, _, _, cells in sheet[1]], events


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (TABLE, "utf-8", "utf-8"),
        (TABLE, "utf-8-sig", "utf-8"),
        (TABLE, "gb18030", "gb18030"),
        (TABLE, "utf-16", "utf-16-le"),
        (TABLE, "utf-16-le", "utf-16-le"),
        (TABLE, "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "utf-8", "utf-8"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_the_encoding_is_found_with_and_without_its_last_byte(text, encoding, expected, cut, tmp_path):
    path = tmp_path / "一.csv"
    content = text.rstrip("\n").encode(encoding)
    path.write_bytes(content[: len(content) - cut])

    found = detect_encoding(path)

    assert (found.name, found.sure) == (expected, True)
    assert found.cut == 0 or cut == 1


def test_the_separator_of_minority_names_is_the_middle_dot(tmp_path):
    path = tmp_path / "一.csv"
    path.write_bytes(TABLE.encode("gbk"))

    rows, events = text_cells(path)

    assert rows[2][1] == "阿依古丽\u00b7买买提"
    assert (events[0].code, events[0].severity, events[0].facts["replaced"]) == ("SR-ENCODING", "info", 0)


def test_bytes_of_no_encoding_are_a_warning_with_their_count(tmp_path):
    path = tmp_path / "一.csv"
    path.write_bytes(b"a,\xff\xff\nb,\x81\n" * 9)

    event = open_workbook(path).events[0]

    assert event.severity == "warn"
    assert event.facts["replaced"] > 0


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter, tmp_path):
    path = tmp_path / "一.txt"
    path.write_text(TABLE.replace(",", delimiter), "utf-8")

    rows, _ = text_cells(path)

    assert rows[1] == ["1", "王小明", "测试甲", "户主"]


def test_commas_inside_tabbed_cells_do_not_mislead(tmp_path):
    path = tmp_path / "一.txt"
    path.write_text("姓名\t备注\n甲\t一,二,三\n乙\t四,五,六\n", "utf-8")

    rows, _ = text_cells(path)

    assert rows[1] == ["甲", "一,二,三"]


def test_a_quoted_line_break_stays_in_its_cell_and_every_cell_is_text(tmp_path):
    path = tmp_path / "一.csv"
    path.write_bytes('姓名,住址\r\n甲,"一\r\n二"\r\n="001",3.0\r\n'.encode())

    ((_, rows),), _ = sheetfiles.cells_of(open_workbook(path))

    assert rows[1][3][1] == (CellKind.TEXT, "一\n二", False)
    assert rows[2] == (3, False, False, {0: (CellKind.TEXT, '="001"', False), 1: (CellKind.TEXT, "3.0", False)})


@pytest.mark.parametrize("rest", ["李乙,2\n王丙,3\n", "李乙,2", "\n"])
def test_a_quote_that_is_never_closed_hides_no_rows(tmp_path, rest):
    path = tmp_path / "一.csv"
    path.write_text(f'姓名,住址\n甲,1\n"张丁,4\n{rest}', "utf-8")

    with pytest.raises(FileRefused) as refused:
        sheetfiles.cells_of(open_workbook(path))

    assert refused.value.event.facts == {"reason": "text-lines"}


@pytest.mark.parametrize("last", ['"张丁,4', '"张\n丁",4', '"张\n丁",4\n', '张"丁,4\n', '"张""丁\n",4\n'])
def test_a_quote_on_the_last_line_or_one_that_is_closed_is_read(tmp_path, last):
    path = tmp_path / "一.csv"
    path.write_text(f"姓名,住址\n甲,1\n{last}", "utf-8")

    ((_, rows),), _ = sheetfiles.cells_of(open_workbook(path))

    assert len(rows) == 3


@pytest.fixture
def biff(tmp_path):
    path = tmp_path / "一.xls"
    book = xlwt.Workbook()
    page = book.add_sheet("村")
    page.write(2, 1, "张三")
    page.write(2, 2, 430523196005011234)
    page.write(2, 3, dt.date(2020, 1, 2), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    page.write(3, 1, "李四", xlwt.easyxf("font: struck_out on"))
    page.write(4, 1, True)
    page.row(4).hidden = True
    page.write_merge(6, 7, 1, 2, "合并")
    hidden = book.add_sheet("代码")
    hidden.visibility = 2
    book.save(str(path))
    return path


def test_biff_keeps_numbers_dates_hidden_struck_and_merges(biff):
    ((meta, rows), (code, _)), _ = sheetfiles.cells_of(open_workbook(biff))

    assert rows == [
        (3, False, False, {
            1: (CellKind.TEXT, "张三", False),
            2: (CellKind.NUMBER, "4.3052319600501126E+17", False),
            3: (CellKind.NUMBER, "43832", True),
        }),
        (4, False, True, {1: (CellKind.TEXT, "李四", False)}),
        (5, True, False, {1: (CellKind.BOOL, "1", False)}),
        (7, False, False, {1: (CellKind.TEXT, "合并", False)}),
    ]  # fmt: skip
    assert meta.merges == [Merge(7, 1, 8, 2)]
    assert (meta.visibility, code.visibility) == ("visible", "veryHidden")


def test_html_spans_are_merges_and_push_the_cells_below(tmp_path):
    path = tmp_path / "一.xls"
    path.write_text(
        "<table><tr><td rowspan=2>序号</td><td colspan=2>户<br>主</td></tr>"
        "<tr><td>姓名</td><td>关系</td></tr><tr style='display:none'><td>1</td><td><s>张三</s></td></tr></table>",
        "utf-8",
    )

    ((meta, rows),), events = sheetfiles.cells_of(open_workbook(path))

    assert [{at: cell[1] for at, cell in cells.items()} for *_, cells in rows] == [
        {0: "序号", 1: "户\n主"},
        {1: "姓名", 2: "关系"},
        {0: "1", 1: "张三"},
    ]
    assert meta.merges == [Merge(1, 0, 2, 0), Merge(1, 1, 1, 2)]
    assert rows[2][1]
    assert [event.code for event in events] == ["SR-FILE-KIND", "SR-ENCODING"]


def test_html_rows_of_mostly_struck_cells_are_struck(tmp_path):
    path = tmp_path / "一.xls"
    rows = [
        "<td>甲</td><td>乙</td><td><s>丙</s></td>",
        "<td><s>甲</s></td><td style='text-decoration: line-through'>乙</td><td>丙</td>",
        "<td><span style='text-decoration:line-through'>甲</span></td><td><s></s></td>",
        "<td>甲 <s>乙</s></td>",
    ]
    path.write_text(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>", "utf-8")

    (block,) = next(iter(open_workbook(path).sheets())).blocks()

    assert block.struck.tolist() == [False, True, True, False]
    assert block.columns[0].text.to_pylist() == ["甲", "甲", "甲", "甲 乙"]


def test_xml_2003_keeps_places_types_and_styles(tmp_path):
    path = tmp_path / "一.xls"
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_bytes(
        (
            f'<?xml version="1.0" encoding="GB2312"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Styles>'
            '<Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style>'
            '<Style ss:ID="x"><Font ss:StrikeThrough="1"/></Style></Styles><Worksheet ss:Name="村"><Table>'
            '<Row ss:Index="3" ss:Hidden="1"><Cell ss:Index="2" ss:MergeAcross="1"><Data ss:Type="String">姓名</Data>'
            '<Comment><Data>注</Data></Comment></Cell><Cell ss:StyleID="d"><Data ss:Type="Number">43832</Data></Cell></Row>'
            '<Row><Cell ss:StyleID="x"><Data ss:Type="Boolean">1</Data></Cell></Row></Table></Worksheet></Workbook>'
        ).encode("gb2312")
    )

    ((meta, rows),), _ = sheetfiles.cells_of(open_workbook(path))

    assert rows == [
        (3, True, False, {1: (CellKind.TEXT, "姓名", False), 3: (CellKind.NUMBER, "43832", True)}),
        (4, False, True, {0: (CellKind.BOOL, "1", False)}),
    ]
    assert meta.merges == [Merge(3, 1, 3, 2)]
    assert [comment.text for comment in meta.comments] == ["注"]


def test_ods_is_read_with_its_places(tmp_path):
    path = tmp_path / "一.ods"
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
        '<office:spreadsheet><table:table table:name="村"><table:table-row/><table:table-row><table:table-cell/>'
        '<table:table-cell office:value-type="string"><text:p>张三</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="12"/></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path.write_bytes(
        sheetfiles.zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<m/>",
                "content.xml": content,
            }
        )
    )

    ((meta, rows),), _ = sheetfiles.cells_of(open_workbook(path))

    assert rows == [(2, False, False, {1: (CellKind.TEXT, "张三", False), 2: (CellKind.NUMBER, "12", False)})]
    assert not meta.hidden_known
