"""The shipped packs: every example gives its verdict, every text stands in three languages, no predicate is constant."""

import importlib.util
import re
from pathlib import Path

import pytest

from taizhang.identity.numbers import IdDefect
from taizhang.sweep.rules import load_packs, service
from taizhang.sweep.rules.catalogue import GROUPS
from taizhang.sweep.rules.constancy import one_sided
from taizhang.sweep.rules.examples import failures
from taizhang.sweep.rules.model import LANGUAGES, Scope, Verdict
from taizhang.sweep.rules.ruleset import shipped_packs

ROOT = Path(__file__).parents[3]
RULES = load_packs()
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
