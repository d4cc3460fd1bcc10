"""Whom a suspect may be mistaken for: every record that shares a key with one, and the texts of all these.

Every step is a semi-join, so its cost grows with the rows, never with their product.
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.decode import make_decoded
from taizhang.sweep.link.keys import AREA_AND_ORDER, TRUNCATED, few
from taizhang.sweep.tables import RECORD_BASE

PREFIX_15 = 1100
"""Keys with equal key // 1100 share the first fifteen digits (17 digits × 11 + check)."""

FACTS = (
    "record_id, source_no, ident, name_id, birth_date, id_birth, sex, village, sheet, person_no, relation, hh_no, present,"
    " head_name_id, head_key"
)
TEXTS = ("name", "id_no", "id_kind", "id_defects", "name_defects", "name_alias", "former_name")


def make_involved(engine: Engine, sources: int) -> None:
    """Create `decoded`, `involved` (claims of suspects and of whom they reach) and `claim_text` (their texts).

    ident: the number's key where the number is valid; a negative integer for a number that is not (equal texts, equal
    integers, `bad_number`); a negative integer of its own for a record without a number. hh: the county household.
    Drops `entity`, `suspect_key` and `involved_key`: nothing reads them later, and the first has a row for every number.
    """
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
        *(named.format(key=key) for key in ("village", "birth_date", "same_no")),
        """SELECT f.ident FROM fact AS f SEMI JOIN (SELECT hh_no FROM weak WHERE alone = 1) AS w
            ON w.hh_no = f.hh_no WHERE NOT f.ident IS NULL""",
        """SELECT f.ident FROM fact AS f SEMI JOIN weak_birth AS w ON w.village = f.village AND w.born = f.id_birth
            WHERE NOT f.ident IS NULL""",
        f"""SELECT f.ident FROM fact AS f SEMI JOIN weak_order AS w
            ON w.village = f.village AND w.area_order = {AREA_AND_ORDER.format("f.ident")} WHERE NOT f.ident IS NULL""",
    )
    engine.execute(f"CREATE OR REPLACE TABLE involved_key AS {' UNION '.join(reached)}")
    facts = """
        SELECT {0} FROM fact WHERE ident IS NULL
        UNION ALL SELECT {0} FROM fact AS f SEMI JOIN involved_key AS k ON k.ident = f.ident"""
    engine.execute(f"""
        CREATE OR REPLACE TABLE claim_text AS
        SELECT r.record_id, {", ".join(f"r.{name}" for name in TEXTS)}, COALESCE(r.core18, r.id_no) AS number,
            TRY_CAST(COALESCE(r.member_phone, r.household_phone) AS BIGINT) AS phone,
            TRY_CAST(r.household_no AS BIGINT) AS hh_number, r.row_hash, r.file_no, r.sheet_no, r.row_no
        FROM record_raw AS r SEMI JOIN ({facts.format("record_id")}) AS k ON k.record_id = r.record_id
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE involved AS
        SELECT c.record_id, c.source_no, t.file_no, t.sheet_no, t.row_no,
            COALESCE(c.ident, b.ident, -{10 * RECORD_BASE} - c.record_id) AS ident, c.name_id, c.birth_date, c.id_birth, c.sex,
            COALESCE(c.village, v.village) AS village, c.person_no, t.phone, c.relation, t.hh_number, h.hh, c.hh_no,
            CASE WHEN t.id_defects LIKE '%|ID-EXCEL-TRUNC|%' THEN 1 ELSE 0 END AS truncated, c.present, t.row_hash,
            c.head_name_id, c.head_key
        FROM ({facts.format(FACTS)}) AS c
        JOIN claim_text AS t ON t.record_id = c.record_id
        LEFT JOIN bad_claim AS b ON b.record_id = c.record_id
        LEFT JOIN local_household AS h ON h.hh_no = c.hh_no
        LEFT JOIN sheet_village AS v ON v.source_no = c.source_no AND v.sheet = c.sheet
    """)
    for name in (
        "weak",
        "weak_birth",
        "weak_order",
        "named_row",
        "involved_key",
        "bad_claim",
        "suspect_key",
        "entity",
    ):
        engine.execute(f"DROP TABLE {name}")


def _make_weak(engine: Engine, sources: int) -> None:
    """`weak`: records whose number and name few sources tell, alone where nothing else leads to a partner.

    `named_row`: the records with a valid number that share a name with one of them. `weak_birth`, `weak_order`: village
    with a date of birth, and with the rest of a number, of records that no name need lead to anybody.
    """
    shown = "f.source_no, f.name_id, f.village, f.birth_date, f.id_birth, f.hh_no"
    engine.execute(f"""
        CREATE OR REPLACE TABLE suspect_row AS
        SELECT f.ident, CAST(NULL AS BIGINT) AS bad, {shown} FROM fact AS f SEMI JOIN suspect_key AS k ON k.ident = f.ident
        UNION ALL SELECT f.ident, b.ident AS bad, {shown} FROM fact AS f LEFT JOIN bad_claim AS b ON b.record_id = f.record_id
        WHERE f.ident IS NULL
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE weak AS
        SELECT s.ident, s.name_id, s.village, s.birth_date, s.id_birth, s.hh_no, l.same_no,
            CASE WHEN NOT b.ident IS NULL OR e.n > 1 THEN 0 ELSE 1 END AS alone
        FROM (SELECT * FROM suspect_row AS q ANTI JOIN (
                SELECT ident, name_id FROM suspect_row WHERE NOT ident IS NULL
                GROUP BY ident, name_id HAVING COUNT(DISTINCT source_no) > {few(sources)}) AS t
                ON t.ident = q.ident AND t.name_id = q.name_id) AS s
        LEFT JOIN (SELECT DISTINCT ident FROM decoded) AS b ON b.ident = s.bad
        LEFT JOIN entity AS e ON e.ident = s.ident
        LEFT JOIN local_household AS l ON l.hh_no = s.hh_no
    """)
    engine.execute("DROP TABLE suspect_row")
    engine.execute("""
        CREATE OR REPLACE TABLE weak_birth AS
        SELECT village, birth_date AS born FROM weak WHERE alone = 1 OR birth_date <> id_birth
        UNION SELECT village, id_birth FROM weak WHERE alone = 1 AND NOT ident IS NULL
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE weak_order AS
        SELECT DISTINCT village, {AREA_AND_ORDER.format("ident")} AS area_order FROM weak
        WHERE alone = 1 AND NOT ident IS NULL
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE named_row AS
        SELECT f.ident, f.name_id, f.village, f.birth_date, l.same_no FROM fact AS f
        SEMI JOIN (SELECT name_id FROM weak WHERE name_id <> 0) AS w ON w.name_id = f.name_id
        LEFT JOIN local_household AS l ON l.hh_no = f.hh_no
        WHERE NOT f.ident IS NULL
    """)
