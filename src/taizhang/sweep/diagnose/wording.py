"""Evidence sentences in Chinese: facts only, and never a whole number (law, section 4)."""

from collections.abc import Sequence
from functools import lru_cache

from taizhang.identity.names import readings_of

TITLES = {
    "XS-ID-15-18": "新旧号（15位与18位）", "XS-ID-DISABILITY": "身份证与残疾证", "XS-ID-STUDENT": "学籍号",
    "XS-ID-EXCEL": "表格截断末三位", "XS-ID-SUBST": "一位不同", "XS-ID-TRANSPOSE": "相邻两位对调",
    "XS-ID-JUMP": "隔位对调", "XS-ID-INDEL": "多一位或少一位", "XS-ID-BIRTH": "出生日期段不同",
    "XS-ID-REGION": "区划段不同", "XS-ID-SEQ": "顺序码不同", "XS-ID-DISJOINT": "号码完全不同",
    "XS-NAME-FORMAT": "仅格式不同", "XS-NAME-LOSS": "一方缺字", "XS-NAME-DAMAGED": "一方乱码",
    "XS-NAME-VARIANT": "异体字或繁简字", "XS-NAME-ALIAS": "曾用名", "XS-NAME-CLAN": "某氏旧式名",
    "XS-NAME-EXTRA": "多字或少字", "XS-NAME-ORDER": "字序颠倒", "XS-NAME-HOMOPHONE": "同音字",
    "XS-NAME-NEARPHONE": "近音字", "XS-NAME-SHAPE": "形近字", "XS-NAME-KEY": "键入相邻",
    "XS-NAME-ONECHAR": "一字之差", "XS-NAME-SURNAME": "姓不同名同", "XS-NAME-GIVEN": "姓同名不同",
    "XS-NAME-DISJOINT": "姓名完全不同",
}  # fmt: skip
AS_WHOLES = frozenset({"XS-NAME-CLAN", "XS-NAME-ORDER", "XS-NAME-DISJOINT"})
"""Explanations that no pair of characters has a part in."""
MOST_CHARACTERS = 3
"""Differing characters that a sentence names one by one."""
LEAST_CHANCE, MOST_CHANCE = 0.01, 0.99
"""Probabilities between which one is told as it is."""


def places(differing: str) -> str:
    """Differing places ("11,12", or none) for a reader: 第11、12位."""
    return f"第{differing.replace(',', '、')}位" if differing else ""


def numbers_differ(differing: str, relation: str) -> str:
    """How a row's number differs from the likeliest one: the places and, of the codes that fit (a set text), the first."""
    return f"与候选号码相差{places(differing)}（{TITLES.get(relation.split('|', 1)[0], '')}）" if differing else ""


@lru_cache(maxsize=65_536)
def names_differ(own: str, true: str, code: str) -> str:
    """How a row's name differs from the likeliest one: the explanation, and which characters with their readings."""
    said = f"本行姓名与候选姓名：{TITLES.get(code, '不同')}"
    places = [at for at, (x, y) in enumerate(zip(own, true, strict=False)) if x != y]
    if code in AS_WHOLES or len(own) != len(true) or len(places) > MOST_CHARACTERS:
        return said
    told = [f"第{at + 1}字“{own[at]}”{_read(own, at)}与“{true[at]}”{_read(true, at)}" for at in places]
    return f"{said}，{'，'.join(told)}"


def _read(name: str, at: int) -> str:
    readings = readings_of(name, at)
    return f"（{'、'.join(readings[:3])}）" if readings else ""


def joined(titles: Sequence[str]) -> str:
    """Source titles as a list."""
    return "、".join(titles)


@lru_cache(maxsize=1024)
def agreeing(titles: tuple[str, ...], what: str) -> str:
    """Which sources say the likeliest value."""
    return f"{joined(titles)}{'一致' if len(titles) > 1 else ''}登记为另一{what}" if titles else ""


@lru_cache(maxsize=16_384)
def chance(probability: float) -> str:
    """A probability as a reader wants it: never 100 %, and never 0."""
    return f"{min(probability, MOST_CHANCE):.0%}" if probability >= LEAST_CHANCE else f"<{LEAST_CHANCE:.0%}"
