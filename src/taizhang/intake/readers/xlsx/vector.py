"""The fast path: a chunk of whole rows becomes a block by arithmetic on arrays, some millions of cells a second.

It decodes only what it can prove to be plain and raises `Surprise` otherwise; `scalar.py` is the truth it must equal.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.intake.raw import CellKind, RawBlock, RawColumn
from taizhang.intake.readers.blocks import BlockBuilder
from taizhang.intake.readers.xlsx.escapes import unescape
from taizhang.intake.readers.xlsx.sheetstate import LAST_COLUMN, LAST_ROW, SheetState
from taizhang.intake.readers.xlsx.tags import (
    Positions,
    Surprise,
    Tags,
    code_table,
    find_tags,
    occurrences,
    parse_integers,
    resolve_entities,
    slices,
)

ROW, ROW_EMPTY, ROW_END = 1, 2, 3
CELL, CELL_EMPTY, CELL_END = 4, 5, 6
VALUE, VALUE_EMPTY, VALUE_END = 7, 8, 9
FORMULA, FORMULA_EMPTY, FORMULA_END = 10, 11, 12
INLINE, INLINE_END, TEXT, TEXT_END = 13, 14, 15, 16

_TABLE = code_table(
    {
        b"ro": ROW, b"/r": ROW_END, b"c ": CELL, b"/c": CELL_END,
        b"v>": VALUE, b"v/": VALUE_EMPTY, b"v ": VALUE_EMPTY, b"/v": VALUE_END,
        b"f>": FORMULA, b"f ": FORMULA, b"f/": FORMULA_EMPTY, b"/f": FORMULA_END,
        b"is": INLINE, b"/i": INLINE_END, b"t>": TEXT, b"t ": TEXT, b"/t": TEXT_END,
    }
)  # fmt: skip
_CLOSED = {
    ROW_END: b"</row>", CELL_END: b"</c>", VALUE_END: b"</v>", FORMULA_END: b"</f>",
    INLINE: b"<is>", INLINE_END: b"</is>", TEXT_END: b"</t>",
}  # fmt: skip
_AFTER_CELL = (CELL, CELL_EMPTY, ROW_END)
_FOLLOWS: dict[int, tuple[int, ...]] = {
    ROW: _AFTER_CELL,
    ROW_EMPTY: (ROW, ROW_EMPTY),
    ROW_END: (ROW, ROW_EMPTY),
    CELL: (VALUE, VALUE_EMPTY, FORMULA, FORMULA_EMPTY, INLINE, CELL_END),
    CELL_EMPTY: _AFTER_CELL,
    CELL_END: _AFTER_CELL,
    VALUE: (VALUE_END,),
    VALUE_EMPTY: (CELL_END,),
    VALUE_END: (CELL_END,),
    FORMULA: (FORMULA_END,),
    FORMULA_EMPTY: (VALUE, VALUE_EMPTY, CELL_END),
    FORMULA_END: (VALUE, VALUE_EMPTY, CELL_END),
    INLINE: (TEXT,),
    TEXT: (TEXT_END,),
    TEXT_END: (INLINE_END,),
    INLINE_END: (CELL_END,),
}
_ALLOWED = np.zeros(32 * 32, np.bool_)
for _before, _afters in _FOLLOWS.items():
    for _after in _afters:
        _ALLOWED[_before * 32 + _after] = True

_ATTRIBUTES = rb'(?: (?:[A-Za-z_][\w.]*:)?[A-Za-z_][\w.]*="[^"<&\t\n]*")*'
_ROW_TAG = re.compile(rb'<row r="([1-9][0-9]{0,6})"(' + _ATTRIBUTES + rb") ?/?>")
_ATTRIBUTE = re.compile(rb' (?:([A-Za-z_][\w.]*):)?([A-Za-z_][\w.]*)="([^"]*)"')
_CELL_REST = re.compile(rb'(?: (s)="([0-9]{1,9})"| (t)="(n|s|str|b|e|d|inlineStr)")*? ?/?>')
_CELL_ATTRIBUTE = re.compile(rb' ([st])="(\w+)"')
_FORMULA_TAG = re.compile(rb"<f(" + _ATTRIBUTES + rb") ?/?>")
_NUMBER_PATTERN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_SPACE_PRESERVE = b'<t xml:space="preserve">'

_TYPES = {b"n": 0, b"s": 1, b"str": 2, b"b": 3, b"e": 4, b"d": 5, b"inlineStr": 6}
T_NUMBER, T_SHARED, T_STRING, T_BOOL, T_ERROR, T_DATE, T_INLINE = range(7)
_KINDS = np.array(
    [CellKind.NUMBER, CellKind.TEXT, CellKind.TEXT, CellKind.BOOL, CellKind.ERROR, CellKind.DATE, CellKind.TEXT],
    np.uint8,
)
_MASKS = np.array([(1 << (8 * n)) - 1 if n < 8 else 2**64 - 1 for n in range(9)], np.uint64)
_REST_BYTES = 24
_REST_LENGTHS = np.arange(_REST_BYTES + 1)
_REST_MASKS = [_MASKS[np.clip(_REST_LENGTHS - at, 0, 8)] for at in (0, 8, 16)]
_CELL_START = np.uint64(int.from_bytes(b'<c r="', "little"))
_REWRITES_MAX = 2_000


@dataclass(slots=True)
class ShapeMemory:
    """Tag texts met before in this sheet and what they mean; a sheet repeats a few dozen of them.

    words: the tag's rest after its reference as three words, one row each, sorted by the first.
    """

    prefixes: frozenset[bytes]
    rows: dict[bytes, bool] = field(default_factory=dict)
    formulas: set[bytes] = field(default_factory=set)
    rests: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Cells:
    """The cells of a chunk: place, style, type, and where the value lies (start < 0: there is none)."""

    row: Positions
    column: Positions
    style: Positions
    type: npt.NDArray[np.uint8]
    start: Positions
    stop: Positions
    formula: npt.NDArray[np.bool_]


def decode_rows(chunk: bytes, state: SheetState, memory: ShapeMemory, builder: BlockBuilder) -> RawBlock | None:
    """The block of `chunk`, which holds whole rows and nothing else; None when no cell has a value.

    Raises Surprise with nothing changed but `memory`; FileRefused over a limit.
    """
    tags = find_tags(chunk, _TABLE)
    _close_empties(tags)
    _check_shape(tags, chunk)
    row_at, numbers, hidden = _rows(tags, state, memory)
    cells = _cells(tags, row_at, memory)
    kind, shared = _kinds(tags, cells, state)
    rewritten = _rewritten(tags, chunk, cells, kind)
    unknown = np.flatnonzero(kind == CellKind.UNKNOWN)
    state.visit(len(cells.row))
    if len(unknown):
        first = unknown[0]
        state.notice("SR-FORMULA", int(numbers[cells.row[first]]), int(cells.column[first]), len(unknown))
    state.row = int(numbers[-1])
    return _block(tags, cells, kind, shared, rewritten, numbers, hidden, state, builder)


def _close_empties(tags: Tags) -> None:
    """Tell `<c …/>` from `<c …>`, and rows and formulas likewise."""
    code = tags.code
    slashed = tags.octets[tags.stop - 1] == 47
    for plain, empty in ((ROW, ROW_EMPTY), (CELL, CELL_EMPTY), (FORMULA, FORMULA_EMPTY)):
        code[slashed & (code == plain)] = empty
    if (slashed & ((code == VALUE) | (code == TEXT) | (code == INLINE))).any():
        raise Surprise


def _check_shape(tags: Tags, chunk: bytes) -> None:
    """Every tag in a place where it may be, spelled out, and no text where none may be."""
    code, start, stop = tags.code, tags.start, tags.stop
    wide = code.astype(np.uint16)
    if not _ALLOWED[wide[:-1] * 32 + wide[1:]].all():
        raise Surprise
    if code[0] not in (ROW, ROW_EMPTY) or code[-1] not in (ROW_END, ROW_EMPTY):
        raise Surprise
    length = stop - start + 1
    for closed, text in _CLOSED.items():
        at = code == closed
        if not at.any():
            continue
        if (length[at] != len(text)).any():
            raise Surprise
        if len(text) > 4:  # the shorter ones are proved by their first two letters and their length
            word = np.uint64(int.from_bytes(text, "little"))
            if ((tags.words[start[at]] & _MASKS[len(text)]) != word).any():
                raise Surprise
    if ((code == VALUE) & (length != 3)).any():
        raise Surprise
    empty_value = np.flatnonzero(code == VALUE_EMPTY)
    if any(tags.data[start[i] : stop[i] + 1] not in {b"<v/>", b"<v />"} for i in empty_value[:1000]):
        raise Surprise
    if len(empty_value) > 1000 and not np.isin(length[empty_value], (4, 5)).all():
        raise Surprise
    _check_text_tags(tags, length)
    gaps = start[1:] - stop[:-1] - 1
    may_hold = (code == VALUE) | (code == TEXT) | (code == FORMULA)
    filled = np.flatnonzero((gaps > 0) & ~may_hold[:-1])
    if len(filled):
        between_rows = (code[filled] == ROW_END) | (code[filled] == ROW_EMPTY)
        if not between_rows.all() or any(chunk[stop[i] + 1 : start[i + 1]].strip(b" \t\n") for i in filled):
            raise Surprise
    if chunk[: start[0]].strip(b" \t\n") or chunk[stop[-1] + 1 :].strip(b" \t\n"):
        raise Surprise


def _check_text_tags(tags: Tags, length: Positions) -> None:
    at = tags.code == TEXT
    if not at.any():
        return
    long = length[at] != 3
    if long.any():
        begin = tags.start[at][long]
        if (length[at][long] != len(_SPACE_PRESERVE)).any():
            raise Surprise
        for offset in (0, 8, 16):
            word = np.uint64(int.from_bytes(_SPACE_PRESERVE[offset : offset + 8], "little"))
            if (tags.words[begin + offset] != word).any():
                raise Surprise


def _rows(tags: Tags, state: SheetState, memory: ShapeMemory) -> tuple[Positions, Positions, npt.NDArray[np.bool_]]:
    """Tag indexes, numbers and hidden flags of the rows."""
    row_at = np.flatnonzero((tags.code == ROW) | (tags.code == ROW_EMPTY))
    numbers: list[int] = []
    hidden: list[bool] = []
    known = memory.rows
    data = tags.data
    for begin, end in zip(tags.start[row_at].tolist(), tags.stop[row_at].tolist(), strict=True):
        match = _ROW_TAG.fullmatch(data, begin, end + 1)
        if match is None:
            raise Surprise
        numbers.append(int(match[1]))
        rest = match[2]
        flag = known.get(rest)
        if flag is None:
            flag = known[rest] = _row_hidden(rest, memory)
        hidden.append(flag)
    array = np.array(numbers, np.int64)
    if array[0] <= state.row or array[-1] > LAST_ROW or (np.diff(array) <= 0).any():
        raise Surprise
    return row_at, array, np.array(hidden, np.bool_)


def _row_hidden(rest: bytes, memory: ShapeMemory) -> bool:
    attributes = _known_attributes(rest, memory)
    if "r" in attributes:
        raise Surprise
    return attributes.get("hidden", "").strip(" ") in {"1", "true", "on"}


def _known_attributes(rest: bytes, memory: ShapeMemory) -> dict[str, str]:
    """The attributes of a tag's rest; Surprise when one is repeated or its prefix was never declared."""
    attributes: dict[str, str] = {}
    for prefix, name, value in _ATTRIBUTE.findall(rest):
        if prefix and prefix not in memory.prefixes:
            raise Surprise
        key = (prefix + b":" + name if prefix else name).decode()
        if key in attributes or key.startswith("xmlns"):
            raise Surprise
        attributes[key] = value.decode()
    return attributes


