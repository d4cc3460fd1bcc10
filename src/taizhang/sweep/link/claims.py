"""Claims: every record with its person and its county household; and readings, the same without the records.

Of a settled person nothing stands in a table but its facts, whose number is its key: a copy of all records with their persons
would cost more than what is asked of it. Rules, which ask of every record, make that copy (`canonical.keep_claims`).
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.facts import UNKNOWN_NUMBER, bit_of
from taizhang.sweep.link.keys import BESIDE, SEX, SEXED, VARIED

_KEPT = "record_id, source_no, ident, kind, name_id, birth_date, id_birth, sex, village, person_no, relation, hh, hh_no, present"


def make_claims(engine: Engine, sources: int) -> None:
    """Create the views `claim_person` and `reading`, and `plain_person`, `other_reading`, `varied_key`, `head_differs`.

    claim_person: the facts of all records with `root`, their person, and `hh`, their county household. The person of a
    settled number is the number's key; the others are what linking made of them.
    reading: a row for every different number, name and household of a person. id_key, number: of a valid number, of another;
    village, birth, sex_a: the least, other_birth, sex_b the greatest, of birth a column's or else the number's; mask, present:
    the sources that say so, and those that say it of somebody present; n: their rows; record_id: the first.
    plain_person: settled persons whose records say the same in everything; their readings are what their number's aggregate
    says, but that sex and record_id are the person's and not those of each reading. No record of theirs is looked at again.
    varied_key (root): the other settled persons. other_reading: of all but plain persons.
    head_differs (hh_no, record_id, copy_id): rows that carry another name or number of the head than the first of the
    household's own heads. Drops `entity` and `moved_key`: nothing reads them later, and the first has a row for every number.
    """
    settled = _settled("ANTI JOIN involved_key AS k ON k.ident = f.ident")
    engine.execute(
        f"CREATE OR REPLACE VIEW claim_person AS {settled} UNION ALL SELECT {_KEPT}, root FROM involved_person"
    )
    _make_varied(engine)
    _make_plain(engine)
    _make_other(engine, sources)
    plain = "root, root AS id_key, CAST(NULL AS VARCHAR) AS number, name_id"
    birth = "born AS birth, born AS other_birth, sex AS sex_a, sex AS sex_b"
    engine.execute(f"""
        CREATE OR REPLACE VIEW reading AS
        SELECT {plain}, hh, village_in AS village, {birth}, housed AS mask, housed AS present,
            CAST(BIT_COUNT(housed) AS BIGINT) AS n, record_id FROM plain_person WHERE housed <> 0
        UNION ALL
        SELECT {plain}, CAST(NULL AS BIGINT) AS hh, village_out AS village, {birth}, mask - housed AS mask, mask - housed AS present,
            CAST(BIT_COUNT(mask - housed) AS BIGINT) AS n, record_id FROM plain_person WHERE housed <> mask
        UNION ALL SELECT * FROM other_reading
    """)
    _make_head_differs(engine)
    for name in ("entity", "moved_key"):
        engine.execute(f"DROP TABLE {name}")


def _make_plain(engine: Engine) -> None:
    engine.execute(f"""
        CREATE OR REPLACE TABLE plain_person AS
        SELECT e.ident AS root, e.name_a AS name_id, h.hh, e.village_in, e.village_out, e.born, e.mask, e.housed,
            CAST(CASE WHEN e.flags >= {SEXED} THEN {SEX.replace("ident", "e.ident")} END AS TINYINT) AS sex,
            CASE WHEN e.record_id >= {BESIDE} THEN e.record_id - {BESIDE} ELSE e.record_id END AS record_id
        FROM entity AS e ANTI JOIN involved_key AS k ON k.ident = e.ident ANTI JOIN varied_key AS v ON v.root = e.ident
        LEFT JOIN local_household AS h ON h.hh_no = e.home
    """)


def _make_other(engine: Engine, sources: int) -> None:
    bit = bit_of(sources)
    said = f"""
        MIN(village) AS village, MIN(COALESCE(birth_date, id_birth)) AS birth, MAX(COALESCE(birth_date, id_birth)) AS other_birth,
        MIN(sex) AS sex_a, MAX(sex) AS sex_b, BIT_OR({bit}) AS mask, BIT_OR(CASE WHEN present = 1 THEN {bit} ELSE 0 END) AS present,
        COUNT(*) AS n, MIN(record_id) AS record_id"""
    engine.execute(f"""
        CREATE OR REPLACE TABLE other_reading AS
        SELECT root, root AS id_key, CAST(NULL AS VARCHAR) AS number, MIN(name_id) AS name_id, hh, {said}
        FROM ({_settled("SEMI JOIN varied_key AS k ON k.root = f.ident")}) AS s GROUP BY root, hh
        UNION ALL
        SELECT r.root, CASE WHEN r.ident > 0 THEN r.ident END AS id_key, b.id_text AS number, r.name_id, r.hh, r.village, r.birth,
            r.other_birth, r.sex_a, r.sex_b, r.mask, r.present, r.n, r.record_id
        FROM (SELECT root, told AS ident, name_id, hh, {said} FROM (
                SELECT *, CASE WHEN ident > {UNKNOWN_NUMBER} THEN ident END AS told FROM involved_person) AS p
            GROUP BY root, told, name_id, hh) AS r
        LEFT JOIN bad_number AS b ON b.ident = r.ident
    """)


def _make_head_differs(engine: Engine) -> None:
    engine.execute("""
        CREATE OR REPLACE TABLE head_differs AS
        SELECT h.hh_no, h.record_id, m.record_id AS copy_id FROM (
            SELECT f.hh_no, f.record_id, f.name_id, COALESCE(f.ident, f.bad_key) AS id_key FROM fact AS f
            SEMI JOIN (SELECT MIN(record_id) AS record_id FROM fact
                WHERE relation = 1 AND present = 1 AND NOT hh_no IS NULL GROUP BY hh_no) AS o
                ON o.record_id = f.record_id) AS h
        JOIN fact AS m ON m.hh_no = h.hh_no
        WHERE (m.head_name_id <> h.name_id OR m.head_key <> h.id_key) AND NOT m.relation IS NULL
    """)


def _make_varied(engine: Engine) -> None:
    engine.execute(f"""
        CREATE OR REPLACE TABLE varied_key AS
        SELECT q.ident AS root FROM (
            SELECT ident FROM entity WHERE flags & {VARIED} <> 0
            UNION SELECT ident FROM moved_key
            UNION SELECT f.ident FROM fact AS f JOIN sheet_village AS v ON v.source_no = f.source_no AND v.sheet = f.sheet
                JOIN entity AS e ON e.ident = f.ident
                WHERE COALESCE(v.village < CASE WHEN f.hh_no IS NULL THEN e.village_out ELSE e.village_in END, TRUE)) AS q
        ANTI JOIN involved_key AS k ON k.ident = q.ident
    """)


def claims_of(asked: str) -> str:
    """A query for the rows of `claim_person` of the persons in a table with a column `root`."""
    return f"""{_settled(f"SEMI JOIN {asked} AS a ON a.root = f.ident")}
        UNION ALL SELECT {_KEPT}, root FROM involved_person AS p SEMI JOIN {asked} AS a ON a.root = p.root"""


def varied_claims() -> str:
    """A query for the rows of `claim_person` of all persons but those whose records say the same in everything."""
    return f"""{_settled("SEMI JOIN varied_key AS a ON a.root = f.ident")}
        UNION ALL SELECT {_KEPT}, root FROM involved_person"""


def _settled(which: str) -> str:
    """The claims of settled persons; nobody else's root is a number's key. which: a join that leaves only theirs of the facts `f`."""
    return f"""
        SELECT f.record_id, f.source_no, f.ident, f.kind, f.name_id, f.birth_date, f.id_birth, f.sex,
            COALESCE(f.village, v.village) AS village, f.person_no, f.relation, h.hh, f.hh_no, f.present, f.ident AS root
        FROM fact AS f {which}
        LEFT JOIN local_household AS h ON h.hh_no = f.hh_no
        LEFT JOIN sheet_village AS v ON v.source_no = f.source_no AND v.sheet = f.sheet
        WHERE NOT f.ident IS NULL"""
