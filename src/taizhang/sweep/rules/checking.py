"""A rule against the grammar, the canonical tables, the code lists, its parameters and its message."""

from typing import NoReturn

from sqlglot import exp

from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.fuse import SUBJECTS
from taizhang.sweep.rules.grammar import Names, Refused, kind_of
from taizhang.sweep.rules.messages import LATER, OTHER_NAMES, placeholders
from taizhang.sweep.rules.model import LANGUAGES, Parameter, Rule, Scope
from taizhang.sweep.rules.parameters import KINDS
from taizhang.sweep.rules.schema import Column, Kind, tables
from taizhang.sweep.rules.selects import outputs_of

LARGEST_LITERAL = 12  # months of a year; any larger number is a parameter with a source


def check_rule(rule: Rule, parameters: dict[str, Parameter]) -> None:
    """Raises PackError when anything in the rule names what is not there or compares what cannot be compared."""
    known = {name: KINDS[parameter.type] for name, parameter in parameters.items()} | {"as_of": Kind.DATE}
    if rule.subject not in SUBJECTS:
        _refuse(rule, "subject", f"没有主体 {rule.subject}", f"可以是：{'、'.join(SUBJECTS)}")
    for name in rule.tables:
        if name not in tables():
            _refuse(rule, "tables", f"没有表 {name}", f"可以是：{'、'.join(sorted(tables()))}")
    for key, tree in (
        ("when", rule.when), ("assert", rule.check), ("observed", rule.observed), ("involved", rule.involved),
        ("select", rule.select), ("universe", rule.universe),
    ):  # fmt: skip
        if tree is not None:
            _check_numbers(rule, key, tree)
    if rule.scope in (Scope.ROW, Scope.HOUSEHOLD):
        _check_predicate(rule, known)
    elif rule.scope is not Scope.DIAGNOSIS:
        _check_select(rule, known)
    else:
        _check_fields(rule, tables()["record"].columns)
        return
    _check_message(rule, known)


def names_for(rule: Rule, known: dict[str, Kind]) -> Names:
    """What the predicates of a rule may name."""
    if rule.scope is Scope.HOUSEHOLD:
        return Names(tables()["household"].columns, known, tables()["record"].columns)
    return Names(tables()[rule.tables[0]].columns, known)


def _check_predicate(rule: Rule, known: dict[str, Kind]) -> None:
    names = names_for(rule, known)
    for key, tree in (("when", rule.when), ("assert", rule.check)):
        if tree is not None and _kind(rule, key, tree, names) is not Kind.BOOL:
            _refuse(rule, key, f"{key} 不是是非判断", "写成比较，例如 x > 0 或 filled(x)")
    if rule.observed is not None and _kind(rule, "observed", rule.observed, names) not in (Kind.INT, Kind.DECIMAL):
        _refuse(rule, "observed", "observed 应是数", "例如 members(…)；要打印的列直接写在消息中，由列决定遮盖")
    if rule.involved is not None:
        _kind(rule, "involved", rule.involved, names.inside_members())
    columns = {node.name for tree in (rule.when, rule.check) if tree is not None for node in tree.find_all(exp.Column)}
    if not columns and not (rule.check is not None and rule.check.find(exp.Anonymous)):
        _refuse(rule, "assert", "条件恒定不变，与数据无关", "判断应读取至少一列")
    everywhere = names.columns | (names.member_columns or {})
    _check_fields(rule, everywhere)


def _check_fields(rule: Rule, columns: dict[str, Column]) -> None:
    for field in rule.fields:
        if field not in columns:
            _refuse(rule, "fields", f"fields 中的列 {field} 不存在", "只列参与判断的列")
    for name in {name for group in rule.either for name in group}:
        if name not in columns:
            _refuse(rule, "either", f"either 中的列 {name} 不存在", "只列判断中读取的列")
    if not rule.fields:
        _refuse(rule, "fields", "缺少 fields", "列出参与判断的列，用于定位单元格")


def _kind(rule: Rule, key: str, tree: exp.Expr, names: Names) -> Kind:
    try:
        return kind_of(tree, names)
    except Refused as refused:
        _refuse(rule, key, f"{key} 写法有误", refused.hint, refused.why)


def _check_numbers(rule: Rule, key: str, tree: exp.Expr) -> None:
    for literal in tree.find_all(exp.Literal):
        if not literal.is_string and (not literal.this.isdigit() or int(literal.this) > LARGEST_LITERAL):
            why = "年度、标准、年龄上限等会变的数写死在规则里，换年换县就错"
            _refuse(rule, key, f"数 {literal.this} 应是参数", "在 parameters 中声明并注明来源，规则中写 :名称", why)


def _check_select(rule: Rule, known: dict[str, Kind]) -> None:
    outputs: dict[str, dict[str, Column]] = {}
    for key, tree in (("universe", rule.universe), ("select", rule.select)):
        if tree is None:
            continue
        try:
            outputs[key] = outputs_of(tree, rule.tables, known)
        except Refused as refused:
            _refuse(rule, key, f"{key} 写法有误", refused.hint, refused.why)
        for wanted in ("source", "subject"):
            if wanted not in outputs[key]:
                _refuse(
                    rule,
                    key,
                    f"{key} 没有给出 {wanted}",
                    "select 给出 source、subject、observed；universe 给出 source、subject",
                )
    everywhere = {name: column for table in rule.tables for name, column in tables()[table].columns.items()}
    _check_fields(rule, everywhere)


def message_columns(rule: Rule, known: dict[str, Kind]) -> dict[str, Column]:
    """The columns a message of this rule can print."""
    if rule.scope in (Scope.ROW, Scope.HOUSEHOLD):
        return names_for(rule, known).columns
    assert rule.select is not None  # noqa: S101 - by scope
    return outputs_of(rule.select, rule.tables, known)


def _check_message(rule: Rule, known: dict[str, Kind]) -> None:
    columns = message_columns(rule, known)
    own = known if rule.select is None else known.keys() - {"as_of"}  # a select prints its own rows, dates included
    allowed = (
        set(columns) | set(own) | LATER | {"village", "observed"} | {k for k, v in OTHER_NAMES.items() if v in columns}
    )
    if "birth_date" in columns:
        allowed.add("age")
    for language in LANGUAGES:
        try:
            names = placeholders(rule.message[language])
        except Refused as refused:
            _refuse(rule, "message", "消息写法有误", refused.hint, refused.why)
        for name in names:
            if name not in allowed or (name == "observed" and rule.scope is Scope.ROW):
                _refuse(rule, "message", f"消息中的占位 {name} 不是列、参数或 observed", "核对占位名称")


def _refuse(rule: Rule, key: str, message: str, hint: str, why: str = "") -> NoReturn:
    raise PackError(message, file=rule.file, line=rule.lines.get(key, rule.line), rule=rule.id, why=why, hint=hint)
