"""What became of the findings of the sweep before: new, persisting, reopened, gone.

The closing law (rules-engine design, section 13): a finding goes only when a newer delivery of the source it is about
was evaluated and passes for its subject. Nothing goes because a row is absent, a value was emptied, a rule could not
run, or a delivery is held.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.assemble import Finding
from taizhang.sweep.findings.schema import FINDINGS
from taizhang.sweep.lake import SourceDelivery

HISTORY = pa.schema([
    ("finding_id", pa.string()), ("first_seen", pa.string()), ("open", pa.bool_()), ("reopened_count", pa.int32()),
])  # fmt: skip
PASS, UNKNOWN, NOT_APPLICABLE = 1, 3, 0
ABOUT_PRESENCE = frozenset(
    {"XS-MISSING", "XS-EXTRA", "PR-DUP-ROW", "PR-DUP-HOUSEHOLD", "PR-DUP-15-18", "PR-DUP-DISABILITY"}
)
"""Findings that an incomplete delivery could seem to mend, because a row it lacks may stand in what was not taken."""
_VERDICTS = {PASS: "pass", UNKNOWN: "unknown", NOT_APPLICABLE: "not_applicable"}


@dataclass(frozen=True)
class Before:
    """The last sweep: its open findings, the deliveries it read, and the history of every finding ever made."""

    findings: pa.Table
    deliveries: Mapping[str, str]
    history: Mapping[str, Mapping[str, Any]]


def read_before(sweeps: Path, register: Path) -> Before:
    """The newest finished sweep of the lake; empty before the first one."""
    finished = _finished(sweeps)
    history_path = register / "finding.parquet"
    history = (
        {row["finding_id"]: row for row in pq.read_table(history_path).to_pylist()} if history_path.is_file() else {}
    )
    if not finished:
        return Before(FINDINGS.empty_table(), {}, history)
    about, folder = finished[-1]
    rows = pq.read_table(folder / "findings.parquet", schema=FINDINGS)
    deliveries = {one["source"]: one["delivery"] for one in about["deliveries"]}
    return Before(rows.filter(pc.not_equal(rows["delta"], "gone")), deliveries, history)


def _finished(sweeps: Path) -> list[tuple[dict[str, Any], Path]]:
    found = []
    for folder in sweeps.iterdir() if sweeps.is_dir() else ():
        about = folder / "sweep.json"
        if about.is_file():
            loaded = json.loads(about.read_text("utf-8"))
            found.append((loaded.get("order", 0), folder.name, loaded, folder))
    return [(loaded, folder) for _, _, loaded, folder in sorted(found, key=lambda one: one[:2])]


def with_delta(
    engine: Engine, findings: Sequence[Finding], before: Before, deliveries: Sequence[SourceDelivery], sweep_id: str
) -> list[Finding]:
    """Today's findings and those of the sweep before that are not among them, each with delta and observation."""
    today = {finding["finding_id"] for finding in findings}
    earlier = set(before.findings["finding_id"].to_pylist())
    for finding in findings:
        known = before.history.get(finding["finding_id"])
        finding["first_seen"] = known["first_seen"] if known else sweep_id
        finding["reopened_count"] = known["reopened_count"] if known else 0
        if finding["finding_id"] in earlier:
            finding["delta"] = "persisting"
        elif known is not None:
            finding["delta"] = "reopened"
            finding["reopened_count"] += 1
    again = pc.is_in(before.findings["finding_id"], value_set=pa.array(sorted(today), pa.string()))
    left = before.findings.filter(pc.invert(again)).to_pylist()
    verdicts = _verdicts(engine, left)
    current = {delivery.source: delivery for delivery in deliveries}
    for finding in left:
        observation = _observed(finding, before, current, verdicts.get(finding["finding_id"], "absent"))
        closes = observation == "pass" and _is_newer(finding, before, current)
        finding["observation"] = observation
        finding["delta"] = "gone" if closes else "persisting"
        finding["cause"] = "source" if _is_newer(finding, before, current) else "link"
    return [*findings, *left]


def _scope(finding: Finding, current: Mapping[str, SourceDelivery]) -> list[str]:
    """The sources whose newer delivery can close the finding: the one it is about, or any that it shows."""
    named = str(finding["scope_key"]).split("|")[0]
    if named in current:
        return [named]
    return [source for source in {record["source"] for record in finding["records"]} if source in current] or list(
        current
    )


def _is_newer(finding: Finding, before: Before, current: Mapping[str, SourceDelivery]) -> bool:
    return any(before.deliveries.get(source) != current[source].name for source in _scope(finding, current))


