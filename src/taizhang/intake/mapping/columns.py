"""Which canonical field each column of a sheet is (intake.md §11).

Sure knowledge first (a remembered mapping, a shipped layout, a known label under a known heading), then words
(`lexicon`), then values. Whatever stays between is asked, never guessed; whatever is nobody's field keeps its own header.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from taizhang.intake.mapping.dictionary import NUMERIC_TYPES, Entry, dictionary, in_table
from taizhang.intake.mapping.lexicon import HEAD, HELPER, SELF, Signature, parent_owner, signature
from taizhang.intake.mapping.normal import Header, header, path_key
from taizhang.intake.mapping.profile import Profile, agreement, is_refuted
from taizhang.intake.model import FIELDS, TABLES, FieldType, IdentityRole, plain

_BRACKET = re.compile(r"^(.+)\(([^()]*)\)([^()]*)$")
_REMARK = re.compile(r"^([^:,;]{2,}?)[:,;](.+)$")
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


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of a mapped sheet.

    index: 0-based. path: the labels over it as written, top to bottom. key: its path key.
    field: the canonical field, or None: the values are kept in `extra` under `title`.
    unit: the unit the header names where it is not the field's own.
    place: 1, 2 … for fields that several numbered columns feed (risk_types), else 1.
    candidates: what it might have been, best first, for the question put to the officer.
    """

    index: int
    path: tuple[str, ...]
    key: str
    field: str | None
    confidence: float
    why: Why
    title: str
    unit: str | None = None
    place: int = 1
    candidates: tuple[Candidate, ...] = ()

    @property
    def letter(self) -> str:
        """The column as a spreadsheet names it."""
        return column_letter(self.index)

    @property
    def full_path(self) -> str:
        """The path as a mapping file writes it."""
        return " / ".join(self.path)


@dataclass(frozen=True)
class ColumnChoice:
    """Everything the choice for one sheet rests on.

    fixed: path key → field (or None for ignored) from a remembered mapping or a layout; these are not weighed again,
    but values may still refute the ones of a layout.
    """

    table: str
    source: str | None = None
    fixed: Mapping[str, str | None] = field(default_factory=dict)
    fixed_why: Why = Why.LAYOUT
    units: Mapping[str, str] = field(default_factory=dict)


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


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
        about = _about(leaf, owner)
        same = [entry for entry in _same_words(about, table, source) if _unit_fits(entry.field, leaf)]
        for entry in same:
            # 耕地情况 may be told in words: only a plain label stands for a quantity.
            told = _DESCRIBES.search(leaf.key) is not None and FIELDS[entry.field].type in NUMERIC_TYPES
            offer(entry.field, 0.93 if len(same) == 1 and not told else 0.75, Why.WORDS, leaf.unit)
        if not same:
            for field_name, score in _near(about, table, source):
                offer(field_name, score, Why.SIMILAR, leaf.unit)
    ordered = sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.field))
    if not ordered or ordered[0].score < AUTOMATIC:
        simpler = _simpler(path, table, source)
        if simpler is not None:
            return (simpler, *(candidate for candidate in ordered if candidate.field != simpler.field))
    return tuple(ordered)


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
    for part in parts[1:]:
        added = signature(header(part).key)
        same = candidates((*path[:-1], part), table, source)
        # 与户主关系（本人/儿子/父亲）: the owners in the bracket are examples of values.
        agrees = options[0].field == "relation_to_head" or (bool(same) and same[0].field == options[0].field)
        unheard = added.owner == SELF and not (added.concepts - added.unknown - outside.concepts)
        if not agrees and not unheard:
            return None
    return Candidate(options[0].field, min(options[0].score, 0.91), Why.WORDS, options[0].unit)


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


def _about(leaf: Header, owner: str | None) -> Signature:
    about = signature(leaf.key)
    if leaf.unit == "月" and "months" not in about.concepts:
        about = Signature(about.owner, (about.concepts - {"time"}) | {"months"}, about.whether)
    if owner is not None and owner != SELF and about.owner == SELF:
        return Signature(owner, about.concepts, about.whether)
    return about


