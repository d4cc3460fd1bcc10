"""The figures of a sweep's report, each counted from the rows of findings.parquet it stands for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from taizhang.report.texts import Label, group_label, label
from taizhang.sweep.findings.masking import masked_value
from taizhang.sweep.findings.schema import DELTAS, OPEN_SQL

SEVERITIES = ("error", "warn", "suspect", "info")
_OF_EACH_RULE = 40
_PLACES, _CANDIDATES = 4, 3
_SEVERITY_ORDER = "list_position(['error','warn','suspect','info'], severity)"


@dataclass(frozen=True, slots=True)
class Counted:
    """A thing and how many open findings it has, by severity (in the order of SEVERITIES)."""

    key: str
    label: Label
    by_severity: tuple[int, ...]

    @property
    def total(self) -> int:
        """All severities together."""
        return sum(self.by_severity)


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """A rule's share of the report: counts, what it says, what to do, and one masked example."""

    rule: str
    group: str
    severity: str
    title: Label
    count: int
    towns: int
    message: Label
    hint: Label


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as the page and the lists show it.

    places, candidates, evidence: the first few of the finding's records, candidates and stored sentences, worded by
    `taizhang.report.wording`.
    """

    number: str
    rule: str
    group: str
    severity: str
    delta: str
    town_key: str
    town: str
    village: str
    household: str
    head: str
    name: str
    id_masked: str
    message: Label
    hint: Label
    places: tuple[dict[str, Any], ...]
    culprit_key: str
    culprit: str
    p_culprit: float | None
    candidates: tuple[dict[str, Any], ...]
    evidence: tuple[str, ...]
    deadline_workdays: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report counts. `towns` maps a town code to its counts by group for the map."""

    open_findings: int
    persons: int
    households: int
    by_delta: dict[str, int]
    by_severity: dict[str, int]
    by_source: list[Counted]
    by_town: list[Counted]
    by_group: list[Counted]
    rules: list[RuleFigure]
    town_groups: dict[tuple[str, str], int]


