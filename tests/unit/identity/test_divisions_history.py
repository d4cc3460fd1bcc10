"""Division codes that are, and that were."""

import pytest

from taizhang.identity.divisions import DivisionHistory

HISTORY = DivisionHistory.packaged()


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("612323", 1995, True),
        ("612323", 1996, False),
        ("610723", 1995, False),
        ("610723", 1996, True),
        ("610723", 2020, True),
    ],
)
def test_a_county_has_one_code_up_to_1995_and_another_from_1996(code, year, expected):
    assert HISTORY.existed_in(code, year) is expected


def test_abolished_codes_are_known_and_invented_ones_are_not():
    assert HISTORY.ever_existed("612323")
    assert not HISTORY.ever_existed("612332")
    assert len(HISTORY.codes) > 6_734


def test_a_code_given_twice_has_a_gap_between_its_spells():
    text = "code\tname\tfirst_year\tlast_year\n100101\t甲县\t1950\t1960\n100101\t甲县\t1970\t\n"

    history = DivisionHistory.from_tsv(text)

    assert [history.existed_in("100101", year) for year in (1949, 1955, 1965, 2020)] == [False, True, False, True]


def test_no_spell_of_the_packaged_table_ends_before_it_begins():
    spells = [spell for code in HISTORY.codes for spell in HISTORY.spells(code)]

    assert all((spell.first_year or 0) <= (spell.last_year or 9999) for spell in spells)


def test_a_code_that_never_existed_has_no_spells():
    assert [spell.name for spell in HISTORY.spells("612323")] == ["洋县"]
    assert HISTORY.spells("612332") == ()
