"""Where the header of a sheet is, and which path of labels stands over each column (intake.md §10)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from taizhang.intake.mapping.above import is_form_line
from taizhang.intake.mapping.dictionary import dictionary
from taizhang.intake.mapping.head import HeadRow, SheetHead
from taizhang.intake.mapping.normal import header
from taizhang.intake.raw import Merge

# The scores of intake.md §10 [M]: 100 % last header row and 83 % exact block on 500 generated sheets.
KNOWN, LIKELY, LONG, DIGITS = 1.0, 0.6, -1.0, -1.5
LIKELY_SHARE, LIKELY_LENGTH, LONG_LENGTH, DIGITS_LENGTH = 0.6, 14, 20, 4
BEST_AT_LEAST, UP_AT_LEAST, DOWN_AT_LEAST = 2.0, 0.6, 1.2
SEARCHED_ROWS = 30
MOST_LEVELS = 4
_DIGIT = re.compile(r"\d")
_ID_LIKE = re.compile(r"^'?\d{14,17}[\dXx]{1,3}\t?$|^1[3-9]\d{9}$")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The header of a sheet.

    first, last: spreadsheet rows of the block, a column-number row included.
    paths: labels over each filled column from top to bottom, as written; equal neighbours once.
    titles: texts above the block, row by row.
    score: of the best row; known: its cells that are labels we know.
    """

    first: int
    last: int
    paths: dict[int, tuple[str, ...]]
    titles: tuple[str, ...]
    score: float
    known: int


def row_score(cells: Sequence[str]) -> tuple[float, int]:
    """How much a row looks like a header, and how many of its cells are known labels."""
    words, characters = dictionary().words, dictionary().characters
    score, known, keys = 0.0, 0, set()
    for cell in cells:
        key = header(cell).key if len(cell) <= 60 else cell
        keys.add(key)
        if key in words:
            score += KNOWN
            known += 1
        elif len(key) > LONG_LENGTH:
            score += LONG
        elif _DIGIT.search(key):
            score += DIGITS if len(key) >= DIGITS_LENGTH else 0.0
        elif 0 < len(key) <= LIKELY_LENGTH and sum(c in characters for c in key) >= LIKELY_SHARE * len(key):
            score += LIKELY
    return score * len(keys) / len(cells) if cells else 0.0, known


def find_header(head: SheetHead) -> HeaderBlock | None:
    """The header block of a sheet, or None where no row looks like one."""
    rows = head.rows[:SEARCHED_ROWS]
    scores: list[tuple[float, int]] = []
    best = _best(rows, scores, [not is_form_line(row) for row in rows])
    if best is None:
        best = _best(rows, scores, [True] * len(rows))
    if best is None:
        return None
    first, last = _grow(rows, scores, best, head.merges)
    paths = _paths(rows[first : last + 1], head.merges)
    end = last + 1 if last + 1 < len(rows) and _is_column_numbers(rows[last + 1]) else last
    titles = tuple(" ".join(row.cells.values()) for row in rows[:first])
    return HeaderBlock(rows[first].number, rows[end].number, paths, titles, *scores[best])


def _best(rows: Sequence[HeadRow], scores: list[tuple[float, int]], may_be: Sequence[bool]) -> int | None:
    """The row that looks most like a header among those that may be one; scores: of the rows looked at so far, added to."""
    best: int | None = None
    for at, row in enumerate(rows):
        if at >= len(scores):
            scores.append(row_score(list(row.cells.values())))
        if may_be[at] and (best is None or scores[at][0] > scores[best][0]):
            best = at
        # A row made of known labels ends the search once the rows after it are worse: data need not be scored.
        if best is not None and at - best >= 2 and scores[best][1] >= max(3, 0.5 * len(rows[best].cells)):
            break
    return None if best is None or scores[best][0] < BEST_AT_LEAST or scores[best][1] == 0 else best


