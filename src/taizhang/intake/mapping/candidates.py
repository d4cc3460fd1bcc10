"""What a column may be, by the labels over it alone: the text known, the words known, or nothing.

Nothing here looks at values or at other columns, so the answer for a label is kept once it is found.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache

from taizhang.intake.mapping.dictionary import NUMERIC_TYPES, Entry, dictionary, in_table
from taizhang.intake.mapping.lexicon import HEAD, HELPER, SELF, Signature, parent_owner, signature
from taizhang.intake.mapping.lookup import (
    abbreviated,
    about,
    entries_about,
    misspelt,
    near,
    same_words,
    softened,
    unit_fits,
)
from taizhang.intake.mapping.normal import Header, counted_once, header, listed_values, path_key
from taizhang.intake.model import FIELDS, TABLES, FieldType, IdentityRole, code_lists, plain

_BRACKET = re.compile(r"^(.+)\(([^()]*)\)([^()]*)$")
_REMARK = re.compile(r"^([^:,;]{2,}?)[:,;](.+)$")
_LISTED = re.compile(r"[/、]|\d\D+\d")
_NO_OTHER_COLUMN = frozenset({"household", "persons", "resident"})  # said in a remark they change nothing
_DIVISIONS = frozenset(
    {"province", "city", "county", "town", "village", "group"}
)  # 住址（省市县镇村组）: how to write it
# What a remark that only tells how to fill the column in begins with: （如19800101）, （详细到门牌）, （含户主）; not （填表人）.
_INSTRUCTION = re.compile(
    r"(?:请|务必|须|需|应|填(?!表|报|写人)|按|如|例|详细到|精确到|具体到|注明|注:|含|包括|不含|末尾|末位|格式|可|没有|无则|无的|以.+为准|已?扣除|已?扣减|减去?)"
)
_HAS_A_PLACE = frozenset(
    {"work", "org", "employer", "school", "resettle", "plan", "bank", "relocation", "institution", "?学校", "?医院"}
)
_HAS_A_NAME = frozenset({"org", "employer", "school", "bank", "cooperative", "institution", "?学校", "?医院"})
_IN_BUSINESS, _AT_WORK = frozenset({"business"}), frozenset({"work"})
_OF_AN_OWN_BUSINESS = frozenset({"enterprise_name", "enterprise_address", "leading_enterprise", "business_name"})
_OF_WORK = frozenset({
    "monthly_wage", "wage_income", "work_months", "work_place", "work_firm", "work_region", "employment_place",
    "employment_region", "employment_form", "employed_on", "job_kind", "average_wage",
})  # fmt: skip
_DOES_NOT_WORK = re.compile(r"(?:未|没有|不|无|待|失)(?:能)?(?:外出)?(?:就业|务工|业)")
_WHEN_IS_SAID = re.compile(r"(?:时间|日期|年月|(?<=..)日)$")
_DAY_OR_MONTH = frozenset({FieldType.DATE, FieldType.MONTH})
_THE_CADRE = frozenset(
    {HELPER, "干部", "驻村干部", "驻村队员", "队员", "工作队员"}
)  # who the rows of a list of cadres are
_MONEY = frozenset({"元", "千元", "万元"})
_AMOUNTS = frozenset({"income", "gross_income", "net_income", "pay"})
_TELLS_OF = re.compile(r"(?:基本)?(?:情况|信息|构成|明细)$")
_NOW = re.compile(r"^(?:现在|目前|当前|现)(?=..)")
_OF_A_KIND = re.compile(r"(?:方式|类型|类别|种类|形式|分类|途径|渠道|来源|需求|何种.+)$")
_AND_THE_LIKE = re.compile(r"[/、].*(?:等|\.{2,})$")  # （水田、旱地等）, （种植/养殖…） tell what belongs to it
_PARTS_OF_A_SUM = re.compile(r"^[^/、]+(?:[和及、][^/、]+)+$")  # （退耕、公益林） under a sum: what it is the sum of
LEAST_VALUES, _SHORT = 2, 6  # alternatives that make a list of values; characters of one
_AFTER_CLEARING = re.compile(r"(?:返贫致贫)?(?:风险)?(?:已)?(?:消除|化解|解除)(?:以|之)?后")
_AFTER = {
    "flag_out_of_school": "after_out_of_school", "flag_uninsured": "after_uninsured", "wage_income": "after_wage",
    "property_income": "after_property", "transfer_income": "after_transfer", "operating_income": "after_operating",
    "operating_expense": "after_expense", "net_income": "after_net", "net_income_per_capita": "after_net_per_capita",
    "claim_income": "after_claim", "compliant_out_of_pocket": "after_out_of_pocket",
}  # fmt: skip
"""What a household's value is called when it is told again after its risk was cleared (registry-model.md §3.8)."""
_DESCRIBES = re.compile(r"情况|状况$")
AUTOMATIC = 0.90  # from here a column is mapped without asking


