"""The known labels that say the same as a header: by its words, by what its unit or kind implies, or abbreviated."""

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache, lru_cache

from taizhang.identity.names.compare import differences_of
from taizhang.identity.names.likeness import Like
from taizhang.intake.mapping.dictionary import NUMERIC_TYPES, Entry, dictionary, in_table
from taizhang.intake.mapping.lexicon import HEAD, SELF, Signature, is_specific, signature
from taizhang.intake.mapping.normal import Header
from taizhang.intake.model import FIELDS, FieldType

ASKED = 0.50  # from here a field is proposed; below it a column stays under its own header
_NEAR = 0.6  # share of common concepts from which a label is proposed at all
_TEXTS = frozenset({FieldType.TEXT, FieldType.NAME})
_CODED = frozenset({FieldType.CODE, FieldType.CODES})
_DAY_OR_MONTH = frozenset({FieldType.DATE, FieldType.MONTH})
_IMPLIED: dict[str, frozenset[FieldType]] = {
    "area": NUMERIC_TYPES, "money": NUMERIC_TYPES, "count": NUMERIC_TYPES, "distance": NUMERIC_TYPES, "title": _TEXTS,
    "time": _DAY_OR_MONTH | {FieldType.INT}, "year": NUMERIC_TYPES | _DAY_OR_MONTH, "code": _CODED,
    "number": _CODED,
}  # fmt: skip
"""Concepts a header may name or leave out, because the type of its field implies them."""
_ALIKE: tuple[tuple[str, str, frozenset[FieldType]], ...] = (
    ("time", "year", _IMPLIED["time"] & _IMPLIED["year"]),
    ("year", "time", _IMPLIED["time"] & _IMPLIED["year"]),
    ("place", "address", _TEXTS),
    ("address", "place", _TEXTS),
    ("month_pay", "pay", NUMERIC_TYPES),
)
"""Concepts that may be said for another one beside further words, in a field of these types: 安置地址 for 安置地, 期望月薪 for 期望薪资."""
_MEASURED = {
    "亩": "area", "平方米": "area", "元": "money", "元/月": "money", "元/年": "money", "公里": "distance",
}  # fmt: skip
_COUNTED = frozenset({"亩", "次", "个", "头", "只", "箱", "株", "间", "辆"})  # 猕猴桃（亩） is how much of it
_A_MONTH = "元/月"
_A_DAY = ("日期", "年月日", "年月")
_EARNED = frozenset({"pay", "income", "month_pay"})
_SOUNDS_ALIKE, _LOOKS_ALIKE = Like.VARIANT | Like.HOMOPHONE, Like.SHAPE
_DENIES = re.compile(r"[未不无非没]")
_ASKS = re.compile(r"^(?:是否|有无|能否|是不是)")
_ADD_NOTHING = frozenset({"title", "state", "money", "household"})
_LEAST_KEPT, _SHORTEST = 0.6, 5  # share and number of a label's characters that an abbreviation keeps


def unit_fits(field_name: str, leaf: Header) -> bool:
    """A header that names a unit is a quantity: 公益性岗位(月) is months, not kinds of posts; and 务工日期 no number of months."""
    if FIELDS[field_name].unit == "月" and leaf.key.endswith(_A_DAY):
        return False
    if leaf.unit == _A_MONTH and FIELDS[field_name].of_household:
        return False  # a household's amounts are those of a year
    return leaf.unit is None or FIELDS[field_name].type in NUMERIC_TYPES or FIELDS[field_name].type is FieldType.MONTH


def about(leaf: Header, owner: str | None) -> Signature:
    """What a header is about, under a heading that may say whose column it is."""
    subject = signature(leaf.key)
    if leaf.whether:
        subject = replace(subject, whether=True)
    if leaf.unit == "月" and "months" not in subject.concepts:
        subject = replace(subject, concepts=(subject.concepts - {"time"}) | {"months"})
    if leaf.unit == _A_MONTH:
        earned = subject.concepts & _EARNED
        subject = replace(subject, concepts=(subject.concepts - earned) | {"month_pay" if earned else "months"})
    if owner is not None and owner != SELF and subject.owner == SELF:
        return Signature(owner, subject.concepts, subject.whether)
    return subject


