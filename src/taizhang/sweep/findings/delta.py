"""What became of the findings of the sweep before: still open, proven gone, or ended without proof.

The closing law (rules-engine design, section 13): a finding goes only when a newer delivery of the source it is about
was evaluated and passes for its subject. Nothing goes because a row is absent, a value was emptied, a rule could not
run, or a delivery is held or its part about the subject was not taken. Three more ends prove nothing: out_of_rule of
what no rule asks any more or no ledger keeps any more (copies of the head), superseded of what is still wrong but is told
by another finding now, which is named, and source_left of what stands in a ledger that the county file names no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.intake.delivery.holding import shares_of_columns
from taizhang.sweep.findings.assemble import Finding
from taizhang.sweep.findings.schema import ENDED, FINDINGS, GONE, OUT_OF_RULE, SOURCE_LEFT, SUPERSEDED
from taizhang.sweep.findings.untaken import Untaken
from taizhang.sweep.findings.verdicts import HIT, PASS, UNKNOWN, Said, Today
from taizhang.sweep.history import finished_sweeps
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.rules.run import FAULT

HEAD_COPIES = frozenset({"PR-HEAD-NAME", "PR-HEAD-ID", "PR-HEAD-BOTH"})
_NO_RELAPSE = frozenset({SUPERSEDED, SOURCE_LEFT})
"""Ends after which a finding that is hit again was never away."""
HISTORY = pa.schema([
    ("finding_id", pa.string()), ("first_seen", pa.string()), ("open", pa.bool_()), ("reopened_count", pa.int32()),
    ("last_hit", pa.string()), ("ended", pa.string()),
])  # fmt: skip
"""last_hit: the sweep that hit it last. ended: gone, out_of_rule, superseded or source_left; null while it is open."""


@dataclass(frozen=True)
class Before:
    """What the earlier sweeps left: the open findings of the last one, and the history of every finding ever made.

    deliveries: of every finished sweep, source → the delivery it read; last: the name of the last sweep.
    """

    findings: pa.Table
    deliveries: Mapping[str, Mapping[str, str]]
    history: Mapping[str, Mapping[str, Any]]
    last: str = ""

    def read_when_hit(self, finding_id: str) -> Mapping[str, str]:
        """Source → delivery that was read when the finding was last hit; of the last sweep where that is not known."""
        sweep = self.history.get(finding_id, {}).get("last_hit")
        return self.deliveries.get(sweep or "", self.deliveries.get(self.last, {}))


def read_before(sweeps: Path, register: Path) -> Before:
    """The newest finished sweep of the lake; empty before the first one."""
    finished = finished_sweeps(sweeps)
    history_path = register / "finding.parquet"
    history = (
        {row["finding_id"]: row for row in pq.read_table(history_path).to_pylist()} if history_path.is_file() else {}
    )
    if not finished:
        return Before(FINDINGS.empty_table(), {}, history)
    last, _ = finished[-1]
    rows = pq.read_table(last / "findings.parquet", schema=FINDINGS)
    deliveries = {
        folder.name: {one["source"]: one["delivery"] for one in about["deliveries"]} for folder, about in finished
    }
    ended = pc.is_in(rows["delta"], value_set=pa.array(sorted(ENDED)))
    return Before(rows.filter(pc.invert(ended)), deliveries, history, last.name)


def with_delta(
    today: Today, findings: Sequence[Finding], before: Before, deliveries: Sequence[SourceDelivery], sweep_id: str
) -> list[Finding]:
    """Today's findings and those of the sweep before that are not among them, each with delta and observation."""
    made = {finding["finding_id"] for finding in findings}
    earlier = set(before.findings["finding_id"].to_pylist())
    for finding in findings:
        known = before.history.get(finding["finding_id"])
        finding["first_seen"] = known["first_seen"] if known else sweep_id
        finding["reopened_count"] = known["reopened_count"] if known else 0
        if finding["finding_id"] in earlier:
            finding["delta"] = "persisting"
        elif known is not None:
            finding["delta"] = "reopened"
            if known.get("ended") == OUT_OF_RULE:
                finding["cause"] = "rule"
            elif known.get("ended") not in _NO_RELAPSE:
                finding["reopened_count"] += 1
    again = pc.is_in(before.findings["finding_id"], value_set=pa.array(sorted(made), pa.string()))
    left = before.findings.filter(pc.invert(again)).to_pylist()
    out_of_rule = {finding["finding_id"] for finding in left if today.is_out_of_rule(finding)}
    of_no_source = {finding["finding_id"] for finding in left if _is_of_no_source(finding, today.sources)} - out_of_rule
    current = {delivery.source: delivery for delivery in deliveries}

    def when_hit(finding: Mapping[str, Any]) -> Path | None:
        name = before.read_when_hit(finding["finding_id"]).get(finding["source"])
        return current[finding["source"]].folder.with_name(name) if name and finding["source"] in current else None

    verdicts = today.verdicts(
        [finding for finding in left if finding["finding_id"] not in out_of_rule | of_no_source], when_hit
    )
    untaken = {source: Untaken.of(delivery) for source, delivery in current.items() if not delivery.is_whole}
    for finding in left:
        newer = _newer(finding, before, current)
        if finding["finding_id"] in out_of_rule:
            finding["delta"], finding["observation"], finding["cause"] = OUT_OF_RULE, "not_run", "rule"
        elif finding["finding_id"] in of_no_source:
            finding["delta"], finding["observation"], finding["cause"] = SOURCE_LEFT, "not_run", "source"
        elif _is_kept_no_more(finding, newer):
            finding["delta"], finding["observation"], finding["cause"] = OUT_OF_RULE, "not_run", "source"
        else:
            is_whole = not any(
                untaken[delivery.source].may_concern(finding, today.rules)
                for delivery in newer
                if delivery.source in untaken
            )
            _judge(finding, verdicts[finding["finding_id"]], newer, is_whole=is_whole)
    return [*findings, *left]


