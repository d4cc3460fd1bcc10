"""How well a sweep found what the sample planted.

Everything is counted per mistake ("fault") for what was found, and per finding for what was said, kind by kind: never
one blended rate (`identity.md` §18). Only findings that are open and were evaluated count.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from taizhang.sample.answers import Answers, Finding, PlantedFault, as_of_sweep, open_findings

TASK_SEVERITIES = ("error", "warn", "suspect")
REPAIRABLE = ("name", "id_no", "birth_date", "sex", "relation_to_head", "head_name", "head_id_no")
OVER_TIME = ("PR-STATIC-CHANGED", "SR-NOT-FIXED")  # a mistake mended or made since is what these are about
FILE_SUBJECTS = ("source", "file", "delivery", "sheet")


@dataclass
class KindScore:
    """One planted kind.

    planted: faults standing in the newest deliveries. detected: touched by a related finding. named: some related
    finding has the kind (or one that says the same) among its kinds; first: as its first. blamed: related findings'
    best culprit is the source with the mistake, of `judged` that name a culprit. repaired: the first candidate is the
    truth, of `suggested` faults with candidates.
    """

    kind: str
    planted: int = 0
    detected: int = 0
    named: int = 0
    first: int = 0
    judged: int = 0
    blamed: int = 0
    suggested: int = 0
    repaired: int = 0


@dataclass
class RuleScore:
    """The findings of one rule.

    right: the mistake is of this kind. beside: a mistake of another kind stands there. odd: a true oddity stands there.
    false: nothing is wrong there; false_tasks: those of them that would make a task.
    """

    rule: str
    right: int = 0
    beside: int = 0
    odd: int = 0
    false: int = 0
    false_tasks: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the findings that rest on a mistake, or None without any."""
        total = self.right + self.beside + self.false
        return None if total == 0 else (self.right + self.beside) / total


