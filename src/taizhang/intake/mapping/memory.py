"""Mappings a person has confirmed: one YAML file a layout, written for an officer to read and change."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from taizhang.errors import UserError
from taizhang.intake.mapping.normal import path_key
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.model.source_text import TextLoader

IGNORE = "忽略"
FORMAT = "1"
_IGNORES = frozenset({IGNORE, "ignore", "不要", "跳过"})
_KEYS = {
    "格式": "format",
    "版式": "fingerprint",
    "来源": "origin",
    "表": "table",
    "列": "columns",
    "单位": "units",
    "确认": "confirmed_by",
}


class MappingFileError(UserError):
    """A mapping file that cannot be used as it stands."""

    code: ClassVar[str] = "E-MAP-FILE"


@dataclass(frozen=True)
class MappingFile:
    """A confirmed (or proposed) mapping of one layout.

    fingerprint: the layout it belongs to. table: what a row is. origin: where the layout was met, for the reader.
    columns: header path as written, levels joined by ' / ' → field name, None for 忽略.
    units: header path → unit, where the column counts in another unit than the field.
    confirmed_by: who confirmed it, or None for a proposal that nobody has looked at: such a file is not used.
    is_data: False where sheets of the layout are to be left out as a whole (表: 忽略).
    """

    fingerprint: str
    table: str
    columns: Mapping[str, str | None]
    units: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    confirmed_by: str | None = None
    is_data: bool = True

    @property
    def by_key(self) -> dict[str, str | None]:
        """Path key → field or None."""
        return {path_key(tuple(path.split(" / "))): name for path, name in self.columns.items()}

    @property
    def units_by_key(self) -> dict[str, str]:
        """Path key → unit."""
        return {path_key(tuple(path.split(" / "))): unit for path, unit in self.units.items()}

    @classmethod
    def load(cls, path: Path) -> "MappingFile":
        """Read and check a mapping file; raises MappingFileError that names the line, the reason and what to do."""
        return parse_mapping(path.read_bytes(), where=path.name)


def is_fingerprint(text: str) -> bool:
    """Whether a text can be a layout's fingerprint; anything else could lead out of the folder."""
    return re.fullmatch(r"[0-9a-f]{8,64}", text) is not None


def parse_mapping(content: str | bytes, where: str = "") -> MappingFile:
    """Read and check a mapping; raises MappingFileError."""
    loader = TextLoader(content)
    try:
        node = loader.get_single_node()
        document = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise MappingFileError(
            "对应表文件不是有效的 YAML。",
            where=f"{where} 第{mark.line + 1}行第{mark.column + 1}列" if mark else where,
            why="常见原因：冒号用了全角“：”、冒号后没有空格、缩进用了 Tab，或引号没有配对。",
            hint="照相邻各行的写法改正后重试；改乱了可删除该文件，用 taizhang map 重新生成。",
        ) from error
    finally:
        loader.dispose()
    if not isinstance(document, dict):
        raise MappingFileError(
            "对应表文件是空的或不是“名称: 内容”的形式。", where=where, hint="用 taizhang map 重新生成。"
        )
    return _checked(document, node, where)


def _checked(document: dict[str, Any], node: yaml.MappingNode, where: str) -> MappingFile:
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}

    def fail(message: str, key: str, why: str = "", hint: str = "") -> MappingFileError:
        place = f"{where} 第{lines[key]}行" if key in lines else where
        return MappingFileError(message, where=place, why=why, hint=hint)

    for key in document:
        if key not in _KEYS:
            raise fail(f"不认识的项目“{key}”。", key, f"可用的项目只有：{'、'.join(_KEYS)}。", "改正或删除这一行。")
    for key in ("版式", "表", "列"):
        if not document.get(key):
            raise fail(
                f"缺少“{key}”。", key, "没有它就不知道这份对应表用于哪种表、各列是什么。", "用 taizhang map 重新生成。"
            )
    if document.get("格式", FORMAT) != FORMAT:
        raise fail("对应表文件的格式版本不认识。", "格式", f"本程序只认格式 {FORMAT}。", "升级程序，或重新生成该文件。")
    is_data = document["表"] not in _IGNORES
    table = _table_named(document["表"]) if is_data else "record"
    if table is None:
        names = "、".join(f"{table.zh}({name})" for name, table in TABLES.items())
        raise fail(
            f"不认识的表“{document['表']}”。",
            "表",
            f"可用的表：{names}。",
            f"改成其中之一；整张表不是数据就写“{IGNORE}”。",
        )
    if not isinstance(document["列"], dict):
        raise fail("“列”下面应是“表头: 字段”的清单。", "列", hint="每列一行，前面空两格。")
    columns = _columns(document["列"], node, table, where) if is_data else dict.fromkeys(document["列"])
    units = document.get("单位") or {}
    if not isinstance(units, dict):
        raise fail("“单位”下面应是“表头: 单位”的清单。", "单位", hint="例如：收入: 万元。")
    return MappingFile(
        fingerprint=document["版式"],
        table=table,
        columns=columns,
        units=units,
        origin=document.get("来源") or "",
        confirmed_by=document.get("确认") or None,
        is_data=is_data,
    )


def _table_named(text: str) -> str | None:
    return next((name for name, table in TABLES.items() if text in (name, table.zh)), None)


