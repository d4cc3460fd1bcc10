"""The document of the sample names everything that is planted."""

from pathlib import Path

import pytest

from taizhang.sample.planning import all_makers, rates_table

DOCUMENT = Path(__file__).parents[3] / "docs/developer/sample-county.md"


@pytest.mark.parametrize("kind", sorted(all_makers()))
def test_every_planted_kind_is_documented(kind):
    assert f"`{kind}`" in DOCUMENT.read_text(encoding="utf-8")


def test_the_table_of_rates_is_the_one_in_force():
    assert rates_table() in DOCUMENT.read_text(encoding="utf-8")
