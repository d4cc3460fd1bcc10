"""Errors in three languages: every text is there, and the right language is spoken."""

import ast
import re
from pathlib import Path

import opencc
import pytest

import taizhang
from taizhang.errors import UserError
from taizhang.intake.delivery.facts import SheetFacts
from taizhang.intake.delivery.messages import HELD
from taizhang.intake.delivery.quarantine import COUNTED, WHAT, explain_sheet
from taizhang.intake.messages import KINDS, LIMIT_NAMES, REASONS, describe
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.raw import FileEvent
from taizhang.languages import Language, evidence_in, language_of, said, speak, spoken, translated
from taizhang.sweep.rules import load_packs
from taizhang.sweep.rules.functions import FUNCTIONS
from taizhang.sweep.rules.model import LANGUAGES
from taizhang.sweep.rules.schema import tables

ROOT = Path(taizhang.__file__).parent
APART = ("office",)  # it has gettext
REFUSING = {"refuse", "_refuse", "Refused"}
"""Whoever reads rule packs refuses them through these; their texts become those of PackError."""
CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"“[^“”]*”")
"""A value named in a text."""


def error_classes(trees):
    known = {"UserError"}
    defined = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):  # as deep as the families go
        known |= {one.name for one in defined if {getattr(base, "id", "") for base in one.bases} & known}
    return known


