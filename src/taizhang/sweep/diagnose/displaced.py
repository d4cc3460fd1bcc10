"""Blocks of a sheet whose numbers or names stand in each other's rows: a column moved by a row, or sorted alone.

One slip of a hand in the workbook damages every row of the block; it is one cause, and one finding with all its rows.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from taizhang.sweep.diagnose.context import Context, Row
from taizhang.sweep.diagnose.wrong import Wrong, WrongRows, each
from taizhang.sweep.link.features import Ints, integers

Sheet = tuple[int, int, int]
PLACE = ("source_no", "file_no", "sheet_no")
"""The columns that tell a sheet."""
MIXING = np.int64(-7046029254386353131)
"""An odd number with bits of both kinds everywhere: 2^64 by the golden ratio."""

SHORTEST = 3
"""Rows from which a block is a block; two rows that have each other's value are an exchange."""
WIDEST_GAP = 2
"""Rows that happen to be right between two displaced ones: a sorted column leaves some in place."""
DENSE = 0.6
"""Share of the rows of a block that must be displaced; else they are mistakes of their own that happen to be near."""
STEADY = 0.8
"""Share of rows displaced by the same step from which the block was moved rather than sorted."""


@dataclass(frozen=True)
class Block:
    """Displaced rows of one sheet in row order. step: how many rows off the values are, None where in no steady order."""

    numbers: tuple[Wrong, ...]
    names: tuple[Wrong, ...]
    step: int | None

    @property
    def wrongs(self) -> list[Wrong]:
        """Numbers and names together, in the order of the records."""
        return sorted((*self.numbers, *self.names), key=lambda one: one.row.record_id)

    @property
    def rows(self) -> tuple[int, int]:
        """The first and the last row."""
        held = [one.row.row_no for one in self.wrongs]
        return min(held), max(held)


@dataclass(frozen=True, slots=True)
class _Displaced:
    """A wrong value and the row of its sheet where its person stands."""

    wrong: Wrong
    target: int

    @property
    def row_no(self) -> int:
        return self.wrong.row.row_no


def displaced_blocks(context: Context, numbers: Sequence[Wrong], names: WrongRows) -> list[Block]:
    """All blocks, ordered by sheet and row. Every wrong value is in at most one. numbers: those that are another person's."""
    sheets: dict[Sheet, list[_Displaced]] = defaultdict(list)
    for one in numbers:
        target = _nearest(one.row.row_no, _rows_of_owner(context, one))
        if target is not None:
            sheets[_sheet(one.row)].append(_Displaced(one, target))
    named, homes = _at_home_elsewhere(context, names)
    for one in named:
        place = _sheet(one.row)
        target = _nearest(one.row.row_no, homes.get((place, one.value), ()))
        if target is not None:
            sheets[place].append(_Displaced(one, target))
    return [block for place in sorted(sheets) for block in _blocks(sheets[place])]


def _sheet(row: Row) -> Sheet:
    return row.source_no, row.file_no, row.sheet_no


def _rows_of_owner(context: Context, wrong: Wrong) -> list[int]:
    return sorted(row.row_no for row in context.rows[wrong.owner] if _sheet(row) == _sheet(wrong.row))


def _at_home_elsewhere(context: Context, names: WrongRows) -> tuple[list[Wrong], Mapping[tuple[Sheet, int], list[int]]]:
    """Wrong names that persons of the same sheet are called, and those persons' rows by sheet and name, ascending.

    Of persons whose rows disagree the likeliest name counts; of the others those are looked up that stand in the next row,
    for the ends of a block. There may be a few more of both than belong together.
    """
    troubled, truth = context.troubled, context.names.truth(0)[context.troubled.group]
    there = np.flatnonzero(np.isin(truth, names.value))
    theirs = *(troubled[name][there] for name in PLACE), truth[there], troubled["row_no"][there]
    homes = [np.concatenate(both) for both in zip(theirs, _settled_neighbours(context, names), strict=True)]
    said, is_called = _mixed([*(names[name] for name in PLACE), names.value]), _mixed(homes[:-1])
    found: dict[tuple[Sheet, int], list[int]] = defaultdict(list)
    wanted = np.isin(is_called, said)
    for source, file, sheet, name, row in zip(*(column[wanted].tolist() for column in homes), strict=True):
        found[(source, file, sheet), name].append(row)
    named = each(names, np.flatnonzero(np.isin(said, is_called)), is_name=True)
    return named, {key: sorted(rows) for key, rows in found.items()}


