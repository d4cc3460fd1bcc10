"""The sweep's persons and households for whoever looks one up: who they are and where each ledger has them.

persons.parquet and households.parquet hold full numbers and stay in the lake (docs/formats/findings.md).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.sweep.engines import Engine
from taizhang.sweep.findings.grouped import Grouped, Numbers
from taizhang.sweep.findings.write import GROUP_ROWS
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE

_POINTER = {"file_no": "file_no", "sheet_no": "sheet_no", "row_no": "row_no", "village_code": "place"}
"""Where in its delivery one record of a person stands: name in the list → column of `index_row`."""

AT_ONCE = 60_000
"""The rows of so many persons or households are in memory together: about 50 MB."""


def write_index(folder: Path, engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Write persons.parquet and households.parquet from the sweep's tables `person`, `household` and `record`.

    deliveries: all that `record` is made of; a record's id says which of them it is from.
    """
    persons = list(_ranges(engine, "person"))
    kind = "TABLE" if len(persons) > 1 else "VIEW"  # what is read once need not be kept
    engine.execute(f"""
        CREATE OR REPLACE {kind} index_row AS
        SELECT person_id, record_id, file_no, sheet_no, row_no, household_no, relation_to_head, name,
            COALESCE(village_code, town_code) AS place, COALESCE(core18, id_no) AS number,
            COALESCE(member_phone, household_phone) AS phone
        FROM record
    """)
    _write(engine, persons, partial(_persons, deliveries), folder / "persons.parquet")
    engine.execute(f"DROP {kind} index_row")
    _write(engine, _ranges(engine, "household"), _households, folder / "households.parquet")


def _persons(deliveries: Sequence[SourceDelivery], engine: Engine, within: str) -> pa.Table:
    """The persons with ids in a range, each with the values and places of its records."""
    table = engine.fetch(f"""
        SELECT person_id, household_id, name, core18, birth_date AS birth, sex, town_code, village_code, is_present, n_sources
        FROM person WHERE {within} ORDER BY person_id
    """)
    rows = engine.fetch(f"SELECT * FROM index_row WHERE {within} ORDER BY person_id, record_id")
    group, groups = _groups(rows["person_id"], table["person_id"]), table.num_rows
    starts = np.searchsorted(group, np.arange(groups + 1))
    pointers = pa.StructArray.from_arrays(
        [*_delivered(rows["record_id"], deliveries), *(rows[column].combine_chunks() for column in _POINTER.values())],
        names=["source", "delivery", "record_no", *_POINTER],
    )

    # Each made where it is used: together they are a third of the rows.
    def values(name: str) -> Grouped:
        return Grouped.of(rows[name], group, groups)

    phones = values("phone")
    return _with(table, {
        "household_no": values("household_no").least(),
        "relation": values("relation_to_head").commonest(),
        "phone": phones.commonest(),
        "names": values("name").lists(),
        "numbers": values("number").lists(),
        "phones": phones.lists(),
        "records": pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pointers),
    })  # fmt: skip


def _delivered(ids: pa.ChunkedArray, deliveries: Sequence[SourceDelivery]) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Source, delivery and number there of records; sources are numbered by their names, so ids are in their order too."""
    source, number = np.divmod(ids.to_numpy(), RECORD_BASE)
    place = pc.index_in(pa.array(source), value_set=pa.array([one.number for one in deliveries], pa.int64()))
    sources = pa.array([one.source for one in deliveries], pa.string())
    names = pa.array([one.name for one in deliveries], pa.string())
    return sources.take(place), names.take(place), pa.array(number)


def _households(engine: Engine, within: str) -> pa.Table:
    """The households with ids in a range: what most of their ledgers say."""
    most = ("household_no", "head_name", "town_code", "village_code", "town_name", "village_name")
    rows = engine.fetch(f"""
        SELECT household_id, source, member_count, {", ".join(most)} FROM household
        WHERE {within} ORDER BY household_id, source
    """)
    sizes = rows.group_by("household_id", use_threads=False).aggregate([("member_count", "max")])
    table = sizes.select(["household_id"])
    group, groups = _groups(rows["household_id"], table["household_id"]), table.num_rows
    values = {name: Grouped.of(rows[name], group, groups) for name in (*most, "source")}
    return _with(table, {
        **{name: values[name].commonest() for name in most},
        "member_count": sizes["member_count_max"],
        "sources": values["source"].lists(),
        "numbers": values["household_no"].lists(),
    })  # fmt: skip


def _groups(ids: pa.ChunkedArray, of: pa.ChunkedArray) -> Numbers:
    """The place of each id among ids that are sorted and all there."""
    places: Numbers = np.searchsorted(of.to_numpy(), ids.to_numpy())
    return places


def _with(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


def _ranges(engine: Engine, table: str) -> Iterator[str]:
    """Conditions that take the ids of a table in turn; one at least."""
    ends = engine.fetch(f"SELECT MIN({table}_id) AS low, MAX({table}_id) AS high FROM {table}").to_pylist()[0]
    low = ends["low"] or 0
    for start in range(low, (ends["high"] or low) + 1, AT_ONCE):
        yield f"{table}_id >= {start} AND {table}_id < {start + AT_ONCE}"


def _write(engine: Engine, ranges: Iterable[str], made: Callable[[Engine, str], pa.Table], path: Path) -> None:
    """Write the rows of all ranges, one after the other; by Arrow, since an engine may not write files."""
    writer: pq.ParquetWriter | None = None
    for within in ranges:
        rows = made(engine, within)
        writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
        writer.write_table(rows, row_group_size=GROUP_ROWS)
    if writer is not None:
        writer.close()
