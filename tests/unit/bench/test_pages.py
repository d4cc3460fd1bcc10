"""A comparison printed anew changes what it printed before, and no remark that somebody wrote beside it."""

import pytest

from run_all import BEGIN, END, TABLES, renewed

STAMP = "Measured 2026-11-28."


def test_a_page_without_remarks_is_what_was_printed():
    assert renewed("", "names", STAMP, "| a |\n") == f"# names\n\n{STAMP}\n\n| a |\n"
    assert renewed("# old\n\n| b |\n", "names", STAMP, "# Names\n\n| a |\n") == f"# Names\n\n{STAMP}\n\n| a |\n"


def test_remarks_above_and_below_the_table_stay():
    before = f"# Names\n\nabove\n\n{BEGIN}\nMeasured before.\n\n| b |\n{END}\n\nbelow\n"

    after = renewed(before, "names", STAMP, "# Names\n\n| a |\n")

    assert after == f"# Names\n\nabove\n\n{BEGIN}\n{STAMP}\n\n| a |\n{END}\n\nbelow\n"


@pytest.mark.parametrize("page", sorted(TABLES.glob("*.md")), ids=lambda page: page.stem)
def test_every_mark_has_its_end(page):
    text = page.read_text("utf-8")

    assert text.count(BEGIN) == text.count(END) <= 1
    assert text.find(BEGIN) <= text.find(END)
