"""A county's own towns and villages, found by whatever a ledger calls them."""

import pytest

from taizhang.identity.divisions import CountyDivisions, DivisionKind, DivisionListError

COUNTY = CountyDivisions.load()
OWN_LIST = (
    "code,name,aliases,placeholder\n"
    "610723000000,洋县,,\n"
    "610723110000,黄安镇,,\n"
    "610723111000,黄金峡镇,黄金峡|金峡,\n"
    "610723110201,新村,,1\n"
    "610723111201,新村,,是\n"
    "610723111202,金水村,,\n"
    "610723111001,金水社区,,\n"
)


def codes(found):
    return [division.code for division in found]


def test_the_shipped_county_has_three_streets_and_fifteen_towns():
    kinds = [division.kind for division in COUNTY.towns()]

    assert (kinds.count(DivisionKind.STREET), kinds.count(DivisionKind.TOWN)) == (3, 15)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("纸坊街道", "610723002000"),
        ("纸坊办", "610723002000"),
        ("纸坊街道办事处", "610723002000"),
        ("纸坊", "610723002000"),
        ("磨子桥", "610723108000"),
        (" 磨子桥镇 ", "610723108000"),
        ("洋县龙亭镇", "610723103000"),
        ("洋县", "610723000000"),
    ],
)
def test_a_town_is_found_with_and_without_its_suffix(name, code):
    assert codes(COUNTY.match(name)) == [code]


@pytest.mark.parametrize("name", ["不存在镇", "", "镇", "龙亭龙亭镇"])
def test_an_unknown_name_matches_nothing(name):
    assert COUNTY.match(name) == ()


def test_a_name_that_occurs_twice_is_a_question_until_the_town_is_known():
    county = CountyDivisions.from_csv(OWN_LIST, "own.csv")

    assert codes(county.match("新村")) == ["610723110201", "610723111201"]
    assert codes(county.match("新村", within="610723111000")) == ["610723111201"]
    assert codes(county.match("黄金峡镇新村")) == ["610723111201"]


def test_a_zero_at_the_end_of_a_town_code_belongs_to_it():
    county = CountyDivisions.from_csv(OWN_LIST, "own.csv")

    assert codes(county.match("新村", within="610723110000")) == ["610723110201"]
    assert county.match("黄金峡镇", within="610723110000") == ()


def test_a_whole_name_wins_over_one_that_agrees_without_its_suffix():
    county = CountyDivisions.from_csv(OWN_LIST, "own.csv")

    assert codes(county.match("金水社区")) == ["610723111001"]
    assert len(county.match("金水")) == 2


def test_placeholders_parents_and_kinds_are_read_from_the_list():
    divisions = {division.code: division for division in CountyDivisions.from_csv(OWN_LIST, "own.csv")}

    village = divisions["610723110201"]
    assert (village.is_placeholder, village.parent, village.kind) == (True, "610723110000", DivisionKind.VILLAGE)


@pytest.mark.parametrize("line", ["61072311000,黄安镇,,", "610723110000,,,", "610723110000,甲,,\n610723110000,乙,,"])
def test_a_faulty_list_is_refused_with_its_line(line):
    with pytest.raises(DivisionListError, match=r"第[23]行"):
        CountyDivisions.from_csv(f"code,name,aliases,placeholder\n{line}\n", "own.csv")


def test_a_list_saved_by_a_chinese_spreadsheet_program_is_read(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(OWN_LIST.encode("gbk"))

    assert codes(CountyDivisions.load(path).match("黄金峡镇新村")) == ["610723111201"]


def test_codes_in_parts_chinese_headings_and_remarks_are_read(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "代码,名称,别名,占位,说明\n610723 111 000,黄金峡镇,金峡,,3 行\n610723111,黄金峡镇,,,\n,,,,\n", "utf-8-sig"
    )

    with pytest.raises(DivisionListError, match="重复"):
        CountyDivisions.load(path)
    path.write_text(
        "代码,名称,别名,占位,说明\n610723 111 000,黄金峡镇,金峡,,3 行\n,,,,\n610723 111 201,新村,,1,\n", "utf-8-sig"
    )
    assert codes(CountyDivisions.load(path)) == ["610723111000", "610723111201"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name\n6.10723E+11,黄金峡镇\n", "科学计数"),
        ("code,name\n61072311,黄金峡镇\n", "12位"),
        ("区划,名字\n610723111000,黄金峡镇\n", "表头"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(text, said):
    with pytest.raises(DivisionListError) as refused:
        CountyDivisions.from_csv(text, "own.csv")

    assert said in f"{refused.value.message}{refused.value.why}"
    assert refused.value.hint
