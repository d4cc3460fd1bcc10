"""Keys: what every valid number is called by how many ledgers. This settles most persons without looking further."""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.facts import bit_of

TRUNCATED = "ident % 11 = 0 AND ident // 11 % 100 = 0"
"""A number that ends in 000, told from its key (seventeen digits × 11 + check)."""
AREA_AND_YEAR = 110_000_000
"""What a key (seventeen digits × 11 + check) is divided by for its division and year of birth."""
AREA_AND_ORDER = "{0} // 1100000000000 * 1000 + {0} // 11 % 1000"
"""Division and sequence of a number: what is left of it when the date of birth is wrong."""


def make_keys(engine: Engine, sources: int) -> None:
    """Create `entity`, `bad_number`, `bad_claim` and `suspect_key` over `fact`.

    entity: a row a valid number; name_a, name_b are its least and greatest name, n its rows, mask its sources, home the
    first household it stands in, housed the sources where it stands in one. bad_number: texts that are no valid number, with
    negative integers. bad_claim: the records that carry one. suspect_key: numbers that are not settled: several names, several rows in a source, no name, digits cut
    off, or witnesses in at most half the sources.
    """
    bit = bit_of(sources)
    engine.execute(f"""
        CREATE OR REPLACE TABLE entity AS
        SELECT ident, MIN(name_id) AS name_a, MAX(name_id) AS name_b, COUNT(*) AS n, BIT_OR({bit}) AS mask,
            MIN(hh_no) AS home, BIT_OR(CASE WHEN NOT hh_no IS NULL THEN {bit} ELSE 0 END) AS housed
        FROM fact WHERE NOT ident IS NULL GROUP BY ident
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE bad_text AS
        SELECT record_id, bad_text AS id_text, bad_key FROM fact_raw WHERE NOT bad_text IS NULL
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE bad_number AS
        SELECT id_text, id_key, -CAST(ROW_NUMBER() OVER (ORDER BY id_text) AS BIGINT) AS ident
        FROM (SELECT id_text, MIN(bad_key) AS id_key FROM bad_text GROUP BY id_text)
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE bad_claim AS
        SELECT f.record_id, n.ident FROM bad_text AS f JOIN bad_number AS n ON n.id_text = f.id_text
    """)
    engine.execute("DROP TABLE bad_text")
    engine.execute(f"""
        CREATE OR REPLACE TABLE suspect_key AS
        SELECT ident FROM entity
        WHERE name_a <> name_b OR name_a = 0 OR n <> BIT_COUNT(mask) OR BIT_COUNT(mask) <= {few(sources)}
            OR ({TRUNCATED})
    """)


def few(sources: int) -> int:
    """Up to how many of the sources are too few to settle a person."""
    return max(1, sources // 2)
