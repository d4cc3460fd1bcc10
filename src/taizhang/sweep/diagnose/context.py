"""What all diagnosing modules look things up in."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.features import Ints


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


OF_ROW = tuple(one.name for one in fields(Row))
"""The columns of a `Row`."""


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
class Owners:
    """Whose number a number is that stands in a row of somebody else: key, ascending, and person (root), -1 where nobody's."""

    key: Ints
    root: Ints

    def of(self, idents: Ints) -> Ints:
        """The persons whose numbers these are, -1 where nobody's."""
        if not len(self.key):
            return np.full(len(idents), -1)
        place = np.minimum(np.searchsorted(self.key, idents), len(self.key) - 1)
        return np.where(self.key[place] == idents, self.root[place], -1)


@dataclass(frozen=True)
class Context:
    """Verdicts on the troubled persons, and the owners of the numbers that stand in wrong rows.

    sources: by source number. rows: person → their records, for owners and those in whose rows their numbers stand.
    """

    engine: Engine
    troubled: Troubled
    numbers: FieldVerdict
    names: FieldVerdict
    sources: Mapping[int, SourceDelivery]
    owners: Owners
    rows: Mapping[int, list[Row]]

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
    truth = numbers.truth(0)
    wrong = np.flatnonzero((numbers.claimed >= 0) & (troubled["ident"] != truth[troubled.group]))
    owners = _owners(engine, troubled, truth, np.unique(troubled["ident"][wrong]))
    root, owner = troubled.roots[troubled.group[wrong]], owners.of(troubled["ident"][wrong])
    taken = (owner >= 0) & (owner != root)
    engine.register("involved_root", pa.table({"root": np.union1d(owner[taken], root[taken])}))
    table = engine.fetch(f"""
        SELECT {", ".join(f"c.{name}" for name in OF_ROW[:-1])}, COALESCE(c.hh, -1) AS hh
        FROM involved_person AS c SEMI JOIN involved_root AS i ON i.root = c.root
        ORDER BY c.root, c.record_id
    """)
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in map(Row, *(table[name].to_pylist() for name in OF_ROW)):
        rows[row.root].append(row)
    return Context(engine, troubled, numbers, names, sources, owners, rows)


def _owners(engine: Engine, troubled: Troubled, truth: Ints, wanted: Ints) -> Owners:
    """truth: number of every troubled person, 0 where none is known. wanted: whose are looked for, ascending."""
    engine.register("wrong_key", pa.table({"ident": wanted}))
    engine.register("disputed_root", pa.table({"root": troubled.roots}))
    settled = engine.fetch("""
        SELECT c.ident, MIN(p.root) AS root FROM cell AS c
        JOIN wrong_key AS w ON w.ident = c.ident
        JOIN cell_person AS p ON p.cell_id = c.cell_id
        ANTI JOIN disputed_root AS d ON d.root = p.root
        GROUP BY c.ident
    """)
    root = np.full(len(wanted), -1)
    root[np.searchsorted(wanted, settled["ident"].to_numpy())] = settled["root"].to_numpy()
    theirs = np.flatnonzero(np.isin(truth, wanted))
    root[np.searchsorted(wanted, truth[theirs])] = troubled.roots[theirs]
    return Owners(wanted, root)
