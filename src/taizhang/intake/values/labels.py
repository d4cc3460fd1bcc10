"""Yes/no columns and coded columns. A label nobody knows is kept aside, never guessed."""

import re
from collections.abc import Callable

from taizhang.intake.raw import CellKind
from taizhang.intake.values.changes import Change, Reading, as_set
from taizhang.intake.values.texts import clean, empty_reason, refused_cell, written_out

#: Standard label for a written one, or None where no list knows it.
Resolve = Callable[[str], str | None]

_YES = frozenset(
    [
        "是",
        "有",
        "1",
        "Y",
        "y",
        "YES",
        "Yes",
        "yes",
        "√",
        "✓",
        "✔",
        "☑",
        "对",
        "T",
        "TRUE",
        "True",
        "true",
        "享受",
        "已享受",
        "参加",
        "已参加",
    ]
)
_NO = frozenset(
    [
        "否",
        "无",
        "没有",
        "0",
        "N",
        "n",
        "NO",
        "No",
        "no",
        "×",
        "✕",
        "✖",
        "✗",
        "✘",
        "☒",
        "x",
        "X",
        "F",
        "FALSE",
        "False",
        "false",
        "不是",
        "未",
        "未享受",
        "未参加",
        "不享受",
    ]
)
_SEPARATORS = re.compile(r"[,，、;；\n|]+")


def read_bool(text: str, kind: CellKind) -> Reading:
    """是 and 否 are the plain forms; other marks are read with an event."""
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    cleaned, changes = clean(_whole(text, kind))
    if cleaned in _YES or cleaned in _NO:
        plain = cleaned in {"是", "否"} or kind is CellKind.BOOL
        return Reading(cleaned in _YES, changes if plain else (*changes, Change.YESNO))
    reason = empty_reason(cleaned)
    if reason is not None:
        return Reading(None, (*changes, reason))
    return Reading(None, (*changes, Change.YESNO_UNKNOWN) if cleaned else changes)


def read_code(text: str, kind: CellKind, resolve: Resolve) -> Reading:
    """One label of a code list. The list is asked before 无 is taken for "no value": some lists hold it."""
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    cleaned, changes = clean(_whole(text, kind))
    if not cleaned:
        return Reading(None, changes)
    label = resolve(cleaned)
    if label is not None:
        return Reading(label, changes if label == cleaned else (*changes, Change.CODE_ALIAS))
    reason = empty_reason(cleaned)
    return Reading(None, (*changes, Change.CODE_UNKNOWN if reason is None else reason))


def read_codes(text: str, kind: CellKind, resolve: Resolve) -> Reading:
    """Several labels in one cell, as a set text. One unknown part leaves the whole cell unread: half is a lie."""
    refused = refused_cell(kind)
    if refused is not None:
        return refused
    whole = read_code(text, kind, resolve)
    if whole.value is not None:
        return Reading(as_set((whole.value,)), whole.changes)
    if Change.CODE_UNKNOWN not in whole.changes:
        return whole
    parts = [read_code(part, CellKind.TEXT, resolve) for part in _SEPARATORS.split(text)]
    changes = dict.fromkeys(change for part in parts for change in part.changes if change is not Change.STRIP)
    if Change.CODE_UNKNOWN in changes:
        return whole
    return Reading(as_set(tuple(part.value for part in parts if part.value is not None)), tuple(changes))


def _whole(text: str, kind: CellKind) -> str:
    return written_out(text) or text if kind is CellKind.NUMBER else text
