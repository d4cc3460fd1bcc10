"""What findings say: a probability claims neither certainty nor impossibility, and what is missing leaves no gap."""

import pytest

from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.texts import filled


@pytest.mark.parametrize(
    ("probability", "told"),
    [(1.0, "99%"), (0.9996, "99%"), (0.985, "98%"), (0.5, "50%"), (0.01, "1%"), (0.0099, "<1%"), (0.0, "<1%")],
)
def test_a_chance_is_never_certain(probability, told):
    assert chance(probability) == told


def test_a_missing_village_goes_with_what_joins_it():
    template = "{name}, household of {household_head}, {village}: numbers differ."

    assert filled(template, {"name": "张三", "household_head": "李四"}) == "张三, household of 李四: numbers differ."
    assert filled(template, {"name": "张三", "household_head": "李四", "village": "甲村"}).endswith(
        "李四, 甲村: numbers differ."
    )