class Why(StrEnum):
    """How a column got its field, or why it has none."""

    REMEMBERED = "remembered"
    LAYOUT = "layout"
    LABEL = "label"
    HEADING = "heading"
    WORDS = "words"
    SIMILAR = "similar"
    VALUES = "values"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    REFUTED = "refuted"
    SOMEBODY_ELSE = "somebody_else"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field a column may be, with how sure that is (0 to 1) and why."""

    field: str
    score: float
    why: Why
    unit: str | None = None


@lru_cache(maxsize=8192)
def candidates(path: tuple[str, ...], table: str, source: str | None = None) -> tuple[Candidate, ...]:
    """The fields of a table a column may be, judged by the labels over it alone; best first."""
    found = _after_clearing(path, _read(path, table, source))
    above = header(path[-2]).unit if len(path) > 1 else None
    if above not in _MONEY:
        return found
    return tuple(
        replace(option, unit=above)
        if option.unit is None and FIELDS[option.field].unit in _MONEY - {above}
        else option  # 收入（万元） over 工资性收入: the amounts are in 万元
        for option in found
    )


def _after_clearing(path: tuple[str, ...], found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The fields of a label under 风险消除后: the ones told after clearing; a value told otherwise is only asked about."""
    if not any(_AFTER_CLEARING.match(header(text).key) for text in path[:-1]):
        return found
    told = (replace(option, field=_AFTER.get(option.field, option.field)) for option in found)
    return tuple(
        option if option.field.startswith("after_") else replace(option, score=min(option.score, 0.65), why=Why.SIMILAR)
        for option in told
    )


