"""The fast path: a chunk of whole rows becomes a block by arithmetic on arrays, some millions of cells a second.

It decodes only what it can prove to be plain and raises `Surprise` otherwise; `scalar.py` is the truth it must equal.
Tags are proved (`grammar.py`), cells placed (`placing.py`), values read here, columns gathered (`gathering.py`).
"""

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from taizhang.intake.raw import CellKind, RawBlock
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.xlsx.escapes import unescape
from taizhang.intake.readers.xlsx.gathering import gather_block, is_mostly_gaps
from taizhang.intake.readers.xlsx.grammar import TABLE, check_shape, close_empties
from taizhang.intake.readers.xlsx.placing import (
    T_BOOL,
    T_DATE,
    T_ERROR,
    T_INLINE,
    T_NUMBER,
    T_SHARED,
    T_STRING,
    Cells,
    ShapeMemory,
    place_cells,
    place_rows,
)  # fmt: skip
from taizhang.intake.readers.xlsx.sheetstate import SheetState
from taizhang.intake.readers.xlsx.tags import (
    Positions,
    Surprise,
    Tags,
    find_tags,
    occurrences,
    parse_integers,
    resolve_entities,
    slices,
)

_NUMBER_PATTERN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_KINDS = np.array(
    [CellKind.NUMBER, CellKind.TEXT, CellKind.TEXT, CellKind.BOOL, CellKind.ERROR, CellKind.DATE, CellKind.TEXT],
    np.uint8,
)
_REWRITES_MAX = 2_000


def decode_rows(chunk: bytes, state: SheetState, memory: ShapeMemory, builder: BlockBuilder) -> RawBlock | None:
    """The block of `chunk`, which holds whole rows and nothing else; None when no cell has a value.

    Raises Surprise with nothing changed but `memory`; FileRefused over a limit.
    """
    tags = find_tags(chunk, TABLE)
    close_empties(tags)
    check_shape(tags, chunk)
    row_at, numbers, hidden = place_rows(tags, state, memory)
    cells = place_cells(tags, row_at, memory)
    if is_mostly_gaps(cells, len(numbers)):
        raise Surprise
    kind, shared = _kinds(tags, cells, state)
    rewritten = _rewritten(tags, chunk, cells, kind)
    unknown = np.flatnonzero(kind == CellKind.UNKNOWN)
    state.visit(len(cells.row))
    if len(unknown):
        first = unknown[0]
        state.notice("SR-FORMULA", int(numbers[cells.row[first]]), int(cells.column[first]), len(unknown))
    state.row = int(numbers[-1])
    return gather_block(tags, cells, kind, shared, rewritten, numbers, hidden, state, builder)


def _kinds(tags: Tags, cells: Cells, state: SheetState) -> tuple[npt.NDArray[np.uint8], Positions]:
    """The kind of every cell, and the shared string of those that have one (-1 elsewhere)."""
    length = cells.stop - cells.start
    if len(length) and length.max() > state.limits.string_chars:
        raise Surprise  # bytes, not characters: the slow path counts what matters
    filled = (cells.start >= 0) & (length > 0)
    type_ = cells.type
    kind = np.where(filled, _KINDS[type_], np.uint8(CellKind.EMPTY))
    nothing = ~filled & cells.formula
    kind[nothing & ((type_ != T_STRING) | (cells.start < 0))] = CellKind.UNKNOWN
    if (nothing & (type_ == T_INLINE)).any():
        raise Surprise
    shared = np.full(len(type_), -1, np.int64)
    at = np.flatnonzero(filled & (type_ == T_SHARED))
    if len(at):
        if length[at].max() > 8:
            raise Surprise
        index, digits = parse_integers(tags.words[cells.start[at]], length[at])
        if not digits.all() or index.max() >= len(state.strings.texts):
            raise Surprise
        shared[at] = index
        if state.strings.blank is not None:
            kind[at[state.strings.blank[index]]] = CellKind.EMPTY
    at = np.flatnonzero(filled & (type_ == T_NUMBER))
    if len(at):
        _check_numbers(tags, cells.start[at], cells.stop[at])
    at = np.flatnonzero(filled & (type_ == T_BOOL))
    if len(at) and ((length[at] != 1).any() or not np.isin(tags.octets[cells.start[at]], (48, 49)).all()):
        raise Surprise
    at = np.flatnonzero(filled & ((type_ == T_ERROR) | (type_ == T_DATE)))
    if len(at) and ((tags.octets[cells.start[at]] <= 32) | (tags.octets[cells.stop[at] - 1] <= 32)).any():
        raise Surprise
    return kind, shared


def _check_numbers(tags: Tags, start: Positions, stop: Positions) -> None:
    """All of them numbers as a file writes them: short whole ones by arithmetic, the others by pattern."""
    length = stop - start
    _, digits = parse_integers(tags.words[start], np.minimum(length, 8))
    odd = np.flatnonzero(~digits | (length > 8))
    if len(odd):
        texts = slices(tags.data, start[odd], stop[odd])
        if not pc.all(pc.match_substring_regex(texts, _NUMBER_PATTERN)).as_py():
            raise Surprise


def _rewritten(tags: Tags, chunk: bytes, cells: Cells, kind: npt.NDArray[np.uint8]) -> dict[int, str]:
    """The texts that differ from their bytes (references, `_xHHHH_` escapes), by cell. Surprise for pictures."""
    if b"(" in chunk and b"DISPIMG(" in chunk:
        raise Surprise
    ampersands = occurrences(chunk, b"&", _REWRITES_MAX)
    escapes = occurrences(chunk, b"_x", _REWRITES_MAX)
    if not ampersands and not escapes:
        return {}
    placed = np.flatnonzero(cells.start > 0)
    rewritten: dict[int, str] = {}
    for place in ampersands:
        _note(place, tags, cells, kind, placed, rewritten, must=True)
    for place in escapes:
        _note(place, tags, cells, kind, placed, rewritten, must=False)
    return rewritten


def _note(
    place: int,
    tags: Tags,
    cells: Cells,
    kind: npt.NDArray[np.uint8],
    placed: Positions,
    rewritten: dict[int, str],
    *,
    must: bool,
) -> None:
    """Rewrite the cell whose value holds `place`; `must`: it has to lie in a text value."""
    nearest = int(np.searchsorted(cells.start[placed], place, side="right")) - 1
    cell = int(placed[nearest]) if nearest >= 0 else -1
    if cell < 0 or place >= cells.stop[cell]:
        if must:
            raise Surprise
        return
    if kind[cell] != CellKind.TEXT:
        raise Surprise
    if cell not in rewritten:
        text = tags.data[int(cells.start[cell]) : int(cells.stop[cell])].decode()
        rewritten[cell] = unescape(resolve_entities(text))
