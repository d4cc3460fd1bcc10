"""All rules of a sweep: the shipped packs, the county's own, and its parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from taizhang.sweep.engines import Engine
from taizhang.sweep.rules.binding import Situation
from taizhang.sweep.rules.errors import PackError, RuleUnknown
from taizhang.sweep.rules.frames import Cell, cells_with
from taizhang.sweep.rules.loading import load_pack
from taizhang.sweep.rules.model import Pack, Parameter, Rule, Scope, Status
from taizhang.sweep.rules.parameters import overridden
from taizhang.sweep.rules.run import Ran, run_rules


@dataclass(frozen=True)
class RuleSet:
    """Rules by id, with the parameters they share and the frames' cells by tag, for one county."""

    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    packs: tuple[Pack, ...]
    county_code: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def run(
        self,
        engine: Engine,
        *,
        as_of: date,
        parameters: Mapping[str, object] | None = None,
        delivered: Mapping[str, frozenset[str]] | None = None,
        filled: Mapping[str, frozenset[str]] | None = None,
        after_records: Callable[[], object] | None = None,
        titles: Mapping[str, str] | None = None,
        uneven: frozenset[str] = frozenset(),
    ) -> Ran:
        """Judge every active rule over the engine's canonical tables; makes `rule_hit` and `rule_count`.

        as_of: the sweep's date, for tables that belong to no source; the others carry their own. parameters: overrides
        on top of those the set was loaded with. delivered: per source the canonical fields its delivery carries. filled:
        per source those of them that rows of `record` fill; None has them counted. after_records: called before any
        table but `record`, `delivery` and `renewed` is looked at, which need not be there until it returns. titles: what the county calls its
        sources, by id. uneven: the fields that not all sheets of a source have.
        """
        known = overridden(dict(self.parameters), parameters or {})
        situation = Situation(as_of, self.county_code[:2], self.county_code, known, delivered, filled, titles, uneven)
        return run_rules(engine, self.judged(), situation, after_records)

    def judged(self) -> list[Rule]:
        """The rules this engine runs: active, and not computed by the diagnoses."""
        return [r for r in self.rules.values() if r.status is Status.ACTIVE and r.scope is not Scope.DIAGNOSIS]

    def rule(self, rule_id: str) -> Rule:
        """A rule by its id. Raises RuleUnknown."""
        if rule_id not in self.rules:
            near = [known for known in self.rules if known[:2] == rule_id[:2]][:8]
            hint = f"同组的规则：{'、'.join(near)}" if near else "规则编号见 docs/rules.md"
            raise RuleUnknown(f"没有规则 {rule_id}", hint=hint)
        return self.rules[rule_id]

    def rules_of(self, cell: Cell) -> tuple[str, ...]:
        """The rules of a cell: those it names, those of the groups it names, then those that name it."""
        named = (name for name in cell.rules if name in self.rules)
        grouped = (rule.id for rule in self.rules.values() if rule.group in cell.rules)
        naming = (rule.id for rule in self.rules.values() if cell.tag in rule.tags)
        return tuple(dict.fromkeys((*named, *grouped, *naming)))


def shipped_packs() -> list[Path]:
    """The files of the packs that come with the product, by name."""
    folder = Path(str(resources.files("taizhang.sweep.rules") / "packs"))
    return sorted(folder.glob("*.yaml"))


@cache
def _shipped() -> tuple[Pack, ...]:
    return tuple(load_pack(path) for path in shipped_packs())


def load_packs(
    own: Sequence[Path] = (),
    *,
    overrides: Mapping[str, object] | None = None,
    county_code: str = "",
    frames: Sequence[Path] = (),
    shipped: bool = True,
) -> RuleSet:
    """The shipped packs and a county's own, as one set.

    own: pack files of the county, later ones after earlier ones. overrides: [parameters] of county.toml. frames: the
    county's own tables of cells.
    Raises PackError, also when an id or a parameter is declared twice or a rule or cell names what does not exist.
    """
    cells = cells_with(frames)
    packs = (*(_shipped() if shipped else ()), *(load_pack(path) for path in own))
    rules: dict[str, Rule] = {}
    parameters: dict[str, Parameter] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in rules:
                raise PackError(
                    f"规则 {rule.id} 已在 {rules[rule.id].file} 中", file=rule.file, line=rule.line, rule=rule.id,
                    hint="本县规则用自己的编号；要改数值，在 county.toml 的 [parameters] 中设定",
                )  # fmt: skip
            rules[rule.id] = rule
        for name, parameter in pack.parameters.items():
            if name in parameters:
                raise PackError(
                    f"参数 {name} 已在 {parameters[name].file} 中声明", file=parameter.file, line=parameter.line,
                    hint="改名，或在 county.toml 的 [parameters] 中设定",
                )  # fmt: skip
            parameters[name] = parameter
    for rule in rules.values():
        for tag in rule.tags:
            if tag not in cells:
                raise PackError(
                    f"没有标签 {tag}", file=rule.file, line=rule.line, rule=rule.id, hint="标签见 taizhang rules frames"
                )
        for other in (*rule.suppressed_by, *rule.supersedes):
            if other not in rules:
                raise PackError(
                    f"没有规则 {other}",
                    file=rule.file,
                    line=rule.line,
                    rule=rule.id,
                    hint="核对 suppressed_by 与 supersedes",
                )
    groups = {rule.group for rule in rules.values()}
    for cell in cells.values():
        for name in cell.rules:
            if name not in rules and name not in groups:
                raise PackError(
                    f"没有规则 {name}", file=cell.file, line=cell.line, hint="规则编号见 taizhang rules list"
                )
    return RuleSet(rules, overridden(parameters, overrides or {}), packs, county_code, cells)


def only(ruleset: RuleSet, rules: Sequence[str]) -> RuleSet:
    """The set with these rules only."""
    return replace(ruleset, rules={name: ruleset.rule(name) for name in rules})
