"""The identity of a finding and its short form for paper."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.sweep.findings.fingerprint import ALPHABET, finding_id, read_short_id, short_id, value_digest

SAME = ("XS-NAME-HOMOPHONE", "1", "person", "17", ("name", "id_no"), "ledger")
full_ids = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_identity_does_not_depend_on_the_order_of_fields():
    first = finding_id(*SAME)

    second = finding_id("XS-NAME-HOMOPHONE", "1", "person", "17", ("id_no", "name"), "ledger")

    assert first == second
    assert re.fullmatch("[0-9a-f]{32}", first)


@pytest.mark.parametrize("place", range(6))
def test_identity_depends_on_every_part(place):
    changed = list(SAME)
    changed[place] = ("name",) if place == 4 else SAME[place] + "0"

    assert finding_id(*changed) != finding_id(*SAME)


@given(full_ids)
def test_short_form_is_accepted_back(full):
    short = short_id(full)

    assert re.fullmatch(f"[{ALPHABET}]{{11}}", short)
    assert read_short_id(short) == short
    assert read_short_id(f" {short.lower()} ") == short


@given(full_ids)
def test_letters_that_look_like_digits_are_read_as_those(full):
    short = short_id(full)

    assert read_short_id(short.replace("0", "O").replace("1", "l")) == short


@given(full_ids, st.integers(0, 10), st.integers(1, 31))
def test_one_mistyped_character_is_noticed(full, place, shift):
    short = short_id(full)
    other = ALPHABET[(ALPHABET.index(short[place]) + shift) % 32]

    assert read_short_id(short[:place] + other + short[place + 1 :]) is None


@given(full_ids, st.permutations(range(11)))
def test_two_characters_typed_in_each_other_s_place_are_noticed(full, places):
    short = short_id(full)
    first, second = places[:2]
    crossed = list(short)
    crossed[first], crossed[second] = short[second], short[first]

    assert (read_short_id("".join(crossed)) is None) == (short[first] != short[second])


@pytest.mark.parametrize("text", ["", "0", "0000000000", "000000000000", "!!!!!!!!!!!", "00000000001", "0000000000*"])
def test_what_is_no_short_form_is_refused(text):
    assert read_short_id(text) is None


def test_value_digest_changes_with_a_value_and_holds_none():
    before = value_digest([("ledger", "name", "张伟")])

    assert value_digest([("ledger", "name", "张玮")]) != before
    assert value_digest([("ledger", "name", "张伟")]) == before
    assert "张" not in before
