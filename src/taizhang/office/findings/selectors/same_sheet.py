"""Which findings stand beside one another in a delivered file: in one column of a sheet, and there in rows that follow.

A column that slid, or a fill handle that was drawn too far, is one mistake with many findings; what tells it is where they
stand in the file, which the newest sweep knows and the office's own tables do not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.lake import reading, sweep_folder
from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.sweep.findings.schema import OPEN_SQL

FURTHEST = 3
"""Rows from one to the next that still follow: two between them may be right by chance, or known to no other ledger (ADR 0035)."""
MOST = 5000
"""Findings of a column beyond which it is told of as the whole ledger's; a list of more keys no database is asked for."""
SWEEPS = 2
"""Sweeps of which the places are kept in memory, half a megabyte for 9,000 cells: the newest and the one before."""

Spot = tuple[int, str]
"""A row of a sheet, and the finding that complains of a cell in it."""


@dataclass(frozen=True)
class Beside:
    """Ids of findings of one rule, whatever the scope: whoever asks narrows them to it. Empty for more than MOST.

    column: in the same column of the same sheet as a finding, itself included. block: those of them whose rows follow one
    another, at most FURTHEST apart, from or to the finding's own.
    """

    column: frozenset[str] = frozenset()
    block: frozenset[str] = frozenset()


def beside(finding: Finding) -> Beside:
    """What stands beside a finding in its sheet, by the newest sweep.

    Nothing where it belongs to another division than the open scope, or stands in no cell.
    """
    run = SweepRun.objects.first()
    path = sweep_folder(run.name) / "findings.parquet" if run is not None else None
    if not covered(finding.division_code, current_areas()) or path is None or not path.is_file():
        return Beside()
    columns = _columns(path, finding.pk)
    blocks = [block for column in columns for block in _blocks(column) if any(one == finding.pk for _row, one in block)]
    return Beside(_few(columns), _few(blocks))


def beside_known(viewer: Actor, short_id: str) -> Beside:
    """The same for a finding by its short number; nothing where the viewer does not see it."""
    finding: Finding | None = findings_of(viewer).filter(short_id=short_id).first()
    return beside(finding) if finding is not None else Beside()


def _few(spots: Iterable[Sequence[Spot]]) -> frozenset[str]:
    found = frozenset(identity for of in spots for _row, identity in of)
    return found if len(found) <= MOST else frozenset()


def _columns(path: Path, identity: str) -> list[list[Spot]]:
    """For every column in which a finding stands the spots of all findings of its rule, by row."""
    spots = _spots(path, path.stat().st_mtime_ns)
    own = pc.unique(spots.filter(pc.equal(spots["finding_id"], identity))["place"])
    found = [spots.filter(pc.equal(spots["place"], place)) for place in own]
    return [list(zip(one["row"].to_pylist(), one["finding_id"].to_pylist(), strict=True)) for one in found]


def _blocks(column: Sequence[Spot]) -> Iterator[list[Spot]]:
    """A column cut wherever the next row is further away."""
    block: list[Spot] = []
    for spot in column:
        if block and spot[0] - block[-1][0] > FURTHEST:
            yield block
            block = []
        block.append(spot)
    yield block


@lru_cache(maxsize=SWEEPS)
def _spots(path: Path, _changed: int) -> pa.Table:
    """Every cell an open finding complains of: finding_id, place (a number for rule and column of a sheet) and row, in their order.

    Of the source that is probably wrong, else of the one the finding is about; the others are witnesses.
    """
    with reading(path.parent) as engine:
        engine.scan("finding", [path])
        return engine.fetch(f"""
            WITH spot AS (
                SELECT finding_id, rule, COALESCE(culprit, source) AS wrong, UNNEST(records) AS r FROM finding
                WHERE {OPEN_SQL}),
            cell AS (SELECT finding_id, rule, r, UNNEST(r.cells) AS c FROM spot WHERE r.source = wrong)
            SELECT finding_id, r.row AS row, DENSE_RANK() OVER (
                ORDER BY rule, r.source, r.delivery, r.file_no, r.sheet, REGEXP_EXTRACT(c.cell, '^[A-Z]+')) AS place
            FROM cell WHERE r.row IS NOT NULL ORDER BY place, row, finding_id
        """)
