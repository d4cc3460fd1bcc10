"""Which expressions a rule may be written in, and of which kind each of them is.

One walk over the syntax tree does both: a node that is not on the list is refused with what to write instead, and
operands that cannot be compared (number with text, a label that is in no code list) are refused as well. Everything
admitted here gives the same answer on DuckDB and Spark.
"""

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from taizhang.sweep.rules.functions import FUNCTIONS, call_name
from taizhang.sweep.rules.schema import Column, Kind

ORDERED = (exp.LT, exp.LTE, exp.GT, exp.GTE)
COMPARED = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, *ORDERED)
NUMBERS = {Kind.INT, Kind.DECIMAL}
LABELLED_SETS = ("has", "is_only")

INSTEAD: dict[type[exp.Expr], str] = {
    exp.Div: "除法请写 ratio(a, b)",
    exp.IntDiv: "除法请写 ratio(a, b)",
    exp.Cast: "不要转换类型；列已有类型，字面日期写 DATE '2020-01-31'",
    exp.TryCast: "不要转换类型；列已有类型",
    exp.Like: "请写 starts(x, '…') 或 includes(x, '…')",
    exp.ILike: "请写 starts(x, '…') 或 includes(x, '…')",
    exp.Abs: "参数写成 :名称（@ 在 SQL 中是绝对值）；两数之差写 gap(a, b)",
    exp.CurrentDate: "数据日期写 :as_of",
    exp.CurrentTimestamp: "数据日期写 :as_of",
    exp.Rand: "规则不得含随机数",
    exp.RegexpReplace: "清洗在导入时完成，规则不改写文字",
    exp.Subquery: "when/assert 中不允许子查询；跨表的规则用 select 与 universe",
    exp.Select: "when/assert 中不允许子查询；跨表的规则用 select 与 universe",
    exp.Star: "把要读的列写出来",
    exp.Extract: "年份写 year_of(x)",
    exp.DateDiff: "年龄写 age_on(出生日期, :as_of)，月数写 months_between(a, b)，天数写 days_between(a, b)",
}
REGEX_OK = re.compile(r"(?!.*(\\p|\\u|\(\?|\\[1-9]))", re.DOTALL)


