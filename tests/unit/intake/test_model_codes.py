"""Code lists: labels are the key, foreign numbers are aliases of one source (registry-model.md §4.12)."""

import pytest

from taizhang.intake.model import code_list, code_lists, label_key, set_text, split_values


@pytest.mark.parametrize(("source", "label"), [(None, "男"), ("national", "男"), ("city-query", "女")])
def test_sex_code_1_means_what_its_source_means(source, label):
    assert code_list("sex").canonical("1", source) == label


def test_the_app_counts_sexes_from_zero_and_has_no_two():
    sexes = code_list("sex")

    assert sexes.canonical("0", "app") == "女"
    assert sexes.canonical("2", "app") is None


@pytest.mark.parametrize(("source", "label"), [(None, "军官证"), ("city-query", None)])
def test_officer_certificate_is_03_on_forms(source, label):
    assert code_list("id_type").canonical("03", source) == label


def test_officer_certificate_is_02_on_the_query_screen():
    assert code_list("id_type").canonical("02", "city-query") == "军官证"


@pytest.mark.parametrize(("source", "code"), [(None, "2"), ("city-query", "0")])
def test_scattered_resettlement_has_two_numbers(source, code):
    assert code_list("resettlement_mode").canonical(code, source) == "分散安置"


@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        ("labour_ability", "散失劳动力", "丧失劳动力"),
        ("household_type", "一般农民", "一般农户"),
        ("education", "文盲(半文盲)", "文盲或半文盲"),
        ("education", "文盲（半文盲）", "文盲或半文盲"),
        ("school_status", " 九年级", "九年级"),
        ("school_status", "硕士生及以上", "硕士研究生及以上"),
        ("risk_type", "务工就业不稳", "因务工就业不稳"),
        ("employment_channel", "公益岗位", "公益性岗位"),
        ("ethnic_group", "汉", "汉族"),
        ("ethnic_group", "塔塔儿族", "塔塔尔族"),
        ("poverty_status", "已脱贫（享受政策）", "已脱贫(享受政策)"),
        ("yesno", "√", "是"),
    ],
)
def test_spellings_of_sources_become_the_standard_label(name, text, label):
    assert code_list(name).canonical(text) == label


@pytest.mark.parametrize(
    ("name", "text"), [("sex", "公"), ("education", "博士后流动站"), ("health", "亚健康"), ("sex", "3")]
)
def test_an_unknown_label_is_nothing_and_never_the_nearest(name, text):
    assert code_list(name).canonical(text) is None


def test_ethnic_numbers_mean_nothing_without_a_source_that_counts():
    groups = code_list("ethnic_group")

    assert groups.canonical("02") is None
    assert groups.canonical("02", "gbt3304") == "蒙古族"
    assert groups.canonical("02", "city-2018") == "满族"


def test_there_are_56_ethnic_groups_and_other():
    assert len(code_list("ethnic_group").items) == 57


def test_older_wide_label_keeps_the_members_it_may_stand_for():
    assert code_list("education").by_member["college_up"].widens == ("college", "bachelor_up")


def test_present_is_normal_or_moved_in():
    present = {item.label for item in code_list("person_status").items if item.present}

    assert present == {"正常", "转入"}


@pytest.mark.parametrize(
    ("text", "parts"), [("a,b", ["a", "b"]), ("甲，乙、丙;丁\n戊", ["甲", "乙", "丙", "丁", "戊"]), ("", []), (",", [])]
)
def test_several_values_in_a_cell_are_parted_and_an_empty_cell_has_none(text, parts):
    assert split_values(text) == parts


def test_a_cell_with_several_values_keeps_what_is_known_and_tells_what_is_not():
    known, unknown = code_list("health").canonical_set("残疾,长期慢性病，亚健康")

    assert known == ("残疾", "长期慢性病")
    assert unknown == ("亚健康",)


def test_the_empty_set_is_stored_as_nothing():
    assert (set_text([]), set_text(["残疾", "长期慢性病", "残疾"])) == (None, "|残疾|长期慢性病|")


@pytest.mark.parametrize("name", sorted(code_lists()))
def test_no_word_of_a_list_means_two_members(name):
    codes = code_list(name)
    words = [(label_key(word), item.member) for item in codes.items for word in {item.label, *item.aliases}]

    meanings = {key: {member for word, member in words if word == key} for key, _ in words}

    assert {key: members for key, members in meanings.items() if len(members) > 1} == {}


@pytest.mark.parametrize("name", sorted(code_lists()))
def test_every_source_numbering_names_members_that_exist(name):
    codes = code_list(name)
    named = {member for table in codes.sources.values() for member in table.values()}

    assert named <= set(codes.by_member)
