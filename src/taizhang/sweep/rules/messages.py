"""Message templates become SQL: one concat per language, with every sensitive value masked on the way.

A template cannot print a full number: the mask follows from the class of the column, not from the author of the rule.
``{where}`` (file, sheet, cells) is left out of the SQL; the findings carry it as their own columns.
"""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from taizhang.sweep.rules.grammar import Refused
from taizhang.sweep.rules.schema import Column, Kind, Mask

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
BEFORE_VILLAGE = ", "
"""What joins a village to the words before it in English; it goes with the village where a row has none."""
BLANK = {"zh": "（空）", "zh_hant": "（空）", "en": "(blank)"}
YES_NO = {"zh": ("是", "否"), "zh_hant": ("是", "否"), "en": ("yes", "no")}
LATER = frozenset({"where"})
PLACES = ("town_name", "village_name")
OTHER_NAMES = {"household_head": "head_name"}


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


def message_sql(
    template: str,
    language: str,
    columns: dict[str, Column],
    given: Given,
    alias: str = "",
    once: Callable[[str], str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """The SQL (DuckDB text) that renders a template for a row, its columns taken from the table `alias` if there is one.

    `given` answers for names that are not columns: parameters and the observed value. `once` takes SQL over the row's
    own columns and names the column of `alias` that holds its value; without it that SQL is repeated in place. titles:
    what the county calls its sources, by id. Raises Refused for a placeholder nobody knows.
    """
    prefix = f"{alias}." if alias else ""
    parts: list[str] = []
    position = 0
    for found in PLACEHOLDER.finditer(template):
        before = template[position : found.start()]
        name = OTHER_NAMES.get(found[1], found[1])
        if name == "source" and name in columns and titles:
            part = _titled(prefix + name, titles)
        elif once is not None and (name == "village" or name in columns):
            part = prefix + once(_rendered(name, language, columns, given, ""))
        else:
            part = _rendered(name, language, columns, given, prefix)
        if name == "village" and before.endswith(BEFORE_VILLAGE):
            before = before.removesuffix(BEFORE_VILLAGE)
            part = f"COALESCE('{BEFORE_VILLAGE}' || NULLIF({part}, ''), '')"
        parts += [_literal(before), part]
        position = found.end()
    parts.append(_literal(template[position:]))
    kept = [part for part in parts if part not in ("''", "")]
    return " || ".join(kept) if kept else "''"


def _rendered(name: str, language: str, columns: dict[str, Column], given: Given, prefix: str) -> str:
    if name in LATER:
        return ""
    if name == "village":
        places = [place for place in PLACES if place in columns]
        return " || ".join(f"COALESCE({prefix}{place}, '')" for place in places) or "''"
    if name in columns:
        column = columns[name]
        return _value(prefix + name, column.kind, column.mask, language)
    answer = given(name)
    if answer is None:
        raise Refused(f"消息中的占位 {name} 不是列、参数或 observed", "核对占位名称")
    expression, kind = answer
    if prefix:
        expression = qualified(expression, prefix[:-1])
    return _value(f"({expression.sql('duckdb')})", kind, Mask.NONE, language)


def _titled(source: str, titles: Mapping[str, str]) -> str:
    """What the county calls a source; one it does not name stands for itself."""
    named = " ".join(f"WHEN {_literal(one)} THEN {_literal(title)}" for one, title in sorted(titles.items()))
    return f"CASE {source} {named} ELSE COALESCE({source}, '') END"


def _value(sql: str, kind: Kind, mask: Mask, language: str) -> str:
    blank = _literal(BLANK[language])
    if mask is Mask.NUMBER:
        return f"COALESCE(RPAD(LEFT({sql}, 4), CAST(LENGTH({sql}) AS INTEGER), '*'), {blank})"
    if mask is Mask.HIDDEN:
        return f"COALESCE(RPAD('', CAST(LENGTH(CAST({sql} AS VARCHAR)) AS INTEGER), '*'), {blank})"
    if mask is Mask.YEAR:
        return f"COALESCE(CAST(YEAR({sql}) AS VARCHAR), {blank})"
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


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
