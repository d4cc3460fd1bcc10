"""Which canonical field each column of a sheet is (intake.md §11).

Sure knowledge first (a remembered mapping, a shipped layout, a known label under a known heading), then words
(`lexicon`), then values. Whatever stays between is asked, never guessed; whatever is nobody's field keeps its own header.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from taizhang.intake.mapping.candidates import AUTOMATIC, Candidate, Why, candidates
from taizhang.intake.mapping.lexicon import HEAD, SELF
from taizhang.intake.mapping.lookup import about
from taizhang.intake.mapping.normal import header, path_key
from taizhang.intake.mapping.profile import Profile, agreement, is_refuted
from taizhang.intake.model import FIELDS, TABLES, FieldType, IdentityRole, code_list

LIKELY = 0.7
"""From here a label that shares most words with a coded field's may be proved by its values."""
LEAST_CODES, CODES_FIT = 2, 0.9
_REGISTER = frozenset({"record", "household"})
_TOLD_BY = {
    "work_spell": frozenset({"start_month", "end_month", "has_worked", "point_to_point"}),
    "planned_work": frozenset({"has_plan", "planned_county", "service_need"}),
}  # the columns that make a list of persons one of spells or of plans of work
_TITLED: dict[str, re.Pattern[str]] = {
    "work_spell": re.compile(r"务工|用工|打工"),
    "planned_work": re.compile(r"(?:务工|就业|外出|返岗).*(?:意愿|意向|计划|打算|需求)"),
}
_TOLD, _ENTITLED = 1.0, 3.0  # what such a column adds to its table, and a title that names the subject as well
_TITLE_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年(?!\s*\d{1,2}\s*月)")  # 截至2020年2月19日 is a day, not a year of data
_EARLIER = re.compile(r"上一?年度?|去年|前一年")
_OF_EARLIER = 0.65  # a value of an earlier time is asked about and never proved by its code list


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
    but values may still refute the ones of a layout. titles: what stands above the header, and the sheet's name.
    """

    table: str
    source: str | None = None
    fixed: Mapping[str, str | None] = field(default_factory=dict)
    fixed_why: Why = Why.LAYOUT
    units: Mapping[str, str] = field(default_factory=dict)
    titles: str = ""


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


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
    _ask_of_earlier_times(drafts, paths, choice.titles)
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


def _ask_of_earlier_times(
    drafts: dict[int, Sequence[Candidate]], paths: Mapping[int, tuple[str, ...]], titles: str
) -> None:
    """Ask about columns of an earlier year than the sheet's, which is the latest that its title or a label names.

    去年 and 上年度 alone are how a yearly income is told; they are of an earlier time only beside a column of this one.
    """
    years = {index: _latest(header(text).year for text in path) for index, path in paths.items()}
    told = _latest((*map(int, _TITLE_YEAR.findall(titles)), *years.values()))
    earlier = {index for index, path in paths.items() if any(_EARLIER.search(text) for text in path)}
    now = {options[0].field for index, options in drafts.items() if options and index not in earlier}
    for index, options in drafts.items():
        if not options or options[0].why in (Why.REMEMBERED, Why.LAYOUT):
            continue
        year = years[index]
        is_past = year is not None and told is not None and year < told
        if is_past or (index in earlier and options[0].field in now):
            drafts[index] = [
                replace(option, score=min(option.score, _OF_EARLIER), why=Why.SIMILAR) for option in options
            ]


def _latest(years: Iterable[int | None]) -> int | None:
    return max((year for year in years if year is not None), default=None)


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
    owner = about(header(path[-1]), None).owner
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
    named = {options[0].field for options in drafts.values() if options and options[0].score >= AUTOMATIC}
    for index, options in drafts.items():
        if options and LIKELY <= options[0].score < AUTOMATIC and options[0].field not in named:
            drafts[index] = _by_codes(options, profile(index))
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


def _by_codes(options: Sequence[Candidate], values: Profile) -> Sequence[Candidate]:
    """A likely coded field becomes automatic where the values are those of its code list, and of no other candidate's.

    有无劳动能力 over 普通劳动力 and 无劳动力 is the labour ability; over 是 and 否 it is no field of ours and nothing to ask.
    """
    best = options[0]
    if values.values and _answers_only(best.field, values):
        return ()
    telling = tuple(value for value in values.values if code_list("yesno").canonical(value) is None)
    if FIELDS[best.field].code_list in (None, "yesno") or len(telling) < LEAST_CODES:
        return options
    told = Profile(telling)
    others = [agreement(option.field, told) or 0.0 for option in options[1:]]
    if (agreement(best.field, told) or 0.0) < CODES_FIT or max(others, default=0.0) >= CODES_FIT / 2:
        return options
    return [Candidate(best.field, 0.91, Why.VALUES, best.unit), *options[1:]]


def _answers_only(field_name: str, values: Profile) -> bool:
    """Whether all values of a coded field's column are 是 and 否, and none of them is in the field's code list."""
    name = FIELDS[field_name].code_list
    if name in (None, "yesno"):
        return False
    return values.share(_is_yes_or_no) == 1.0 and agreement(field_name, values) == 0.0


def _is_yes_or_no(value: str) -> bool:
    return not value.isdigit() and code_list("yesno").canonical(value) is not None


def _titles(paths: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    """A name for every column under which its values may be kept; equal headers get their column letter."""
    plain_titles = {index: "/".join(" ".join(text.split()) for text in path) for index, path in paths.items()}
    counts: defaultdict[str, int] = defaultdict(int)
    titles = {}
    for index, title in plain_titles.items():
        counts[title] += 1
        titles[index] = title if counts[title] == 1 else f"{title}〔{column_letter(index)}〕"
    return titles


def choose_table(
    paths: Mapping[int, tuple[str, ...]], source: str | None = None, hint: str | None = None, titles: str = ""
) -> str:
    """The table the rows of a sheet belong to, by the columns it has.

    Every column a table has a sure field for counts one, a column only this table has one for counts half more (the
    register's two tables count as one there); a person's name or number rules out the tables without persons. Where a
    column tells of spells or plans of work, that counts more, and more again where the titles say so too.
    """
    if hint is not None:
        return hint
    scores: dict[str, float] = dict.fromkeys(TABLES, 0.0)
    told: set[str] = set()
    persons = False
    for path in paths.values():
        sure = {}
        for table in TABLES:
            options = candidates(path, table, source)
            if options and options[0].score >= AUTOMATIC:
                sure[table] = options[0].field
        for table, name in sure.items():
            scores[table] += 1.5 if len(sure) == 1 or sure.keys() <= _REGISTER else 1.0
            if name in _TOLD_BY.get(table, ()):
                scores[table] += _TOLD
                told.add(table)
        persons = (
            persons or FIELDS[sure["record"]].role in (IdentityRole.NAME, IdentityRole.ID_NO)
            if "record" in sure
            else persons
        )
    for table in told:
        scores[table] += _ENTITLED if _TITLED[table].search(titles) else 0.0
    if persons:
        for table in ("household", "village", "pairing"):
            scores.pop(table)
    # Of two tables that fit alike the first named is taken: without persons, rows are households.
    order = ["household", *TABLES] if not persons else list(TABLES)
    return max(scores, key=lambda table: (scores[table], -order.index(table)))
