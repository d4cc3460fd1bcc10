"""Our functions in rules: what they take, what they give, and the portable SQL they stand for.

Each expands to expressions that DuckDB and Spark answer alike. They exist because the plain way differs silently
(division, age, months) or was got wrong in published rules (blank cells, sets, "one of", "both").
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from taizhang.sweep.rules.schema import Kind, empty_is_none

ANY = frozenset(Kind)
TEXT, NUMBER, DATE, SET, BOOL = (
    frozenset({Kind.TEXT, Kind.NULL}),
    frozenset({Kind.INT, Kind.DECIMAL, Kind.NULL}),
    frozenset({Kind.DATE, Kind.NULL}),
    frozenset({Kind.SET, Kind.NULL}),
    frozenset({Kind.BOOL, Kind.NULL}),
)


@dataclass(frozen=True)
class Function:
    """One of our functions: kinds it takes, kind it gives, template with {0} {1} …

    `aggregate` functions fold the members of a household and exist in household rules only. `repeated` functions are
    called by so many rules with the same arguments that a scan computes each distinct call once.
    """

    name: str
    takes: tuple[frozenset[Kind], ...]
    gives: Kind
    template: str
    meaning: str
    aggregate: bool = False
    repeated: bool = False


_LISTED = [
    Function("blank", (ANY,), Kind.BOOL, "{0} IS NULL", "空（导入时各种空写法已归为一种）"),
    Function("filled", (ANY,), Kind.BOOL, "NOT {0} IS NULL", "不空"),
    Function(
        "age_on", (DATE, DATE), Kind.INT,
        "(YEAR({1}) - YEAR({0}) - CASE WHEN MONTH({1}) * 100 + DAY({1}) < MONTH({0}) * 100 + DAY({0}) THEN 1 ELSE 0 END)",
        "某日的周岁", repeated=True,
    ),
    Function(
        "age_edu", (DATE, DATE), Kind.INT,
        "(YEAR({1}) - CASE WHEN MONTH({1}) >= 9 THEN 0 ELSE 1 END - YEAR({0})"
        " - CASE WHEN MONTH({0}) >= 9 THEN 1 ELSE 0 END)",
        "该学年开学前8月31日的周岁", repeated=True,
    ),
    Function(
        "months_between", (DATE, DATE), Kind.INT, "((YEAR({1}) - YEAR({0})) * 12 + MONTH({1}) - MONTH({0}))",
        "从前一个月份到后一个月份的月数",
    ),
    Function("days_between", (DATE, DATE), Kind.INT, "DATE_DIFF('DAY', {0}, {1})", "从前一日到后一日的天数"),
    Function(
        "ratio", (NUMBER, NUMBER), Kind.DECIMAL,
        "CASE WHEN {1} = 0 THEN NULL ELSE CAST(CAST({0} AS DOUBLE) / CAST({1} AS DOUBLE) AS DECIMAL(18, 4)) END",
        "比值，四位小数；除数为0时不可判定",
    ),
    Function("gap", (NUMBER, NUMBER), Kind.DECIMAL, "ABS({0} - {1})", "两数之差的绝对值"),
    Function("or_zero", (NUMBER,), Kind.DECIMAL, "COALESCE({0}, 0)", "空按0计"),
    Function("zero_or_blank", (NUMBER,), Kind.BOOL, "COALESCE({0}, 0) = 0", "空或0"),
    Function("has", (SET, TEXT), Kind.BOOL, "CONTAINS({0}, '|{1}|')", "多值单元格含某值"),
    Function("is_only", (SET, TEXT), Kind.BOOL, "{0} = '|{1}|'", "多值单元格只有某值"),
    Function("count_of", (SET,), Kind.INT, "(LENGTH({0}) - LENGTH(REPLACE({0}, '|', '')) - 1)", "多值单元格的值数"),
    Function("is_mobile", (TEXT,), Kind.BOOL, "REGEXP_MATCHES({0}, '^1[3-9][0-9]{{9}}$')", "手机号样式"),
    Function(
        "is_phone", (TEXT,), Kind.BOOL,
        "REGEXP_MATCHES({0}, '^(1[3-9][0-9]{{9}}|0[1-9][0-9]{{8,10}}|[2-8][0-9]{{6,7}})$')", "手机或固定电话样式",
    ),
    Function("in_school", (TEXT,), Kind.BOOL, "COALESCE({0}, '非在校生') <> '非在校生'", "在校（空与“非在校生”为不在校）", repeated=True),
    Function("able", (TEXT,), Kind.BOOL, "{0} IN ('普通劳动力', '技能劳动力')", "普通或技能劳动力", repeated=True),
    Function("unable", (TEXT,), Kind.BOOL, "{0} IN ('无劳动力', '丧失劳动力')", "无或丧失劳动力"),
    Function("year_of", (DATE,), Kind.INT, "YEAR({0})", "年份"),
    Function("name_length", (TEXT,), Kind.INT, "LENGTH({0})", "字数"),
    Function("starts", (TEXT, TEXT), Kind.BOOL, "STARTS_WITH({0}, {1})", "以某文字开头"),
    Function("includes", (TEXT, TEXT), Kind.BOOL, "CONTAINS({0}, {1})", "含某文字"),
]  # fmt: skip

# A condition inside COUNT, where FILTER would say the same: engines make the parts that conditions share once, and
# DuckDB copies the rows anew for every FILTER (a quarter of the time of all aggregates).
_AGGREGATES = [
    ("members", "COUNT(CASE WHEN is_present AND ({0}) THEN 1 END)", Kind.INT, "在册成员中满足条件的人数"),
    ("members_during_year", "COUNT(CASE WHEN {0} THEN 1 END)", Kind.INT, "全部成员（含自然减少）中满足条件的人数"),
    (
        "any_member",
        (
            "CASE WHEN COUNT(CASE WHEN is_present AND ({0}) THEN 1 END) > 0 THEN TRUE"
            " WHEN COUNT(CASE WHEN is_present AND ({0}) IS NULL THEN 1 END) > 0 THEN NULL ELSE FALSE END"
        ),
        Kind.BOOL,
        "有在册成员满足条件；无人满足而有人不可判定时为不可判定",
    ),
    (
        "every_member",
        (
            "CASE WHEN COUNT(CASE WHEN is_present AND NOT ({0}) THEN 1 END) > 0 THEN FALSE"
            " WHEN COUNT(CASE WHEN is_present AND ({0}) IS NULL THEN 1 END) > 0 THEN NULL ELSE TRUE END"
        ),
        Kind.BOOL,
        "在册成员都满足条件",
    ),
]

FUNCTIONS: dict[str, Function] = {f.name: f for f in _LISTED} | {
    name: Function(name, (BOOL,), gives, template, meaning, aggregate=True)
    for name, template, gives, meaning in _AGGREGATES
}


@dataclass(frozen=True)
class Folds:
    """What stands in place of calls that a scan computes once for all rules: given the SQL, a column.

    aggregate: of an aggregate over members. row: of a repeated call outside aggregates; member: inside them.
    """

    aggregate: Callable[[exp.Expr], exp.Expr] | None = None
    row: Callable[[str], exp.Expr] | None = None
    member: Callable[[str], exp.Expr] | None = None

    def inside(self) -> "Folds":
        """What holds inside an aggregate."""
        return Folds(row=self.member)


NO_FOLDS = Folds()


def expand(tree: exp.Expr, folds: Folds = NO_FOLDS, *, copy: bool = True) -> exp.Expr:
    """The tree with every call of ours replaced by what it stands for, or by the column that `folds` gives for it.

    copy: False changes the tree itself.
    """
    return tree.transform(lambda node: _expanded(node, folds), copy=copy)


def _expanded(node: exp.Expr, folds: Folds) -> exp.Expr:
    name = call_name(node)
    if name is None:
        return node
    function = FUNCTIONS[name]
    inner = folds.inside() if function.aggregate else folds
    arguments = [_safe(_argument(argument, inner).sql("duckdb", copy=False)) for argument in node.expressions]
    if name in ("has", "is_only"):
        arguments[1] = node.expressions[1].this
    template = function.template
    if name in ("has", "is_only") and empty_is_none(node.expressions[0].name):
        template = f"COALESCE({template}, FALSE)"
    sql = template.format(*arguments)
    if function.repeated and folds.row is not None:
        return folds.row(sql)
    parsed = _parsed(sql).copy()
    fold = folds.aggregate
    if not function.aggregate or fold is None:
        return (
            exp.paren(parsed, copy=False)
            if isinstance(parsed, exp.Connector | exp.Predicate | exp.Case | exp.Not)
            else parsed
        )
    return exp.paren(
        parsed.transform(lambda part: fold(part) if isinstance(part, exp.Count) else part, copy=False), copy=False
    )


def _argument(node: exp.Expr, folds: Folds) -> exp.Expr:
    return node if isinstance(node, exp.Column | exp.Literal) else expand(node, folds, copy=False)


@cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


def _safe(sql: str) -> str:
    return sql if sql.replace("_", "").replace("$", "").isalnum() or sql.startswith("(") else f"({sql})"


def call_name(node: exp.Expr) -> str | None:
    """The name of one of our functions where the node is a call of it."""
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str) and node.this.lower() in FUNCTIONS:
        return node.this.lower()
    return None
