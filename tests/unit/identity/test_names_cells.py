"""Cells that hold more, or less, than a name. All names are invented."""

import pyarrow as pa
import pytest

from taizhang.identity.names import (
    NameCode,
    NameDefect,
    NameStep,
    NearSounds,
    compare_name_pairs,
    compare_names,
    parse_name,
    parse_names,
    repair_prose,
    strip_pinyin,
)
from taizhang.identity.names.repairs import FOLDED_MARK, realign


@pytest.mark.parametrize(
    ("raw", "text", "note", "defects"),
    [
        ("张三 （户主）", "张三", "户主", {"NM-NOTE"}),
        ("张三（户主", "张三", "户主", {"NM-NOTE"}),
        ("张三，户主", "张三", "户主", {"NM-NOTE"}),
        ("张三（户主）（已故）", "张三", "户主；已故", {"NM-NOTE"}),
        ("张三（学生）", "张三", "学生", {"NM-NOTE"}),
        ("张三-已故", "张三", "已故", {"NM-NOTE"}),
        ("张三—户主", "张三", "户主", {"NM-NOTE"}),
        ("王德海之妻李秀兰", "李秀兰", "王德海之妻", {"NM-NOTE"}),
        ("王德海的女儿李秀", "李秀", "王德海的女儿", {"NM-NOTE"}),
        ("王之女", "王之女", None, {"NM-NOTE"}),
        ("王之子涵", "王之子涵", None, set()),
        ("张三先生", "张三", "先生", {"NM-NOTE"}),
        ("王老师", "王", "老师", {"NM-NOTE", "NM-SHORT"}),
        ("杜先生", "杜先生", None, set()),
        ("张同志", "张同志", None, set()),
        ("欧阳同志", "欧阳", "同志", {"NM-NOTE"}),
        ("李國", "李國", None, {"NM-TRADITIONAL"}),
        ("李頔", "李頔", None, set()),
        ("Ðì°²Ï×", "Ðì°²Ï×", None, {"NM-CHARSET"}),
        ("李学生", "李学生", None, set()),
        ("3张三", "张三", "3", {"NM-NOTE"}),
        ("张三2", "张三", "2", {"NM-NOTE"}),
        ("张3", "张3", None, {"NM-DIGIT"}),
        ("（户主）", None, "户主", {"NM-EMPTY", "NM-NOTE"}),
        ("张三的妻子", "张三的妻子", None, {"NM-NOTE"}),
        ("张三 ", "张三", None, {"NM-SPACE"}),
        ("'张三", "张三", None, {"NM-SPACE"}),
        ('="张三"', "张三", None, {"NM-SPACE"}),
        ("欧阳 娜娜", "欧阳娜娜", None, {"NM-SPACE"}),
        ("买买提 艾力江", "买买提·艾力江", None, {"NM-SEPARATOR"}),
        ("张伟.", "张伟", None, {"NM-SEPARATOR"}),
        ("张伟 李娜", "张伟 李娜", None, {"NM-TWO-PERSONS"}),
        ("张伟\n李娜", "张伟\n李娜", None, {"NM-TWO-PERSONS"}),
        ("王(?)", "王?", None, {"NM-LOSS", "NM-NOTE"}),
        ("王×明", "王×明", None, {"NM-LOSS"}),
        ("李XX", "李XX", None, {"NM-PLACEHOLDER"}),
        ("--", None, None, {"NM-EMPTY"}),
        ("﨑伟", "﨑伟", None, {"NM-COMPAT"}),
        ("\uf90a伟", "金伟", None, {"NM-COMPAT"}),
        ("⻓伟", "长伟", None, {"NM-RADICAL"}),
        ("⻢伟", "马伟", None, {"NM-RADICAL"}),
        ("ｘｕ ｙｉｎｇ", "XU YING", None, {"NM-LATIN"}),
        ("王〇一", "王〇一", None, set()),
    ],
)
def test_what_stands_beside_a_name_is_told_apart_from_it(raw, text, note, defects):
    read = parse_name(raw)

    assert (read.text, read.note) == (text, note)
    assert {defect.value for defect in read.defects} == defects


@pytest.mark.parametrize("raw", ["王芳（曾用名：钱久）", "王芳(又名 钱久)", "王芳 曾用名：钱久", "王芳曾用名钱久"])
def test_another_name_is_kept_as_an_alias_and_explains_a_difference(raw):
    read = parse_name(raw)

    assert (read.text, read.alias) == ("王芳", "钱久")
    assert compare_names(raw, "钱久").code is NameCode.ALIAS


