"""Sheets that wait for somebody to say what their columns mean: the question as data, and the answer.

The mapping file of `<data>/mappings` stays the one place of the answer, whether a person edits it or a program answers.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from taizhang.errors import UserError
from taizhang.intake.delivery.lake import Lake
from taizhang.intake.mapping import (
    LayoutMemory,
    MappingFile,
    MappingFileError,
    is_fingerprint,
    parse_mapping,
    write_mapping,
)


class NoQuestionError(UserError):
    """Nobody asks about this layout, or the question was answered meanwhile."""

    code: ClassVar[str] = "E-MAP-NONE"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is asked. column: letter, None for the sheet as a whole. blocking: no row is taken before the answer."""

    code: str
    message: str
    column: str | None
    blocking: bool


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """One column of the sheet.

    path: labels over it joined by ' / ', the key of the answer. field: what is proposed, None for a column kept under
    its own header. alternatives: (field, confidence), best first. sample: distinct values, masked. filled: values among
    the rows looked at (up to 200). looks_like: id, phone, date, sex, relation, ethnic, yesno or region, if most values do.
    """

    letter: str
    path: str
    header: str
    field: str | None
    confidence: float
    why: str
    unit: str | None
    alternatives: tuple[tuple[str, float], ...]
    sample: tuple[str, ...]
    filled: int
    looks_like: str | None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the sheet, masked: its number in the sheet and its cells in the order of the columns."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappingQuestion:
    """The question of one layout, shown on the sheet it was met in first. table: what a row is thought to be."""

    fingerprint: str
    file: str
    sheet: str
    table: str
    header_first: int
    header_last: int
    reasons: tuple[Reason, ...]
    columns: tuple[AskedColumn, ...]
    rows: tuple[SampleRow, ...]

    @property
    def blocking(self) -> bool:
        """Whether sheets of this layout wait; otherwise their rows are taken and only a column is asked about."""
        return any(reason.blocking for reason in self.reasons)


def mapping_questions(data: Path) -> tuple[list[MappingQuestion], list[MappingFileError]]:
    """All open questions of a lake, those that hold a sheet first; and the mapping files that cannot be read."""
    found: list[MappingQuestion] = []
    broken: list[MappingFileError] = []
    lake = Lake(data)
    for path in sorted(lake.mappings.glob("*.yaml")):
        try:
            open_question = MappingFile.load(path).confirmed_by is None
        except MappingFileError as error:
            broken.append(error)
            continue
        if open_question and path.with_suffix(".json").is_file():
            found.append(_read(path.with_suffix(".json")))
    return sorted(found, key=lambda one: (not one.blocking, one.file, one.sheet)), broken


def mapping_answers(data: Path) -> list[MappingFile]:
    """What was answered and can be corrected: the layouts whose sheet is still known, those met last first."""
    lake = Lake(data)
    paths = [path for path in lake.mappings.glob("*.yaml") if path.with_suffix(".json").is_file()]
    found = []
    for path in sorted(paths, key=lambda one: one.stat().st_mtime, reverse=True):
        try:
            mapping = MappingFile.load(path)
        except MappingFileError:  # told by `mapping_questions`
            continue
        if mapping.confirmed_by is not None:
            found.append(mapping)
    return found


def mapping_answer(data: Path, fingerprint: str) -> MappingFile | None:
    """What was answered about a layout; None where its question is open. Raises NoQuestionError, MappingFileError."""
    mapping = _mapping(Lake(data), fingerprint)
    return mapping if mapping.confirmed_by is not None else None


def mapping_question(data: Path, fingerprint: str) -> MappingQuestion:
    """The question of one layout, open or answered. Raises NoQuestionError; MappingFileError where its mapping file is broken."""
    _mapping(Lake(data), fingerprint)
    return _read(Lake(data).mappings / f"{fingerprint}.json")


def answer_question(
    data: Path,
    fingerprint: str,
    *,
    confirmed_by: str,
    fields: Mapping[str, str | None],
    table: str | None = None,
    units: Mapping[str, str] | None = None,
    correcting: bool = False,
) -> MappingFile:
    """Answer the question of a layout; sheets of it are read accordingly from the next reading on.

    correcting: an answer that was given before is replaced; otherwise it stands. fields: column path → field, None to keep the column under its own header; columns not named keep the proposal.
    table: what a row is, where it is not what was thought. units: column path → unit, where the header says another.
    Raises NoQuestionError; MappingFileError for an answer that cannot be (a field twice, a field the table has not, a
    column the sheet has not, nobody's name), which then changes nothing.
    """
    lake = Lake(data)
    asked = _mapping(lake, fingerprint) if correcting else _open_mapping(lake, fingerprint)
    strangers = sorted((set(fields) | set(units or {})) - set(asked.columns))
    if strangers:
        raise MappingFileError("这张表没有这一列。", where=strangers[0], hint=f"可用的列：{'、'.join(asked.columns)}。")
    answer = replace(
        asked,
        table=table or asked.table,
        is_data=True,
        columns={path: fields.get(path, name) for path, name in asked.columns.items()},
        units={**asked.units, **(units or {})},
    )
    return _confirm(lake, answer, confirmed_by)


def refuse_layout(data: Path, fingerprint: str, *, confirmed_by: str, correcting: bool = False) -> MappingFile:
    """Say that sheets of a layout are no data: they are left out from the next reading on and nothing waits for them.

    correcting: as of `answer_question`. Raises NoQuestionError, MappingFileError.
    """
    lake = Lake(data)
    asked = _mapping(lake, fingerprint) if correcting else _open_mapping(lake, fingerprint)
    return _confirm(lake, replace(asked, is_data=False), confirmed_by)


def _confirm(lake: Lake, answer: MappingFile, confirmed_by: str) -> MappingFile:
    if not confirmed_by.strip():
        raise MappingFileError("没有写确认人。", where=answer.origin, hint="请写上确认人的姓名。")
    text = write_mapping(replace(answer, confirmed_by=confirmed_by.strip()))
    checked = parse_mapping(text, where=answer.origin)
    LayoutMemory(lake.layouts).remember(checked)
    target = lake.mappings / f"{answer.fingerprint}.yaml"
    with tempfile.NamedTemporaryFile("w", dir=lake.mappings, suffix=".part", encoding="utf-8", delete=False) as stream:
        stream.write(text)
    Path(stream.name).replace(target)
    return checked


def _open_mapping(lake: Lake, fingerprint: str) -> MappingFile:
    mapping = _mapping(lake, fingerprint)
    if mapping.confirmed_by is not None:
        raise _no_question()
    return mapping


def _mapping(lake: Lake, fingerprint: str) -> MappingFile:
    path = lake.mappings / f"{fingerprint}.yaml"
    if is_fingerprint(fingerprint) and path.is_file() and path.with_suffix(".json").is_file():
        return MappingFile.load(path)
    raise _no_question()


def _no_question() -> NoQuestionError:
    return NoQuestionError(
        "没有等待回答的这个版式。", where="mappings", why="可能已经有人确认。", hint="请刷新列表后再看。"
    )


def _read(path: Path) -> MappingQuestion:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    columns = [
        AskedColumn(
            **{
                **one,
                "alternatives": tuple((name, score) for name, score in one["alternatives"]),
                "sample": tuple(one["sample"]),
            }
        )
        for one in document["columns"]
    ]
    return MappingQuestion(
        **{
            **document,
            "reasons": tuple(Reason(**one) for one in document["reasons"]),
            "columns": tuple(columns),
            "rows": tuple(SampleRow(one["number"], tuple(one["cells"])) for one in document["rows"]),
        }
    )
