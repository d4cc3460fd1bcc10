"""A whole sheet: class, table, columns, questions."""

import pytest

from taizhang.intake.mapping import SheetClass, Status, Why, block_of, map_sheet, read_head
from taizhang.intake.raw import SheetMeta

# Invented numbers with right check digits.
IDS = ["61232319700101001X", "612323197001010028", "612323197001010036", "612323197001010044", "612323197001010052",
       "612323197001010060"]  # fmt: skip
NAMES = ["王一甲", "李二乙", "张三丙", "赵四丁", "钱五戊", "孙六己"]
PHONES = [f"1380000000{n}" for n in range(6)]


def sheet(rows, name="Sheet1", visibility="visible", **settings):
    return map_sheet(read_head([block_of(rows)], SheetMeta(0, name, visibility)), **settings)


def people(labels, *columns):
    return [labels, *[list(row) for row in zip(*columns, strict=True)]]


def test_a_village_list_is_mapped_and_says_what_its_title_says():
    rows = [
        ["龙亭村脱贫户花名册（截至2020年2月19日）"],
        *people(["姓名", "身份证号码", "与户主关系", "电话"], NAMES, IDS, ["户主"] * 6, PHONES),
    ]

    found = sheet(rows)

    assert (found.status, found.table, found.first_data_row) == (Status.MAPPED, "record", 3)
    assert {name: column.letter for name, column in found.by_field.items()} == {
        "name": "A", "id_no": "B", "relation_to_head": "C", "member_phone": "D",
    }  # fmt: skip
    assert found.as_of == "2020-02-19"


def test_a_unit_in_the_header_is_kept_where_it_is_not_the_fields_own():
    found = sheet(
        people(["姓名", "身份证号", "工资性收入（万元）", "财产性收入（元）"], NAMES, IDS, ["1.2"] * 6, ["30"] * 6)
    )

    assert found.by_field["wage_income"].unit == "万元"
    assert found.by_field["property_income"].unit is None


def test_a_unit_declared_above_the_table_is_told():
    assert (
        sheet([["收入台账", "单位：万元"], *people(["姓名", "身份证号", "工资性收入"], NAMES, IDS, ["1.2"] * 6)]).unit
        == "万元"
    )


def test_a_number_column_full_of_phones_is_not_a_number_column():
    found = sheet(people(["姓名", "身份证号", "联系电话"], NAMES, PHONES, IDS))

    assert found.status is Status.WAITING
    assert found.columns[1].field is None
    assert {event.code for event in found.events} >= {"SR-COLUMN-SHIFT"}


def test_damaged_numbers_do_not_speak_against_their_column():
    found = sheet(people(["姓名", "身份证号", "联系电话"], NAMES, ["6.12323E+17"] * 6, PHONES))

    assert found.by_field["id_no"].index == 1
    assert found.status is Status.MAPPED


def test_a_repeated_header_keeps_both_columns_and_maps_one():
    found = sheet(people(["姓名", "身份证号", "备注", "备注"], NAMES, IDS, ["a"] * 6, ["b"] * 6))

    assert [column.field for column in found.columns] == ["name", "id_no", "note", None]
    assert found.columns[3].why is Why.DUPLICATE
    assert found.columns[3].title == "备注〔D〕"


def test_of_two_equal_headers_the_one_whose_values_fit_is_taken():
    found = sheet(people(["姓名", "身份证号", "身份证号"], NAMES, ["见附件"] * 6, IDS))

    assert found.by_field["id_no"].index == 2


def test_unknown_columns_keep_their_own_header_and_ask_nothing():
    found = sheet(people(["姓名", "身份证号", "血型"], NAMES, IDS, ["A"] * 6))

    assert found.status is Status.MAPPED
    assert [column.title for column in found.extra] == ["血型"]


def test_a_sheet_without_any_identity_waits_and_says_which_columns_it_needs():
    found = sheet(
        people(
            ["镇", "村", "健康状况", "性别", "文化程度"], *[["龙亭镇"] * 6] * 2, ["健康"] * 6, ["男"] * 6, ["小学"] * 6
        )
    )

    assert found.status is Status.WAITING
    assert found.questions[0].code == "SR-HEADER-MISSING"


@pytest.mark.parametrize("code", ["1", "男"])
def test_numbering_follows_the_layout_that_is_recognised(code):
    labels = ["户主身份证号", "贫困户属性", "成员姓名", "身份证号", "与户主的关系", "性别"]

    found = sheet(people(labels, IDS, ["01"] * 6, NAMES, IDS, ["户主"] * 6, [code] * 6))

    assert (found.layout, found.code_source) == ("city-sample", "city")


@pytest.mark.parametrize(
    ("rows", "name", "visibility", "expected"),
    [
        ([], "Sheet3", "visible", SheetClass.EMPTY),
        ([["性别", "民族"], ["男", "汉族"], ["女", "回族"]], "下拉选项", "hidden", SheetClass.CODE_LIST),
        (
            [["填表说明"], ["一、本表由村委会填写，一户一行，一人一行，不得空项，身份证号码请设为文本格式后填写。"]],
            "说明",
            "visible",
            SheetClass.COVER,
        ),
        (
            [["各镇脱贫户汇总表"], ["镇", "户数", "人数"], ["龙亭镇", "120", "410"], ["谢村镇", "98", "322"]],
            "汇总",
            "visible",
            SheetClass.PIVOT,
        ),
        (people(["姓名", "身份证号", "性别"], NAMES, IDS, ["男"] * 6), "龙亭村", "visible", SheetClass.DATA),
        (people(["姓名", "身份证号", "性别"], NAMES, IDS, ["男"] * 6), "旧数据", "hidden", SheetClass.WAITING),
    ],
)
def test_sheets_are_told_apart_before_their_rows_are_read(rows, name, visibility, expected):
    assert sheet(rows, name, visibility).sheet_class is expected


def test_no_question_and_no_event_repeats_a_value_of_a_record():
    found = sheet(people(["姓名", "身份证号", "联系电话"], NAMES, PHONES, IDS))
    told = repr(found.questions) + repr(found.events)

    assert not [value for value in (*NAMES, *IDS, *PHONES) if value in told]