def _columns(entries: dict[str, str], node: yaml.MappingNode, table: str, where: str) -> dict[str, str | None]:
    columns_node = next(value for key, value in node.value if key.value == "列")
    seen_headers: set[str] = set()
    for key, _ in columns_node.value:
        if key.value in seen_headers:
            raise MappingFileError(
                f"表头“{key.value}”写了两次。", where=f"{where} 第{key.start_mark.line + 1}行", hint="只保留一行。"
            )
        seen_headers.add(key.value)
    lines = {key.value: key.start_mark.line + 1 for key, _ in columns_node.value}
    columns: dict[str, str | None] = {}
    takers: dict[str, list[str]] = {}
    for path, text in entries.items():
        place = f"{where} 第{lines[path]}行（{path}）"
        if not isinstance(text, str):
            raise MappingFileError("一个表头只能对应一个字段。", where=place, hint=f"写一个字段名，或写“{IGNORE}”。")
        if text in _IGNORES or text == "":
            columns[path] = None
            continue
        name = _field_named(text, table)
        if name is None:
            raise MappingFileError(
                f"“{TABLES[table].zh}”表没有字段“{text}”。",
                where=place,
                why="可能写错了字，或该字段属于另一张表。" + _similar_fields(text, table),
                hint=f"改成文件开头所列的字段之一；不需要这一列就写“{IGNORE}”。",
            )
        columns[path] = name
        takers.setdefault(name, []).append(path)
        if len(takers[name]) > FIELDS[name].repeats:
            raise MappingFileError(
                f"两个表头都对应“{FIELDS[name].zh}”（{name}）。",
                where=place,
                why=f"另一个是“{takers[name][0]}”；一个字段只能取一列的值。",
                hint=f"保留一个，另一个写“{IGNORE}”。",
            )
    return columns


def _field_named(text: str, table: str) -> str | None:
    fields = TABLES[table].fields
    if text in fields:
        return text
    return next((name for name, entry in fields.items() if entry.zh == text), None)


def _similar_fields(text: str, table: str) -> str:
    import difflib  # noqa: PLC0415 - only for an error text

    names = {entry.zh: name for name, entry in TABLES[table].fields.items()} | {n: n for n in TABLES[table].fields}
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    return f"相近的字段：{'、'.join(near)}。" if near else ""


def write_mapping(mapping: MappingFile, notes: Mapping[str, str] | None = None) -> str:
    """The mapping as the YAML text an officer edits; `notes`: header path → what to look at, put beside the line."""
    notes = notes or {}
    lines = [
        "# 列对应表：左边是文件里的表头，右边是系统字段。只改右边。",
        f"# 不需要的列写 {IGNORE}（原值仍保留在附加信息里）；字段可写英文名或中文名，见 docs/formats/mapping-file.md。",
        "# 改完后在“确认”写上姓名，本版式以后不再询问。",
        f"格式: '{FORMAT}'",
        f"版式: {mapping.fingerprint}",
        f"来源: {_quoted(mapping.origin)}",
        f"表: {_table_line(mapping)}",
        f"确认: {_quoted(mapping.confirmed_by or '')}",
        "列:",
    ]
    for path, name in mapping.columns.items():
        field = FIELDS.get(name) if name is not None and mapping.is_data else None
        label = "不采用" if field is None else field.zh
        note = f"；{notes[path]}" if path in notes else ""
        # A name we do not know is somebody's answer: written as it is, for `parse_mapping` to complain about.
        said = IGNORE if name is None or not mapping.is_data else name if field is not None else _quoted(name)
        lines.append(f"  {_quoted(path)}: {said}  # {label}{note}")
    if mapping.units:
        lines.append("单位:")
        lines += [f"  {_quoted(path)}: {_quoted(unit)}" for path, unit in mapping.units.items()]
    return "\n".join(lines) + "\n"


def _table_line(mapping: MappingFile) -> str:
    if not mapping.is_data:
        return f"{IGNORE}  # 整张表不采用"
    known = TABLES.get(mapping.table)
    return _quoted(mapping.table) if known is None else f"{mapping.table}  # {known.zh}"


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar that keeps line breaks and every other character."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


@dataclass(frozen=True)
class LayoutMemory:
    """The confirmed mappings of a county: `<data>/layouts/<fingerprint>.yaml`.

    overrides: mapping files given for this run; they win over the folder.
    """

    folder: Path | None
    overrides: Sequence[MappingFile] = ()

    def recall(self, fingerprint: str) -> MappingFile | None:
        """The confirmed mapping of a layout; None where there is none. Raises MappingFileError for a broken file."""
        for mapping in self.overrides:
            if mapping.fingerprint == fingerprint:
                return mapping
        if self.folder is None:
            return None
        path = self.folder / f"{fingerprint}.yaml"
        if not path.exists():
            return None
        mapping = MappingFile.load(path)
        return mapping if mapping.confirmed_by is not None else None

    def remember(self, mapping: MappingFile, notes: Mapping[str, str] | None = None) -> Path:
        """Keep a mapping, replacing the file whole or not at all; raises ValueError without a folder."""
        if self.folder is None:
            raise ValueError("a memory without a folder cannot remember")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{mapping.fingerprint}.yaml"
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(write_mapping(mapping, notes))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return path