def _same_words(about: Signature, table: str, source: str | None) -> list[Entry]:
    """Entries that are about the same; 家庭 before a value of the household adds nothing."""
    found = _entries_about(about, table, source)
    if not found and "household" in about.concepts and len(about.concepts) > 1:
        bare = Signature(about.owner, about.concepts - {"household"}, about.whether)
        found = [entry for entry in _entries_about(bare, table, source) if FIELDS[entry.field].of_household]
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


def choose_columns(
    paths: Mapping[int, tuple[str, ...]], choice: ColumnChoice, profile: Callable[[int], Profile]
) -> list[MappedColumn]:
    """Fields for the columns of a sheet, each field given to one column.

    profile: values of a column, asked for only where they are needed.
    """
    titles = _titles(paths)
    drafts: dict[int, Sequence[Candidate]] = {}
    mapped: dict[int, MappedColumn] = {}
    for index, path in paths.items():
        key = path_key(path)
        if key in choice.fixed:
            fixed = choice.fixed[key]
            if fixed is None:
                mapped[index] = MappedColumn(index, path, key, None, 1.0, Why.IGNORED, titles[index])
                continue
            unit = choice.units.get(key) or _unit_of(path, fixed)
            drafts[index] = [Candidate(fixed, 1.0, choice.fixed_why, unit)]
        else:
            drafts[index] = candidates(path, choice.table, choice.source)
    refuted = _refute(drafts, profile)
    taken = _assign(drafts, paths, profile)
    places: defaultdict[str, int] = defaultdict(int)
    for index, path in paths.items():
        if index in mapped:
            continue
        best = taken.get(index)
        options = tuple(drafts[index][:3])
        key = path_key(path)
        if best is not None:
            places[best.field] += 1
            mapped[index] = MappedColumn(
                index,
                path,
                key,
                best.field,
                best.score,
                best.why,
                titles[index],
                best.unit,
                places[best.field],
                options,
            )
            continue
        why, confidence = _why_not(path, index, options, refuted)
        mapped[index] = MappedColumn(index, path, key, None, confidence, why, titles[index], candidates=options)
    return [mapped[index] for index in sorted(mapped)]


def _unit_of(path: Sequence[str], field_name: str) -> str | None:
    unit = header(path[-1]).unit
    return unit if unit != FIELDS[field_name].unit else None


def _why_not(
    path: Sequence[str], index: int, options: tuple[Candidate, ...], refuted: Mapping[int, tuple[str, str]]
) -> tuple[Why, float]:
    if index in refuted:
        return Why.REFUTED, 0.0
    if options:
        best = options[0].score
        return (Why.DUPLICATE if best >= AUTOMATIC else Why.AMBIGUOUS), best
    owner = _about(header(path[-1]), None).owner
    return (Why.SOMEBODY_ELSE if owner not in (SELF, HEAD) else Why.UNKNOWN), 0.0


def _refute(drafts: dict[int, Sequence[Candidate]], profile: Callable[[int], Profile]) -> dict[int, tuple[str, str]]:
    """Drop candidates the values speak against; returns column → (field refused, kind of values found)."""
    refuted: dict[int, tuple[str, str]] = {}
    for index, options in drafts.items():
        if not options or options[0].why is Why.REMEMBERED:
            continue
        if not any(_is_judged(option.field) for option in options):
            continue
        values = profile(index)
        kept = []
        for option in options:
            kind = is_refuted(option.field, values)
            if kind is None:
                kept.append(option)
            else:
                refuted.setdefault(index, (option.field, kind))
        drafts[index] = kept
        if kept:
            refuted.pop(index, None)
    return refuted


def _is_judged(field_name: str) -> bool:
    """Fields whose wrong mapping would do harm: identities and typed values. Plain text fields take anything."""
    return FIELDS[field_name].type is not FieldType.TEXT or FIELDS[field_name].role is not None


