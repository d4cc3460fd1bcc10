"""Whether a household's copies of its head agree today: the verdict on PR-HEAD-NAME, PR-HEAD-ID and PR-HEAD-BOTH.

Many ledgers write the copy on the head's row and leave it empty on the others; such a cell says nothing wrong. A cell
that held a copy in the delivery in which the finding was last hit and holds none today was emptied, and that proves
nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from taizhang.intake.delivery.linking import TEMPORARY
from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.told import Place

PASS, UNKNOWN, ABSENT = "pass", "unknown", "absent"
KEYS = {"head_name": "head_name", "head_id_no": "head_id_key"}
"""Copy → the column it is compared by; the text of a number that is none has no key."""
OWN = {"head_name": "name", "head_id_no": "id_key"}
"""Copy → the column of the head's own row that it is a copy of."""
_EARLIER = ("household_no", "name_id", "id_key", *KEYS)

Row = Mapping[str, Any]
Households = Mapping[tuple[int, int], Sequence[Row]]
"""(household, source number) → its rows in the source."""


def rows_of_households(engine: Engine, left: Sequence[Row]) -> Households:
    """The rows of the households that findings are about, with the copy that each carries and the head's own row."""
    asked = sorted({one["household_id"] for one in left if one["household_id"] is not None})
    rows: dict[tuple[int, int], list[Row]] = defaultdict(list)
    if not asked:
        return rows
    engine.register("asked_household", pa.table({"household_id": pa.array(asked, pa.int64())}))
    table = engine.fetch("""
        SELECT k.household_id, c.source_no, c.record_id, h.record_id AS head_record, c.relation, r.household_no,
            r.name_id, r.id_key, r.head_name, r.head_id_no, r.head_id_key, o.name AS own_name, o.id_key AS own_id_key
        FROM claim_person AS c JOIN household_key AS k ON k.hh = c.hh
        SEMI JOIN asked_household AS a ON a.household_id = k.household_id
        JOIN record_raw AS r ON r.record_id = c.record_id
        LEFT JOIN head_row AS h ON h.hh_no = c.hh_no
        LEFT JOIN record_raw AS o ON o.record_id = h.record_id
    """)
    for row in table.to_pylist():
        rows[row["household_id"], row["source_no"]].append(row)
    return rows


class Earlier:
    """The rows that earlier deliveries have of households, each delivery read once, and only when it is asked for."""

    def __init__(self, asked: Iterable[tuple[Path | None, Sequence[Row]]]) -> None:
        """asked: deliveries, by their folder, with rows of today of the households that may be looked for in them."""
        self._asked: dict[Path, set[str]] = defaultdict(set)
        for folder, rows in asked:
            if folder is not None:
                self._asked[folder].update(_own_numbers(rows))
        self._read: dict[Path, Mapping[str, Sequence[Row]]] = {}

    def rows(self, folder: Path, today: Sequence[Row]) -> list[Row]:
        """The rows of a delivery with the household numbers of these; numbers that intake made up name nobody."""
        if folder not in self._read:
            self._read[folder] = _rows_by_number(folder, self._asked[folder])
        return [row for number in _own_numbers(today) for row in self._read[folder].get(number, ())]


def verdict_on_copies(
    finding: Row, rows: Sequence[Row], doubted: Collection[Place], when_hit: Path | None, earlier: Earlier
) -> tuple[str, frozenset[Place]]:
    """pass, unknown or absent, and the copies that are still complained about.

    rows: of the household in the source. doubted: every place that today's diagnoses complain about. when_hit: the
    delivery of the source in which the finding was last hit; `earlier` can read it.
    """
    if not rows:
        return ABSENT, frozenset()
    places = ((row["record_id"], field) for row in rows for field in finding["fields"])
    still = frozenset(place for place in places if place in doubted)
    carrying = [row for row in rows if row["relation"] is not None]
    left = [field for field in finding["fields"] if not any(field == name for _, name in still)]
    if any((row["head_record"], field) in doubted for row in rows for field in ("id_no", "name")):
        return UNKNOWN, still
    return PASS if all(_agrees(field, carrying, when_hit, earlier) for field in left) else UNKNOWN, still


def _agrees(field: str, rows: Sequence[Row], when_hit: Path | None, earlier: Earlier) -> bool:
    """Whether some rows carry a copy that can be compared, and no other row was emptied.

    A copy that differs has been told by a diagnosis of today; so those that can be compared agree.
    """
    if any(row[f"own_{OWN[field]}"] is None for row in rows):
        return False
    empty = [row for row in rows if row[field] is None]
    compared = [row for row in rows if row[KEYS[field]] is not None]
    if not compared or len(compared) + len(empty) < len(rows):
        return False
    return not empty or (when_hit is not None and _were_empty(field, rows, empty, earlier.rows(when_hit, rows)))


def _were_empty(field: str, rows: Sequence[Row], empty: Sequence[Row], earlier: Sequence[Row]) -> bool:
    """Whether rows without a copy had none in an earlier delivery either; false where the household is not found there."""
    known = [one for row in rows for one in earlier if _is_same(row, one)]
    return bool(known) and not any(one[field] is not None for row in empty for one in earlier if _is_same(row, one))


def _own_numbers(rows: Sequence[Row]) -> list[str]:
    """The household numbers of rows that the source gave them itself."""
    numbers = {row["household_no"] for row in rows} - {None}
    return sorted(number for number in numbers if not number.startswith(TEMPORARY))


def _rows_by_number(folder: Path, numbers: Collection[str]) -> Mapping[str, Sequence[Row]]:
    """Household number → the rows that a delivery has of it."""
    path = folder / "record.parquet"
    found: dict[str, list[Row]] = defaultdict(list)
    if not numbers or not path.is_file():
        return found
    stored = ds.dataset(path)
    if set(_EARLIER) <= set(stored.schema.names):
        asked = pc.field("household_no").isin(sorted(numbers))
        for row in stored.to_table(list(_EARLIER), filter=asked).to_pylist():
            found[row["household_no"]].append(row)
    return found


def _is_same(row: Row, earlier: Row) -> bool:
    """One person's rows in two deliveries of a household: the number says so, or the name."""
    if row["household_no"] != earlier["household_no"]:
        return False
    return any(row[key] is not None and row[key] == earlier[key] for key in ("id_key", "name_id"))
