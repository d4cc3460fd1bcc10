"""How usual the characters of a name are in this county, among men and women of an age.

Names follow sex and fashion: a character that many women of sixty bear may be as good as unseen among boys.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.identity.names.plain import CodePoints
from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import Floats, Ints
from taizhang.sweep.link.keys import AREA_AND_YEAR

GENERATION = 10
"""Years of birth that are named alike."""
LIKE_ALL = 300.0
"""Characters of given names that the whole county counts for among those of one sex and generation."""
OWN = 0.5
"""What is left of a character's occurrences at least, and what is taken off: one is that of the name asked about."""
UNKNOWN = 0
"""Sex and generation of whoever has no valid number."""
ODD = 11
"""What a key (17 digits × 11 + check) is divided by for a number that is odd for men."""
SEXES, BEYOND = 2, 2**21
"""How sex and generation are one integer, and with a code point one more."""


class Spelling:
    """Frequencies of characters in surnames and given names.

    names: the county's, one a name and bearer. bearers: sex and generation, of `bearers_of`.
    """

    def __init__(self, names: pa.StringArray, bearers: Ints) -> None:
        points = CodePoints.of(names)
        owner, leads = owners_of(points)
        self._first, self._given = _Logs(points.codes[leads]), _Logs(points.codes[~leads])
        self._among = _Counts(bearers[owner[~leads]])
        self._both = _Counts(keyed(bearers[owner[~leads]], points.codes[~leads]))

    def log_usual(self, names: pa.StringArray, bearers: Ints) -> Floats:
        """Sum of the log-frequencies of the characters, each as in the other names of the county's people like the bearer."""
        points = CodePoints.of(names)
        owner, leads = owners_of(points)
        logs = np.where(
            leads, self._first.of(points.codes), self._log_given(points.codes.astype(np.int64), bearers[owner])
        )
        return np.bincount(owner, weights=logs, minlength=len(names)).astype(np.float64)

    def _log_given(self, codes: Ints, bearers: Ints) -> Floats:
        """A character of few people is as usual among them as in the whole county."""
        others = np.maximum(0.0, self._both.of(keyed(bearers, codes)) - OWN)
        anywhere = np.exp(self._given.of(codes)) * LIKE_ALL
        told: Floats = np.log((others + anywhere) / (self._among.of(bearers) + LIKE_ALL))
        return told


class _Counts:
    """How often each key occurs."""

    def __init__(self, keys: Ints) -> None:
        self.known, self.counts = np.unique(keys, return_counts=True)

    def of(self, keys: Ints) -> Floats:
        if not len(self.known):
            return np.zeros(len(keys))
        place = np.minimum(np.searchsorted(self.known, keys), len(self.known) - 1)
        return np.where(self.known[place] == keys, self.counts[place], 0).astype(np.float64)


class _Logs:
    """Natural logarithms of the frequencies of characters; one that is not there is as usual as one that stands once."""

    def __init__(self, codes: NDArray[np.int32]) -> None:
        self._counts, self._total = _Counts(codes.astype(np.int64)), max(1, len(codes))

    def of(self, codes: NDArray[np.int64] | NDArray[np.int32]) -> Floats:
        seen: Floats = np.log(np.maximum(OWN, self._counts.of(codes.astype(np.int64)) - OWN) / self._total)
        return seen


def owners_of(points: CodePoints) -> tuple[Ints, NDArray[np.bool_]]:
    """Of every code point: the name it belongs to, and whether it is the first."""
    owner = np.repeat(np.arange(len(points.lengths)), points.lengths)
    return owner, np.arange(len(points.codes)) == points.starts[owner]


def keyed(owners: Ints, codes: NDArray[np.int64] | NDArray[np.int32]) -> Ints:
    """An owner and a code point as one integer."""
    return owners * BEYOND + codes


def bearers_of(numbers: Ints) -> Ints:
    """Sex and generation of the holders of numbers (keys), as one integer; `UNKNOWN` where a number is none."""
    return np.where(
        numbers > 0, numbers // AREA_AND_YEAR % 10_000 // GENERATION * SEXES + numbers // ODD % SEXES, UNKNOWN
    )


@dataclass(frozen=True)
class CountyNames:
    """All names of the county that are in order, one a name and bearer. bearer: sex and generation."""

    name_id: pa.Int64Array
    name: pa.StringArray
    bearer: Ints

    def texts_of(self, name_ids: pa.Int64Array) -> pa.StringArray:
        """The names of these ids; null for one that is not in order."""
        return self.name.take(pc.index_in(name_ids, value_set=self.name_id))

    def spelling(self) -> Spelling:
        """Frequencies over these names."""
        return Spelling(self.name, self.bearer)


def county_names(engine: Engine) -> CountyNames:
    """Read the names, one vote a distinct name, sex and generation."""
    table = engine.fetch(f"""
        SELECT DISTINCT r.name_id, r.name, CASE WHEN r.id_ok AND r.id_key > 0
            THEN r.id_key // {AREA_AND_YEAR} % 10000 // {GENERATION} * {SEXES} + r.id_key // {ODD} % {SEXES} ELSE {UNKNOWN} END AS bearer
        FROM record_raw AS r WHERE NOT r.name IS NULL AND r.name_defects IS NULL
    """)
    columns = (table["name_id"].combine_chunks(), table["name"].combine_chunks().cast(pa.string()))
    return CountyNames(*columns, table["bearer"].to_numpy().astype(np.int64))