def _read(path: tuple[str, ...], table: str, source: str | None) -> tuple[Candidate, ...]:
    """What `candidates` finds, amounts in the unit that the label itself or the field has."""
    leaf = header(path[-1])
    owners = (parent_owner(header(text).key) for text in reversed(path[:-1]))
    owner = next((known for known in owners if known is not None), None)
    if table == "cadre" and owner in _THE_CADRE:
        owner = SELF
    found: dict[str, Candidate] = {}

    def offer(field_name: str, score: float, why: Why, unit: str | None) -> None:
        if leaf.unit is not None and unit == leaf.unit and unit == FIELDS[field_name].unit:
            unit = None
        if field_name not in found or found[field_name].score < score:
            found[field_name] = Candidate(field_name, score, why, unit)

    whole = _composed(path, leaf, owner, table, source) or _of_listed_values(path, table)
    if whole is None and _lists_values(path[-1]):
        whole = _simpler(path, table, source)
    if whole is not None:
        return (whole,)
    for entries, score, why in _known(path, leaf, owner, table, source):
        fitting = [entry for entry in entries if unit_fits(entry.field, leaf)]
        in_this_unit = [
            entry for entry in fitting if leaf.unit == (entry.unit or (leaf.unit and FIELDS[entry.field].unit))
        ]
        for entry in in_this_unit if len(in_this_unit) == 1 else fitting:
            offer(entry.field, score if len(fitting) == 1 else 0.91, why, leaf.unit or entry.unit)
        if len(in_this_unit) != 1 and len(fitting) > 1:
            found = {name: replace(option, score=0.75) for name, option in found.items()}
        if found:
            break
    if not found:
        subject = about(leaf, owner)
        if table == "cadre" and subject.owner in _THE_CADRE and subject.concepts:  # 是否驻村队员 asks what they are
            subject = replace(subject, owner=SELF)
        same = [entry for entry in same_words(subject, table, source) if unit_fits(entry.field, leaf)]
        for entry in same:
            # 耕地情况 may be told in words: only a plain label stands for a quantity.
            told = _DESCRIBES.search(leaf.key) is not None and FIELDS[entry.field].type in NUMERIC_TYPES
            offer(entry.field, 0.93 if len(same) == 1 and not told else 0.75, Why.WORDS, leaf.unit)
        told_otherwise = None
        if not same:
            told_otherwise = softened(subject, leaf, table, source) or abbreviated(leaf, subject, table, source)
        if told_otherwise is not None:
            offer(told_otherwise, 0.91, Why.WORDS, leaf.unit)
        elif not same:
            for field_name, score in near(subject, table, source):
                offer(field_name, score, Why.SIMILAR, leaf.unit)
    if found and len(path) > 1 and _is_of_another_topic(path, found):
        found = {name: replace(option, score=min(option.score, 0.75)) for name, option in found.items()}
    ordered = sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.field))
    if ordered and ordered[0].why is Why.WORDS:
        either = _alternatives(path, table, source)
        if len(either) > 1:
            return tuple(Candidate(name, 0.75, Why.WORDS) for name in either)
    if not ordered or ordered[0].score < AUTOMATIC:
        simpler = (
            _simpler(path, table, source)
            or _of_the_household(path, owner, table, source)
            or _spelt_right(path, table, source)
        )
        if simpler is not None:
            return (simpler, *(candidate for candidate in ordered if candidate.field != simpler.field))
    return tuple(ordered)


def _of_the_household(path: tuple[str, ...], owner: str | None, table: str, source: str | None) -> Candidate | None:
    """The field of the household that stands among its head's: 户主情况 over 人均纯收入 or 村民小组."""
    if owner != HEAD or len(path) < 2:
        return None
    best = candidates((path[-1],), table, source)[:1]
    is_sure = bool(best) and best[0].score >= AUTOMATIC and FIELDS[best[0].field].of_household
    return replace(best[0], score=0.92, why=Why.HEADING) if is_sure else None


def _spelt_right(path: tuple[str, ...], table: str, source: str | None) -> Candidate | None:
    """The field of a label in which one character was mistyped: 身份征号码, 联系电活."""
    meant = misspelt(header(path[-1]).key)
    if meant is None or header(path[-1]).whether:
        return None
    best = candidates((*path[:-1], meant), table, source)[:1]
    is_sure = bool(best) and best[0].score >= AUTOMATIC and unit_fits(best[0].field, header(path[-1]))
    return replace(best[0], score=0.91, why=Why.WORDS) if is_sure else None


def _composed(
    path: tuple[str, ...], leaf: Header, owner: str | None, table: str, source: str | None
) -> Candidate | None:
    """The field of a heading and a label read as one: 务工所在地 over 省 is the province of work, 残疾人证 over 等级 a level.

    Only where both together say more than the label alone, and exactly one field says the same.
    """
    if len(path) < 2 or owner not in (None, SELF):
        return None
    alone, heading = signature(leaf.key), signature(header(path[-2]).key)
    both = signature(header(path[-2]).key + "/" + leaf.key)
    says_nothing_more = both.concepts == alone.concepts or (
        both.concepts == heading.concepts and bool(entries_about(alone, table, source))
    )  # 一卡通 over 开户行 is the bank
    counts_anything = heading.concepts == {"persons"} and not alone.concepts  # 人数 over 合计, of a list of payments
    if both.owner != SELF or not heading.concepts or says_nothing_more or counts_anything:
        return None
    for concepts in (both.concepts, both.concepts - {"address", "place"}):  # 务工地址 over 省: the work's, wherever
        about_both = Signature(SELF, concepts, both.whether)
        fields = {entry.field for entry in entries_about(about_both, table, source) if unit_fits(entry.field, leaf)}
        if fields and concepts != alone.concepts:
            return Candidate(fields.pop(), 0.95, Why.HEADING, leaf.unit) if len(fields) == 1 else None
    return None


