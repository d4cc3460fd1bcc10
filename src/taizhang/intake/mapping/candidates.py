"""What a column may be, by the labels over it alone: the text known, the words known, or nothing.

Nothing here looks at values or at other columns, so the answer for a label is kept once it is found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from taizhang.intake.mapping.dictionary import NUMERIC_TYPES, Entry, dictionary, in_table
from taizhang.intake.mapping.lexicon import HEAD, HELPER, SELF, Signature, parent_owner, signature
from taizhang.intake.mapping.normal import Header, header, path_key
from taizhang.intake.model import FIELDS, FieldType, code_lists, plain

_BRACKET = re.compile(r"^(.+)\(([^()]*)\)([^()]*)$")
_REMARK = re.compile(r"^([^:,;]{2,}?)[:,;](.+)$")
_BETWEEN_VALUES = re.compile(r"[/、,;|\s]|或")
_NO_OTHER_COLUMN = frozenset({"household", "persons", "resident"})  # said in a remark they change nothing
_DIVISIONS = frozenset(
    {"province", "city", "county", "town", "village", "group"}
)  # 住址（省市县镇村组）: how to write it
_DESCRIBES = re.compile(r"情况|状况$")
AUTOMATIC = 0.90  # from here a column is mapped without asking
ASKED = 0.50  # from here it is proposed; below it stays under its own header
_NEAR = 0.6  # share of common concepts from which a label is proposed at all


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
    leaf = header(path[-1])
    owners = (parent_owner(header(text).key) for text in reversed(path[:-1]))
    owner = next((known for known in owners if known is not None), None)
    found: dict[str, Candidate] = {}

    def offer(field_name: str, score: float, why: Why, unit: str | None) -> None:
        if leaf.unit is not None and unit == leaf.unit and unit == FIELDS[field_name].unit:
            unit = None
        if field_name not in found or found[field_name].score < score:
            found[field_name] = Candidate(field_name, score, why, unit)

    for entries, score, why in _known(path, leaf, owner, table, source):
        for entry in entries:
            if _unit_fits(entry.field, leaf):
                offer(entry.field, score if len(entries) == 1 else 0.75, why, leaf.unit or entry.unit)
        if found:
            break
    if not found:
        subject = about(leaf, owner)
        same = [entry for entry in _same_words(subject, table, source) if _unit_fits(entry.field, leaf)]
        for entry in same:
            # 耕地情况 may be told in words: only a plain label stands for a quantity.
            told = _DESCRIBES.search(leaf.key) is not None and FIELDS[entry.field].type in NUMERIC_TYPES
            offer(entry.field, 0.93 if len(same) == 1 and not told else 0.75, Why.WORDS, leaf.unit)
        if not same:
            for field_name, score in _near(subject, table, source):
                offer(field_name, score, Why.SIMILAR, leaf.unit)
    ordered = sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.field))
    if ordered and ordered[0].why is Why.WORDS:
        either = _alternatives(path, table, source)
        if len(either) > 1:
            return tuple(Candidate(name, 0.75, Why.WORDS) for name in either)
    if not ordered or ordered[0].score < AUTOMATIC:
        simpler = _simpler(path, table, source)
        if simpler is not None:
            return (simpler, *(candidate for candidate in ordered if candidate.field != simpler.field))
    return tuple(ordered)


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
    outside = signature(header(parts[0]).key)
    silent = _NO_OTHER_COLUMN | (_DIVISIONS if outside.concepts & {"address", "place"} else frozenset())
    for part in parts[1:]:
        added = signature(header(part).key)
        same = candidates((*path[:-1], part), table, source)
        agrees = _are_values(part, options[0].field) or (bool(same) and same[0].field == options[0].field)
        unheard = added.owner == SELF and not (added.concepts - added.unknown - outside.concepts - silent)
        if not agrees and not unheard:
            return None
    return Candidate(options[0].field, min(options[0].score, 0.91), Why.WORDS, options[0].unit)


def _are_values(text: str, field_name: str) -> bool:
    """Whether a remark lists what may stand in the column: 政治面貌（党员/群众）, 与户主关系（本人、儿子、父亲）."""
    code_list = FIELDS[field_name].code_list
    listed = [part for part in _BETWEEN_VALUES.split(plain(text)) if part]
    if code_list is None or not listed:
        return False
    known = sum(code_lists()[code_list].canonical(part) is not None for part in listed)
    return field_name == "relation_to_head" or 2 * known > len(listed)


def _known(
    path: Sequence[str], leaf: Header, owner: str | None, table: str, source: str | None
) -> list[tuple[list[Entry], float, Why]]:
    """Entries whose text is this header's, most particular way of reading it first."""
    known = dictionary().by_key
    whole = path_key(tuple(path))
    ways: list[tuple[str, float, Why]] = []
    if len(path) > 1:
        ways += [(whole, 0.99, Why.HEADING), (whole.replace("/", ""), 0.97, Why.HEADING)]
        ways += [(path_key((path[-2], path[-1])), 0.98, Why.HEADING)]
        if owner in (HEAD, HELPER):
            prefix = {HEAD: "户主", HELPER: "帮扶责任人"}[owner]
            ways.append((leaf.key if leaf.key.startswith(prefix) else prefix + leaf.key, 0.97, Why.HEADING))
            ways = [way for way in ways if way[0] != leaf.key or leaf.key.startswith(prefix)]
        elif owner is None or owner == SELF:
            ways.append((leaf.key, 0.97, Why.LABEL))
    else:
        ways.append((leaf.key, 0.98, Why.LABEL))
    found = []
    for key, score, why in ways:
        entries = in_table(known.get(key, ()), table, source)
        distinct = list({entry.field: entry for entry in entries}.values())
        own = [entry for entry in distinct if entry.own]
        if distinct:
            found.append((own if len(own) == 1 else distinct, score, why))
    return found


