"""The folder of a finished sweep: findings, masked lines, counts, and what it stood on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.assemble import Finding
from taizhang.sweep.findings.delta import to_table
from taizhang.sweep.findings.masking import masked_value

GROUP_ROWS = 4096
"""Rows of one row group, in the order of their key: whoever looks one up reads no more than so many."""


def write_findings(folder: Path, findings: Sequence[Finding], *, reveal: bool) -> None:
    """Write findings.parquet (full values, lake only) and findings.jsonl (masked unless revealed)."""
    ordered = sorted(findings, key=lambda one: str(one["finding_id"]))
    pq.write_table(to_table(ordered), folder / "findings.parquet", compression="zstd", row_group_size=GROUP_ROWS)
    line = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
    with (folder / "findings.jsonl").open("w", encoding="utf-8") as stream:
        for finding in ordered:
            stream.write(line.encode(finding if reveal else masked(finding)) + "\n")


def masked(finding: Finding) -> Finding:
    """A copy without full numbers or phones."""
    return finding | {
        "observed": [one | {"value": masked_value(one["field"], one["value"])} for one in finding["observed"] or ()],
        "candidates": [
            one | {"value": masked_value(one["field"], one["value"])} for one in finding["candidates"] or ()
        ],
    }


def write_passes(folder: Path, findings: Sequence[Finding]) -> None:
    """Write passes.parquet: subjects of open findings of the sweep before that are not hit today, with the verdict."""
    left = [finding for finding in findings if finding["observation"] != "hit"]
    names = ("finding_id", "rule", "subject", "source", "observation", "delta")
    pq.write_table(
        pa.table({name: pa.array([one[name] for one in left], pa.string()) for name in names}),
        folder / "passes.parquet",
    )


def write_counts(folder: Path, engine: Engine, findings: Sequence[Finding]) -> None:
    """Write counts.parquet: verdicts by rule, source and town for rules, findings for diagnoses."""
    schema = {"rule": pa.string(), "source": pa.string(), "town_code": pa.string(), "applicable": pa.int64(), "hits": pa.int64(),
              "passes": pa.int64(), "unknown": pa.int64(), "not_applicable": pa.int64(), "not_run": pa.string()}  # fmt: skip
    parts = []
    if engine.columns("rule_count"):
        table = engine.fetch(f"SELECT {', '.join(schema)} FROM rule_count ORDER BY rule, source, town_code")
        parts.append(table.cast(pa.schema(list(schema.items()))))
    tally: dict[tuple[str, str | None, str | None], int] = {}
    for finding in findings:
        if finding["observation"] == "hit" and str(finding["rule"]).startswith(("PR-", "XS-")):
            key = (finding["rule"], finding["source"], finding["town_code"])
            tally[key] = tally.get(key, 0) + 1
    ordered = sorted(tally.items(), key=lambda item: tuple(part or "" for part in item[0]))
    rows = [{"rule": rule, "source": source, "town_code": town, "hits": n} for (rule, source, town), n in ordered]
    parts.append(pa.Table.from_pylist(rows, schema=pa.schema(list(schema.items()))))
    pq.write_table(pa.concat_tables(parts), folder / "counts.parquet", compression="zstd")


def write_about(folder: Path, about: Mapping[str, Any]) -> None:
    """Write sweep.json; its presence says that the sweep is complete."""
    (folder / "sweep.json").write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
