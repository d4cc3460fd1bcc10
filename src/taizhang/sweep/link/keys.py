"""Keys: what every valid number is called by how many ledgers. This settles most persons without reading anything else.

Only here are all records read, and only a few columns of them, all of them integers (identity-engine design, section 6).
"""

from collections.abc import Mapping

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import LOCAL_HOUSEHOLD, NAME_ID, VALID_KEY

TRUNCATED = "ident % 11 = 0 AND ident // 11 % 100 = 0"
"""A number that ends in 000, told from its key (seventeen digits × 11 + check)."""


def make_keys(engine: Engine, sources: Mapping[int, SourceDelivery]) -> None:
    """Create `fact`, `entity`, `bad_record`, `bad_number` and `suspect_key`.

    sources: by source number, which is below 62. fact: a row a record with what is looked for at all, ident null where
    the number is not valid. entity: a row a valid number; name_a, name_b are its least and greatest name, n its rows,
    mask its sources. bad_record: records with a text that is no valid number; bad_number: those texts. suspect_key: numbers that are not
    settled: several names, several rows in a source, no name, digits cut off, or witnesses in at most half the sources.
    """
    numbers = " ".join(f"WHEN '{one.source}' THEN {number}" for number, one in sources.items())
    bits = " ".join(f"WHEN {number} THEN {2**number}" for number in sources)
    engine.execute(f"""
        CREATE OR REPLACE TABLE fact AS
        SELECT r.record_id, CAST(CASE r.source {numbers} END AS TINYINT) AS source_no, {VALID_KEY} AS ident,
            {NAME_ID} AS name_id, TRY_CAST(r.village_code AS BIGINT) AS village, r.birth_date AS birth,
            {LOCAL_HOUSEHOLD} AS household
        FROM record_raw AS r WHERE NOT COALESCE(r.struck, FALSE)
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE entity AS
        SELECT ident, MIN(name_id) AS name_a, MAX(name_id) AS name_b, COUNT(*) AS n,
            BIT_OR(CASE source_no {bits} END) AS mask
        FROM fact WHERE ident IS NOT NULL GROUP BY ident
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE bad_record AS
        SELECT r.record_id, COALESCE(r.core18, r.id_no) AS id_text, r.id_key FROM record_raw AS r
        WHERE {VALID_KEY} IS NULL AND NOT COALESCE(r.struck, FALSE)
            AND NOT COALESCE(r.id_kind, 'empty') IN ('placeholder', 'empty', 'scientific')
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE bad_number AS
        SELECT id_text, id_key, -CAST(ROW_NUMBER() OVER (ORDER BY id_text) AS BIGINT) AS ident
        FROM (SELECT id_text, MIN(id_key) AS id_key FROM bad_record WHERE NOT id_text IS NULL GROUP BY id_text)
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE suspect_key AS
        SELECT ident FROM entity
        WHERE name_a <> name_b OR name_a = 0 OR n <> BIT_COUNT(mask) OR BIT_COUNT(mask) <= {few(len(sources))}
            OR ({TRUNCATED})
    """)


def few(sources: int) -> int:
    """Up to how many of the sources are too few to settle a person."""
    return max(1, sources // 2)
