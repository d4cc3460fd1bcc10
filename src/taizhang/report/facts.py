"""What a report says besides the findings: titles of rules and sources, and what was delivered."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from taizhang.intake.county import County, SourceSpec
from taizhang.intake.delivery.releasing import is_held
from taizhang.intake.divisions import has_divisions
from taizhang.report.page import PageFacts, SourceFacts
from taizhang.report.texts import Label, label
from taizhang.sweep.findings.schema import OPEN_SQL
from taizhang.sweep.rules import service

SYNTHETIC_MARK = "truth"
"""A folder of this name beside county.toml holds the truth of a sample county: no real county has one."""


def rule_titles(county: County) -> dict[str, Label]:
    """Rule id to its title."""
    return {rule.id: Label(rule.title.zh, rule.title.zh_hant, rule.title.en) for rule in service.list_rules(county)}


def source_titles(county: County) -> dict[str, str]:
    """Source id to how the county calls it."""
    return {source.id: source.title for source in county.sources}


def page_facts(county: County, folder: Path) -> PageFacts:
    """Read the facts of the sweep in `folder`."""
    said: dict[str, Any] = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    delivered = {one["source"]: one for one in said["deliveries"]}
    records = int(said["counts"]["records"])
    not_taken = _not_taken(county)
    return PageFacts(
        county=county.name,
        sweep=said["sweep_id"],
        as_of=date.fromisoformat(said["as_of"]),
        records=records,
        clean_records=records - _records_with_findings(folder / "findings.parquet"),
        rules_run=sum(rule.status == "active" for rule in service.list_rules(county)),
        synthetic=(county.file.parent / SYNTHETIC_MARK).is_dir(),
        sources=tuple(
            _source(county, source, delivered.get(source.id), source.id in not_taken) for source in county.sources
        ),
        has_divisions=has_divisions(county),
    )


def _not_taken(county: County) -> frozenset[str]:
    """Sources that the last intake could not take whole: a missing folder, refused files, waiting sheets."""
    path = county.data / "intake.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8"))["incomplete"]) if path.is_file() else frozenset()


def _source(county: County, source: SourceSpec, delivered: dict[str, Any] | None, is_not_taken: bool) -> SourceFacts:  # noqa: FBT001
    if delivered is None:
        return SourceFacts(source.id, source.title, None, 0, 0, 0, "missing")
    path = county.data / "deliveries" / source.id / delivered["delivery"] / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    counts = manifest["counts"]
    incomplete = bool(is_not_taken or counts["waiting_sheets"] or counts["refused_files"])
    remarks = [
        label("file_refused").filled(file=file["name"]) for file in manifest["files"] if file["status"] == "refused"
    ]
    waiting = [
        label("sheet_waiting").filled(file=file["name"], sheet=sheet["name"])
        for file in manifest["files"]
        for sheet in file["sheets"]
        if sheet["status"] == "waiting"
    ]
    if is_not_taken and not source.folder.is_dir():
        remarks.append(label("folder_missing"))
    return SourceFacts(
        source=source.id,
        title=source.title,
        as_of=date.fromisoformat(manifest["as_of"]),
        files=len(manifest["files"]),
        rows=int(counts["kept"]),
        set_aside=int(counts["quarantined"]),
        state="held" if is_held(path.parent) else "incomplete" if incomplete else "complete",
        remarks=tuple(_shortened(remarks + waiting)),
    )


def _shortened(remarks: list[Label], most: int = 8) -> list[Label]:
    return remarks if len(remarks) <= most else [*remarks[:most], label("places_in_all").filled(n=len(remarks))]


def _records_with_findings(findings: Path) -> int:
    """Records that some open finding above a note stands on; of a finding with a culprit, only the culprit's."""
    with duckdb.connect(config={"threads": 2}) as db:
        db.read_parquet(str(findings)).create_view("finding")
        row = db.execute(
            f"""SELECT count(DISTINCT (record.source, record.delivery, record.file_no, record.sheet, record.row)) FROM (
                SELECT culprit, unnest(records) AS record FROM finding WHERE {OPEN_SQL} AND severity <> 'info')
            WHERE culprit IS NULL OR record.source = culprit"""
        ).fetchone()
    return int(row[0]) if row else 0
