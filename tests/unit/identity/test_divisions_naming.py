"""Towns and villages within titles, names of sheets, files and folders; and the list that ledgers suggest."""

import pytest

from taizhang.identity.divisions import CountyDivisions, NamedPlace, PlaceNames, named_in, propose_divisions

COUNTY = "610799"
LIST = (
    "code,name,aliases,placeholder\n"
    "610799000000,青石县,,\n"
    "610799100000,石桥镇,,\n"
    "610799100201,王家村,,\n"
    "610799100202,李家村,,\n"
    "610799101000,龙亭镇,,\n"
    "610799101201,王家村,,\n"
    "610799101202,龙亭村,,\n"
    "610799101001,张家湾社区居委会,,\n"
)
DIVISIONS = CountyDivisions.from_csv(LIST, "list")
NAMES = PlaceNames(DIVISIONS, COUNTY)
SHIQIAO, LONGTING = "610799100000", "610799101000"
WANG = frozenset({"610799100201", "610799101201"})


@pytest.mark.parametrize(
    ("text", "towns", "villages"),
    [
        ("青石县石桥镇王家村贫困户信息台账", {SHIQIAO}, [{"610799100201"}]),
        ("石桥镇贫困户信息台账", {SHIQIAO}, []),
        ("王家村", set(), [WANG]),
        ("2020年李家村台账(1)", set(), [{"610799100202"}]),
        ("张家湾社区花名册", set(), [{"610799101001"}]),
        ("李家", set(), [{"610799100202"}]),
        ("龙亭", set(), [{LONGTING, "610799101202"}]),
        ("小王家村台账", set(), []),
        ("青木镇王家村台账", set(), []),
        ("石桥镇龙亭村", {SHIQIAO}, [set()]),
        ("Sheet1", set(), []),
        ("贫困户信息台账", set(), []),
    ],
)
def test_a_place_counts_only_by_its_whole_name_and_where_nothing_before_belongs_to_it(text, towns, villages):
    found = NAMES.mentioned([text])

    assert found.towns == towns
    assert list(found.villages) == villages


def test_only_a_list_with_villages_for_every_town_says_that_a_name_is_the_only_one():
    partial = CountyDivisions.from_csv(LIST + "610799102000,大河镇,,\n", "list")

    assert NAMES.has_all_villages
    assert not PlaceNames(partial, COUNTY).has_all_villages


def test_a_proposal_keeps_the_list_takes_told_codes_and_makes_up_the_others():
    named = {
        NamedPlace("石桥镇", "王家村"): 9,
        NamedPlace("大河乡", "新村"): 4,
        NamedPlace("大河", "新村委会"): 1,
        NamedPlace("柳林镇", "东村", "610799105000", "610799105201"): 2,
        NamedPlace("", "无主村"): 3,
        NamedPlace("合计", ""): 5,
    }

    proposed = propose_divisions(named, DIVISIONS, COUNTY, "青石县")
    new = {one.name: (one.code, one.is_placeholder) for one in proposed.divisions if one.code in proposed.new}

    assert new == {
        "柳林镇": ("610799105000", False),
        "东村": ("610799105201", False),
        "大河乡": ("610799399000", True),
        "新村": ("610799399999", True),
    }
    assert dict(proposed.homeless) == {"无主村": 3}
    again = CountyDivisions.from_csv(proposed.to_csv(), "proposal")
    assert {one.code for one in again} == {one.code for one in proposed.divisions}
    assert propose_divisions(named, again, COUNTY, "青石县").new == frozenset()


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["Sheet1", "青石县石桥镇王家村贫困户信息台账"], NamedPlace("石桥镇", "王家村")),
        (["王家村", "2020年石桥镇台账"], NamedPlace("石桥镇", "王家村")),
        (["农村低保台账", "各村汇总"], NamedPlace("", "")),
    ],
)
def test_what_a_title_seems_to_name_is_suggested(texts, place):
    assert named_in(texts) == place