def test_every_step_that_changed_something_is_recorded():
    assert parse_name("張(zhāng)偉 （户主）").steps == (NameStep.WIDTH, NameStep.PINYIN, NameStep.NOTE)
    assert parse_name("张伟").steps == ()


def test_a_private_use_character_has_its_character_of_today_as_candidate():
    (repair,) = parse_name("龚\ue863").repairs

    assert (repair.text, repair.evidence, repair.reason) == ("龚䶮", "U+E863", NameDefect.PUA)


@pytest.mark.parametrize(
    ("raw", "truth"),
    [
        ("寮犱紵", "张伟"), ("ÕÅÎ°", "张伟"), ("寮犱笁涓", "张三丰"), ("寮犱笁涓�", "张三丰"),
        ("鎵庤タ路鍗撳槑", "扎西·卓嘎"), ("ÔúÎ÷¡¤×¿¸Â", "扎西·卓嘎"), ("鎵庤タ路鍗撳槑鐜�", "扎西·卓嘎玛"),
    ],
)  # fmt: skip
def test_a_wrong_charset_is_undone_as_far_as_the_bytes_go(raw, truth):
    read = parse_name(raw)

    assert NameDefect.CHARSET in read.defects
    assert read.text == raw
    assert read.repairs[0].admits(truth)


def test_a_rare_but_sound_name_is_not_taken_for_a_wrong_charset():
    assert parse_name("宓博翰").repairs == ()
    assert parse_name("䶮㼆𬍛").repairs == ()


@pytest.mark.parametrize(("run", "tail"), [("BC915D", "慮"), ("B5D4A2EB70", "寓雙")])
def test_a_second_mark_is_the_folded_full_width_one_and_never_a_plain_one(run, tail):
    rest = bytes.fromhex(run)

    realigned = realign(FOLDED_MARK + rest)

    assert realigned is not None
    assert realigned[0][0] == "。"
    assert realigned[1].endswith(tail)
    assert realign(b"?" + rest) is None


def test_the_number_of_lead_bytes_that_fit_is_the_measured_one():
    realigned = realign(FOLDED_MARK + bytes.fromhex("BC915D"))

    assert realigned is not None
    assert len(realigned[0]) == 112


def test_a_lone_question_mark_is_a_loss_and_no_desync():
    assert parse_name("龚?飞").defects == (NameDefect.LOSS,)
    assert parse_name("龚?飞").repairs == ()


@pytest.mark.parametrize("text", ["龚?飞来了。", "是吗?好(的)。", "A?b]", "他说?行p", ""])
def test_prose_without_the_signature_is_left_alone(text):
    assert repair_prose(text) == (text, ())


@pytest.mark.parametrize(
    "inserted",
    [
        "業(yè)",
        "產(chǎn)",
        "務(wù)",
        "發(fā)",
        "復(fù)",
        "關(guān)",
        "鎮(zhèn)",
        "農(nóng)",
        "進(jìn)",
        "風(fēng)",
        "統(tǒng)",
        "學(xué)",
        "業（yè）",
    ],
)
def test_every_inserted_reading_of_the_source_article_goes(inserted):
    assert strip_pinyin(f"扶貧{inserted}部").text == f"扶貧{inserted[0]}部"
    assert strip_pinyin(inserted).removed == 1


