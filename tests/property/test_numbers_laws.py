"""Laws of ID numbers, against a slow reference of their own and against other people's libraries."""

import string
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from id_validator import validator
from stdnum.cn import ric

from taizhang.identity.numbers import (
    DOUBLE,
    SIXTEEN,
    TYPED,
    check_digit,
    compare_number_pairs,
    compare_texts,
    from_key,
    id_key,
    indel_candidates,
    parse_id,
    parse_ids,
    syndrome_candidates,
    to_18,
    undamaged,
    valid_keys,
)

AS_OF = date(2020, 2, 19)
BODIES = st.from_regex(
    r"(610723|612323|110101)(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
)
NUMBERS = BODIES.map(lambda body: body + check_digit(body))
ODD_TEXTS = st.one_of(
    st.text(alphabet=string.digits + "xX /'=\"OlI.E+０１２Ｘ不详张·\n\u200b", max_size=24),
    NUMBERS.flatmap(
        lambda n: st.sampled_from(
            [n[:17], n + "1", n[:15] + "000", n.lower(), f"G{n}", n + "42", n + "42B1", f" {n}", n[:6] + n[8:17]]
        )
    ),
    NUMBERS,
    st.none(),
)


def reference_check(body):
    """ISO 7064 MOD 11-2 by its recursive definition, which shares nothing with weights or tables."""
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


@given(BODIES)
def test_the_check_digit_is_that_of_the_recursive_definition(body):
    assert check_digit(body) == reference_check(body)


@given(BODIES, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_goes_unseen(body, at, shift):
    wrong = body[:at] + str((int(body[at]) + shift) % 10) + body[at + 1 :]

    assert check_digit(wrong) != check_digit(body)


@given(NUMBERS)
def test_python_stdnum_finds_the_same_check_digit(number):
    assert ric.calc_check_digit(number) == number[17]


@settings(max_examples=25, deadline=None)  # the oracle rebuilds its tables at every call
@given(NUMBERS)
def test_id_validator_accepts_what_is_valid(number):
    # It refuses births after its own clock, accepts any place of any time; see the division tests for the difference.
    read = parse_id(number, as_of=AS_OF)

    assert (
        not read.valid
        or validator.is_valid(number)
        or read.area not in {"612323", "610723", "110101"}
        or number[14:17] == "000"
    )


@given(ODD_TEXTS, st.booleans())
def test_no_text_raises_and_parsing_its_own_text_again_changes_nothing(text, numeric):
    read = parse_id(text, numeric=numeric, as_of=AS_OF)
    again = parse_id(read.text, as_of=AS_OF)

    assert read.text is None or (again.kind, again.core18, again.valid) == (read.kind, read.core18, read.valid)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ODD_TEXTS, st.booleans()), max_size=12))
def test_the_columnar_form_agrees_with_the_scalar_form(cells):
    texts, numeric = pa.array([text for text, _ in cells], pa.string()), np.array([n for _, n in cells], dtype=bool)

    columns = parse_ids(texts, numeric, as_of=AS_OF)
    scalar = [parse_id(text, numeric=n, as_of=AS_OF) for text, n in cells]

    assert columns.kind.to_pylist() == [p.kind.value for p in scalar]
    assert columns.text.to_pylist() == [p.text for p in scalar]
    assert columns.core18.to_pylist() == [p.core18 for p in scalar]
    assert columns.key.to_pylist() == [p.key for p in scalar]
    assert columns.ok.to_pylist() == [p.valid for p in scalar]
    assert columns.birth.to_pylist() == [p.birth for p in scalar]
    assert columns.sex.to_pylist() == [p.sex for p in scalar]
    assert columns.area.to_pylist() == [p.area for p in scalar]
    assert columns.defects.to_pylist() == [f"|{'|'.join(sorted(p.defects))}|" if p.defects else None for p in scalar]


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_the_truth_is_among_the_candidates_of_a_substitution(number, at, shift):
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]

    _, keys, _ = syndrome_candidates(np.array([id_key(wrong)]))

    assert number in {from_key(key) for key in keys.tolist()}


@given(NUMBERS, st.integers(0, 15))
def test_the_truth_is_among_the_candidates_of_a_transposition(number, at):
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    _, keys, _ = syndrome_candidates(np.array([id_key(wrong)]))

    assert wrong == number or number in {from_key(key) for key in keys.tolist()}


@given(st.lists(BODIES.flatmap(lambda b: st.sampled_from("0123456789X").map(lambda c: b + c)), min_size=1, max_size=20))
def test_every_syndrome_candidate_has_a_right_check_and_is_one_slip_away(numbers):
    keys = np.array([id_key(n) for n in numbers])

    rows, candidates, _ = syndrome_candidates(keys)

    assert valid_keys(candidates).all()
    assert not valid_keys(keys[rows]).any()
    assert all(
        compare_texts(numbers[r], from_key(c))[0][0] in {"XS-ID-SUBST", "XS-ID-TRANSPOSE", "XS-ID-EXCEL"}
        for r, c in zip(rows, candidates.tolist(), strict=True)
    )


@given(NUMBERS, st.integers(0, 17))
def test_the_truth_is_among_the_candidates_of_a_lost_character(number, at):
    assert number in {found for found, _ in indel_candidates(number[:at] + number[at + 1 :])}


@given(NUMBERS, st.integers(0, 18), st.sampled_from("0123456789"))
def test_the_truth_is_among_the_candidates_of_an_extra_digit(number, at, extra):
    assert number in {found for found, _ in indel_candidates(number[:at] + extra + number[at:])}


@pytest.mark.parametrize("damage", [TYPED, DOUBLE, SIXTEEN], ids=lambda d: d.name)
@settings(max_examples=60)
@given(number=NUMBERS)
def test_a_number_damaged_by_a_numeric_cell_is_among_its_inversions(damage, number):
    assert number.endswith("X") or number in undamaged(damage.apply(int(number)), damage)


@given(NUMBERS)
def test_converting_15_digits_gives_back_the_number_of_the_last_century(number):
    old = number[:6] + number[8:17]

    assert to_18(old)[:8] == number[:6] + "19"
    assert valid_keys(np.array([id_key(to_18(old))])).all()


@given(st.lists(st.tuples(NUMBERS | st.none(), NUMBERS | st.none()), max_size=10))
def test_comparing_pairs_is_symmetric(pairs):
    a, b = pa.array([x for x, _ in pairs], pa.string()), pa.array([y for _, y in pairs], pa.string())

    assert compare_number_pairs(a, b)[0].to_pylist() == compare_number_pairs(b, a)[0].to_pylist()
