"""How well a sweep found what the sample planted.

Everything is counted per mistake ("fault") for what was found, and per finding for what was said, kind by kind: never
one blended rate (`identity.md` §18). Only findings that are open and were evaluated count.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.errors import UserError

TASK_SEVERITIES = ("error", "warn", "suspect")
TRUE_ODDITIES = ("shared_number", "born", "died", "renumbered_household")  # a finding about these is not a false one
REPAIRABLE = ("name", "id_no", "birth_date", "sex", "relation_to_head", "head_name", "head_id_no")
FILE_SUBJECTS = ("source", "file", "delivery", "sheet")
Row = tuple[str, str, str, int]


class ScoreError(UserError):
    """The folders given are not a sweep and a truth that belong together."""

    code = "E-SAMPLE-SCORE"


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
    if not (sweep / "findings.parquet").is_file() or not (truth / "errors.parquet").is_file():
        raise ScoreError(
            "没有可比较的结果。",
            where="findings.parquet, truth/errors.parquet",
            why="给出的文件夹不是一次核查的结果，或不是演示县的真值。",
            hint="先运行核查，再给出该次核查的文件夹和演示县的 truth 文件夹。",
        )
    as_of = _as_of(sweep)
    answers = _Answers.read(truth, as_of)
    findings = [finding for finding in pq.read_table(sweep / "findings.parquet").to_pylist() if _is_open(finding)]
    result = Score(as_of, answers.row_count, answers.row_count - len(answers.wrong_rows), len(answers.faults), 0)
    result.findings = len(findings)
    by_fault: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
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
        _judge(kinds.setdefault(fault.kind, KindScore(fault.kind)), fault, by_fault.get(fault.number, []))
    result.kinds = sorted(kinds.values(), key=lambda kind: kind.kind)
    result.rules = sorted(rules.values(), key=lambda rule: rule.rule)
    return result


@dataclass
class _Fault:
    number: int
    source: str
    kind: str
    accepted: frozenset[str]
    fields: set[str] = field(default_factory=set)
    true: dict[str, str] = field(default_factory=dict)

    def is_related(self, finding: Mapping[str, Any]) -> bool:
        """A finding is about this mistake when it names its kind or speaks of its field."""
        said = {finding["rule"], *(finding["kinds"] or ())}
        return bool(said & self.accepted) or bool(self.fields & set(finding["fields"] or ()))


@dataclass
class _Answers:
    faults: dict[int, _Fault]
    wrong_rows: dict[Row, set[int]]
    left_out: dict[int, set[int]]
    in_household: dict[tuple[str, int], set[int]]
    person_of: dict[Row, int]
    household_of: dict[int, int]
    odd: set[int]
    one_sheet: set[tuple[str, str]]
    row_count: int

    @classmethod
    def read(cls, truth: Path, as_of: date) -> "_Answers":
        presence = _newest(pq.read_table(truth / "presence.parquet"), as_of)
        errors = _newest(pq.read_table(truth / "errors.parquet"), as_of, days=_days(presence))
        rows = presence.to_pylist()
        sheets: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in rows:
            sheets[row["source"], row["file"]].add(row["sheet"])
        answers = cls({}, defaultdict(set), defaultdict(set), defaultdict(set), {}, {}, set(), set(), len(rows))
        answers.one_sheet = {file for file, names in sheets.items() if len(names) == 1}
        for row in rows:
            answers.person_of[answers.key(row["source"], row["file"], row["sheet"], row["row"])] = row["person"]
            answers.household_of[row["person"]] = row["household"]
        for error in errors.to_pylist():
            answers.add(error)
        facts = pq.read_table(truth / "circumstances.parquet").to_pylist()
        answers.odd = {fact["person"] for fact in facts if fact["what"] in TRUE_ODDITIES}
        return answers

    def key(self, source: str, file: str, sheet: str | None, row: int) -> Row:
        """A row's key; the sheet's name matters only where a file has several."""
        name = file.rsplit("/", 1)[-1]
        return (source, name, "" if (source, name) in self.one_sheet else sheet or "", row)

    def add(self, error: Mapping[str, Any]) -> None:
        also = {code for code in (error["also"] or "").split("|") if code}
        fault = self.faults.get(error["fault"])
        if fault is None:
            fault = _Fault(error["fault"], error["source"], error["kind"], frozenset({error["kind"], *also}))
            self.faults[fault.number] = fault
        if error["row"] is None:
            self.left_out[error["person"]].add(fault.number)
        else:
            row = self.key(error["source"], error["file"], error["sheet"], error["row"])
            self.wrong_rows[row].add(fault.number)
            if error["field"]:
                fault.fields.add(error["field"])
                fault.true[error["field"]] = error["true_value"]
        self.in_household[error["source"], error["household"]].add(fault.number)

    def persons_in(self, finding: Mapping[str, Any]) -> set[int]:
        """Everybody whose rows the finding shows."""
        keys = [self.key(row["source"], row["file"], row["sheet"], row["row"]) for row in finding["records"] or ()]
        return {self.person_of[key] for key in keys if key in self.person_of}

    def touched_by(self, finding: Mapping[str, Any]) -> list[_Fault]:
        """Mistakes in the rows the finding shows, in rows left out of those persons, in a household it is about."""
        found: set[int] = set()
        sources = set()
        for row in finding["records"] or ():
            found |= self.wrong_rows.get(self.key(row["source"], row["file"], row["sheet"], row["row"]), set())
            sources.add(row["source"])
        persons = self.persons_in(finding)
        for person in persons:
            found |= self.left_out.get(person, set())
            if finding["subject_type"] == "household" and person in self.household_of:
                for source in sources:
                    found |= self.in_household.get((source, self.household_of[person]), set())
        return [self.faults[number] for number in sorted(found)]


def _count(rule: RuleScore, finding: Mapping[str, Any], touched: Sequence[_Fault], answers: _Answers) -> None:
    if any(finding["rule"] in fault.accepted for fault in touched):
        rule.right += 1
    elif touched:
        rule.beside += 1
    elif answers.persons_in(finding) & answers.odd:
        rule.odd += 1
    else:
        rule.false += 1
        rule.false_tasks += finding["severity"] in TASK_SEVERITIES


def _judge(kind: KindScore, fault: _Fault, findings: Sequence[Mapping[str, Any]]) -> None:
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
    wanted = {name: value for name, value in fault.true.items() if name in REPAIRABLE}
    offers = [offer for finding in findings for offer in finding["candidates"] or () if offer["field"] in wanted]
    if offers:
        best_offer = max(offers, key=lambda offer: offer["probability"] or 0.0)
        kind.suggested += 1
        kind.repaired += _same(best_offer["value"], wanted[best_offer["field"]])


def _same(value: str | None, true: str) -> bool:
    plain = (value or "").replace("-", "").strip().upper()
    return plain == true.upper() or (len(true) == 18 and plain[:18] == true)


def _is_open(finding: Mapping[str, Any]) -> bool:
    return finding["delta"] != "gone" and finding["observation"] in (None, "hit")


def _as_of(sweep: Path) -> date:
    about = sweep / "sweep.json"
    text = json.loads(about.read_text(encoding="utf-8")).get("as_of") if about.is_file() else None
    return date.fromisoformat((text or sweep.name)[:10])


def _days(presence: pa.Table) -> dict[str, date]:
    pairs = presence.group_by("source").aggregate([("as_of", "max")]).to_pylist()
    return {pair["source"]: pair["as_of_max"] for pair in pairs}


def _newest(table: pa.Table, as_of: date, *, days: Mapping[str, date] | None = None) -> pa.Table:
    """The rows of every source's newest delivery not after a day."""
    table = table.filter(pc.less_equal(table["as_of"], pa.scalar(as_of)))
    newest = _days(table) if days is None else days
    return pa.concat_tables([table.slice(0, 0), *_of_days(table, newest.items())])


def _of_days(table: pa.Table, newest: Iterable[tuple[str, date]]) -> Iterable[pa.Table]:
    for source, day in newest:
        yield table.filter(pc.and_(pc.equal(table["source"], source), pc.equal(table["as_of"], pa.scalar(day))))


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
