"""A rule told to a person: what it asks, of whom, with which numbers from where, and as which SQL."""

from sqlglot import exp

from taizhang.sweep.rules.compile import digest
from taizhang.sweep.rules.functions import FUNCTIONS, call_name, expand
from taizhang.sweep.rules.model import Parameter, Rule, Scope
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.schema import tables

ENGINES = ("duckdb", "spark")
STATUS_WORDS = {"active": "启用", "draft": "草案，不产生发现", "retired": "停用"}


def explained(ruleset: RuleSet, rule: Rule) -> str:
    """The rule, its parameters in force with their source, what it depends on, and its SQL for both engines."""
    parts = [
        f"{rule.id}  {rule.title['zh']}  /  {rule.title['en']}",
        f"组 {rule.group}，程度 {rule.severity}，权重 {rule.weight}，版本 {rule.version}，状态 {STATUS_WORDS[rule.status]}",
        f"来历 {'、'.join(rule.origin)}；规则包 {rule.file} 第 {rule.line} 行；摘要 {digest(rule)}",
        f"责任人 {rule.owner.role}，逐级 {' → '.join(rule.owner.escalate) or '无'}，期限 {rule.deadline_workdays} 个工作日",
        f"消息：{rule.message['zh']}",
        f"办法：{rule.hint['zh']}",
        *_parameters(ruleset, rule),
        *_read(rule),
        *_functions(rule),
    ]
    if rule.scope is not Scope.DIAGNOSIS:
        parts += [f"\nSQL（{engine}）：\n{rule_sql(rule, engine)}" for engine in ENGINES]
    else:
        parts.append("由关联与比对步骤判断，没有 SQL。")
    return "\n".join(parts)


def parameter_lines(parameter: Parameter) -> list[str]:
    """One line per value: where and when it holds, and who says so."""
    lines = []
    for value in parameter.values:
        place = "，".join(f"{key}={wanted}" for key, wanted in value.keys.items() if wanted != "*") or "各年各地"
        lines.append(f"{place}：{value.value} {parameter.unit}（{value.source}）")
    return lines or [f"没有值：{parameter.missing}"]


def _parameters(ruleset: RuleSet, rule: Rule) -> list[str]:
    lines = []
    for name in sorted(rule.reads.parameters):
        parameter = ruleset.parameters[name]
        lines.append(f"参数 {name}（{parameter.title}）：{'；'.join(parameter_lines(parameter))}")
    return lines


def _read(rule: Rule) -> list[str]:
    lines = []
    for table, columns in sorted(rule.reads.columns.items()):
        listed = "、".join(f"{name}（{tables()[table].columns[name].title}）" for name in sorted(columns))
        if listed:
            lines.append(f"读取 {table}：{listed}")
    return lines


def _functions(rule: Rule) -> list[str]:
    trees = (rule.when, rule.check, rule.observed, rule.universe, rule.select)
    names = {call_name(node) for tree in trees if tree is not None for node in tree.find_all(exp.Anonymous)}
    return [f"函数 {name}：{FUNCTIONS[name].meaning}" for name in sorted(n for n in names if n)]


def rule_sql(rule: Rule, dialect: str) -> str:
    """The rule alone as a query that gives its hits, with parameters left as parameters; for reading and porting."""
    if rule.select is not None:
        return expand(rule.select).sql(dialect, pretty=True)
    assert rule.when is not None  # noqa: S101 - predicate rules have both, by the loader
    assert rule.check is not None  # noqa: S101
    when, check = expand(rule.when), expand(rule.check)
    condition = exp.and_(when, exp.not_(exp.paren(check)))
    if rule.scope is Scope.ROW:
        return exp.select("record_id" if tables()[rule.tables[0]].has("record_id") else "source").from_(rule.tables[0]).where(condition).sql(dialect, pretty=True)  # fmt: skip
    columns = sorted(rule.reads.columns["household"])
    query = (
        exp.select("h.source", "h.household_id")
        .from_("household AS h")
        .join("record AS m", on="m.source = h.source AND m.household_id = h.household_id", join_type="left")
        .group_by("h.source", "h.household_id", *(f"h.{name}" for name in columns))
        .having(condition)
    )
    return query.sql(dialect, pretty=True)
