"""A number that ends in 000 by nature is not cut off, in whoever's row it stands."""

from datetime import date, timedelta

import pytest
from ledgers import DAUGHTER, SON, Ledgers, changed, everywhere, family, identity_rules, number

VILLAGE = 3


def born_for_zeros():
    """A day whose woman with the order 100 has a number ending in 000."""
    days = (date(1984, 1, 1) + timedelta(days=after) for after in range(400))
    return next(day for day in days if number(VILLAGE, DAUGHTER, born=day, order=100).endswith("000"))


BORN = born_for_zeros()
ROUND = number(VILLAGE, DAUGHTER, born=BORN, order=100)


def said(tmp_path, ledger_of, without=()):
    """Codes of every finding in the village. ledger_of: the family → the rows of one ledger; without: ledgers that lack it."""
    rows = changed(family(VILLAGE), DAUGHTER, id_no=ROUND, birth_date=BORN)
    told = everywhere(rows) | {"ledger": ledger_of(rows)}
    elsewhere = everywhere(family(VILLAGE + 1))
    told = {source: elsewhere[source] + ([] if source in without else mine) for source, mine in told.items()}
    swept = Ledgers(tmp_path).deliver(told).sweep(rules=identity_rules())
    return {one["rule"]: set(one["kinds"]) for one in swept.of(VILLAGE)}


def exchanged(rows):
    return changed(changed(rows, SON, id_no=ROUND), DAUGHTER, id_no=number(VILLAGE, SON))


@pytest.mark.parametrize("without", [(), ("app", "city")])
def test_two_exchanged_numbers_are_not_called_cut_off(tmp_path, without):
    found = said(tmp_path, exchanged, without)

    assert "PR-SWAP" in found
    assert not any("ID-EXCEL-TRUNC" in kinds for kinds in found.values())


def test_a_number_that_one_ledger_alone_has_is_called_cut_off(tmp_path):
    found = said(tmp_path, lambda rows: changed(rows, DAUGHTER, id_no=number(VILLAGE, DAUGHTER, born=BORN, order=102)))

    assert not any("ID-EXCEL-TRUNC" in kinds for kinds in found.values()), "three have it"

    alone = said(tmp_path / "alone", list, ("app", "city", "national"))
    assert any("ID-EXCEL-TRUNC" in kinds for kinds in alone.values())
