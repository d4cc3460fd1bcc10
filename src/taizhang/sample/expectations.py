"""Whether a sweep of the scenario found what had to be found, and kept silent where it had to."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taizhang.sample.answers import Answers, Finding, as_of_sweep, open_findings
from taizhang.sample.score import TASK_SEVERITIES


@dataclass(frozen=True)
class GroupResult:
    """One line of the table of the information check.

    planted: problems standing on the day. found: those whose first explanation is an expected code. tasks: findings of
    the group's clean persons that would make a task, which must be 0 for the clean groups.
    """

    group: str
    planted: int
    found: int
    tasks: int

    @property
    def passes(self) -> bool:
        """At least 95 % found, and nothing said about clean persons."""
        return self.found >= 0.95 * self.planted and self.tasks == 0


def check_scenario(sweep_folder: Path | str, truth_folder: Path | str) -> list[GroupResult]:
    """Compare a sweep with truth/expected.csv, group by group in the order of the file.

    Raises ScoreError when a folder lacks its files.
    """
    sweep, truth = Path(sweep_folder), Path(truth_folder)
    findings = open_findings(sweep, truth)
    as_of = as_of_sweep(sweep)
    answers = Answers.read(truth, as_of)
    day = max(row for row in answers.days.values()).isoformat()
    by_person: dict[int, list[Finding]] = {}
    for finding in findings:
        for person in answers.persons_in(finding):
            by_person.setdefault(person, []).append(finding)
    with (truth / "expected.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    results: dict[str, GroupResult] = {}
    for line in lines:
        before = results.get(line["group"], GroupResult(line["group"], 0, 0, 0))
        told = [finding for person in line["persons"].split("|") for finding in by_person.get(int(person), [])]
        if line["finding"] == "no":
            tasks = {finding["finding_id"] for finding in told if _makes_task(finding, line["field"])}
            results[line["group"]] = GroupResult(before.group, 0, 0, before.tasks + len(tasks))
        elif day in line["deliveries"].split("|"):
            found = _explained(told, line["expected"].split("|"))
            results[line["group"]] = GroupResult(before.group, before.planted + 1, before.found + found, before.tasks)
    return list(results.values())


def _makes_task(finding: Finding, field: str) -> bool:
    """Only findings about who the person is count against a clean person."""
    about_identity = finding["rule"].startswith(("ID-", "NM-", "PR-", "XS-"))
    return (
        about_identity and finding["severity"] in TASK_SEVERITIES and (not field or field in (finding["fields"] or ()))
    )


def _explained(findings: Sequence[Finding], expected: Sequence[str]) -> bool:
    firsts = {code for finding in findings for code in (finding["rule"], *(finding["kinds"] or ())[:1])}
    return bool(firsts & set(expected))
