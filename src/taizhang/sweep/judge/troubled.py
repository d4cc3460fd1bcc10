"""The records of persons whose sources do not simply agree, read once, with their texts."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import MISSING, Ints

INTEGERS = (
    "record_id", "source_no", "file_no", "sheet_no", "row_no", "ident", "name_id", "birth_date", "id_birth", "sex",
    "village", "relation", "hh", "hh_no", "hh_number", "truncated", "present", "row_hash", "cell_id", "root", "person_no",
    "head_name_id", "head_key",
)  # fmt: skip
TEXTS = ("name", "number", "id_no", "id_kind", "id_defects", "name_defects", "name_alias", "former_name")
ALIASES = ("name_alias", "former_name")
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Troubled:
    """Records ordered by person, source and record; dates are days since 1970; integers hold MISSING for null.

    group: 0-based number of the person among the troubled; roots: the person (smallest cell id) of every group.
    """

    columns: dict[str, Ints]
    texts: Mapping[str, Sequence[str | None]]
    arrays: dict[str, pa.StringArray]
    group: Ints
    roots: Ints
    _plain: "dict[str, array[int]]" = field(default_factory=dict, repr=False, compare=False)

    def listed(self, column: str) -> "array[int]":
        """One integer column, for looking up rows one by one: several times faster than with numpy, a fifth of a list."""
        if column not in self._plain:
            self._plain[column] = array("q", self.columns[column].tobytes())
        return self._plain[column]

    @cached_property
    def groups(self) -> "array[int]":
        """The group of every row, for looking up one by one."""
        return array("q", self.group.tobytes())

    @cached_property
    def with_aliases(self) -> frozenset[int]:
        """The groups some of whose rows tell a further name."""
        told = [~self.arrays[name].is_null().to_numpy(zero_copy_only=False) for name in ALIASES]
        return frozenset(np.unique(self.group[np.logical_or(*told)]).tolist())

    @cached_property
    def _starts(self) -> list[int]:
        found: list[int] = np.searchsorted(self.group, np.arange(len(self.roots) + 1)).tolist()
        return found

    def members(self, group: int) -> range:
        """The rows of a person."""
        return range(self._starts[group], self._starts[group + 1])

    def __getitem__(self, column: str) -> Ints:
        """One integer column."""
        return self.columns[column]

    def __len__(self) -> int:
        """Number of records."""
        return len(self.group)


def read_troubled(engine: Engine) -> Troubled:
    """Read all records of every person with more than one cell, a repeated source, or an unusable number or name."""
    engine.execute("""
        CREATE OR REPLACE TABLE troubled AS
        SELECT p.root FROM cell_person AS p JOIN cell AS c ON c.cell_id = p.cell_id
        GROUP BY p.root
        HAVING COUNT(*) > 1 OR MAX(c.n - c.n_sources) > 0 OR MAX(c.truncated) = 1 OR MIN(ABS(c.name_id)) = 0
            OR (MIN(c.ident) <= 0)
    """)
    shown = ", ".join(f"c.{name}" for name in INTEGERS)
    listed = ", ".join(f"r.{name}" for name in TEXTS)
    table = engine.fetch(f"""
        SELECT {shown}, {listed}
        FROM involved_person AS c SEMI JOIN troubled AS t ON t.root = c.root
        JOIN claim_text AS r ON r.record_id = c.record_id
        ORDER BY c.root, c.source_no, c.record_id
    """)
    columns = {}
    for name in INTEGERS:
        column = table[name].combine_chunks()
        if pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        columns[name] = pc.fill_null(column.cast(pa.int64()), MISSING).to_numpy(zero_copy_only=False)
    arrays = {name: table[name].combine_chunks().cast(pa.string()) for name in TEXTS}
    texts = {name: _shared(column) for name, column in arrays.items()}
    roots, group = np.unique(columns["root"], return_inverse=True)
    return Troubled(columns, texts, arrays, group.astype(np.int64), roots)


def _shared(texts: pa.StringArray) -> list[str | None]:
    """Texts as a list in which equal ones are one object: most records of a person say the same."""
    cells = texts.dictionary_encode()
    told = np.array([*cells.dictionary.to_pylist(), None], dtype=object)
    found: list[str | None] = told[cells.indices.fill_null(len(told) - 1).to_numpy()].tolist()
    return found


MOST_HOLDERS = 60
"""Persons with one number beyond which it is nobody's, and nobody is asked for."""


@dataclass(frozen=True)
class Held:
    """Numbers that several persons have, ascending; how many sources give it to which of them (root)."""

    ident: Ints
    root: Ints
    sources: Ints


def read_held(engine: Engine) -> Held:
    """Read who else has a number."""
    table = engine.fetch(f"""
        SELECT c.ident, p.root, BIT_COUNT(BIT_OR(c.mask)) AS sources FROM cell AS c
        JOIN cell_person AS p ON p.cell_id = c.cell_id
        SEMI JOIN (
            SELECT e.ident FROM cell AS e JOIN cell_person AS q ON q.cell_id = e.cell_id WHERE e.ident > 0
            GROUP BY e.ident HAVING COUNT(DISTINCT q.root) BETWEEN 2 AND {MOST_HOLDERS}) AS s ON s.ident = c.ident
        GROUP BY c.ident, p.root ORDER BY c.ident, p.root
    """)
    columns = (table[name].to_numpy().astype(np.int64) for name in ("ident", "root", "sources"))
    return Held(*columns)
