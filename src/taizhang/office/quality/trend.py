"""How the figures went from sweep to sweep, counted in the sweeps' own files: the figures of a past sweep stay as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from taizhang.office.access.areas import Areas
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.catalogue import IDENTITY_GROUPS
from taizhang.office.findings.lake import inside_sql, place_sql, reading, sweep_folder
from taizhang.office.findings.models import SweepRun
from taizhang.sweep.findings.schema import OPEN_SQL

SHOWN = 12
"""Sweeps that a trend shows, the newest."""
REMEMBERED = 1024


@dataclass(frozen=True)
class Figures:
    """What one sweep found in the areas. wrong: persons whose number or name an open error or warning is about."""

    persons: int
    wrong: int
    open: int
    new: int
    gone: int
    reopened: int

    @property
    def right(self) -> float | None:
        """The share of persons with nothing wrong about number or name; None where nobody is there."""
        return None if not self.persons else max(0.0, 1 - self.wrong / self.persons)


@dataclass(frozen=True)
class Point:
    """A sweep with its figures."""

    name: str
    as_of: date
    figures: Figures


def trend() -> list[Point]:
    """The newest sweeps whose files are still there, oldest first, in the open scope."""
    areas = current_areas()
    found = [
        (run, figures) for run in SweepRun.objects.all()[:SHOWN] if (figures := _figures(run.name, areas)) is not None
    ]
    return [Point(run.name, run.as_of, figures) for run, figures in reversed(found)]


def _figures(name: str, areas: Areas) -> Figures | None:
    is_there = all((sweep_folder(name) / one).is_file() for one in ("findings.parquet", "persons.parquet"))
    return _counted(str(sweep_folder(name)), name, areas) if is_there else None


@lru_cache(maxsize=REMEMBERED)
def _counted(folder: str, name: str, areas: Areas) -> Figures:
    """The figures of a sweep, whose files never change. folder: tells installations of one process apart."""
    path = sweep_folder(name)
    inside = inside_sql(areas, place_sql())
    with reading(path) as engine:
        engine.scan("finding", [path / "findings.parquet"])
        engine.scan("person", [path / "persons.parquet"])
        (found,) = engine.fetch(f"""
            SELECT COUNT(*) FILTER (WHERE {OPEN_SQL}) AS open, COUNT(*) FILTER (WHERE delta = 'new') AS new,
                COUNT(*) FILTER (WHERE delta = 'gone') AS gone, COUNT(*) FILTER (WHERE delta = 'reopened') AS reopened,
                COUNT(DISTINCT person_id) FILTER (WHERE {OPEN_SQL} AND grp IN ({_listed(IDENTITY_GROUPS)})
                    AND severity IN ('error', 'warn')) AS wrong
            FROM finding WHERE {inside}
        """).to_pylist()
        (there,) = engine.fetch(f"SELECT COUNT(*) AS persons FROM person WHERE {inside}").to_pylist()
    return Figures(**there, **found)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
