"""What is refused when a pack is loaded: each refusal names file, rule and line, and says what to do."""

from pathlib import Path

import pytest

from taizhang.sweep.rules import PackError, load_packs, service
from taizhang.sweep.rules.loading import load_pack
from taizhang.sweep.rules.parameters import typed

OWN = (Path(__file__).parent / "own_pack.yaml").read_text("utf-8")
WHEN = 'when: "filled(household_no) and filled(size_reported)"'
ASSERT = 'assert: "size_reported <= :own_limit"'
SELECT = """
  - id: OW-TWICE
    title: {zh: 重复, zh_hant: 重複, en: Twice}
    subject: household
    scope: key
    tables: [record]
    universe: "select source, household_id as subject from record where filled(household_no)"
    select: "%s"
    fields: [household_no]
    severity: warn
    origin: [NEW]
    message: {zh: 重复, zh_hant: 重複, en: Twice}
    hint: {zh: 核对, zh_hant: 核對, en: Check}
    examples: {hit: [{why: a, row: {household_no: "1"}}, {why: b, row: {household_no: "1"}}], pass: [{why: c, row: {household_no: "1"}}, {why: d, row: {household_no: "1"}}], not_applicable: [{why: e, row: {household_no: null}}]}
"""


def refusal(tmp_path, text):
    path = tmp_path / "own.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(path)
    return caught.value


def changed(old, new):
    assert old in OWN
    return OWN.replace(old, new, 1)


def checked(condition):
    """The pack with another assert."""
    return changed(ASSERT, f'assert: "{condition}"')