def _cells(tags: Tags, row_at: Positions, memory: ShapeMemory) -> _Cells:
    """Place, style, type and value position of every cell."""
    code, words = tags.code, tags.words
    at = np.flatnonzero((code == CELL) | (code == CELL_EMPTY))
    begin, end = tags.start[at], tags.stop[at]
    if len(at) and ((words[begin] & _MASKS[6]) != _CELL_START).any():
        raise Surprise
    bounds = np.append(np.searchsorted(at, row_at), len(at))
    row = np.repeat(np.arange(len(row_at)), np.diff(bounds))
    column, letters = _columns(words[begin + 6])
    row_words = words[tags.start[row_at] + len(b'<row r="')]
    digits = _quote_place(row_words)
    row_mask = _MASKS[np.minimum(digits + 1, 8)]
    if ((words[begin + 6 + letters] & row_mask[row]) != (row_words & row_mask)[row]).any():
        raise Surprise
    if ((np.diff(column) <= 0) & (np.diff(row) == 0)).any() or (len(column) and column.max() > LAST_COLUMN):
        raise Surprise
    style, type_ = _rests(tags, begin + 7 + letters + digits[row], end, memory)
    value, formula = _values(tags, at, memory)
    inline = code[np.minimum(at + 1, len(code) - 1)] == INLINE
    if (inline != (type_ == T_INLINE))[code[at] == CELL].any():
        # An inline cell without <is>, or the other way round.
        raise Surprise
    has = (value >= 0) & (code[value] != VALUE_EMPTY)
    start = np.where(has, tags.stop[value] + 1, -1)
    stop = np.where(has, tags.start[np.minimum(value + 1, len(code) - 1)], -1)
    empty = (value >= 0) & ~has
    start[empty] = stop[empty] = 0
    return _Cells(row, column, style, type_, start, stop, formula)


