"""What `import taizhang` gives: little at once, everything by name, and nothing shown that should not be."""

import inspect
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

import taizhang
from taizhang.sweep.county_file import sweep_county

NUMBER = "612323190001010013"
HEAVY = ("duckdb", "numpy", "pyarrow", "sqlglot", "lxml")


def modules_after(statement):
    """Heavy modules a fresh interpreter holds after a statement."""
    told = f"{statement}\nimport sys\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    return subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()


def test_importing_loads_nothing_heavy():
    assert modules_after("import taizhang; dir(taizhang)") == []


def test_a_number_is_read_without_a_database():
    assert "duckdb" not in modules_after(f"import taizhang; taizhang.parse_id('{NUMBER}')")


def test_every_name_of_the_library_is_there():
    assert {name for name in taizhang.__all__ if not hasattr(taizhang, name)} == set()


def test_a_name_the_library_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="diagnoze"):
        taizhang.diagnoze  # noqa: B018


@pytest.mark.parametrize("before", ["", "import taizhang.sweep.run", "from taizhang.sweep import sweep"])
def test_sweep_can_be_called_whatever_was_imported_before(before):
    told = f"{before}\nimport taizhang\ntry:\n    taizhang.sweep('nowhere.toml')\nexcept taizhang.errors.UserError as error:\n    print(error.code)"

    done = subprocess.run(
        [sys.executable, "-c", f"import taizhang.errors\n{told}"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "E-COUNTY-FILE"


def test_a_notebook_is_told_what_sweep_takes():
    taken = inspect.signature(sweep_county)

    assert inspect.signature(taizhang.sweep) == taken


def test_a_parsed_number_shows_neither_its_digits_nor_the_birth_date():
    parsed = taizhang.parse_id(NUMBER)

    assert parsed.core18 == NUMBER
    assert NUMBER not in repr(parsed)
    assert "1900" not in repr(parsed) + parsed._repr_html_()
    assert "6123" in repr(parsed)


@pytest.mark.parametrize("cell", [int(NUMBER), np.int64(NUMBER)])
def test_a_number_may_be_an_int_as_in_a_data_frame(cell):
    assert taizhang.parse_id(cell) == taizhang.parse_id(NUMBER)


def test_a_whole_decimal_is_its_digits_as_databases_give_them():
    assert taizhang.parse_id(Decimal(NUMBER)) == taizhang.parse_id(NUMBER)
    assert taizhang.parse_id(Decimal("nan")) == taizhang.parse_id(None)
    with pytest.raises(TypeError, match="text"):
        taizhang.parse_id(Decimal("Infinity"))


def test_columns_say_what_their_cells_say_one_by_one():
    numbers = ["612323190001010013", None, "无", "612323190001010014"]

    table = taizhang.parse_ids(pa.array(numbers)).to_arrow()

    each = [taizhang.parse_id(one) for one in numbers]
    assert table["core18"].to_pylist() == [one.core18 for one in each]
    assert table["ok"].to_pylist() == [one.valid for one in each]
    pairs = taizhang.compare_name_pairs(pa.array(["刘兰英", None]), pa.array(["刘南英", "王芳"]))
    assert pairs["code"].to_pylist() == ["XS-NAME-NEARPHONE", "missing"]


@pytest.mark.parametrize("ask", [taizhang.parse_ids, lambda cells: taizhang.compare_name_pairs(cells, cells)])
def test_what_is_no_column_is_refused_with_what_to_give(ask):
    with pytest.raises(TypeError, match=r"pyarrow\.array"):
        ask(["刘兰英"])


def test_a_float_is_a_numeric_cell_and_not_a_number_an_empty_one():
    assert [defect.value for defect in taizhang.parse_id(float(NUMBER)).defects] == ["ID-EXCEL-NUMERIC"]
    assert taizhang.parse_id(float(NUMBER)).text is None
    assert taizhang.parse_id(np.float32(NUMBER)).defects == taizhang.parse_id(float(NUMBER)).defects
    assert taizhang.parse_id(float("nan")) == taizhang.parse_id(None)


@pytest.mark.parametrize("cell", [NUMBER.encode(), [NUMBER]])
def test_what_is_no_cell_is_refused_without_its_number(cell):
    with pytest.raises(TypeError, match="text") as refused:
        taizhang.parse_id(cell)

    assert NUMBER not in str(refused.value)


@pytest.mark.parametrize("cell", [None, float("nan"), np.float64("nan"), np.datetime64("nat"), ""])
def test_a_name_that_a_data_frame_lacks_is_missing(cell):
    assert taizhang.compare_names("刘兰英", cell).code.value == taizhang.compare_names("刘兰英", None).code.value
    assert taizhang.compare_names(cell, "刘兰英").grade is None


@pytest.mark.parametrize("cell", [7, 7.5, b"\xe5\x88\x98", ["刘兰英"], True])
def test_what_is_no_name_is_refused_with_what_to_give(cell):
    with pytest.raises(TypeError, match="give str, or None"):
        taizhang.compare_names("刘兰英", cell)


@pytest.mark.parametrize("text", ["", "😀", "\ud800", "刘\ud800英", "王" * 60, "·", "\x00", "１２３", "ﷺ" * 20])
def test_no_text_is_too_odd_to_be_read_and_compared(text):
    assert taizhang.compare_names(text, "刘兰英").similarity <= 1
    assert taizhang.compare_names("刘兰英", text).similarity <= 1
    assert not taizhang.parse_id(text).valid


def test_compared_names_mark_the_characters_and_say_the_readings():
    shown = taizhang.compare_names("刘兰英", "刘南英")._repr_html_()

    assert "<mark>兰</mark>" in shown
    assert "<mark>刘</mark>" not in shown
    assert "lan2" in shown