def _grow(
    rows: Sequence[HeadRow], scores: list[tuple[float, int]], best: int, merges: Sequence[Merge]
) -> tuple[int, int]:
    def score(at: int) -> tuple[float, int]:
        while at >= len(scores):
            scores.append(row_score(list(rows[len(scores)].cells.values())))
        return scores[at]

    first = last = best
    while (
        first > 0
        and last - first + 1 < MOST_LEVELS
        and score(first - 1)[0] >= UP_AT_LEAST
        and len(rows[first - 1].cells) >= 2
        and not _is_note(rows[first - 1])
        and not is_form_line(rows[first - 1])
        and rows[first].number - rows[first - 1].number == 1
    ):
        first -= 1
    while (
        last + 1 < len(rows)
        and last - first + 1 < MOST_LEVELS
        and score(last + 1)[0] >= DOWN_AT_LEAST
        and rows[last + 1].number - rows[last].number == 1
        and not any(_ID_LIKE.match(cell.strip()) for cell in rows[last + 1].cells.values())
        and _continues(rows[last], rows[last + 1], score(last + 1)[1], merges)
    ):
        last += 1
    return first, last


def _continues(above: HeadRow, below: HeadRow, known: int, merges: Sequence[Merge]) -> bool:
    """Whether a row under a header row is one more level of it, and not the first data row.

    A level is made of labels, and hangs under merged or repeated parents or fills columns the row above leaves open.
    """
    if known < 0.5 * len(below.cells):
        return False
    wide = {
        column
        for merge in merges
        if merge.first_row <= above.number <= merge.last_row and merge.last_column > merge.first_column
        for column in range(merge.first_column, merge.last_column + 1)
    }
    open_columns = set(below.cells) - set(above.cells)
    written_out = len(set(above.cells.values())) < len(above.cells)  # a parent repeated over each of its columns
    return bool(open_columns) or bool(wide & set(below.cells)) or written_out


def _is_note(row: HeadRow) -> bool:
    """A line such as 填报单位：… 单位：元 above the header: texts that end with or contain a colon."""
    texts = list(row.cells.values())
    return sum("：" in text or ":" in text for text in texts) * 2 >= len(texts)


def _is_column_numbers(row: HeadRow) -> bool:
    """The row 1 2 3 … (or 甲 乙 1 2 …) under a header."""
    texts = [text.strip().strip("()（）栏列").removesuffix(".0") for text in row.cells.values()]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 3]
    others = [text for text in texts if not (text.isascii() and text.isdigit() and len(text) <= 3)]
    rising = all(b - a == 1 for a, b in pairwise(numbers))
    return len(numbers) >= 3 and rising and numbers[0] <= 2 and all(text in "甲乙丙丁戊己庚辛ABCD" for text in others)


def _paths(levels: Sequence[HeadRow], merges: Sequence[Merge]) -> dict[int, tuple[str, ...]]:
    """Labels over each column. Parents are spread over their merge; where merges are lost, over the blanks after them."""
    grid: list[dict[int, str]] = []
    numbers = {row.number: at for at, row in enumerate(levels)}
    width = max(max(row.cells) for row in levels) + 1
    covered: set[tuple[int, int]] = set()
    spread: list[dict[int, str]] = [dict(row.cells) for row in levels]
    for merge in merges:
        rows = [numbers[n] for n in range(merge.first_row, merge.last_row + 1) if n in numbers]
        if not rows:
            continue
        text = levels[rows[0]].cells.get(merge.first_column)
        for at in rows:
            for column in range(merge.first_column, merge.last_column + 1):
                covered.add((at, column))
                if text is not None:
                    spread[at][column] = text
    for at, cells in enumerate(spread):
        parent: str | None = None
        level: dict[int, str] = {}
        for column in range(width):
            if column in cells:
                level[column] = cells[column]
                parent = cells[column] if (at, column) not in covered else None
            elif (
                parent is not None
                and at + 1 < len(spread)
                and not any(column in above for above in grid)
                and any(column in below for below in spread[at + 1 :])
            ):
                level[column] = parent
        grid.append(level)
    paths: dict[int, tuple[str, ...]] = {}
    for column in range(width):
        texts: list[str] = []
        for level in grid:
            text = level.get(column)
            if text is not None and (not texts or texts[-1] != text):
                texts.append(text)
        if texts:
            paths[column] = tuple(texts)
    return paths
