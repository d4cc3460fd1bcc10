"""What an import asks of a sweep's folder, answered by DuckDB in place."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from taizhang.office.findings.lake import place_sql, reading
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.schema import ENDED

MOVING = frozenset({"delta", "observation", "first_seen", "cause", "superseded_by", "records", "params", "rule_digest"})
"""Columns that change while nothing about the finding does: where its rows stand now, and what the sweep made of it."""


def rules_not_run(folder: Path) -> dict[str, str]:
    """Rule → why it was not run, from counts.parquet."""
    with reading(folder) as engine:
        engine.scan("counted", [folder / "counts.parquet"])
        rows = engine.fetch(
            "SELECT rule, MIN(not_run) AS why FROM counted WHERE NOT not_run IS NULL AND not_run <> '' GROUP BY rule ORDER BY rule"
        )
    return dict(zip(rows["rule"].to_pylist(), rows["why"].to_pylist(), strict=True))


def changed_findings(folder: Path, before: Path | None, watched: Sequence[str]) -> tuple[pa.Table, set[str]]:
    """Rows of findings.parquet that an import has to look at, and the ids of all rows.

    Those that are new, back, gone, not hit, or in a watched state; and those that say something else than in `before`.
    """
    path = before / "findings.parquet" if before is not None else None
    has_before = path is not None and path.is_file()
    with reading(*([folder, path.parent] if has_before and path is not None else [folder]), threads=2) as engine:
        engine.scan("finding", [folder / "findings.parquet"])
        there = set(engine.fetch("SELECT finding_id FROM finding")["finding_id"].to_pylist())
        if not has_before or path is None:
            return engine.fetch("SELECT * FROM finding"), there
        engine.scan("finding_before", [path])
        engine.register("watched_raw", pa.table({"finding_id": pa.array(watched, pa.string())}))
        known = engine.columns("finding_before")
        told = [name for name in engine.columns("finding") if name in known and name not in MOVING]
        now, then = (", ".join(f"{side}.{name}" for name in told) for side in ("f", "b"))
        rows = engine.fetch(f"""
            SELECT * FROM finding WHERE finding_id IN (
                SELECT f.finding_id FROM finding AS f LEFT JOIN finding_before AS b ON b.finding_id = f.finding_id
                WHERE f.delta <> 'persisting' OR f.observation <> 'hit' OR b.finding_id IS NULL
                    OR ROW({now}) IS DISTINCT FROM ROW({then})
                UNION ALL SELECT finding_id FROM watched_raw)
        """)
    return rows, there


def ended_meanwhile(folders: Sequence[Path], identities: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Finding → how it ended, and the finding that superseded it or "", in the last of these sweeps that tells of it.

    folders: oldest first.
    """
    found: dict[str, tuple[str, str]] = {}
    for folder in folders:
        with reading(folder) as engine:
            engine.scan("finding", [folder / "findings.parquet"])
            engine.register("wanted", pa.table({"finding_id": pa.array(identities, pa.string())}))
            by = "COALESCE(f.superseded_by, '')" if "superseded_by" in engine.columns("finding") else "''"
            rows = engine.fetch(
                f"SELECT f.finding_id, f.delta, {by} AS superseded_by FROM finding AS f"
                " SEMI JOIN wanted AS w ON w.finding_id = f.finding_id"
            )
        found |= {row["finding_id"]: (row["delta"], row["superseded_by"]) for row in rows.to_pylist()}
    return {identity: ended for identity, ended in found.items() if ended[0] in ENDED}


def further_places(folder: Path, identities: pa.ChunkedArray) -> list[tuple[str, str]]:
    """(finding, division) for every division besides its own in which a finding has a record or an involved person."""
    with reading(folder, threads=2) as engine:
        engine.scan("finding_all", [folder / "findings.parquet"])
        engine.scan("person_all", [folder / "persons.parquet"])
        engine.register("wanted", pa.table({"finding_id": identities.combine_chunks()}))
        return _further(engine)


def _further(engine: Engine) -> list[tuple[str, str]]:
    rows = engine.fetch(f"""
        WITH finding AS (
            SELECT finding_id, person_id, involved, {place_sql()} AS own,
                LIST_TRANSFORM(records, lambda one: one.source) AS sources
            FROM finding_all SEMI JOIN wanted USING (finding_id)),
        kept AS (
            SELECT finding_id, own, sources, person_id AS person, FALSE AS is_other FROM finding WHERE NOT person_id IS NULL
            UNION ALL SELECT finding_id, own, sources, UNNEST(involved), TRUE FROM finding),
        placed AS (
            SELECT k.finding_id, k.own, p.village_code AS code FROM kept AS k JOIN person_all AS p ON p.person_id = k.person
            WHERE k.is_other
            UNION ALL
            SELECT k.finding_id, k.own, r.village_code FROM (
                SELECT k.finding_id, k.own, k.sources, UNNEST(p.records) AS r FROM kept AS k
                JOIN person_all AS p ON p.person_id = k.person WHERE NOT k.is_other) AS k
            WHERE LIST_CONTAINS(k.sources, r.source))
        SELECT DISTINCT finding_id, code FROM placed
        WHERE NOT code IS NULL AND LENGTH(code) = 12 AND code <> own ORDER BY finding_id, code
    """)
    return list(zip(rows["finding_id"].to_pylist(), rows["code"].to_pylist(), strict=True))
