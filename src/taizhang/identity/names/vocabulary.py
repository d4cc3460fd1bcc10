"""The words of the subject: defects, differences, grades, and the characters with a meaning of their own."""

import re
from enum import StrEnum


class NameDefect(StrEnum):
    """What can be wrong with one name; values are rule ids (identity.md §15.2)."""

    EMPTY = "NM-EMPTY"
    PLACEHOLDER = "NM-PLACEHOLDER"
    SHORT = "NM-SHORT"
    LONG = "NM-LONG"
    SPACE = "NM-SPACE"
    SEPARATOR = "NM-SEPARATOR"
    DIGIT = "NM-DIGIT"
    LATIN = "NM-LATIN"
    LOSS = "NM-LOSS"
    PUA = "NM-PUA"
    RADICAL = "NM-RADICAL"
    COMPAT = "NM-COMPAT"
    DESYNC = "NM-DESYNC"
    CHARSET = "NM-CHARSET"
    PINYIN_BRACKET = "NM-PINYIN-BRACKET"
    NOTE = "NM-NOTE"
    TRADITIONAL = "NM-TRADITIONAL"
    CLAN = "NM-CLAN"
    SYMBOL = "NM-SYMBOL"
    TWO_PERSONS = "NM-TWO-PERSONS"


class NameStep(StrEnum):
    """One step of normalising that changed something, in the order in which they are tried."""

    WRAPPER = "wrapper"
    COMPAT = "compatibility"
    INVISIBLE = "invisible"
    WIDTH = "width"
    RADICAL = "radical"
    PINYIN = "pinyin"
    ALIAS = "alias"
    NOTE = "note"
    SERIAL = "serial"
    SEPARATOR = "separator"
    SPACE = "space"
    CASE = "case"


class NameCode(StrEnum):
    """How two names differ, in the order in which explanations are tried (identity.md §15.4)."""

    MISSING = "missing"
    """One side has no name: missing is not different (identity.md §16)."""
    SAME = "same"
    FORMAT = "XS-NAME-FORMAT"
    LOSS = "XS-NAME-LOSS"
    DAMAGED = "XS-NAME-DAMAGED"
    VARIANT = "XS-NAME-VARIANT"
    ALIAS = "XS-NAME-ALIAS"
    CLAN = "XS-NAME-CLAN"
    EXTRA = "XS-NAME-EXTRA"
    ORDER = "XS-NAME-ORDER"
    HOMOPHONE = "XS-NAME-HOMOPHONE"
    NEARPHONE = "XS-NAME-NEARPHONE"
    SHAPE = "XS-NAME-SHAPE"
    KEY = "XS-NAME-KEY"
    ONECHAR = "XS-NAME-ONECHAR"
    SURNAME = "XS-NAME-SURNAME"
    GIVEN = "XS-NAME-GIVEN"
    DISJOINT = "XS-NAME-DISJOINT"


class NameGrade(StrEnum):
    """Strength of agreement, M0 the same to M6 nothing shared."""

    M0 = "M0"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"


GRADES: dict[NameCode, NameGrade | None] = {
    NameCode.MISSING: None,
    NameCode.SAME: NameGrade.M0,
    NameCode.FORMAT: NameGrade.M1,
    NameCode.LOSS: NameGrade.M3,
    NameCode.DAMAGED: NameGrade.M3,
    NameCode.VARIANT: NameGrade.M2,
    NameCode.ALIAS: NameGrade.M2,
    NameCode.CLAN: NameGrade.M4,
    NameCode.EXTRA: NameGrade.M4,
    NameCode.ORDER: NameGrade.M4,
    NameCode.HOMOPHONE: NameGrade.M4,
    NameCode.NEARPHONE: NameGrade.M4,
    NameCode.SHAPE: NameGrade.M4,
    NameCode.KEY: NameGrade.M4,
    NameCode.ONECHAR: NameGrade.M5,
    NameCode.SURNAME: NameGrade.M5,
    NameCode.GIVEN: NameGrade.M5,
    NameCode.DISJOINT: NameGrade.M6,
}

HAN_CLASS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN = re.compile(f"[{HAN_CLASS}]")
ALL_HAN = re.compile(f"[{HAN_CLASS}]+")
PRIVATE_CLASS = "\ue000-\uf8ff\U000f0000-\U0010ffff"
LOSS_MARKS = "?？□■▢◻〓\ufffd*＊_＿×"
"""Written where a character could not be: each stands for one character."""
LOSS_CLASS = re.escape(LOSS_MARKS)
KUN_JIN_KAO = "锟斤拷"
"""U+FFFD written as UTF-8 and read as GBK, twice: what is left of one lost two-byte character."""
INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef"
DOTS = "\u00b7\u2022\u2027\u22c5\u2219\u30fb\uff65\uff0e\ufe52\u00b0\u0387\u16eb\u2024\u25cf\u26ab.\u3002\uff61\\-\uff0d\u2010-\u2015\u2212"
PLACEHOLDERS = frozenset(
    [
        "不详",
        "不祥",
        "无名",
        "无名氏",
        "未取名",
        "未命名",
        "小孩",
        "某",
        "某某",
        "某某某",
        "待定",
        "未知",
        "无",
        "暂无",
        "空",
        "婴儿",
        "新生儿",
        "男婴",
        "女婴",
        "宝宝",
        "未上户",
        "未登记",
        "未起名",
        "没有名字",
        "测试",
        "无姓名",
        "姓名",
        "姓名不详",
        "不知道",
        "不清楚",
        "待查",
        "待核实",
        "待补",
        "缺",
        "保密",
        "佚名",
        "NULL",
        "NONE",
        "NAN",
        "N/A",
        "NA",
        "XX",
        "XXX",
        "X",
        "TEST",
        "同上",
    ]
)
SURNAME_PLACEHOLDER = re.compile(f"[{HAN_CLASS}]{{0,2}}(?:某{{1,3}}|[X×]{{2,3}})")
RELATION_NOTES = [
    "之妻",
    "之夫",
    "之子",
    "之女",
    "之母",
    "之父",
    "之妹",
    "之弟",
    "之兄",
    "之姐",
    "之孙",
    "之媳",
    "之婿",
    "的妻子",
    "的儿子",
    "的女儿",
    "的母亲",
    "的父亲",
    "的丈夫",
]
"""The name before such a note is another person's: the note is reported and the text stays whole."""
HONORIFICS = ["先生", "女士", "同志", "老师", "师傅", "书记", "主任", "村长", "支书", "组长", "医生"]
"""May stand behind a surname alone: then the surname is all that is known."""
ALSO_GIVEN_NAMES = ["先生", "同志"]
"""Of these: somebody may be called so, so behind a surname alone they are left to what the other ledgers say."""
STATE_NOTES = ["户主", "已故", "死亡", "去世", "已迁出", "迁出", "学生", "残疾", "五保", "低保"]
"""Stand behind a whole name only: 学生 may be somebody's given name."""
ALIAS_WORDS = "曾用名|又名|别名|原名|学名|乳名|小名|绰号|化名|本名|艺名"