@pytest.mark.parametrize(
    "kept", ["張三(户主)", "風(feng)", "風(yè)", "風(fēng yè)", "（王五 李四）", "(fēng)", "風(Fēng)"]
)
def test_brackets_that_are_no_reading_stay(kept):
    assert strip_pinyin(kept).text == kept


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("張建伟", "张伟", NameCode.EXTRA),
        ("伟", "张伟", NameCode.EXTRA),
        ("张", "张伟强", NameCode.GIVEN),
        ("欧阳建国", "欧阳国", NameCode.EXTRA),
        ("阿依古丽·阿卜杜热合曼", "阿依古丽·阿卜杜热", NameCode.EXTRA),
        ("阿依古丽·阿卜杜热合曼", "阿依古丽·买买提", NameCode.GIVEN),
        ("张三、李四", "李四", NameCode.EXTRA),
        ("龔?", "龚䶮", NameCode.LOSS),
        ("龚锟斤拷", "龚䶮", NameCode.LOSS),
        ("龚\ue863", "龚䶮", NameCode.LOSS),
        ("XU YING", "徐颖", NameCode.LOSS),
        ("国萧建", "肖建国", NameCode.ORDER),
        ("买买提艾力", "买买提·艾力", NameCode.FORMAT),
        ("费晓红", "惠晓红", NameCode.NEARPHONE),
        ("王芬", "王风", NameCode.NEARPHONE),
        ("刘王氏", "刘王氏", NameCode.SAME),
        ("欧阳氏", "欧阳娜", NameCode.CLAN),
        ("王氏", "张桂花", NameCode.DISJOINT),
        ("尉迟恭", "蔚迟恭", NameCode.HOMOPHONE),
        ("??", "张伟", NameCode.DISJOINT),
        ("不详", "王芳", NameCode.MISSING),
        ("王某", "王芳", NameCode.MISSING),
        ("付强", "傅强", NameCode.VARIANT),
        ("代丽", "戴丽", NameCode.VARIANT),
        ("钟喆", "鍾哲", NameCode.VARIANT),
        ("己平", "已平", NameCode.SHAPE),
        ("王晴", "王睛", NameCode.SHAPE),
        ("李怀", "李不", NameCode.SHAPE),
        ("李琴", "李王", NameCode.SHAPE),
        ("杨明", "汤明", NameCode.SHAPE),
        ("李德", "李徳", NameCode.VARIANT),
    ],
)
def test_an_explanation_survives_a_second_small_difference(a, b, code):
    assert compare_names(a, b).code is code
    assert compare_names(b, a).code is code


@pytest.mark.parametrize(
    ("surname", "spoken", "misread"),
    [
        ("单", "善", "丹"),
        ("仇", "求", "愁"),
        ("曾", "增", "层"),
        ("解", "谢", "姐"),
        ("区", "欧", "曲"),
        ("查", "扎", "茶"),
    ],
)
def test_a_surname_sounds_as_a_surname_and_not_as_the_word(surname, spoken, misread):
    right, wrong = (compare_names(f"{surname}明华", f"{other}明华") for other in (spoken, misread))

    assert right.code is NameCode.HOMOPHONE
    assert NameCode.HOMOPHONE not in (wrong.code, *wrong.also)


def test_variants_are_equivalences_and_never_one_name():
    names = parse_names(pa.array(["肖建国", "萧建国"]))

    assert names.text.to_pylist() == ["肖建国", "萧建国"]
    assert names.name_id[0] != names.name_id[1]
    assert names.fold[0] == names.fold[1]
    assert "萧" in compare_names("肖建国", "萧建国").evidence()[0]


def test_local_speech_is_a_parameter():
    none = NearSounds(initials=(), finals=())

    assert compare_names("刘兰英", "刘南英").code is NameCode.NEARPHONE
    assert compare_names("刘兰英", "刘南英", near=none).code is NameCode.ONECHAR
    assert compare_name_pairs(pa.array(["刘兰英"]), pa.array(["刘南英"]), near=none)["code"].to_pylist() == [
        "XS-NAME-ONECHAR"
    ]


def test_a_column_carries_keys_for_joining():
    names = parse_names(pa.array(["单秀兰", "王?明", None, "買買提•艾力", "单秀兰"]))

    assert names.sound[0].as_py() == "shan xiu lan"
    assert names.pattern.to_pylist() == [None, "王_明", None, None, None]
    assert names.name_id[2] == 0
    assert names.name_id[0] == names.name_id[4]
    assert names.defects.to_pylist()[2:4] == ["|NM-EMPTY|", "|NM-SEPARATOR|NM-TRADITIONAL|"]


def test_an_empty_column_is_no_special_case():
    nothing = pa.array([], pa.string())

    assert len(parse_names(nothing).text) == 0
    assert compare_name_pairs(nothing, nothing).num_rows == 0


def test_chunks_and_slices_are_read_as_the_whole():
    chunked = pa.chunked_array([["张伟", "王芳"], ["李"]])

    assert parse_names(chunked).text.to_pylist() == ["张伟", "王芳", "李"]
    assert parse_names(pa.array(["甲", "张伟", "王芳"]).slice(1)).text.to_pylist() == ["张伟", "王芳"]
    assert compare_name_pairs(chunked, chunked)["code"].to_pylist() == ["same"] * 3
