"""Asking over OSIA: four values, the number never in an address, nothing asked unless configured."""

from datetime import date

import pytest
from ledgers import SON, SPOUSE, name, number
from registers import Register, served

from taizhang.sweep.authority import Answer, make_request
from taizhang.sweep.authority.osia import GIVE_UP_AFTER, AuthorityNotConfigured, OsiaAuthority, ask_all
from taizhang.sweep.authority.requests import Pair

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = date(2020, 3, 1)
KNOWN = Register({number(1, SON): name(1, SON), number(1, SPOUSE): name(1, SPOUSE)})


@pytest.mark.parametrize(
    ("id_no", "said", "answer"),
    [
        (number(1, SON), name(1, SON), Answer.MATCH),
        (number(1, SON), "李四", Answer.MISMATCH),
        (number(2, SON), name(1, SON), Answer.NOT_FOUND),
    ],
)
def test_a_pair_matches_does_not_or_is_not_found(id_no, said, answer):
    with served(KNOWN) as address:
        assert OsiaAuthority(address, "secret").ask(Pair("1", id_no, said)) is answer


def test_the_number_never_stands_in_an_address():
    heard = []
    with served(KNOWN, heard=heard) as address:
        OsiaAuthority(address, "secret").ask(Pair("1", number(1, SON), name(1, SON)))

    assert len(heard) == 2
    assert not any(number(1, SON) in line for line in heard)


@pytest.mark.parametrize("fault", [{"broken": True}, {"bearer": "another"}])
def test_a_service_that_fails_has_not_answered(fault):
    with served(KNOWN, **fault) as address:
        assert OsiaAuthority(address, "secret").ask(Pair("1", number(1, SON), "李四")) is Answer.UNAVAILABLE


def test_a_service_that_is_not_there_has_not_answered():
    with served(KNOWN) as address:
        pass

    assert OsiaAuthority(address, "secret", timeout=2).ask(Pair("1", number(1, SON), "李四")) is Answer.UNAVAILABLE


def test_a_batch_is_given_up_when_nobody_answers(tmp_path):
    pairs = [(number(code, SON), name(code, SON)) for code in range(GIVE_UP_AFTER + 3)]
    request = make_request(tmp_path, pairs, purpose="核实", asked_on=DAY)

    with served(KNOWN, broken=True) as address:
        answers = ask_all(OsiaAuthority(address, "secret"), request, on=DAY)

    assert [one.answer for one in answers] == [Answer.UNAVAILABLE] * GIVE_UP_AFTER


@pytest.mark.parametrize(
    ("address", "bearer"), [("http://police.example", "x"), ("ftp://127.0.0.1", "x"), ("https://police.example", "")]
)
def test_an_open_line_or_a_missing_token_is_refused_before_anything_is_sent(address, bearer):
    with pytest.raises(AuthorityNotConfigured):
        OsiaAuthority(address, bearer)
