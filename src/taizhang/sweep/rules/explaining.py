"""A rule told to a person: what it asks, of whom, with which numbers from where, and as which SQL."""

from collections.abc import Iterable

from sqlglot import exp

from taizhang.languages import Language, translated
from taizhang.sweep.rules.compile import digest
from taizhang.sweep.rules.functions import FUNCTIONS, call_name, expand
from taizhang.sweep.rules.model import SEVERITY_WORDS, Parameter, Rule, Scope
from taizhang.sweep.rules.ruleset import RuleSet
from taizhang.sweep.rules.schema import tables

ENGINES = ("duckdb", "spark")
STATUS_WORDS = {"active": "启用", "draft": "草案，不产生问题", "retired": "停用"}


def explained(ruleset: RuleSet, rule: Rule, language: Language = Language.ZH) -> str:
    """The rule, its parameters in force with their source, what it depends on, and its SQL for both engines."""

    def said(template: str, *values: object) -> str:
        return translated(template, language).format(*values)

    text = {Language.ZH: "zh", Language.HANT: "zh_hant", Language.EN: "en"}[language]
    severity, status = said(SEVERITY_WORDS[rule.severity]), said(STATUS_WORDS[rule.status])
    origin = _listed((translated(one, language) for one in rule.origin), language)
    parts = [
        f"{rule.id}  {rule.title[text]}",
        said("组 {}，程度 {}，权重 {}，版本 {}，状态 {}", rule.group, severity, rule.weight, rule.version, status),
        said("来历 {}；规则包 {} 第 {} 行；摘要 {}", origin, rule.file, rule.line, digest(rule)),
        said("责任人 {}，逐级 {}，期限 {} 个工作日",
             rule.owner.role, " → ".join(rule.owner.escalate) or said("无"), rule.deadline_workdays),
        said("消息：{}", rule.message[text]),
        said("办法：{}", rule.hint[text]),
        *_parameters(ruleset, rule, language),
        *_read(rule, language),
        *_functions(rule, language),
    ]  # fmt: skip
    if rule.scope is not Scope.DIAGNOSIS:
        parts += [f"\n{said('SQL（{}）：', engine)}\n{rule_sql(rule, engine)}" for engine in ENGINES]
    else:
        parts.append(said("由关联与比对步骤判断，没有 SQL。"))
    return "\n".join(parts)


def _listed(parts: Iterable[str], language: Language) -> str:
    return (", " if language is Language.EN else "、").join(parts)


def parameter_lines(parameter: Parameter, language: Language = Language.ZH) -> list[str]:
    """One line per value: where and when it holds, and who says so."""
    unit = translated(parameter.unit, language)
    lines = []
    for value in parameter.values:
        place = _listed((f"{key}={wanted}" for key, wanted in value.keys.items() if wanted != "*"), language)
        source = translated(value.source, language)
        where = place or translated("各年各地", language)
        lines.append(translated("{}：{} {}（{}）", language).format(where, value.value, unit, source))
    return lines or [translated("没有值：{}", language).format(parameter.missing)]


def _parameters(ruleset: RuleSet, rule: Rule, language: Language) -> list[str]:
    named = translated("参数 {}（{}）：{}", language)
    between = "; " if language is Language.EN else "；"
    return [
        named.format(name, translated(parameter.title, language), between.join(parameter_lines(parameter, language)))
        for name in sorted(rule.reads.parameters)
        for parameter in [ruleset.parameters[name]]
    ]


def _read(rule: Rule, language: Language) -> list[str]:
    lines = []
    for table, columns in sorted(rule.reads.columns.items()):
        titled = translated("{}（{}）", language)
        listed = _listed(
            (
                titled.format(name, translated(tables()[table].columns[name].title, language))
                for name in sorted(columns)
            ),
            language,
        )
        if listed:
            lines.append(translated("读取 {}：{}", language).format(table, listed))
    return lines


def _functions(rule: Rule, language: Language) -> list[str]:
    trees = (rule.when, rule.check, rule.observed, rule.universe, rule.select)
    names = {call_name(node) for tree in trees if tree is not None for node in tree.find_all(exp.Anonymous)}
    called = translated("函数 {}：{}", language)
    return [
        called.format(name, translated(FUNCTIONS[name].meaning, language)) for name in sorted(n for n in names if n)
    ]


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
