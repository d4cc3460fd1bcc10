"""The mapping file: what an officer writes is what happens, and a slip is explained."""

import pytest

from taizhang.intake.mapping import (
    LayoutMemory,
    MappingFile,
    MappingFileError,
    Status,
    Why,
    block_of,
    map_sheet,
    parse_mapping,
    read_head,
    write_mapping,
)
from taizhang.intake.raw import SheetMeta

ROWS = [
    ["姓名", "证照号", "户主信息", ""],
    ["", "", "姓名", "联系电话"],
    *[[f"王{n}甲", "612323197001010028", "李二乙", "13900001234"] for n in "一二三四五六"],
]
HEAD = read_head([block_of(ROWS)], SheetMeta(0, "Sheet1"))


def test_what_is_written_is_read_back_the_same():
    mapping = map_sheet(HEAD).to_mapping("龙亭镇《Sheet1》", confirmed_by="张办事员")

    assert parse_mapping(write_mapping(mapping)) == mapping


def test_a_confirmed_mapping_decides_and_is_not_asked_again(tmp_path):
    memory = LayoutMemory(tmp_path)
    proposal = map_sheet(HEAD).to_mapping("龙亭镇", confirmed_by="张办事员")
    memory.remember(
        MappingFile(proposal.fingerprint, "record", {**proposal.columns, "证照号": "id_no"}, confirmed_by="张办事员")
    )

    found = map_sheet(HEAD, memory=memory)

    assert found.remembered
    assert found.by_field["id_no"].why is Why.REMEMBERED


def test_a_proposal_nobody_confirmed_is_not_used(tmp_path):
    memory = LayoutMemory(tmp_path)
    memory.remember(map_sheet(HEAD).to_mapping("龙亭镇"))

    assert not map_sheet(HEAD, memory=memory).remembered


def test_a_mapping_of_another_layout_is_not_used(tmp_path):
    memory = LayoutMemory(tmp_path)
    memory.remember(map_sheet(HEAD).to_mapping("龙亭镇", confirmed_by="张办事员"))
    other = read_head([block_of([["姓名", "证照号", "电话"], *ROWS[2:]])], SheetMeta(0, "Sheet1"))

    assert not map_sheet(other, memory=memory).remembered


def test_an_ignored_column_stays_out_of_every_field(tmp_path):
    memory = LayoutMemory(tmp_path)
    proposal = map_sheet(HEAD).to_mapping("龙亭镇", confirmed_by="张办事员")
    assert proposal.columns["户主信息 / 姓名"] == "head_name"
    memory.remember(
        MappingFile(proposal.fingerprint, "record", {**proposal.columns, "户主信息 / 姓名": None}, confirmed_by="张")
    )

    found = map_sheet(HEAD, memory=memory)

    assert "head_name" not in found.by_field
    assert found.columns[2].why is Why.IGNORED


def test_a_hidden_sheet_is_data_once_a_person_has_said_so(tmp_path):
    memory = LayoutMemory(tmp_path)
    hidden = read_head([block_of(ROWS)], SheetMeta(0, "旧表", "hidden"))
    waiting = map_sheet(hidden, memory=memory)
    memory.remember(map_sheet(HEAD).to_mapping("旧表", confirmed_by="张办事员"))

    assert waiting.status is Status.WAITING
    assert map_sheet(hidden, memory=memory).status is Status.MAPPED


def test_a_chinese_field_name_does_as_well():
    mapping = parse_mapping("版式: abc\n表: 人员\n确认: 张\n列:\n  身份证: 证件号码\n  血型: 忽略\n")

    assert mapping.columns == {"身份证": "id_no", "血型": None}


GOOD = "格式: '1'\n版式: abc\n表: record\n确认: 张\n列:\n  姓名: name\n"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (GOOD.replace("name", "nmae"), "没有字段“nmae”", "第6行"),
        (GOOD.replace("表: record", "表: 人"), "不认识的表", "第3行"),
        (GOOD.replace("版式: abc\n", ""), "缺少“版式”", "map.yaml"),
        (GOOD + "  名字: name\n", "两个表头都对应", "第7行"),
        (GOOD + "  姓名: id_no\n", "写了两次", "第7行"),
        (GOOD + "说明: 无\n", "不认识的项目“说明”", "第7行"),
        (GOOD.replace("  姓名: name", "  姓名： name"), "不是有效的 YAML|清单|没有字段", "map.yaml"),
        (GOOD.replace("'1'", "'9'"), "格式版本", "第1行"),
        ("", "空的", "map.yaml"),
        (GOOD.replace("列:\n  姓名: name", "列: 姓名"), "清单", "第5行"),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_to_do(text, message, place):
    with pytest.raises(MappingFileError, match=message) as caught:
        parse_mapping(text, where="map.yaml")

    assert place in caught.value.where
    assert caught.value.hint


def test_a_misspelt_field_brings_the_likely_ones():
    with pytest.raises(MappingFileError) as caught:
        parse_mapping(GOOD.replace("name", "household_n"))

    assert "household_no" in caught.value.why


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path):
    memory = LayoutMemory(tmp_path)
    mapping = map_sheet(HEAD).to_mapping("龙亭镇", confirmed_by="张办事员")
    memory.remember(mapping)

    with pytest.raises(UnicodeEncodeError):
        memory.remember(MappingFile(mapping.fingerprint, "record", {"姓名\ud800": "name"}))

    assert memory.recall(mapping.fingerprint) == mapping
    assert [path.suffix for path in tmp_path.iterdir()] == [".yaml"]