def _lists_values(text: str) -> bool:
    """Whether a bracket at the label lists alternatives, which are no part of what the label is about."""
    brackets = _BRACKET.match(plain(text))
    if brackets is None or header(text).unit is not None or not _LISTED.search(brackets.group(2)):
        return False
    if _INSTRUCTION.match(brackets.group(2)):
        return False
    return not signature(header(brackets.group(2)).key).concepts <= _DIVISIONS  # （省、市、县）is how to write a place


def _of_listed_values(path: tuple[str, ...], table: str) -> Candidate | None:
    """The field of a label that lists what may stand in it: 男/女, 党员/群众, or 务工去向（省外/县外/县内）.

    In brackets the values choose among the coded fields that share a word with the label; alone they must be those of
    one field only.
    """
    text = plain(path[-1])
    brackets = _BRACKET.match(text)
    label, listed = (brackets.group(1), brackets.group(2)) if brackets is not None else ("", text)
    parts = listed_values(listed)
    if len(parts) < LEAST_VALUES or not _LISTED.search(listed) or header(text).whether:
        return None
    words = signature(header(label).key)
    if words.owner != SELF:
        return None
    fits = [name for name in _coded_fields(table) if all(_values_of(name)(part) for part in parts)]
    if label:
        near = {entry.field for other in words.concepts for about in dictionary().by_concept.get(other, ())
                for entry in in_table(dictionary().by_identity[about.identity], table)}  # fmt: skip
        fits = [name for name in fits if name in near]
    return Candidate(fits[0], 0.92, Why.WORDS) if len(fits) == 1 else None


@cache
def _coded_fields(table: str) -> tuple[str, ...]:
    return tuple(name for name, field in TABLES[table].fields.items() if field.code_list not in (None, "yesno"))


def _values_of(field_name: str) -> Callable[[str], bool]:
    codes = code_lists()[FIELDS[field_name].code_list or ""]
    return lambda part: not part.isdigit() and codes.canonical(part) is not None


def _is_of_another_topic(path: tuple[str, ...], found: Mapping[str, Candidate]) -> bool:
    """Whether a label stands under a heading about something that has a place, a telephone or a name of its own.

    工作单位 over 县 is not the county the person belongs to, 企业 over 电话 not the person's telephone, 自主创业 over 月收入 no wage.
    """
    fields = [FIELDS[name] for name in found]
    topics: frozenset[str] = frozenset()
    if any(field.role is IdentityRole.DIVISION or field.name == "address" for field in fields):
        topics = _HAS_A_PLACE
    elif any(field.type in (FieldType.PHONE, FieldType.NAME) for field in fields):
        topics = _HAS_A_NAME
    headings = [header(text).key for text in path[:-1]]
    if _is_a_part_of_its_heading(path, found):
        return True
    if any(signature(key).concepts & _AMOUNTS for key in headings) and all(
        field.type not in NUMERIC_TYPES and field.role is None for field in fields
    ):
        return True  # 收入来源 over 务工: how much of it
    if not _OF_WORK.isdisjoint(found):
        if any(_DOES_NOT_WORK.match(key) for key in headings):
            return True  # 未就业 over 务工去向: where they would go
        topics |= _IN_BUSINESS
    if not _OF_AN_OWN_BUSINESS.isdisjoint(found):
        topics |= _AT_WORK  # 外出务工 over 企业名称 is not the worker's own
    return any(signature(key).concepts & topics for key in headings)


