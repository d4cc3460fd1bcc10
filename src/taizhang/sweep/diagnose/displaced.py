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
from taizhang.sweep.diagnose.wrong import WrongName, WrongNumber

Sheet = tuple[int, int, int]

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

    numbers: tuple[WrongNumber, ...]
    names: tuple[WrongName, ...]
    step: int | None

    @property
    def wrongs(self) -> list[WrongNumber | WrongName]:
        """Numbers and names together, in the order of the records."""
        together: list[WrongNumber | WrongName] = [*self.numbers, *self.names]
        return sorted(together, key=lambda one: one.row.record_id)

    @property
    def rows(self) -> tuple[int, int]:
        """The first and the last row."""
        held = [one.row.row_no for one in self.wrongs]
        return min(held), max(held)


@dataclass(frozen=True, slots=True)
class _Displaced:
    """A wrong value and the row of its sheet where its person stands."""

    wrong: WrongNumber | WrongName
    target: int

    @property
    def row_no(self) -> int:
        return self.wrong.row.row_no


def displaced_blocks(context: Context, numbers: Sequence[WrongNumber], names: Sequence[WrongName]) -> list[Block]:
    """All blocks, ordered by sheet and row. Every wrong value is in at most one."""
    sheets: dict[Sheet, list[_Displaced]] = defaultdict(list)
    for one in numbers:
        target = _nearest(one.row.row_no, _rows_of_owner(context, one))
        if target is not None:
            sheets[_sheet(one.row)].append(_Displaced(one, target))
    homes = _rows_by_name(context, names)
    for named in names:
        place = _sheet(named.row)
        target = _nearest(named.row.row_no, homes.get((place, named.name_id), ()))
        if target is not None:
            sheets[place].append(_Displaced(named, target))
    return [block for place in sorted(sheets) for block in _blocks(sheets[place])]


def _sheet(row: Row) -> Sheet:
    return row.source_no, row.file_no, row.sheet_no


def _rows_of_owner(context: Context, wrong: WrongNumber) -> list[int]:
    rows = context.rows[wrong.owner] if wrong.owner is not None else []
    return sorted(row.row_no for row in rows if _sheet(row) == _sheet(wrong.row))


def _rows_by_name(context: Context, names: Sequence[WrongName]) -> Mapping[tuple[Sheet, int], list[int]]:
    """Rows of persons who are called what a wrong row says, by sheet and name, ascending.

    Of persons whose rows disagree the likeliest name counts; of the others those are looked up that stand in the next row,
    for the ends of a block.
    """
    troubled, verdict = context.troubled, context.names
    if not names:
        return {}
    best = verdict.best[troubled.group]
    truth = np.where(best >= 0, verdict.value[np.maximum(best, 0)], 0)
    wanted = np.isin(truth, np.array([one.name_id for one in names]))
    found: dict[tuple[Sheet, int], list[int]] = defaultdict(list)
    columns = (troubled["source_no"], troubled["file_no"], troubled["sheet_no"], truth, troubled["row_no"])
    for source, file, sheet, name, row in zip(*(one[wanted].tolist() for one in columns), strict=True):
        found[(source, file, sheet), name].append(row)
    for source, file, sheet, name, row in _settled_neighbours(context, names):
        found[(source, file, sheet), name].append(row)
    return {key: sorted(rows) for key, rows in found.items()}


def _settled_neighbours(context: Context, names: Sequence[WrongName]) -> Iterator[tuple[int, int, int, int, int]]:
    """(source, file, sheet, name, row) of undisputed rows beside a wrong row that have its name."""
    wrong = pa.table({
        "source_no": pa.array([one.row.source_no for one in names], pa.int32()),
        "file_no": pa.array([one.row.file_no for one in names], pa.int64()),
        "sheet_no": pa.array([one.row.sheet_no for one in names], pa.int64()),
        "row_no": pa.array([one.row.row_no for one in names], pa.int64()),
        "name_id": pa.array([one.name_id for one in names], pa.int64()),
    })  # fmt: skip
    context.engine.register("wrong_name", wrong)
    table = context.engine.fetch("""
        SELECT DISTINCT c.source_no, r.file_no, r.sheet_no, c.name_id, r.row_no FROM (
            SELECT p.record_id, p.source_no, p.name_id FROM claim_person AS p
            SEMI JOIN wrong_name AS n ON n.source_no = p.source_no AND n.name_id = p.name_id
            ANTI JOIN disputed_root AS d ON d.root = p.root) AS c
        JOIN record_raw AS r ON r.record_id = c.record_id
        JOIN wrong_name AS w ON w.source_no = c.source_no AND w.file_no = r.file_no AND w.sheet_no = r.sheet_no
            AND w.name_id = c.name_id AND ABS(r.row_no - w.row_no) = 1
    """)
    yield from zip(*(table[name].to_pylist() for name in table.column_names), strict=True)


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
            tuple(one.wrong for one in kept if isinstance(one.wrong, WrongNumber)),
            tuple(one.wrong for one in kept if isinstance(one.wrong, WrongName)),
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
    target = {(one.row_no, type(one.wrong)): one.target for one in kept}
    return all(target.get((one.target, type(one.wrong))) == one.row_no for one in kept)


def _step(kept: Sequence[_Displaced]) -> int | None:
    steps = Counter(one.target - one.row_no for one in kept)
    step, count = min(steps.items(), key=lambda item: (-item[1], abs(item[0]), item[0]))
    return step if count >= STEADY * len(kept) or count >= len(kept) - 1 else None
