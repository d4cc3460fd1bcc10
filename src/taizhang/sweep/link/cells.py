"""Cells: all records that carry the same number and the same name.

A cell is the unit of linking. A cell that every source agrees on is settled by the aggregate that makes it; only the
others are looked at (identity-engine design, section 6).
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.facts import bit_of
from taizhang.sweep.link.keys import AREA_AND_ORDER, few


def make_cells(engine: Engine, sources: int) -> None:
    """Create `cell` (cell_id in an order that depends on values only) and `suspect` (cell_id, why).

    Suspect: no valid number, a number with several names, or witnesses from at most half of the sources.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE cell AS
        SELECT CAST(ROW_NUMBER() OVER (ORDER BY ident, name_id) AS BIGINT) - 1 AS cell_id, *,
            CAST(BIT_COUNT(mask) AS BIGINT) AS n_sources FROM (
            SELECT ident, name_id, COUNT(*) AS n, BIT_OR({bit_of(sources)}) AS mask,
                MIN(record_id) AS first_record,
                MIN(birth_date) AS birth_a, MAX(birth_date) AS birth_b, MIN(id_birth) AS id_birth,
                MIN(sex) AS sex_a, MAX(sex) AS sex_b, MIN(village) AS village_a, MAX(village) AS village_b,
                MIN(hh) AS hh_a, MAX(hh) AS hh_b, MIN(hh_number) AS number_a, MAX(hh_number) AS number_b,
                MIN(person_no) AS person_no_a, MAX(person_no) AS person_no_b, MIN(phone) AS phone_a,
                MAX(phone) AS phone_b, MIN(relation) AS relation_a, MAX(relation) AS relation_b,
                MAX(truncated) AS truncated,
                CASE WHEN ident > 0 THEN {AREA_AND_ORDER.format("ident")} END AS area_order
            FROM involved GROUP BY ident, name_id)
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE suspect AS
        SELECT c.cell_id, c.ident, c.name_id, c.hh_a, c.hh_b, c.village_a, c.village_b, c.person_no_a, c.birth_a, c.number_a, c.id_birth,
            c.area_order, c.n_sources, CASE WHEN k.ident IS NOT NULL THEN 1 ELSE 0 END AS shared
        FROM cell AS c
        LEFT JOIN (SELECT ident FROM cell WHERE ident > 0 GROUP BY ident HAVING COUNT(*) > 1) AS k ON k.ident = c.ident
        WHERE c.ident <= 0 OR k.ident IS NOT NULL OR c.truncated = 1 OR c.name_id = 0
            OR c.n_sources <= {few(sources)}
    """)