def _columns(words: npt.NDArray[np.uint64]) -> tuple[Positions, Positions]:
    """0-based column and number of letters of references that begin each word."""
    first = (words & np.uint64(255)).astype(np.int64) - 64
    second = ((words >> np.uint64(8)) & np.uint64(255)).astype(np.int64) - 64
    third = ((words >> np.uint64(16)) & np.uint64(255)).astype(np.int64) - 64
    two = (second >= 1) & (second <= 26)
    three = two & (third >= 1) & (third <= 26)
    if ((first < 1) | (first > 26)).any():
        raise Surprise
    column = np.where(two, first * 26 + second, first)
    column = np.where(three, column * 26 + third, column)
    return column - 1, 1 + two.astype(np.int64) + three


def _quote_place(words: npt.NDArray[np.uint64]) -> Positions:
    """Where the first quotation mark stands in each word (proved to be there, within eight bytes, by the row tag)."""
    octets = words.view(np.uint8).reshape(-1, 8)
    place: Positions = np.argmax(octets == 34, axis=1)
    return place


def _rests(
    tags: Tags, begin: Positions, end: Positions, memory: ShapeMemory
) -> tuple[Positions, npt.NDArray[np.uint8]]:
    """Style and type from what follows the reference in each cell's tag, by looking up texts met before."""
    length = end - begin + 1
    if len(length) and (length.max() > _REST_BYTES or length.min() < 1):
        raise Surprise
    first = tags.words[begin] & _REST_MASKS[0][length]
    second = np.zeros_like(first)
    third = np.zeros_like(first)
    long = np.flatnonzero(length > 8)
    if len(long):
        second[long] = tags.words[begin[long] + 8] & _REST_MASKS[1][length[long]]
        longest = long[length[long] > 16]
        third[longest] = tags.words[begin[longest] + 16] & _REST_MASKS[2][length[longest]]
    # A mix of the three words only to sort and find; equality is checked word by word below.
    mix = first ^ (second * np.uint64(0x9E3779B97F4A7C15)) ^ (third * np.uint64(0xC2B2AE3D27D4EB4F))
    style = np.zeros(len(mix), np.int64)
    type_ = np.zeros(len(mix), np.uint8)
    left = np.arange(len(mix))
    known: list[tuple[int, int, int]] = list(memory.rests)
    while len(left):
        if known:
            table = np.array(known, np.uint64).reshape(-1, 3)
            key = (
                table[:, 0]
                ^ (table[:, 1] * np.uint64(0x9E3779B97F4A7C15))
                ^ (table[:, 2] * np.uint64(0xC2B2AE3D27D4EB4F))
            )
            order = np.argsort(key)
            table, key = table[order], key[order]
            meaning = np.array([memory.rests[known[i]] for i in order], np.int64).reshape(-1, 2)
            place = np.minimum(np.searchsorted(key, mix[left]), len(key) - 1)
            same = (
                (table[place, 0] == first[left]) & (table[place, 1] == second[left]) & (table[place, 2] == third[left])
            )
            found = left[same]
            style[found], type_[found] = meaning[place[same], 0], meaning[place[same], 1]
            left = left[~same]
        if len(left):
            _, examples = np.unique(mix[left], return_index=True)
            if len(memory.rests) + len(examples) > 4096:
                raise Surprise
            before = len(memory.rests)
            for i in left[examples].tolist():
                text = tags.data[int(begin[i]) : int(end[i]) + 1]
                memory.rests[(int(first[i]), int(second[i]), int(third[i]))] = _cell_rest(text)
            if len(memory.rests) == before:
                raise Surprise
            known = list(memory.rests)
    return style, type_


