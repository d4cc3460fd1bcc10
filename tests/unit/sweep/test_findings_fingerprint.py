"""The identity of a finding and its short form for paper."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.sweep.findings.fingerprint import ALPHABET, finding_id, is_short_id, short_id, value_digest

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

    assert len(short) == 11
    assert is_short_id(short)
    assert is_short_id(f" {short.lower()} ")


@given(full_ids, st.integers(0, 9), st.integers(1, 31))
def test_one_mistyped_character_is_noticed(full, place, shift):
    short = short_id(full)
    other = ALPHABET[(ALPHABET.index(short[place]) + shift) % 32]

    assert not is_short_id(short[:place] + other + short[place + 1 :])


@given(full_ids, st.integers(0, 8))
def test_two_neighbouring_characters_typed_the_wrong_way_round_are_noticed(full, place):
    short = short_id(full)
    crossed = short[:place] + short[place + 1] + short[place] + short[place + 2 :]

    assert is_short_id(crossed) == (crossed == short)


@pytest.mark.parametrize("text", ["", "0", "0000000000", "000000000000", "!!!!!!!!!!!", "00000000001"])
def test_what_is_no_short_form_is_refused(text):
    assert not is_short_id(text)


def test_value_digest_changes_with_a_value_and_holds_none():
    before = value_digest([("ledger", "name", "张伟")])

    assert value_digest([("ledger", "name", "张玮")]) != before
    assert value_digest([("ledger", "name", "张伟")]) == before
    assert "张" not in before
