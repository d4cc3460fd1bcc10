"""What the command line and other parts ask of the rules: list, explain, check, try, and the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from taizhang.languages import Language
from taizhang.sweep.rules.catalogue import catalogue_text
from taizhang.sweep.rules.constancy import one_sided
from taizhang.sweep.rules.errors import PackError
from taizhang.sweep.rules.examples import failures
from taizhang.sweep.rules.explaining import explained
from taizhang.sweep.rules.frames import Cell
from taizhang.sweep.rules.model import Failure, Rule
from taizhang.sweep.rules.ruleset import RuleSet, load_packs, shipped_packs


class CountyRules(Protocol):
    """What of a county the rules need: its code, its own packs, its parameter overrides."""

    @property
    def code(self) -> str:
        """Six digits."""

    @property
    def packs(self) -> tuple[Path, ...]:
        """The county's own pack files."""

    @property
    def frames(self) -> tuple[Path, ...]:
        """The county's own tables of cells."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """Overrides, as county.toml holds them."""


@dataclass(frozen=True)
class Title:
    """A text in the three languages."""

    zh: str
    zh_hant: str
    en: str

    def said_in(self, language: Language) -> str:
        """The text in one language."""
        return {Language.ZH: self.zh, Language.HANT: self.zh_hant, Language.EN: self.en}[language]


@dataclass(frozen=True)
class RuleSummary:
    """A rule in a list."""

    id: str
    group: str
    severity: str
    title: Title
    owner: str
    deadline_workdays: int
    status: str
    version: str


@dataclass(frozen=True)
class Tried:
    """What trying the examples of packs came to."""

    rules: int
    examples: int
    failures: tuple[Failure, ...]


def ruleset_for(county: CountyRules | None) -> RuleSet:
    """The rules as they hold in a county; without one, the shipped packs.

    Raises PackError, also where an example of an own pack does not give its verdict with the pack's own numbers.
    """
    if county is None:
        return load_packs()
    ruleset = load_packs(county.packs, overrides=county.parameters, county_code=county.code, frames=county.frames)
    names = {path.name for path in county.packs}
    as_written = load_packs(county.packs, frames=county.frames)  # examples know nothing of the county's numbers
    own = [rule for rule in as_written.rules.values() if rule.file in names and rule.file not in _shipped_names()]
    for failure in failures(as_written, own) if own else ():
        raise PackError(
            f"示例“{failure.why}”应为 {failure.expected}，实为 {failure.found}", file=failure.file, line=failure.line,
            rule=failure.rule, hint="改示例或改规则，用 taizhang rules test 试",
        )  # fmt: skip
    return ruleset


def list_rules(county: CountyRules | None = None) -> list[RuleSummary]:
    """All rules, by group and id."""
    rules = sorted(ruleset_for(county).rules.values(), key=lambda rule: (rule.group, rule.id))
    return [
        RuleSummary(
            rule.id, rule.group, rule.severity, Title(**rule.title), rule.owner.role, rule.deadline_workdays, rule.status,
            rule.version,
        )
        for rule in rules
    ]  # fmt: skip


def list_cells(county: CountyRules | None = None) -> list[tuple[Cell, tuple[str, ...]]]:
    """The cells of the frames in their order, each with its rules. Raises PackError."""
    ruleset = ruleset_for(county)
    return [(cell, ruleset.rules_of(cell)) for cell in ruleset.cells.values()]


def explain(rule_id: str, county: CountyRules | None = None, language: Language = Language.ZH) -> str:
    """The rule with parameters in force and their source, dependencies, and SQL for DuckDB and Spark.

    Raises RuleUnknown, PackError.
    """
    ruleset = ruleset_for(county)
    return explained(ruleset, ruleset.rule(rule_id), language)


def check_pack(path: Path) -> list[PackError]:
    """Everything that keeps a pack from being loaded beside the shipped ones; empty when it may be.

    The first refusal where the pack cannot be read; else every example with another verdict and every predicate that
    can only be true or only be false.
    """
    try:
        ruleset = _with_pack(path)
    except PackError as refused:
        return [refused]
    rules = [rule for rule in ruleset.rules.values() if rule.file == path.name]
    found = [
        PackError(
            f"示例“{f.why}”应为 {f.expected}，实为 {f.found}", file=f.file, line=f.line, rule=f.rule, hint="改示例或改规则"
        )
        for f in failures(ruleset, rules)
    ]  # fmt: skip
    return found + [_constant(ruleset, rule) for rule in rules if one_sided(ruleset, rule)]


def _constant(ruleset: RuleSet, rule: Rule) -> PackError:
    return PackError(
        "判断恒成立或恒不成立", file=rule.file, line=rule.lines.get("assert", rule.line), rule=rule.id,
        why=f"在生成的数据上{one_sided(ruleset, rule)}", hint="检查 and/or 与上下限，例如 x < 0 and x > :max 永不成立",
    )  # fmt: skip


def test_packs(paths: Sequence[Path] = ()) -> Tried:  # noqa: PT028 - not a test
    """Run every example of the packs; without a path, of all shipped ones. Raises PackError."""
    if not paths:
        ruleset = load_packs()
        rules = list(ruleset.rules.values())
        return Tried(len(rules), sum(len(rule.examples) for rule in rules), tuple(failures(ruleset)))
    tried = [test_pack(path) for path in paths]
    return Tried(
        sum(one.rules for one in tried),
        sum(one.examples for one in tried),
        tuple(f for one in tried for f in one.failures),
    )


def test_pack(path: Path) -> Tried:
    """Run every example of one pack beside the shipped ones. Raises PackError."""
    ruleset = _with_pack(path)
    rules = [rule for rule in ruleset.rules.values() if rule.file == path.name]
    return Tried(len(rules), sum(len(rule.examples) for rule in rules), tuple(failures(ruleset, rules)))


def catalogue() -> str:
    """The text of docs/rules.md."""
    return catalogue_text(load_packs())


def _shipped_names() -> frozenset[str]:
    return frozenset(path.name for path in shipped_packs())


def _with_pack(path: Path) -> RuleSet:
    shipped = {known.resolve() for known in shipped_packs()}
    return load_packs() if path.resolve() in shipped else load_packs([path])


# pytest would take these for tests when a test module imports them
test_packs.__test__ = False  # type: ignore[attr-defined]
test_pack.__test__ = False  # type: ignore[attr-defined]
