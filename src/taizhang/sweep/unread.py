"""Cells with something in them that intake could not take as a value: which columns of which record, and why.

The canonical value of such a cell is absent. Without this a rule could not tell it from an empty one, and the label
nobody knows would be reported as a missing value or not at all.
"""

from collections.abc import Sequence

from taizhang.intake.values.changes import NOT_TAKEN, Change
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE

REASONS = tuple(sorted(code.value for code in NOT_TAKEN))
ODD_BLANKS = {"sex": Change.EMPTY_UNKNOWN.value}
"""Columns in which a word for "unknown" is no answer: nobody's sex is unknown to the village."""


def make_unread(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create `unread_record(record_id, unread, unread_why)`: sets of fields and of reasons, records without any left out."""
    parts = [
        "SELECT CAST(NULL AS BIGINT) AS record_id, CAST(NULL AS VARCHAR) AS field, CAST(NULL AS VARCHAR) AS why WHERE FALSE"
    ]
    reasons = " ".join(f"WHEN CONTAINS(e.codes, '|{code}|') THEN '{code}'" for code in REASONS)
    blanks = " ".join(
        f"WHEN e.field = '{field}' AND CONTAINS(e.codes, '|{code}|') THEN '{code}'"
        for field, code in ODD_BLANKS.items()
    )
    for delivery in deliveries:
        path = delivery.table("events")
        if path is None or delivery.table("record") is None:
            continue
        engine.scan(f"cell_event_{delivery.number}", [path])
        parts.append(
            f"SELECT {delivery.number * RECORD_BASE} + r.record_no AS record_id, e.field, CASE {reasons} {blanks} END AS why"
            f" FROM cell_event_{delivery.number} AS e JOIN record_{delivery.number} AS r"
            " ON r.file_no = e.file_no AND r.sheet_no = e.sheet_no AND r.row_no = e.row_no WHERE NOT e.field IS NULL"
        )
    engine.execute(
        f"CREATE OR REPLACE TABLE unread_cell AS SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE NOT why IS NULL"
    )
    fields, whys = (_set_of(name) for name in ("field", "why"))
    engine.execute(
        f"CREATE OR REPLACE TABLE unread_record AS SELECT f.record_id, f.names AS unread, w.names AS unread_why"
        f" FROM ({fields}) AS f JOIN ({whys}) AS w ON w.record_id = f.record_id"
    )
    engine.execute("DROP TABLE unread_cell")


def _set_of(name: str) -> str:
    return (
        f"SELECT record_id, '|' || STRING_AGG({name}, '|' ORDER BY {name}) || '|' AS names"
        f" FROM (SELECT DISTINCT record_id, {name} FROM unread_cell) GROUP BY record_id"
    )