class Refused(Exception):
    """An expression that may not stand in a rule: why, and what to write instead."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why, self.hint = why, hint


@dataclass(frozen=True)
class Names:
    """What an expression may name: columns, parameters with their kinds, and columns of members in household rules."""

    columns: dict[str, Column]
    parameters: dict[str, Kind]
    member_columns: dict[str, Column] | None = None
    qualified: dict[str, dict[str, Column]] | None = None
    aggregates: bool = False

    def inside_members(self) -> "Names":
        """The names inside an aggregate over the members of a household."""
        return Names(self.member_columns or {}, self.parameters)


def parse(text: str) -> exp.Expr:
    """The syntax tree of one expression or SELECT. Raises Refused for anything else."""
    if "--" in text or "/*" in text:
        raise Refused("规则中不允许 SQL 注释", "说明写在 title、hint 或示例的 why 中")
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except SqlglotError as error:
        reason = str(error).splitlines()[0].split(". Line")[0]
        raise Refused(f"表达式读不懂：{reason}", "检查括号、引号与运算符") from None
    first = statements[0] if len(statements) == 1 else None
    if first is None:
        raise Refused("应恰好是一个表达式或一个 SELECT", "去掉分号")
    return first.transform(_ours)


def _ours(node: exp.Expr) -> exp.Expr:
    """Our function where the parser knows another one by the same name."""
    if isinstance(node, exp.MonthsBetween):
        return exp.Anonymous(this="months_between", expressions=[node.this, node.expression])
    return node


def kind_of(node: exp.Expr, names: Names) -> Kind:
    """The kind of an admitted expression. Raises Refused at the first node that may not stand here."""
    if isinstance(node, exp.Paren):
        return kind_of(node.this, names)
    if isinstance(node, exp.And | exp.Or):
        _needs_bool(node.this, names)
        _needs_bool(node.expression, names)
        return Kind.BOOL
    if isinstance(node, exp.Not):
        _needs_bool(node.this, names)
        return Kind.BOOL
    if isinstance(node, COMPARED):
        return _comparison(node, names)
    if isinstance(node, exp.Is):
        if not isinstance(node.expression, exp.Null):
            raise Refused("IS 只用于 IS NULL 与 IS NOT NULL", "是否类的列直接写列名或 NOT 列名")
        kind_of(node.this, names)
        return Kind.BOOL
    if isinstance(node, exp.Between):
        _comparable(node, [node.this, node.args["low"], node.args["high"]], names, ordered=True)
        return Kind.BOOL
    if isinstance(node, exp.In):
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            raise Refused("IN 之后只能是写出的值", "NOT IN 子查询遇到空值永不成立；请用 select 规则")
        _comparable(node, [node.this, *node.expressions], names)
        return Kind.BOOL
    if isinstance(node, exp.Case):
        return _case(node, names)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Neg):
        operands = [node.this] if isinstance(node, exp.Neg) else [node.this, node.expression]
        kinds = [kind_of(operand, names) for operand in operands]
        if not set(kinds) <= NUMBERS | {Kind.NULL}:
            raise Refused("加减乘只用于数", "日期之差写 days_between(a, b)")
        return Kind.DECIMAL if Kind.DECIMAL in kinds else Kind.INT
    if isinstance(node, exp.RegexpLike):
        return _regex(node, names)
    if isinstance(node, exp.Coalesce):
        return _comparable(node, [node.this, *node.expressions], names)
    return _leaf(node, names)


def _leaf(node: exp.Expr, names: Names) -> Kind:
    if isinstance(node, exp.Column):
        return column_of(node, names).kind
    if isinstance(node, exp.Placeholder):
        if node.name not in names.parameters:
            raise Refused(f"参数 :{node.name} 没有声明", "在 pack.parameters 中声明，或改用已有的参数")
        return names.parameters[node.name]
    if isinstance(node, exp.Literal):
        if node.is_string:
            return Kind.TEXT
        return Kind.INT if node.this.isdigit() else Kind.DECIMAL
    if isinstance(node, exp.Boolean):
        return Kind.BOOL
    if isinstance(node, exp.Null):
        return Kind.NULL
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.to.is_type("date"):
        raise Refused("规则中不写死日期", "声明一个 type: date 的参数，附来源")
    if call_name(node):
        return _call(node, names)
    if names.aggregates:
        return _aggregate(node, names)
    if isinstance(node, exp.Anonymous):
        raise Refused(f"没有函数 {node.name}", f"可用的函数：{'、'.join(sorted(FUNCTIONS))}")
    hint = next(
        (text for kind, text in INSTEAD.items() if isinstance(node, kind)), "见 docs/formats/rule-pack.md 的语法表"
    )
    raise Refused(f"规则语法不允许 {node.key.upper()}", hint)


def column_of(node: exp.Column, names: Names) -> Column:
    """The column a node names. Raises Refused when there is none."""
    columns = names.columns
    if names.qualified is not None and node.table:
        if node.table not in names.qualified:
            raise Refused(f"没有表 {node.table}", f"本语句中有：{'、'.join(sorted(names.qualified))}")
        columns = names.qualified[node.table]
    elif node.table:
        raise Refused(f"列 {node.sql()} 不用写表名", f"写 {node.name}")
    if node.name not in columns:
        near = [name for name in columns if node.name in name or name in node.name]
        raise Refused(
            f"没有列 {node.name}", f"相近的列：{'、'.join(near[:5])}" if near else "列名见 docs/formats/rule-pack.md"
        )
    return columns[node.name]


def _needs_bool(node: exp.Expr, names: Names) -> None:
    kind = kind_of(node, names)
    if kind is not Kind.BOOL:
        raise Refused(f"{node.sql('duckdb')} 不是是非判断", "写成比较，例如 x > 0 或 filled(x)")


def _comparison(node: exp.Expr, names: Names) -> Kind:
    sides = [node.this, node.expression]
    if any(isinstance(side, exp.Boolean) for side in sides):
        raise Refused("不要与 true/false 比较", "直接写列名或 NOT 列名")
    if any(isinstance(side, exp.Null) for side in sides):
        raise Refused("与 NULL 比较永不成立", "写 blank(x) 或 filled(x)")
    _comparable(node, sides, names, ordered=isinstance(node, ORDERED))
    return Kind.BOOL


def _comparable(node: exp.Expr, parts: list[exp.Expr], names: Names, *, ordered: bool = False) -> Kind:
    kinds = {kind_of(part, names) for part in parts} - {Kind.NULL}
    if Kind.SET in kinds:
        raise Refused(f"{node.sql('duckdb')} 把多值单元格当一个值比较", "写 has(列, '值') 或 is_only(列, '值')")
    if len(kinds) > 1 and not kinds <= NUMBERS:
        found = "、".join(sorted(kinds))
        raise Refused(f"{node.sql('duckdb')} 把不同种类相比（{found}）", "数与数比、文字与文字比；代码写标准标签")
    if ordered and not kinds <= NUMBERS | {Kind.DATE}:
        raise Refused(f"{node.sql('duckdb')}：只有数和日期可以比大小", "文字用 = 或 IN")
    _labels(parts, names)
    if not kinds:
        return Kind.NULL
    return Kind.DECIMAL if Kind.DECIMAL in kinds else next(iter(kinds))


def _labels(parts: list[exp.Expr], names: Names) -> None:
    coded = [column_of(part, names) for part in parts if isinstance(part, exp.Column)]
    for column in coded:
        for part in parts:
            if isinstance(part, exp.Literal) and part.is_string:
                _member(column, part.this)


def _member(column: Column, label: str) -> None:
    if column.labels is not None and label not in column.labels:
        near = [known for known in sorted(column.labels) if set(label) & set(known)]
        shown = "、".join(near[:8] or sorted(column.labels)[:8])
        raise Refused(f"“{label}”不在 {column.title}（{column.name}）的代码表中", f"代码表中的值：{shown}")


def _case(node: exp.Case, names: Names) -> Kind:
    if node.this is not None:
        raise Refused("CASE 请写成 CASE WHEN 条件 THEN …", "每个分支写出条件")
    for branch in node.args["ifs"]:
        _needs_bool(branch.this, names)
    results = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default") or exp.null()]
    kinds = {kind_of(result, names) for result in results} - {Kind.NULL}
    if len(kinds) > 1 and not kinds <= NUMBERS:
        raise Refused("CASE 的各分支种类不同", "各分支给同一种值")
    return Kind.DECIMAL if Kind.DECIMAL in kinds else next(iter(kinds), Kind.NULL)


def _regex(node: exp.RegexpLike, names: Names) -> Kind:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal) or not pattern.is_string or node.args.get("flag"):
        raise Refused("正则必须是写出的文字，不带标志", "regexp_matches(x, '^…$')")
    if not REGEX_OK.match(pattern.this):
        raise Refused("正则用了各引擎不一致的写法", r"不用 \p、\u、(?…) 与反向引用")
    if kind_of(node.this, names) not in (Kind.TEXT, Kind.NULL):
        raise Refused("正则只用于文字列", "数与日期用比较")
    return Kind.BOOL


def _call(node: exp.Expr, names: Names) -> Kind:
    function = FUNCTIONS[str(call_name(node))]
    arguments = node.expressions
    if len(arguments) != len(function.takes):
        raise Refused(f"{function.name} 要 {len(function.takes)} 个参数，给了 {len(arguments)} 个", function.meaning)
    if function.aggregate:
        if names.member_columns is None:
            raise Refused(f"{function.name} 只用于 scope: household 的规则", "按户判断时写 scope: household")
        _needs_bool(arguments[0], names.inside_members())
        return function.gives
    for argument, takes in zip(arguments, function.takes, strict=True):
        kind = kind_of(argument, names)
        if kind not in takes:
            raise Refused(f"{function.name}({argument.sql('duckdb')}) 的种类不对（{kind}）", function.meaning)
    if function.name in LABELLED_SETS:
        _set_member(node, names)
    return function.gives


def _set_member(node: exp.Expr, names: Names) -> None:
    column, member = node.expressions
    if not isinstance(member, exp.Literal) or not member.is_string or "|" in member.this or "'" in member.this:
        raise Refused("多值单元格的值必须写出", "has(health, '残疾')")
    if isinstance(column, exp.Column):
        _member(column_of(column, names), member.this)


def _aggregate(node: exp.Expr, names: Names) -> Kind:
    if isinstance(node, exp.Filter):
        kind = kind_of(node.this, names)
        _needs_bool(node.expression.this, names)
        return kind
    if isinstance(node, exp.Count):
        inner = node.this
        if isinstance(inner, exp.Distinct):
            for part in inner.expressions:
                kind_of(part, names)
        elif not isinstance(inner, exp.Star):
            kind_of(inner, names)
        return Kind.INT
    if isinstance(node, exp.Sum | exp.Min | exp.Max | exp.Avg):
        return kind_of(node.this, names)
    if isinstance(node, exp.LogicalAnd | exp.LogicalOr):
        _needs_bool(node.this, names)
        return Kind.BOOL
    return _leaf(node, Names(names.columns, names.parameters, names.member_columns, names.qualified))
