"""Keys: what every valid number is called by how many ledgers. This settles most persons without reading anything else.

Only here are all records looked at, and only at four narrow columns of them (identity-engine design, section 6).
"""

from collections.abc import Mapping

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import NAME_ID, RECORD_BASE, VALID_KEY

TRUNCATED = "ident % 11 = 0 AND ident // 11 % 100 = 0"
"""A number that ends in 000, told from its key (seventeen digits × 11 + check)."""


def make_keys(engine: Engine, sources: Mapping[int, SourceDelivery]) -> None:
    """Create `source_total`, `entity` (a row a valid number), `bad_record`, `bad_number` and `suspect_key`.

    sources: by source number, which is below 62. entity: name_a, name_b are the least and greatest name; n rows; mask of sources.
    bad_record: rows without a valid number. bad_number: their distinct texts. suspect_key: numbers that are not
    settled: several names, several rows in a source, no name, digits cut off, or witnesses in at most half the sources.
    """
    bits = " ".join(f"WHEN '{one.source}' THEN {2**number}" for number, one in sources.items())
    engine.execute(f"""
        CREATE OR REPLACE VIEW key_row AS
        SELECT {VALID_KEY} AS ident, {NAME_ID} AS name_id, CAST(CASE r.source {bits} END AS BIGINT) AS source_bit
        FROM record_raw AS r WHERE NOT COALESCE(r.struck, FALSE)
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE entity AS
        SELECT ident, MIN(name_id) AS name_a, MAX(name_id) AS name_b, COUNT(*) AS n, BIT_OR(source_bit) AS mask
        FROM key_row WHERE ident IS NOT NULL GROUP BY ident
    """)
    engine.execute(
        """
        CREATE OR REPLACE TABLE source_total AS
        SELECT CAST(record_id // {base} AS INTEGER) AS source_no, COUNT(*) AS n FROM record_raw
        WHERE NOT COALESCE(struck, FALSE) GROUP BY CAST(record_id // {base} AS INTEGER)
    """.format(base=RECORD_BASE)
    )
    engine.execute(f"""
        CREATE OR REPLACE TABLE bad_record AS
        SELECT r.record_id, CASE WHEN r.id_kind IN ('placeholder', 'empty', 'scientific') THEN NULL
            ELSE COALESCE(r.core18, r.id_no) END AS id_text, r.id_key
        FROM record_raw AS r WHERE NOT COALESCE(r.struck, FALSE) AND {VALID_KEY} IS NULL
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE bad_number AS
        SELECT id_text, id_key, -CAST(ROW_NUMBER() OVER (ORDER BY id_text) AS BIGINT) AS ident
        FROM (SELECT id_text, MIN(id_key) AS id_key FROM bad_record WHERE id_text IS NOT NULL GROUP BY id_text)
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
