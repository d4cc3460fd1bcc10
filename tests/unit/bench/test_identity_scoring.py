"""Scores of the identity benchmark count what they say they count."""

import pytest

from identity.answers import Answer, Answers, read_answers
from identity.scoring import calibration_error, coverage_at, is_mended, score
from identity.verdicts import Verdict, Verdicts, read_verdicts
from taizhang.intake.county import load_county
from taizhang.sweep.run import sweep

TRUE_NAME, TRUE_ID = "李秀英", "612323190001010021"


def answer(record=1, *, name_wrong=False, id_wrong=False, causes=(), shared=False, neutral=False):
    said = frozenset(causes)
    return Answer("city", record, 7, name_wrong, id_wrong, said, said, False, neutral, shared, TRUE_NAME, TRUE_ID)


def scored(answers, verdicts, clean=100, shared=frozenset()):
    return score(Answers(answers, clean), Verdicts({"city": verdicts}, shared))


def test_a_complaint_about_a_wrong_record_is_found_and_one_about_a_clean_record_is_a_false_alarm():
    wrong = answer(1, name_wrong=True, causes=["XS-NAME-SHAPE"])
    result = scored([wrong, answer(2)], {1: Verdict(0.9), 2: Verdict(0.9)})

    assert (result.found, result.false_alarms) == (1, 1)
    assert result.f1 == pytest.approx(2 / 3)
    assert result.false_per_million == pytest.approx(10_000)


def test_a_doubt_below_one_half_is_neither():
    wrong = answer(1, name_wrong=True, causes=["XS-NAME-SHAPE"])
    result = scored([wrong, answer(2)], {1: Verdict(0.4), 2: Verdict(0.4)})

    assert (result.found, result.false_alarms, result.wrong) == (0, 0, 1)


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        (Verdict(0.9, name=(TRUE_NAME, 0.9)), True),
        (Verdict(0.9, name=("李秀兰", 0.9)), False),
        (Verdict(0.9, name=(TRUE_NAME, 0.9), id_no=("612323190001010013", 0.6)), False),
        (Verdict(0.9), False),
    ],
)
def test_a_repair_counts_when_name_and_number_are_both_right_after_it(said, mended):
    wrong = answer(name_wrong=True, causes=["XS-NAME-SHAPE"])

    assert is_mended(wrong, said) is mended


def test_an_old_number_is_mended_by_its_18_digits_alone():
    wrong = answer(id_wrong=True, causes=["ID-15"])

    assert is_mended(wrong, Verdict(1.0, id_no=(wrong.id_no, 0.9)))
    assert not is_mended(wrong, Verdict(1.0))


def test_a_cause_said_where_it_is_not_lowers_the_score_of_that_cause():
    wrong = answer(name_wrong=True, causes=["XS-NAME-SHAPE"])
    right = scored([wrong], {1: Verdict(0.9, kinds={"XS-NAME-SHAPE"})})
    other = scored([wrong], {1: Verdict(0.9, kinds={"XS-NAME-SHAPE", "XS-NAME-ORDER"})})

    assert right.macro_f1 == 1.0
    assert other.causes["XS-NAME-ORDER"].false == 1
    assert right.causes["XS-NAME-ORDER"].false == 0


def test_rows_of_shared_numbers_are_counted_apart():
    result = scored([answer(1, shared=True)], {1: Verdict(0.9)}, shared=frozenset({("city", 1)}))

    assert (result.shared, result.shared_told, result.shared_blamed) == (1, 1, 1)
    assert result.false_alarms == 0


def test_certificates_are_no_false_alarm():
    result = scored([answer(1, id_wrong=True, neutral=True)], {1: Verdict(0.9)})

    assert (result.false_alarms, result.false_neutral, result.wrong) == (0, 1, 0)


def test_calibration_error_is_the_gap_between_said_and_right():
    honest = [(0.75, True)] * 3 + [(0.75, False)]
    boastful = [(0.95, True)] * 3 + [(0.95, False)]

    assert calibration_error(honest) == pytest.approx(0.0)
    assert calibration_error(boastful) == pytest.approx(0.2)


def test_coverage_stops_where_precision_falls():
    pairs = [(0.99, True)] * 8 + [(0.6, False)] * 2

    assert coverage_at(pairs, 0.995, 10) == pytest.approx(0.8)


@pytest.mark.slow
def test_a_sweep_of_a_lake_is_read_record_by_record(lake):
    result = sweep(load_county(lake.county))
    verdicts = read_verdicts(result.folder, lake.folder)
    found = score(read_answers(lake.folder, verdicts), verdicts)

    assert found.precision > 0.85
    assert found.recall > 0.8
    assert found.causes["XS-ID-SUBST"].told > 0.9 * found.causes["XS-ID-SUBST"].planted