def _assign(
    drafts: dict[int, Sequence[Candidate]], paths: Mapping[int, tuple[str, ...]], profile: Callable[[int], Profile]
) -> dict[int, Candidate]:
    """One column per field (as many as the field's numbered columns), the surest pairs first.

    Two columns equally sure of one field are told apart by their values; where those agree too, the first keeps it.
    Ties between fields of one column are broken by values as well, and asked where these do not decide.
    """
    for index, options in drafts.items():
        if len(options) > 1 and options[0].score < AUTOMATIC:
            drafts[index] = _by_values(options, profile(index))
    sure = sorted(
        ((option, index) for index, options in drafts.items() for option in options[:1] if option.score >= AUTOMATIC),
        key=lambda pair: (-pair[0].score, pair[1]),
    )
    taken: dict[int, Candidate] = {}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for option, index in sure:
        if len(holders[option.field]) < max(1, FIELDS[option.field].repeats):
            holders[option.field].append(index)
            taken[index] = option
        elif not _is_numbered_twin(paths[index]):
            rival = holders[option.field][0]
            if abs(taken[rival].score - option.score) < 0.005 and _fits_better(
                option.field, profile(index), profile(rival)
            ):
                del taken[rival]
                holders[option.field][0] = index
                taken[index] = option
    return taken


def _is_numbered_twin(path: Sequence[str]) -> bool:
    """风险是否已消除0, 身份证号2: a copy that must not displace the column it copies."""
    return path[-1].rstrip()[-1:].isdigit()


def _fits_better(field_name: str, values: Profile, rival: Profile) -> bool:
    mine, theirs = agreement(field_name, values), agreement(field_name, rival)
    return mine is not None and theirs is not None and mine - theirs > 0.3


def _by_values(options: Sequence[Candidate], values: Profile) -> Sequence[Candidate]:
    """Candidates with equal words, told apart by their values: one that fits clearly better becomes automatic."""
    words = [option for option in options if option.why in (Why.LABEL, Why.HEADING, Why.WORDS)]
    if len(words) < 2 or values.says_nothing:
        return options
    fits = sorted(((agreement(option.field, values) or 0.0, option) for option in words), key=lambda pair: -pair[0])
    if fits[0][0] >= 0.8 and fits[0][0] - fits[1][0] >= 0.5:
        best = fits[0][1]
        return [Candidate(best.field, 0.91, Why.VALUES, best.unit), *(o for o in options if o.field != best.field)]
    return options


def _titles(paths: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    """A name for every column under which its values may be kept; equal headers get their column letter."""
    plain_titles = {index: "/".join(" ".join(text.split()) for text in path) for index, path in paths.items()}
    counts: defaultdict[str, int] = defaultdict(int)
    titles = {}
    for index, title in plain_titles.items():
        counts[title] += 1
        titles[index] = title if counts[title] == 1 else f"{title}〔{column_letter(index)}〕"
    return titles


def choose_table(paths: Mapping[int, tuple[str, ...]], source: str | None = None, hint: str | None = None) -> str:
    """The table the rows of a sheet belong to, by the columns it has.

    Every column a table has a sure field for counts one, a column only this table has counts half more; a person's name
    or number rules out the tables without persons.
    """
    if hint is not None:
        return hint
    scores: dict[str, float] = dict.fromkeys(TABLES, 0.0)
    persons = False
    for path in paths.values():
        sure = {}
        for table in TABLES:
            options = candidates(path, table, source)
            if options and options[0].score >= AUTOMATIC:
                sure[table] = options[0].field
        for table, name in sure.items():
            scores[table] += 1.5 if FIELDS[name].tables == (table,) else 1.0
        persons = (
            persons or FIELDS[sure["record"]].role in (IdentityRole.NAME, IdentityRole.ID_NO)
            if "record" in sure
            else persons
        )
    if persons:
        for table in ("household", "village", "pairing"):
            scores.pop(table)
    # Of two tables that fit alike the first named is taken: without persons, rows are households.
    order = ["household", *TABLES] if not persons else list(TABLES)
    return max(scores, key=lambda table: (scores[table], -order.index(table)))
