"""Persons out of scored pairs: strongest evidence first, and no source counted twice without a reason."""

import numpy as np
import pyarrow as pa

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import Cells, Ints
from taizhang.sweep.link.score import ACCEPT, TWICE_BITS, Scored

AMBIGUOUS_GAP = 1.5
"""Bits: two partners closer to each other than this cannot be told apart."""


class _Groups:
    """Union–find over cell positions, with the sources every group already holds."""

    def __init__(self, masks: Ints) -> None:
        self.parent = list(range(len(masks)))
        self.mask = masks.tolist()

    def find(self, one: int) -> int:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, a: int, b: int) -> None:
        low, high = min(a, b), max(a, b)
        self.parent[high] = low
        self.mask[low] |= self.mask[high]


def cluster(cells: Cells, scored: Scored) -> tuple[Ints, list[tuple[int, int]]]:
    """The smallest cell position of every cell's person, and ambiguous cases.

    Ambiguous: (cell, partner) where a cell could join two different persons equally well; it joins neither.
    """
    groups = _Groups(cells["mask"])
    accepted = np.flatnonzero(scored.score >= ACCEPT)
    order = accepted[np.lexsort((scored.b[accepted], scored.a[accepted], -scored.score[accepted]))]
    undecided = _undecided(cells, scored, accepted)
    masks = cells["mask"]
    for edge in order.tolist():
        a, b = int(scored.a[edge]), int(scored.b[edge])
        if (a, b) in undecided or (b, a) in undecided:
            continue
        left, right = groups.find(a), groups.find(b)
        if left == right:
            continue
        # The pair has paid for the sources that hold both its cells; the groups may overlap in more.
        overlap = (groups.mask[left] & groups.mask[right]).bit_count() - int(masks[a] & masks[b]).bit_count()
        if scored.score[edge] + TWICE_BITS * overlap < ACCEPT:
            continue
        groups.join(left, right)
    roots = np.array([groups.find(one) for one in range(len(masks))], dtype=np.int64)
    return roots, sorted(undecided)


def _undecided(cells: Cells, scored: Scored, accepted: Ints) -> set[tuple[int, int]]:
    """Edges (cell, partner) of a single-record cell whose two best partners are equally good, different persons.

    Different persons: their numbers are valid and unequal, and their sources overlap.
    """
    best: dict[int, list[tuple[float, int]]] = {}
    single = (cells["n"] == 1) & (cells["ident"] <= 0)
    for edge in accepted.tolist():
        for near, far in ((int(scored.a[edge]), int(scored.b[edge])), (int(scored.b[edge]), int(scored.a[edge]))):
            if single[near]:
                best.setdefault(near, []).append((float(scored.score[edge]), far))
    found: set[tuple[int, int]] = set()
    for near, partners in best.items():
        partners.sort(key=lambda item: (-item[0], item[1]))
        if len(partners) < 2 or partners[0][0] - partners[1][0] >= AMBIGUOUS_GAP:
            continue
        first, second = partners[0][1], partners[1][1]
        idents = cells["ident"]
        if (
            idents[first] != idents[second]
            and idents[first] > 0
            and idents[second] > 0
            and (cells["mask"][first] & cells["mask"][second])
        ):
            found |= {(near, first), (near, second)}
    return found


def store_persons(engine: Engine, cells: Cells, roots: Ints) -> None:
    """Create `cell_person` (cell_id, root): every cell with the smallest cell of its person.

    Cells without a pair are their own person.
    """
    engine.register("cell_joined", pa.table({"cell_id": cells["cell_id"], "root": cells["cell_id"][roots]}))
    engine.execute("""
        CREATE OR REPLACE TABLE cell_person AS
        SELECT c.cell_id, COALESCE(j.root, c.cell_id) AS root FROM cell AS c
        LEFT JOIN cell_joined AS j ON j.cell_id = c.cell_id
    """)