class FindingsFile:
    """The findings of one sweep, asked with SQL. Only masked columns leave it."""

    def __init__(self, path: Path) -> None:
        self._db = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
        self._db.read_parquet(str(path)).create_view("finding")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._db.close()

    def figures(self, source_titles: dict[str, str], rule_titles: dict[str, Label]) -> Figures:
        """Count everything a report shows. Findings that ended count only in `by_delta`."""
        one = self._rows(
            f"SELECT count(*), count(DISTINCT person_id), count(DISTINCT household_id) FROM finding WHERE {OPEN_SQL}"
        )[0]
        by_delta = dict(self._rows("SELECT delta, count(*) FROM finding GROUP BY delta"))
        by_severity = dict(self._rows(f"SELECT severity, count(*) FROM finding WHERE {OPEN_SQL} GROUP BY severity"))
        return Figures(
            open_findings=one[0],
            persons=one[1],
            households=one[2],
            by_delta={delta: by_delta.get(delta, 0) for delta in DELTAS},
            by_severity={severity: by_severity.get(severity, 0) for severity in SEVERITIES},
            by_source=self._counted(
                "coalesce(culprit, '')",
                lambda key, _: _plain(source_titles.get(key, key)) if key else label("undecided"),
            ),
            by_town=self._counted(
                "coalesce(town_code, '')",
                lambda key, name: _plain(name or key) if key else label("elsewhere"),
                name="town_name",
            ),
            by_group=self._counted("grp", lambda key, _: group_label(key)),
            rules=self._rules(rule_titles),
            town_groups={
                (town, group): count
                for town, group, count in self._rows(
                    f"SELECT coalesce(town_code, ''), grp, count(*) FROM finding WHERE {OPEN_SQL} GROUP BY ALL"
                )
            },
        )

    def most_serious(self, limit: int, source_titles: dict[str, str]) -> list[FindingRow]:
        """At most `limit` open findings, spread over the rules so that a common one does not hide the others."""
        return self._finding_rows(
            f"""WHERE finding_id IN (
                SELECT finding_id FROM (
                    SELECT finding_id, severity,
                        row_number() OVER (PARTITION BY rule ORDER BY {_SEVERITY_ORDER}, finding_id) AS place
                    FROM finding WHERE {OPEN_SQL})
                ORDER BY place > {_OF_EACH_RULE}, {_SEVERITY_ORDER}, finding_id LIMIT $limit)
            ORDER BY {_SEVERITY_ORDER}, rule, town_code NULLS LAST, village_code NULLS LAST, finding_id""",
            {"limit": limit},
            source_titles,
        )

    def towns(self) -> list[tuple[str, str, int]]:
        """(code, name, open findings) of every town that has findings; findings of no town come last under code ''."""
        return self._rows(
            f"""SELECT coalesce(town_code, '') AS code, CASE WHEN code = '' THEN '' ELSE coalesce(any_value(town_name), '') END, count(*)
            FROM finding WHERE {OPEN_SQL} GROUP BY 1 ORDER BY code = '', code"""
        )

    def of_town(self, town_code: str, source_titles: dict[str, str]) -> list[FindingRow]:
        """The open findings of a town by village, then severity, then household."""
        return self._finding_rows(
            f"""WHERE {OPEN_SQL} AND coalesce(town_code, '') = $town
            ORDER BY village_code NULLS LAST, village_name NULLS LAST, {_SEVERITY_ORDER}, household_no NULLS LAST, rule, finding_id""",
            {"town": town_code},
            source_titles,
        )

    def _rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, parameters or {}).fetchall()

    def _counted(self, key: str, named: Callable[[str, str], Label], *, name: str = "NULL") -> list[Counted]:
        counts = ", ".join(f"count(*) FILTER (WHERE severity = '{severity}')" for severity in SEVERITIES)
        found = self._rows(
            f"""SELECT {key} AS key, any_value({name}), {counts} FROM finding
            WHERE {OPEN_SQL} GROUP BY 1 ORDER BY count(*) DESC, key"""
        )
        return [Counted(row[0], named(row[0], row[1] or ""), tuple(row[2:])) for row in found]

    def _rules(self, titles: dict[str, Label]) -> list[RuleFigure]:
        found = self._rows(
            f"""SELECT rule, any_value(grp), any_value(severity), count(*), count(DISTINCT town_code),
                arg_min(message_zh, finding_id), arg_min(message_hant, finding_id), arg_min(message_en, finding_id),
                arg_min(hint_zh, finding_id), arg_min(hint_hant, finding_id), arg_min(hint_en, finding_id)
            FROM finding WHERE {OPEN_SQL} GROUP BY rule
            ORDER BY min({_SEVERITY_ORDER}) = 4, count(*) DESC, rule"""
        )
        return [
            RuleFigure(
                rule,
                group,
                severity,
                titles.get(rule, _plain(rule)),
                count,
                towns,
                Label(*map(_text, m)),
                Label(*map(_text, h)),
            )
            for rule, group, severity, count, towns, *texts in found
            for m, h in [(texts[:3], texts[3:])]
        ]

    def _finding_rows(self, tail: str, parameters: dict[str, Any], source_titles: dict[str, str]) -> list[FindingRow]:
        found = self._rows(
            f"""SELECT short_id, rule, grp, severity, delta, coalesce(town_code, ''), town_name, village_name, household_no, head_name, name, id_masked,
                message_zh, message_hant, message_en, hint_zh, hint_hant, hint_en, records, culprit, p_culprit, candidates,
                evidence, deadline_workdays
            FROM finding {tail}""",
            parameters,
        )
        return [_finding_row(row, source_titles) for row in found]


def _finding_row(row: tuple[Any, ...], source_titles: dict[str, str]) -> FindingRow:
    number, rule, group, severity, delta, town_key, town, village, household, head, name, masked = map(_text, row[:12])
    records, culprit, p_culprit, candidates, evidence, deadline = row[18:]
    return FindingRow(
        number=number,
        rule=rule,
        group=group,
        severity=severity,
        delta=delta,
        town_key=town_key,
        town=town,
        village=village,
        household=household,
        head=head,
        name=name,
        id_masked=masked,
        message=Label(*map(_text, row[12:15])),
        hint=Label(*map(_text, row[15:18])),
        places=tuple((records or [])[:_PLACES]),
        culprit_key=culprit or "",
        culprit=source_titles.get(culprit, culprit) if culprit else "",
        p_culprit=p_culprit,
        candidates=tuple(
            one | {"value": masked_value(one["field"], one["value"])} for one in (candidates or [])[:_CANDIDATES]
        ),
        evidence=tuple(evidence or ()),
        deadline_workdays=deadline,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _plain(text: str) -> Label:
    return Label(text, text, text)