def _mixed(columns: Sequence[Ints]) -> Ints:
    """A number that is equal where sheet and name are, and seldom elsewhere."""
    source, file, sheet, name = columns
    return name + (source * 1_000_003 + file * 10_007 + sheet) * MIXING


def _settled_neighbours(context: Context, names: WrongRows) -> list[Ints]:
    """source, file, sheet, name and row of undisputed rows beside a wrong row that have its name."""
    columns = {name: pa.array(names[name]) for name in (*PLACE, "row_no")} | {"name_id": pa.array(names.value)}
    context.engine.register("wrong_name", pa.table(columns))
    table = context.engine.fetch("""
        SELECT DISTINCT c.source_no, r.file_no, r.sheet_no, c.name_id, r.row_no FROM (
            SELECT p.record_id, p.source_no, p.name_id FROM claim_person AS p
            SEMI JOIN wrong_name AS n ON n.source_no = p.source_no AND n.name_id = p.name_id
            ANTI JOIN disputed_root AS d ON d.root = p.root) AS c
        JOIN record_raw AS r ON r.record_id = c.record_id
        JOIN wrong_name AS w ON w.source_no = c.source_no AND w.file_no = r.file_no AND w.sheet_no = r.sheet_no
            AND w.name_id = c.name_id AND ABS(r.row_no - w.row_no) = 1
    """)
    return [integers(table[name]) for name in table.column_names]


def _nearest(row_no: int, rows: Sequence[int]) -> int | None:
    """The row nearest to another than itself, the lower on a tie."""
    at = bisect_left(rows, row_no)
    near = [one for one in rows[max(0, at - 1) : at + 2] if one != row_no]
    return min(near, key=lambda one: (abs(one - row_no), one), default=None)


def _blocks(found: Sequence[_Displaced]) -> Iterator[Block]:
    for near in _runs(sorted(found, key=lambda one: one.row_no)):
        held = {one.row_no for one in near}
        kept = [one for one in near if min(held) - 1 <= one.target <= max(held) + 1]
        rows = {one.row_no for one in kept}
        if len(rows) < SHORTEST or len(rows) < DENSE * (max(rows) - min(rows) + 1) or _exchanges(kept):
            continue
        yield Block(
            tuple(one.wrong for one in kept if not one.wrong.is_name),
            tuple(one.wrong for one in kept if one.wrong.is_name),
            _step(kept),
        )


def _runs(found: Iterable[_Displaced]) -> Iterator[list[_Displaced]]:
    """Displaced rows that follow each other with small gaps."""
    run: list[_Displaced] = []
    for one in found:
        if run and one.row_no - run[-1].row_no > WIDEST_GAP:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _exchanges(kept: Sequence[_Displaced]) -> bool:
    """Whether the rows only have each other's values two by two."""
    target = {(one.row_no, one.wrong.is_name): one.target for one in kept}
    return all(target.get((one.target, one.wrong.is_name)) == one.row_no for one in kept)


def _step(kept: Sequence[_Displaced]) -> int | None:
    steps = Counter(one.target - one.row_no for one in kept)
    step, count = min(steps.items(), key=lambda item: (-item[1], abs(item[0]), item[0]))
    return step if count >= STEADY * len(kept) or count >= len(kept) - 1 else None
