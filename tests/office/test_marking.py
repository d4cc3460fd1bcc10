"""Values side by side: what differs is marked, and a number is masked whether it differs or not."""

import re

import pytest

from officesweeps import number_of
from taizhang.office.findings.selectors.marking import hidden, marked, places_apart, reference


def test_the_character_that_differs_is_marked_with_its_readings():
    shown = marked("name", "王建君", "王建军")

    assert shown.text == '王建<mark class="differs">君</mark>'
    assert (shown.odd, shown.note) == (True, "君 jun1")


def test_equal_names_are_not_marked():
    shown = marked("name", "王建军", "王建军")

    assert (shown.text, shown.odd, shown.note) == ("王建军", False, "")


def test_a_differing_digit_shows_its_place_and_not_itself():
    right = number_of(1)
    wrong = right[:-2] + ("0" if right[-2] != "0" else "1") + right[-1]

    shown = marked("id_no", wrong, right)

    assert shown.text == "6123" + "*" * 12 + '<mark class="differs">*</mark>*'

    assert shown.note == "第17位不同"


def test_a_missing_character_leaves_a_marked_gap_that_is_no_text():
    shown = marked("name", "王军", "王建军")

    assert re.sub(r"<mark[^>]*></mark>", "·", shown.text) == "王·军"
    assert re.sub(r"<mark[^>]*></mark>", "·", marked("name", "王建", "王建军").text) == "王建·"
    assert "<mark" not in marked("name", "王建军", "王建军").text


def test_a_revealed_number_is_whole():
    assert marked("id_no", number_of(1), number_of(1), in_full=True).text == number_of(1)


def test_markup_in_a_cell_stays_text():
    assert "<b>" not in marked("name", "<b>王</b>", "王").text


@pytest.mark.parametrize(
    ("value", "other", "apart"),
    [("王建军", "王建军", set()), ("王建", "王建军", set()), ("王小建军", "王建军", {1}), ("", "王", set())],
)
def test_places_apart(value, other, apart):
    assert places_apart(value, other) == apart


@pytest.mark.parametrize("field", ["id_no", "head_id_no", "extra_text"])
def test_no_field_lets_a_whole_number_through(field):
    assert number_of(1) not in hidden(field, number_of(1))


def test_most_say_what_is_common():
    assert reference(["王建君", "王建军", "王建军"]) == "王建军"
