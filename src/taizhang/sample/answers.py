"""The truth of a county as the score asks for it: which mistakes stand in the rows that a finding shows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.errors import UserError
from taizhang.sweep.findings.schema import ENDED

TRUE_ODDITIES = ("shared_number", "born", "died", "renumbered_household", "bystander", "ends_in_000")
# A finding about these is not a false one: something did happen there, or the rule is made to ask.
Row = tuple[str, str, str, int]
Finding = Mapping[str, Any]


class ScoreError(UserError):
    """The folders given are not a sweep and a truth that belong together."""

    code: ClassVar[str] = "E-SAMPLE-SCORE"


def open_findings(sweep: Path, truth: Path) -> list[Finding]:
    """The open findings of a sweep; raises ScoreError when either folder lacks its files."""
    if not (sweep / "findings.parquet").is_file() or not (truth / "errors.parquet").is_file():
        raise ScoreError(
            "没有可比较的结果。",
            where="findings.parquet, truth/errors.parquet",
            why="给出的文件夹不是一次核查的结果，或不是演示县的真值。",
            hint="先运行核查，再给出该次核查的文件夹和演示县的 truth 文件夹。",
        )
    return [finding for finding in pq.read_table(sweep / "findings.parquet").to_pylist() if is_open(finding)]


@dataclass
class PlantedFault:
    """One mistake as it stands on the day.

    accepted: the planted code and the codes that say the same. fields: those written wrong. true: what should stand in the
    wrong cells, by row and field.
    """

    number: int
    source: str
    kind: str
    accepted: frozenset[str]
    fields: set[str] = field(default_factory=set)
    true: dict[tuple[Row, str], str] = field(default_factory=dict)

    def is_related(self, finding: Finding) -> bool:
        """A finding is about this mistake when it names its kind or speaks of its field."""
        said = {finding["rule"], *(finding["kinds"] or ())}
        return bool(said & self.accepted) or bool(self.fields & set(finding["fields"] or ()))


@dataclass
class Answers:
    """Lookups over the newest deliveries.

    faults: by number. wrong_rows: row → mistakes. left_out: person → mistakes that left the person's row out.
    in_household: (source, household) → mistakes. person_of: row → person. household_of: person → household. odd: persons
    with a true oddity. one_sheet: (source, file) whose sheet needs no name. row_count: written rows. days: newest
    delivery by source. ever_wrong: persons with a mistake in any delivery up to the day.
    """

    faults: dict[int, PlantedFault]
    wrong_rows: dict[Row, set[int]]
    left_out: dict[int, set[int]]
    in_household: dict[tuple[str, int], set[int]]
    person_of: dict[Row, int]
    household_of: dict[int, int]
    odd: set[int]
    one_sheet: set[tuple[str, str]]
    row_count: int
    days: dict[str, date]
    ever_wrong: set[int]

    @classmethod
    def read(cls, truth: Path, as_of: date) -> "Answers":
        """Read a truth folder as of a day: every source's newest delivery not after it."""
        presence = newest(pq.read_table(truth / "presence.parquet"), as_of)
        errors = newest(pq.read_table(truth / "errors.parquet"), as_of, days=_days(presence))
        rows = presence.to_pylist()
        sheets: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in rows:
            sheets[row["source"], row["file"]].add(row["sheet"])
        answers = cls(
            {},
            defaultdict(set),
            defaultdict(set),
            defaultdict(set),
            {},
            {},
            set(),
            set(),
            len(rows),
            _days(presence),
            set(),
        )
        answers.one_sheet = {file for file, names in sheets.items() if len(names) == 1}
        for row in rows:
            answers.person_of[answers.key(row["source"], row["file"], row["sheet"], row["row"])] = row["person"]
            answers.household_of[row["person"]] = row["household"]
        for error in errors.to_pylist():
            answers.add(error)
        every = pq.read_table(truth / "errors.parquet", columns=["as_of", "person"])
        answers.ever_wrong = set(every.filter(pc.less_equal(every["as_of"], pa.scalar(as_of)))["person"].to_pylist())
        facts = pq.read_table(truth / "circumstances.parquet").to_pylist()
        answers.odd = {fact["person"] for fact in facts if fact["what"] in TRUE_ODDITIES}
        return answers

    def key(self, source: str, file: str, sheet: str | None, row: int) -> Row:
        """A row's key; the sheet's name matters only where a file has several."""
        name = file.rsplit("/", 1)[-1]
        return (source, name, "" if (source, name) in self.one_sheet else sheet or "", row)

    def add(self, error: Mapping[str, Any]) -> None:
        """Take in one row of errors.parquet."""
        also = {code for code in (error["also"] or "").split("|") if code}
        fault = self.faults.get(error["fault"])
        if fault is None:
            fault = PlantedFault(error["fault"], error["source"], error["kind"], frozenset({error["kind"], *also}))
            self.faults[fault.number] = fault
        if error["row"] is None:
            self.left_out[error["person"]].add(fault.number)
        else:
            row = self.key(error["source"], error["file"], error["sheet"], error["row"])
            self.wrong_rows[row].add(fault.number)
            if error["field"]:
                fault.fields.add(error["field"])
                fault.true[row, error["field"]] = error["true_value"]
        self.in_household[error["source"], error["household"]].add(fault.number)
        if error["shown_in"] is not None:
            self.in_household[error["source"], error["shown_in"]].add(fault.number)

    def persons_in(self, finding: Finding) -> set[int]:
        """Everybody whose rows the finding shows."""
        keys = [self.key(row["source"], row["file"], row["sheet"], row["row"]) for row in finding["records"] or ()]
        return {self.person_of[key] for key in keys if key in self.person_of}

    def true_values(self, finding: Finding, fault: PlantedFault) -> dict[str, set[str]]:
        """By field, what should stand in the fault's cells that the finding shows."""
        keys = {self.key(row["source"], row["file"], row["sheet"], row["row"]) for row in finding["records"] or ()}
        values: dict[str, set[str]] = {}
        for (row, name), value in fault.true.items():
            if row in keys:
                values.setdefault(name, set()).add(value)
        return values

    def touched_by(self, finding: Finding) -> list[PlantedFault]:
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


def is_open(finding: Finding) -> bool:
    """True for a finding that was evaluated and stands."""
    return finding["delta"] not in ENDED and finding["observation"] in (None, "hit")


def as_of_sweep(sweep: Path) -> date:
    """The day of a sweep, from sweep.json or else from the folder's name."""
    about = sweep / "sweep.json"
    text = json.loads(about.read_text(encoding="utf-8")).get("as_of") if about.is_file() else None
    return date.fromisoformat((text or sweep.name)[:10])


def _days(presence: pa.Table) -> dict[str, date]:
    pairs = presence.group_by("source").aggregate([("as_of", "max")]).to_pylist()
    return {pair["source"]: pair["as_of_max"] for pair in pairs}


def newest(table: pa.Table, as_of: date, *, days: Mapping[str, date] | None = None) -> pa.Table:
    """The rows of every source's newest delivery not after a day."""
    table = table.filter(pc.less_equal(table["as_of"], pa.scalar(as_of)))
    newest = _days(table) if days is None else days
    return pa.concat_tables([table.slice(0, 0), *_of_days(table, newest.items())])


def _of_days(table: pa.Table, newest: Iterable[tuple[str, date]]) -> Iterable[pa.Table]:
    for source, day in newest:
        yield table.filter(pc.and_(pc.equal(table["source"], source), pc.equal(table["as_of"], pa.scalar(day))))
