"""The records of persons whose sources do not simply agree, read once, with their texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import Ints, Texts, integers

INTEGERS = (
    "record_id", "source_no", "file_no", "sheet_no", "row_no", "ident", "name_id", "birth_date", "id_birth", "sex",
    "village", "relation", "hh", "truncated", "present", "root", "head_name_id", "head_key",
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
    texts: Mapping[str, Texts]
    group: Ints
    roots: Ints

    @cached_property
    def with_aliases(self) -> Ints:
        """The groups some of whose rows tell a further name, ascending."""
        return np.unique(self.group[np.any([self.texts[name].code >= 0 for name in ALIASES], axis=0)])

    @cached_property
    def villages(self) -> Ints:
        """The village of every row, 0-based in the order of their codes."""
        return np.unique(self.columns["village"], return_inverse=True)[1].astype(np.int64)

    @cached_property
    def starts(self) -> Ints:
        """The first row of every person, and the number of all rows."""
        return np.searchsorted(self.group, np.arange(len(self.roots) + 1))

    def members(self, group: int) -> range:
        """The rows of a person."""
        return range(int(self.starts[group]), int(self.starts[group + 1]))

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
    columns = {name: integers(table[name]) for name in INTEGERS}
    texts = {name: Texts(table[name]) for name in TEXTS}
    root = columns["root"]
    fresh = np.ones(len(root), dtype=bool)
    fresh[1:] = root[1:] != root[:-1]
    return Troubled(columns, texts, np.cumsum(fresh) - 1, root[fresh])


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


def read_housemates_numbers(engine: Engine) -> Ints:
    """Read which records have a number that somebody else of their county household has, too. Record ids, ascending."""
    table = engine.fetch("""
        SELECT c.record_id FROM involved_person AS c
        SEMI JOIN (
            SELECT ident, hh FROM involved_person WHERE ident > 0 AND NOT hh IS NULL
            GROUP BY ident, hh HAVING COUNT(DISTINCT root) > 1) AS s ON s.ident = c.ident AND s.hh = c.hh
        ORDER BY c.record_id
    """)
    return integers(table["record_id"])
