"""The cells that take part in pairs, as columns, and how their names and numbers relate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.identity.names import compare_name_pairs
from taizhang.identity.numbers import compare_number_pairs
from taizhang.sweep.engines import Engine

Ints = NDArray[np.int64]
MISSING = np.iinfo(np.int64).min
"""Stands for null in integer columns; never equal to a value."""


@dataclass(frozen=True)
class Cells:
    """Involved cells in ascending cell_id; integer columns hold MISSING for null, texts are Arrow arrays.

    number: 18-character core where the number has one, else the text as written, else null.
    """

    columns: dict[str, Ints]
    name: pa.StringArray
    number: pa.StringArray

    def __getitem__(self, column: str) -> Ints:
        """One integer column."""
        return self.columns[column]

    def rows_of(self, cell_ids: Ints) -> Ints:
        """Positions of the cells with these ids."""
        return np.searchsorted(self.columns["cell_id"], cell_ids)


def involved_cells(engine: Engine) -> Cells:
    """Cells of `pair` with the texts of their first records."""
    table = engine.fetch("""
        SELECT c.*, r.name, r.number FROM cell AS c
        SEMI JOIN (SELECT a AS cell_id FROM pair UNION SELECT b FROM pair) AS p ON p.cell_id = c.cell_id
        JOIN claim_text AS r ON r.record_id = c.first_record
        ORDER BY c.cell_id
    """)
    ints = {}
    for name in table.column_names:
        if name not in {"name", "number"}:
            column = table[name].combine_chunks()
            if pa.types.is_date(column.type):
                column = column.cast(pa.int32())
            ints[name] = pc.fill_null(column.cast(pa.int64()), MISSING).to_numpy(zero_copy_only=False)
    return Cells(ints, _texts(table["name"]), _texts(table["number"]))


def _texts(column: pa.ChunkedArray) -> pa.StringArray:
    return column.combine_chunks().cast(pa.string())


@dataclass(frozen=True)
class Compared:
    """Relations of pairs of texts: `code` per pair ("equal", "missing" or a diagnosis code), `also` a set text."""

    code: NDArray[np.object_]
    also: NDArray[np.object_]


class ComparedPairs:
    """Pairs of texts compared so far, each once: linking and judging ask for many of the same."""

    def __init__(
        self,
        compare: Callable[[pa.StringArray, pa.StringArray], tuple[pa.Array, pa.Array]],
        renamed: Mapping[str, str],
    ) -> None:
        self._compare, self._renamed = compare, renamed
        self._pairs = pa.array([], pa.string())
        self._code, self._also = np.zeros(0, dtype=object), np.zeros(0, dtype=object)

    def of(self, pairs: pa.StringArray, left: pa.StringArray, right: pa.StringArray) -> Compared:
        """How texts relate, row by row. pairs: both texts in one, a pair at most once."""
        known = pc.index_in(pairs, value_set=self._pairs)
        fresh = known.is_null()
        if pc.any(fresh).as_py():
            kinds, others = self._compare(left.filter(fresh), right.filter(fresh))
            named = np.array([self._renamed.get(kind, kind) for kind in kinds.to_pylist()], dtype=object)
            self._code = np.concatenate([self._code, named])
            self._also = np.concatenate([self._also, np.array([*others.to_pylist(), None], dtype=object)[:-1]])
            self._pairs = pa.concat_arrays([self._pairs, pairs.filter(fresh)])
            known = pc.index_in(pairs, value_set=self._pairs)
        at = known.to_numpy()
        return Compared(self._code[at], self._also[at])


def _name_codes(a: pa.StringArray, b: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    table = compare_name_pairs(a, b)
    return table["code"], table["also"]


def _number_codes(a: pa.StringArray, b: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    codes, _ = compare_number_pairs(a, b)
    first = [code.split("|")[0] for code in codes.to_pylist()]
    return pa.array(first, pa.string()), codes


@dataclass(frozen=True)
class Relations:
    """What is known already of how names, and numbers as written, relate."""

    names: ComparedPairs = field(default_factory=lambda: ComparedPairs(_name_codes, {"same": "equal"}))
    numbers: ComparedPairs = field(default_factory=lambda: ComparedPairs(_number_codes, {"absent": "missing"}))


def compare_of(known: ComparedPairs, left: pa.StringArray, right: pa.StringArray, same: NDArray[np.bool_]) -> Compared:
    """Compare texts pair by pair, on distinct pairs of different texts only.

    same: pairs already known to hold the same name or number.
    """
    count = len(left)
    code = np.full(count, "equal", dtype=object)
    also = np.full(count, None, dtype=object)
    absent = ~same & (left.is_null().to_numpy(zero_copy_only=False) | right.is_null().to_numpy(zero_copy_only=False))
    code[absent] = "missing"
    rows = np.flatnonzero(~same & ~absent)
    if rows.size:
        one, other = left.take(pa.array(rows)), right.take(pa.array(rows))
        swapped = pc.greater(one, other)  # to compare is symmetric
        table = pa.table({"a": pc.if_else(swapped, other, one), "b": pc.if_else(swapped, one, other)})
        keys = pc.binary_join_element_wise(table["a"], table["b"], "\x1f").combine_chunks().dictionary_encode()
        first = np.unique(keys.indices.to_numpy(), return_index=True)[1]
        distinct = table.take(pa.array(first))
        found = known.of(keys.dictionary, _texts(distinct["a"]), _texts(distinct["b"]))
        positions = keys.indices.to_numpy()
        code[rows], also[rows] = found.code[positions], found.also[positions]
    return Compared(code, also)
