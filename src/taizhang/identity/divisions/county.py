"""A county's own list of towns and villages, and finding one by whatever it is called in a ledger."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Self

from taizhang.errors import UserError, reason

_CODE = re.compile(r"[0-9]{12}|[0-9]{9}|[0-9]{6}")
_DAMAGED_CODE = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
_CODE_LENGTH = 12
HEADINGS = ("code", "name", "aliases", "placeholder")
"""The columns of a list; behind them anything may stand."""
_SAID = dict(zip(("代码", "名称", "别名", "占位"), HEADINGS, strict=True))
_SUFFIXES = (
    "街道办事处",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "街道办",
    "街道",
    "村委会",
    "居委会",
    "社区",
    "办事处",
    "镇",
    "乡",
    "办",
    "村",
)


class DivisionListError(UserError):
    """The county's list of divisions cannot be read or contradicts itself."""

    code: ClassVar[str] = "E-COUNTY-DIVISIONS"


class DivisionKind(StrEnum):
    """Levels of the 12-digit code, with the township ranges of the statistical rules."""

    COUNTY = "county"
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Division:
    """One place. `parent` is the code of the level above; a placeholder code stands for a village whose real one is unknown."""

    code: str
    name: str
    kind: DivisionKind
    parent: str | None
    aliases: tuple[str, ...] = ()
    is_placeholder: bool = False

    @property
    def bare(self) -> str:
        """Its name without what kind of place it is: 王家 of 王家村村委会."""
        return bare_name(self.name)


class CountyDivisions:
    """The divisions of one county, by code and by name."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._by_code = {division.code: division for division in divisions}
        self._by_key: dict[str, list[Division]] = defaultdict(list)
        for division in self._by_code.values():
            for name in {bare_name(name) for name in (division.name, *division.aliases)}:
                self._by_key[name].append(division)

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read a list with the columns code, name, aliases (separated by |), placeholder; the sample county's without a path.

        As UTF-8, or as a Chinese office program saves it (GB18030). Raises DivisionListError with the line at fault.
        """
        if path is None:
            return cls.from_csv(
                files(__package__).joinpath("data/yangxian.csv").read_text(encoding="utf-8"), "yangxian.csv"
            )
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise DivisionListError(
                "行政区划表打不开。", where=str(path), why=reason(error),
                hint="请更正 county.toml 的 divisions，或把文件放到那里；没有时运行 taizhang divisions 生成建议。",
            ) from error  # fmt: skip
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", "replace")
        return cls.from_csv(text, path.name)

    @classmethod
    def from_csv(cls, text: str, where: str) -> Self:
        """Read the text of such a list; `where` is its name in messages."""
        found: dict[str, Division] = {}
        rows = csv.reader(io.StringIO(text))
        headings = [_SAID.get(heading.strip(), heading.strip()) for heading in next(rows, [])]
        if not {"code", "name"} <= set(headings):
            raise DivisionListError(
                "行政区划表的表头不对。", where=where, hint="第一行写 code,name,aliases,placeholder，或 代码,名称,别名,占位。"
            )  # fmt: skip
        for line, cells in enumerate(rows, 2):
            row = dict(zip(headings, cells, strict=False))
            if not any(cell.strip() for cell in cells):
                continue
            typed, name = re.sub(r"[\s'\"=]", "", row.get("code") or ""), (row.get("name") or "").strip()
            if not _CODE.fullmatch(typed) or not name:
                is_damaged = _DAMAGED_CODE.fullmatch(typed) is not None
                raise DivisionListError(
                    "行政区划表有一行不合规。",
                    where=f"{where} 第{line}行",
                    why="代码被电子表格软件改成了科学计数" if is_damaged else "代码不是12位数字，或名称为空",
                    hint="列：code,name,aliases,placeholder；代码可以分段写，如 610723 103 201，电子表格软件就不会改动它。",
                )
            code = typed.ljust(_CODE_LENGTH, "0")
            if code in found:
                raise DivisionListError(
                    "行政区划代码重复。", where=f"{where} 第{line}行", hint="每个代码只写一行，别名用 | 分开。"
                )
            aliases = tuple(a.strip() for a in (row.get("aliases") or "").split("|") if a.strip())
            placeholder = (row.get("placeholder") or "").strip() in {"1", "true", "是"}
            found[code] = Division(code, name, _kind(code), _parent(code), aliases, placeholder)
        return cls(found.values())

    def __iter__(self) -> Iterator[Division]:
        """All divisions by code."""
        return iter(sorted(self._by_code.values(), key=lambda division: division.code))

    def match(self, name: str, *, within: str = "") -> tuple[Division, ...]:
        """The divisions a name may mean inside the code prefix `within`: one is a match, several are a question, none is unknown.

        Suffixes do not count (纸坊办 is 纸坊街道); a name written whole wins over one that agrees without its suffix.
        """
        inside = _prefix(within)
        plain = re.sub(r"\s", "", name)
        fitting = [d for d in self._by_key.get(bare_name(plain), ()) if d.code.startswith(inside)]
        if not fitting:
            return self._below(plain, inside)
        whole = [d for d in fitting if plain in {d.name, *d.aliases}]
        return tuple(whole or fitting)

    def _below(self, name: str, inside: str) -> tuple[Division, ...]:
        """A name written with the unit above it in front, 洋县龙亭镇 or 龙亭镇某村: what its rest means in that unit."""
        above = [d for d in self if d.kind is not DivisionKind.VILLAGE and name.startswith(d.name) and name != d.name]
        found = {match for d in above for match in self.match(name.removeprefix(d.name), within=d.code)}
        return tuple(sorted((d for d in found if d.code.startswith(inside)), key=lambda d: d.code))

    def towns(self) -> tuple[Division, ...]:
        """The town-level units by code."""
        return tuple(d for d in self if d.kind in {DivisionKind.STREET, DivisionKind.TOWN, DivisionKind.TOWNSHIP})


def _prefix(code: str) -> str:
    """The digits that every code inside a unit shares; zeros within a level belong to it (…110 is not …11)."""
    for level in (6, 9):
        if code[level:] and not code[level:].strip("0"):
            return code[:level]
    return code


def bare_name(name: str) -> str:
    """A name without white space and without what kind of place it is; 镇 alone stays."""
    plain = re.sub(r"\s", "", name)
    for suffix in _SUFFIXES:
        if plain.endswith(suffix) and len(plain) > len(suffix):
            return plain.removesuffix(suffix)
    return plain


def _kind(code: str) -> DivisionKind:
    if code[6:] == "000000":
        return DivisionKind.COUNTY
    if code[9:] != "000":
        return DivisionKind.VILLAGE
    town = int(code[6:9])
    if town < 100:
        return DivisionKind.STREET
    return DivisionKind.TOWN if town < 200 else DivisionKind.TOWNSHIP


def _parent(code: str) -> str | None:
    if code[9:] != "000":
        return code[:9] + "000"
    return code[:6] + "000000" if code[6:9] != "000" else None
