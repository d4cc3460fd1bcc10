"""What the authority says decides what the ledgers could not; it errs at a rate and is believed accordingly."""

from datetime import date, timedelta

import numpy as np
import pytest
from ledgers import SECOND, SON, Ledgers, changed, everywhere, family, identity_rules, number
from registers import Register

from taizhang.identity.names.columnar import name_id
from taizhang.identity.numbers import id_key
from taizhang.sweep.authority import Answer, AuthorityAnswer, keep_answers, make_request, undecided_pairs
from taizhang.sweep.authority.evidence import Field, name_evidence, number_evidence
from taizhang.sweep.history import latest_sweep

DAY = date(2020, 2, 20)
ONE, OTHER = "刘建军", "刘健军"


def two_against_two(*codes):
    """Families in which two ledgers call the son one name and two the other."""
    ledgers = everywhere([row for code in codes for row in family(code, m2=ONE)])
    for source in ("city", "app"):
        for at, _ in enumerate(codes):
            ledgers[source] = changed(ledgers[source], 4 * at + SON, name=OTHER)
    return ledgers


def answers_of(register, pairs, batch="AU-TEST"):
    """What a register says about pairs."""
    return [AuthorityAnswer(id_key(n), name_id(name), register.ask(n, name), DAY, batch) for n, name in pairs]


def test_an_undecided_name_is_asked_about_with_every_candidate(tmp_path):
    county = Ledgers(tmp_path).deliver(two_against_two(1))
    county.sweep(rules=identity_rules())

    pairs = undecided_pairs(county.county.data, latest_sweep(county.county), on=DAY)

    assert set(pairs) == {(number(1, SON), ONE), (number(1, SON), OTHER)}


def test_a_name_that_the_ledgers_decide_is_not_asked_about(tmp_path):
    ledgers = everywhere(family(2, m2="王志刚"))
    county = Ledgers(tmp_path).deliver(ledgers | {"ledger": changed(ledgers["ledger"], SON, name="王志钢")})
    swept = county.sweep(rules=identity_rules())

    assert [one["culprit"] for one in swept.open] == ["ledger"]
    assert undecided_pairs(county.county.data, latest_sweep(county.county), on=DAY) == []


def test_what_was_asked_is_not_asked_again_until_it_is_due(tmp_path):
    county = Ledgers(tmp_path).deliver(two_against_two(1))
    county.sweep(rules=identity_rules())
    data, folder = county.county.data, latest_sweep(county.county)
    request = make_request(data, undecided_pairs(data, folder, on=DAY), purpose="核实", asked_on=DAY)

    assert undecided_pairs(data, folder, on=DAY) == []
    assert len(undecided_pairs(data, folder, on=request.due_on + timedelta(days=1))) == 2


@pytest.mark.parametrize("true", [ONE, OTHER])
def test_the_answer_decides_between_two_and_two(tmp_path, true):
    county = Ledgers(tmp_path).deliver(two_against_two(1))
    county.sweep(rules=identity_rules())
    data = county.county.data
    pairs = undecided_pairs(data, latest_sweep(county.county), on=DAY)

    keep_answers(data, answers_of(Register({number(1, SON): true}), pairs))
    found = [one for one in county.sweep(rules=identity_rules()).of(1) if one["observation"] == "hit"]

    wrong = {"national", "ledger"} if true == OTHER else {"city", "app"}
    assert {one["culprit"] for one in found} == wrong
    assert {one["candidates"][0]["value"] for one in found} == {true}
    assert {one["candidates"][0]["reason"] for one in found} == {"authority"}
    assert all({"AU-MATCH", "AU-MISMATCH"} <= set(one["kinds"]) for one in found)
    assert all(one["rule"].startswith("XS-NAME-") for one in found)


def test_no_answer_changes_nothing(tmp_path):
    county = Ledgers(tmp_path).deliver(two_against_two(1))
    before = county.sweep(rules=identity_rules()).of(1)
    pairs = undecided_pairs(county.county.data, latest_sweep(county.county), on=DAY)
    silent = [
        AuthorityAnswer(a.id_key, a.name_id, Answer.UNAVAILABLE, DAY, "AU-T") for a in answers_of(Register({}), pairs)
    ]

    keep_answers(county.county.data, silent)
    after = county.sweep(rules=identity_rules()).of(1)

    assert [one["candidates"] for one in after] == [one["candidates"] for one in before]
    assert all("AU-UNAVAILABLE" in one["kinds"] for one in after)