def _is_a_part_of_its_heading(path: tuple[str, ...], found: Mapping[str, Candidate]) -> bool:
    """Whether a label would get the amount its heading is: 工资性收入 over 务工收入 and 公岗收入, of which each is a part."""
    leaf, heading = signature(header(path[-1]).key), signature(header(path[-2]).key)
    amounts = {name for name in found if FIELDS[name].unit in _MONEY}
    if not amounts or leaf.concepts <= heading.concepts:
        return False
    fields = {entry.field for entry in dictionary().by_key.get(header(path[-2]).key, ())}
    return not fields.isdisjoint(amounts)


def _alternatives(path: tuple[str, ...], table: str, source: str | None) -> list[str]:
    """The fields of a label that names several columns at once: 身份证号/出生年月 holds either, and must be asked."""
    parts = [part for part in plain(path[-1]).split("/") if part]
    if len(parts) < 2:
        return []
    best = [candidates((*path[:-1], part), table, source)[:1] for part in parts]
    sure = [option[0].field for option in best if option and option[0].score >= AUTOMATIC]
    return list(dict.fromkeys(sure)) if len(sure) == len(parts) else []


def _simpler(path: tuple[str, ...], table: str, source: str | None) -> Candidate | None:
    """The field of a label without what was only added to it: a second line, a remark, a final 1.

    劳动能力（技能） is 劳动能力; 残疾证号（监护人） is not 残疾证号: the addition must not speak of another owner, nor of a
    concept that the rest does not speak of.
    """
    text = path[-1].strip()
    lines = [line for line in text.splitlines() if line.strip()]
    brackets, remark = _BRACKET.match(plain(text)), _REMARK.match(plain(text))
    if len(lines) > 1:
        parts = lines
    elif brackets is not None and header(text).unit is None:
        parts = [brackets.group(1) + brackets.group(3), brackets.group(2)]
    elif remark is not None:
        parts = [remark.group(1), remark.group(2)]
    elif text.endswith(("1", "１")) and not text[:-1].endswith(tuple("0123456789")):
        parts = [text[:-1]]
    else:
        return None
    options = candidates((*path[:-1], parts[0]), table, source)
    if not options or options[0].score < AUTOMATIC:
        return None
    if header(text).whether and FIELDS[options[0].field].type is not FieldType.BOOL:
        return None  # 患病（是/否） is not which disease
    if (
        _lists_values(text)
        and FIELDS[options[0].field].type is FieldType.TEXT
        and FIELDS[options[0].field].role is None
        and not _OF_A_KIND.search(plain(parts[0]))
    ):
        return None  # what is chosen from a list is no free text: 务工去向（省外/县外） is not the place
    outside = signature(header(parts[0]).key)
    is_placed = outside.concepts & {"address", "place"} or outside.owner not in (SELF, HEAD)  # 信息采集人（村）
    silent = _NO_OTHER_COLUMN | (_DIVISIONS if is_placed else frozenset())
    is_a_sum = FIELDS[options[0].field].unit in _MONEY
    for part in parts[1:]:
        added = signature(header(part).key)
        same = candidates((*path[:-1], part), table, source)
        agrees = _are_values(part, options[0].field, plain(parts[0])) or (
            bool(same) and same[0].field == options[0].field
        )
        unheard = _INSTRUCTION.match(plain(part)) is not None or (
            added.owner == SELF
            and (
                _AND_THE_LIKE.search(plain(part)) is not None
                or (is_a_sum and _PARTS_OF_A_SUM.match(plain(part)) is not None)
                or not (added.concepts - added.unknown - outside.concepts - silent)
            )
        )
        if not agrees and not unheard:
            return None
    return Candidate(options[0].field, min(options[0].score, 0.91), Why.WORDS, options[0].unit)


