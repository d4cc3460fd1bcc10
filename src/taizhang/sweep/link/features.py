"""The cells that take part in pairs, as columns, and how their names and numbers relate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def compare_names_of(left: pa.StringArray, right: pa.StringArray, same: NDArray[np.bool_]) -> Compared:
    """Compare names pair by pair, on distinct pairs of different names only.

    same: pairs already known to hold the same name.
    """

    def compare(a: pa.StringArray, b: pa.StringArray) -> tuple[pa.Array, pa.Array]:
        table = compare_name_pairs(a, b)
        return table["code"], table["also"]

    return _compared(left, right, same, compare, {"same": "equal"})


def compare_numbers_of(left: pa.StringArray, right: pa.StringArray, same: NDArray[np.bool_]) -> Compared:
    """Compare number texts pair by pair, on distinct pairs of different numbers only."""

    def compare(a: pa.StringArray, b: pa.StringArray) -> tuple[pa.Array, pa.Array]:
        codes, _ = compare_number_pairs(a, b)
        first = [code.split("|")[0] for code in codes.to_pylist()]
        return pa.array(first, pa.string()), codes

    return _compared(left, right, same, compare, {"absent": "missing"})


def _compared(
    left: pa.StringArray,
    right: pa.StringArray,
    same: NDArray[np.bool_],
    compare: Callable[[pa.StringArray, pa.StringArray], tuple[pa.Array, pa.Array]],
    renamed: Mapping[str, str],
) -> Compared:
    count = len(left)
    code = np.full(count, "equal", dtype=object)
    also = np.full(count, None, dtype=object)
    absent = ~same & (left.is_null().to_numpy(zero_copy_only=False) | right.is_null().to_numpy(zero_copy_only=False))
    code[absent] = "missing"
    rows = np.flatnonzero(~same & ~absent)
    if rows.size:
        table = pa.table({"a": left.take(pa.array(rows)), "b": right.take(pa.array(rows))})
        keys = pc.binary_join_element_wise(table["a"], table["b"], "\x1f").combine_chunks().dictionary_encode()
        first = np.unique(keys.indices.to_numpy(), return_index=True)[1]
        distinct = table.take(pa.array(first))
        kinds, others = compare(_texts(distinct["a"]), _texts(distinct["b"]))
        kind_of = np.array([renamed.get(kind, kind) for kind in kinds.to_pylist()], dtype=object)
        positions = keys.indices.to_numpy()
        code[rows] = kind_of[positions]
        also[rows] = np.array([*others.to_pylist(), None], dtype=object)[:-1][positions]
    return Compared(code, also)