CASES = {
    "broken yaml": (changed("pack:", "pack: ["), "YAML"),
    "control character": (changed("severity: suspect", "severity: suspect # \x07"), "控制字符"),
    "duplicate key": (changed("severity: suspect", "severity: suspect\n    severity: error"), "重复"),
    "anchor": (changed("severity: suspect", "severity: &s suspect"), "锚点"),
    "tag": (changed("severity: suspect", "severity: !!str suspect"), "标签"),
    "top level": ("- a\n", "最外层"),
    "no rules": ("pack: {id: a}\n", "两部分"),
    "unknown pack key": (changed("  grammar:", "  colour: red\n  grammar:"), "不认识的键"),
    "unknown rule key": (changed("    severity: suspect", "    severity: suspect\n    on: x"), "不认识的键"),
    "other grammar": (changed('grammar: "1"', 'grammar: "2"'), "语法版本"),
    "bad id": (changed("id: OW-LUCKY", "id: lucky"), "编号"),
    "same id twice": (OWN + OWN[OWN.index("  - id:") :], "出现两次"),
    "subject": (changed("subject: person", "subject: nobody"), "没有主体 nobody"),
    "a date the select does not give": (
        OWN + (SELECT % "select source, household_id as subject from record where filled(household_no)").replace("{zh: 重复, zh_hant: 重複, en: Twice}\n    hint", '{zh: "{as_of}", zh_hant: 重複, en: Twice}\n    hint'),
        "占位 as_of",
    ),
    "bad version": (changed('version: "1.0", group', 'version: "1", group'), "主.次"),
    "unknown scope": (changed("scope: row", "scope: world"), "scope"),
    "unknown severity": (changed("severity: suspect", "severity: fatal"), "severity"),
    "unknown role": (changed("owner: helper", "owner: nobody"), "角色"),
    "missing assert": (changed(f"    {ASSERT}\n", ""), "assert"),
    "missing message": (changed(OWN[OWN.index("    message:") : OWN.index("    hint:")], ""), "message"),
    "missing english": (changed(", en: Check.}", "}"), "缺少 en"),
    "missing traditional": (changed("zh_hant: 核對。, ", ""), "zh_hant"),
    "unknown language": (changed("{zh: 核对。,", "{fr: Voir, zh: 核对。,"), "语言"),
    "no examples": (OWN[: OWN.index("    examples:")], "示例"),
    "too few hits": (changed('        - {why: 超过一点, row: {household_no: "1", size_reported: 61}}\n', ""), "示例太少"),
    "example without why": (changed("{why: 超过一点, row", "{row"), "why"),
    "example with unknown column": (changed("size_reported: 61", "sizes: 61"), "不在表"),
    "example with wrong kind": (changed("size_reported: 61", "size_reported: many"), "不是 int"),
    "field that does not exist": (changed("fields: [size_reported]", "fields: [sizes]"), "不存在"),
    "no fields": (changed("fields: [size_reported]", "fields: []"), "fields"),
    "unused parameter": (checked("size_reported <= 5"), "没有规则使用"),
    "undeclared parameter": (checked("size_reported <= :other"), "没有声明"),
    "parameter of another type": (changed('default: "60"', 'default: "sixty"'), "不是 int"),
    "parameter without a source": (
        changed('type: int, unit: 岁, default: "60", source: 本县', 'type: int, values: [{year: "2020", value: "60"}]'),
        "source",
    ),
    "placeholder nobody knows": (changed("{size_reported}人", "{sizes}人"), "占位"),
    "unbalanced brace": (changed("{size_reported}人", "{size_reported人"), "花括号"),
    "observed in a row rule": (changed("{size_reported}人", "{observed}人"), "observed"),
    "not sql": (checked("size_reported <="), "读不懂"),
    "two statements": (checked("size_reported <= :own_limit; select 1"), "恰好"),
    "comment": (checked("size_reported <= :own_limit -- x"), "注释"),
    "unknown column": (checked("sizes <= :own_limit"), "没有列"),
    "qualified column": (checked("record.size_reported <= :own_limit"), "不用写表名"),
    "not boolean": (checked("size_reported + :own_limit"), "是非判断"),
    "boolean compared": (checked("(size_reported <= :own_limit) = true"), "true/false"),
    "null compared": (checked("size_reported = null and size_reported <= :own_limit"), "NULL"),
    "number compared with text": (checked("size_reported = '0' and size_reported <= :own_limit"), "不同种类"),
    "text ordered": (checked("name < '张' and size_reported <= :own_limit"), "比大小"),
    "label not in the list": (checked("sex = '男性' or size_reported <= :own_limit"), "代码表"),
    "set label not in the list": (checked("has(health, '生病') or size_reported <= :own_limit"), "代码表"),
    "set compared as one value": (checked("health = '健康' or size_reported <= :own_limit"), "多值"),
    "division": (checked("size_reported / 2 <= :own_limit"), "ratio"),
    "cast": (checked("cast(household_no as int) <= :own_limit"), "转换"),
    "clock": (checked("current_date > birth_date and size_reported <= :own_limit"), ":as_of"),
    "now": (checked("now() > birth_date and size_reported <= :own_limit"), "函数"),
    "random": (checked("random() > size_reported and size_reported <= :own_limit"), "随机"),
    "date in the text": (checked("birth_date > date '2020-01-01' and size_reported <= :own_limit"), "日期"),
    "number in the text": (checked("size_reported <= 60"), "应是参数"),
    "year in the text": (checked("year_of(birth_date) < 2020 and size_reported <= :own_limit"), "应是参数"),
    "money as a float": (checked("size_reported <= 0.5"), "应是参数"),
    "at sign": (checked("size_reported <= @own_limit"), "绝对值"),
    "subquery": (checked("size_reported in (select 1)"), "IN 之后"),
    "scalar subquery": (checked("size_reported <= (select 1)"), "子查询"),
    "like": (checked("name like '张%' and size_reported <= :own_limit"), "starts"),
    "regexp replace": (checked("regexp_replace(name, 'a', 'b') = 'c' and size_reported <= :own_limit"), "清洗"),
    "regexp with look-ahead": (checked("regexp_matches(name, '(?=a)') and size_reported <= :own_limit"), "各引擎"),
    "regexp from a column": (checked("regexp_matches(name, head_name) and size_reported <= :own_limit"), "写出的文字"),
    "unknown function": (checked("hash(name) = 1 and size_reported <= :own_limit"), "没有函数"),
    "file": (checked("read_text('/etc/passwd') = 'x' and size_reported <= :own_limit"), "没有函数"),
    "setting": (checked("getenv('HOME') = 'x' and size_reported <= :own_limit"), "没有函数"),
    "wrong number of arguments": (checked("age_on(birth_date) <= :own_limit"), "2 个参数"),
    "argument of the wrong kind": (checked("age_on(name, :as_of) <= :own_limit"), "种类不对"),
    "members outside a household rule": (checked("members(is_present) <= :own_limit"), "scope: household"),
    "aggregate in a row rule": (checked("count(*) <= :own_limit"), "COUNT"),
    "constant": (
        OWN.replace(WHEN, 'when: "1 = 1"').replace(ASSERT, 'assert: "1 <= :own_limit"'),
        "恒定",
    ),
}  # fmt: skip

