"""The county file: which county, which sources send what from where, and where the lake is kept.

One `county.toml` describes an installation. Reading it never touches the sources' folders: a folder
that is missing is a problem of that one source and is told by `inbox.inbox_of`, so that the others go on.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from taizhang.errors import UserError, reason
from taizhang.languages import Language

Choice = TypeVar("Choice", bound=StrEnum)
Parameter = str | int | float | bool | date | list[Any] | dict[str, Any]

_SOURCE_ID = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
STRANGE = re.compile("[\udc80-\udcff]")
"""In a name as Python has it: a byte that is no UTF-8."""


class CountyFileError(UserError):
    """The county file cannot be read or says something impossible."""

    code: ClassVar[str] = "E-COUNTY-FILE"


MOST_SOURCES = 60
"""A set of sources is an integer of 64 bits; a county of eighteen towns with a ledger each stays far below."""
DIVISIONS_FILE = "divisions.csv"
"""The county's list of divisions beside its county file, where that names no other."""
MOST_CHANGED = 0.2  # our own number, see docs/adr/0034-how-much-change-is-remarkable.md


class SourceKind(StrEnum):
    """Who keeps a ledger; decides the header aliases and the layouts that are tried first."""

    NATIONAL = "national"
    CITY = "city"
    LEDGER = "ledger"
    APP = "app"
    AUTHORITY = "authority"