def entries_about(subject: Signature, table: str, source: str | None) -> list[Entry]:
    """Entries whose words say exactly this, each field once; a yes/no question has only yes/no fields."""
    if not subject.concepts and not subject.whether:
        return []
    entries = in_table(dictionary().by_identity.get(subject.identity, ()), table, source)
    distinct = list({entry.field: entry for entry in entries}.values())
    yes_no = [entry for entry in distinct if FIELDS[entry.field].type is FieldType.BOOL]
    if subject.whether:
        return yes_no
    told = {entry.field for entry in entries if not signature(entry.key).whether}
    only_asked = [entry for entry in yes_no if entry.field not in told and "record" not in FIELDS[entry.field].tables]
    distinct = [entry for entry in distinct if entry not in only_asked]  # 是否患有慢性病 of a ledger is no 疾病诊断
    yes_no = [entry for entry in yes_no if entry not in only_asked]
    if "persons" in subject.concepts:
        distinct, yes_no = [entry for entry in distinct if entry not in yes_no], []  # 搬迁人数 is no yes or no
    return (
        distinct if len(distinct) <= 1 or not yes_no else [entry for entry in distinct if entry not in yes_no] or yes_no
    )


def same_words(subject: Signature, table: str, source: str | None) -> list[Entry]:
    """Entries that are about the same; 家庭 before a value of the household adds nothing, nor 户主 over one."""
    found = entries_about(subject, table, source)
    if not found and "household" in subject.concepts and len(subject.concepts) > 1:
        bare = Signature(subject.owner, subject.concepts - {"household"}, subject.whether)
        found = [
            entry for entry in entries_about(bare, table, source) if FIELDS[entry.field].of_household or subject.whether
        ]
    return found


def softened(subject: Signature, leaf: Header, table: str, source: str | None) -> str | None:
    """The one field that is about the same but for a word its kind of value implies; None where none or several are.

    A unit says what is measured (林地（亩） is an area), 名称 is what a text holds, 代码 how a coded one is written; a date is told
    by its time or its year, and by the time alone where it has a beginning and no end (就业时间).
    """
    if subject.whether:
        return None
    fields = set()
    for concepts, types in _ways_to_say(subject.concepts, leaf):
        if not concepts or not is_specific(concepts):
            continue
        if subject.unknown and not concepts > subject.concepts and not _names(Signature(SELF, concepts)):
            continue  # 残疾证办证时间, not 办证时间
        entries = entries_about(Signature(subject.owner, concepts), table, source)
        fields |= {
            entry.field for entry in entries if FIELDS[entry.field].type in types and unit_fits(entry.field, leaf)
        }
    if not fields and "time" in subject.concepts:
        rest = subject.concepts - {"time"}
        begun, ended = (
            entries_about(Signature(subject.owner, rest | {side}), table, source) for side in ("start", "end")
        )
        fields = {entry.field for entry in begun if rest and not ended and FIELDS[entry.field].type in _DAY_OR_MONTH}
    return fields.pop() if len(fields) == 1 else None


def _names(subject: Signature) -> frozenset[str]:
    """The known concepts that are not general ones."""
    return frozenset(concept for concept in subject.concepts if is_specific(frozenset({concept})))


def _ways_to_say(concepts: frozenset[str], leaf: Header) -> list[tuple[frozenset[str], frozenset[FieldType]]]:
    """The concepts without an implied one, with the one that the unit implies, or with one that stands for another."""
    found = []
    for implied, types in _IMPLIED.items():
        if implied in concepts:
            found.append((concepts - {implied}, types))
        measured = leaf.unit is not None and _MEASURED.get(leaf.unit) == implied
        if (measured or (implied == "count" and leaf.unit in _COUNTED)) and implied not in concepts:
            found.append((concepts | {implied}, types))
    for said, meant, types in _ALIKE:
        if said in concepts and len(concepts) > 1:
            found.append(((concepts - {said}) | {meant}, types))
    return found


