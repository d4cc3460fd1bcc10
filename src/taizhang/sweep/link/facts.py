"""Facts: every record once more, with all that tells persons and households apart as integers.

Intake derived them (`taizhang.intake.delivery.linking`); here those of all sources come together. Linking, judging and
diagnosing look at facts; texts are read again of the records that are in doubt only (identity-engine design, section 6).
"""

from collections.abc import Mapping
from itertools import accumulate

import pyarrow as pa

from taizhang.intake.delivery.fact_files import fact_files
from taizhang.intake.delivery.linking import FACT, OWN_HOUSEHOLD, TEMPORARY
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE

UNKNOWN_NUMBER = -RECORD_BASE
"""Idents below this stand for records without a number; between it and 0 for numbers that are not valid."""

_TYPES = {
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
    pa.string(): "VARCHAR",
}
_TOLD = [name for name in FACT.names if name not in {"record_no", "house_no"}]
"""Columns of a delivery's facts that say in a sweep what they say in the delivery."""


def make_facts(engine: Engine, sources: Mapping[int, SourceDelivery]) -> None:
    """Create the view `fact_raw` and the tables `fact` and `local_raw`; struck rows are in none.

    sources: by source number, which is below 62. fact_raw: a row a record with what its delivery tells of it
    (`linking.FACT`); hh_no: its household. fact: the same, without texts. local_raw: every source's own households
    (`linking.OWN_HOUSEHOLD`); hh_no is their place in the order of sources and values, same_no the first household of any
    source that is called the same, numbered whether the source gave it a number.
    Raises LakeWriteError where a delivery has no facts yet and they cannot be written.
    """
    found = {number: fact_files(one.folder) for number, one in sorted(sources.items())}
    files = {number: one for number, one in found.items() if one is not None}
    before = accumulate((one.households for one in files.values()), initial=0)
    in_order = " ".join(f"WHEN {place} THEN {{}}" for place in range(len(files)))
    source_no = f"CAST(CASE file_no {in_order.format(*files)} END AS TINYINT)" if files else "CAST(NULL AS TINYINT)"
    hh_no = (
        f"CAST(CASE file_no {in_order.format(*before)} END AS BIGINT) + house_no" if files else "CAST(NULL AS BIGINT)"
    )
    for name, schema, paths in (
        ("fact_file", FACT, [one.fact for one in files.values()]),
        ("fact_household_file", OWN_HOUSEHOLD, [one.household for one in files.values()]),
    ):
        if paths:
            engine.scan(name, paths, placed="file_no")
        else:
            columns = ", ".join(f"CAST(NULL AS {_TYPES[entry.type]}) AS {entry.name}" for entry in schema)
            engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} WHERE FALSE")
    engine.execute(f"""
        CREATE OR REPLACE VIEW fact_raw AS
        SELECT CAST(source_no AS BIGINT) * {RECORD_BASE} + record_no AS record_id, source_no, {", ".join(_TOLD)}, hh_no
        FROM (SELECT *, {source_no} AS source_no, {hh_no} AS hh_no FROM fact_file) AS f
    """)
    numbers = ", ".join(name for name in _TOLD if name != "bad_text")
    engine.execute(f"CREATE OR REPLACE TABLE fact AS SELECT record_id, source_no, {numbers}, hh_no FROM fact_raw")
    engine.execute(f"""
        CREATE OR REPLACE TABLE local_raw AS
        SELECT source_no, house, words, hh_no,
            CASE WHEN house >= 0 OR words <> '' AND NOT words LIKE '{TEMPORARY}%' THEN 1 ELSE 0 END AS numbered,
            MIN(hh_no) OVER (PARTITION BY house, words) AS same_no
        FROM (SELECT house, words, {source_no} AS source_no, {hh_no} AS hh_no FROM fact_household_file) AS h
    """)


def bit_of(sources: int, column: str = "source_no") -> str:
    """SQL for the bit of a source number in a mask of sources."""
    if not sources:
        return "CAST(0 AS BIGINT)"
    return (
        f"CASE {column} {' '.join(f'WHEN {number} THEN CAST({2**number} AS BIGINT)' for number in range(sources))} END"
    )
