"""How usual the characters of a name are in this county."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.sweep.engines import Engine


class Spelling:
    """Frequencies of characters in surnames and given names, over the county's distinct names."""

    def __init__(self, names: pa.StringArray) -> None:
        codes, starts, _ = _points(names)
        leads = np.zeros(len(codes), dtype=bool)
        leads[starts[starts < len(codes)]] = True
        self._first, self._given = _Logs(codes[leads]), _Logs(codes[~leads])

    def log_usual(self, names: pa.StringArray) -> NDArray[np.float64]:
        """Sum of the log-frequencies of the characters, each as in the county's other names."""
        codes, starts, lengths = _points(names)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        leads = np.arange(len(codes)) == np.repeat(starts, lengths)
        logs = np.where(leads, self._first.of(codes), self._given.of(codes))
        total: NDArray[np.float64] = np.bincount(owner, weights=logs, minlength=len(lengths)).astype(np.float64)
        return total


class _Logs:
    """Natural logarithms of the frequencies of characters, where one occurrence is that of the name asked about."""

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        self.known, counts = np.unique(codes, return_counts=True)
        total = max(1, len(codes))
        self.logs = np.log((counts - 0.5) / total)
        self.unseen = float(np.log(0.5 / total))

    def of(self, codes: NDArray[np.uint32]) -> NDArray[np.float64]:
        if not len(self.known):
            return np.full(len(codes), self.unseen)
        place = np.minimum(np.searchsorted(self.known, codes), len(self.known) - 1)
        return np.where(self.known[place] == codes, self.logs[place], self.unseen)


def _points(names: pa.StringArray) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Code points of all names in a row, and where each begins and how many it has; a null has none."""
    filled = pc.fill_null(names, "")
    joined = "".join(filled.to_pylist())
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = pc.utf8_length(filled).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, np.cumsum(lengths) - lengths, lengths


def county_spelling(engine: Engine) -> Spelling:
    """Frequencies over the names of the involved records, one vote a distinct name."""
    table = engine.fetch("""
        SELECT DISTINCT r.name FROM claim_text AS r
        WHERE r.name IS NOT NULL AND r.name_defects IS NULL ORDER BY r.name
    """)
    return Spelling(table["name"].combine_chunks().cast(pa.string()))
