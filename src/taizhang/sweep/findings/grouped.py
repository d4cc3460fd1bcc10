"""The different values of a column in groups of rows: as sorted lists, the least, and the commonest.

An engine's own aggregates over lists of texts cost more than reading the rows; here texts become numbers once a column.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grouped:
    """Every different value of every group, in order of group and value; nulls are no values.

    texts: the different values of the column, sorted by their bytes. group and value: number of the group, and of the
    value in `texts`. rows: how many rows of the group have it, and `first`, the first of them. groups: how many there are.
    """

    texts: pa.Array
    group: Numbers
    value: Numbers
    rows: Numbers
    first: Numbers
    groups: int

    @classmethod
    def of(cls, column: pa.ChunkedArray, group: Numbers, groups: int) -> "Grouped":
        """The values of a column whose row n belongs to group[n]."""
        coded = column.combine_chunks().dictionary_encode()
        order = pc.array_sort_indices(coded.dictionary)
        rank = np.empty(len(order), np.int64)
        rank[order.to_numpy()] = np.arange(len(order))
        there = np.flatnonzero(coded.is_valid().to_numpy(zero_copy_only=False))
        value = rank[coded.indices.take(pa.array(there)).to_numpy()]
        width = max(len(order), 1)
        keys, first, rows = np.unique(group[there] * width + value, return_index=True, return_counts=True)
        return cls(coded.dictionary.take(order), keys // width, keys % width, rows, there[first], groups)

    def lists(self) -> pa.ListArray:
        """The values of each group; null where it has none."""
        counts = np.bincount(self.group, minlength=self.groups)
        offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
        return pa.ListArray.from_arrays(offsets, self.texts.take(pa.array(self.value)), mask=pa.array(counts == 0))

    def least(self) -> pa.Array:
        """The least value of each group; null where it has none."""
        return self._one(np.arange(len(self.group)))

    def commonest(self) -> pa.Array:
        """The value that most rows of each group have; of equally common ones that of the first row."""
        return self._one(np.lexsort((self.first, -self.rows, self.group)))

    def _one(self, order: Numbers) -> pa.Array:
        """The value that comes first in each group when they are taken in this order."""
        held, place = np.unique(self.group[order], return_index=True)
        chosen = np.full(self.groups, -1, np.int64)
        chosen[held] = self.value[order[place]]
        return self.texts.take(pa.array(chosen, mask=chosen < 0))
