"""Frames of official campaigns as editable tables; rules are assigned to their cells by tags.

The official texts of 一查一补两落实 and 七突出七对标七到位 are not published, so nothing is invented: the first ships the
four words of its name as labels, the second an empty grid of seven by three. A county edits a copy.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from taizhang.sweep.rules.errors import PackError

COLUMNS = ("tag", "label", "from", "to")


@dataclass(frozen=True)
class Cell:
    """One cell of a frame: the tag rules carry, its label (None until the county fills it in), and its period."""

    tag: str
    label: str | None
    begins: str | None
    ends: str | None


def read_frame(path: Path) -> tuple[Cell, ...]:
    """The cells of one table. Raises PackError for other headings and repeated tags."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise PackError("框架表的表头不对", file=path.name, line=1, hint=f"表头应为 {','.join(COLUMNS)}")
    cells = tuple(Cell(row[0], *(value or None for value in row[1:4])) for row in rows[1:] if row)
    tags = [cell.tag for cell in cells]
    for number, tag in enumerate(tags):
        if tag in tags[:number]:
            raise PackError(f"标签 {tag} 重复", file=path.name, line=number + 2, hint="每格一个标签")
    return cells


@cache
def shipped_cells() -> dict[str, Cell]:
    """The cells of all shipped frames by tag."""
    folder = Path(str(resources.files("taizhang.sweep.rules") / "frames"))
    return {cell.tag: cell for path in sorted(folder.glob("*.csv")) for cell in read_frame(path)}
