"""Message templates become SQL: one concat per language, with every sensitive value masked on the way.

A template cannot print a full number: the mask follows from the class of the column, not from the author of the rule.
``{where}`` (file, sheet, cells) is left out of the SQL; the findings carry it as their own columns.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlglot import exp

from taizhang.sweep.rules.grammar import Refused
from taizhang.sweep.rules.schema import Column, Kind, Mask

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
BEFORE_VILLAGE = ", "
"""What joins a village to the words before it in English; it goes with the village where a row has none."""
BLANK = {"zh": "（空）", "zh_hant": "（空）", "en": "(blank)"}
YES_NO = {"zh": ("是", "否"), "zh_hant": ("是", "否"), "en": ("yes", "no")}
LATER = frozenset({"where"})
OBSERVED = "observed"
"""The placeholder of what a rule about households counted."""
PLACES = ("town_name", "village_name")
OTHER_NAMES = {"household_head": "head_name"}
HEAD_UNKNOWN = "\ue000"
"""What a message says of a household's head where no row names one, until the finding says the household by something else."""


def placeholders(template: str) -> list[str]:
    """The names between braces, in order. Raises Refused for a brace that is not one."""
    if re.search(r"[{}]", PLACEHOLDER.sub("", template)):
        raise Refused("消息模板的花括号不成对或名称不合规", "占位写成 {列名}，只用小写字母、数字和下划线")
    return PLACEHOLDER.findall(template)


def columns_of(template: str, columns: dict[str, Column]) -> set[str]:
    """The table columns a template reads."""
    found: set[str] = set()
    for name in placeholders(template):
        if name == "village":
            found |= {place for place in PLACES if place in columns}
        elif name == "age":
            found |= {"birth" if "birth" in columns else "birth_date"}
        elif OTHER_NAMES.get(name, name) in columns:
            found.add(OTHER_NAMES.get(name, name))
    return found


Given = Callable[[str], tuple[exp.Expr, Kind] | None]


class Piece(NamedTuple):
    """A value of a message with the text before it: the placeholder, and the SQL of what stands for it, never null.

    name and sql are empty in the last piece, which is the text after all values.
    """

    before: str
    name: str
    sql: str


def message_pieces(
    template: str, language: str, columns: dict[str, Column], given: Given, titles: Mapping[str, str] | None = None
) -> list[Piece]:
    """A template as texts and values, the values as SQL (DuckDB text) over the columns of a row.

    `given` answers for names that are not columns: parameters and the observed value. titles: what the county calls its
    sources, by id. Raises Refused for a placeholder nobody knows.
    """
    pieces: list[Piece] = []
    position, text = 0, ""
    for found in PLACEHOLDER.finditer(template):
        text += template[position : found.start()]
        position = found.end()
        name = OTHER_NAMES.get(found[1], found[1])
        if name in LATER:
            continue
        if found[1] in OTHER_NAMES and name in columns and columns[name].mask is Mask.NONE:
            value = f"COALESCE({name}, {text_sql(HEAD_UNKNOWN)})"
        elif name == "source" and name in columns and titles:
            value = _titled(name, titles)
        else:
            value = _rendered(name, language, columns, given)
        if name == "village" and text.endswith(BEFORE_VILLAGE):
            text = text.removesuffix(BEFORE_VILLAGE)
            value = f"COALESCE('{BEFORE_VILLAGE}' || NULLIF({value}, ''), '')"
        pieces.append(Piece(text, name, value))
        text = ""
    return [*pieces, Piece(text + template[position:], "", "")]


def message_sql(
    template: str, language: str, columns: dict[str, Column], given: Given, titles: Mapping[str, str] | None = None
) -> str:
    """The SQL that renders a template for a row; what is given and raised is as in `message_pieces`."""
    pieces = message_pieces(template, language, columns, given, titles)
    parts = [part for piece in pieces for part in (text_sql(piece.before), piece.sql)]
    return " || ".join(part for part in parts if part not in ("''", "")) or "''"


def _rendered(name: str, language: str, columns: dict[str, Column], given: Given) -> str:
    if name == "village":
        places = [place for place in PLACES if place in columns]
        return " || ".join(f"COALESCE({place}, '')" for place in places) or "''"
    if name in columns:
        column = columns[name]
        return _value(name, column.kind, column.mask, language)
    answer = given(name)
    if answer is None:
        raise Refused(f"消息中的占位 {name} 不是列、参数或 observed", "核对占位名称")
    expression, kind = answer
    return _value(f"({expression.sql('duckdb')})", kind, Mask.NONE, language)


def _titled(source: str, titles: Mapping[str, str]) -> str:
    """What the county calls a source; one it does not name stands for itself."""
    named = " ".join(f"WHEN {text_sql(one)} THEN {text_sql(title)}" for one, title in sorted(titles.items()))
    return f"CASE {source} {named} ELSE COALESCE({source}, '') END"


def _value(sql: str, kind: Kind, mask: Mask, language: str) -> str:
    blank = text_sql(BLANK[language])
    if mask is Mask.NUMBER:
        return f"COALESCE(RPAD(LEFT({sql}, 4), CAST(LENGTH({sql}) AS INTEGER), '*'), {blank})"
    if mask is Mask.HIDDEN:
        return f"COALESCE(RPAD('', CAST(LENGTH(CAST({sql} AS VARCHAR)) AS INTEGER), '*'), {blank})"
    if mask is Mask.YEAR:
        return f"COALESCE(CAST(YEAR({sql}) AS VARCHAR), {blank})"
    if mask is Mask.MONTH:
        return f"COALESCE(SUBSTR(CAST({sql} AS VARCHAR), 1, 7), {blank})"
    if kind is Kind.BOOL:
        yes, no = YES_NO[language]
        return f"CASE WHEN {sql} THEN '{yes}' WHEN NOT {sql} THEN '{no}' ELSE {blank} END"
    if kind is Kind.SET:
        return f"COALESCE(REPLACE(SUBSTR({sql}, 2, LENGTH({sql}) - 2), '|', '、'), {blank})"
    if kind is Kind.TEXT:
        return f"COALESCE({sql}, {blank})"
    return f"COALESCE(CAST({sql} AS VARCHAR), {blank})"


def qualified(tree: exp.Expr, alias: str) -> exp.Expr:
    """The tree with its bare columns taken from a table alias."""
    return tree.copy().transform(
        lambda node: exp.column(node.name, table=alias) if isinstance(node, exp.Column) and not node.table else node
    )


def text_sql(text: str) -> str:
    """A text as SQL says it."""
    return "'" + text.replace("'", "''") + "'"
