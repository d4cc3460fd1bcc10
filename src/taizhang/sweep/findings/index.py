"""The sweep's persons and households for whoever looks one up: who they are and where each ledger has them.

persons.parquet and households.parquet hold full numbers and stay in the lake (docs/formats/findings.md).
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.write import GROUP_ROWS

_POINTER = (
    "{'source': r.source, 'delivery': r.delivery, 'record_no': r.record_no, 'file_no': r.file_no,"
    " 'sheet_no': r.sheet_no, 'row_no': r.row_no, 'village_code': r.place}"
)
"""Where one record of a person stands; pointers are ordered by source and record, as their first fields say."""

PERSONS_AT_ONCE = 50_000
"""Lists of values are aggregates that cannot leave memory, so they are made for so many persons at a time."""


def write_index(folder: Path, engine: Engine) -> None:
    """Write persons.parquet and households.parquet from the sweep's tables `person`, `household` and `record`."""
    engine.execute("""
        CREATE OR REPLACE TABLE index_row AS
        SELECT person_id, source, delivery, record_id, record_no, file_no, sheet_no, row_no, household_no, relation_to_head,
            name, COALESCE(village_code, town_code) AS place, COALESCE(core18, id_no) AS number,
            COALESCE(member_phone, household_phone) AS phone
        FROM record WHERE NOT person_id IS NULL
    """)
    _write(engine, (_persons(low, low + PERSONS_AT_ONCE) for low in _lows(engine)), folder / "persons.parquet")
    engine.execute("DROP TABLE index_row")
    households = """
        SELECT h.household_id, MODE(h.household_no) AS household_no, MODE(h.head_name) AS head_name,
            MODE(h.town_code) AS town_code, MODE(h.village_code) AS village_code, MODE(h.town_name) AS town_name,
            MODE(h.village_name) AS village_name, MAX(h.member_count) AS member_count,
            LIST_SORT(LIST(DISTINCT h.source)) AS sources,
            LIST_SORT(LIST(DISTINCT h.household_no) FILTER (WHERE NOT h.household_no IS NULL)) AS numbers
        FROM household AS h WHERE NOT h.household_id IS NULL GROUP BY h.household_id ORDER BY h.household_id
        """
    _write(engine, [households], folder / "households.parquet")


def _lows(engine: Engine) -> range:
    """Where the ranges of person ids begin; one at least."""
    ends = engine.fetch("SELECT MIN(person_id) AS low, MAX(person_id) AS high FROM person").to_pylist()[0]
    low = ends["low"] or 0
    return range(low, (ends["high"] or low) + 1, PERSONS_AT_ONCE)


def _persons(low: int, high: int) -> str:
    """The query for the persons with low ≤ id < high."""
    return f"""
        SELECT p.person_id, p.household_id, p.name, p.core18, p.birth_date AS birth, p.sex, p.town_code, p.village_code,
            p.is_present, p.n_sources, i.household_no, i.relation_to_head AS relation, i.phone, i.names, i.numbers, i.phones,
            i.records
        FROM (SELECT * FROM person WHERE person_id >= {low} AND person_id < {high}) AS p LEFT JOIN (
            SELECT r.person_id, MIN(r.household_no) AS household_no, MODE(r.relation_to_head) AS relation_to_head,
                MODE(r.phone) AS phone,
                LIST_SORT(LIST(DISTINCT r.name) FILTER (WHERE NOT r.name IS NULL)) AS names,
                LIST_SORT(LIST(DISTINCT r.number) FILTER (WHERE NOT r.number IS NULL)) AS numbers,
                LIST_SORT(LIST(DISTINCT r.phone) FILTER (WHERE NOT r.phone IS NULL)) AS phones,
                LIST_SORT(LIST({_POINTER})) AS records
            FROM index_row AS r WHERE r.person_id >= {low} AND r.person_id < {high} GROUP BY r.person_id) AS i
            ON i.person_id = p.person_id
        ORDER BY p.person_id
        """


def _write(engine: Engine, queries: Iterable[str], path: Path) -> None:
    """Write the rows of all queries, one after the other; by Arrow, since an engine may not write files."""
    writer: pq.ParquetWriter | None = None
    for query in queries:
        rows = engine.fetch(query)
        writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
        writer.write_table(rows, row_group_size=GROUP_ROWS)
    if writer is not None:
        writer.close()
