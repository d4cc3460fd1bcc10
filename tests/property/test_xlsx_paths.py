"""The vector path says what expat says, whatever the file; and both say what openpyxl says of benign files."""

import datetime as dt
import sys
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

sys.path.append(str(Path(__file__).parents[1] / "unit" / "intake"))
import sheetfiles

from taizhang.intake.preflight import FileRefused, Limits
from taizhang.intake.raw import CellKind
from taizhang.intake.readers.xlsx import XlsxWorkbook

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
SOURCE = st.one_of(
    TEXTS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
    st.sampled_from(
        ["", " ", "&amp;", "&#24352;", "&#x5f20;", "_x000D_", "_x005F_x", "a]b", "\n", "\t三", "0", "12", "-1"]
    ),
    st.sampled_from(
        ["1.50", "1E+17", "430523196005011234", ".5", "5.", "1e", "--1", "true", "#N/A", "NaN", "2020-01-02"]
    ),
    st.sampled_from(["99999999", "123456789", "00000001", "=DISPIMG(1)", "&amp;_x0041_", "&bad;", "<b/>", "&#0;", ">"]),
)
ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            ' t="s"',
            ' t="n"',
            ' t="str"',
            ' t="b"',
            ' t="e"',
            ' t="d"',
            ' t="inlineStr"',
            ' s="1"',
            ' s="2"',
            ' s="3"',
            ' s="99"',
            ' t="x"',
            ' cm="1"',
            ' s="a"',
            "  s='1'",
        ]
    ),
    max_size=2,
).map("".join)
FORMULAS = st.sampled_from(
    ["", "", "", "<f>A1</f>", "<f/>", '<f t="shared" si="0"/>', "<f>1&amp;2</f>", "<f></f>", "<f>\n</f>"]
)


@st.composite
def cell_xml(draw, row, column):
    reference = draw(st.sampled_from(["{c}{r}"] * 12 + ["", "{c}{r}0", "{c}9{r}", "A1", "$C${r}", "{c}", "xfd1"]))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column] if column < 26 else "A" + "ABCDEFGHIJ"[column - 26]
    text = reference.format(c=letters, r=row)
    place = f' r="{text}"' if text else ""
    attributes = draw(ATTRIBUTES)
    shape = draw(
        st.sampled_from(["v"] * 8 + ["is"] * 3 + ["none", "empty", "v/", "vf", "is2", "rich", "comment", "cdata"])
    )
    value = draw(SOURCE)
    body = {
        "v": draw(FORMULAS) + f"<v>{value}</v>",
        "is": f"<is><t>{value}</t></is>",
        "none": draw(FORMULAS),
        "empty": None,
        "v/": draw(FORMULAS) + draw(st.sampled_from(["<v/>", "<v />", "<v></v>"])),
        "vf": f"<v>{value}</v><f>A1</f>",
        "is2": f'<is><t xml:space="preserve">{value}</t></is>',
        "rich": f"<is><r><rPr><strike/></rPr><t>{value}</t></r><rPh><t>zhang</t></rPh></is>",
        "comment": f"<!-- </row> --><v>{value}</v>",
        "cdata": "<v><![CDATA[</row>]]></v>",
    }[shape]
    return f"<c{place}{attributes}/>" if body is None else f"<c{place}{attributes}>{body}</c>"


@st.composite
def rows_xml(draw):
    pieces = []
    number = 0
    for _ in range(draw(st.integers(0, 8))):
        number += draw(st.sampled_from([1, 1, 1, 1, 2, 300, -1, 0]))
        columns = sorted(draw(st.sets(st.integers(0, 30), max_size=5)))
        cells = "".join(draw(cell_xml(max(1, number), column)) for column in columns)
        reference = draw(st.sampled_from([f' r="{number}"'] * 8 + ["", ' r="x"']))
        facts = draw(
            st.sampled_from(["", "", ' spans="1:3"', ' hidden="1"', ' ht="15" hidden="0"', ' r="3"', ' x:y="1"'])
        )
        pieces.append(f"<row{reference}{facts}>{cells}</row>" if cells else f"<row{reference}{facts}/>")
        pieces.append(draw(st.sampled_from(["", "", "", "\n", "  ", "\r\n"])))
    return "".join(pieces)


