"""The shipped packs: every example gives its verdict, every text stands in three languages, no predicate is constant."""

import importlib.util
import re
from pathlib import Path

import pytest

from taizhang.identity.numbers import IdDefect, parse_id
from taizhang.sweep.examples import AS_OF
from taizhang.sweep.rules import load_packs, service
from taizhang.sweep.rules.catalogue import GROUPS
from taizhang.sweep.rules.constancy import one_sided
from taizhang.sweep.rules.examples import failures
from taizhang.sweep.rules.model import LANGUAGES, Scope, Verdict
from taizhang.sweep.rules.ruleset import shipped_packs

ROOT = Path(__file__).parents[3]
RULES = load_packs()
DIAGNOSES = [rule for rule in RULES.rules.values() if rule.scope is Scope.DIAGNOSIS]
OWN_DIAGNOSIS = """
pack: {id: own, title: {zh: 本县, zh_hant: 本縣, en: Ours}, version: "1.0.0", grammar: "1"}
rules:
  - id: AU-MATCH
    version: "1.0"
    title: {zh: 权威证实, zh_hant: 權威證實, en: Confirmed}
    group: E
    subject: person
    scope: diagnosis
    owner: helper
    fields: [id_no, name]
    severity: warn
    origin: [NEW]
    message: {zh: 证实。, zh_hant: 證實。, en: Confirmed.}
    hint: {zh: 核对。, zh_hant: 核對。, en: Check.}
    examples:
      hit:
        - why: 候选姓名得到证实
          persons: {c: {name: 王建军, id_no: "612323190406127914", sex: 男}}
          sources: {national: [c], city: [c], ledger: [{person: c, name: 王建君}]}
          days: {city: "2019-12-31"}
          answers: [{id_no: "612323190406127914", name: 王建军, answer: AU-MATCH}]
          findings: [{source: ledger}]
      pass:
        - why: 没有候选
          persons: {c: {name: 周广财, id_no: "612323190812267912", sex: 男}}
          sources: {national: [c], ledger: [c]}
          answers: [{id_no: "612323190812267912", name: 周广财, answer: AU-MATCH}]
      not_applicable:
        - why: 没有问过
          persons: {c: {name: 金德胜, id_no: "612323190205098651", sex: 男}}
          sources: {national: [c], ledger: [c]}
"""
LONG_NUMBER = re.compile(r"[0-9]{15,}")


@pytest.fixture(scope="module")
def fill_traditional():
    spec = importlib.util.spec_from_file_location("fill_traditional", ROOT / "tools" / "fill_traditional.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_of_every_shipped_rule_gives_its_verdict():
    found = failures(RULES)

    assert [str(failure) for failure in found] == []


def test_an_example_with_the_wrong_verdict_is_told_with_its_place(tmp_path):
    text = (ROOT / "tests/unit/sweep/own_pack.yaml").read_text("utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("size_reported: 61", "size_reported: 59"), "utf-8")

    tried = service.test_pack(path)

    assert [(one.rule, one.expected, one.found) for one in tried.failures] == [("OW-LUCKY", "hit", "pass")]
    assert tried.failures[0].line > 1


def test_there_are_at_least_130_rules_over_the_groups():
    judged = [rule for rule in RULES.rules.values() if rule.scope is not Scope.DIAGNOSIS]

    assert len(judged) >= 130
    assert {rule.group for rule in RULES.rules.values()} >= set("ABCDEFGIJLMNOPQS")


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=lambda rule: rule.id)
def test_a_rule_speaks_three_languages_and_belongs_to_a_group(rule):
    texts = [*rule.title.values(), *rule.message.values(), *rule.hint.values()]

    assert all(texts)
    assert [set(part) for part in (rule.title, rule.message, rule.hint)] == [set(LANGUAGES)] * 3
    assert rule.group in GROUPS


@pytest.mark.parametrize("path", shipped_packs(), ids=lambda path: path.name)
def test_the_traditional_texts_follow_the_simplified_ones(path, fill_traditional):
    text = path.read_text("utf-8")

    assert fill_traditional.filled(text) == text


def test_a_stale_traditional_text_is_noticed(fill_traditional):
    text = 'title: {zh: 户主, zh_hant: "戶長", en: Head}\n'

    assert fill_traditional.filled(text) == 'title: {zh: 户主, zh_hant: "戶主", en: Head}\n'


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.rules.values() if rule.scope is Scope.ROW], ids=lambda rule: rule.id
)
def test_a_row_rule_can_hit_and_can_pass_on_generated_rows(rule):
    assert one_sided(RULES, rule) == ""


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.rules.values() if rule.scope is not Scope.DIAGNOSIS], ids=lambda rule: rule.id
)
def test_a_rule_has_two_hits_two_passes_and_one_not_applicable(rule):
    counts = {verdict: sum(e.verdict is verdict for e in rule.examples) for verdict in Verdict}

    assert counts[Verdict.HIT] >= 2
    assert counts[Verdict.PASS] >= 2
    assert counts[Verdict.NOT_APPLICABLE] >= 1


