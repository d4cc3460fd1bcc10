"""Frames of official campaigns as editable tables; their cells name rules, and rules name cells by tags.

The official texts of 一查一补两落实 and 七突出七对标七到位 are not published, so nothing is invented: the first ships the
four words of its name as labels, the second an empty grid of seven by three. A county fills in a copy and names it in
county.toml; its cells stand in place of the shipped ones of the same tag.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from taizhang.errors import reason
from taizhang.sweep.rules.errors import PackError

COLUMNS = ("tag", "label", "from", "to", "rules")
WITH_CHECKS = (*COLUMNS, "checks")
"""The headings of a table whose cells have checklists."""
HEADINGS = ("标签", "内容", "开始", "结束", "规则", "清单")
"""The same in Chinese, as the office writes them."""
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_NAMES = re.compile(r"[、,，;；\s]+")
_CHECKS = re.compile(r"\s*[;；\n]\s*")
_HINT = "在 county.toml 的 [sweep] frames 中写对路径；表头见 docs/formats/rule-pack.md"


@dataclass(frozen=True)
class Cell:
    """One cell of a frame: its tag, its label (None until the county fills it in), its period, the rules it names.

    rules: ids of rules, and letters of groups of rules. checks: what is to be ticked off by hand.
    """

    tag: str
    label: str | None
    begins: str | None
    ends: str | None
    rules: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    checks: tuple[str, ...] = ()


def read_frame(path: Path) -> tuple[Cell, ...]:
    """The cells of one table, as UTF-8 or as a Chinese office program saves it (GB18030).

    Raises PackError for a file that cannot be read, other headings, repeated tags, and periods that are none.
    """
    return cells_of(list(csv.reader(_text(path).splitlines())), path.name)


def cells_of(rows: Sequence[Sequence[str]], file: str) -> tuple[Cell, ...]:
    """The cells of a table read before; the first row is its headings. Raises PackError as `read_frame` does."""
    headings = tuple(rows[0]) if rows else ()
    if headings not in (COLUMNS, WITH_CHECKS, HEADINGS[: len(COLUMNS)], HEADINGS):
        raise PackError(
            "框架表的表头不对", file=file, line=1, hint=f"表头应为 {','.join(COLUMNS)}，可另加 {WITH_CHECKS[-1]}"
        )
    cells: dict[str, Cell] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(value.strip() for value in row):
            continue
        cell = _cell([value.strip() for value in (*row, *[""] * len(WITH_CHECKS))[: len(WITH_CHECKS)]], file, line)
        if cell.tag in cells:
            raise PackError(f"标签 {cell.tag} 重复", file=file, line=line, hint="每格一个标签")
        cells[cell.tag] = cell
    return tuple(cells.values())


def _cell(values: Sequence[str], file: str, line: int) -> Cell:
    tag, label, begins, ends, rules, checks = values
    if not tag:
        raise PackError("标签没有填", file=file, line=line, hint="每格一个标签")
    for day in (begins, ends):
        if day and not _is_day(day):
            raise PackError(f"时间“{day}”的写法不对", file=file, line=line, hint="写成 2020、2020-02 或 2020-02-19")
    if begins and ends and ends < begins[: len(ends)]:
        raise PackError(f"标签 {tag} 的结束早于开始", file=file, line=line, hint="核对 from 与 to")
    return Cell(
        tag, label or None, begins or None, ends or None, named_rules(rules), file, line, tuple(_CHECKS.split(checks)) if checks else (),
    )  # fmt: skip


def named_rules(text: str) -> tuple[str, ...]:
    """The rules and groups a cell names, as written in a table, each once."""
    return tuple(dict.fromkeys(one for one in _NAMES.split(text) if one))


def _is_day(text: str) -> bool:
    """A year, a month or a day that the calendar has."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PackError("框架表不能读取", file=path.name, why=reason(error), hint=_HINT) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PackError("框架表不是文本", file=path.name, hint="另存为 CSV（UTF-8）")


@cache
def shipped_cells() -> dict[str, Cell]:
    """The cells of all shipped frames by tag."""
    folder = Path(str(resources.files("taizhang.sweep.rules") / "frames"))
    return {cell.tag: cell for path in sorted(folder.glob("*.csv")) for cell in read_frame(path)}


def cells_with(own: Sequence[Path]) -> dict[str, Cell]:
    """The shipped cells with a county's own in place of those of the same tag, and its further ones. Raises PackError."""
    return shipped_cells() | {cell.tag: cell for path in own for cell in read_frame(path)}
