"""One cell of an ID column, read completely. All numbers are synthetic: births of 1900, impossible dates, reserved prefixes."""

from datetime import date

import numpy as np
import pytest

from taizhang.identity.numbers import (
    IdKind,
    check_digit,
    from_key,
    from_keys,
    id_key,
    mask_number,
    parse_id,
    repair_candidates,
    to_18,
)

AS_OF = date(2020, 2, 19)


def parse(text, **other):
    return parse_id(text, as_of=AS_OF, max_age=other.pop("max_age", 200), **other)


def defects(text, **other):
    return {str(defect) for defect in parse(text, **other).defects}


@pytest.mark.parametrize(
    ("text", "kind", "core18", "expected"),
    [
        ("612323190001010013", "citizen", "612323190001010013", set()),
        ("612323190001010021", "citizen", "612323190001010021", set()),
        ("61232319000101003X", "citizen", "61232319000101003X", set()),
        ("61232319000101003x", "citizen", "61232319000101003X", {"ID-LOWER-X"}),
        ("６１２３２３１９０００１０１００１３", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("'612323190001010013\t", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ('="612323190001010013"', "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("612323 19000101 0013", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("61232319000101003Х", "citizen", "61232319000101003X", {"ID-FORMAT-NOISE"}),
        ("612323000101001", "citizen_15", "612323190001010013", {"ID-15"}),
        ("612323000101997", "citizen_15", to_18("612323000101997"), {"ID-15", "ID-SEQ-RESERVED"}),
        ("61232300010100X", "unknown", None, {"ID-CHARSET"}),
        ("612323190001010031", "citizen", "612323190001010031", {"ID-CHECKSUM"}),
        ("612332190001010013", "citizen", "612332190001010013", {"ID-CHECKSUM", "ID-REGION-UNKNOWN"}),
        ("612323190001020000", "citizen", "612323190001020000", {"ID-EXCEL-TRUNC", "ID-SEQ-RESERVED"}),
        ("612323190013010010", "citizen", "612323190013010010", {"ID-BIRTH-INVALID"}),
        ("612323209912310014", "citizen", "612323209912310014", {"ID-BIRTH-FUTURE", "ID-REGION-ANACHRONISM"}),
        ("999999190001010015", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("111111111111111111", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("123456789012345678", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("810000190001010018", "hmt_permit", "810000190001010018", {"ID-HMT-PERMIT"}),
        ("820000190001010028", "hmt_permit", "820000190001010028", {"ID-HMT-PERMIT"}),
        ("830000190001010011", "hmt_permit", "830000190001010011", {"ID-HMT-PERMIT"}),
        ("911000190001010012", "foreign_2023", "911000190001010012", {"ID-FOREIGN-CARD"}),
        ("ABC110000010101", "foreign_2017", None, {"ID-FOREIGN-CARD"}),
        ("61232319000101001342", "disability", "612323190001010013", set()),
        ("61232319000101001382", "disability", "612323190001010013", {"ID-DISABILITY-CLASS"}),
        ("61232319000101001349", "disability", "612323190001010013", {"ID-DISABILITY-LEVEL"}),
        ("61232319000101003142", "disability", "612323190001010031", {"ID-CHECKSUM-DISABILITY"}),
        ("61232319000101001342B1", "disability", "612323190001010013", set()),
        ("61232319000101001342C1", "disability", "612323190001010013", {"ID-DISABILITY-SUFFIX"}),
        ("G612323190001010013", "student", "612323190001010013", {"ID-STUDENT-NO"}),
        ("6.12323E+17", "scientific", None, {"ID-SCIENTIFIC"}),
        ("61232319000101001", "unknown", None, {"ID-LENGTH"}),
        ("6123231900010100133", "unknown", None, {"ID-LENGTH"}),
        ("61232319OOO1O1OO13", "unknown", None, {"ID-CHARSET"}),
        ("612323190001010013/612323190001010021", "unknown", None, {"ID-TWO-IN-CELL"}),
        ("612323190001010013\n612323190001010021", "unknown", None, {"ID-TWO-IN-CELL"}),
        ("612323190001010013 612323190001010021", "unknown", None, {"ID-TWO-IN-CELL"}),
        ("612323190001010013（61232319000101001342）", "unknown", None, {"ID-TWO-IN-CELL"}),
        ("'=\"612323190001010013\"", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("“612323-19000101-0013”", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("612323190001010013.0", "citizen", "612323190001010013", {"ID-FORMAT-NOISE"}),
        ("6123231900010l0013", "unknown", None, {"ID-CHARSET"}),
        ("61232319000101003x42", "disability", "61232319000101003X", {"ID-LOWER-X"}),
        ("61232319001301001042", "disability", "612323190013010010", {"ID-BIRTH-INVALID"}),
        ("991000190001010018", "foreign_2023", "991000190001010018", {"ID-CHECKSUM", "ID-FOREIGN-CARD"}),
        ("ABC110099123101", "foreign_2017", None, {"ID-FOREIGN-CARD"}),
        ("ABC110000000001", "foreign_2017", None, {"ID-BIRTH-INVALID", "ID-FOREIGN-CARD"}),
        ("E12345678", "passport", None, set()),
        ("H1234567890", "passport", None, set()),
        ("南字第12345678号", "officer", None, set()),
        ("张三12345", "unknown", None, {"ID-CHARSET", "ID-LENGTH"}),
        ("612323190001010000", "citizen", "612323190001010000", {"ID-CHECKSUM", "ID-EXCEL-TRUNC", "ID-SEQ-RESERVED"}),
        ("612323000000000001", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("612323000000001", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("000000000000000000", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("无身份证", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("未上户", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("补办中", "placeholder", None, {"ID-PLACEHOLDER"}),
        ("612332999913990011", "citizen", "612332999913990011",
         {"ID-CHECKSUM", "ID-BIRTH-INVALID", "ID-REGION-UNKNOWN"}),
        ("710000190001010014", "citizen", "710000190001010014", {"ID-REGION-UNKNOWN"}),
        ("无", "empty", None, {"ID-MISSING"}),
        ("—", "empty", None, {"ID-MISSING"}),
        ("", "empty", None, {"ID-MISSING"}),
        ("　", "empty", None, {"ID-MISSING"}),
        (None, "empty", None, {"ID-MISSING"}),
    ],
)  # fmt: skip
def test_a_cell_is_read_completely(text, kind, core18, expected):
    read = parse(text)

    assert (read.kind, read.core18) == (IdKind(kind), core18)
    assert {str(d) for d in read.defects} - {"ID-REGION-ANACHRONISM"} == expected - {"ID-REGION-ANACHRONISM"}


def test_a_number_tells_birth_sex_and_place():
    read = parse("612323190001010021")

    assert (read.birth, read.sex, read.area, read.valid) == (date(1900, 1, 1), "女", "612323", True)


def test_digits_of_a_damaged_numeric_cell_are_never_kept():
    read = parse("612323190001010048", numeric=True)

    assert {str(d) for d in read.defects} == {"ID-EXCEL-NUMERIC"}
    assert (read.text, read.core18, read.key) == (None, None, None)


def test_a_15_digit_number_survives_a_numeric_cell():
    assert parse("612323000101001", numeric=True).core18 == "612323190001010013"


def test_great_age_is_told_only_above_the_limit():
    assert "ID-BIRTH-ANCIENT" in defects("612323190001010013", max_age=119)
    assert "ID-BIRTH-ANCIENT" not in defects("612323190001010013", max_age=120)


@pytest.mark.parametrize(("text", "told"), [("61072319000101001", "610723"), ("61232320000101001", "612323")])
def test_a_division_younger_or_older_than_its_holder_is_only_noted(text, told):
    read = parse(text + check_digit(text))

    assert read.valid
    assert read.area == told
    assert [str(d) for d in read.defects] == ["ID-REGION-ANACHRONISM"]


def test_a_swap_is_among_the_candidates_of_a_wrong_check():
    found = {repair.core18: repair for repair in repair_candidates(parse("612332190001010013"))}

    assert found["612323190001010013"].reason == "XS-ID-TRANSPOSE"
    assert found["612323190001010013"].positions == (5, 6)


def test_the_rows_own_birth_date_ranks_the_candidates():
    ranked = repair_candidates(parse("612323190001070013"), birth=date(1900, 1, 1), sex="男", local_areas={"612323"})

    assert ranked[0].core18 == "612323190001010013"


def test_a_lost_digit_is_found_by_inserting_one():
    assert "612323190001010013" in {r.core18 for r in repair_candidates(parse("61232319000101013"), limit=99)}


def test_a_truncated_number_keeps_the_truth_among_its_candidates():
    ranked = repair_candidates(parse("612323190001010000"), birth=date(1900, 1, 1), sex="男", limit=200)

    assert "612323190001010013" in {r.core18 for r in ranked if r.reason == "XS-ID-EXCEL"}


def test_a_sound_number_needs_no_repair():
    assert repair_candidates(parse("612323190001010013")) == ()


def test_keys_order_like_numbers_and_come_back():
    numbers = ["61232319000101003X", "612323190001010013", "610723190001010015"]

    assert [from_key(id_key(n)) for n in numbers] == numbers
    assert from_keys(np.array([id_key(n) for n in numbers])).to_pylist() == numbers
    assert sorted(numbers) == sorted(numbers, key=id_key)


def test_the_mask_shows_the_first_four_only():
    assert mask_number("612323190001010013") == "6123**************"
    assert mask_number(None) == ""


def test_an_exponent_that_lost_nothing_is_written_out():
    read = parse("6.12323000101001E+14", numeric=True)

    assert (read.core18, read.steps) == ("612323190001010013", ("SCI_NUM",))


@pytest.mark.parametrize(
    "text", ["6.1232319000101E+17", "612323190001010048", "6.12323190001010048E17", "6123231900010100"]
)
def test_any_numeric_cell_with_sixteen_digits_is_damaged(text):
    assert defects(text, numeric=True) == {"ID-EXCEL-NUMERIC"}


def test_steps_name_what_was_changed():
    assert parse("'６12323190001010013\t").steps == ("STRIP", "FULLWIDTH", "EXCEL_TEXT")
    assert parse("61232319000101003x").steps == ("UPPER_X",)
    assert parse("612323190001010013").steps == ()


def test_a_county_names_its_own_made_up_series():
    assert parse("612323190001010013", placeholder_prefixes=("612323190001",)).kind is IdKind.PLACEHOLDER
    assert parse("612323190001010013").kind is IdKind.CITIZEN


def test_a_foreigners_card_says_no_sex():
    assert parse("911000190001010012").sex is None
    assert parse("810000190001010018").sex == "男"


def test_two_digits_of_a_certificate_are_class_and_level():
    read = parse("61232319000101001342")

    assert (read.disability_class, read.disability_level, read.valid) == ("4", "2", True)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("612323190001010013", True),
        ("612323190001020000", True),
        ("612323000101001", True),
        ("G612323190001010013", True),
        ("612323190001010031", False),
        ("612323190013010010", False),
        ("612323209912310014", False),
        ("61232319000101001382", False),
        ("999999190001010015", False),
        ("6.12323E+17", False),
    ],
)
def test_validity_is_form_check_and_date_alone(text, valid):
    assert parse(text).valid is valid
