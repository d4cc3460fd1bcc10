"""Which rows are one household, where a sheet writes the household number on the head's row only.

Plain filling down put 7 % of the rows of generated village sheets into the wrong household (design: intake §12).
So a number travels only inside a run that a 户主 row opened, and a sheet or a run that does not look like families
in order is not filled at all. Where a sheet marks the heads' rows and no others - a household number, a head's name -
a new mark opens a household whatever relation stands beside it, and the rows below it are its own although two of
them be spouses: there the relation is wrong, not the household (ADR 0025). A household whose head's row was left out, mark
and all, stands in the run of the household above; where two things agree on the row at which it begins (the stated size
is full, the group or the address changes, a second spouse stands there), its rows are nobody's and are asked about.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

HEAD, SPOUSE = "户主", "配偶"
_ONCE = (SPOUSE, "之父", "之母", "之岳父", "之岳母", "之公公", "之婆婆")  # at most one of each in a household
_SAME_NAME = frozenset({"之子", "之女", "之孙子", "之孙女"})  # take the surname of somebody in the household

# Limits of the guard: design intake §12. A sheet beyond them is out of order, not merely odd.
MAX_SHARE_TWO_SPOUSES = 0.30
MAX_SHARE_LARGE = 0.03
LARGE_HOUSEHOLD = 9
MIN_SHARE_SURNAMES = 0.6  # children of families in order share a surname in nine cases of ten
MIN_CHILDREN = 10  # below this many, a share says nothing
GIVEN_SHARE = 0.5  # so many members with their own number: the sheet repeats it on every row
REPEATED_HEAD_SHARE = 0.9
MAX_SHARE_ODD = 0.05  # more households with two spouses, or more strange children, and the rows stand in no order
LEAST_LEFT = 2  # rows from which on two other signs are believed without a second spouse
MARKED_SHARE = 0.9  # so many heads with a mark, and so many marks on heads: the marks tell households apart

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Verdict(StrEnum):
    """How far the households of a sheet can be used."""

    GIVEN = "given"  # every row says its household itself
    FILLED = "filled"  # read off the order of the rows, under guard
    REFUSED = "refused"  # out of order: the persons are readable, the households are not used
    NONE = "none"  # the sheet says nothing about households


@dataclass(frozen=True, slots=True)
class HouseholdRows:
    """The household side of a sheet's data rows, in order; canonical values, null where a cell is empty.

    None for a column the sheet does not have. head: what the sheet repeats of the head on the members' rows
    (number or name). name: the member's name. size: the stated size of the household. places: where the row says that
    it lives (group, hamlet, address), each as the sheet writes it.
    """

    rows: int
    relation: pa.StringArray | None = None
    number: pa.StringArray | None = None
    head: pa.StringArray | None = None
    name: pa.StringArray | None = None
    size: pa.Array | None = None
    places: tuple[pa.StringArray, ...] = ()


@dataclass(frozen=True, slots=True)
class Households:
    """What was found.

    run: per row the number of its household in the sheet, -1 where it is unknown.
    number_from: per row the row its household number is written on (its own, usually the head's), -1 for none.
    opened_at: per row the first row of its household, -1 where unknown; a household without a number is named after it.
    doubtful: rows that stand in a run but are not trusted to belong to it. lost: the rows at which a household begins
    whose head's row is most likely missing; they and what follows in the run are doubtful.
    why: what the guard found, as counts by name; empty where it found nothing.
    """

    verdict: Verdict
    run: Ints
    number_from: Ints
    opened_at: Ints
    doubtful: Mask
    why: dict[str, int] = field(default_factory=dict)
    lost: tuple[int, ...] = ()


def find_households(rows: HouseholdRows) -> Households:
    """Tell the households of a sheet apart; see `Verdict` for how far the answer can be used."""
    has_number = _present(rows.number, rows.rows)
    is_head = _equals(rows.relation, HEAD, rows.rows)
    members = ~is_head if is_head.any() else np.ones(rows.rows, bool)
    if _mostly(has_number, members):
        return _by_value(rows.number, has_number, has_number)
    has_head = _present(rows.head, rows.rows)
    if rows.rows and has_head.mean() >= REPEATED_HEAD_SHARE:
        return _by_value(rows.head, has_head, has_number)
    if is_head.any():
        return _by_order(rows, is_head, has_number)
    if has_number.any():
        return _refused(rows.rows, has_number, {"no_head_rows": int(rows.rows)})
    return _nothing(rows.rows)


def _mostly(has: Mask, among: Mask) -> bool:
    return bool(among.any() and has[among].mean() >= GIVEN_SHARE)


def _present(column: pa.StringArray | None, rows: int) -> Mask:
    return np.zeros(rows, bool) if column is None else np.asarray(pc.is_valid(column))


def _equals(column: pa.StringArray | None, label: str, rows: int) -> Mask:
    if column is None:
        return np.zeros(rows, bool)
    return np.asarray(pc.fill_null(pc.equal(column, label), False))


def _codes(column: pa.StringArray) -> Ints:
    """Equal texts as equal numbers, -1 for none."""
    indices = pc.dictionary_encode(column).indices
    return np.asarray(pc.fill_null(pc.cast(indices, pa.int64()), -1))


def _by_value(column: pa.StringArray | None, known: Mask, has_number: Mask) -> Households:
    """Households by a value every row repeats, wherever the rows stand."""
    codes = _codes(column)
    count = int(codes.max(initial=-1)) + 1
    places = np.arange(len(codes), dtype=np.int64)
    first = np.full(count + 1, len(codes), np.int64)
    np.minimum.at(first, codes, places)  # code -1 lands in the last, unused place
    number = np.full(count + 1, len(codes), np.int64)
    np.minimum.at(number, codes[has_number], places[has_number])
    number_from = np.where(known, number[codes], -1)
    number_from[number_from == len(codes)] = -1
    number_from = np.where(has_number, places, number_from)
    return Households(Verdict.GIVEN, codes, number_from, np.where(known, first[codes], -1), np.zeros(len(codes), bool))


def _refused(rows: int, has_number: Mask, why: dict[str, int]) -> Households:
    none = np.full(rows, -1, np.int64)
    own = np.where(has_number, np.arange(rows, dtype=np.int64), -1)
    return Households(Verdict.REFUSED, none, own, none.copy(), np.ones(rows, bool), why)


def _nothing(rows: int) -> Households:
    none = np.full(rows, -1, np.int64)
    return Households(Verdict.NONE, none, none.copy(), none.copy(), np.zeros(rows, bool))


def _by_order(rows: HouseholdRows, is_head: Mask, has_number: Mask) -> Households:
    marks = _marks(rows, is_head)
    opens = is_head if marks is None else is_head | marks
    run = np.cumsum(opens) - 1
    count = int(run[-1]) + 1
    why = _disorder(rows, run, count)
    if why:
        return _refused(rows.rows, has_number, why)
    places = np.arange(rows.rows, dtype=np.int64)
    opened = np.flatnonzero(opens)
    number_of_run, contradicted = _numbers_of_runs(rows, run, count, has_number)
    strangers, crowded = _strangers(rows, run), _crowded(rows, run, count)
    odd = max(1.0, MAX_SHARE_ODD * count)
    if marks is not None and max(crowded.sum(), strangers.sum()) <= odd:
        # Two households in one run are betrayed by children of another name, if by anything.
        crowded &= ~marks[opened] | (np.bincount(run[strangers], minlength=count) > 0)
    begun = _begun_without_head(rows, run, opened)
    after_loss = np.zeros(rows.rows, bool)
    for start in begun:
        after_loss[start:] |= run[start:] == run[start]
    crowded[run[begun]] = False  # the rows above the loss are one household, however many spouses stand below it
    strangers &= ~after_loss
    doubtful = contradicted[run] | crowded[run] | strangers | after_loss
    doubtful &= ~opens
    number_from = np.where(doubtful, -1, number_of_run[run])
    number_from = np.where(has_number, places, number_from)
    return Households(
        Verdict.FILLED,
        np.where(doubtful, -1, run),
        number_from,
        np.where(doubtful, -1, opened[run]),
        doubtful,
        ({"lost_heads": len(begun)} if len(begun) else {})
        | ({"doubtful_rows": int(doubtful.sum())} if doubtful.any() else {}),
        tuple(begun.tolist()),
    )


def _begun_without_head(rows: HouseholdRows, run: Ints, opened: Ints) -> Ints:
    """The rows inside runs at which another household begins, by two signs that agree on the row; one a run at most.

    A second spouse (father, mother …) and one of the other signs; or the stated size full, a change of place and at
    least two rows left: one grown child who lives elsewhere and is not counted is no household.
    """
    places = np.arange(rows.rows, dtype=np.int64)
    in_run = places - opened[run]
    length = np.bincount(run)
    full = _filled_up(rows, run, opened, in_run)
    moved = np.zeros(rows.rows, bool)
    for column in rows.places:
        moved |= _moves(column, run, opened)
    second = _second(rows, run)
    several_left = length[run] - in_run >= LEAST_LEFT
    found = (in_run > 0) & ((second & (full | moved)) | (full & moved & several_left))
    at = np.flatnonzero(found)
    return at[np.unique(run[at], return_index=True)[1]]


def _filled_up(rows: HouseholdRows, run: Ints, opened: Ints, in_run: Ints) -> Mask:
    """Rows above which a run has as many rows as its household is said to have members, or that state another size."""
    if rows.size is None:
        return np.zeros(rows.rows, bool)
    sizes = np.asarray(pc.cast(pc.fill_null(rows.size, 0), pa.int64(), safe=False))
    stated = sizes[opened][run]
    filled_up: Mask = (stated > 0) & ((in_run == stated) | ((sizes > 0) & (sizes != stated)))
    return filled_up


def _moves(column: pa.StringArray, run: Ints, opened: Ints) -> Mask:
    """Rows that name another place than their run's first row, and from which no row of the run names that one again."""
    codes = _codes(column)
    first = codes[opened][run]
    here, other = (codes >= 0) & (codes == first), (codes >= 0) & (first >= 0) & (codes != first)
    last = np.zeros(len(opened), np.int64)
    at = np.flatnonzero(here)
    np.maximum.at(last, run[at], at)
    moves: Mask = other & (np.arange(len(codes)) > last[run])
    return moves


def _second(rows: HouseholdRows, run: Ints) -> Mask:
    """Rows whose relation a household has once, and that an earlier row of the run has."""
    second = np.zeros(rows.rows, bool)
    for relation in _ONCE:
        at = np.flatnonzero(_equals(rows.relation, relation, rows.rows))
        second[at[1:]] |= run[at[1:]] == run[at[:-1]]
    return second


def _marks(rows: HouseholdRows, is_head: Mask) -> Mask | None:
    """Rows that carry another household's number or head than the rows above; None where heads are not told by them."""
    marks = np.zeros(rows.rows, bool)
    for column in (rows.number, rows.head):
        if column is not None:
            codes = _codes(column)
            filled = np.flatnonzero(codes >= 0)
            marks[filled] |= np.diff(codes[filled], prepend=-1) != 0
    if marks[is_head].mean() < MARKED_SHARE or is_head[marks].mean() < MARKED_SHARE:
        return None
    return marks


def _disorder(rows: HouseholdRows, run: Ints, count: int) -> dict[str, int]:
    """Why the order of the sheet cannot be families; empty where it can."""
    why: dict[str, int] = {}
    orphans = int((run < 0).sum())
    if orphans:
        why["orphans"] = orphans
        return why
    spouses = np.bincount(run[_equals(rows.relation, SPOUSE, rows.rows)], minlength=count)
    if (spouses >= 2).mean() > MAX_SHARE_TWO_SPOUSES:
        why["two_spouses"] = int((spouses >= 2).sum())
    large = np.bincount(run, minlength=count) > LARGE_HOUSEHOLD
    if large.mean() > MAX_SHARE_LARGE:
        why["large"] = int(large.sum())
    children, strangers = _children(rows), _strangers(rows, run)
    if children.sum() >= MIN_CHILDREN and 1 - strangers.sum() / children.sum() < MIN_SHARE_SURNAMES:
        why["strange_surnames"] = int(strangers.sum())
    return why


def _numbers_of_runs(rows: HouseholdRows, run: Ints, count: int, has_number: Mask) -> tuple[Ints, Mask]:
    """Per run the first row with its number (-1: none), and whether its rows name two different numbers."""
    first = np.full(count, -1, np.int64)
    if rows.number is None:
        return first, np.zeros(count, bool)
    codes = _codes(rows.number)
    with_number = np.flatnonzero(has_number)
    first[run[with_number[::-1]]] = with_number[::-1]
    contradicted = np.zeros(count, bool)
    differs = codes[with_number] != codes[first[run[with_number]]]
    contradicted[run[with_number[differs]]] = True
    return first, contradicted


def _crowded(rows: HouseholdRows, run: Ints, count: int) -> Mask:
    """Runs with two spouses, two fathers …: two households whose second head is missing, most likely."""
    crowded = np.zeros(count, bool)
    for relation in _ONCE:
        crowded |= np.bincount(run[_equals(rows.relation, relation, rows.rows)], minlength=count) > 1
    return crowded


def _children(rows: HouseholdRows) -> Mask:
    if rows.relation is None or rows.name is None:
        return np.zeros(rows.rows, bool)
    is_child = np.asarray(pc.fill_null(pc.is_in(rows.relation, pa.array(sorted(_SAME_NAME))), False))
    named: Mask = np.asarray(pc.is_valid(rows.name))
    children: Mask = is_child & named
    return children


def _strangers(rows: HouseholdRows, run: Ints) -> Mask:
    """Children and grandchildren whose surname nobody else of the run bears."""
    children = _children(rows)
    if not children.any() or rows.name is None:
        return children
    surnames = _codes(pc.utf8_slice_codeunits(rows.name, 0, 1)) + 1  # 0: no name
    elders = ~children & (surnames > 0) & (run >= 0)
    width = int(surnames.max()) + 1
    borne = np.unique(run[elders] * width + surnames[elders])
    strangers: Mask = children & ~np.isin(run * width + surnames, borne)
    return strangers