def _cell_rest(text: bytes) -> tuple[int, int]:
    """Style and type of one rest, such as ` s="3" t="s">`."""
    if _CELL_REST.fullmatch(text) is None:
        raise Surprise
    pairs = _CELL_ATTRIBUTE.findall(text)
    attributes = dict(pairs)
    if len(attributes) != len(pairs):
        raise Surprise
    return int(attributes.get(b"s", b"0")), _TYPES[attributes.get(b"t", b"n")]


def _values(tags: Tags, at: Positions, memory: ShapeMemory) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Index of the tag before each cell's value (-1: none), and whether the cell has a formula."""
    code = tags.code
    last = len(code) - 1
    value = at + 1
    following = code[np.minimum(value, last)]
    held = code[at] == CELL
    whole = held & (following == FORMULA)
    empty = held & (following == FORMULA_EMPTY)
    formula = whole | empty
    if formula.any():
        if whole.any() and (tags.stop[value[whole]] + 1 > tags.start[value[whole] + 1]).any():
            raise Surprise
        value[whole] += 2
        value[empty] += 1
        for begin, end in zip(tags.start[at[formula] + 1].tolist(), tags.stop[at[formula] + 1].tolist(), strict=True):
            text = tags.data[begin : end + 1]
            if text != b"<f>" and text not in memory.formulas:
                match = _FORMULA_TAG.fullmatch(text)
                if match is None:
                    raise Surprise
                _known_attributes(match[1], memory)
                if len(memory.formulas) < 4096:
                    memory.formulas.add(text)
    inline = held & (following == INLINE)
    value[inline] += 1
    code_there = code[np.minimum(value, last)]
    valued = held & ((code_there == VALUE) | (code_there == VALUE_EMPTY) | (code_there == TEXT))
    return np.where(valued, value, -1), formula