def _are_values(text: str, field_name: str, label: str) -> bool:
    """Whether a remark lists what may stand in the column: 政治面貌（党员/群众）, 与户主关系（本人、儿子、父亲）."""
    code_list = FIELDS[field_name].code_list
    listed = listed_values(plain(text))
    several = len(listed) > LEAST_VALUES and all(len(part) <= _SHORT for part in listed) and "/" in text
    if code_list is None or not listed:
        return several and _OF_A_KIND.search(label) is not None  # 就业渠道（劳务公司/亲友介绍/自主）
    known = sum(code_lists()[code_list].canonical(part) is not None for part in listed)
    return field_name == "relation_to_head" or 2 * known >= len(listed) or several


def _known(
    path: Sequence[str], leaf: Header, owner: str | None, table: str, source: str | None
) -> list[tuple[list[Entry], float, Why]]:
    """Entries whose text is this header's, most particular way of reading it first."""
    known = dictionary().by_key
    whole = path_key(tuple(path))
    ways: list[tuple[str, float, Why]] = []
    if len(path) > 1:
        ways += [(whole, 0.99, Why.HEADING), (counted_once(whole.replace("/", "")), 0.97, Why.HEADING)]
        ways += [(path_key((path[-2], path[-1])), 0.98, Why.HEADING)]
        if owner in (HEAD, HELPER):
            prefix = {HEAD: "户主", HELPER: "帮扶责任人"}[owner]
            ways.append((leaf.key if leaf.key.startswith(prefix) else prefix + leaf.key, 0.97, Why.HEADING))
            ways = [way for way in ways if way[0] != leaf.key or leaf.key.startswith(prefix)]
        elif owner is None or owner == SELF:
            ways += [
                (leaf.key + _TELLS_OF.sub("", header(path[-2]).key), 0.95, Why.HEADING),
                (leaf.key, 0.97, Why.LABEL),
            ]  # 收入 over 经营性
    else:
        ways.append((leaf.key, 0.98, Why.LABEL))
    ways += [(_NOW.sub("", key), 0.93, Why.WORDS) for key, *_ in ways[-1:] if _NOW.match(key)]
    found = []
    for key, score, why in ways:
        entries = in_table(known.get(key, ()), table, source)
        distinct = list({entry.field: entry for entry in entries}.values())
        if leaf.whether:
            distinct = [entry for entry in distinct if FIELDS[entry.field].type is FieldType.BOOL]
        own = [entry for entry in distinct if entry.own]
        if distinct:
            found.append((own if len(own) == 1 else distinct, score, why))
    return found or _qualified(leaf, owner, table, source) or _said_as_another_time(leaf, owner, table, source)


def _qualified(leaf: Header, owner: str | None, table: str, source: str | None) -> list[tuple[list[Entry], float, Why]]:
    """The amount whose label is this one with its remark before it: 低保金（一年以上） is 一年以上低保金."""
    brackets = _BRACKET.match(leaf.key)
    if brackets is None or owner not in (None, SELF):
        return []
    before = brackets.group(2) + brackets.group(1) + brackets.group(3)
    entries = in_table(dictionary().by_key.get(before, ()), table, source)
    amounts = {entry.field: entry for entry in entries if FIELDS[entry.field].unit in _MONEY}
    return [(list(amounts.values()), 0.95, Why.WORDS)] if len(amounts) == 1 else []


def _said_as_another_time(
    leaf: Header, owner: str | None, table: str, source: str | None
) -> list[tuple[list[Entry], float, Why]]:
    """The field of a day or month whose label is this one but for its last word: 时间, 日期 and 年月 are said alike."""
    if owner not in (None, SELF) or leaf.whether or _WHEN_IS_SAID.search(leaf.key) is None:
        return []
    found = {
        entry.field: entry
        for word in ("时间", "日期", "年月")
        for entry in in_table(dictionary().by_key.get(_WHEN_IS_SAID.sub(word, leaf.key), ()), table, source)
        if FIELDS[entry.field].type in _DAY_OR_MONTH
    }
    return [(list(found.values()), 0.93, Why.WORDS)] if len(found) == 1 else []
