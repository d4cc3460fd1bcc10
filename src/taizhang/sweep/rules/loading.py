"""Packs from their files: the shape of every rule is checked here, its expressions against the grammar.

Every refusal names the file, the rule, the line and what to do. Whether the examples give their verdicts is a
separate question, asked of an engine (`examples`).
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

from sqlglot import exp

from taizhang.sweep.rules.checking import check_rule
from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.example_rows import read_examples
from taizhang.sweep.rules.grammar import Refused, parse
from taizhang.sweep.rules.model import (
    LANGUAGES,
    WEIGHTS,
    Exemption,
    Missing,
    Owner,
    Pack,
    Parameter,
    ParameterValue,
    Rule,
    Scope,
    Severity,
    Status,
    Texts,
)
from taizhang.sweep.rules.parameters import KEYS, KINDS, typed
from taizhang.sweep.rules.yaml_text import Items, Mapping, Node, Text, read_yaml

GRAMMAR = "1"
RULE_ID = re.compile(r"[A-Z]{2,4}(-[A-Z0-9]+)+")
VERSION = re.compile(r"\d+\.\d+")
PACK_KEYS = {"id", "title", "version", "grammar", "parameters", "defaults"}
RULE_KEYS = {
    "id", "version", "title", "status", "group", "subject", "scope", "table", "tables", "when", "assert", "observed",
    "involved", "universe", "select", "fields", "edit", "severity", "weight", "origin", "tags", "suppressed_by",
    "supersedes", "either", "owner", "escalate", "deadline", "message", "hint", "exemption", "examples", "sources",
}  # fmt: skip
INHERITED = {
    "status",
    "group",
    "subject",
    "scope",
    "table",
    "owner",
    "escalate",
    "deadline",
    "exemption",
    "version",
    "sources",
}
ROLES = {
    "helper", "village_team", "town_data_lead", "centre_operator", "centre_reviewer", "industry_department",
    "source_owner",
}  # fmt: skip
EXPRESSIONS = ("when", "assert", "observed", "involved", "universe", "select")
NEEDED = {
    Scope.ROW: {"table", "when", "assert"},
    Scope.HOUSEHOLD: {"when", "assert"},
    Scope.DIAGNOSIS: set(),
}
SELECTED = {"tables", "universe", "select"}
Word = TypeVar("Word", bound=StrEnum)


class _Reader:
    """Reads one rule or pack head; remembers where it is, for refusals."""

    def __init__(self, node: Mapping, defaults: Mapping | None, file: str, rule: str = "") -> None:
        self.node, self.defaults, self.file, self.rule = node, defaults, file, rule

    def refuse(self, message: str, *, key: str | None = None, why: str = "", hint: str = "") -> NoReturn:
        line = self.line(key)
        raise PackError(message, file=self.file, line=line, rule=self.rule, why=why, hint=hint)

    def line(self, key: str | None) -> int:
        if key is not None and key in self.node.key_lines:
            return self.node.key_lines[key]
        return self.node.line

    def get(self, key: str) -> Node | None:
        found = self.node.values.get(key)
        if found is None and self.defaults is not None and key in INHERITED:
            return self.defaults.values.get(key)
        return found

    def text(self, key: str, default: str | None = None) -> str:
        node = self.get(key)
        if node is None:
            if default is None:
                self.refuse(f"缺少 {key}", hint=f"补上 {key}: …")
            return default
        if not isinstance(node, Text) or not node.value.strip():
            self.refuse(f"{key} 应是一段文字", key=key, hint="写成一行文字，需要时加引号")
        return node.value.strip()

    def one_of(self, key: str, kinds: type[Word], default: str | None = None) -> Word:
        value = self.text(key, default)
        try:
            return kinds(value)
        except ValueError:
            self.refuse(f"{key} 不能是 {value}", key=key, hint=f"可以是：{'、'.join(kinds)}")

    def texts(self, key: str) -> Texts:
        node = self.get(key)
        if not isinstance(node, Mapping):
            self.refuse(f"{key} 应有 zh、zh_hant、en 三种文字", key=key, hint=f"{key}: {{zh: …, zh_hant: …, en: …}}")
        found = {
            name: value.value for name, value in node.values.items() if isinstance(value, Text) and value.value.strip()
        }
        missing = [name for name in LANGUAGES if name not in found]
        unknown = sorted(set(node.values) - set(LANGUAGES))
        if unknown:
            self.refuse(f"{key} 中不认识的语言 {'、'.join(unknown)}", key=key, hint=f"只有 {'、'.join(LANGUAGES)}")
        if "zh" in missing or "en" in missing:
            self.refuse(f"{key} 缺少 {'、'.join(missing)}", key=key, hint="补上该语言的文字")
        if "zh_hant" in missing:
            self.refuse(f"{key} 缺少 zh_hant", key=key, hint="运行 python tools/fill_traditional.py 规则包 由简体补出")
        return {name: found[name] for name in LANGUAGES}

    def words(self, key: str) -> tuple[str, ...]:
        node = self.get(key)
        if node is None:
            return ()
        if not isinstance(node, Items) or not all(isinstance(item, Text) for item in node.values):
            self.refuse(f"{key} 应是一列文字", key=key, hint=f"{key}: [甲, 乙]")
        return tuple(item.value for item in node.values if isinstance(item, Text))

    def word_groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        node = self.get(key)
        if node is None:
            return ()
        groups = node.values if isinstance(node, Items) else ()
        found = tuple(
            tuple(word.value for word in group.values if isinstance(word, Text))
            for group in groups
            if isinstance(group, Items)
        )
        if not found or len(found) != len(groups) or not all(len(group) > 1 for group in found):
            self.refuse(
                f"{key} 应是几组列名", key=key, hint=f"{key}: [[甲列, 乙列], [丙列, 丁列]]，每组至少报送一列即可判断"
            )
        return found

    def flag(self, key: str) -> bool:
        value = self.text(key, "false")
        if value not in ("true", "false"):
            self.refuse(f"{key} 应是 true 或 false", key=key)
        return value == "true"

    def number(self, key: str, default: str) -> int:
        value = self.text(key, default)
        if not value.isdigit():
            self.refuse(f"{key} 应是整数", key=key)
        return int(value)


def load_pack(path: Path) -> Pack:
    """One pack from its file, every rule checked. Raises PackError."""
    document = read_yaml(path)
    file = path.name
    unknown = sorted(set(document.values) - {"pack", "rules"})
    head, rules = document.values.get("pack"), document.values.get("rules")
    if unknown or not isinstance(head, Mapping) or not isinstance(rules, Items):
        raise PackError(
            "规则包应由 pack: 与 rules: 两部分组成", file=file, line=document.line, hint="见 docs/formats/rule-pack.md"
        )
    reader = _Reader(head, None, file)
    extra = sorted(set(head.values) - PACK_KEYS)
    if extra:
        reader.refuse(
            f"pack 中不认识的键 {'、'.join(extra)}", key=extra[0], hint=f"只有：{'、'.join(sorted(PACK_KEYS))}"
        )
    if reader.text("grammar") != GRAMMAR:
        reader.refuse("规则语法版本不符", key="grammar", hint=f'本程序读 grammar: "{GRAMMAR}"')
    parameters = _parameters(head, file)
    defaults = head.values.get("defaults")
    read = tuple(
        _rule(node, defaults if isinstance(defaults, Mapping) else None, parameters, file) for node in rules.values
    )
    _refuse_twins(read)
    _refuse_unused(parameters, read)
    return Pack(reader.text("id"), reader.texts("title"), reader.text("version"), parameters, read, file)


def _refuse_twins(rules: tuple[Rule, ...]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise PackError(
                f"规则 {rule.id} 出现两次", file=rule.file, line=rule.line, rule=rule.id,
                why=f"另一处在 {seen[rule.id].file} 第 {seen[rule.id].line} 行", hint="改用新的编号，编号不重复使用",
            )  # fmt: skip
        seen[rule.id] = rule


def _refuse_unused(parameters: dict[str, Parameter], rules: tuple[Rule, ...]) -> None:
    used = {name for rule in rules for name in parameters_of(rule)}
    for name, parameter in parameters.items():
        if name not in used:
            raise PackError(
                f"参数 {name} 没有规则使用",
                file=parameter.file,
                line=parameter.line,
                hint="删去，或在规则中以 :名称 引用",
            )


def parameters_of(rule: Rule) -> frozenset[str]:
    """The parameters the expressions of a rule name, `as_of` left out."""
    trees = (rule.when, rule.check, rule.observed, rule.involved, rule.universe, rule.select)
    found = {place.name for tree in trees if tree is not None for place in tree.find_all(exp.Placeholder)}
    return frozenset(found - {"as_of"})


def _parameters(head: Mapping, file: str) -> dict[str, Parameter]:
    node = head.values.get("parameters")
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise PackError(
            "parameters 应是 名称: {…}",
            file=file,
            line=head.key_lines["parameters"],
            hint="见 docs/formats/rule-pack.md",
        )
    return {name: _parameter(name, body, node.key_lines[name], file) for name, body in node.values.items()}


def _parameter(name: str, node: Node, line: int, file: str) -> Parameter:
    if not isinstance(node, Mapping):
        raise PackError(
            f"参数 {name} 应是键值", file=file, line=line, hint="{type: int, unit: year, default: 16, source: …}"
        )
    reader = _Reader(node, None, file, f"参数 {name}")
    kind = reader.text("type")
    if kind not in KINDS:
        reader.refuse(f"类型不能是 {kind}", key="type", hint=f"可以是：{'、'.join(KINDS)}")
    values = []
    if "default" in node.values:
        value = typed(reader.text("default"), kind, file=file, line=line, name=name)
        values.append(ParameterValue(value, {}, reader.text("source", "默认")))
    listed = node.values.get("values")
    for item in listed.values if isinstance(listed, Items) else ():
        entry = _Reader(item, None, file, f"参数 {name}") if isinstance(item, Mapping) else reader
        if entry is reader:
            reader.refuse(
                "values 的每一项应是键值", key="values", hint='{year: "2018", province: "*", value: "2995", source: …}'
            )
        keys = {key: entry.text(key) for key in KEYS if key in entry.node.values}
        value = typed(entry.text("value"), kind, file=file, line=entry.node.line, name=name)
        values.append(ParameterValue(value, keys, entry.text("source")))
    return Parameter(
        name, kind, reader.text("unit", ""), reader.words("keys"), reader.one_of("missing", Missing, Missing.NOT_RUN),
        tuple(values), reader.text("title", name), file, line,
    )  # fmt: skip


def _rule(node: Node, defaults: Mapping | None, parameters: dict[str, Parameter], file: str) -> Rule:
    if not isinstance(node, Mapping):
        raise PackError("rules 的每一项应是一条规则", file=file, line=node.line, hint="- id: …")
    reader = _Reader(node, defaults, file)
    reader.rule = reader.text("id")
    if not RULE_ID.fullmatch(reader.rule):
        reader.refuse("规则编号不合规", key="id", hint="两到四个大写字母的组别，加 -大写字母数字，如 HH-HEAD-MINOR")
    unknown = sorted(set(node.values) - RULE_KEYS)
    if unknown:
        reader.refuse(
            f"不认识的键 {'、'.join(unknown)}", key=unknown[0], hint=f"可用的键：{'、'.join(sorted(RULE_KEYS))}"
        )
    if not VERSION.fullmatch(reader.text("version")):
        reader.refuse("version 应是 主.次", key="version", hint="意义改变时升主版本，文字或参数改变时升次版本")
    scope = reader.one_of("scope", Scope)
    trees = _expressions(reader, scope)
    severity = reader.one_of("severity", Severity)
    role = reader.text("owner")
    if role not in ROLES:
        reader.refuse(f"没有角色 {role}", key="owner", hint=f"可以是：{'、'.join(sorted(ROLES))}")
    read = _tables(reader, scope)
    rule = Rule(
        id=reader.rule, version=reader.text("version"), title=reader.texts("title"),
        status=reader.one_of("status", Status, Status.ACTIVE), group=reader.text("group"), subject=reader.text("subject"),
        scope=scope, tables=read, when=trees.get("when"), check=trees.get("assert"),
        observed=trees.get("observed"), involved=trees.get("involved"), universe=trees.get("universe"),
        select=trees.get("select"), fields=reader.words("fields"), edit=reader.flag("edit"), severity=severity,
        weight=reader.number("weight", str(WEIGHTS[severity])), origin=reader.words("origin"), tags=reader.words("tags"),
        suppressed_by=reader.words("suppressed_by"), supersedes=reader.words("supersedes"),
        owner=Owner(role, reader.words("escalate")), deadline_workdays=reader.number("deadline", "5"),
        message=reader.texts("message"), hint=reader.texts("hint"), exemption=_exemption(reader),
        examples=read_examples(node, scope, read[0] if read else "record", file, reader.rule), sources=reader.words("sources"), either=reader.word_groups("either"),
        file=file, line=node.line, lines=node.key_lines,
    )  # fmt: skip
    check_rule(rule, parameters)
    return rule


def _expressions(reader: _Reader, scope: Scope) -> dict[str, exp.Expr]:
    needed = NEEDED.get(scope, SELECTED)
    for key in needed:
        if reader.get(key) is None:
            reader.refuse(f"scope 为 {scope} 的规则缺少 {key}", hint=f"补上 {key}: …")
    allowed = needed | ({"observed", "involved"} if scope is Scope.HOUSEHOLD else set())
    for key in EXPRESSIONS:
        if key in reader.node.values and key not in allowed:
            reader.refuse(f"scope 为 {scope} 的规则没有 {key}", key=key, hint="见 docs/formats/rule-pack.md 的两种写法")
    trees: dict[str, exp.Expr] = {}
    for key in EXPRESSIONS:
        if reader.node.values.get(key) is not None:
            try:
                trees[key] = parse(reader.text(key))
            except Refused as refused:
                reader.refuse(f"{key} 写法有误", key=key, why=refused.why, hint=refused.hint)
    return trees


def _tables(reader: _Reader, scope: Scope) -> tuple[str, ...]:
    if scope is Scope.HOUSEHOLD:
        return ("household", "record")
    if scope is Scope.DIAGNOSIS:
        return ()
    return (reader.text("table"),) if scope is Scope.ROW else reader.words("tables")


def _exemption(reader: _Reader) -> Exemption:
    node = reader.get("exemption")
    if node is None:
        return Exemption((), None, None)
    if not isinstance(node, Mapping):
        reader.refuse(
            "exemption 应是键值",
            key="exemption",
            hint="{kinds: [verified_true], max_days: 365, approve: town_data_lead}",
        )
    inner = _Reader(node, None, reader.file, reader.rule)
    kinds = inner.words("kinds")
    if not kinds:
        return Exemption((), None, None)
    return Exemption(kinds, inner.number("max_days", "365"), inner.text("approve"))
