"""What one sweep found, counted in its own files inside the viewer's area: figures of a past sweep stay what they were."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from taizhang.office.access.areas import EVERYWHERE, Area, Areas
from taizhang.office.access.scope import current_areas
from taizhang.office.errors import NotFound
from taizhang.office.findings.lake import county_code, inside_sql, place_sql, reading, sweep_folder
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.selectors.places import digits_below
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.schema import ENDED, OPEN_SQL

KEPT = 256
"""Counts kept in memory: some hundred numbers for every sweep and area that somebody looks at."""


@dataclass(frozen=True)
class Tally:
    """How many open findings one value has, and how many of them are new, back, or gone by now."""

    key: str
    name: str
    open: int
    new: int
    reopened: int
    gone: int


@dataclass(frozen=True)
class SweepPage:
    """One sweep in figures, within the viewer's area. Without the sweep's folder there are no figures."""

    run: SweepRun
    totals: dict[str, int]
    by_place: Sequence[Tally] = ()
    by_rule: Sequence[Tally] = ()
    by_source: Sequence[Tally] = ()
    severities: dict[str, int] = field(default_factory=dict)


def sweep_runs() -> QuerySet[SweepRun]:
    """All imported sweeps, newest first; their figures are the county's and name nobody."""
    return SweepRun.objects.all()


def sweep_page(name: str) -> SweepPage:
    """One sweep. Raises NotFound."""
    run = SweepRun.objects.filter(name=name).first()
    if run is None:
        raise NotFound
    path = sweep_folder(run.name) / "findings.parquet"
    if not path.is_file():
        return SweepPage(run, {})
    return SweepPage(run, **_figures(path, path.stat().st_mtime_ns, current_areas(), digits_below()))


@lru_cache(maxsize=KEPT)
def _figures(path: Path, written: int, areas: Areas, level: int) -> dict[str, Any]:
    """The fields of SweepPage besides its run: a sweep's file never changes, so they are counted once an area.

    written: of the file, so that one written anew under the name is counted anew. level: digits of the divisions below.
    """
    with reading(path.parent) as engine:
        engine.scan("finding_all", [path])
        engine.execute(
            f"CREATE OR REPLACE VIEW finding AS SELECT *, {place_sql()} AS place FROM finding_all"
            f" WHERE {inside_sql(areas, place_sql())}"
        )
        rows = engine.fetch("SELECT delta, severity, COUNT(*) AS n FROM finding GROUP BY ALL").to_pylist()
        place = f"RPAD(SUBSTR(place, 1, {level}), 12, '0')"
        return {
            "totals": {one: sum(row["n"] for row in rows if row["delta"] == one) for one in ("new", "persisting", "reopened", "gone")},
            "by_place": _tallies(engine, place, "village_name" if level == 12 else "town_name"),
            "by_rule": _tallies(engine, "rule", "rule"),
            "by_source": _tallies(engine, "source", "source"),
            "severities": {
                one: sum(row["n"] for row in rows if row["severity"] == one and row["delta"] not in ENDED)
                for one in ("error", "warn", "suspect", "info")
            },
        }  # fmt: skip


def _tallies(engine: Engine, key: str, name: str) -> list[Tally]:
    rows: list[dict[str, Any]] = engine.fetch(f"""
        SELECT {key} AS key, MIN({name}) AS name, COUNT(*) FILTER (WHERE {OPEN_SQL}) AS open,
            COUNT(*) FILTER (WHERE delta = 'new') AS new, COUNT(*) FILTER (WHERE delta = 'reopened') AS reopened,
            COUNT(*) FILTER (WHERE delta = 'gone') AS gone
        FROM finding WHERE NOT {key} IS NULL GROUP BY {key} ORDER BY open DESC, key LIMIT 40
    """).to_pylist()
    return [Tally(**row | {"name": row["name"] or row["key"]}) for row in rows]


def is_whole_county(areas: object) -> bool:
    """Whether a viewer's areas hold the whole county, so that the county's totals are theirs to see."""
    return areas is EVERYWHERE or (
        isinstance(areas, tuple) and any(isinstance(one, Area) and one.covers(county_code()) for one in areas)
    )
