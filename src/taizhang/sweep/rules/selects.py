"""The restricted SELECT of rules that compare rows: its tables, joins and outputs.

Allowed: columns and aggregates, WHERE, GROUP BY, HAVING, DISTINCT, QUALIFY over row_number/lag/lead, CTEs, UNION ALL,
inner, left, semi and anti joins with an equality between the two sides. A join without one is a cross product.
"""

from sqlglot import exp

from taizhang.sweep.rules.grammar import Names, Refused, column_of, kind_of
from taizhang.sweep.rules.schema import Column, Kind, Mask, tables

Outputs = dict[str, Column]
REFUSED_PARTS = {
    "limit": "LIMIT", "offset": "OFFSET", "order": "ORDER BY", "into": "INTO", "laterals": "LATERAL", "hint": "提示",
    "sample": "抽样", "windows": "WINDOW", "sort": "SORT", "cluster": "CLUSTER", "pivots": "PIVOT", "match": "MATCH",
    "settings": "SETTINGS", "format": "FORMAT", "options": "OPTION", "locks": "LOCK", "operation_modifiers": "修饰",
    "connect": "CONNECT", "prewhere": "PREWHERE", "distribute": "DISTRIBUTE", "kind": "SELECT AS",
}  # fmt: skip
JOINS = {("", ""), ("", "INNER"), ("LEFT", ""), ("", "SEMI"), ("", "ANTI"), ("LEFT", "SEMI"), ("LEFT", "ANTI")}


def outputs_of(tree: exp.Expr, allowed: tuple[str, ...], parameters: dict[str, Kind]) -> Outputs:
    """The output columns of an admitted SELECT. Raises Refused at the first part that may not stand in a rule.

    allowed: the tables the rule declares; reading another is refused, and so is declaring one that is not read.
    """
    if not isinstance(tree, exp.Select | exp.Union):
        raise Refused("这里应是一个 SELECT", "规则只读不写，只有一个查询")
    return _Checker(allowed, parameters).query(tree, {})


