"""What one sweep found, counted in its own files inside the viewer's area: figures of a past sweep stay what they were."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from taizhang.office.access.areas import EVERYWHERE, Area
from taizhang.office.access.scope import current_areas
from taizhang.office.errors import NotFound
from taizhang.office.findings.lake import county_code, inside_sql, place_sql, reading, sweep_folder
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.selectors.places import digits_below
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.schema import ENDED, OPEN_SQL


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


def sweep_runs() -> list[SweepRun]:
    """All imported sweeps, newest first; their figures are the county's and name nobody."""
    return list(SweepRun.objects.all()[:200])


def sweep_page(name: str) -> SweepPage:
    """One sweep. Raises NotFound."""
    run = SweepRun.objects.filter(name=name).first()
    if run is None:
        raise NotFound
    path = sweep_folder(run.name) / "findings.parquet"
    if not path.is_file():
        return SweepPage(run, {})
    with reading(path.parent) as engine:
        engine.scan("finding_all", [path])
        engine.execute(
            f"CREATE OR REPLACE VIEW finding AS SELECT *, {place_sql()} AS place FROM finding_all"
            f" WHERE {inside_sql(current_areas(), place_sql())}"
        )
        rows = engine.fetch("SELECT delta, severity, COUNT(*) AS n FROM finding GROUP BY ALL").to_pylist()
        level = digits_below()
        return SweepPage(
            run,
            {one: sum(row["n"] for row in rows if row["delta"] == one) for one in ("new", "persisting", "reopened", "gone")},
            _tallies(engine, f"RPAD(SUBSTR(place, 1, {level}), 12, '0')", "village_name" if level == 12 else "town_name"),
            _tallies(engine, "rule", "rule"),
            _tallies(engine, "source", "source"),
            {one: sum(row["n"] for row in rows if row["severity"] == one and row["delta"] not in ENDED)
             for one in ("error", "warn", "suspect", "info")},
        )  # fmt: skip


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
