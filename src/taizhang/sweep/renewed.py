"""What a delivery says otherwise about a person number than the delivery of the same source before it.

Name, number, sex and birth of a person do not change by themselves. A change that a finding of the last sweep over the
earlier delivery asked for is a correction; any other has to be explained. Where no sweep ever read the earlier delivery,
nobody knows what was asked, and a change is neither.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.sweep.canonical import filled_columns
from taizhang.sweep.engines import Engine
from taizhang.sweep.history import finished_sweeps
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE

CHANGED = "PR-STATIC-CHANGED"
STATIC = ("name", "id_no", "sex", "birth_date")
COLUMNS = {
    "source": "VARCHAR", "as_of": "DATE", "previous": "DATE", "record_id": "BIGINT", "person_id": "BIGINT",
    "household_id": "BIGINT", "person_no": "VARCHAR", "is_present": "BOOLEAN", "town_code": "VARCHAR",
    "village_code": "VARCHAR", "town_name": "VARCHAR", "village_name": "VARCHAR", "head_name": "VARCHAR",
    **{f"{name}{when}": "DATE" if name == "birth_date" else "VARCHAR" for name in STATIC for when in ("", "_before")},
    "differs": "BOOLEAN", **{f"{name}_changed": "BOOLEAN" for name in STATIC}, "change_is_open": "BOOLEAN",
}  # fmt: skip
_DIFFERS = {
    "name": "r.name_id <> b.name_id AND NOT r.name IS NULL AND NOT b.name IS NULL",
    "id_no": "b.id_ok AND NOT r.id_no IS NULL AND (NOT r.id_ok OR r.id_key <> b.id_key)",
    "sex": "r.sex <> b.sex",
    "birth_date": "r.birth_date <> b.birth_date",
}
"""An entry where there was none is no change, and neither is a valid number in place of one that was not."""
_READ = ("person_no", "name", "name_id", "id_no", "id_ok", "id_key", "sex", "birth_date")
_ASKED = pa.schema([("source", pa.string()), ("person_id", pa.int64()), ("field", pa.string())])


def make_renewed(engine: Engine, deliveries: Sequence[SourceDelivery], sweeps: Path) -> None:
    """Create `renewed`: a row for every person number that stands in one row of a source's newest delivery and of the one before.

    Reads `record` and `person_key`. differs: something static is not as it was. name_changed and its like: that it is
    not, and nobody asked; null where nobody could know. change_is_open: a finding about an earlier change stands open.
    """
    listed = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    parts = [f"SELECT {listed} WHERE FALSE"]
    asked = []
    for delivery in deliveries:
        if not _can_be_compared(delivery):
            continue
        assert delivery.previous is not None  # noqa: S101 - asked above
        swept = sweep_over(sweeps, delivery.source, delivery.previous.name)
        asked += [] if swept is None else [_asked(swept, delivery.source)]
        engine.scan(f"earlier_{delivery.number}", [delivery.previous / "record.parquet"])
        parts.append(_part(delivery, delivery.previous.name[:10], was_swept=swept is not None))
    engine.register("asked_before_raw", pa.concat_tables(asked) if asked else _ASKED.empty_table())
    engine.execute("""
        CREATE OR REPLACE TABLE asked_before AS
        SELECT source, person_id, MAX(CASE WHEN field = 'name' THEN 1 ELSE 0 END) AS name,
            MAX(CASE WHEN field = 'id_no' THEN 1 ELSE 0 END) AS id_no, MAX(CASE WHEN field = 'sex' THEN 1 ELSE 0 END) AS sex,
            MAX(CASE WHEN field = 'birth_date' THEN 1 ELSE 0 END) AS birth_date,
            MAX(CASE WHEN field = '' THEN 1 ELSE 0 END) AS change
        FROM asked_before_raw GROUP BY source, person_id
    """)
    engine.execute(f"CREATE OR REPLACE TABLE renewed AS {' UNION ALL '.join(parts)}")


def _can_be_compared(delivery: SourceDelivery) -> bool:
    paths = (delivery.table("record"), delivery.previous / "record.parquet" if delivery.previous else None)
    return all(path is not None and path.is_file() and "person_no" in filled_columns(path) for path in paths)


def _part(delivery: SourceDelivery, previous: str, *, was_swept: bool) -> str:
    """The SELECT of one source; a number that stands in two rows of a delivery names nobody and is left out."""
    once = "SELECT person_no FROM {} WHERE NOT person_no IS NULL GROUP BY person_no HAVING COUNT(*) = 1"
    before = ", ".join(_READ)
    differ = ", ".join(f"COALESCE({told}, FALSE) AS {name}_differs" for name, told in _DIFFERS.items())
    both = ", ".join(f"d.{name}, d.{name}_before" for name in STATIC)
    changed = ", ".join(
        f"CASE WHEN NOT d.{name}_differs OR COALESCE(a.{name}, 0) = 1 THEN FALSE"
        f" WHEN {'TRUE' if was_swept else 'FALSE'} THEN TRUE END AS {name}_changed"
        for name in STATIC
    )
    shown = ", ".join(f"r.{name}, b.{name} AS {name}_before" for name in STATIC)
    facts = ", ".join(
        f"{{0}}.{name}"
        for name in ("record_id", "person_id", "household_id", "person_no", "is_present", "town_code",
                     "village_code", "town_name", "village_name", "head_name")
    )  # fmt: skip
    return f"""
        SELECT '{delivery.source}' AS source, CAST('{delivery.as_of.isoformat()}' AS DATE) AS as_of,
            CAST('{previous}' AS DATE) AS previous, {facts.format("d")}, {both},
            {" OR ".join(f"d.{name}_differs" for name in STATIC)} AS differs, {changed},
            COALESCE(a.change, 0) = 1 AS change_is_open
        FROM (
            SELECT {facts.format("r")}, {shown}, {differ}
            FROM record AS r
            JOIN (SELECT {before} FROM earlier_{delivery.number}) AS b ON b.person_no = r.person_no
            SEMI JOIN ({once.format(f"earlier_{delivery.number}")}) AS x ON x.person_no = r.person_no
            SEMI JOIN ({once.format(f"record_{delivery.number}")}) AS y ON y.person_no = r.person_no
            WHERE r.record_id >= {delivery.number * RECORD_BASE} AND r.record_id < {(delivery.number + 1) * RECORD_BASE}
        ) AS d
        LEFT JOIN asked_before AS a ON a.source = '{delivery.source}' AND a.person_id = d.person_id"""


def sweep_over(sweeps: Path, source: str, delivery: str) -> Path | None:
    """The last finished sweep that read this delivery of a source; None where none did."""
    found = [
        folder
        for folder, about in finished_sweeps(sweeps)
        if (folder / "findings.parquet").is_file()
        and any(one["source"] == source and one["delivery"] == delivery for one in about["deliveries"])
    ]
    return found[-1] if found else None


def _asked(sweep: Path, source: str) -> pa.Table:
    """What the open findings of a sweep asked of a source: persons with fields; the field '' where a change was told."""
    rows = pq.read_table(
        sweep / "findings.parquet", columns=["rule", "delta", "person_id", "involved", "source", "culprit", "fields"]
    )
    about = pc.or_kleene(pc.equal(rows["source"], source), pc.equal(rows["culprit"], source))
    rows = rows.filter(pc.and_kleene(about, pc.not_equal(rows["delta"], "gone")))
    told: list[tuple[str, int, str]] = []
    for row in rows.to_pylist():
        persons = [one for one in (row["person_id"], *(row["involved"] or ())) if one is not None]
        fields = [*(field for field in row["fields"] if field in STATIC), *([""] if row["rule"] == CHANGED else [])]
        told += [(source, person, field) for person in persons for field in fields]
    columns = list(zip(*told, strict=True)) if told else [()] * len(_ASKED)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _ASKED, strict=True)], schema=_ASKED
    )