def near(subject: Signature, table: str, source: str | None) -> list[tuple[str, float]]:
    """Fields that share most concepts and the owner: proposals for a question, never a mapping."""
    scores: dict[str, float] = {}
    for concept in subject.concepts:
        for other in dictionary().by_concept.get(concept, ()):
            if other.owner != subject.owner:
                continue
            share = len(subject.concepts & other.concepts) / len(subject.concepts | other.concepts)
            if share < _NEAR:
                continue
            for entry in in_table(dictionary().by_identity[other.identity], table, source):
                scores[entry.field] = max(scores.get(entry.field, 0.0), ASKED + 0.35 * share)
    return sorted(scores.items(), key=lambda item: -item[1])[:3]


@cache
def _spelt_out(table: str, source: str | None, ending: str) -> tuple[tuple[str, Signature, str], ...]:
    """The labels of a table with this last character and long enough to be abbreviated: key, what it is about, field."""
    return tuple(
        (_ASKS.sub("", key), signature(key), entry.field)
        for key, entries in dictionary().by_key.items()
        if len(key) > _SHORTEST and key.endswith(ending)
        for entry in in_table(entries, table, source)
    )


def abbreviated(leaf: Header, subject: Signature, table: str, source: str | None) -> str | None:
    """The one field whose long label this header abbreviates, leaving words out: 提供职业指导次数 for 提供职业指导与介绍次数.

    The header's characters stand in the label in their order, most of it is kept and everything it names or denies, the owner is
    the same, and so are the first and the last character: what is done, and what kind of value it is. None where the labels of several fields fit.
    """
    key = _ASKS.sub("", leaf.key)
    if len(key) < _SHORTEST or subject.owner not in (SELF, HEAD):
        return None
    fields = {
        field_name
        for label, whole, field_name in _spelt_out(table, source, key[-1])
        if len(key) < len(label) <= len(key) / _LEAST_KEPT
        and whole.owner == subject.owner
        and label[0] == key[0]
        and subject.whether == (FIELDS[field_name].type is FieldType.BOOL)
        and whole.concepts - whole.unknown <= subject.concepts | _ADD_NOTHING
        and _in_order(key, label)
        and _DENIES.findall(key) == _DENIES.findall(label)
        and unit_fits(field_name, leaf)
    }
    return fields.pop() if len(fields) == 1 else None


def _in_order(short: str, long: str) -> bool:
    characters = iter(long)
    return all(character in characters for character in short)


@cache
def _by_end() -> dict[tuple[int, str, bool], tuple[str, ...]]:
    """The known labels by their length and their first (True) or last (False) character."""
    found: defaultdict[tuple[int, str, bool], list[str]] = defaultdict(list)
    for key in dictionary().by_key:
        if len(key) >= _SHORTEST:
            found[len(key), key[0], True].append(key)
            found[len(key), key[-1], False].append(key)
    return {end: tuple(keys) for end, keys in found.items()}


@lru_cache(maxsize=4096)
def misspelt(key: str) -> str | None:
    """The known label that a header differs from by one mistyped character; None where none or several are.

    Only a character that no word explains (电活) is taken for mistyped, and only where it sounds like the right one or, in a
    longer label, looks like it: in short ones another word may stand there (房款金额 is not 放款金额, 菇地面积 not 草地面积).
    """
    strange = {character for piece in signature(key).unknown for character in piece[1:]}
    if len(key) < _SHORTEST or not strange or key in dictionary().by_key:
        return None
    alike = _SOUNDS_ALIKE | _LOOKS_ALIKE if len(key) > _SHORTEST else _SOUNDS_ALIKE
    near_keys = {*_by_end().get((len(key), key[0], True), ()), *_by_end().get((len(key), key[-1], False), ())}
    meant = set()
    for label in near_keys:
        places = [place for place, pair in enumerate(zip(key, label, strict=True)) if pair[0] != pair[1]]
        is_near = len(places) == 1 and key[places[0]] in strange
        if is_near and differences_of(key, label)[0].like & alike:
            meant.add(label)
    return meant.pop() if len(meant) == 1 else None
