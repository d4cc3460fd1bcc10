"""What a damaged number can have been, the likeliest first."""

from datetime import date

import numpy as np
import pytest

from taizhang.identity.numbers import (
    DOUBLE,
    TYPED,
    IdKind,
    parse_id,
    repair_candidates,
    syndrome_candidates,
    undamaged,
    undamaged_any,
)

AS_OF = date(2020, 2, 19)
TRUTH = "612323190001010013"
HOME = {"610723", "612323"}


def candidates(text, *, numeric=False, **other):
    read = parse_id(text, numeric=numeric, as_of=AS_OF, max_age=200)
    return repair_candidates(read, as_of=AS_OF, max_age=200, limit=999, **other)


@pytest.mark.parametrize(
    ("text", "count", "reason", "positions"),
    [
        ("612323190001010031", 11, "XS-ID-TRANSPOSE", (17, 18)),
        ("612332190001010013", 1, "XS-ID-TRANSPOSE", (5, 6)),
        ("612323190001070013", 7, "XS-ID-SUBST", (14,)),
    ],
)
def test_one_slip_leaves_the_published_number_of_local_candidates(text, count, reason, positions):
    local = [repair for repair in candidates(text) if repair.core18[:6] in HOME]

    assert len(local) == count
    assert [(r.reason, r.positions) for r in local if r.core18 == TRUTH] == [(reason, positions)]


def test_local_divisions_rank_but_do_not_exclude():
    anywhere, ranked = candidates("612323190001010031"), candidates("612323190001010031", local_areas=HOME)

    assert {r.core18 for r in anywhere} == {r.core18 for r in ranked}
    assert all(r.core18[:6] in HOME for r in ranked[:11])


def test_a_number_known_elsewhere_decides_and_one_that_another_person_has_falls_back():
    known = candidates("612323190001010031", known={"612323190001010021"})
    taken = candidates("612323190001010031", taken={"612323190001010021"})

    assert known[0].core18 == "612323190001010021"
    assert taken[-1].core18 == "612323190001010021"


def test_births_that_cannot_be_are_no_candidates():
    assert {r.core18[6:10] for r in candidates("612323190001010031")} <= {str(year) for year in range(1820, 2021)}


def test_a_swap_ten_places_apart_is_thought_of_when_check_is_right_and_date_is_not():
    swapped = "012323190061010013"

    assert parse_id(swapped).core18[17] == TRUTH[17]
    assert (TRUTH, "XS-ID-JUMP", (1, 11)) in {(r.core18, r.reason, r.positions) for r in candidates(swapped)}


def test_the_rows_own_birth_date_repairs_an_impossible_one():
    best = candidates("612323190013010010", birth=date(1900, 1, 1))[0]

    assert (best.core18, best.reason) == (TRUTH, "XS-ID-BIRTH")


def test_a_birth_in_the_future_may_be_of_the_last_century():
    assert "612323199912310010"[:17] in {
        r.core18[:17] for r in candidates("612323209912310014") if r.reason == "ID-BIRTH-FUTURE"
    }


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("612323000101001", TRUTH, "XS-ID-15-18"),
        ("G612323190001010013", TRUTH, "XS-ID-STUDENT"),
        ("61232319OOO1O1OO13", TRUTH, "ID-CHARSET"),
        ("6l2323190001010013", TRUTH, "ID-CHARSET"),
        ("(612323190001010013)", TRUTH, "ID-CHARSET"),
        ("612323190001010013/612323190001010021", "612323190001010021", "ID-TWO-IN-CELL"),
        ("61232319000101013", TRUTH, "XS-ID-INDEL"),
        ("6123231900010100113", TRUTH, "XS-ID-INDEL"),
        ("61232319000101003142", TRUTH, "XS-ID-TRANSPOSE"),
        ("612323190001010000", TRUTH, "XS-ID-EXCEL"),
        ("612323190001020000", "612323190001020019", "XS-ID-EXCEL"),
    ],
)
def test_each_kind_of_damage_has_its_candidates(text, expected, reason):
    assert (expected, reason) in {(r.core18, r.reason) for r in candidates(text)}


@pytest.mark.parametrize("text", [TRUTH, "61232319000101001342", "810000190001010018", "", "张三", "H12345678"])
def test_what_is_sound_or_says_nothing_has_none(text):
    assert candidates(text) == ()


def test_a_numeric_cell_is_inverted_from_its_raw_digits():
    found = candidates("612323190001010048", numeric=True, raw="612323190001010048")

    assert TRUTH in {r.core18 for r in found}
    assert candidates("612323190001010048", numeric=True) == ()


def test_a_double_is_inverted_to_the_few_numbers_that_round_to_it():
    found = undamaged(612323190001010048, DOUBLE)

    assert TRUTH in found
    assert all(int(float(int(n))) == 612323190001010048 for n in found)
    assert len(found) < 20 < len(undamaged(612323190001010000, TYPED))


@pytest.mark.parametrize("raw", ["", "张三", "1E999999999", "NaN", "Infinity", "-612323190001010048", "12", "sNaN"])
def test_what_is_no_number_of_18_digits_is_inverted_to_nothing(raw):
    assert undamaged_any(raw) == []


def test_numbers_with_a_right_check_are_not_decoded():
    key = parse_id(TRUTH).key

    rows, keys, codes = syndrome_candidates(np.array([key], dtype=np.int64))

    assert (len(rows), len(keys), len(codes)) == (0, 0, 0)


def test_a_joined_cell_is_told_as_two_numbers():
    read = parse_id(TRUTH + "612323190001010021")

    assert (read.kind, [str(d) for d in read.defects]) == (IdKind.UNKNOWN, ["ID-TWO-IN-CELL"])