def _observed(finding: Finding, before: Before, current: Mapping[str, SourceDelivery], verdict: str) -> str:
    scope = _scope(finding, current)
    newer = [current[source] for source in scope if before.deliveries.get(source) != current[source].name]
    if any(delivery.held for delivery in newer):
        return "held"
    if verdict == "pass" and finding["rule"] in ABOUT_PRESENCE and not all(delivery.is_whole for delivery in newer):
        return "unknown"
    return verdict


def _verdicts(engine: Engine, left: Sequence[Finding]) -> dict[str, str]:
    """For findings that are not made again: how their rule judges their subject in their source today."""
    found: dict[str, str] = {}
    found |= _row_verdicts(engine, left)
    there = _present(engine, left)
    for finding in left:
        identity = finding["finding_id"]
        if identity in found:
            continue
        if finding["subject_type"] in {"person", "household"}:
            found[identity] = "pass" if identity in there else "absent"
        else:
            found[identity] = "pass"
    return found


def _row_verdicts(engine: Engine, left: Sequence[Finding]) -> dict[str, str]:
    """Verdicts of row rules, read from the words the rules left in the engine (two bits a rule and record)."""
    words = engine.columns("rule_word_record")
    if not words or not engine.columns("rule_position_record"):
        return {}
    asked = [finding for finding in left if finding["person_id"] is not None and finding["source"]]
    if not asked:
        return {}
    engine.register(
        "asked_finding",
        pa.table({
            "finding_id": pa.array([f["finding_id"] for f in asked], pa.string()),
            "rule": pa.array([f["rule"] for f in asked], pa.string()),
            "person_id": pa.array([f["person_id"] for f in asked], pa.int64()),
            "source": pa.array([f["source"] for f in asked], pa.string()),
        }),
    )  # fmt: skip
    numbers = [name for name in words if name[0] == "w" and name[1:].isdigit()]
    bits = "CASE p.word " + " ".join(f"WHEN {name[1:]} THEN t.{name}" for name in numbers) + " END"
    table = engine.fetch(f"""
        SELECT a.finding_id, MIN(({bits} // p.place) % 4) AS low, MAX(({bits} // p.place) % 4) AS high
        FROM asked_finding AS a
        JOIN rule_position_record AS p ON p.rule = a.rule AND p.source = a.source
        JOIN rule_word_record AS t ON t.person_id = a.person_id AND t.source = a.source
        GROUP BY a.finding_id
    """)
    found = {}
    for identity, low, high in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        found[identity] = (
            "pass" if low == high == PASS else _VERDICTS.get(max(low, 0) if low != PASS else high, "unknown")
        )
    return found


def _present(engine: Engine, left: Sequence[Finding]) -> set[str]:
    """Findings whose subject still has a row in the source they are about (in any source where they name none)."""
    asked = [
        finding
        for finding in left
        if finding["subject_type"] in {"person", "household"} and (finding["subject"] or "").isdigit()
    ]
    if not asked:
        return set()
    engine.register(
        "asked_subject",
        pa.table({
            "finding_id": pa.array([f["finding_id"] for f in asked], pa.string()),
            "is_person": pa.array([f["subject_type"] == "person" for f in asked], pa.bool_()),
            "subject": pa.array([int(f["subject"]) for f in asked], pa.int64()),
            "source": pa.array([f["source"] for f in asked], pa.string()),
        }),
    )  # fmt: skip
    table = engine.fetch("""
        SELECT DISTINCT a.finding_id FROM asked_subject AS a JOIN record AS r
            ON r.person_id = a.subject AND (a.source IS NULL OR r.source = a.source) WHERE a.is_person
        UNION
        SELECT DISTINCT a.finding_id FROM asked_subject AS a JOIN record AS r
            ON r.household_id = a.subject AND (a.source IS NULL OR r.source = a.source) WHERE NOT a.is_person
    """)
    return set(table["finding_id"].to_pylist())


def history_after(findings: Sequence[Finding], before: Before) -> pa.Table:
    """The history of every finding ever made, after this sweep."""
    rows = {identity: dict(row) for identity, row in before.history.items()}
    for finding in findings:
        rows[finding["finding_id"]] = {
            "finding_id": finding["finding_id"], "first_seen": finding["first_seen"], "open": finding["delta"] != "gone",
            "reopened_count": finding["reopened_count"],
        }  # fmt: skip
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=HISTORY)


def to_table(findings: Sequence[Finding]) -> pa.Table:
    """The findings as findings.parquet stores them, ordered by identity."""
    return pa.Table.from_pylist(sorted(findings, key=lambda finding: finding["finding_id"]), schema=FINDINGS)