def _is_of_no_source(finding: Finding, sources: frozenset[str]) -> bool:
    """Whether what is complained about stands in no source of the county file any more.

    That is the row of the ledger that is probably wrong; where the evidence names none, every row that is shown. Also
    where a ledger is said to lack somebody whom no other ledger of the county has.
    """
    shown = {row["source"] for row in finding["records"]}
    blamed = {finding["culprit"]} if finding["culprit"] else shown or {finding["source"]} - {None}
    return any(bool(there) and there.isdisjoint(sources) for there in (blamed, shown))


def _is_kept_no_more(finding: Finding, newer: Sequence[SourceDelivery]) -> bool:
    """Whether a copy of the head is complained about that its ledger has no column for any more.

    Such a copy cannot differ, be corrected or be proven, so its finding ends; nothing was corrected. Where the layout of
    a delivery changed it counts only once somebody released it, and that columns went is told of the source.
    """
    if finding["rule"] not in HEAD_COPIES or not newer:
        return False
    kept = [shares_of_columns(delivery.manifest).keys() for delivery in newer]
    return all(kept) and all(
        delivery.is_whole and not delivery.held and not columns & set(finding["fields"])
        for delivery, columns in zip(newer, kept, strict=True)
    )


def _judge(finding: Finding, said: Said, newer: Sequence[SourceDelivery], *, is_whole: bool) -> None:
    """Set delta, observation and cause of a finding that is not made again.

    newer: the deliveries of its source, or sources, that came after the one in which it was last hit. Where one of
    them is held, or its part that the finding may stand in was not taken (is_whole), nothing closes.
    """
    observation = said.verdict
    if any(delivery.held for delivery in newer):
        observation = "held"
    elif observation == PASS and not is_whole:
        observation = UNKNOWN
    elif said.instead is not None:
        observation = HIT
    is_told_anew = bool(newer) or finding["rule"] == FAULT
    finding["observation"] = observation
    finding["delta"] = "persisting"
    if observation == PASS and is_told_anew:
        finding["delta"] = GONE
    elif observation == HIT and said.instead is not None:
        finding["delta"], finding["superseded_by"] = SUPERSEDED, said.instead
    finding["cause"] = "rule" if finding["rule"] == FAULT else "source" if newer else "link"


def _scope(finding: Finding, current: Mapping[str, SourceDelivery]) -> list[str]:
    """The sources whose newer delivery can close the finding: the one it is about, or any that it shows."""
    named = str(finding["scope_key"]).split("|")[0]
    if named in current:
        return [named]
    return [source for source in {record["source"] for record in finding["records"]} if source in current] or list(
        current
    )


def _newer(finding: Finding, before: Before, current: Mapping[str, SourceDelivery]) -> list[SourceDelivery]:
    """The current deliveries that came after those in which the finding was last hit."""
    last = before.read_when_hit(finding["finding_id"])
    return [current[source] for source in _scope(finding, current) if _is_newer(last.get(source), current[source])]


def _is_newer(last: str | None, delivery: SourceDelivery) -> bool:
    """Delivery folders begin with their day; of one day the delivery that a sweep reads is the later one."""
    return last is None or (delivery.name != last and delivery.as_of.isoformat() >= last[:10])


def history_after(findings: Sequence[Finding], before: Before, sweep_id: str) -> pa.Table:
    """The history of every finding ever made, after this sweep."""
    rows = {identity: dict(row) for identity, row in before.history.items()}
    for finding in findings:
        identity, delta = finding["finding_id"], finding["delta"]
        known = rows.get(identity, {}).get("last_hit")
        rows[identity] = {
            "finding_id": identity, "first_seen": finding["first_seen"], "open": delta not in ENDED,
            "reopened_count": finding["reopened_count"], "ended": delta if delta in ENDED else None,
            "last_hit": sweep_id if finding["observation"] == "hit" else known or before.last or None,
        }  # fmt: skip
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=HISTORY)


def to_table(findings: Sequence[Finding]) -> pa.Table:
    """The findings as findings.parquet stores them, ordered by identity."""
    return pa.Table.from_pylist(sorted(findings, key=lambda finding: finding["finding_id"]), schema=FINDINGS)
