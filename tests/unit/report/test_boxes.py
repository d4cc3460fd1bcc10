"""The box of a comment has room for its text, whatever the columns and rows of the sheet measure."""

import pytest

from taizhang.report.returned.boxes import Grid, anchor, size

SHORT = "【疑点】电话相同。"
LONG = "\n".join(
    ["【警示】镇村台账中姓名与其他来源为同音字。（本行姓名与候选姓名：同音字，第3字）" * 3, "办法：入户核对。"] * 4
)


def sheet(head="", rows=""):
    return f"<worksheet>{head}<sheetData>{rows}</sheetData></worksheet>".encode()


def covered(grid, row, column, text):
    """Width and height in px of the box that an anchor makes."""
    left, left_px, top, top_px, right, right_px, bottom, bottom_px = map(
        int, anchor(grid, row, column, text).split(", ")
    )
    width = sum(grid.column(at) for at in range(left, right)) + right_px - left_px
    height = sum(grid.row(at) for at in range(top, bottom)) + bottom_px - top_px
    return width, height


@pytest.mark.parametrize("text", [SHORT, LONG])
@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("", ""),
        ('<cols><col min="1" max="30" width="2.5"/></cols>', ""),
        ('<sheetFormatPr defaultRowHeight="13.5" defaultColWidth="30"/><cols><col min="2" max="2" width="60"/></cols>', ""),
        ("", "".join(f'<row r="{row}" ht="40" customHeight="1"/>' for row in range(1, 30))),
        ('<cols><col min="5" max="16384" width="9" hidden="1"/></cols>', ""),
    ],
)  # fmt: skip
def test_a_box_is_as_large_as_its_text_asks(head, rows, text):
    grid = Grid(sheet(head, rows))

    assert covered(grid, 4, 3, text) == size(text)


def test_longer_texts_have_larger_boxes_up_to_a_limit():
    assert size(SHORT)[1] < size(LONG)[1]
    assert size(LONG * 9) == size(LONG * 10)


@pytest.mark.parametrize(
    "head",
    [
        '<sheetFormatPr defaultRowHeight="many" defaultColWidth="-3"/>',
        '<sheetFormatPr defaultRowHeight="0"/><cols><col min="x" max="" width="1e9"/></cols>',
        "<cols><col/></cols>",
    ],
)
def test_measures_that_are_none_count_as_usual(head):
    grid = Grid(sheet(head, '<row r="" ht="1e400"/>'))

    assert covered(grid, 1_048_575, 16_383, SHORT)[0] > 0
    assert covered(grid, 4, 3, SHORT) == size(SHORT)
