"""Laws of ID numbers, against a slow reference of their own and against other people's libraries."""

import string
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from id_validator import validator
from stdnum.cn import ric

from taizhang.identity.divisions import DivisionHistory
from taizhang.identity.numbers import (
    DOUBLE,
    SIXTEEN,
    TYPED,
    check_digit,
    compare_number_pairs,
    compare_numbers,
    compare_texts,
    from_key,
    id_key,
    indel_candidates,
    indel_keys,
    parse_id,
    parse_ids,
    repair_candidates,
    syndrome_candidates,
    to_18,
    undamaged,
    valid_keys,
)
from taizhang.identity.numbers.lexical import normalise_number

AS_OF = date(2020, 2, 19)
BODIES = st.from_regex(
    r"(610723|612323|110101)(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
)
NUMBERS = BODIES.map(lambda body: body + check_digit(body))
EDGES = st.builds(
    "{}{}{}".format,
    st.sampled_from(sorted(DivisionHistory.packaged().codes)) | st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"(0000|1111|1899|19[0-9]{2}|20[0-2][0-9]|9999)(0[0-9]|1[0-3])[0-3][0-9]", fullmatch=True),
    st.from_regex(r"(000|99[5-9]|[0-9]{3})[0-9X]", fullmatch=True),
)
"""Well-formed numbers at the edges: any division, odd years, days that do not exist, reserved sequences."""
ODD_TEXTS = st.one_of(
    EDGES,
    st.text(alphabet=string.digits + "xX /'=\"OlI.E+０１２Ｘ不详张·\n\u200b", max_size=24),
    NUMBERS.flatmap(
        lambda n: st.sampled_from(
            [
                n[:17],
                n + "1",
                n[:15] + "000",
                n.lower(),
                f"'{n}\t",
                f'="{n}"',
                f"\u3000{n}\u00a0",
                f"\ufeff{n}\r\n",
                f"{n}\x00",
                f"{n[0]}.{n[1:13]}E+17",
                f"{n[0]}.{n[1:]}e17",
                f"G{n}",
                n + "42",
                n + "42B1",
                f" {n}",
                n[:6] + n[8:17],
            ]
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


def valid(body):
    return body + reference_check(body)


def reference_validity(number):
    """Check, date and not-in-the-future, by ways of its own: a calendar string instead of numbers."""
    if number.startswith(("999999", "123456")) or len(set(number[6:14])) == 1:
        return False
    try:
        born = datetime.strptime(number[6:14], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return number[17] == reference_check(number[:17]) and f"{born:%Y%m%d}" <= f"{AS_OF:%Y%m%d}"


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
    assert not parse_id(number, as_of=AS_OF).valid or validator.is_valid(number)


@given(
    st.sampled_from(sorted(DivisionHistory.packaged().codes)), st.dates(date(1900, 1, 1), AS_OF), st.integers(0, 999)
)
def test_python_stdnum_never_accepts_what_is_invalid_up_to_its_own_clock(area, birth, sequence):
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"

    assert parse_id(body + check_digit(body), as_of=AS_OF).valid
    assert not ric.is_valid(body + "0123456789X"[("0123456789X".index(check_digit(body)) + 1) % 11])


@pytest.mark.parametrize(
    ("number", "ours", "theirs"),
    [
        (valid("61072319000101001"), True, False),  # first registered after the code of that time was replaced
        (valid("61232320000101001"), True, False),
        (valid("81000019000101001"), True, False),  # permits of 2018
        (valid("91100019000101001"), True, False),  # cards of 2023
        (valid("61072320991231001"), False, True),  # born in 2099
    ],
)
def test_where_python_stdnum_is_known_to_err(number, ours, theirs):
    assert parse_id(number, as_of=AS_OF).valid is ours
    assert ric.is_valid(number) is theirs


@pytest.mark.parametrize(
    ("number", "told", "theirs"),
    [
        (valid("61232318500101001"), "ID-BIRTH-ANCIENT", True),  # it takes a birth of 1850
        (valid("91100019000101001"), "ID-FOREIGN-CARD", False),  # it does not know the cards of 2023
    ],
)
def test_where_id_validator_is_known_to_err(number, told, theirs):
    assert told in parse_id(number, as_of=AS_OF).defects
    assert validator.is_valid(number) is theirs


def test_15_characters_ending_in_x_pass_and_then_raise_in_id_validator_and_neither_here():
    assert validator.is_valid("61232300010100X")
    with pytest.raises(ValueError, match="invalid literal"):
        validator.upgrade_id("61232300010100X")

    assert parse_id("61232300010100X").defects == ("ID-CHARSET",)


@settings(max_examples=400)
@given(st.from_regex(r"[0-9]{6}(1[89]|20|99)[0-9]{2}[01][0-9][0-3][0-9]{4}", fullmatch=True), st.booleans())
def test_an_18_character_number_is_judged_as_the_slow_reference_judges_it(body, right):
    number = body[:17] + (reference_check(body[:17]) if right else "0")

    read = parse_id(number, as_of=AS_OF)

    assert read.valid is reference_validity(number)
    assert read.core18 is None or from_key(read.key) == number


@given(ODD_TEXTS.filter(lambda text: text is not None))
def test_normalising_twice_is_normalising_once(text):
    once, _ = normalise_number(text)

    assert normalise_number(once) == (once, ())


@settings(max_examples=300)
@given(st.text(max_size=30), st.booleans())
def test_nothing_that_can_be_written_raises(text, numeric):
    read = parse_id(text, numeric=numeric, as_of=AS_OF)

    assert compare_numbers(read, parse_id("612323190001010013")).code
    assert isinstance(repair_candidates(read, birth=AS_OF, sex="男", raw=text, as_of=AS_OF), tuple)


@given(st.lists(NUMBERS | st.none() | st.just("999999190001010015"), max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_a_slice_or_chunks_of_a_column_parse_like_the_column(texts, start, length):
    whole = pa.array(texts, pa.string())

    part = parse_ids(whole.slice(start, length), as_of=AS_OF)
    chunked = parse_ids(pa.chunked_array([whole.slice(0, start), whole.slice(start)]), as_of=AS_OF)

    assert part.key.to_pylist() == [parse_id(text).key for text in texts[start : start + length]]
    assert chunked.defects.to_pylist() == parse_ids(whole, as_of=AS_OF).defects.to_pylist()


@given(NUMBERS, NUMBERS)
def test_two_valid_numbers_never_differ_by_one_slip(a, b):
    assert not {"XS-ID-SUBST", "XS-ID-TRANSPOSE"} & set(compare_texts(a, b)[0])


@given(NUMBERS, st.integers(0, 7))
def test_a_swap_ten_places_apart_escapes_the_check_and_is_named(number, at):
    swapped = list(number)
    swapped[at], swapped[at + 10] = swapped[at + 10], swapped[at]
    other = "".join(swapped)

    assert "X" in other[:17] or valid_keys(np.array([id_key(other)])).all()
    assert other == number or "XS-ID-JUMP" in compare_texts(number, other)[0]


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


@given(st.text("0123", min_size=16, max_size=20), st.integers(0, 15))
def test_a_digit_left_out_is_named_by_the_first_place_it_can_have_stood_at(longer, at):
    shorter = longer[:at] + longer[at + 1 :]
    first = next(place for place in range(len(longer)) if longer[:place] + longer[place + 1 :] == shorter)

    assert compare_texts(longer, shorter) == compare_texts(shorter, longer) == (["XS-ID-INDEL"], (first + 1,))


@given(st.lists(st.tuples(NUMBERS | st.none(), NUMBERS | st.none()), max_size=10))
def test_comparing_pairs_is_symmetric(pairs):
    a, b = pa.array([x for x, _ in pairs], pa.string()), pa.array([y for _, y in pairs], pa.string())

    assert compare_number_pairs(a, b)[0].to_pylist() == compare_number_pairs(b, a)[0].to_pylist()


@settings(max_examples=60)
@given(st.lists(st.text("0123456789X", min_size=16, max_size=20), max_size=4))
def test_lost_and_extra_characters_of_a_column_are_those_of_each(texts):
    rows, keys = indel_keys(texts)

    for place, text in enumerate(texts):
        decoded = {from_key(int(key)) for key in keys[rows == place]}
        assert {number for number, _ in indel_candidates(text)} <= decoded
        assert all(check_digit(number[:17]) == number[17] for number in decoded)