@pytest.mark.parametrize("rule", DIAGNOSES, ids=lambda rule: rule.id)
def test_a_diagnosis_has_an_example_of_each_verdict_but_where_no_source_can_differ(rule):
    seen = {example.verdict for example in rule.examples}

    assert {Verdict.PASS, Verdict.NOT_APPLICABLE} <= seen
    assert Verdict.HIT in seen or rule.id in {"XS-ID-15-18", "XS-ID-STUDENT"}


def test_the_people_of_the_examples_are_invented_and_their_numbers_valid_and_of_nobody_alive():
    """A person as named may be written wrong by a source; the person's own number is whole."""
    rows = [row for rule in DIAGNOSES for example in rule.examples for row in example.tables["record"]]
    parsed = [parse_id(row["id_no"], as_of=AS_OF) for row in rows if row["id_no"] and row["source"] == "national"]
    digits = {run for row in rows for run in re.findall(r"[0-9]{17}[0-9X]", row["id_no"] or "")}
    written = [parse_id(one, as_of=AS_OF) for one in digits]

    assert [one.text for one in parsed if not one.valid] == []
    assert {one.birth.year for one in (*parsed, *written) if one.valid} <= set(range(1901, 1910))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("ledger: [{person: c, name: 王建君}]", "ledger: [c]", "应为 hit，实为 pass"),
        (
            'answers: [{id_no: "612323190406127914", name: 王建军, answer: AU-MATCH}]',
            "answers: []",
            "应为 hit，实为 not_applicable",
        ),
        ("source: ledger}", "source: national}", "指定的发现"),
        ("person: c,", "person: x,", "没有说明是谁"),
        ("name: 王建君", "nam: 王建君", "列 nam"),
        ("      not_applicable:\n", "      not_applicable: []\n      unknown:\n", "unknown"),
        ("      pass:", "      without: {pass: 不可能}\n      passed:", "passed"),
        ("2019-12-31", "昨天", "日期"),
        ("answer: AU-MATCH", "answered: AU-MATCH", "权威答复"),
    ],
)
def test_an_example_of_a_diagnosis_is_checked_by_the_real_engine_and_refused_where_it_says_nothing(
    tmp_path, old, new, why
):
    path = tmp_path / "own.yaml"
    assert old in OWN_DIAGNOSIS
    path.write_text(OWN_DIAGNOSIS.replace(old, new, 1), "utf-8")

    assert any(why in str(fault) for fault in service.check_pack(path)), service.check_pack(path)


def test_a_diagnosis_may_lack_a_verdict_for_a_stated_reason_only(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN_DIAGNOSIS, "utf-8")
    lacking = OWN_DIAGNOSIS[: OWN_DIAGNOSIS.index("      not_applicable")]
    bare, reasoned = tmp_path / "bare.yaml", tmp_path / "reasoned.yaml"
    bare.write_text(lacking, "utf-8")
    reasoned.write_text(lacking + "      without: {not_applicable: 总有可比的}\n", "utf-8")

    assert service.check_pack(path) == []
    assert "not_applicable" in str(service.check_pack(bare)[0])
    assert service.check_pack(reasoned) == []


@pytest.mark.parametrize("defect", [defect for defect in IdDefect if defect is not IdDefect.MISSING])
def test_every_defect_of_a_number_has_its_rule(defect):
    assert defect.value in RULES.rules


@pytest.mark.parametrize(
    "name", ["HH-BANK-SHARED", "PH-SHARED-HOUSEHOLDS", "PA-DUP-CADRE", "PA-PHONE-SHARED", "PR-CADRE-IS-POOR"]
)
def test_a_rule_on_equal_values_shows_that_two_blanks_are_not_equal(name):
    outside = [e for e in RULES.rules[name].examples if e.verdict is Verdict.NOT_APPLICABLE]
    blank_pairs = [e for e in outside for rows in e.tables.values() if any(None in row.values() for row in rows)]

    assert blank_pairs


def test_no_text_of_a_pack_holds_a_long_number():
    texts = [text for rule in RULES.rules.values() for text in (*rule.message.values(), *rule.hint.values())]

    assert [text for text in texts if LONG_NUMBER.search(text)] == []


def test_the_printed_catalogue_is_the_one_the_packs_make():
    assert (ROOT / "docs/rules.md").read_text("utf-8") == service.catalogue()


def test_every_rule_stands_in_the_catalogue():
    text = service.catalogue()

    assert [name for name in RULES.rules if f"`{name}`" not in text] == []
