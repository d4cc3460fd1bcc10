"""What a rule pack is made of, after reading and before compiling."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from sqlglot import exp

from taizhang.sweep.rules.reads import Reads, reads_of_households, reads_of_rows

Value = str | int | Decimal | bool | date | None
Texts = dict[str, str]
"""Language (zh, zh_hant, en) to text."""
SEVERITY_WORDS = {"error": "错误", "warn": "警示", "suspect": "疑点", "info": "提示"}
"""How bad a hit is, in words, worst first."""

LANGUAGES = ("zh", "zh_hant", "en")


class Status(StrEnum):
    """Whether a rule's findings are shown: to its authors only, to all, or no longer made."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Severity(StrEnum):
    """How sure and how grave (domain rules, section 1)."""

    ERROR = "error"
    WARN = "warn"
    SUSPECT = "suspect"
    INFO = "info"


WEIGHTS = {Severity.ERROR: 4, Severity.WARN: 2, Severity.SUSPECT: 1, Severity.INFO: 0}


class Scope(StrEnum):
    """What a rule reads at once: one row, one household, or whatever its SELECT says; diagnoses are computed elsewhere."""

    ROW = "row"
    HOUSEHOLD = "household"
    KEY = "key"
    PAIR = "pair"
    SOURCE = "source"
    DIAGNOSIS = "diagnosis"


class Verdict(StrEnum):
    """The four answers of a rule about one subject."""

    HIT = "hit"
    PASS = "pass"  # noqa: S105 - a verdict
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Missing(StrEnum):
    """What a rule does where a parameter has no value."""

    NOT_RUN = "not_run"
    DEFAULT = "default"


@dataclass(frozen=True)
class ParameterValue:
    """One value with where it holds ('*' = everywhere), and where it comes from."""

    value: Value
    keys: dict[str, str]
    source: str


@dataclass(frozen=True)
class Parameter:
    """A number or list of a rule, by year and place."""

    name: str
    type: str
    unit: str
    keys: tuple[str, ...]
    missing: Missing
    values: tuple[ParameterValue, ...]
    title: str
    file: str
    line: int


Row = dict[str, Value]


@dataclass(frozen=True)
class Example:
    """Rows and what the rule must say about them.

    days: by source, the day of its delivery where it is not `as_of`. answers: of the authority (id_no, name, answer).
    Both are for diagnoses only.
    """

    verdict: Verdict
    why: str
    tables: dict[str, tuple[Row, ...]]
    subject_table: str
    findings: tuple[Row, ...] | None
    as_of: date
    line: int
    days: dict[str, date] = field(default_factory=dict)
    answers: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Failure:
    """An example whose verdict is not what the rule's author wrote."""

    rule: str
    file: str
    line: int
    why: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行，规则 {self.rule}"
        return f"{place}：示例“{self.why}”应为 {self.expected}，实为 {self.found}"


@dataclass(frozen=True)
class Owner:
    """The role that can settle a finding, and the chain upward."""

    role: str
    escalate: tuple[str, ...]


@dataclass(frozen=True)
class Exemption:
    """Which kinds of exemption may be granted, for how long at most, by whom."""

    kinds: tuple[str, ...]
    max_days: int | None
    approve: str | None


@dataclass(frozen=True)
class Rule:
    """One rule as its author wrote it, with its expressions parsed but not yet expanded.

    `when`/`check` are set for predicate rules (row, household), `select`/`universe` for the others; a diagnosis has
    none of them.
    """

    id: str
    version: str
    title: Texts
    status: Status
    group: str
    subject: str
    scope: Scope
    tables: tuple[str, ...]
    when: exp.Expr | None
    check: exp.Expr | None
    observed: exp.Expr | None
    involved: exp.Expr | None
    universe: exp.Expr | None
    select: exp.Expr | None
    fields: tuple[str, ...]
    edit: bool
    severity: Severity
    weight: int
    origin: tuple[str, ...]
    tags: tuple[str, ...]
    suppressed_by: tuple[str, ...]
    supersedes: tuple[str, ...]
    owner: Owner
    deadline_workdays: int
    message: Texts
    hint: Texts
    exemption: Exemption
    examples: tuple[Example, ...]
    sources: tuple[str, ...]
    either: tuple[tuple[str, ...], ...]
    file: str
    line: int
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def major(self) -> str:
        """The part of the version that changes with the meaning: a new lineage of findings."""
        return self.version.split(".")[0]

    @cached_property
    def trees(self) -> tuple[exp.Expr, ...]:
        """Every tree of the rule, in fixed order."""
        every = (self.when, self.check, self.observed, self.involved, self.universe, self.select)
        return tuple(tree for tree in every if tree is not None)

    @cached_property
    def reads(self) -> Reads:
        """Tables, columns and parameters the rule reads; looked for once, since its trees never change."""
        if self.scope is Scope.HOUSEHOLD:
            return reads_of_households(self.trees, self.involved)
        return reads_of_rows(self.trees, self.tables)


@dataclass(frozen=True)
class Pack:
    """A file of rules with the parameters they share."""

    id: str
    title: Texts
    version: str
    parameters: dict[str, Parameter]
    rules: tuple[Rule, ...]
    file: str
