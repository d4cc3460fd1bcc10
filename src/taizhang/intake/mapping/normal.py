"""Headers made comparable: what is decoration (years, units, stars, brackets) and what says which column it is."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from taizhang.intake.model import plain

_YEAR = re.compile(r"^(?:截[至止])?((?:19|20)\d\d)年?度?(?!\d)(?=\D)")
_SHORT_YEAR = re.compile(
    r"^(1[4-9]|2\d)年度?(?=[\u4e00-\u9fff])(?![以及内制])"
)  # 19年人均纯收入; the registers begin in 2014
_YEAR_INSIDE = re.compile(r"((?:19|20)\d\d)年度?")
# What numbers the items of a form: D1. （1） 1、 ①. A list number, never part of a label.
_LIST_NUMBER = re.compile(
    r"^(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|[A-Za-z]\d{1,2}[a-z]?(?:[-.]\d{1,2})*\s*(?=[\u4e00-\u9fff])|\d{1,2}(?:\.\d{1,2})+(?=[\u4e00-\u9fff])|第\d{1,2}项|\d{1,2}\s+(?=[\u4e00-\u9fff])|[A-Za-z]?\d{1,2}[.、)]|[一二三四五六七八九十]{1,2}[、.]|[①-⑳])(?=\D)"
)
_PLACE_IN_A_LIST = re.compile(r"^其中:")  # 其中：(1)工资性收入
_COUNTED_TWICE = re.compile(r"(户(?=户)|人口(?=人))[户人]数$")
_BETWEEN_VALUES = re.compile(r"[/、,;|\s]|或")
_VALUE_NUMBER = re.compile(r"(?<!\d)(\d{1,2})[.:=\-、]?(?=[^\d\s/、,;])")
_EDGE = "*★☆※:。.、,;#·_-—~!?\"'"
# Units a bracket at the end may name; everything else in brackets stays, because it may tell two columns apart
# (公益性岗位(月数), 就业渠道(易地搬迁后扶使用)).
_UNITS = (
    "元|万元|元/年|元/月|元/人|百元|千元|月|个月|天|年|亩|公顷|平方米|平米|m2|㎡|公里|千米|km|里|米|m|"
    "元/亩|元/户|元/头|元/次|元/天|斤/亩|公斤/亩|人|户|个|岁|周岁|次|%|名|口|间|头|只|箱|株|斤|公斤|吨|辆|位"
)
_UNIT = re.compile(rf"\((?:单位:?)?({_UNITS})\)$")
_UNIT_AFTER_A_STROKE = re.compile(r"(?<!元)[/:,](?:单位:?)?(元|万元|亩|平方米|平米|m2|㎡|人|岁|公里|月|个月|户)$")
_DECORATION = re.compile(
    r"\((?:身份证上|身份证上的|国办|国办系统|系统|必填|选填|非必填|必填项|填写|请填写|下拉选择|下拉|单选|多选|可多选|选择|文本格式|文本|数字|"
    r"\d{1,2}位(?:数字?|号码)?|15或18位|"
    r"(?:y{2,4}|x{2,4})[-/.年]?(?:mm?|xx?)(?:[-/.月](?:dd?|xx?)?日?)?|yyyymmdd|年[-/.、]?月(?:[-/.、]?日)?|格式:[^()]*|"
    r"例:?[^()]*|如:?[^()]*|示例:?[^()]*|不含[^()]*|以身份证为准|与身份证一致|同身份证|按身份证|以户口本为准|按户口本|"
    r"请核对|核对|全称|签字|公历|阳历|写全称)\)"
)
# What a remark, a second line or a part after a colon says of a column that is answered with yes or no: （是/否）, （√）, 1有0无.
_YES_OR_NO = (
    r"(?:请?(?:填写?|选填?|打|划|画|勾选?)?(?:[01][=.:、-]?)?(?:是|有|能|会|√|✓|✔)[01]?(?:[/、,;|或](?:[01][=.:、-]?)?|[01][=.:、-]?)"
    r"(?:否|无|没有|不是|不能|不会|×|✗)[01]?|请?填?(?:是否|有无|能否)|(?:请?(?:打|划|画|填))?[√✓✔]|打勾|勾选)"
)
_YES_NO = re.compile(
    rf"\({_YES_OR_NO}\)|(?<=.):?(?:(?:是|有|能|会)[/、,](?:否|无|不能|不会)|:是否|√)$|(?<=..)(?<![是能与有可])否$"
)
_A_NOT_A = re.compile(r"(会|能|通|在|愿意)不\1|(有)没\2")  # 会不会普通话 is 是否会普通话
_ONE_YEAR = re.compile(r"(?<!\d)1年(?=期|以)")
_UNIT_WORDS = {
    "平米": "平方米", "m2": "平方米", "㎡": "平方米", "千米": "公里", "km": "公里", "m": "米", "个月": "月",
    "周岁": "岁", "口": "人", "名": "人", "位": "人",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """A header text taken apart.

    key: what is compared. unit: the unit it names, in our spelling, or None. year: a data year it begins with, or None.
    whether: it says that 是 or 否 is to be filled in.
    """

    key: str
    unit: str | None = None
    year: int | None = None
    whether: bool = False


def counted_once(key: str) -> str:
    """The key of a count without what is said twice: 贫困户户数 is 贫困户数, 贫困人口人数 is 贫困人口数."""
    return _COUNTED_TWICE.sub(r"\1数", key)


@lru_cache(maxsize=65536)
def header(text: str) -> Header:
    """Take a header apart (intake.md §11.1): NFKC, no blanks, no leading year, no unit, no decoration at the edges."""
    key = plain(_LIST_NUMBER.sub("", text.strip())).strip(_EDGE).casefold()
    while (without := _PLACE_IN_A_LIST.sub("", _LIST_NUMBER.sub("", key)).strip(_EDGE)) != key:
        key = without
    key = counted_once(key)
    year = None
    if found := _YEAR.match(key):
        year = int(found.group(1))
        key = key[found.end() :].strip(_EDGE)
    elif found := _SHORT_YEAR.match(key):
        year = 2000 + int(found.group(1))
        key = key[found.end() :].strip(_EDGE)
    elif found := _YEAR_INSIDE.search(key):
        year = int(found.group(1))
        key = key[: found.start()] + key[found.end() :]
    unit = None
    key = _ONE_YEAR.sub("一年", _A_NOT_A.sub(r"是否\1\2", key))
    whether = _YES_NO.search(key) is not None
    key = _DECORATION.sub("", _YES_NO.sub("", key)).strip(_EDGE)
    if found := _UNIT.search(key) or _UNIT_AFTER_A_STROKE.search(key):
        unit = _UNIT_WORDS.get(found.group(1), found.group(1))
        key = key[: found.start()].strip(_EDGE)
    return Header(key, unit, year, whether)


def listed_values(text: str) -> list[str]:
    """The alternatives a remark lists, without the numbers they may bear: 健康/残疾; 1健康2残疾; 0:否,1:是."""
    numbers = [int(number) for number in _VALUE_NUMBER.findall(text)]
    if len(numbers) > 1 and all(after - before == 1 for before, after in pairwise(numbers)):
        text = _VALUE_NUMBER.sub("/", text)
    return [part for part in _BETWEEN_VALUES.split(text) if part]


def path_key(path: tuple[str, ...]) -> str:
    """A column's path as one text: the keys of its levels joined by '/', equal neighbours once, empty levels left out."""
    keys: list[str] = []
    for text in path:
        key = header(text).key
        if key and (not keys or keys[-1] != key):
            keys.append(key)
    return "/".join(keys)
