"""Which rows below the header are records."""

import pytest

from taizhang.intake.mapping import RowClassifier, RowKind, block_of, map_sheet, read_head
from taizhang.intake.raw import SheetMeta

LABELS = ["序号", "姓名", "性别", "身份证号码", "与户主关系", "联系电话"]
PERSON = ["1", "王一甲", "男", "612323197001010028", "户主", "13800000000"]
NO_NUMBER = ["2", "李二乙", "女", "", "配偶", ""]


def kinds(*rows, labels=LABELS, title=None):
    table = [*([[title]] if title else []), labels, PERSON, PERSON, *rows]
    block = block_of(table)
    sheet = map_sheet(read_head([block], SheetMeta(0, "Sheet1")))
    return [RowKind(kind) for kind in RowClassifier(sheet).kinds(block)[-len(rows) :]]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (PERSON, RowKind.DATA),
        (NO_NUMBER, RowKind.DATA),
        (["", "", "", "", "", ""], RowKind.BLANK),
        (LABELS, RowKind.REPEATED_HEADER),
        (["序号", "姓 名", "性别", "身份证号码", "", ""], RowKind.REPEATED_HEADER),
        (["1", "2", "3", "4", "5", "6"], RowKind.COLUMN_NUMBERS),
        (["合计", "", "", "128", "", ""], RowKind.TOTAL),
        (["", "小 计", "", "12", "", ""], RowKind.TOTAL),
        (["注：本表一式三份。", "", "", "", "", ""], RowKind.NOTE),
        (["填表人：王一甲", "", "审核人：李二乙", "", "填报日期：2020年2月19日", ""], RowKind.SIGNATURE),
        (["单位负责人（签字）：", "", "", "", "", ""], RowKind.SIGNATURE),
        (["户主签字：", "", "", "帮扶责任人签字：", "", ""], RowKind.SIGNATURE),
        (["村主任签字：            镇分管领导签字：", "", "", "", "", ""], RowKind.SIGNATURE),
        (["", "", "户主（手印）：", "", "包户干部盖章：", ""], RowKind.SIGNATURE),
        (["", "", "", "", "年   月   日", ""], RowKind.SIGNATURE),
        (["3", "签字礼", "男", "", "之子", "本人已签字"], RowKind.DATA),
        (["4", "李三丙", "女", "", "之女", "年月日"], RowKind.DATA),
        (["户编号", "户主姓名", "家庭人口", "住房面积", "饮水安全", "危房等级"], RowKind.OTHER_HEADER),
        (["3", "何合计", "男", "", "之子", ""], RowKind.DATA),
        (["二组", "", "", "", "", ""], RowKind.TITLE),
        (["", "第 一 村 民 小 组", "", "", "", ""], RowKind.TITLE),
        (["", "龙亭村3组：", "", "", "", ""], RowKind.TITLE),
        (["", "", "", "", "龙亭村3组", ""], RowKind.DATA),
        (["", "上河村民小组", "", "", "", ""], RowKind.TITLE),
        (["三组（共12户）", "", "", "", "", ""], RowKind.TITLE),
        (["第4组 12户35人", "", "", "", "", ""], RowKind.TITLE),
        (["龙亭村边缘易致贫户名单", "", "", "", "", ""], RowKind.TITLE),
        (["二组小计", "", "", "35", "", ""], RowKind.TOTAL),
        (["", "龙亭村合计：12人", "", "", "", ""], RowKind.TOTAL),
        (["制表人", "王一甲", "", "审核人", "李二乙", ""], RowKind.SIGNATURE),
        (["制表人 王一甲", "", "", "", "", ""], RowKind.SIGNATURE),
        (["", "王组", "", "", "", ""], RowKind.DATA),
        (["", "王新村", "", "", "", ""], RowKind.DATA),
        (["", "万小组", "", "", "", ""], RowKind.DATA),
        (["", "石三组", "男", "", "", ""], RowKind.DATA),
        (["", "李制表", "", "", "", ""], RowKind.DATA),
        (["", "王名单", "", "", "", ""], RowKind.DATA),
        (["35", "", "", "", "", ""], RowKind.DATA),
        (["", "", "", "", "", "已入台账"], RowKind.DATA),
        (["", "", "", "", "之子", ""], RowKind.DATA),
    ],
)
def test_rows_are_told_apart(row, kind):
    assert kinds(row) == [kind]


@pytest.mark.parametrize(
    ("row", "kind"), [(["二组", ""], RowKind.DATA), (["", "二组"], RowKind.TITLE), (["", "王一甲"], RowKind.DATA)]
)
def test_a_group_alone_in_a_column_of_groups_is_somebodys(row, kind):
    labels = ["村民小组", "姓名", "性别", "身份证号码", "与户主关系", "联系电话"]

    assert kinds([*row, "", "", "", ""], labels=labels) == [kind]


def test_records_below_a_footer_are_still_records():
    assert kinds(["合计", "", "", "2", "", ""], ["填表人：王一甲"], PERSON) == [
        RowKind.TOTAL,
        RowKind.SIGNATURE,
        RowKind.DATA,
    ]


def test_a_title_pasted_again_with_its_header_is_skipped():
    found = kinds(["龙亭村花名册"], LABELS, PERSON, title="龙亭村花名册")

    assert found == [RowKind.TITLE, RowKind.REPEATED_HEADER, RowKind.DATA]


def test_the_header_itself_is_nothing_to_read():
    block = block_of([["标题"], LABELS, PERSON])
    sheet = map_sheet(read_head([block], SheetMeta(0, "Sheet1")))

    assert list(RowClassifier(sheet).kinds(block)) == [RowKind.BLANK, RowKind.BLANK, RowKind.DATA]


def test_a_second_layout_in_one_sheet_is_mapped_from_its_own_header():
    second = ["户编号", "户主姓名", "家庭人口数", "住房面积"]
    block = block_of([LABELS, PERSON, PERSON, second, ["6107230001", "王一甲", "3", "90"]])
    sheet = map_sheet(read_head([block], SheetMeta(0, "Sheet1")))
    at = list(RowClassifier(sheet).kinds(block)).index(RowKind.OTHER_HEADER)

    segment = map_sheet(read_head([block], SheetMeta(0, "Sheet1"), from_row=int(block.row_numbers[at])))

    assert (segment.header_first, segment.table) == (4, "household")
    assert segment.by_field["head_name"].letter == "B"
