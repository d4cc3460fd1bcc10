"""Persons out of scored pairs: strongest evidence first, and no source counted twice without a reason."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import Cells, Ints
from taizhang.sweep.link.score import ACCEPT, TWICE_BITS, Scored

AMBIGUOUS_GAP = 1.5
"""Bits: two partners closer to each other than this cannot be told apart."""


ROUNDS = 24
"""Rounds of joining best pairs all at once; what is left then, one by one, is a star or a chain of hundreds of cells."""


def cluster(cells: Cells, scored: Scored) -> tuple[Ints, list[tuple[int, int]]]:
    """The smallest cell position of every cell's person, and ambiguous cases.

    Ambiguous: (cell, partner) where a cell could join two different persons equally well; it joins neither.
    """
    accepted = np.flatnonzero(scored.score >= ACCEPT)
    accepted = accepted[np.lexsort((scored.b[accepted], scored.a[accepted], -scored.score[accepted]))]
    near, far = _undecided(cells, scored, accepted)
    count = len(cells["cell_id"])
    doubted = np.unique(np.minimum(near, far) * count + np.maximum(near, far))
    edge = np.minimum(scored.a[accepted], scored.b[accepted]) * count + np.maximum(
        scored.a[accepted], scored.b[accepted]
    )
    order = accepted[~np.isin(edge, doubted)]
    return _joined(cells["mask"], scored.a[order], scored.b[order], scored.score[order]), sorted(
        zip(near.tolist(), far.tolist(), strict=True)
    )


def _joined(masks: Ints, a: Ints, b: Ints, score: NDArray[np.float64]) -> Ints:
    """Roots after joining along edges, the strongest first, as long as no source is counted twice without a reason.

    Edges that are the strongest of both their groups are joined all at once: nothing that comes before them touches
    either group, and an edge that does not hold now never will, because groups only grow. So the outcome is that of
    taking the edges one by one.
    """
    root, held = np.arange(len(masks)), masks.copy()
    # The pair has paid for the sources that hold both its cells; the groups may overlap in more.
    paid = np.bitwise_count(masks[a] & masks[b]).astype(np.int64)
    live = np.arange(len(a))
    for _ in range(ROUNDS):
        left, right = root[a[live]], root[b[live]]
        overlap = np.bitwise_count(held[left] & held[right]).astype(np.int64) - paid[live]
        holds = (left != right) & (score[live] + TWICE_BITS * overlap >= ACCEPT)
        live, left, right = live[holds], left[holds], right[holds]
        if not live.size:
            return root
        best = np.full(len(masks), len(a))
        np.minimum.at(best, left, live)
        np.minimum.at(best, right, live)
        chosen = (best[left] == live) & (best[right] == live)
        low, high = np.minimum(left, right)[chosen], np.maximum(left, right)[chosen]
        moved = np.arange(len(masks))
        moved[high] = low
        held[low] |= held[high]
        root = moved[root]
    return _one_by_one(root, held, (a[live], b[live], paid[live]), score[live])


def _one_by_one(root: Ints, held: Ints, edges: tuple[Ints, Ints, Ints], score: NDArray[np.float64]) -> Ints:
    parent, mask = root.tolist(), held.tolist()

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b, paid, bits in zip(*(one.tolist() for one in edges), score.tolist(), strict=True):
        left, right = find(a), find(b)
        overlap = (mask[left] & mask[right]).bit_count() - paid
        if left == right or bits + TWICE_BITS * overlap < ACCEPT:
            continue
        low, high = min(left, right), max(left, right)
        parent[high] = low
        mask[low] |= mask[high]
    return np.array([find(one) for one in range(len(parent))], dtype=np.int64)


def _undecided(cells: Cells, scored: Scored, accepted: Ints) -> tuple[Ints, Ints]:
    """Edges (cell, partner) of a single-record cell whose two best partners are equally good, different persons.

    Different persons: their numbers are valid and unequal, and their sources overlap.
    """
    near = np.concatenate([scored.a[accepted], scored.b[accepted]])
    far = np.concatenate([scored.b[accepted], scored.a[accepted]])
    score = np.tile(scored.score[accepted], 2)
    single = ((cells["n"] == 1) & (cells["ident"] <= 0))[near]
    near, far, score = near[single], far[single], score[single]
    order = np.lexsort((far, -score, near))
    near, far, score = near[order], far[order], score[order]
    first = np.flatnonzero(np.r_[True, near[1:] != near[:-1]][: len(near)])
    first = first[first + 1 < len(near)]
    first = first[near[first] == near[first + 1]]
    one, other = far[first], far[first + 1]
    idents, masks = cells["ident"], cells["mask"]
    tied = score[first] - score[first + 1] < AMBIGUOUS_GAP
    tied &= (
        (idents[one] != idents[other]) & (idents[one] > 0) & (idents[other] > 0) & ((masks[one] & masks[other]) != 0)
    )
    chosen = first[tied]
    return np.repeat(near[chosen], 2), np.stack([far[chosen], far[chosen + 1]], axis=1).ravel()


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
