"""One sheet from its head: what it is, where its header stands, what every column means, what must be asked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from taizhang.intake.mapping.above import Told, told_above
from taizhang.intake.mapping.candidates import Why, candidates
from taizhang.intake.mapping.columns import (
    ColumnChoice,
    MappedColumn,
    choose_columns,
    choose_table,
)
from taizhang.intake.mapping.head import SheetHead
from taizhang.intake.mapping.header import HeaderBlock, find_header
from taizhang.intake.mapping.layouts import Layout, fingerprint, recognise
from taizhang.intake.mapping.memory import LayoutMemory, MappingFile
from taizhang.intake.mapping.normal import path_key
from taizhang.intake.mapping.profile import Profile, agreement, profile_of
from taizhang.intake.mapping.triage import SheetClass, classify, is_card
from taizhang.intake.model import FIELDS, TABLES, IdentityRole
from taizhang.intake.raw import FileEvent

_TITLE_UNIT = re.compile(r"单位[:：]\s*(万元|元|亩|人)")
_TITLE_DATE = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*(?:[月./-]\s*(?:(\d{1,2})\s*日?)?|$)")
# A sheet of these tables without any of these roles cannot be joined to anything and waits.
_NEEDED: dict[str, frozenset[IdentityRole]] = {
    "record": frozenset({IdentityRole.NAME, IdentityRole.ID_NO, IdentityRole.PERSON_NO, IdentityRole.HEAD_NAME}),
    "household": frozenset({IdentityRole.HOUSEHOLD_NO, IdentityRole.HEAD_NAME, IdentityRole.HEAD_ID_NO}),
    "work_spell": frozenset({IdentityRole.NAME, IdentityRole.ID_NO, IdentityRole.PERSON_NO}),
    "planned_work": frozenset({IdentityRole.NAME, IdentityRole.ID_NO, IdentityRole.PERSON_NO}),
    "village": frozenset({IdentityRole.DIVISION}),
    "cadre": frozenset({IdentityRole.NAME, IdentityRole.ID_NO}),
}
SHIFT_FIT = 0.6  # share of a column's values that must fit the neighbour's label
HEADER_EXTRA = "SR-HEADER-EXTRA"
"""The event of a column whose header nobody knows, or that is somebody else's."""
_CODES = {
    Why.AMBIGUOUS: "SR-HEADER-AMBIGUOUS",
    Why.DUPLICATE: "SR-HEADER-DUP",
    Why.UNKNOWN: HEADER_EXTRA,
    Why.SOMEBODY_ELSE: HEADER_EXTRA,
}
_KEY_ROLES = frozenset({IdentityRole.NAME, IdentityRole.ID_NO, IdentityRole.HOUSEHOLD_NO, IdentityRole.PERSON_NO})


