"""How two numbers of one person differ."""

from datetime import date

import pyarrow as pa
import pytest

from taizhang.identity.numbers import compare_number_pairs, compare_numbers, parse_id

TRUTH = "612323190001010013"


def read(text, *, numeric=False):
    return parse_id(text, numeric=numeric, as_of=date(2020, 2, 19), max_age=200)


@pytest.mark.parametrize(
    ("other", "code", "positions"),
    [
        (TRUTH, "equal", ()),
        ("６12323190001010013", "equal", ()),
        ("612323000101001", "XS-ID-15-18", ()),
        ("61232319000101001342", "XS-ID-DISABILITY", ()),
        ("G612323190001010013", "XS-ID-STUDENT", ()),
        ("612323190001010000", "XS-ID-EXCEL", (17, 18)),
        ("6.12323E+17", "XS-ID-EXCEL", ()),
        ("612323190001070013", "XS-ID-SUBST", (14,)),
        ("612323190001010031", "XS-ID-TRANSPOSE", (17, 18)),
        ("612332190001010013", "XS-ID-TRANSPOSE", (5, 6)),
        ("602323190011010013", "XS-ID-JUMP", (2, 11)),
        ("61232319000101013", "XS-ID-INDEL", (15,)),
        ("6123231900010100133", "XS-ID-INDEL", (18,)),
        ("612323198812240013", "XS-ID-BIRTH", (9, 10, 11, 12, 13, 14)),
        ("110101190001010013", "XS-ID-REGION", (1, 3, 4, 5, 6)),
        ("612323190001018785", "XS-ID-SEQ", (15, 16, 17, 18)),
        ("110101198812248785", "XS-ID-DISJOINT", (1, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)),
        ("", "absent", ()),
        (None, "absent", ()),
        ("999999190001010015", "absent", ()),
        ("612323190001010013/110101198812248785", "absent", ()),
    ],
)
def test_a_difference_has_one_name_whichever_side_it_is_seen_from(other, code, positions):
    forth, back = compare_numbers(read(TRUTH), read(other)), compare_numbers(read(other), read(TRUTH))

    assert (forth.code, forth.positions) == (code, positions)
    assert back == forth


def test_a_damaged_numeric_cell_is_never_compared_by_its_digits():
    assert compare_numbers(read(TRUTH), read("612323190001010048", numeric=True)).code == "XS-ID-EXCEL"
    assert compare_numbers(read(None), read("612323190001010048", numeric=True)).code == "absent"


def test_other_explanations_are_kept():
    assert compare_numbers(read(TRUTH), read("612323190001070013")).also == ("XS-ID-BIRTH",)


def test_pairs_are_compared_row_by_row():
    a = pa.array([TRUTH, TRUTH, None, TRUTH], pa.string())
    b = pa.array([TRUTH, "612323190001070013", TRUTH, "612323190001070013"], pa.string())

    codes, places = compare_number_pairs(a, b)

    assert codes.to_pylist() == ["equal", "XS-ID-SUBST|XS-ID-BIRTH", "absent", "XS-ID-SUBST|XS-ID-BIRTH"]
    assert places.to_pylist() == ["", "14", "", "14"]