@dataclass
class Score:
    """The whole comparison; `clean_rows` are written rows of the newest deliveries without any mistake."""

    as_of: date
    rows: int
    clean_rows: int
    faults: int
    findings: int
    kinds: list[KindScore] = field(default_factory=list)
    rules: list[RuleScore] = field(default_factory=list)

    @property
    def false_tasks_per_million(self) -> float:
        """False findings that would make a task, for a million clean rows."""
        return sum(rule.false_tasks for rule in self.rules) * 1e6 / max(1, self.clean_rows)

    def totals(self) -> KindScore:
        """All kinds together."""
        total = KindScore("total")
        for kind in self.kinds:
            for name in ("planted", "detected", "named", "first", "judged", "blamed", "suggested", "repaired"):
                setattr(total, name, getattr(total, name) + getattr(kind, name))
        return total

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values for JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "rows": self.rows,
            "clean_rows": self.clean_rows,
            "faults": self.faults,
            "findings": self.findings,
            "false_tasks_per_million_clean_rows": round(self.false_tasks_per_million, 1),
            "total": asdict(self.totals()),
            "kinds": [asdict(kind) for kind in self.kinds],
            "rules": [asdict(rule) | {"precision": rule.precision} for rule in self.rules],
        }

    def markdown(self) -> str:
        """Two tables: planted kinds, and rules with what their findings rest on."""
        lines = [
            (
                f"As of {self.as_of}: {self.rows:,} rows, {self.faults:,} mistakes, {self.findings:,} open findings, "
                f"{self.false_tasks_per_million:,.0f} false tasks per million clean rows."
            ),
            "",
            "| Planted kind | planted | detected | named | first | culprit right | top-1 repair |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [_kind_line(kind) for kind in (*self.kinds, self.totals())]
        lines += ["", "| Rule | right | beside | odd | false | precision |", "|---|---:|---:|---:|---:|---:|"]
        lines += [
            f"| `{rule.rule}` | {rule.right} | {rule.beside} | {rule.odd} | {rule.false} | {_share(rule.precision)} |"
            for rule in self.rules
        ]
        return "\n".join(lines) + "\n"


def score(sweep_folder: Path | str, truth_folder: Path | str) -> Score:
    """Compare the findings of a sweep with the truth of a sample county.

    sweep_folder: holds findings.parquet and, usually, sweep.json. truth_folder: as written by `make_county`.
    Raises ScoreError when either lacks its files.
    """
    sweep, truth = Path(sweep_folder), Path(truth_folder)
    findings = open_findings(sweep, truth)
    as_of = as_of_sweep(sweep)
    answers = Answers.read(truth, as_of)
    result = Score(as_of, answers.row_count, answers.row_count - len(answers.wrong_rows), len(answers.faults), 0)
    result.findings = len(findings)
    by_fault: dict[int, list[Finding]] = defaultdict(list)
    rules: dict[str, RuleScore] = {}
    for finding in findings:
        touched = answers.touched_by(finding)
        for fault in touched:
            if fault.is_related(finding):
                by_fault[fault.number].append(finding)
        if finding["subject_type"] not in FILE_SUBJECTS:
            rule = rules.setdefault(finding["rule"], RuleScore(finding["rule"]))
            _count(rule, finding, touched, answers)
    kinds: dict[str, KindScore] = {}
    for fault in answers.faults.values():
        _judge(kinds.setdefault(fault.kind, KindScore(fault.kind)), fault, by_fault.get(fault.number, []), answers)
    result.kinds = sorted(kinds.values(), key=lambda kind: kind.kind)
    result.rules = sorted(rules.values(), key=lambda rule: rule.rule)
    return result


def _count(rule: RuleScore, finding: Finding, touched: Sequence[PlantedFault], answers: Answers) -> None:
    if any(finding["rule"] in fault.accepted for fault in touched):
        rule.right += 1
    elif touched:
        rule.beside += 1
    elif finding["rule"] in OVER_TIME and answers.persons_in(finding) & answers.ever_wrong:
        rule.right += 1
    elif answers.persons_in(finding) & answers.odd:
        rule.odd += 1
    else:
        rule.false += 1
        rule.false_tasks += finding["severity"] in TASK_SEVERITIES


def _judge(kind: KindScore, fault: PlantedFault, findings: Sequence[Finding], answers: Answers) -> None:
    kind.planted += 1
    if not findings:
        return
    kind.detected += 1
    kind.named += any({finding["rule"], *(finding["kinds"] or ())} & fault.accepted for finding in findings)
    kind.first += any({finding["rule"], *(finding["kinds"] or ())[:1]} & fault.accepted for finding in findings)
    blaming = [finding for finding in findings if finding["culprit"]]
    if blaming:
        best = max(blaming, key=lambda finding: finding["p_culprit"] or 0.0)
        kind.judged += 1
        kind.blamed += best["culprit"] == fault.source
    offers = [
        (offer["probability"] or 0.0, any(_same(offer["value"], true) for true in wanted[offer["field"]]))
        for finding in findings
        for wanted in (answers.true_values(finding, fault),)
        for offer in finding["candidates"] or ()
        if offer["field"] in REPAIRABLE and offer["field"] in wanted
    ]
    if offers:
        kind.suggested += 1
        kind.repaired += max(offers, key=lambda offer: offer[0])[1]


def _same(value: str | None, true: str) -> bool:
    plain = (value or "").replace("-", "").strip().upper()
    return plain == true.upper() or (len(true) == 18 and plain[:18] == true)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _ratio(part: int, whole: int) -> str:
    return "–" if whole == 0 else f"{part / whole:.1%} ({part}/{whole})"


def _kind_line(kind: KindScore) -> str:
    cells = (
        f"`{kind.kind}`",
        str(kind.planted),
        _ratio(kind.detected, kind.planted),
        _ratio(kind.named, kind.planted),
        _ratio(kind.first, kind.planted),
        _ratio(kind.blamed, kind.judged),
        _ratio(kind.repaired, kind.suggested),
    )
    return "| " + " | ".join(cells) + " |"