def templates(node):
    """The texts an expression may be, {} for what is put in; nothing where it is not written there."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return templates(one) + templates(other)
        case _:
            return []


def written():
    trees = {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in ROOT.rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith(APART)
    }
    known = error_classes(trees)
    calls = [
        (path, node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in known | REFUSING
    ]
    said_there = [
        (path, text)
        for path, call in calls
        for value in (*call.args, *(word.value for word in call.keywords if word.arg in ("message", "why", "hint")))
        for text in templates(value)
    ]
    return sorted({(path, text) for path, text in said_there if CHINESE.search(text)})


@pytest.mark.parametrize(("path", "text"), written())
def test_every_text_of_an_error_is_there_in_english_and_traditional_chinese(path, text):
    filled = text.replace("{}", "x1")

    assert translated(filled, Language.EN) != filled  # it may name a column or a key in Chinese
    assert translated(filled, Language.HANT).count("x1") == translated(filled, Language.EN).count("x1")


EVENTS = [
    *(FileEvent("SR-FILE-LIMIT", "error", facts={"limit": name, "found": 9, "allowed": 1}) for name in LIMIT_NAMES),
    *(FileEvent("SR-FILE-CORRUPT", "error", facts={"reason": name}) for name in REASONS),
    *(FileEvent("SR-FILE-KIND", "error", facts={"kind": name}) for name in KINDS),
    *(FileEvent("SR-FILE-KIND", "info", facts={"kind": name, "ending": ".xls"}) for name in KINDS),
    FileEvent("SR-ENCODING", "warn", facts={"encoding": "big5"}),
    FileEvent("SR-ENCODING", "warn", facts={"encoding": "big5", "cut_bytes": 1}),
    FileEvent("SR-ENCODING", "warn", facts={"encoding": "big5", "replaced": 1}),
    FileEvent("SR-ENCODING", "info", facts={"encoding": "big5"}),
    FileEvent("SR-READER-FAULT", "error", facts={"fault": "KeyError", "place": "a.py:1"}),
    *(
        FileEvent(code, "warn", facts={"count": 3})
        for code in (
            "SR-FILE-ENCRYPTED", "SR-FILE-ENTITY", "SR-READER-PLAIN", "SR-FORMULA", "SR-CELL-PICTURE", "SR-CELL-CORRUPT",
            "SR-CELL-ORDER", "SR-ROW-ORDER", "SR-PLACE-DOUBT",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_what_a_reader_says_of_a_file_is_there_in_english(event):
    message = describe(event)

    assert not [
        text for text in (message.what, message.why, message.hint) if CHINESE.search(translated(text, Language.EN))
    ]


def test_values_are_kept_and_what_is_ours_among_them_is_translated():
    error = UserError("来源“全国系统”的文件不能读取。", where="收件箱/甲.xlsx", hint="请刷新列表后再看。")

    english = said(error, Language.EN)

    assert english.message == "The files of source “全国系统” cannot be read."
    assert (english.where, english.hint) == ("收件箱/甲.xlsx", "Load the list again.")
    assert said(error, Language.ZH).message == error.message
    assert "不能讀取" in said(error, Language.HANT).message


def test_a_value_with_brackets_of_its_own_keeps_them():
    where = "来源“洋县（演示数据）”的文件不能读取。"

    assert translated(where, Language.EN) == "The files of source “洋县（演示数据）” cannot be read."
    assert translated("未报送或整列为空：性别、出生日期", Language.EN).endswith(": Sex, Date of birth")


TITLED = {
    *(field.zh for field in FIELDS.values()),
    *(table.zh for table in TABLES.values()),
    *(column.title for table in tables().values() for column in table.columns.values()),
    *(function.meaning for function in FUNCTIONS.values()),
    *(
        text
        for one in load_packs().parameters.values()
        for text in (one.title, one.unit, *(v.source for v in one.values))
    ),
}


@pytest.mark.parametrize("title", sorted(one for one in TITLED if CHINESE.search(one)))
def test_every_title_is_there_in_english_and_traditional_chinese(title):
    english = translated(title, Language.EN)

    assert english != title
    assert not CHINESE.search(QUOTED.sub("", english))
    assert opencc.OpenCC("s2tw").convert(title) == translated(title, Language.HANT)


def test_no_two_fields_share_an_english_title():
    english = [translated(field.zh, Language.EN) for field in FIELDS.values()]

    assert len(set(english)) == len(english)


def test_a_text_nobody_translated_stays_as_it_is():
    assert translated("这句话没有译文。", Language.EN) == "这句话没有译文。"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-Hans", Language.ZH),
        ("zh_CN.UTF-8", Language.ZH),
        ("zh-TW", Language.HANT),
        ("zh-Hant", Language.HANT),
        ("zh_HK.UTF-8", Language.HANT),
        ("en_GB.UTF-8", Language.EN),
        ("C.UTF-8", None),
        ("fr_FR", None),
        ("", None),
    ],
)
def test_a_tag_or_locale_names_a_language(tag, language):
    assert language_of(tag) is language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.ZH),
        ({"LANG": "C.UTF-8"}, Language.ZH),
        ({"LANG": "en_US.UTF-8"}, Language.EN),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, Language.HANT),
        ({"LANG": "zh_CN.UTF-8", "TAIZHANG_LANG": "en"}, Language.EN),
        ({"LANG": "en_US.UTF-8", "TAIZHANG_LANG": "klingon"}, Language.EN),
    ],
)
def test_the_variable_goes_before_the_locale_and_simplified_chinese_is_the_rest(environment, language):
    assert spoken(environment) is language


def test_what_was_chosen_goes_before_everything():
    speak(Language.HANT)
    try:
        assert spoken({"TAIZHANG_LANG": "en"}) is Language.HANT
    finally:
        speak(None)


SPEAKING = (
    "cli/authority", "cli/console", "cli/demo", "cli/disk", "cli/divisions", "cli/ledger", "cli/main", "cli/mapping",
    "cli/office", "cli/rules", "cli/sample", "cli/slips", "cli/sweep", "library/showing",
)  # fmt: skip
"""Modules that speak to a terminal or notebook; the others of the command line write references."""


def printed():
    """Every text of these modules but docstrings and the help of options, which stand in two languages in one."""
    found = set()
    for module in SPEAKING:
        tree = ast.parse((ROOT / f"{module}.py").read_text("utf-8"))
        left_out = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                left_out.add(id(node.value))
            if isinstance(node, ast.keyword) and node.arg in ("help", "metavar"):
                left_out |= {id(inner) for inner in ast.walk(node.value)}
            if isinstance(node, ast.JoinedStr):
                left_out |= {id(part) for part in node.values}
        found |= {
            (module, text)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in left_out
            for text in templates(node)
            if CHINESE.search(text)
        }
    return sorted(found)


@pytest.mark.parametrize(("module", "text"), printed())
def test_every_text_of_the_terminal_is_there_in_english(module, text):
    filled = text.replace("{}", "x1")

    assert translated(filled, Language.EN) != filled


EVIDENCE_ELSEWHERE = {"其他来源", "女", "男", "下", "上", "一致", "与", "、"}
"""Texts in the modules of diagnoses that are values or stand in the middle of a sentence."""


def evidence():
    """Every text of the modules that write evidence but docstrings, headings of codes and what a sentence is put together from."""
    found = set()
    for path in [*(ROOT / "sweep" / "diagnose").glob("*.py"), ROOT / "sweep" / "authority" / "telling.py"]:
        tree = ast.parse(path.read_text("utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
            and id(node) not in inside | notes and not node.value.startswith("，")
        }  # fmt: skip
    return sorted(found - EVIDENCE_ELSEWHERE)


@pytest.mark.parametrize("sentence", evidence())
def test_every_plain_sentence_of_evidence_is_there_in_english(sentence):
    assert not CHINESE.search(evidence_in(sentence, Language.EN).replace("氏", ""))


PUT_TOGETHER = {"{}{}登记为另一{}", "第{}至{}行的{}整体错开{}行：每行的{}属于{}{}行的人"}
"""Sentences whose words themselves are put in; their forms stand one by one below."""


def evidence_with_values():
    """Every sentence of these modules with places for values, {} for each."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "sweep" / "diagnose").glob("*.py")]
    found = {
        text
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for text in templates(node)
        if CHINESE.search(text)
    }
    return sorted(found - PUT_TOGETHER)