class _Checker:
    def __init__(self, allowed: tuple[str, ...], parameters: dict[str, Kind]) -> None:
        self.allowed, self.parameters = allowed, parameters

    def query(self, node: exp.Expr, ctes: dict[str, Outputs]) -> Outputs:
        if isinstance(node, exp.Subquery):
            return self.query(node.this, ctes)
        ctes = ctes | self._ctes(node, ctes)
        if isinstance(node, exp.Union):
            if node.args.get("distinct"):
                raise Refused("UNION 会去重", "写 UNION ALL")
            left, right = self.query(node.left, ctes), self.query(node.right, ctes)
            if list(left) != list(right):
                raise Refused("UNION ALL 两边的列不同", "两边给出同名同序的列")
            return left
        if not isinstance(node, exp.Select):
            raise Refused(f"规则语法不允许 {node.key.upper()}", "只用 SELECT 与 UNION ALL")
        return self._select(node, ctes)

    def _ctes(self, node: exp.Expr, ctes: dict[str, Outputs]) -> dict[str, Outputs]:
        clause = node.args.get("with_") or node.args.get("with")
        if clause is None:
            return {}
        if clause.args.get("recursive"):
            raise Refused("规则中不允许 WITH RECURSIVE", "家庭关系在关联时已经展开，用 household_id")
        found: dict[str, Outputs] = {}
        for cte in clause.expressions:
            found[cte.alias] = self.query(cte.this, ctes | found)
        return found

    def _select(self, node: exp.Select, ctes: dict[str, Outputs]) -> Outputs:
        for part, word in REFUSED_PARTS.items():
            if node.args.get(part):
                raise Refused(f"规则中不允许 {word}", "规则给出全部命中，不排序、不截取")
        distinct = node.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            raise Refused("规则中不允许 DISTINCT ON", "写 GROUP BY")
        source = node.args.get("from_") or node.args.get("from")
        if source is None:
            raise Refused("SELECT 没有 FROM", "从声明的表中读取")
        visible: dict[str, Outputs] = {}
        self._add(source.this, visible, ctes)
        for join in node.args.get("joins") or ():
            self._join(join, visible, ctes)
        names = Names(_merged(visible), self.parameters, qualified=visible, aggregates=True)
        if node.args.get("where"):
            self._condition(node.args["where"].this, Names(names.columns, self.parameters, qualified=visible))
        for key in node.args["group"].expressions if node.args.get("group") else ():
            kind_of(key, names)
        outputs = {self._name(item): self._output(item, names) for item in node.expressions}
        for part in ("having", "qualify"):
            if node.args.get(part):
                named = Names(names.columns | outputs, self.parameters, qualified=visible, aggregates=True)
                self._condition(node.args[part].this, named)
        return outputs

    def _condition(self, node: exp.Expr, names: Names) -> None:
        if kind_of(node, names) is not Kind.BOOL:
            raise Refused(f"{node.sql('duckdb')} 不是是非判断", "写成比较")

    def _add(self, node: exp.Expr, visible: dict[str, Outputs], ctes: dict[str, Outputs]) -> str:
        if isinstance(node, exp.Subquery):
            if not node.alias:
                raise Refused("子查询没有别名", "写 (SELECT …) 别名")
            visible[node.alias] = self.query(node.this, ctes)
            return node.alias
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier) or node.args.get("db"):
            raise Refused(f"规则中不允许从 {node.sql('duckdb')} 读取", "只读声明的表；不读文件、不调用表函数")
        name = node.name
        alias = node.alias or name
        if name in ctes:
            visible[alias] = ctes[name]
        elif name in tables() and name in self.allowed:
            visible[alias] = tables()[name].columns
        else:
            raise Refused(f"没有声明表 {name}", f"在 tables 中声明；可以是：{'、'.join(sorted(tables()))}")
        return alias

    def _join(self, join: exp.Join, visible: dict[str, Outputs], ctes: dict[str, Outputs]) -> None:
        before = set(visible)
        alias = self._add(join.this, visible, ctes)
        shape = ((join.side or "").upper(), (join.kind or "").upper())
        if shape not in JOINS or join.args.get("method"):
            raise Refused(
                f"规则中不允许 {' '.join(filter(None, shape))} JOIN", "用 JOIN、LEFT JOIN、SEMI JOIN 或 ANTI JOIN"
            )
        condition = join.args.get("on")
        if condition is None:
            raise Refused("JOIN 没有 ON 条件", "写 ON a.列 = b.列；没有相等条件的连接会成倍放大")
        names = Names(_merged(visible), self.parameters, qualified=dict(visible))
        self._condition(condition, names)
        if not any(_links(equality, alias, before) for equality in condition.find_all(exp.EQ)):
            raise Refused("JOIN 的条件里没有两表之间的相等", "写 ON a.列 = b.列；没有相等条件的连接会成倍放大")
        if shape[1] in ("SEMI", "ANTI"):
            del visible[alias]

    def _name(self, item: exp.Expr) -> str:
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            raise Refused("规则中不允许 SELECT *", "把要的列写出来")
        if not item.alias_or_name:
            raise Refused(f"{item.sql('duckdb')} 没有名称", "写 … AS 名称")
        return str(item.alias_or_name)

    def _output(self, item: exp.Expr, names: Names) -> Column:
        name = self._name(item)
        inner = item.this if isinstance(item, exp.Alias) else item
        plain = inner.this if isinstance(inner, exp.Min | exp.Max) else inner
        if isinstance(plain, exp.Column):
            column = column_of(plain, names)
            return Column(name, column.kind, column.title, column.labels, column.mask, column.empty_is_none)
        if isinstance(inner, exp.Window):
            return Column(name, self._window(inner, names), name, mask=self._mask(inner.this, names))
        return Column(name, kind_of(inner, names), name, mask=self._mask(inner, names))

    def _mask(self, node: exp.Expr, names: Names) -> Mask:
        """The mask of a computed output: that of the columns it is made of, so that no expression unmasks a value."""
        masks = {column_of(column, names).mask for column in node.find_all(exp.Column)} - {Mask.NONE, Mask.MONTH}
        return Mask.HIDDEN if masks and kind_of(node, names) is Kind.TEXT else Mask.NONE

    def _window(self, node: exp.Window, names: Names) -> Kind:
        order = node.args.get("order")
        for part in [*(node.args.get("partition_by") or ()), *(o.this for o in (order.expressions if order else ()))]:
            kind_of(part, names)
        inner = node.this
        if isinstance(inner, exp.RowNumber):
            return Kind.INT
        if isinstance(inner, exp.Lag | exp.Lead | exp.Sum | exp.Count | exp.Min | exp.Max):
            return Kind.INT if isinstance(inner, exp.Count) else kind_of(inner.this, names)
        raise Refused(f"规则中不允许窗口函数 {inner.key.upper()}", "可用 row_number、lag、lead、sum、count、min、max")


def _merged(visible: dict[str, Outputs]) -> Outputs:
    merged: Outputs = {}
    for outputs in visible.values():
        merged |= outputs
    return merged


def _links(equality: exp.EQ, alias: str, others: set[str]) -> bool:
    sides = [equality.this, equality.expression]
    if not all(isinstance(side, exp.Column) for side in sides):
        return False
    named = {side.table for side in sides}
    return alias in named and bool(named & others)