class Status(StrEnum):
    """Whether the rows of a sheet may be read."""

    MAPPED = "mapped"
    WAITING = "waiting"
    NOT_DATA = "not_data"


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can decide: a column and the fields it may be, best first (none: the sheet as a whole).

    blocking: the sheet waits for the answer; otherwise its rows are read and the column is kept in `extra` meanwhile.
    """

    code: str
    column: int | None
    header: str
    fields: tuple[str, ...]
    message: str
    blocking: bool = True


@dataclass(frozen=True)
class MappedSheet:
    """A sheet ready to be read, or the reasons why it waits.

    header_first, header_last: spreadsheet rows of the header block; first_data_row: the row after it. 0 without header.
    columns: every filled column of the header, in order; columns without a header are not listed.
    fingerprint: of the layout as it stands. layout: id of the shipped layout recognised. remembered: a person's mapping
    was used. constants: fields that hold for every row (measure_kind). told: values of every row that stand above the table.
    code_source: whose numbering coded columns use, for `CodeList.canonical(source=…)`.
    unit: unit a title row declares for amounts. as_of: date a title row declares, ISO text. titles: rows above the header.
    """

    sheet_class: SheetClass
    status: Status
    name: str
    table: str | None = None
    header_first: int = 0
    header_last: int = 0
    columns: tuple[MappedColumn, ...] = ()
    fingerprint: str = ""
    layout: str | None = None
    remembered: bool = False
    constants: dict[str, str] = field(default_factory=dict)
    told: tuple[Told, ...] = ()
    code_source: str | None = None
    unit: str | None = None
    as_of: str | None = None
    titles: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    events: tuple[FileEvent, ...] = ()

    @property
    def first_data_row(self) -> int:
        """Spreadsheet row after the header block."""
        return self.header_last + 1

    @property
    def by_field(self) -> dict[str, MappedColumn]:
        """The (first) column of every mapped field."""
        found: dict[str, MappedColumn] = {}
        for column in self.columns:
            if column.field is not None:
                found.setdefault(column.field, column)
        return found

    @property
    def extra(self) -> tuple[MappedColumn, ...]:
        """Columns whose values are kept under their own header."""
        return tuple(column for column in self.columns if column.field is None)

    def to_mapping(self, origin: str, confirmed_by: str | None = None) -> MappingFile:
        """This mapping as the file an officer edits."""
        columns: dict[str, str | None] = {}
        for column in self.columns:
            columns.setdefault(column.full_path, column.field)
        units = {column.full_path: column.unit for column in self.columns if column.unit is not None}
        return MappingFile(self.fingerprint, self.table or "record", columns, units, origin, confirmed_by)


def map_sheet(
    head: SheetHead,
    *,
    source_kind: str | None = None,
    memory: LayoutMemory | None = None,
    table_hint: str | None = None,
) -> MappedSheet:
    """Map a sheet from its head (`read_head`).

    source_kind: 'national', 'city', 'ledger', 'app', 'authority', or None; chooses among aliases and numberings.
    memory: mappings a person has confirmed; one that fits the fingerprint decides everything.
    table_hint: the table the caller knows the sheet to be.
    Never raises for what a sheet contains; raises MappingFileError where a remembered file is broken.
    """
    block = find_header(head)
    sheet_class = classify(head, block)
    keys = [path_key(path) for path in block.paths.values()] if block is not None else []
    mark = fingerprint(keys)
    remembered = memory.recall(mark) if memory is not None and block is not None else None
    if block is not None and remembered is None and sheet_class is SheetClass.DATA and is_card(head, block):
        return _waiting(head, f"工作表《{head.name}》像是一人一张的登记卡，项目与内容左右相邻，不是一行一人的名单。")
    if remembered is not None:
        sheet_class = (
            SheetClass.DATA if remembered.is_data else SheetClass.IGNORED
        )  # a person has said so, hidden or not
    is_hidden = sheet_class is SheetClass.WAITING and block is not None  # and looks like data
    if block is None or (sheet_class is not SheetClass.DATA and not is_hidden):
        return _without_rows(head, sheet_class, mark if remembered is not None else "")
    layout = recognise(keys, " ".join((*block.titles, head.name)))
    choice = _choice(block, layout, remembered, _Context(source_kind, table_hint, " ".join((*block.titles, head.name))))

    @cache
    def profile(index: int) -> Profile:
        return profile_of(head.sample(index, block.last, limit=200))

    columns = tuple(choose_columns(block.paths, choice, profile))
    view = _View(head.name, block, columns, choice, profile)
    questions, events = _findings(view, None if remembered is not None else layout)
    if is_hidden:
        message = f"隐藏的工作表《{head.name}》看起来是数据，是否采用？"
        questions.insert(0, Question("SR-SHEET-HIDDEN", None, head.name, (), message))
        events = [FileEvent("SR-SHEET-HIDDEN", "warn", head.name)]
    waits = any(question.blocking for question in questions)
    unit, as_of = _declared(block.titles)
    return MappedSheet(
        sheet_class=sheet_class,
        status=Status.WAITING if waits else Status.MAPPED,
        name=head.name,
        table=choice.table,
        header_first=block.first,
        header_last=block.last,
        columns=columns,
        fingerprint=mark,
        layout=layout.id if layout is not None else None,
        remembered=remembered is not None,
        constants=dict(layout.constants) if layout is not None else {},
        told=_told(head, block, choice, columns),
        code_source=_code_source(layout, source_kind),
        unit=unit,
        as_of=as_of,
        titles=block.titles,
        questions=tuple(questions),
        events=tuple(events),
    )


def _told(
    head: SheetHead, block: HeaderBlock, choice: ColumnChoice, columns: Sequence[MappedColumn]
) -> tuple[Told, ...]:
    above = [row for row in head.rows if row.number < block.first]
    mapped = frozenset(column.field for column in columns if column.field is not None)
    return told_above(above, choice.table, choice.source, mapped)


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known of a sheet besides its columns: who sent it, the table its rows are said to be, its titles and name."""

    source: str | None
    hint: str | None
    titles: str


def _choice(block: HeaderBlock, layout: Layout | None, remembered: MappingFile | None, told: _Context) -> ColumnChoice:
    if remembered is not None:
        return ColumnChoice(
            remembered.table, told.source, remembered.by_key, Why.REMEMBERED, remembered.units_by_key, told.titles
        )
    if layout is not None and told.hint in (None, layout.table):
        return ColumnChoice(layout.table, told.source, layout.by_key, Why.LAYOUT, layout.units_by_key, told.titles)
    table = choose_table(block.paths, told.source, told.hint, told.titles)
    return ColumnChoice(table, told.source, titles=told.titles)


def _code_source(layout: Layout | None, source_kind: str | None) -> str | None:
    if layout is not None and layout.code_source is not None:
        return layout.code_source
    return source_kind


def _without_rows(head: SheetHead, sheet_class: SheetClass, fingerprint: str) -> MappedSheet:
    if sheet_class is not SheetClass.WAITING:
        return MappedSheet(sheet_class, Status.NOT_DATA, head.name, fingerprint=fingerprint)
    return _waiting(head, f"工作表《{head.name}》前{len(head.rows)}行里没有找到表头。")


