"""Which values somebody at a door may propose, and how they are written."""

from datetime import date

import pytest

from taizhang.office.casework.errors import BadValue
from taizhang.office.casework.services.values import shown_value, sound_value

DAY = date(2020, 2, 19)


@pytest.mark.parametrize("text", ["2020-02", "2020年2月", "2020.2", "202002", " 2020-02 ", "2020-02-15"])
def test_a_month_is_taken_however_it_is_written_and_shown_without_a_day(text):
    value = sound_value("start_month", text, DAY)

    assert value == "2020-02-01"
    assert shown_value("start_month", value) == "2020-02"


@pytest.mark.parametrize("text", ["1988-07-03", "1988年7月3日", "19880703", "1988/7/3"])
def test_a_date_is_taken_however_it_is_written(text):
    assert sound_value("birth_date", text, DAY) == "1988-07-03"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("start_month", "二月"), ("start_month", "2020-13"), ("start_month", "2020"),
        ("birth_date", "2020-02"), ("birth_date", "2020年2月"), ("birth_date", "1988-02-30"), ("birth_date", "不详"),
    ],
)  # fmt: skip
def test_what_is_no_month_or_no_date_is_refused(field, text):
    with pytest.raises(BadValue):
        sound_value(field, text, DAY)
