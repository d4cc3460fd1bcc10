"""What findings say: a probability claims neither certainty nor impossibility, and what is missing leaves no gap."""

from dataclasses import fields

import pytest

from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.places import Place
from taizhang.sweep.findings.texts import filled, with_household
from taizhang.sweep.rules.messages import HEAD_UNKNOWN


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


def row(**cells):
    """A row as a finding shows it, blank but for the cells told."""
    return Place(**{field.name: cells.get(field.name) for field in fields(Place)})


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (row(household_no="6107231030001", name="赵建国"), "编号6107231030001户钱芳：性别不符。"),
        (row(household_no="TEMP-1", name="赵建国"), "成员赵建国户钱芳：性别不符。"),
        (row(household_no="TEMP-1", name="钱芳"), "户主不明户钱芳：性别不符。"),
        (row(), "户主不明户钱芳：性别不符。"),
        (None, "户主不明户钱芳：性别不符。"),
    ],
)
def test_a_household_without_a_known_head_goes_by_its_number_or_by_another_member(place, told):
    assert with_household(f"{HEAD_UNKNOWN}户钱芳：性别不符。", "zh", place) == told


def test_a_household_whose_head_is_told_keeps_its_message():
    assert with_household("李四户钱芳：性别不符。", "zh", row(household_no="6107231030001")) == "李四户钱芳：性别不符。"
