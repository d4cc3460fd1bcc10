"""The sweep's reading tables: `record_raw` over the deliveries, and claims, its all-integer copies for linking.

A claim is one row a record, every attribute that can tell persons apart encoded as an integer. Identity is settled for
most persons by their key and name alone (link.keys); `involved` holds the claims of the others and of whom they may be
mistaken for. `claim_person` holds the claims of all records with their persons, for what compares households and
further fields.
"""

from collections.abc import Sequence

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.households import make_local_households, make_sheet_villages

RECORD_BASE = 10**12
"""record_id = source number × this + record number in the delivery."""

TEMPORARY = "TEMP-"
"""Prefix of household numbers that intake made up for rows of a source that gives none."""
IDENTITY_KINDS = ("citizen", "citizen_15", "disability", "student", "hmt_permit", "foreign_2023")
"""Kinds of number that name a person by a checkable core of 18 characters."""

NEEDED: dict[str, str] = {
    "record_no": "BIGINT", "file_no": "SMALLINT", "sheet_no": "SMALLINT", "row_no": "INTEGER", "row_hash": "BIGINT",
    "hidden": "BOOLEAN", "struck": "BOOLEAN",
    "id_no": "VARCHAR", "id_kind": "VARCHAR", "id_ok": "BOOLEAN", "id_key": "BIGINT", "core18": "VARCHAR",
    "id_birth": "DATE", "id_sex": "VARCHAR", "id_area": "VARCHAR", "id_defects": "VARCHAR", "id_numeric": "BOOLEAN",
    "name": "VARCHAR", "name_id": "BIGINT", "name_defects": "VARCHAR", "name_note": "VARCHAR", "name_alias": "VARCHAR",
    "head_name": "VARCHAR", "head_name_id": "BIGINT", "head_id_no": "VARCHAR", "head_id_key": "BIGINT",
    "head_core18": "VARCHAR", "is_present": "BOOLEAN", "household_run": "INTEGER",
    "town_code": "VARCHAR", "village_code": "VARCHAR", "town_name": "VARCHAR", "village_name": "VARCHAR",
    "group_name": "VARCHAR", "sex": "VARCHAR", "birth_date": "DATE", "household_no": "VARCHAR", "person_no": "VARCHAR",
    "head_person_no": "VARCHAR", "relation_to_head": "VARCHAR", "member_phone": "VARCHAR", "household_phone": "VARCHAR",
    "id_type": "VARCHAR", "person_status": "VARCHAR", "former_name": "VARCHAR",
}  # fmt: skip
"""Columns the sweep reads; one that a delivery lacks is null."""


def make_record_raw(engine: Engine, deliveries: Sequence[SourceDelivery]) -> None:
    """Create the view `record_raw`: all columns of every current delivery with record_id, source, delivery, as_of."""
    parts = []
    present: list[tuple[SourceDelivery, tuple[str, ...]]] = []
    for delivery in deliveries:
        path = delivery.table("record")
        if path is not None:
            engine.scan(f"record_{delivery.number}", [path])
            present.append((delivery, engine.columns(f"record_{delivery.number}")))
    columns = dict.fromkeys(NEEDED)
    for _, own in present:
        columns |= dict.fromkeys(own)
    if not present:
        nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in NEEDED.items())
        empty = (
            "CAST(NULL AS BIGINT) AS record_id, CAST(NULL AS VARCHAR) AS source,"
            " CAST(NULL AS VARCHAR) AS delivery, CAST(NULL AS DATE) AS as_of"
        )
        engine.execute(f"CREATE OR REPLACE VIEW record_raw AS SELECT {empty}, {nothing} WHERE FALSE")
        return
    for delivery, own in present:
        listed = ", ".join(
            f'"{name}"' if name in own else f'CAST(NULL AS {NEEDED.get(name, "VARCHAR")}) AS "{name}"'
            for name in columns
        )
        parts.append(
            f"SELECT {delivery.number * RECORD_BASE} + record_no AS record_id,"
            f" '{delivery.source}' AS source, '{delivery.name}' AS delivery,"
            f" CAST('{delivery.as_of.isoformat()}' AS DATE) AS as_of, {listed} FROM record_{delivery.number}"
        )
    engine.execute(f"CREATE OR REPLACE VIEW record_raw AS {' UNION ALL '.join(parts)}")


