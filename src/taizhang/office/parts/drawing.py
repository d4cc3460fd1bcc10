"""The rows of a list and the choices of its filters as HTML: what a template is too slow for.

A list of fifty findings has 350 cells and some 250 choices; the templates asked ten questions about each, which took half
the processor time of the whole page.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from taizhang.office.parts.model import Cell, Filter, Row, Table
from taizhang.office.parts.punctuation import bracketed


def drawn_rows(table: Table, form: str = "") -> SafeString:
    """The <tr> of every row, values escaped and localised as a template does. form: id of the form that the boxes belong to.

    Raises ValueError where a row has not as many cells as there are columns.
    """
    kinds = [(column.kind, _shown(column.label)) for column in table.columns]
    box = ""
    if table.selectable:
        of_form, says = f' form="{_shown(form)}"' if form else "", _("选中此行")
        box = f'" data-choose aria-label="{_shown(says)}"{of_form}></td>'
    return SafeString("\n".join(_row(row, kinds, box) for row in table.rows))


def drawn_options(choices: Filter) -> SafeString:
    """The <option> of every value of a filter, with how many there are behind it where that is known."""
    drawn = []
    for one in choices.options:
        selected = " selected" if one.value == choices.value else ""
        count = "" if one.count is None else _shown(bracketed(one.count))
        drawn.append(f'<option value="{_shown(one.value)}"{selected}>{_shown(one.label)}{count}</option>')
    return SafeString("".join(drawn))


def _row(row: Row, kinds: Sequence[tuple[str, str]], box: str) -> str:
    return "".join(_parts(row, kinds, box))


def _parts(row: Row, kinds: Sequence[tuple[str, str]], box: str) -> Iterator[str]:
    if box:
        yield '<tr data-row aria-selected="false"><td class="cell-select"><input class="form-check-input" type="checkbox" name="chosen" value="'
        yield _shown(row.key) + box
    else:
        yield "<tr data-row>"
    opens = row.url
    for (kind, label), cell in zip(kinds, row.cells, strict=True):
        yield f'<td class="cell-{kind}" data-label="{label}">{_cell(cell, opens)}</td>'
        opens = ""  # the page of a row is opened by its first cell
    yield "</tr>"


def _cell(cell: Cell, opens: str) -> str:
    text = _shown(cell.text)
    if cell.tone and (cell.url or not opens):
        text = f'<span class="pill" data-tone="{cell.tone}">{text}</span>'
    if cell.url:
        text = f'<a href="{_shown(cell.url)}">{text}</a>'
    elif opens:
        text = f'<a class="row-link" href="{_shown(opens)}">{text}</a>'
    if not cell.note:
        return text
    tone = f" tone-{cell.note_tone}" if cell.note_tone else ""
    return f'{text}<span class="cell-note{tone}">{_shown(cell.note)}</span>'


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return conditional_escape(value)
    return conditional_escape(localize(localtime(value) if isinstance(value, datetime) and is_aware(value) else value))
