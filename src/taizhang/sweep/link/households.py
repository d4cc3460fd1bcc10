"""County households: which households of the sources are the same, told by their members, numbers and heads."""

from taizhang.sweep.engines import Engine

COMMON_NUMBERING = 0.6
"""Share of persons under equal household numbers from which two sources are taken to number alike."""
MEMBER_VOTES = 1
"""A member's valid number."""
NAMED_VOTES = 3
"""A member's number with the same name, besides: a number alone may have been copied from a neighbour."""
NUMBER_VOTES = 6
"""An equal household number, where two sources number alike."""
HEAD_VOTES = 5
"""The only head of that name in the village, for a household without a number of its own."""
SHEET_SHARE = 0.8
"""Share of a sheet's persons in one village from which the sheet is taken to be that village's."""


def make_sheet_villages(engine: Engine, living: str) -> None:
    """Create `sheet_village` (source_no, file_no, sheet_no, village) for sheets whose rows name no village.

    A village's own ledger often says its village in the title only; its people say it in the other sources.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE sheet_village AS
        SELECT source_no, file_no, sheet_no, village FROM (
            SELECT c.source_no, c.file_no, c.sheet_no, k.village, COUNT(*) AS n,
                SUM(COUNT(*)) OVER (PARTITION BY c.source_no, c.file_no, c.sheet_no) AS whole
            FROM {living} AS c
            JOIN (SELECT valid_key, MIN(village) AS village FROM {living}
                WHERE valid_key IS NOT NULL AND village IS NOT NULL GROUP BY valid_key
                HAVING MIN(village) = MAX(village)) AS k ON k.valid_key = c.valid_key
            WHERE c.village IS NULL GROUP BY c.source_no, c.file_no, c.sheet_no, k.village)
        WHERE n >= {SHEET_SHARE} * whole
    """)


def make_local_households(engine: Engine, living: str) -> None:
    """Create `local_household`: every source's own households, with `hh`, the county household.

    A valid number's home is its household in the first source that has it; a household follows the home that gets most
    votes of its members, its number and its head (the smallest on a tie), whatever the sources number their households.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE local_raw AS
        SELECT *, CAST(ROW_NUMBER() OVER (ORDER BY source_no, hh_text) AS BIGINT) AS hh_no FROM (
            SELECT c.source_no, c.hh_text, MAX(c.numbered) AS numbered, MIN(COALESCE(c.village, s.village)) AS village,
                MIN(c.head_name_id) AS head_name_id
            FROM {living} AS c
            LEFT JOIN sheet_village AS s
                ON s.source_no = c.source_no AND s.file_no = c.file_no AND s.sheet_no = c.sheet_no
            WHERE c.hh_text IS NOT NULL GROUP BY c.source_no, c.hh_text)
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE member AS
        SELECT c.valid_key, c.name_id, c.source_no, l.hh_no FROM {living} AS c
        JOIN local_raw AS l ON l.source_no = c.source_no AND l.hh_text = c.hh_text
        WHERE c.valid_key IS NOT NULL
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE member_home AS
        SELECT m.source_no, m.hh_no, k.home, p.home AS named_home FROM member AS m
        JOIN (SELECT valid_key, MIN(hh_no) AS home FROM member GROUP BY valid_key) AS k ON k.valid_key = m.valid_key
        LEFT JOIN (SELECT valid_key, name_id, MIN(hh_no) AS home FROM member GROUP BY valid_key, name_id
            HAVING COUNT(DISTINCT source_no) > 1) AS p
            ON p.valid_key = m.valid_key AND p.name_id = m.name_id
    """)
    _count_votes(engine)
    engine.execute("""
        CREATE OR REPLACE TABLE local_household AS
        SELECT l.source_no, l.hh_text, l.hh_no, COALESCE(b.home, a.home, l.hh_no) AS hh FROM local_raw AS l
        LEFT JOIN local_home AS a ON a.hh_no = l.hh_no
        LEFT JOIN local_home AS b ON b.hh_no = a.home
    """)
    for name in ("local_raw", "member", "member_home", "same_numbering", "local_home"):
        engine.execute(f"DROP TABLE {name}")


def _count_votes(engine: Engine) -> None:
    engine.execute(f"""
        CREATE OR REPLACE TABLE same_numbering AS
        WITH agreement AS (
            SELECT a.source_no, b.source_no AS home_no, AVG(CASE WHEN a.hh_text = b.hh_text THEN 1.0 ELSE 0.0 END) AS share
            FROM member_home AS m
            JOIN local_raw AS a ON a.hh_no = m.hh_no JOIN local_raw AS b ON b.hh_no = m.home
            WHERE a.source_no <> b.source_no AND a.numbered = 1 AND b.numbered = 1
            GROUP BY a.source_no, b.source_no)
        SELECT source_no FROM agreement WHERE share > {COMMON_NUMBERING}
        UNION SELECT home_no FROM agreement WHERE share > {COMMON_NUMBERING}
    """)
    engine.execute(f"""
        CREATE OR REPLACE TABLE local_home AS
        SELECT hh_no, home FROM (
            SELECT hh_no, home, ROW_NUMBER() OVER (PARTITION BY hh_no ORDER BY SUM(n) DESC, home) AS place FROM (
                SELECT hh_no, home, {MEMBER_VOTES} * COUNT(*) AS n FROM member_home GROUP BY hh_no, home
                UNION ALL
                SELECT hh_no, named_home, {NAMED_VOTES} * COUNT(*) FROM member_home
                WHERE named_home IS NOT NULL GROUP BY hh_no, named_home
                UNION ALL
                SELECT l.hh_no, f.first_no, {NUMBER_VOTES} FROM local_raw AS l
                SEMI JOIN same_numbering AS s ON s.source_no = l.source_no
                JOIN (SELECT hh_text, MIN(hh_no) AS first_no FROM local_raw WHERE numbered = 1 GROUP BY hh_text) AS f
                    ON f.hh_text = l.hh_text
                WHERE l.numbered = 1
                UNION ALL
                SELECT l.hh_no, f.first_no, {HEAD_VOTES} FROM local_raw AS l
                JOIN (SELECT village, head_name_id, MIN(hh_no) AS first_no FROM local_raw
                    WHERE numbered = 1 AND head_name_id IS NOT NULL GROUP BY village, head_name_id
                    HAVING COUNT(*) = COUNT(DISTINCT source_no)) AS f
                    ON f.village = l.village AND f.head_name_id = l.head_name_id
                WHERE l.numbered = 0) AS v
            GROUP BY hh_no, home)
        WHERE place = 1
    """)