class Acceptance(StrEnum):
    """What becomes of a delivery that came by a watched folder, once it was compared with the one before it."""

    ASK = "ask"
    UNREMARKABLE = "unremarkable"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source of the county file.

    folder: absolute path of its inbox.
    derived_from: ids of the sources whose rows this one copies (their agreement is no second witness).
    as_of: date of loose files in the folder, where the file date would be wrong.
    files: patterns of file names (`*`, `?`, `[…]`) by which a file of the letterbox finds this source.
    accept: whether the office takes a delivery from a folder by itself when nothing about it is remarkable.
    most_changed: share of the rows of before from which on changed rows are remarkable; none are counted at 1.
    """

    id: str
    kind: SourceKind
    title: str
    folder: Path
    derived_from: tuple[str, ...] = ()
    as_of: date | None = None
    files: tuple[str, ...] = ()
    accept: Acceptance = Acceptance.ASK
    most_changed: float = MOST_CHANGED


@dataclass(frozen=True, slots=True)
class AuthoritySpec:
    """The register of the police as this county may ask it over the network; without it, by files only.

    osia: base address of the service. token_variable: the environment variable that holds the bearer token.
    """

    osia: str
    token_variable: str


@dataclass(frozen=True, slots=True)
class County:
    """A county as its file describes it; all paths absolute.

    divisions: the county's list of towns and villages; None for the one that is shipped.
    letterbox: one folder for files of all sources, which find theirs by its `files`; watched by the office only.
    parameters: overrides of rule parameters; a table holds values by year. language: of the lists and returned
    workbooks that go to the county's people; the screen has its own.
    """

    file: Path
    code: str
    name: str
    data: Path
    sources: tuple[SourceSpec, ...]
    divisions: Path | None = None
    packs: tuple[Path, ...] = ()
    frames: tuple[Path, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    authority: AuthoritySpec | None = None
    language: Language = Language.ZH
    letterbox: Path | None = None

    def source(self, source_id: str) -> SourceSpec:
        """The source with this id; raises KeyError."""
        return {source.id: source for source in self.sources}[source_id]


def load_county(path: Path | str) -> County:
    """Read a county file.

    Raises CountyFileError with the key in question where the file is missing, is no TOML, lacks a required key,
    holds an unknown one (a misspelt key is never ignored), names a source twice, or lets two sources read one folder.
    """
    file = Path(path).resolve()
    document = _read_toml(file)
    reader = _TableReader(file)
    reader.only_known("", document, {"county", "source", "sweep", "parameters", "authority"})
    county = reader.table(document, "county")
    reader.only_known("county", county, {"code", "name", "data", "divisions", "language", "letterbox"})
    sweep = reader.table(document, "sweep", required=False)
    reader.only_known("sweep", sweep, {"packs", "frames"})
    code = reader.text(county, "code", "county")
    if not re.fullmatch("[0-9]{6}", code):
        raise reader.wrong("county.code", "须为六位区划代码", 'code = "610723"')
    divisions, letterbox = county.get("divisions", _own_list(file)), county.get("letterbox")
    data, sources = file.parent / reader.text(county, "data", "county"), reader.sources(document)
    if STRANGE.search(str(data)):
        raise reader.wrong("county.data", "所在文件夹的名称不是 UTF-8，数据无法写在那里", 'data = "/data/taizhang"')
    for source in sources:
        if data.resolve().is_relative_to(source.folder.resolve()):
            raise reader.wrong(
                "county.data", f"在来源“{source.title}”的文件夹里面，会把自己的结果当作报送来读", 'data = "data"'
            )
    return County(
        file=file,
        code=code,
        name=reader.text(county, "name", "county"),
        data=data,
        sources=sources,
        divisions=None
        if divisions is None
        else file.parent / reader.text({"divisions": divisions}, "divisions", "county"),
        packs=tuple(file.parent / pack for pack in reader.texts(sweep, "packs", "sweep")),
        frames=tuple(file.parent / frame for frame in reader.texts(sweep, "frames", "sweep")),
        parameters=reader.table(document, "parameters", required=False),
        authority=reader.authority(document),
        language=reader.one_of(county, "language", "county", Language.ZH),
        letterbox=None if letterbox is None else file.parent / reader.text(county, "letterbox", "county"),
    )


def _own_list(county_file: Path) -> str | None:
    """The list of divisions that lies beside a county file which names none."""
    return DIVISIONS_FILE if (county_file.parent / DIVISIONS_FILE).is_file() else None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise CountyFileError(
            "找不到县配置文件。", where=str(file), hint="请更正路径；写法见 README 中的 county.toml 样例。"
        ) from error
    except UnicodeDecodeError as error:
        raise CountyFileError(
            "县配置文件不是 UTF-8 编码。", where=str(file), hint="请用记事本另存为 UTF-8 编码。"
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CountyFileError(
            "县配置文件格式有误。",
            where=str(file),
            why=str(error) if isinstance(error, tomllib.TOMLDecodeError) else "括号嵌套过深。",
            hint="请对照文档 docs/formats/delivery.md 更正该行。",
        ) from error
    except OSError as error:
        raise CountyFileError("县配置文件不能读取。", where=str(file), why=reason(error)) from error


@dataclass(frozen=True, slots=True)
class _TableReader:
    """Typed access to the document; every complaint names the key."""

    file: Path

    def wrong(self, key: str, why: str, example: str = "") -> CountyFileError:
        """The error for a key with an impossible value."""
        return CountyFileError(
            f"县配置文件的 {key} 有误。",
            where=f"{self.file} 的 {key}",
            why=why,
            hint=f"例如：{example}" if example else "请对照文档 docs/formats/delivery.md 更正。",
        )

    def only_known(self, name: str, table: Mapping[str, Any], known: set[str]) -> None:
        """Refuse keys nobody reads: most are misspelt."""
        unknown = sorted(set(table) - known)
        if unknown:
            key = f"{name}.{unknown[0]}" if name else unknown[0]
            raise self.wrong(key, f"没有这个设置；可用：{'、'.join(sorted(known))}")

    def table(self, document: Mapping[str, Any], name: str, *, required: bool = True) -> dict[str, Any]:
        """A table of the document; empty where it is absent and not required."""
        value = document.get(name)
        if value is None and not required:
            return {}
        if not isinstance(value, dict):
            raise self.wrong(name, f"缺少 [{name}] 一节", f"[{name}]")
        return value

    def text(self, table: Mapping[str, Any], key: str, name: str) -> str:
        """A required text that is not blank."""
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{name}.{key}", "须填写文字，并加引号", f'{key} = "…"')
        return self._in_one_line(value, f"{name}.{key}")

    def texts(self, table: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
        """A list of texts; empty where absent."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{name}.{key}", "须为文字的列表", f'{key} = ["…"]')
        return tuple(self._in_one_line(item, f"{name}.{key}") for item in value)

    def one_of(self, table: Mapping[str, Any], key: str, name: str, default: Choice) -> Choice:
        """One of the words of an enumeration; the default where the key is absent."""
        value = table.get(key, default)
        if not isinstance(value, str) or value not in set(type(default)):
            words = type(default)
            raise self.wrong(f"{name}.{key}", f"只能是：{'、'.join(words)}", f'{key} = "{default.value}"')
        return type(default)(value)

    def _in_one_line(self, text: str, key: str) -> str:
        """A text without characters that no name or path has. In a path they end in an error of the system's."""
        if _CONTROL.search(text):
            raise self.wrong(key, "含有换行、制表符或看不见的字符")
        return text

    def authority(self, document: Mapping[str, Any]) -> AuthoritySpec | None:
        """The [authority] table; None where there is none. A secret never stands in the file itself."""
        table = self.table(document, "authority", required=False)
        if not table:
            return None
        self.only_known("authority", table, {"osia", "token_variable"})
        return AuthoritySpec(self.text(table, "osia", "authority"), self.text(table, "token_variable", "authority"))

    def sources(self, document: Mapping[str, Any]) -> tuple[SourceSpec, ...]:
        """All [[source]] tables, checked against each other."""
        tables = document.get("source")
        if not isinstance(tables, list) or not tables:
            raise self.wrong("source", "至少要有一个来源", "[[source]]")
        if len(tables) > MOST_SOURCES:
            raise self.wrong("source", f"最多 {MOST_SOURCES} 个来源，这里有 {len(tables)} 个")
        sources = tuple(self._source(table, number) for number, table in enumerate(tables, start=1))
        ids = [source.id for source in sources]
        for source in sources:
            if ids.count(source.id) > 1:
                raise self.wrong("source.id", f"来源编号 {source.id} 重复")
            strangers = sorted(set(source.derived_from) - set(ids) | {source.id} & set(source.derived_from))
            if strangers:
                raise self.wrong(
                    f"source（{source.id}）.derived_from",
                    f"没有来源 {strangers[0]}，或指向自身",
                    'derived_from = ["national"]',
                )
        for one, other in combinations(sources, 2):
            here, there = one.folder.resolve(), other.folder.resolve()
            if here.is_relative_to(there) or there.is_relative_to(here):
                raise self.wrong(
                    f"source（{other.id}）.folder",
                    f"与来源“{one.title}”的文件夹相同或一个在另一个里面，同一份文件会算作两本台账",
                    'folder = "inbox/city"',
                )
        return sources

    def _source(self, table: Any, number: int) -> SourceSpec:
        name = f"source（第{number}个）"
        if not isinstance(table, dict):
            raise self.wrong(name, "须写成 [[source]] 一节", "[[source]]")
        known = {"id", "kind", "title", "folder", "derived_from", "as_of", "files", "accept", "most_changed"}
        self.only_known(name, table, known)
        source_id = self.text(table, "id", name)
        if not _SOURCE_ID.fullmatch(source_id):
            raise self.wrong(f"{name}.id", "须为小写字母开头的英文编号", 'id = "national"')
        kind = self.text(table, "kind", name)
        if kind not in set(SourceKind):
            raise self.wrong(f"{name}.kind", f"只能是：{'、'.join(SourceKind)}", 'kind = "national"')
        as_of = table.get("as_of")
        if as_of is not None and type(as_of) is not date:
            raise self.wrong(f"{name}.as_of", "须为日期，不加引号", "as_of = 2024-06-30")
        most_changed = table.get("most_changed", MOST_CHANGED)
        if not isinstance(most_changed, int | float) or isinstance(most_changed, bool) or not 0 <= most_changed <= 1:
            raise self.wrong(f"{name}.most_changed", "须为 0 到 1 之间的数", "most_changed = 0.2")
        patterns = self.texts(table, "files", name)
        if any(not one.strip() or "/" in one or "\\" in one for one in patterns):
            raise self.wrong(f"{name}.files", "须为文件名的式样，不含斜杠", 'files = ["*村级台账*.xlsx"]')
        return SourceSpec(
            id=source_id,
            kind=SourceKind(kind),
            title=self.text(table, "title", name) if "title" in table else source_id,
            folder=self.file.parent / self.text(table, "folder", name),
            derived_from=self.texts(table, "derived_from", name),
            as_of=as_of,
            files=patterns,
            accept=self.one_of(table, "accept", name, Acceptance.ASK),
            most_changed=float(most_changed),
        )