@pytest.mark.parametrize("sentence", evidence_with_values())
def test_every_sentence_of_evidence_with_values_is_there_in_english(sentence):
    assert not CHINESE.search(evidence_in(sentence.replace("{}", "7"), Language.EN))


@pytest.mark.parametrize(
    ("sentence", "english"),
    [
        ("全国系统、市平台一致登记为另一号码", "全国系统, 市平台 agree on another number"),
        ("村台账登记为另一姓名", "村台账 has another name"),
        ("与候选号码相差第11、12位（相邻两位对调）", "Differs from the candidate number at places 11, 12 (two neighbouring places exchanged)"),
        ("与候选号码相差第7、9、12位（出生日期段不同）", "Differs from the candidate number at places 7, 9, 12 (date of birth differs)"),
        ("与候选号码相差第18位（一位不同）", "Differs from the candidate number at place 18 (one place differs)"),
        ("全国系统、镇台账（龙亭）一致登记为另一姓名", "全国系统, 镇台账（龙亭） agree on another name"),
        ("第5至9行的号码与姓名整体错开1行：每行的号码与姓名属于下1行的人",
         "Rows 5 to 9: the number and name are shifted by 1 row(s): the number and name of each row belong to the person 1 row(s) below"),
        ("本行姓名与候选姓名：同音字，第2字“军”（jūn）与“君”（jūn）",
         "Name of this row and candidate: same sound; character 2: “军” (jūn) and “君” (jūn)"),
        ("本行姓名与候选姓名：近音字，第2字“乐”（lè、yuè）与“岳”（yuè）",
         "Name of this row and candidate: near sound; character 2: “乐” (lè, yuè) and “岳” (yuè)"),
        ("本行姓名与候选姓名：姓名完全不同", "Name of this row and candidate: entirely different name"),
        ("有3个同样相符的人可以对应，须由人选择", "3 persons fit equally well; a person has to choose"),
        ("出生日期与其他3个来源不同", "The date of birth differs from 3 other sources"),
    ],
)  # fmt: skip
def test_evidence_is_said_in_english_with_its_values(sentence, english):
    assert evidence_in(sentence, Language.EN) == english


EMITTED = re.compile(r'"(SR-[A-Z-]+)"')


def test_no_code_of_an_event_lacks_its_three_texts():
    """What intake says of files: a finding of the rule with the code, a sentence of `describe`, or why a delivery is held."""
    emitted = {code for path in (ROOT / "intake").rglob("*.py") for code in EMITTED.findall(path.read_text("utf-8"))}
    sentences = {event.code for event in EVENTS}
    rules = {rule.id for rule in load_packs().rules.values() if set(rule.message) == set(LANGUAGES)}

    assert len(emitted) > 15
    assert emitted - sentences - rules - set(HELD) == set()
    assert [text for text in HELD.values() if CHINESE.search(translated(text, Language.EN))] == []


NOT_TAKEN = [
    *(explain_sheet(SheetFacts(0, "甲", "visible", "data", "waiting"), ((code, ""),)) for code in (*WHAT, "SR-OTHER")),
    explain_sheet(
        SheetFacts(0, "甲", "visible", "data", "mapped", households_why=dict.fromkeys(COUNTED, 3)),
        (("SR-HOUSEHOLD-RUNS", ""),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("lines", NOT_TAKEN, ids=lambda lines: lines["reason"][0].as_py())
def test_why_a_sheet_was_not_taken_is_there_in_english(lines):
    (line,) = lines.to_pylist()

    left = [line[name] for name in ("what", "why", "hint") if CHINESE.search(said_without_names(line[name]))]

    assert not left


def said_without_names(text):
    """A text in English without what stands in quotation marks, which names what a file or program calls so."""
    return QUOTED.sub("", translated(text, Language.EN))


def asked_about_sheets():
    """The questions about columns and sheets as mapping/sheet.py writes them, {} for what is put in."""
    tree = ast.parse((ROOT / "intake" / "mapping" / "sheet.py").read_text("utf-8"))
    found = [text for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for text in templates(node)]
    return [text for text in found if text.startswith(("《", "工作表《", "隐藏的工作表《"))]


@pytest.mark.parametrize("text", [one for one in asked_about_sheets() if one != "《{}》{}"])
def test_what_is_asked_about_a_sheet_is_there_in_english(text):
    filled = text.replace("{}", "x1")

    assert not CHINESE.search(said_without_names(filled))
