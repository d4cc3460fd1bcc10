"""Where the header is: titles above, levels of it, column numbers under it."""

import pytest

from taizhang.intake.mapping import block_of, read_head
from taizhang.intake.mapping.header import find_header
from taizhang.intake.raw import Merge, SheetMeta

LABELS = ["序号", "姓名", "性别", "身份证号码", "与户主关系", "联系电话"]
ROW = ["1", "张三", "男", "612323197001010011", "户主", "13800000000"]


def block(rows, merges=()):
    return find_header(read_head([block_of(rows)], SheetMeta(0, "Sheet1", merges=list(merges))))


@pytest.mark.parametrize("titles", [0, 1, 2, 3])
def test_the_header_is_found_below_any_number_of_titles(titles):
    found = block([["洋县龙亭镇脱贫户台账"]] * titles + [LABELS, ROW, ROW])

    assert (found.first, found.last) == (titles + 1, titles + 1)


def test_a_note_line_above_belongs_to_the_titles():
    found = block([["台账"], ["填报单位：龙亭镇", "", "", "", "单位：元"], LABELS, ROW])

    assert found.first == 3
    assert found.titles == ("台账", "填报单位：龙亭镇 单位：元")


def test_a_merged_parent_stands_over_each_of_its_columns():
    rows = [["序号", "户主信息", "", "家庭成员", ""], ["", "姓名", "身份证号码", "姓名", "身份证号码"], ROW]
    merges = [Merge(1, 0, 2, 0), Merge(1, 1, 1, 2), Merge(1, 3, 1, 4)]

    found = block(rows, merges)

    assert found.last == 2
    assert found.paths[2] == ("户主信息", "身份证号码")
    assert found.paths[3] == ("家庭成员", "姓名")
    assert found.paths[0] == ("序号",)


def test_where_merges_are_lost_a_blank_under_a_parent_inherits_it():
    rows = [["序号", "户主信息", "", "家庭成员", ""], ["", "姓名", "身份证号码", "姓名", "身份证号码"], ROW]

    found = block(rows)

    assert found.paths[2] == ("户主信息", "身份证号码")
    assert found.paths[0] == ("序号",)


def test_a_column_number_row_belongs_to_the_header():
    found = block([LABELS, ["1", "2", "3", "4", "5", "6"], ROW])

    assert found.last == 2


def test_a_first_record_that_counts_one_is_not_a_column_number_row():
    found = block([LABELS, ROW])

    assert found.last == 1


def test_a_record_of_label_words_is_not_a_level_of_the_header():
    found = block([["姓名", "健康状况", "是否享受低保", "性别"], ["搬迁", "健康", "低保", "男"]])

    assert found.last == 1


def test_rows_of_numbers_have_no_header():
    assert block([["1", "2", "3"], ["4", "5", "6"]]) is None


def test_a_blank_row_between_titles_and_header_does_no_harm():
    found = block([["台账"], ["", ""], LABELS, ROW])

    assert found.first == 3
