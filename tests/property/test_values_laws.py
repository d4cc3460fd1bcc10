"""Laws of normalising: doing it twice changes nothing, and a column says what its cells say."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from taizhang.intake.model import FIELDS
from taizhang.intake.raw import CellKind, RawColumn
from taizhang.intake.values import ColumnContext, read_column
from taizhang.intake.values.amounts import read_decimal
from taizhang.intake.values.dates import read_date, read_month
from taizhang.intake.values.phones import read_phone
from taizhang.intake.values.texts import clean, read_text

WRITTEN = st.text(
    st.sampled_from("0123456789.-/年月日元万亩一二十百 \u3000\u200b'=\"１９．，,男女无是龙亭（）\n"), max_size=12
)
TYPED = st.sampled_from(["village_name", "size_reported", "net_income", "birth_date", "first_identified_month", "has_dibao", "sex", "household_phone", "household_no", "risk_types"])  # fmt: skip
KINDS = st.sampled_from([CellKind.TEXT, CellKind.NUMBER])


@given(WRITTEN)
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)[0]

    assert clean(once) == (once, ())


@given(WRITTEN)
def test_a_text_value_reads_as_itself(text):
    value = read_text(text, CellKind.TEXT).value

    assert value is None or read_text(value, CellKind.TEXT) == (value, ())


@given(st.dates())
def test_a_date_written_plainly_reads_as_itself(day):
    read = read_date(f"{day:%Y%m%d}".rjust(8, "0"), CellKind.TEXT).value

    assert read == (day if 1850 <= day.year <= 2199 else None)


@given(WRITTEN)
def test_reading_never_raises(text):
    readers = (read_text, read_decimal, read_date, read_month, read_phone)

    assert all(isinstance(read(text, CellKind.TEXT).changes, tuple) for read in readers)


@given(st.lists(st.tuples(st.none() | WRITTEN, KINDS), max_size=20), TYPED)
def test_a_cell_reads_alike_alone_and_in_company(cells, name):
    kinds = np.array([CellKind.EMPTY if text is None else kind for text, kind in cells], np.uint8)
    whole = RawColumn(pa.array([text for text, _ in cells], pa.string()), kinds)
    alone = [RawColumn(pa.array([text], pa.string()), kinds[at : at + 1]) for at, (text, _) in enumerate(cells)]

    together = read_column(whole, FIELDS[name], ColumnContext())
    singly = [read_column(one, FIELDS[name], ColumnContext()) for one in alone]

    assert together.values.to_pylist() == [one.values[0].as_py() for one in singly]
    assert [together.change_sets[at] for at in together.changes] == [one.change_sets[one.changes[0]] for one in singly]
