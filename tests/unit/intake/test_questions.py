"""The question of a waiting sheet as data, and its answer."""

import json

import openpyxl
import pytest

from taizhang.intake.county import load_county
from taizhang.intake.delivery import open_delivery
from taizhang.intake.mapping import MappingFileError, masked
from taizhang.intake.pipeline import take_in
from taizhang.intake.questions import (
    NoQuestionError,
    answer_question,
    mapping_question,
    mapping_questions,
    refuse_layout,
)

COUNTY = """
[county]
code = "610723"
name = "洋县"
data = "data"

[[source]]
id = "ledger"
kind = "ledger"
title = "台账"
folder = "inbox"
"""
ROWS = [[f"王{'一二三四五六'[at]}", f"1389123456{at}", f"61072319800101123{at}"] for at in range(6)]


@pytest.fixture
def county(tmp_path):
    """A county whose ledger has the numbers under 联系电话 and the phones under 身份证号, below a merged heading."""
    (tmp_path / "county.toml").write_text(COUNTY, "utf-8")
    return load_county(tmp_path / "county.toml")


def taken(county, rows=(["姓名", "身份证号", "联系电话"], *ROWS), *, hidden=False):
    folder = county.file.parent / "inbox" / "2024-06-30"
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "错位"
    [sheet.append(row) for row in rows]
    if hidden:
        book.create_sheet("封面")
        sheet.sheet_state = "hidden"
    book.save(folder / "错位.xlsx")
    return take_in(county, jobs=1)


def test_the_question_shows_columns_reasons_and_rows(county):
    taken(county)

    (question,), broken = mapping_questions(county.data)

    assert (question.file, question.sheet, question.table, question.blocking, broken) == (
        "错位.xlsx", "错位", "record", True, [],
    )  # fmt: skip
    number = question.columns[1]
    assert (number.letter, number.path, number.field, number.looks_like) == ("B", "身份证号", None, "phone")
    assert "SR-COLUMN-SHIFT" in {reason.code for reason in question.reasons if reason.column == "B"}
    assert question.columns[0].field == "name"
    assert [row.number for row in question.rows] == [2, 3, 4, 5, 6]
    assert mapping_question(county.data, question.fingerprint) == question


def test_no_number_and_no_whole_name_is_shown(county):
    taken(county)

    (path,) = (county.data / "mappings").glob("*.json")
    shown = path.read_text("utf-8")

    assert not [value for row in ROWS for value in row if value in shown]
    assert '"王*"' in shown
    assert "6107**************" in json.loads(shown)["rows"][0]["cells"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("610723 19800101 123X", "6107****************"),
        ("６１０７２３１９８００１０１１２３４", "6107**************"),
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138******5678"),
        ("电话09162212345", "电话091****2345"),
        ("8221234", "*****34"),
        ("20200219", "2020****"),
        ("2024-06-30", "2024-06-30"),
        ("龙亭镇龙亭村", "龙亭镇龙亭村"),
        ("户主（610723198001011234）", "户主(6107**************)"),
        ("", ""),
    ],
)
def test_long_numbers_are_masked_wherever_they_stand(text, shown):
    assert masked(text, is_name_column=False) == shown


def test_an_answer_lets_the_sheet_be_read(county):
    taken(county)
    (question,), _ = mapping_questions(county.data)

    answer_question(
        county.data,
        question.fingerprint,
        confirmed_by="李主任",
        fields={"身份证号": "member_phone", "联系电话": "id_no"},
    )
    result = take_in(county, jobs=1)

    assert mapping_questions(county.data) == ([], [])
    assert result.incomplete == ()
    assert open_delivery(county.data, "ledger").read("record").column("member_phone").to_pylist()[0] == "13891234560"


def test_a_layout_that_is_no_data_waits_for_nobody(county):
    taken(county)
    (question,), _ = mapping_questions(county.data)

    refuse_layout(county.data, question.fingerprint, confirmed_by="李主任")
    result = take_in(county, jobs=1)

    assert (result.incomplete, result.deliveries[0].waiting) == ((), 0)
    assert open_delivery(county.data, "ledger").manifest["counts"]["skipped"] == {"ignored": 7}


def test_a_hidden_sheet_is_asked_with_its_columns_and_read_once_confirmed(county):
    taken(county, (["姓名", "身份证号", "联系电话"], *([a, c, b] for a, b, c in ROWS)), hidden=True)
    (question,), _ = mapping_questions(county.data)

    answer_question(county.data, question.fingerprint, confirmed_by="李主任", fields={})
    result = take_in(county, jobs=1)

    assert [reason.code for reason in question.reasons] == ["SR-SHEET-HIDDEN"]
    assert [column.field for column in question.columns] == ["name", "id_no", "member_phone"]
    assert result.deliveries[0].rows == 6


def test_columns_below_a_heading_are_named_by_their_whole_path(county):
    taken(county, (["基本信息", None, "联系"], ["姓名", "身份证号", "联系电话"], *ROWS))
    (question,), _ = mapping_questions(county.data)

    paths = [column.path for column in question.columns]
    (file,) = (county.data / "mappings").glob("*.yaml")

    assert paths[2] == "联系 / 联系电话"
    assert "整列错位" in next(line for line in file.read_text("utf-8").splitlines() if "身份证号" in line)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"fields": {"身份证号": "name"}}, "两个表头都对应"),
        ({"fields": {"身份证号": "no_such_field"}}, "没有字段"),
        ({"fields": {"血型": "note"}}, "没有这一列"),
        ({"fields": {}, "table": "no_such_table"}, "不认识的表"),
        ({"fields": {}, "confirmed_by": " "}, "确认人"),
    ],
)
def test_an_impossible_answer_is_refused_and_changes_nothing(county, answer, said):
    taken(county)
    (question,), _ = mapping_questions(county.data)

    with pytest.raises(MappingFileError, match=said):
        answer_question(county.data, question.fingerprint, **{"confirmed_by": "李主任", **answer})

    assert mapping_questions(county.data)[0] == [question]
    assert not list((county.data / "layouts").glob("*"))


@pytest.mark.parametrize("fingerprint", ["0" * 32, "../x", ""])
def test_what_nobody_asks_cannot_be_answered(county, fingerprint):
    taken(county)

    with pytest.raises(NoQuestionError):
        answer_question(county.data, fingerprint, confirmed_by="李主任", fields={})


def test_an_answered_question_is_not_answered_twice(county):
    taken(county)
    (question,), _ = mapping_questions(county.data)
    refuse_layout(county.data, question.fingerprint, confirmed_by="李主任")

    with pytest.raises(NoQuestionError):
        refuse_layout(county.data, question.fingerprint, confirmed_by="张主任")


def test_a_broken_mapping_file_is_told_beside_the_questions(county):
    taken(county)
    (county.data / "mappings" / "x.yaml").write_text("表: [", "utf-8")

    questions, broken = mapping_questions(county.data)

    assert (len(questions), len(broken)) == (1, 1)
