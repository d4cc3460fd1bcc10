"""What a chunk of whole rows is made of: the codes of its tags, and the proof that each stands where it may.

Nothing is read here; a chunk that passes can be placed cell by cell (`placing.py`).
"""

import numpy as np

from taizhang.intake.readers.xlsx.tags import Surprise, Tags, check_closed_tags, check_text_tags, code_table

ROW, ROW_EMPTY, ROW_END = 1, 2, 3
CELL, CELL_EMPTY, CELL_END = 4, 5, 6
VALUE, VALUE_EMPTY, VALUE_END = 7, 8, 9
FORMULA, FORMULA_EMPTY, FORMULA_END = 10, 11, 12
INLINE, INLINE_END, TEXT, TEXT_END = 13, 14, 15, 16

TABLE = code_table(
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


def close_empties(tags: Tags) -> None:
    """Tell `<c …/>` from `<c …>`, and rows and formulas likewise."""
    code = tags.code
    slashed = tags.octets[tags.stop - 1] == 47
    for plain, empty in ((ROW, ROW_EMPTY), (CELL, CELL_EMPTY), (FORMULA, FORMULA_EMPTY)):
        code[slashed & (code == plain)] = empty
    if (slashed & ((code == VALUE) | (code == TEXT) | (code == INLINE))).any():
        raise Surprise


def check_shape(tags: Tags, chunk: bytes) -> None:
    """Every tag in a place where it may be, spelled out, and no text where none may be."""
    code, start, stop = tags.code, tags.start, tags.stop
    wide = code.astype(np.uint16)
    if not _ALLOWED[wide[:-1] * 32 + wide[1:]].all():
        raise Surprise
    if code[0] not in (ROW, ROW_EMPTY) or code[-1] not in (ROW_END, ROW_EMPTY):
        raise Surprise
    length = stop - start + 1
    check_closed_tags(tags, length, _CLOSED)
    if ((code == VALUE) & (length != 3)).any():
        raise Surprise
    empty_value = np.flatnonzero(code == VALUE_EMPTY)
    if any(tags.data[start[i] : stop[i] + 1] not in {b"<v/>", b"<v />"} for i in empty_value[:1000]):
        raise Surprise
    if len(empty_value) > 1000 and not np.isin(length[empty_value], (4, 5)).all():
        raise Surprise
    check_text_tags(tags, length, TEXT)
    gaps = start[1:] - stop[:-1] - 1
    may_hold = (code == VALUE) | (code == TEXT) | (code == FORMULA)
    filled = np.flatnonzero((gaps > 0) & ~may_hold[:-1])
    if len(filled):
        between_rows = (code[filled] == ROW_END) | (code[filled] == ROW_EMPTY)
        if not between_rows.all() or any(chunk[stop[i] + 1 : start[i + 1]].strip(b" \t\n") for i in filled):
            raise Surprise
    if chunk[: start[0]].strip(b" \t\n") or chunk[stop[-1] + 1 :].strip(b" \t\n"):
        raise Surprise