def _kinds(tags: Tags, cells: _Cells, state: SheetState) -> tuple[npt.NDArray[np.uint8], Positions]:
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


def _rewritten(tags: Tags, chunk: bytes, cells: _Cells, kind: npt.NDArray[np.uint8]) -> dict[int, str]:
    """The texts that differ from their bytes (references, `_xHHHH_` escapes), by cell. Surprise for pictures."""
    if b"DISPIMG(" in chunk:
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
    cells: _Cells,
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


def _block(
    tags: Tags,
    cells: _Cells,
    kind: npt.NDArray[np.uint8],
    shared: Positions,
    rewritten: dict[int, str],
    numbers: Positions,
    hidden: npt.NDArray[np.bool_],
    state: SheetState,
    builder: BlockBuilder,
) -> RawBlock | None:
    """Cells gathered column by column."""
    kept = np.flatnonzero(kind != CellKind.EMPTY)
    if len(kept) == 0:
        return None
    per_row = np.bincount(cells.row[kept], minlength=len(numbers))
    has = per_row > 0
    height = int(has.sum())
    place = np.cumsum(has) - 1
    struck = np.zeros(height, np.bool_)
    lines = _struck(cells, kept, shared, state)
    if lines is not None:
        struck = (np.bincount(cells.row[kept], weights=lines, minlength=len(numbers)) * 2 > per_row)[has]
    raw_cells = kept[(shared[kept] < 0) & (kind[kept] != CellKind.UNKNOWN)]
    raw = slices(tags.data, cells.start[raw_cells], cells.stop[raw_cells])
    raw_place = np.full(len(kind), -1, np.int64)
    raw_place[raw_cells] = np.arange(len(raw_cells))
    if rewritten:
        where = np.zeros(len(raw_cells), np.bool_)
        changed = sorted(rewritten)
        where[raw_place[changed]] = True
        raw = pc.replace_with_mask(raw, pa.array(where), pa.array([rewritten[i] for i in changed], pa.string()))
    styles = state.styles
    dates = None
    if styles.date.any():
        known = cells.style < len(styles.date)
        dates = styles.date[np.where(known, cells.style, 0)] & known & (kind == CellKind.NUMBER)
    by_column = kept[np.argsort(cells.column[kept].astype(np.uint16), kind="stable")]
    columns_of = cells.column[by_column]
    cuts = np.flatnonzero(np.diff(columns_of)) + 1
    columns: dict[int, RawColumn] = {}
    for members in np.split(by_column, cuts):
        rows = place[cells.row[members]]
        text = _gather(height, rows, shared[members], raw_place[members], state.strings.texts, raw)
        kinds = np.zeros(height, np.uint8)
        kinds[rows] = kind[members]
        date_format = None
        if dates is not None and dates[members].any():
            date_format = np.zeros(height, np.bool_)
            date_format[rows] = dates[members]
        columns[int(cells.column[members[0]])] = RawColumn(text, kinds, date_format)
    builder.admit(height, columns)
    return RawBlock(numbers[has].astype(np.int32), columns, hidden[has], struck)


