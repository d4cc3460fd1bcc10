"""Whom a suspect may be mistaken for: every record that shares a key with one, fetched once with all its columns.

Every step is a semi-join, so its cost grows with the rows, never with their product. Households are known by an integer
of the source's own here; what they are called in the county is decided afterwards, on the rows that were fetched.
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.decode import make_decoded
from taizhang.sweep.link.keys import few
from taizhang.sweep.tables import HOUSEHOLD, NAME_ID, VALID_KEY, make_claims, wide

PREFIX_15 = 1100
"""Keys with equal key // 1100 share the first fifteen digits (17 digits × 11 + check)."""

TEXTS = ("name", "id_no", "id_kind", "id_defects", "name_defects", "name_alias", "former_name")


def make_involved(engine: Engine, sources: int) -> None:
    """Create `decoded`, `involved` (claims of suspects and whom they reach) and `claim_text` (their texts)."""
    make_decoded(engine)
    _make_weak(engine, sources)
    named = """SELECT n.ident FROM named_row AS n SEMI JOIN weak AS w ON w.name_id = n.name_id AND w.{key} = n.{key}
        WHERE n.ident IS NOT NULL"""
    reached = [
        "SELECT ident FROM suspect_key",
        "SELECT key AS ident FROM decoded",
        f"""SELECT e.ident FROM entity AS e SEMI JOIN (
            SELECT ident // {PREFIX_15} AS prefix FROM suspect_key WHERE ident % 11 = 0 AND ident // 11 % 100 = 0
            UNION SELECT id_key // {PREFIX_15} FROM bad_number WHERE id_text LIKE '%000') AS t
            ON t.prefix = e.ident // {PREFIX_15}""",
        *(named.format(key=key) for key in ("village_code", "birth_date", "household")),
        "SELECT ident FROM mate WHERE ident IS NOT NULL",
    ]
    if engine.fetch("SELECT COUNT(person_no) AS n FROM weak")["n"][0].as_py():
        reached.append(f"""SELECT {VALID_KEY} AS ident FROM record_raw AS r
            SEMI JOIN weak AS w ON w.person_no = r.person_no WHERE {VALID_KEY} IS NOT NULL""")
    engine.execute(f"CREATE OR REPLACE TABLE involved_key AS {' UNION '.join(reached)}")
    taken = f"({VALID_KEY} IS NULL OR {VALID_KEY} IN (SELECT ident FROM involved_key))"
    texts = ", ".join(f"r.{name}" for name in TEXTS)
    engine.execute(f"""
        CREATE OR REPLACE TABLE claim_text AS
        SELECT r.record_id, {texts}, COALESCE(r.core18, r.id_no) AS number
        FROM record_raw AS r WHERE NOT COALESCE(r.struck, FALSE) AND {taken}
    """)
    engine.execute(f"CREATE OR REPLACE TABLE claim_wide AS {wide(taken)}")
    make_claims(engine, "involved")
    for name in ("weak", "named_row", "mate"):
        engine.execute(f"DROP TABLE {name}")


def _make_weak(engine: Engine, sources: int) -> None:
    """`weak`: records whose number and name few sources tell; `named_row`, `mate`: who shares name or household."""
    engine.execute(f"""
        CREATE OR REPLACE TABLE suspect_row AS
        SELECT {VALID_KEY} AS ident, {NAME_ID} AS name_id, r.source, r.village_code, r.birth_date, r.person_no,
            {HOUSEHOLD} AS household
        FROM record_raw AS r
        WHERE NOT COALESCE(r.struck, FALSE)
            AND ({VALID_KEY} IS NULL OR {VALID_KEY} IN (SELECT ident FROM suspect_key))
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE weak AS
        SELECT s.* FROM suspect_row AS s ANTI JOIN (
            SELECT ident, name_id FROM suspect_row WHERE ident IS NOT NULL
            GROUP BY ident, name_id HAVING COUNT(DISTINCT source) > {few(sources)}) AS t
            ON t.ident = s.ident AND t.name_id = s.name_id
    """)
    engine.execute("DROP TABLE suspect_row")
    engine.execute(f"""
        CREATE OR REPLACE TABLE named_row AS
        SELECT {VALID_KEY} AS ident, r.name_id, r.village_code, r.birth_date, {HOUSEHOLD} AS household
        FROM record_raw AS r SEMI JOIN (SELECT name_id FROM weak WHERE name_id <> 0) AS w ON w.name_id = r.name_id
        WHERE NOT COALESCE(r.struck, FALSE)
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE mate AS
        SELECT DISTINCT {VALID_KEY} AS ident FROM record_raw AS r
        SEMI JOIN (SELECT DISTINCT source, household FROM weak) AS w
            ON w.source = r.source AND w.household = {HOUSEHOLD}
        WHERE NOT COALESCE(r.struck, FALSE)
    """)
