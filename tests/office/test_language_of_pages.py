"""No page shows a reader of English a Chinese word of the interface; what people and ledgers wrote stays as they wrote it."""

import html
import re

import pytest

from exposure.test_crawl import Crawl
from officepeople import COUNTY, actor
from officeworld import build
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]+")
WORDS = re.compile(
    r">([^<]+)<|(?:title|aria-label|placeholder|alt|data-label|data-key-label)=\"([^\"]+)\"|<script[^>]*json\"[^>]*>([^<]+)"
)
DATA = (
    "欧阳远山", "诸葛明月", "远山家的情况说明", "王建军", "家庭", "龙亭镇", "磨子桥镇", "柏树村", "竹花岭村", "洋县",
    "全国扶贫系统", "市互联网+平台", "村级台账", "月度回填", "每日排查", "某人", "人员信息.xlsx", "人员信息", "男", "户主", "一",
    "户口簿页", "到岗", "国标号码一致", "账", "简体中文", "繁體中文", "一查一补两落实", "七突出七对标七到位",
    "本县一项", "入户核对", "开会", "照片",
)  # fmt: skip
"""Names, titles of sources, values of ledgers, what somebody typed, the sweep's evidence, the seal in the corner, languages."""

TABLE = re.compile(r" /frames/\d+/table")
"""A file that is taken in again: the names of its columns are the format's (docs/formats/rule-pack.md)."""


def chinese_of(text):
    """Chinese texts of a page that are nobody's data."""
    shown = " \n".join(html.unescape(part) for found in WORDS.findall(text) for part in found if part)
    shown = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), shown)
    for data in sorted(DATA, key=len, reverse=True):
        shown = shown.replace(data, "")
    return set(CHINESE.findall(shown))


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_reader_of_english_meets_no_chinese_word_of_the_interface(role, lake):
    build(lake)
    user = User.objects.get(pk=actor(role, COUNTY).user_id)
    User.objects.filter(pk=user.pk).update(language="en")
    crawl = Crawl(user)

    crawl.everything()

    assert len(crawl.seen) > 1
    left = {asked: chinese_of(text) for asked, text in crawl.seen.items() if not TABLE.search(asked)}
    assert {asked: words for asked, words in left.items() if words} == {}