def _unit_fits(field_name: str, leaf: Header) -> bool:
    """A header that names a unit is a quantity: 公益性岗位(月) is months, not kinds of posts."""
    return leaf.unit is None or FIELDS[field_name].type in NUMERIC_TYPES or FIELDS[field_name].type is FieldType.MONTH


def about(leaf: Header, owner: str | None) -> Signature:
    """What a header is about, under a heading that may say whose column it is."""
    subject = signature(leaf.key)
    if leaf.unit == "月" and "months" not in subject.concepts:
        subject = Signature(subject.owner, (subject.concepts - {"time"}) | {"months"}, subject.whether)
    if owner is not None and owner != SELF and subject.owner == SELF:
        return Signature(owner, subject.concepts, subject.whether)
    return subject


def _same_words(about: Signature, table: str, source: str | None) -> list[Entry]:
    """Entries that are about the same; 家庭 before a value of the household adds nothing."""
    found = _entries_about(about, table, source)
    if not found and "household" in about.concepts and len(about.concepts) > 1:
        bare = Signature(about.owner, about.concepts - {"household"}, about.whether)
        found = [
            entry for entry in _entries_about(bare, table, source) if FIELDS[entry.field].of_household or about.whether
        ]
    return found


def _entries_about(about: Signature, table: str, source: str | None) -> list[Entry]:
    entries = in_table(dictionary().by_identity.get(about.identity, ()), table, source)
    distinct = list({entry.field: entry for entry in entries}.values())
    yes_no = [entry for entry in distinct if FIELDS[entry.field].type is FieldType.BOOL]
    if about.whether:
        return yes_no
    return (
        distinct if len(distinct) <= 1 or not yes_no else [entry for entry in distinct if entry not in yes_no] or yes_no
    )


def _near(about: Signature, table: str, source: str | None) -> list[tuple[str, float]]:
    """Fields that share most concepts and the owner: proposals for a question, never a mapping."""
    scores: dict[str, float] = {}
    for concept in about.concepts:
        for other in dictionary().by_concept.get(concept, ()):
            if other.owner != about.owner:
                continue
            share = len(about.concepts & other.concepts) / len(about.concepts | other.concepts)
            if share < _NEAR:
                continue
            for entry in in_table(dictionary().by_identity[other.identity], table, source):
                scores[entry.field] = max(scores.get(entry.field, 0.0), ASKED + 0.35 * share)
    return sorted(scores.items(), key=lambda item: -item[1])[:3]