def wide(household: str, joined: str = "", further: str = "") -> str:
    """A query for claims as delivered, with texts of households and identity numbers.

    household: SQL over `record_raw AS r` for the source's own name of the household. joined: a join that says which
    rows. further: columns to add, each with a comma before it.
    """
    return f"""
        SELECT r.record_id, CAST(r.record_id // {RECORD_BASE} AS INTEGER) AS source_no, r.file_no, r.sheet_no, r.row_no,
            {VALID_KEY} AS valid_key,
            CASE WHEN r.id_kind IN ('placeholder', 'empty', 'scientific') OR {VALID_KEY} IS NOT NULL THEN NULL
                ELSE COALESCE(r.core18, r.id_no) END AS id_text,
            r.id_key, {NAME_ID} AS name_id,
            r.birth_date, r.id_birth, CASE r.sex WHEN '男' THEN 1 WHEN '女' THEN 2 END AS sex,
            TRY_CAST(r.village_code AS BIGINT) AS village, TRY_CAST(r.person_no AS BIGINT) AS person_no,
            TRY_CAST(COALESCE(r.member_phone, r.household_phone) AS BIGINT) AS phone,
            CASE r.relation_to_head WHEN '户主' THEN 1 WHEN '配偶' THEN 2 ELSE
                CASE WHEN r.relation_to_head IS NULL THEN NULL ELSE 3 END END AS relation,
            TRY_CAST(r.household_no AS BIGINT) AS hh_number,
            CASE WHEN r.household_no NOT LIKE '{TEMPORARY}%' THEN 1 ELSE 0 END AS numbered,
            CASE WHEN r.head_name IS NOT NULL THEN r.head_name_id END AS head_name_id,
            {household} AS hh_text,
            CASE WHEN r.id_defects LIKE '%|ID-EXCEL-TRUNC|%' THEN 1 ELSE 0 END AS truncated,
            CASE WHEN COALESCE(r.is_present, TRUE) THEN 1 ELSE 0 END AS present, r.row_hash{further}
        FROM record_raw AS r {joined} WHERE NOT COALESCE(r.struck, FALSE)"""


_IDENTIFYING = ", ".join(f"'{kind}'" for kind in IDENTITY_KINDS)
VALID_KEY = f"CASE WHEN r.id_ok AND r.id_kind IN ({_IDENTIFYING}) THEN r.id_key END"
"""The number's key where the number can be somebody's, over `record_raw AS r`."""
NAME_ID = "CASE WHEN r.name_defects LIKE '%|NM-PLACEHOLDER|%' THEN 0 ELSE COALESCE(r.name_id, 0) END"
HOUSEHOLD = (
    f"COALESCE(CASE WHEN r.household_no NOT LIKE '{TEMPORARY}%' THEN r.household_no END, 'h' || r.head_core18,"
    " r.household_no, 'r' || CAST(r.file_no AS VARCHAR) || ':' || CAST(r.sheet_no AS VARCHAR) || ':'"
    " || CAST(r.household_run AS VARCHAR))"
)
"""A source's own name of a record's household, over `record_raw AS r`."""
LOCAL_HOUSEHOLD = (
    "COALESCE(TRY_CAST(r.household_no AS BIGINT), -r.head_id_key,"
    " -(r.file_no * CAST(100000000000 AS BIGINT) + r.sheet_no * CAST(10000000 AS BIGINT) + r.household_run))"
)
"""The same as an integer, good enough to find who lives together; negative where the source has no number for it."""


LIVING = (
    "source_no", "file_no", "sheet_no", "valid_key", "name_id", "village", "hh_text", "numbered", "head_name_id",
)  # fmt: skip
"""Columns of a claim that tell whose household is whose."""


def make_claims(engine: Engine, name: str, *, living: str, roots: str = "") -> None:
    """Create the table `name` out of `claim_wide`, with `local_household` over the rows of `living`.

    ident: the number's key where the number is valid; a negative integer for a number that is not (equal texts, equal
    integers, `bad_number`); a negative integer of its own for a record without a number. name_id: 0 where there is no
    name. hh: the county household (link.households). living: a table with the columns LIVING of these and perhaps of
    further records, whose households are asked. roots: a query for (ident, name_id, root); where given, the claims have
    `root`, theirs or the number's key.
    """
    make_sheet_villages(engine, living)
    make_local_households(engine, living)
    claims = f"""
        SELECT c.record_id, c.source_no, c.file_no, c.sheet_no, c.row_no,
            COALESCE(c.valid_key, b.ident, -{10 * RECORD_BASE} - c.record_id) AS ident, c.name_id,
            c.birth_date, c.id_birth, c.sex, COALESCE(c.village, v.village) AS village, c.person_no, c.phone, c.relation, c.hh_number,
            h.hh, h.hh_no, c.truncated, c.present, c.row_hash
        FROM claim_wide AS c
        LEFT JOIN bad_number AS b ON b.id_text = c.id_text
        LEFT JOIN local_household AS h ON h.source_no = c.source_no AND h.hh_text = c.hh_text
        LEFT JOIN sheet_village AS v
            ON v.source_no = c.source_no AND v.file_no = c.file_no AND v.sheet_no = c.sheet_no
    """
    if roots:
        claims = f"""
            SELECT c.*, COALESCE(p.root, c.ident) AS root FROM ({claims}) AS c
            LEFT JOIN ({roots}) AS p ON p.ident = c.ident AND p.name_id = c.name_id
        """
    engine.execute(f"CREATE OR REPLACE TABLE {name} AS {claims}")


def make_claim_person(engine: Engine) -> None:
    """Create `claim_person`: the claims of all records with `root`, their person.

    The person of a settled number is the number's key; the others are what linking made of them (`cell_person`). No
    wide copy of all records is made on the way: what is asked about households is a narrow one.
    """
    engine.execute(f"CREATE OR REPLACE VIEW claim_wide AS {wide(HOUSEHOLD)}")
    engine.execute(f"CREATE OR REPLACE TABLE living_all AS SELECT {', '.join(LIVING)} FROM claim_wide")
    roots = "SELECT e.ident, e.name_id, q.root FROM cell AS e JOIN cell_person AS q ON q.cell_id = e.cell_id"
    make_claims(engine, "claim_person", living="living_all", roots=roots)
    engine.execute("DROP TABLE living_all")
    engine.execute("DROP VIEW claim_wide")