@pytest.mark.parametrize("answer", ["AU-MISMATCH", "AU-NOT-FOUND", "AU-DUPLICATE", "AU-DECEASED"])
def test_a_row_all_ledgers_agree_on_is_told_when_the_authority_denies_it(tmp_path, answer):
    county = Ledgers(tmp_path).deliver(everywhere(family(1, m2=ONE)))
    (one,) = answers_of(Register({}), [(number(1, SON), ONE)])
    keep_answers(county.county.data, [AuthorityAnswer(one.id_key, one.name_id, Answer(answer), DAY, "AU-T")])

    found = county.sweep(rules=identity_rules()).of(1)

    assert {one["rule"] for one in found} == {answer}
    assert {one["source"] for one in found} == {"national", "city", "ledger", "app"}


def test_the_twin_says_nothing_where_the_authority_agrees(tmp_path):
    county = Ledgers(tmp_path).deliver(everywhere(family(1, m2=ONE)))
    keep_answers(county.county.data, answers_of(Register({number(1, SON): ONE}), [(number(1, SON), ONE)]))

    assert county.sweep(rules=identity_rules()).of(1) == []


def test_a_finding_told_by_the_authority_goes_when_the_ledger_delivers_the_right_value(tmp_path):
    county = Ledgers(tmp_path).deliver(two_against_two(1))
    county.sweep(rules=identity_rules())
    pairs = undecided_pairs(county.county.data, latest_sweep(county.county), on=DAY)
    keep_answers(county.county.data, answers_of(Register({number(1, SON): ONE}), pairs))
    county.sweep(rules=identity_rules())

    county.deliver(everywhere(family(1, m2=ONE)), SECOND)

    assert county.sweep(rules=identity_rules()).of(1) == []


def test_a_register_that_errs_is_still_worth_asking(tmp_path):
    codes = range(1, 31)
    county = Ledgers(tmp_path).deliver(two_against_two(*codes))
    county.sweep(rules=identity_rules())
    data = county.county.data
    pairs = undecided_pairs(data, latest_sweep(county.county), on=DAY)

    register = Register({number(code, SON): ONE for code in codes}, wrong=0.1, seed=7)
    keep_answers(data, answers_of(register, pairs))
    swept = county.sweep(rules=identity_rules())

    blamed = {code: {one["culprit"] for one in swept.of(code)} - {None} for code in codes}
    right = [code for code in codes if blamed[code] == {"city", "app"}]
    assert len(right) >= 0.75 * len(codes)


def _field(*values_and_posteriors):
    values, posteriors = zip(*values_and_posteriors, strict=True)
    return Field(np.zeros(len(values), np.int64), np.array(values), np.array(posteriors))


GROUP = np.zeros(2, np.int64)


def test_a_mismatch_speaks_against_the_name_only_as_far_as_the_number_is_sure():
    answers = {(10, 1): Answer.MISMATCH}

    sure = name_evidence(answers, _field((10, 0.99)))(GROUP, np.array([1, 2]))
    unsure = name_evidence(answers, _field((10, 0.5)))(GROUP, np.array([1, 2]))

    assert sure[0] < unsure[0] < 0
    assert sure[1] == 0


def test_no_such_number_speaks_against_the_number_and_not_against_the_name():
    answers = {(10, 1): Answer.NOT_FOUND}

    assert number_evidence(answers, _field((1, 0.9)))(GROUP, np.array([10, 11])).tolist()[0] < -2
    assert name_evidence(answers, _field((10, 0.9)))(GROUP, np.array([1, 2])).tolist() == [0, 0]


def test_a_namesakes_match_says_nothing_about_this_person():
    assert name_evidence({(99, 1): Answer.MATCH}, _field((10, 0.9)))(GROUP, np.array([1, 2])).tolist() == [0, 0]
