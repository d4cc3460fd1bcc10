"""Rows of texts become the blocks that the slow, obvious way makes of their cells."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.intake.preflight import FileRefused, Limits
from taizhang.intake.raw import CellKind
from taizhang.intake.readers.blocks import BlockBuilder, Cell
from taizhang.intake.readers.textrows import TextRows

ROWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["", "", "李乙", "x"]), max_size=5), st.sampled_from([0, 0, 0, 1_100]), st.booleans(), st.booleans()
    ),
    max_size=12,
)  # fmt: skip


def cells_of(blocks):
    return [
        (int(number), column, held.kind[at], text, bool(block.hidden[at]), bool(block.struck[at]))
        for block in blocks
        for at, number in enumerate(block.row_numbers)
        for column, held in sorted(block.columns.items())
        if (text := held.text[at].as_py()) is not None
    ]


@given(ROWS, st.integers(min_value=1, max_value=4))
def test_the_blocks_are_those_of_the_cells(rows, block_rows):
    quick = TextRows(BlockBuilder(Limits(), block_rows, sheet="一组", formats_known=False))
    slow = BlockBuilder(Limits(), block_rows, sheet="一组", formats_known=False)
    for number, (texts, empty_before, hidden, struck) in enumerate(rows, 1):
        line = [""] * empty_before + texts
        quick.add(number, line, hidden=hidden, struck=struck)
        cells = [Cell(at, CellKind.TEXT, text, struck=struck) for at, text in enumerate(line) if text]
        slow.add(number, cells, hidden=hidden)

    found = quick.rest()

    assert cells_of(found) == cells_of(slow.rest())
    assert all(len(block.row_numbers) <= block_rows for block in found)
    assert all(column.text.null_count < len(column.text) for block in found for column in block.columns.values())


@pytest.mark.parametrize("places", [4, 1_100])
def test_too_many_columns_are_refused_in_rows_of_any_width(places):
    rows = TextRows(BlockBuilder(replace(Limits(), columns=3), 10, sheet="一组", formats_known=False))

    with pytest.raises(FileRefused) as refusal:
        rows.add(1, ["x"] * places)
        rows.rest()

    assert refusal.value.event.facts["limit"] == "columns"
