"""Facts: every record once more, read once, with all that tells persons and households apart as integers.

Linking, judging and diagnosing look at facts; texts are read again of the records that are in doubt only
(identity-engine design, section 6).
"""

from collections.abc import Mapping

from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.tables import RECORD_BASE, TEMPORARY

NO_NUMBER, CITIZEN, DISABILITY, OTHER_IDENTITY, OTHER_NUMBER = range(5)
"""Kinds of number in `fact.kind`; the three in the middle name a person by a checkable core of 18 characters."""

UNKNOWN_NUMBER = -RECORD_BASE
"""Idents below this stand for records without a number; between it and 0 for numbers that are not valid."""

_KIND = f"""CASE WHEN r.id_kind IN ('citizen', 'citizen_15') THEN {CITIZEN} WHEN r.id_kind = 'disability' THEN {DISABILITY}
    WHEN r.id_kind IN ('student', 'hmt_permit', 'foreign_2023') THEN {OTHER_IDENTITY}
    WHEN COALESCE(r.id_kind, 'empty') IN ('placeholder', 'empty', 'scientific') THEN {NO_NUMBER} ELSE {OTHER_NUMBER} END"""
_NAME = "CASE WHEN r.name_defects LIKE '%|NM-PLACEHOLDER|%' THEN 0 ELSE COALESCE(r.name_id, 0) END"
_NUMBER = "TRY_CAST(r.household_no AS BIGINT)"
_IS_NUMBER = f"{_NUMBER} >= 0 AND CAST({_NUMBER} AS VARCHAR) = r.household_no"
_IS_WRITTEN = f"NOT r.household_no IS NULL AND NOT r.household_no LIKE '{TEMPORARY}%'"
MOST_MEMBERS = 30
"""Rows of one source that may be one household: a number on more of them fills its column (SR-HOUSEHOLD-FILLED says so)."""
HEADED, WORDED = 10**17, -(10**16)
"""In `house`: what a head's number is moved by, away from runs of rows (above -10^16), and a number that is no number."""
_HOUSE = f"""CASE WHEN {_IS_WRITTEN} THEN CASE WHEN {_IS_NUMBER} THEN {_NUMBER} ELSE {WORDED} END
    WHEN NOT r.head_id_key IS NULL THEN -r.head_id_key - {HEADED} WHEN NOT r.household_no IS NULL THEN {WORDED}
    ELSE -(r.file_no * CAST(100000000000 AS BIGINT) + r.sheet_no * CAST(10000000 AS BIGINT) + r.household_run) END"""
"""A source's own household: its number as written; else, negative, its head's number; else its run of rows in a sheet."""
_KEPT = "NOT COALESCE(r.struck, FALSE)"
_SHEET = "r.file_no * CAST(100000 AS BIGINT) + r.sheet_no"


def make_facts(engine: Engine, sources: Mapping[int, SourceDelivery]) -> None:
    """Create `local_raw` and `fact`; struck rows are in neither.

    sources: by source number, which is below 62. local_raw: every source's own households; hh_no is their place in the
    order of values, same_no the first household of any source that is called the same, numbered whether the source
    gave it a number; what stands on more than MOST_MEMBERS rows is no household. fact: a row a record; its columns are written for all of them, so what only the doubtful are asked for
    is not there. ident: the number's key where it is valid, else null; bad_key: of what is not valid and still has the shape of
    a number; name_id: 0 where there is no name; sheet: of rows that name no
    village; hh_no: of the household; head_name_id, head_key: the copy of the head that the row carries.
    """
    numbers = " ".join(f"WHEN '{one.source}' THEN {number}" for number, one in sources.items())
    source_no = f"CAST(CASE r.source {numbers} END AS TINYINT)" if sources else "CAST(NULL AS TINYINT)"
    engine.execute(f"""
        CREATE OR REPLACE TABLE local_raw AS
        SELECT *, MIN(hh_no) OVER (PARTITION BY house, words) AS same_no FROM (
            SELECT source_no, house, words, CAST(ROW_NUMBER() OVER (ORDER BY source_no, words,
                    CASE WHEN house >= 0 THEN 0 WHEN house <= -{HEADED} THEN 1 ELSE 2 END, ABS(house)) AS BIGINT) AS hh_no,
                CASE WHEN house >= 0 OR words <> '' AND NOT words LIKE '{TEMPORARY}%' THEN 1 ELSE 0 END AS numbered
            FROM (SELECT source_no, house, CASE WHEN house = {WORDED} THEN written ELSE '' END AS words FROM (
                SELECT {source_no} AS source_no, {_HOUSE} AS house, r.household_no AS written FROM record_raw AS r
                WHERE {_KEPT}) AS told
                WHERE NOT house IS NULL GROUP BY 1, 2, 3 HAVING COUNT(*) <= {MOST_MEMBERS}) AS said)
    """)
    is_valid = f"q.id_ok AND q.kind BETWEEN {CITIZEN} AND {OTHER_IDENTITY} AND NOT q.id_key IS NULL"
    # A join on texts costs as much as reading the facts; most counties have nothing but numbers.
    words = f"l.words = CASE WHEN q.house = {WORDED} THEN q.words ELSE '' END"
    worded = f" AND {words}" if engine.fetch("SELECT 1 FROM local_raw WHERE words <> '' LIMIT 1").num_rows else ""
    engine.execute(f"""
        CREATE OR REPLACE TABLE fact AS
        SELECT q.record_id, q.source_no, CASE WHEN {is_valid} THEN q.id_key END AS ident,
            CASE WHEN {is_valid} THEN NULL ELSE q.id_key END AS bad_key, q.kind, q.name_id, q.birth_date, q.id_birth, q.sex,
            q.village, CASE WHEN q.village IS NULL THEN q.sheet END AS sheet, q.person_no, q.relation, q.present, l.hh_no,
            q.head_name_id, q.head_key
        FROM (
            SELECT r.record_id, {source_no} AS source_no, r.id_key, r.id_ok,
                CAST({_KIND} AS TINYINT) AS kind, {_NAME} AS name_id, r.birth_date, r.id_birth,
                CAST(CASE r.sex WHEN '男' THEN 1 WHEN '女' THEN 2 END AS TINYINT) AS sex,
                TRY_CAST(r.village_code AS BIGINT) AS village, {_SHEET} AS sheet, TRY_CAST(r.person_no AS BIGINT) AS person_no,
                CAST(CASE WHEN r.relation_to_head IS NULL THEN NULL WHEN r.relation_to_head = '户主' THEN 1
                    WHEN r.relation_to_head = '配偶' THEN 2 ELSE 3 END AS TINYINT) AS relation,
                CAST(CASE WHEN COALESCE(r.is_present, TRUE) THEN 1 ELSE 0 END AS TINYINT) AS present,
                {_HOUSE} AS house{", r.household_no AS words" if worded else ""},
                CASE WHEN NOT r.head_name IS NULL THEN r.head_name_id END AS head_name_id, r.head_id_key AS head_key
            FROM record_raw AS r WHERE {_KEPT}) AS q
        LEFT JOIN local_raw AS l ON l.source_no = q.source_no AND l.house = q.house{worded}
    """)


def bit_of(sources: int, column: str = "source_no") -> str:
    """SQL for the bit of a source number in a mask of sources."""
    if not sources:
        return "CAST(0 AS BIGINT)"
    return (
        f"CASE {column} {' '.join(f'WHEN {number} THEN CAST({2**number} AS BIGINT)' for number in range(sources))} END"
    )
