"""The sweep's reading view: `record_raw` over the newest deliveries of all sources."""

from collections.abc import Sequence

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery

RECORD_BASE = 10**12
"""record_id = source number × this + record number in the delivery."""

OTHERS = ("work_spell", "planned_work", "village", "cadre", "pairing", "measure")
"""The tables beside `record` that a source may deliver row by row, and rules read."""

MOST_SOURCES = 64
"""More than a county has."""

NEEDED: dict[str, str] = {
    "record_no": "BIGINT", "file_no": "SMALLINT", "sheet_no": "SMALLINT", "row_no": "INTEGER", "row_hash": "BIGINT",
    "hidden": "BOOLEAN", "struck": "BOOLEAN",
    "id_no": "VARCHAR", "id_kind": "VARCHAR", "id_ok": "BOOLEAN", "id_key": "BIGINT", "core18": "VARCHAR",
    "id_birth": "DATE", "id_sex": "VARCHAR", "id_area": "VARCHAR", "id_defects": "VARCHAR", "id_numeric": "BOOLEAN",
    "name": "VARCHAR", "name_id": "BIGINT", "name_defects": "VARCHAR", "name_note": "VARCHAR", "name_alias": "VARCHAR",
    "head_name": "VARCHAR", "head_name_id": "BIGINT", "head_id_no": "VARCHAR", "head_id_key": "BIGINT",
    "head_core18": "VARCHAR", "is_present": "BOOLEAN", "household_run": "INTEGER",
    "town_code": "VARCHAR", "village_code": "VARCHAR", "town_name": "VARCHAR", "village_name": "VARCHAR",
    "group_name": "VARCHAR", "sex": "VARCHAR", "birth_date": "DATE", "household_no": "VARCHAR", "person_no": "VARCHAR",
    "head_person_no": "VARCHAR", "relation_to_head": "VARCHAR", "member_phone": "VARCHAR", "household_phone": "VARCHAR",
    "id_type": "VARCHAR", "person_status": "VARCHAR", "former_name": "VARCHAR",
}  # fmt: skip
"""Columns the sweep reads; one that a delivery lacks is null."""


def first_id(source: int, table: str) -> int:
    """The id of a source's first row in a delivered table; no two tables have an id in common.

    source: its number. table: `record` or one of `OTHERS`.
    """
    place = OTHERS.index(table) + 1 if table in OTHERS else 0
    return (place * MOST_SOURCES + source) * RECORD_BASE


def table_of(row: int) -> str:
    """The delivered table in which the row of an id stands."""
    place = row // (MOST_SOURCES * RECORD_BASE)
    return OTHERS[place - 1] if place else "record"


def make_record_raw(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create the view `record_raw`: all columns of every current delivery with record_id, source, delivery, as_of."""
    parts = []
    present: list[tuple[SourceDelivery, tuple[str, ...]]] = []
    for delivery in deliveries:
        path = delivery.table("record")
        if path is not None:
            engine.scan(f"record_{delivery.number}", [path])
            present.append((delivery, engine.columns(f"record_{delivery.number}")))
    columns = dict.fromkeys(NEEDED)
    for _, own in present:
        columns |= dict.fromkeys(own)
    if not present:
        nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in NEEDED.items())
        empty = (
            "CAST(NULL AS BIGINT) AS record_id, CAST(NULL AS VARCHAR) AS source,"
            " CAST(NULL AS VARCHAR) AS delivery, CAST(NULL AS DATE) AS as_of"
        )
        engine.execute(f"CREATE OR REPLACE VIEW record_raw AS SELECT {empty}, {nothing} WHERE FALSE")
        return
    for delivery, own in present:
        listed = ", ".join(
            f'"{name}"' if name in own else f'CAST(NULL AS {NEEDED.get(name, "VARCHAR")}) AS "{name}"'
            for name in columns
        )
        parts.append(
            f"SELECT {delivery.number * RECORD_BASE} + record_no AS record_id,"
            f" '{delivery.source}' AS source, '{delivery.name}' AS delivery,"
            f" CAST('{delivery.as_of.isoformat()}' AS DATE) AS as_of, {listed} FROM record_{delivery.number}"
        )
    engine.execute(f"CREATE OR REPLACE VIEW record_raw AS {' UNION ALL '.join(parts)}")
