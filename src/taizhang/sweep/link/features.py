"""The cells that take part in pairs, as columns, and how their names and numbers relate."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.identity.names import compare_name_pairs
from taizhang.identity.numbers import compare_number_pairs
from taizhang.sweep.engines import Engine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MISSING = np.iinfo(np.int64).min
"""Stands for null in integer columns; never equal to a value."""


class Texts:
    """A column of texts, each distinct one once.

    distinct: those. code: per row the position of its text, -1 where it has none.
    """

    def __init__(self, column: pa.ChunkedArray) -> None:
        cells = column.combine_chunks().cast(pa.string()).dictionary_encode()
        self.distinct: pa.StringArray = cells.dictionary
        self.code: NDArray[np.int32] = cells.indices.fill_null(-1).to_numpy()

    def at(self, rows: Ints) -> list[str | None]:
        """The texts of some rows; equal ones are one object."""
        codes, back = np.unique(self.code[rows], return_inverse=True)
        told = self.distinct.take(pa.array(codes, mask=codes < 0)).to_pylist()
        found: list[str | None] = np.array([*told, None], dtype=object)[back].tolist()
        return found

    def __getitem__(self, row: int) -> str | None:
        """The text of one row."""
        code = int(self.code[row])
        return None if code < 0 else str(self.distinct[code])

    def having(self, part: str) -> NDArray[np.bool_]:
        """Per row, whether its text has this part."""
        has = np.append(pc.match_substring(self.distinct, part).to_numpy(zero_copy_only=False), False)
        return np.asarray(has[self.code], dtype=bool)


@dataclass(frozen=True)
class Cells:
    """Involved cells in ascending cell_id; integer columns hold MISSING for null.

    number: 18-character core where the number has one, else the text as written, else null.
    """

    columns: dict[str, Ints]
    name: Texts
    number: Texts

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
    ints = {name: integers(table[name]) for name in table.column_names if name not in {"name", "number"}}
    return Cells(ints, Texts(table["name"]), Texts(table["number"]))


def integers(column: pa.ChunkedArray) -> Ints:
    """A column of integers or dates (as days since 1970), MISSING for null."""
    whole = column.combine_chunks()
    if pa.types.is_date(whole.type):
        whole = whole.cast(pa.int32())
    found: Ints = pc.fill_null(whole.cast(pa.int64()), MISSING).to_numpy(zero_copy_only=False)
    return found


class Kind(NamedTuple):
    """How two texts relate: code ("equal", "missing" or a diagnosis code), and all codes that fit as a set text."""

    code: str
    also: str | None


@dataclass(frozen=True)
class Compared:
    """How pairs of texts relate. Few kinds occur, so what is asked of a relation is asked once a kind.

    kinds: those that occur, and maybe others. kind: per pair its position among them.
    """

    kinds: Sequence[Kind]
    kind: NDArray[np.int32]

    def each(self, told: Callable[[str], object]) -> NDArray[Any]:
        """What is told of every pair's code."""
        return np.array([told(one.code) for one in self.kinds])[self.kind]

    def is_any(self, *codes: str) -> NDArray[np.bool_]:
        """Per pair, whether its code is one of these."""
        return self.each(frozenset(codes).__contains__)

    def of(self, pair: int) -> Kind:
        """One pair's."""
        return self.kinds[int(self.kind[pair])]

    def only(self, pairs: Ints) -> "Compared":
        """Those of some pairs."""
        return Compared(self.kinds, self.kind[pairs])

    def spread(self, places: Ints, count: int) -> "Compared":
        """As many as `count`, these at their places, "equal" everywhere else."""
        kind = np.full(count, ComparedPairs.EQUAL, dtype=np.int32)
        kind[places] = self.kind
        return Compared(self.kinds, kind)


class ComparedPairs:
    """Pairs of texts compared so far, each once: linking and judging ask for many of the same."""

    EQUAL, MISSING = range(2)
    """Positions of kinds that are known without comparing."""

    def __init__(self, compare: Callable[[pa.StringArray, pa.StringArray], Iterable[tuple[str, str | None]]]) -> None:
        """compare: gives code and set text of pairs of texts, which it takes in any order."""
        self._compare = compare
        self.kinds = [Kind("equal", None), Kind("missing", None)]
        self._positions = {kind: at for at, kind in enumerate(self.kinds)}
        self._pairs = pa.array([], pa.string())
        self._kind = np.zeros(0, dtype=np.int32)

    def of(self, one: pa.StringArray, other: pa.StringArray) -> NDArray[np.int32]:
        """The position of every pair's kind; a pair comes at most once."""
        swapped = pc.greater(one, other)
        left, right = pc.if_else(swapped, other, one), pc.if_else(swapped, one, other)
        pairs = pc.binary_join_element_wise(left, right, "\x1f")
        known = pc.index_in(pairs, value_set=self._pairs)
        fresh = known.is_null()
        if pc.any(fresh).as_py():
            told = (Kind(*kind) for kind in self._compare(left.filter(fresh), right.filter(fresh)))
            added = np.array([self._position(kind) for kind in told], dtype=np.int32)
            self._kind = np.concatenate([self._kind, added])
            self._pairs = pa.concat_arrays([self._pairs, pairs.filter(fresh)])
            known = pc.index_in(pairs, value_set=self._pairs)
        found: NDArray[np.int32] = self._kind[known.to_numpy()]
        return found

    def _position(self, kind: Kind) -> int:
        at = self._positions.get(kind)
        if at is None:
            at = self._positions[kind] = len(self.kinds)
            self.kinds.append(kind)
        return at


def _name_kinds(a: pa.StringArray, b: pa.StringArray) -> Iterable[tuple[str, str | None]]:
    table = compare_name_pairs(a, b)
    codes = ("equal" if code == "same" else code for code in table["code"].to_pylist())
    return zip(codes, table["also"].to_pylist(), strict=True)


def _number_kinds(a: pa.StringArray, b: pa.StringArray) -> Iterable[tuple[str, str | None]]:
    codes, _ = compare_number_pairs(a, b)
    return (("missing" if told == "absent" else told.split("|", 1)[0], told) for told in codes.to_pylist())


@dataclass(frozen=True)
class Relations:
    """What is known already of how names, and numbers as written, relate."""

    names: ComparedPairs = field(default_factory=lambda: ComparedPairs(_name_kinds))
    numbers: ComparedPairs = field(default_factory=lambda: ComparedPairs(_number_kinds))


def compare_rows(known: ComparedPairs, texts: Texts, left: Ints, right: Ints, same: NDArray[np.bool_]) -> Compared:
    """How the texts of pairs of rows relate; every two different texts are compared once.

    same: pairs already known to hold the same name or number.
    """
    one, other = texts.code[left], texts.code[right]
    kind = np.where(~same & ((one < 0) | (other < 0)), np.int32(known.MISSING), np.int32(known.EQUAL))
    rows = np.flatnonzero(~same & (one >= 0) & (other >= 0))
    low, high = np.minimum(one[rows], other[rows]), np.maximum(one[rows], other[rows])  # to compare is symmetric
    pairs, back = np.unique(low.astype(np.int64) * len(texts.distinct) + high, return_inverse=True)
    if len(pairs):
        ends = np.divmod(pairs, len(texts.distinct))
        kind[rows] = known.of(*(texts.distinct.take(pa.array(end)) for end in ends))[back]
    return Compared(known.kinds, kind)