SELECTS = {
    "star": ("select * from record", "SELECT *"),
    "limit": ("select source, household_id as subject from record limit 5", "LIMIT"),
    "order": ("select source, household_id as subject from record order by source", "ORDER BY"),
    "no subject": ("select source, household_id from record", "subject"),
    "no source": ("select household_id as subject from record", "source"),
    "file scan": ("select source, household_id as subject from read_csv('/etc/passwd')", "读取"),
    "quoted path": ("select source, household_id as subject from 'a.parquet'", "声明表"),
    "undeclared table": ("select source, household_id as subject from household", "声明表"),
    "cross join": ("select a.source, a.household_id as subject from record a cross join record b", "JOIN"),
    "join without equality": (
        "select a.source, a.household_id as subject from record a join record b on a.record_id < b.record_id",
        "相等",
    ),
    "recursive": (
        "with recursive r as (select source, household_id as subject from record) select source, subject from r",
        "RECURSIVE",
    ),
    "not in subquery": (
        "select source, household_id as subject from record where household_no not in (select household_no from record)",
        "IN 之后",
    ),
    "union that removes": (
        "select source, household_id as subject from record union select source, household_id as subject from record",
        "UNION ALL",
    ),
    "delete": ("delete from record", "SELECT"),
    "attach": ("attach 'x.db' as y", "SELECT"),
    "ordered list": ("select source, household_id as subject, array_agg(name) as observed from record group by 1, 2", "语法"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), CASES.values(), ids=CASES)
def test_a_pack_is_refused_with_its_place_and_a_way_out(tmp_path, text, why):
    error = refusal(tmp_path, text)

    assert why in str(error)
    assert error.file == "own.yaml"
    assert error.line >= 1
    assert error.hint


@pytest.mark.parametrize(("select", "why"), SELECTS.values(), ids=SELECTS)
def test_a_select_outside_the_grammar_is_refused(tmp_path, select, why):
    error = refusal(tmp_path, OWN + SELECT % select)

    assert why in str(error)
    assert (error.file, error.rule) == ("own.yaml", "OW-TWICE")
    assert error.hint


def test_the_pack_the_cases_are_made_from_is_accepted(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN, "utf-8")

    assert [rule.id for rule in load_pack(path).rules] == ["OW-LUCKY"]
    assert service.check_pack(path) == []


def test_a_file_that_is_too_large_is_refused(tmp_path):
    error = refusal(tmp_path, OWN + "#" * (512 * 1024))

    assert "过大" in str(error)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(PackError) as caught:
        load_packs([tmp_path / "absent.yaml"])

    assert "不存在" in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_bytes(OWN.encode("gb18030"))

    with pytest.raises(PackError) as caught:
        load_pack(path)

    assert "UTF-8" in str(caught.value)


def test_an_own_rule_may_not_take_a_shipped_number(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("OW-LUCKY", "HH-SIZE"), "utf-8")

    with pytest.raises(PackError) as caught:
        load_packs([path])

    assert "household.yaml" in str(caught.value)
    assert "county.toml" in caught.value.hint


def test_an_own_parameter_may_not_take_a_shipped_name(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("own_limit", "head_min_age"), "utf-8")

    with pytest.raises(PackError) as caught:
        load_packs([path])

    assert "head_min_age" in str(caught.value)


def test_a_rule_may_not_name_another_that_does_not_exist(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(changed("    severity: suspect", "    suppressed_by: [OW-NONE]\n    severity: suspect"), "utf-8")

    with pytest.raises(PackError) as caught:
        load_packs([path])

    assert "OW-NONE" in str(caught.value)


def test_a_predicate_that_can_never_be_false_is_named_by_check(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(checked("not (size_reported < 0 and size_reported > :own_limit)"), "utf-8")

    found = service.check_pack(path)

    assert any("从不命中" in str(error) for error in found)


@pytest.mark.parametrize("pattern", ["^[A-Z]{2}[0-9]{4}$", "^(第[0-9]+组)$"])
def test_a_pattern_that_only_the_examples_meet_is_not_called_constant(tmp_path, pattern):
    matching = {"^[A-Z]{2}[0-9]{4}$": ("AB1234", "ZZ0001"), "^(第[0-9]+组)$": ("第1组", "第22组")}[pattern]
    path = tmp_path / "own.yaml"
    text = checked(f"regexp_matches(household_no, '{pattern}') and size_reported <= :own_limit")
    for old, new in (('"1", size_reported: 60', matching[0]), ('"1", size_reported: 3', matching[1])):
        text = text.replace(f"household_no: {old}", f'household_no: "{new}", size_reported: 3')
    path.write_text(text, "utf-8")

    assert service.check_pack(path) == []


def test_a_pattern_that_nothing_can_meet_is_still_called_constant(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(checked("size_reported < 0 and size_reported > :own_limit"), "utf-8")

    assert any("恒成立" in str(refusal) for refusal in service.check_pack(path))


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "sNaN", "1e"])
def test_a_number_that_nothing_can_be_compared_with_is_no_parameter(text):
    with pytest.raises(PackError, match="own_limit"):
        typed(text, "decimal", name="own_limit")
