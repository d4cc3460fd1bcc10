"""How usual a spelling is in this county: the last word where sources stand one against one."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taizhang.sweep.engines import Engine

STRENGTH = 0.6
"""Share of the log-frequency that is heard: typists err towards usual characters, too."""


class Spelling:
    """Frequencies of characters in surnames and given names, over the county's distinct names."""

    def __init__(self, names: pa.Array) -> None:
        texts = [text for text in names.to_pylist() if text]
        self.first = self._logs("".join(text[0] for text in texts))
        self.given = self._logs("".join(text[1:] for text in texts))

    @staticmethod
    def _logs(characters: str) -> dict[str, float]:
        points, counts = np.unique(np.frombuffer(characters.encode("utf-32-le"), dtype=np.uint32), return_counts=True)
        total = max(1, int(counts.sum()))
        logs = {
            chr(point): float(np.log((n + 0.5) / total))
            for point, n in zip(points.tolist(), counts.tolist(), strict=True)
        }
        logs[""] = float(np.log(0.5 / total))
        return logs

    def log_likely(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Mean log-frequency of the characters, scaled to three characters so that length itself does not count."""
        return np.array([STRENGTH * self._one(name) for name in names]) if names else np.zeros(0)

    def _one(self, name: str) -> float:
        if not name:
            return self.given[""]
        logs = [self.first.get(name[0], self.first[""])]
        logs += [self.given.get(character, self.given[""]) for character in name[1:]]
        return 3.0 * sum(logs) / len(logs)


def county_spelling(engine: Engine) -> Spelling:
    """Frequencies over the names of the involved records, one vote a distinct name."""
    table = engine.fetch("""
        SELECT DISTINCT r.name FROM claim_text AS r
        WHERE r.name IS NOT NULL AND r.name_defects IS NULL ORDER BY r.name
    """)
    return Spelling(table["name"].combine_chunks())