ITEMS = st.lists(
    st.one_of(
        SOURCE.map(lambda text: f"<si><t>{text}</t></si>"),
        SOURCE.map(lambda text: f'<si><t xml:space="preserve">{text}</t></si>'),
        SOURCE.map(lambda text: f'<si><t>{text}</t><phoneticPr fontId="1" type="noConversion"/></si>'),
        SOURCE.map(lambda text: f"<si><r><rPr><strike/></rPr><t>{text}</t></r></si>"),
        st.sampled_from(["<si/>", "<si><t/></si>", "<si><t>张</t><rPh sb='0' eb='1'><t>zhang</t></rPh></si>", "\n"]),
    ),
    max_size=14,
)


def outcome(path, *, vector, block_rows):
    try:
        return sheetfiles.cells_of(XlsxWorkbook(path, Limits(), block_rows, vector=vector))
    except FileRefused as refusal:
        return refusal.event


@QUICK
@given(st.lists(rows_xml(), min_size=1, max_size=2), ITEMS, st.integers(1, 9))
def test_the_vector_path_says_what_expat_says(sheets, items, block_rows):
    with tempfile.TemporaryDirectory() as folder:
        parts = sheetfiles.package_parts(
            [sheetfiles.sheet_xml(rows, after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>') for rows in sheets],
            strings=sheetfiles.strings_xml(*items),
        )
        path = sheetfiles.write_package(Path(folder) / "一.xlsx", parts)

        fast = outcome(path, vector=True, block_rows=block_rows)
        slow = outcome(path, vector=False, block_rows=block_rows)

    assert fast == slow


VALUES = st.one_of(
    st.none(),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff_"), min_size=1, max_size=20
    ),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


def as_openpyxl(value):
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return CellKind.BOOL, "1" if value else "0"
    if isinstance(value, str):
        return CellKind.TEXT, value
    if isinstance(value, (dt.date, dt.datetime)):
        return CellKind.NUMBER, float(openpyxl.utils.datetime.to_excel(value))
    return CellKind.NUMBER, float(value)


def as_ours(cell):
    kind, text, _ = cell
    return kind, float(text) if kind == CellKind.NUMBER else text


@QUICK
@given(st.lists(st.lists(VALUES, max_size=6), max_size=12), st.sets(st.integers(1, 12)), st.booleans())
def test_both_paths_say_what_openpyxl_says_of_its_own_file(table, hidden, struck):
    with tempfile.TemporaryDirectory() as folder:
        book = openpyxl.Workbook()
        page = book.active
        for at, row in enumerate(table, 1):
            for column, value in enumerate(row, 1):
                cell = page.cell(at, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cell.font = Font(strike=struck)
        for at in hidden:
            page.row_dimensions[at].hidden = True
        path = Path(folder) / "二.xlsx"
        book.save(path)
        read = openpyxl.load_workbook(path).active
        expected = {
            (row[0].row, cell.column - 1): known
            for row in read.iter_rows()
            for cell in row
            if (known := as_openpyxl(cell.value)) is not None
        }

        fast, slow = sheetfiles.both_ways(path)

    found = {(number, column): as_ours(cell) for number, _, _, cells in fast[0][0][1] for column, cell in cells.items()}
    assert fast == slow
    assert found == expected
    assert all(was_hidden is (number in hidden) for number, was_hidden, _, _ in fast[0][0][1])
    assert all(was_struck is struck for _, _, was_struck, _ in fast[0][0][1])


@pytest.mark.parametrize("text", ["430523196005011234", "0.1", "1.7976931348623157E+308", "1E-5", "00012"])
def test_the_digits_of_a_number_are_kept_as_written(text, tmp_path):
    rows = sheetfiles.read_rows(f'<row r="1"><c r="A1"><v>{text}</v></c></row>', tmp_path)

    assert rows == [(1, False, False, {0: (CellKind.NUMBER, text, False)})]
