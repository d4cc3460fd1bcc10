"""Every trouble of the casebook under its one cause, and nothing about the families that only look troubled."""

import re

import pytest
from casebook import CASES, CLEAN, CODE_OF, whole_county
from ledgers import HEAD, SON, Ledgers, identity_rules, number

LONG_NUMBER = re.compile(r"[0-9]{12,}")
WITH_TRUTH = [key for key, case in CASES.items() if case.truth is not None]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The casebook's county, swept with the diagnoses alone."""
    return Ledgers(tmp_path_factory.mktemp("cases")).deliver(whole_county()).sweep()


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The same county with the rules about one number or name beside the diagnoses."""
    return Ledgers(tmp_path_factory.mktemp("judged")).deliver(whole_county()).sweep(rules=identity_rules())


@pytest.mark.parametrize("key", CASES)
def test_trouble_is_told_once_under_its_cause(swept, key):
    case = CASES[key]

    codes = [code for code in swept.codes(CODE_OF[key]) if code != case.beside]

    assert tuple(codes) == case.expected
    assert {one["source"] for one in swept.of(CODE_OF[key])} == {case.source or "app"}


@pytest.mark.parametrize("key", CLEAN)
def test_nothing_is_told_about_a_family_that_only_looks_troubled(swept, key):
    assert swept.codes(CODE_OF[key]) == []


@pytest.mark.parametrize("key", WITH_TRUTH)
def test_likeliest_value_is_the_true_one_and_the_ledger_is_named(swept, key):
    (finding,) = swept.of(CODE_OF[key])
    field, truth = CASES[key].truth

    first = finding["candidates"][0]

    assert (first["field"], first["value"]) == (field, truth(CODE_OF[key]))
    assert first["probability"] >= 0.8
    assert finding["culprit"] == CASES[key].source
    assert [record["source"] for record in finding["records"]] == [CASES[key].source]


def test_swap_is_one_finding_with_two_subjects_and_both_repairs(swept):
    code = CODE_OF["swap at home"]
    (finding,) = swept.of(code)

    offered = {candidate["value"] for candidate in finding["candidates"]}

    assert len({finding["person_id"], *finding["involved"]}) == 2
    assert offered == {number(code, HEAD), number(code, SON)}
    assert len(finding["records"]) == 2


def test_slipped_block_is_one_finding_with_all_its_subjects(swept):
    (finding,) = swept.of(CODE_OF["slipped block"])

    rows = sorted(record["row"] for record in finding["records"])

    assert len({finding["person_id"], *finding["involved"]}) == 5
    assert rows == list(range(rows[0], rows[0] + 5))


def test_number_that_was_issued_twice_is_not_repaired(swept):
    (finding,) = swept.of(CODE_OF["number of two people"])

    assert finding["candidates"] == []
    assert finding["culprit"] is None
    assert finding["confidence_class"] == "D"
    assert len(finding["involved"]) == 1


def test_certificate_instead_of_the_citizen_number_makes_no_task(swept):
    (finding,) = swept.of(CODE_OF["certificate"])

    assert finding["severity"] == "info"
    assert finding["culprit"] is None
    assert finding["candidates"] == []


def test_number_of_the_father_names_the_family_and_the_doubled_number(swept):
    (finding,) = swept.of(CODE_OF["number of the father"])

    assert {"XS-ID-FAMILY", "PR-ID-TWO-NAMES"} <= set(finding["kinds"])


def test_other_explanations_are_listed_behind_the_first(swept):
    (finding,) = swept.of(CODE_OF["cut by a spreadsheet"])

    assert finding["kinds"][0] == finding["rule"] == "ID-EXCEL-TRUNC"
    assert "XS-ID-EXCEL" in finding["kinds"]
    assert "XS-ID-SEQ" not in finding["kinds"]  # the sequence was lost, it is not another one


def test_texts_hold_no_full_number(judged):
    texts = [
        text
        for one in judged.findings
        for text in (*one["evidence"], *(one[f"{kind}_{language}"] for kind in ("message", "hint") for language in ("zh", "hant", "en")))
    ]  # fmt: skip

    assert len(texts) > 300
    assert [text for text in texts if LONG_NUMBER.search(text)] == []


def test_places_of_the_difference_are_told_instead_of_the_number(swept):
    (finding,) = swept.of(CODE_OF["one digit"])

    assert any("第16位" in sentence for sentence in finding["evidence"])


@pytest.mark.parametrize(
    ("key", "symptom"),
    [
        ("one digit", "ID-CHECKSUM"),
        ("neighbours exchanged", "ID-CHECKSUM"),
        ("a digit lost", "ID-LENGTH"),
        ("lost character", "NM-LOSS"),
        ("number of the father", "ID-BIRTH-DIFF"),
    ],
)
def test_symptom_is_listed_under_its_cause_and_nowhere_else(judged, key, symptom):
    (finding,) = [one for one in judged.of(CODE_OF[key]) if one["rule"].startswith(("XS-", "PR-"))]

    assert symptom in finding["kinds"]
    assert symptom not in judged.codes(CODE_OF[key])


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("ordinary", []),
        ("namesakes", []),
        ("twins", []),
        ("two blanks", ["ID-MISSING", "ID-MISSING"]),
        ("blank in one", ["ID-MISSING"]),
        ("blank name in one", ["NM-EMPTY"]),
        ("fifteen digits", ["ID-15"]),
        ("school number", ["ID-STUDENT-NO"]),
    ],
)
def test_what_one_row_says_of_itself_stays_with_the_row(judged, key, codes):
    about_tasks = [one["rule"] for one in judged.of(CODE_OF[key]) if one["severity"] != "info"]

    assert sorted(about_tasks) == codes


def test_an_old_number_is_offered_with_18_digits(judged):
    code = CODE_OF["fifteen digits"]
    (finding,) = (one for one in judged.of(code) if one["rule"] == "ID-15")

    (offered,) = finding["candidates"]

    assert (offered["field"], offered["value"], offered["reason"]) == ("id_no", number(code, SON), "XS-ID-15-18")
    assert offered["probability"] > 0.99
    assert finding["confidence_class"] == "A"


def test_a_student_number_is_offered_without_its_letter(judged):
    code = CODE_OF["school number"]
    (finding,) = (one for one in judged.of(code) if one["rule"] == "ID-STUDENT-NO")

    (offered,) = finding["candidates"]

    assert (offered["value"], offered["reason"]) == (number(code, SON), "XS-ID-STUDENT")
    assert finding["confidence_class"] == "A"


def test_who_says_what_another_ledger_offers_is_told(judged):
    (finding,) = (one for one in judged.of(CODE_OF["blank in one"]) if one["rule"] == "ID-MISSING")

    assert finding["candidates"][0]["sources"] == ["app", "city", "national"]


def test_what_is_only_noted_blames_no_ledger(judged):
    noted = [one for one in judged.of(CODE_OF["noise around the number"]) if one["severity"] == "info"]

    assert [one["rule"] for one in noted] == ["ID-FORMAT-NOISE"]
    assert [(one["culprit"], one["p_culprit"]) for one in noted] == [(None, None)]


def test_a_differing_field_is_named_in_every_language(swept):
    (finding,) = swept.of(CODE_OF["other sex"])

    assert "性别与其他来源不同" in finding["message_zh"]
    assert "性別與其他來源不同" in finding["message_hant"]
    assert "the sex differs" in finding["message_en"]


@pytest.mark.parametrize("key", ["prefix of the other era", "born elsewhere"])
def test_unusual_prefix_that_all_ledgers_agree_on_makes_no_task(judged, key):
    assert [one["rule"] for one in judged.of(CODE_OF[key]) if one["severity"] != "info"] == []


def test_missing_person_is_told_of_the_ledger_without_a_row_of_it(swept):
    (finding,) = swept.of(CODE_OF["left out"])

    assert finding["source"] == finding["culprit"] == "ledger"
    assert "ledger" not in {record["source"] for record in finding["records"]}


def test_member_moved_to_a_neighbour_is_not_told_missing(swept):
    (finding,) = swept.of(CODE_OF["in another household"])

    assert finding["fields"] == ["household_no"]
    assert finding["name"] is not None
    assert finding["culprit"] == "ledger"