def _struck(cells: _Cells, kept: Positions, shared: Positions, state: SheetState) -> npt.NDArray[np.bool_] | None:
    """Which kept cells are struck out; None when nothing in the workbook is."""
    styles, strings = state.styles, state.strings
    if not styles.struck.any() and strings.struck is None:
        return None
    style = cells.style[kept]
    known = style < len(styles.struck)
    lines = styles.struck[np.where(known, style, 0)] & known
    if strings.struck is not None:
        index = shared[kept]
        lines = lines | (strings.struck[np.maximum(index, 0)] & (index >= 0))
    return lines


def _gather(
    height: int, rows: Positions, shared: Positions, raw_place: Positions, strings: pa.StringArray, raw: pa.StringArray
) -> pa.StringArray:
    """One column's texts from the two pools; null where there is no cell or no known text."""
    texts: pa.StringArray | None = None
    for pool, index in ((strings, shared), (raw, raw_place)):
        has = index >= 0
        if not has.any():
            continue
        spread = np.zeros(height, np.int64)
        absent = np.ones(height, np.bool_)
        spread[rows[has]] = index[has]
        absent[rows[has]] = False
        chosen = pool.take(pa.array(spread, mask=absent) if absent.any() else pa.array(spread))
        texts = chosen if texts is None else pc.coalesce(texts, chosen)
    return pa.nulls(height, pa.string()) if texts is None else texts
