"""Where the cells of a chunk stand: row, column, style, type, and where each value lies, by arithmetic on arrays.

The chunk's tags have been proved to stand where they may (`grammar.py`); what cannot be proved here is a Surprise too.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from taizhang.intake.readers.xlsx.grammar import (
    CELL,
    CELL_EMPTY,
    FORMULA,
    FORMULA_EMPTY,
    INLINE,
    ROW,
    ROW_EMPTY,
    TEXT,
    VALUE,
    VALUE_EMPTY,
)  # fmt: skip
from taizhang.intake.readers.xlsx.sheetstate import LAST_COLUMN, LAST_ROW, SheetState
from taizhang.intake.readers.xlsx.tags import MASKS, Positions, Surprise, Tags

_ATTRIBUTES = rb'(?: (?:[A-Za-z_][\w.]*:)?[A-Za-z_][\w.]*="[^"<&\t\n]*")*'
_ROW_TAG = re.compile(rb'<row r="([1-9][0-9]{0,6})"(' + _ATTRIBUTES + rb") ?/?>")
_ROW_START = b'<row r="'
_ATTRIBUTE = re.compile(rb' (?:([A-Za-z_][\w.]*):)?([A-Za-z_][\w.]*)="([^"]*)"')
_CELL_REST = re.compile(rb'(?: (s)="([0-9]{1,9})"| (t)="(n|s|str|b|e|d|inlineStr)")*? ?/?>')
_CELL_ATTRIBUTE = re.compile(rb' ([st])="(\w+)"')
_FORMULA_TAG = re.compile(rb"<f(" + _ATTRIBUTES + rb") ?/?>")

_TYPES = {b"n": 0, b"s": 1, b"str": 2, b"b": 3, b"e": 4, b"d": 5, b"inlineStr": 6}
T_NUMBER, T_SHARED, T_STRING, T_BOOL, T_ERROR, T_DATE, T_INLINE = range(7)
_REST_BYTES = 24
_FIRST_CELLS = 64
_REST_LENGTHS = np.arange(_REST_BYTES + 1)
_REST_MASKS = [MASKS[np.clip(_REST_LENGTHS - at, 0, 8)] for at in (0, 8, 16)]
_CELL_START = np.uint64(int.from_bytes(b'<c r="', "little"))


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
class Cells:
    """The cells of a chunk: place, style, type, and where the value lies (start < 0: there is none)."""

    row: Positions
    column: Positions
    style: Positions
    type: npt.NDArray[np.uint8]
    start: Positions
    stop: Positions
    formula: npt.NDArray[np.bool_]


def place_rows(
    tags: Tags, state: SheetState, memory: ShapeMemory
) -> tuple[Positions, Positions, npt.NDArray[np.bool_]]:
    """Tag indexes, numbers and hidden flags of the rows."""
    row_at = np.flatnonzero((tags.code == ROW) | (tags.code == ROW_EMPTY))
    numbers: list[int] = []
    hidden: list[bool] = []
    known = memory.rows
    data = tags.data
    for begin, end in zip(tags.start[row_at].tolist(), tags.stop[row_at].tolist(), strict=True):
        number, _, rest = data[begin + len(_ROW_START) : end + 1].partition(b'"')
        flag = known.get(rest)
        # A rest met before proves the tag but for its number; any other tag is matched as a whole.
        if flag is None or not (
            number.isdigit() and len(number) <= 7 and number[0] != 48 and data.startswith(_ROW_START, begin)
        ):
            match = _ROW_TAG.fullmatch(data, begin, end + 1)
            if match is None:
                raise Surprise
            flag = known[rest] = _row_hidden(match[2], memory)
        numbers.append(int(number))
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


def place_cells(tags: Tags, row_at: Positions, memory: ShapeMemory) -> Cells:
    """Place, style, type and value position of every cell."""
    code, words = tags.code, tags.words
    at = np.flatnonzero((code == CELL) | (code == CELL_EMPTY))
    begin, end = tags.start[at], tags.stop[at]
    if len(at) and ((words[begin] & MASKS[6]) != _CELL_START).any():
        raise Surprise
    bounds = np.append(np.searchsorted(at, row_at), len(at))
    row = np.repeat(np.arange(len(row_at)), np.diff(bounds))
    column, letters = _columns(words[begin + 6])
    row_words = words[tags.start[row_at] + len(_ROW_START)]
    digits = _quote_place(row_words)
    row_mask = MASKS[np.minimum(digits + 1, 8)]
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
    return Cells(row, column, style, type_, start, stop, formula)


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
    if not memory.rests:
        # The first rows show nearly all there is, cheaper than sorting all.
        for i in range(min(len(mix), _FIRST_CELLS)):
            words = int(first[i]), int(second[i]), int(third[i])
            if words not in memory.rests:
                memory.rests[words] = _cell_rest(tags.data[int(begin[i]) : int(end[i]) + 1])
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
