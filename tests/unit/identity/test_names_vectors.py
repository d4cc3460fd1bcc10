"""Names as ledgers hold them: what is read, what is wrong, how two differ. All names are invented."""

import pytest

from taizhang.identity.names import (
    NameCode,
    NameDefect,
    compare_names,
    name_id,
    parse_name,
    repair_prose,
    strip_pinyin,
)


@pytest.mark.parametrize(
    ("raw", "text", "defects"),
    [
        ("张伟", "张伟", set()),
        ("买买提•艾力", "买买提·艾力", {"NM-SEPARATOR"}),
        ("买买提・艾力", "买买提·艾力", {"NM-SEPARATOR"}),
        ("买买提 · 艾力", "买买提·艾力", {"NM-SEPARATOR"}),
        ("买买提·艾力", "买买提·艾力", set()),
        ("张　伟", "张伟", {"NM-SPACE"}),
        ("\u200b张伟\ufeff", "张伟", {"NM-SPACE"}),
        ("龚?", "龚?", {"NM-LOSS"}),
        ("龚□", "龚□", {"NM-LOSS"}),
        ("龚锟斤拷", "龚锟斤拷", {"NM-LOSS"}),
        ("龚\ue863", "龚\ue863", {"NM-PUA"}),
        ("龚YAN", "龚YAN", {"NM-LATIN"}),
        ("張(zhāng)偉(wěi)", "張偉", {"NM-PINYIN-BRACKET", "NM-TRADITIONAL"}),
        ("寮犱紵", "寮犱紵", {"NM-CHARSET"}),
        ("ÕÅÎ°", "ÕÅÎ°", {"NM-CHARSET"}),
        ("⻩伟", "黄伟", {"NM-RADICAL"}),
        ("⾦伟", "金伟", {"NM-RADICAL"}),
        ("张三（户主）", "张三", {"NM-NOTE"}),
        ("张三(已故)", "张三", {"NM-NOTE"}),
        ("1、李四", "李四", {"NM-NOTE"}),
        ("张三之妻", "张三之妻", {"NM-NOTE"}),
        ("王氏", "王氏", {"NM-CLAN"}),
        ("王张氏", "王张氏", {"NM-CLAN"}),
        ("不详", "不详", {"NM-PLACEHOLDER"}),
        ("王某某", "王某某", {"NM-PLACEHOLDER"}),
        ("李", "李", {"NM-SHORT"}),
        ("张三、李四", "张三、李四", {"NM-TWO-PERSONS"}),
        ("张三😀", "张三😀", {"NM-SYMBOL"}),
        ("张" * 26, "张" * 26, {"NM-LONG"}),
        ("", None, {"NM-EMPTY"}),
        ("　", None, {"NM-EMPTY"}),
        (None, None, {"NM-EMPTY"}),
    ],
)
def test_a_name_is_read(raw, text, defects):
    read = parse_name(raw)

    assert read.text == text
    assert {defect.value for defect in read.defects} == defects


def test_a_former_name_in_brackets_is_kept_as_an_alias():
    read = parse_name("钱九（曾用名：钱久）")

    assert (read.text, read.alias) == ("钱九", "钱久")


def test_a_rare_name_is_no_defect():
    assert parse_name("龚䶮").defects == ()
    assert parse_name("阿卜杜拉·买买提江·艾合麦提").defects == ()


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("张伟", "张伟", NameCode.SAME),
        ("买买提•艾力", "买买提·艾力", NameCode.FORMAT),
        ("⻩伟", "黄伟", NameCode.FORMAT),
        ("龚?", "龚䶮", NameCode.LOSS),
        ("龚YAN", "龚䶮", NameCode.LOSS),
        ("寮犱紵", "张伟", NameCode.DAMAGED),
        ("張(zhāng)偉(wěi)", "张伟", NameCode.VARIANT),
        ("肖建国", "萧建国", NameCode.VARIANT),
        ("钱九（曾用名：钱久）", "钱久", NameCode.ALIAS),
        ("王张氏", "张桂花", NameCode.CLAN),
        ("张伟", "张小伟", NameCode.EXTRA),
        ("张伟强", "张强伟", NameCode.ORDER),
        ("于洋", "余洋", NameCode.HOMOPHONE),
        ("单秀兰", "善秀兰", NameCode.HOMOPHONE),
        ("仇建国", "邱建国", NameCode.HOMOPHONE),
        ("刘兰英", "刘南英", NameCode.NEARPHONE),
        ("李未", "李末", NameCode.SHAPE),
        ("李明华", "李明强", NameCode.ONECHAR),
        ("单秀兰", "丹秀兰", NameCode.SURNAME),
        ("李明华", "李建国", NameCode.GIVEN),
        ("李明", "王芳", NameCode.DISJOINT),
        (None, "王芳", NameCode.MISSING),
    ],
)
def test_the_first_explanation_that_fits_is_given_in_both_directions(a, b, code):
    assert compare_names(a, b).code is code
    assert compare_names(b, a).code is code


def test_likeness_of_several_kinds_is_all_told():
    assert NameCode.SHAPE in compare_names("王婷", "王亭").also


def test_the_evidence_shows_readings_of_the_surname_as_a_surname():
    assert "shan4／shan4" in compare_names("单秀兰", "善秀兰").evidence()[0]


def test_strangers_who_share_near_sounds_stay_strangers():
    assert compare_names("李明", "林敏").code is NameCode.DISJOINT


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("工作??紤]省外", "工作。考慮省外"),
        ("高溫處理??翟㈦p亞等", "高溫處理。康寓雙亞等"),
    ],
)
def test_prose_with_a_lost_byte_is_repaired(damaged, repaired):
    assert repair_prose(damaged)[0] == repaired


def test_a_second_mark_read_as_a_plain_question_mark_would_fail():
    with pytest.raises(UnicodeDecodeError):
        (b"\xa1" + b"\x3f" + "紤]".encode("gbk")).decode("gbk")


def test_question_marks_that_are_none_of_it_stay():
    assert repair_prose("他来了吗?没有(无)。") == ("他来了吗?没有(无)。", ())


def test_a_desync_in_a_name_keeps_the_certain_tail_and_opens_the_first_character():
    (repair,) = parse_name("姓名?黑w慧").repairs

    assert repair.reason is NameDefect.DESYNC
    assert "".join(slot for slot in repair.slots[3:]) == "趙慧"
    assert len(repair.slots[2]) > 50
    assert repair.admits("姓名：趙慧")


def test_pinyin_goes_only_where_it_is_a_reading_of_the_character_before_it():
    assert strip_pinyin("風(fēng)險（注）、張(xxx)、業(yè)務(lǐ)(张三)").text == "風險（注）、張(xxx)、業務(lǐ)(张三)"


def test_a_names_id_is_stable():
    assert name_id("张伟") == name_id("张伟")
    assert name_id("张伟") != name_id("张玮")
    assert -(2**63) <= name_id("张伟") < 2**63
