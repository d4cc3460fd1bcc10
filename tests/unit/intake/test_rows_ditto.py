"""同上 means the value above, in its column and run; never across a head, never for a person's identity."""

import numpy as np
import pyarrow as pa
import pytest

from taizhang.intake.raw import CellKind, RawColumn
from taizhang.intake.rows import Dittos


def column_of(*texts):
    kinds = np.array([CellKind.EMPTY if text is None else CellKind.TEXT for text in texts], np.uint8)
    return RawColumn(pa.array(texts, pa.string()), kinds)


def opens(*rows):
    return np.array(rows, bool)


@pytest.mark.parametrize("mark", ["同上", "〃", '"', " 同上 "])
def test_a_ditto_takes_the_value_above(mark):
    solved = Dittos().resolve(0, column_of("小学", mark, mark), opens(1, 0, 0))

    assert solved.column.text.to_pylist() == ["小学", "小学", "小学"]
    assert solved.meant.tolist() == [False, True, True]


def test_a_ditto_never_reaches_above_the_head():
    solved = Dittos().resolve(0, column_of("小学", "同上"), opens(1, 1))

    assert solved.column.text.to_pylist() == ["小学", None]
    assert solved.column.kind.tolist() == [CellKind.TEXT, CellKind.EMPTY]
    assert solved.unknown.tolist() == [False, True]


def test_a_ditto_of_a_place_is_meant_from_household_to_household():
    solved = Dittos().resolve(0, column_of("龙亭村", "同上"), None)

    assert solved.column.text.to_pylist() == ["龙亭村", "龙亭村"]


def test_a_ditto_below_an_empty_cell_means_nothing():
    solved = Dittos().resolve(0, column_of("小学", None, "同上"), opens(1, 0, 0))

    assert solved.column.text.to_pylist() == ["小学", None, None]


def test_a_ditto_for_a_name_is_refused():
    solved = Dittos().resolve(0, column_of("甲", "同上"), opens(1, 0), refuse=True)

    assert solved.unknown.tolist() == [False, True]


def test_a_ditto_looks_into_the_block_before():
    dittos = Dittos()
    dittos.resolve(0, column_of("小学"), opens(1))
    across = dittos.resolve(0, column_of("同上"), opens(0))
    stopped = Dittos()
    stopped.resolve(0, column_of("小学"), opens(1))

    assert across.column.text.to_pylist() == ["小学"]
    assert stopped.resolve(0, column_of("同上"), opens(1)).column.text.to_pylist() == [None]


def test_a_column_without_dittos_is_left_alone():
    assert Dittos().resolve(0, column_of("同上村", "小学"), opens(1, 0)) is None
