"""Whom a suspect may be mistaken for: every record that shares a key with one, fetched once with all its columns.

Every step is a semi-join, so its cost grows with the rows, never with their product. Households are known by an integer
of the source's own here.
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.decode import make_decoded
from taizhang.sweep.link.keys import TRUNCATED, few
from taizhang.sweep.tables import LIVING, LOCAL_HOUSEHOLD, make_claims, wide

PREFIX_15 = 1100
"""Keys with equal key // 1100 share the first fifteen digits (17 digits × 11 + check)."""

TEXTS = ("name", "id_no", "id_kind", "id_defects", "name_defects", "name_alias", "former_name")


def make_involved(engine: Engine, sources: int) -> None:
    """Create `decoded`, `involved` (claims of suspects and of whom they reach) and `claim_text` (their texts)."""
    make_decoded(engine)
    _make_weak(engine, sources)
    named = "SELECT n.ident FROM named_row AS n SEMI JOIN weak AS w ON w.name_id = n.name_id AND w.{key} = n.{key}"
    reached = (
        "SELECT ident FROM suspect_key",
        "SELECT key AS ident FROM decoded",
        f"""SELECT e.ident FROM entity AS e SEMI JOIN (
            SELECT ident // {PREFIX_15} AS prefix FROM suspect_key WHERE {TRUNCATED}
            UNION SELECT id_key // {PREFIX_15} FROM bad_number WHERE id_text LIKE '%000') AS t
            ON t.prefix = e.ident // {PREFIX_15}""",
        *(named.format(key=key) for key in ("village", "birth", "household")),
        """SELECT f.ident FROM fact AS f SEMI JOIN (SELECT source_no, household FROM weak WHERE alone = 1) AS w
            ON w.source_no = f.source_no AND w.household = f.household WHERE f.ident IS NOT NULL""",
    )
    engine.execute(f"CREATE OR REPLACE TABLE involved_key AS {' UNION '.join(reached)}")
    engine.execute("""
        CREATE OR REPLACE TABLE involved_record AS
        SELECT record_id FROM fact WHERE ident IS NULL
        UNION ALL SELECT f.record_id FROM fact AS f SEMI JOIN involved_key AS k ON k.ident = f.ident
    """)
    texts = ", ".join(f"r.{name}" for name in TEXTS)
    taken = "SEMI JOIN involved_record AS k ON k.record_id = r.record_id"
    engine.execute(f"""
        CREATE OR REPLACE TABLE claim_read AS
        {wide(f"CAST({LOCAL_HOUSEHOLD} AS VARCHAR)", taken, f", {texts}, COALESCE(r.core18, r.id_no) AS number")}
    """)
    engine.execute(f"""
        CREATE OR REPLACE VIEW claim_text AS SELECT record_id, {", ".join(TEXTS)}, number FROM claim_read
    """)
    _make_mates(engine)
    make_claims(engine, "involved", living="living")
    engine.execute("DROP VIEW living")
    for name in ("claim_wide", "weak", "named_row", "involved_record", "housemate"):
        engine.execute(f"DROP TABLE {name}")


def _make_weak(engine: Engine, sources: int) -> None:
    """`weak`: records whose number and name few sources tell, alone where nothing else leads to a partner.

    `named_row`: the records with a valid number that share a name with one of them.
    """
    engine.execute("""
        CREATE OR REPLACE TABLE suspect_row AS
        SELECT f.* FROM fact AS f SEMI JOIN suspect_key AS k ON k.ident = f.ident
        UNION ALL SELECT * FROM fact WHERE ident IS NULL
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE weak AS
        SELECT s.*, CASE WHEN s.ident IS NULL AND NOT b.record_id IS NULL OR e.n > 1 THEN 0 ELSE 1 END AS alone
        FROM (SELECT * FROM suspect_row AS q ANTI JOIN (
                SELECT ident, name_id FROM suspect_row WHERE NOT ident IS NULL
                GROUP BY ident, name_id HAVING COUNT(DISTINCT source_no) > {few(sources)}) AS t
                ON t.ident = q.ident AND t.name_id = q.name_id) AS s
        LEFT JOIN (SELECT DISTINCT t.record_id FROM bad_record AS t JOIN bad_number AS n ON n.id_text = t.id_text
            SEMI JOIN decoded AS d ON d.ident = n.ident) AS b ON b.record_id = s.record_id
        LEFT JOIN entity AS e ON e.ident = s.ident
    """)
    engine.execute("DROP TABLE suspect_row")
    engine.execute("""
        CREATE OR REPLACE TABLE named_row AS
        SELECT f.ident, f.name_id, f.village, f.birth, f.household FROM fact AS f
        SEMI JOIN (SELECT name_id FROM weak WHERE name_id <> 0) AS w ON w.name_id = f.name_id
        WHERE f.ident IS NOT NULL
    """)


def _make_mates(engine: Engine) -> None:
    """`claim_wide`: the claims, and of those who live with them what tells whose household is whose.

    Sources number their households differently; the people in them say which are the same.
    """
    engine.execute("""
        CREATE OR REPLACE TABLE mate_key AS
        SELECT DISTINCT f.ident FROM fact AS f SEMI JOIN weak AS w
            ON w.source_no = f.source_no AND w.household = f.household
        WHERE f.ident IS NOT NULL
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE claim_wide AS
        SELECT record_id, source_no, file_no, sheet_no, row_no, valid_key, id_text, name_id, birth_date, id_birth, sex,
            village, person_no, phone, relation, hh_number, numbered, head_name_id, hh_text, truncated, present, row_hash
        FROM claim_read
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE housemate AS
        SELECT f.source_no, f.ident AS valid_key, f.name_id, f.village, CAST(f.household AS VARCHAR) AS hh_text,
            CASE WHEN f.household >= 0 THEN 1 ELSE 0 END AS numbered
        FROM fact AS f SEMI JOIN mate_key AS m ON m.ident = f.ident
        ANTI JOIN involved_record AS k ON k.record_id = f.record_id
    """)
    unknown = {"file_no": "SMALLINT", "sheet_no": "SMALLINT", "head_name_id": "BIGINT"}
    mates = ", ".join(f"CAST(NULL AS {unknown[name]})" if name in unknown else name for name in LIVING)
    engine.execute(f"""
        CREATE OR REPLACE VIEW living AS SELECT {", ".join(LIVING)} FROM claim_wide
        UNION ALL SELECT {mates} FROM housemate
    """)
    engine.execute("DROP TABLE mate_key")
