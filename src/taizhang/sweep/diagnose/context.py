"""What all diagnosing modules look things up in."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.lake import SourceDelivery

if TYPE_CHECKING:
    from taizhang.sweep.diagnose.person import Said


@dataclass(frozen=True, slots=True)
class Row:
    """A record as far as swaps, copies and shifts look at it."""

    record_id: int
    source_no: int
    file_no: int
    sheet_no: int
    row_no: int
    ident: int
    root: int
    hh: int
    name: str | None


class SourceSets:
    """Sets of sources, given as masks: few occur, so each is told once and shared by all diagnoses."""

    def __init__(self, sources: Mapping[int, SourceDelivery]) -> None:
        self._sources = sources
        self._ids: dict[int, tuple[str, ...]] = {}
        self._titles: dict[int, tuple[str, ...]] = {}

    def ids(self, mask: int) -> tuple[str, ...]:
        """Their ids in the order of the alphabet."""
        if mask not in self._ids:
            self._ids[mask] = tuple(sorted(one.source for one in self._of(mask)))
        return self._ids[mask]

    def titles(self, mask: int) -> tuple[str, ...]:
        """How the people call them, in the order of their numbers."""
        if mask not in self._titles:
            self._titles[mask] = tuple(one.title or one.source for one in self._of(mask))
        return self._titles[mask]

    def _of(self, mask: int) -> list[SourceDelivery]:
        return [self._sources[number] for number in sorted(self._sources) if mask >> number & 1]


@dataclass(frozen=True)
class Context:
    """Verdicts on the troubled persons, and the owners of the numbers that stand in wrong rows.

    sources: by source number. owner: valid key → the person whose number it is. rows: person → their records, for
    owners and troubled persons. said: what is worked out about a field of a person (`person.said_of`).
    """

    engine: Engine
    troubled: Troubled
    numbers: FieldVerdict
    names: FieldVerdict
    sources: Mapping[int, SourceDelivery]
    owner: Mapping[int, int] = field(default_factory=dict)
    rows: Mapping[int, list[Row]] = field(default_factory=dict)
    said: dict[tuple[str, int], "Said"] = field(default_factory=dict, repr=False)

    @cached_property
    def title(self) -> Callable[[int], str]:
        """How the people call a source, by its number."""
        return {number: one.title or one.source for number, one in self.sources.items()}.__getitem__

    @cached_property
    def sets(self) -> "SourceSets":
        """Sets of sources as people and findings name them."""
        return SourceSets(self.sources)

    @cached_property
    def source_id(self) -> Callable[[int], str]:
        """The source's id, by its number."""
        return {number: one.source for number, one in self.sources.items()}.__getitem__


def make_context(
    engine: Engine,
    troubled: Troubled,
    numbers: FieldVerdict,
    names: FieldVerdict,
    sources: Mapping[int, SourceDelivery],
) -> Context:
    """Look up the owners of wrong rows' numbers, set at a time."""
    best = numbers.best
    truth = np.where(best >= 0, numbers.value[np.maximum(best, 0)] if len(numbers.value) else 0, 0)
    wrong = (numbers.claimed >= 0) & (troubled["ident"] != truth[troubled.group])
    engine.register("wrong_key", pa.table({"ident": np.unique(troubled["ident"][wrong])}))
    true_keys = {int(key): int(troubled.roots[group]) for group, key in enumerate(truth.tolist()) if key > 0}
    disputed = pa.table({"root": troubled.roots})
    engine.register("disputed_root", disputed)
    settled = engine.fetch("""
        SELECT c.ident, MIN(p.root) AS root FROM cell AS c
        JOIN wrong_key AS w ON w.ident = c.ident
        JOIN cell_person AS p ON p.cell_id = c.cell_id
        ANTI JOIN disputed_root AS d ON d.root = p.root
        GROUP BY c.ident
    """)
    wanted = set(np.unique(troubled["ident"][wrong]).tolist())
    owner = dict(zip(settled["ident"].to_pylist(), settled["root"].to_pylist(), strict=True))
    owner |= {key: root for key, root in true_keys.items() if key in wanted}
    involved = sorted(set(owner.values()) | set(troubled.roots[np.unique(troubled.group[wrong])].tolist()))
    engine.register("involved_root", pa.table({"root": pa.array(involved, pa.int64())}))
    table = engine.fetch("""
        SELECT c.record_id, c.source_no, c.file_no, c.sheet_no, c.row_no, c.ident, c.root, COALESCE(c.hh, -1) AS hh,
            r.name
        FROM involved_person AS c SEMI JOIN involved_root AS i ON i.root = c.root
        JOIN claim_text AS r ON r.record_id = c.record_id
        ORDER BY c.root, c.record_id
    """)
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        rows[row[6]].append(Row(*row))
    return Context(engine, troubled, numbers, names, sources, owner, rows)