def _waiting(head: SheetHead, message: str) -> MappedSheet:
    """A sheet in which no header was found, and what to say of it."""
    event = FileEvent("SR-HEADER-NOT-FOUND", "error", head.name)
    question = Question("SR-HEADER-NOT-FOUND", None, "", (), message)
    return MappedSheet(SheetClass.WAITING, Status.WAITING, head.name, questions=(question,), events=(event,))


def _declared(titles: Sequence[str]) -> tuple[str | None, str | None]:
    """Unit and date a title row declares (单位：万元; 截至2020年2月19日)."""
    text = " ".join(titles)
    unit = _TITLE_UNIT.search(text)
    date = _TITLE_DATE.search(text)
    as_of = None
    if date is not None and 1 <= int(date.group(2)) <= 12:
        day = f"-{int(date.group(3)):02d}" if date.group(3) else ""
        as_of = f"{date.group(1)}-{int(date.group(2)):02d}{day}"
    return (unit.group(1) if unit else None), as_of


@dataclass(frozen=True, slots=True)
class _View:
    """A sheet whose columns are chosen, for looking at what must be asked."""

    name: str
    block: HeaderBlock
    columns: Sequence[MappedColumn]
    choice: ColumnChoice
    profile: Callable[[int], Profile]


def _findings(view: _View, layout: Layout | None) -> tuple[list[Question], list[FileEvent]]:
    """Questions and events of a mapped sheet, column by column, then of the sheet."""
    questions: list[Question] = []
    events: list[FileEvent] = []
    roles = {FIELDS[column.field].role for column in view.columns if column.field is not None}
    for column in view.columns:
        severity = "info"
        code = _CODES.get(column.why)
        if column.why is Why.REFUTED:
            labelled = candidates(column.path, view.choice.table, view.choice.source)
            shifted = _is_shifted(column, view)
            code = "SR-COLUMN-SHIFT" if shifted else "SR-COLUMN-VALUES"
            severity = "error"
            message = f"{column.letter}列表头是“{column.title}”，但列中的值不是这一项" + (
                "，像是整列错位。" if shifted else "。"
            )
            fields = tuple(candidate.field for candidate in labelled)
            blocking = shifted or bool({FIELDS[name].role for name in fields} & _KEY_ROLES)
            questions.append(Question(code, column.index, column.title, fields, f"《{view.name}》{message}", blocking))
        elif column.why is Why.AMBIGUOUS:
            severity = "warn"
            fields = tuple(candidate.field for candidate in column.candidates)
            labels = "、".join(FIELDS[name].zh for name in fields)
            message = f"《{view.name}》{column.letter}列“{column.title}”可能是：{labels}。请确认。"
            blocking = bool(({FIELDS[name].role for name in fields} & _KEY_ROLES) - roles)
            questions.append(Question("SR-HEADER-AMBIGUOUS", column.index, column.title, fields, message, blocking))
        elif column.why is Why.DUPLICATE:
            severity = "warn"
        if code is not None:
            facts: dict[str, str | int] = {"header": column.title, "column": column.letter}
            events.append(FileEvent(code, severity, view.name, f"{column.letter}{view.block.last}", facts))
    if layout is not None:
        events += _departures(view, layout)
    needed = _NEEDED.get(view.choice.table, frozenset())
    if needed and not roles & needed:
        names = "、".join(entry.zh for entry in TABLES[view.choice.table].fields.values() if entry.role in needed)
        events.append(FileEvent("SR-HEADER-MISSING", "error", view.name, f"A{view.block.first}", {"header": names}))
        message = f"《{view.name}》没有找到这些列中的任何一列：{names}。"
        questions.append(Question("SR-HEADER-MISSING", None, names, (), message))
    return questions, events


def _departures(view: _View, layout: Layout) -> list[FileEvent]:
    """How a sheet departs from its layout: columns it lacks, a header on another row."""
    present = {column.key for column in view.columns}
    taken = {column.field for column in view.columns}
    events = [
        FileEvent("SR-HEADER-MISSING", "info", view.name, "", {"header": text, "layout": layout.id})
        for text, name in layout.columns.items()
        if name is not None and name not in taken and path_key(tuple(text.split(" / "))) not in present
    ]
    if view.block.first != layout.title_rows + 1:
        events.append(FileEvent("SR-HEADER-ROW", "info", view.name, f"A{view.block.first}", {"row": view.block.first}))
    return events


def _is_shifted(column: MappedColumn, view: _View) -> bool:
    """Whether the values belong to the label of a neighbouring column: the sign of shifted columns."""
    for other in view.columns:
        if abs(other.index - column.index) != 1:
            continue
        for candidate in candidates(other.path, view.choice.table, view.choice.source)[:1]:
            fit = agreement(candidate.field, view.profile(column.index))
            if fit is not None and fit >= SHIFT_FIT:
                return True
    return False
