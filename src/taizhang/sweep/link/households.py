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
HOMES = 2**33
"""More than there are households in a sweep."""
SHEET_SHARE = 0.8
"""Share of a sheet's persons in one village from which the sheet is taken to be that village's."""


def make_households(engine: Engine) -> None:
    """Create `sheet_village` and `local_household` (hh_no, source_no, same_no, house, words, hh) over `fact`, `entity`, `local_raw`.

    hh: the county household. A valid number's home is its household in the first source that has it; a household
    follows the home that gets most votes of its members, its number and its head (the smallest on a tie), whatever the
    sources number their households. house, words: what the source calls it (`local_raw`).
    """
    _make_sheet_villages(engine)
    _make_member_votes(engine)
    _make_homes(engine)
    engine.execute("""
        CREATE OR REPLACE TABLE local_household AS
        SELECT l.hh_no, l.source_no, l.same_no, COALESCE(b.home, a.home, l.hh_no) AS hh, l.house, l.words
        FROM local_raw AS l
        LEFT JOIN local_home AS a ON a.hh_no = l.hh_no
        LEFT JOIN local_home AS b ON b.hh_no = a.home
    """)
    for name in ("local_raw", "member_vote", "local_home", "local_place"):
        engine.execute(f"DROP TABLE IF EXISTS {name}")


def _make_sheet_villages(engine: Engine) -> None:
    """`sheet_village` (source_no, sheet, village) for sheets whose rows name no village.

    A village's own ledger often says its village in the title only; its people say it in the other sources.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE sheet_village AS
        SELECT source_no, sheet, village FROM (
            SELECT c.source_no, c.sheet, k.village, COUNT(*) AS n,
                SUM(COUNT(*)) OVER (PARTITION BY c.source_no, c.sheet) AS whole
            FROM fact AS c
            JOIN (SELECT f.ident, MIN(f.village) AS village FROM fact AS f
                SEMI JOIN (SELECT ident FROM fact WHERE village IS NULL) AS q ON q.ident = f.ident
                WHERE NOT f.village IS NULL GROUP BY f.ident HAVING MIN(f.village) = MAX(f.village)) AS k ON k.ident = c.ident
            WHERE c.village IS NULL GROUP BY c.source_no, c.sheet, k.village)
        WHERE n >= {SHEET_SHARE} * whole
    """)


def _make_member_votes(engine: Engine) -> None:
    """`member_vote` (hh_no, home, n, votes): the homes of a household's members, how many, and what they count for.

    A number that goes by one name has one home; where it goes by several, each that two sources tell has its own. One that stands
    in several households of its home's source (a wife with her parents and with her husband) speaks for each of these.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE member_vote AS
        SELECT f.hh_no, e.home, COUNT(*) AS n, CAST(SUM({MEMBER_VOTES} + CASE WHEN e.name_a = e.name_b AND BIT_COUNT(e.housed) > 1
                THEN {NAMED_VOTES} ELSE 0 END) AS BIGINT) AS votes
        FROM fact AS f JOIN entity AS e ON e.ident = f.ident WHERE NOT f.hh_no IS NULL GROUP BY f.hh_no, e.home
        UNION ALL
        SELECT f.hh_no, p.home, 0, {NAMED_VOTES} * COUNT(*) FROM fact AS f
        JOIN (SELECT c.ident, c.name_id, MIN(c.hh_no) AS home FROM fact AS c
            SEMI JOIN (SELECT ident FROM entity WHERE name_a <> name_b) AS e ON e.ident = c.ident
            WHERE NOT c.hh_no IS NULL GROUP BY c.ident, c.name_id HAVING COUNT(DISTINCT c.source_no) > 1) AS p
            ON p.ident = f.ident AND p.name_id = f.name_id
        WHERE NOT f.hh_no IS NULL GROUP BY f.hh_no, p.home
        UNION ALL
        SELECT f.hh_no, p.hh_no, 0, {MEMBER_VOTES} * COUNT(*) FROM fact AS f
        JOIN (SELECT DISTINCT c.ident, c.hh_no FROM fact AS c
            JOIN (SELECT e.ident, e.home, l.source_no FROM entity AS e JOIN local_raw AS l ON l.hh_no = e.home
                WHERE e.n <> BIT_COUNT(e.mask)) AS h
                ON h.ident = c.ident AND h.source_no = c.source_no AND h.home <> c.hh_no) AS p ON p.ident = f.ident
        WHERE NOT f.hh_no IS NULL GROUP BY f.hh_no, p.hh_no
    """)


def _make_homes(engine: Engine) -> None:
    """`local_home` (hh_no, home): the home with most votes."""
    engine.execute(f"""
        CREATE OR REPLACE TABLE same_numbering AS
        WITH agreement AS (
            SELECT a.source_no, b.source_no AS home_no,
                CAST(SUM(CASE WHEN a.same_no = b.same_no THEN m.n ELSE 0 END) AS DOUBLE) / SUM(m.n) AS share
            FROM member_vote AS m
            JOIN local_raw AS a ON a.hh_no = m.hh_no JOIN local_raw AS b ON b.hh_no = m.home
            WHERE a.source_no <> b.source_no AND a.numbered = 1 AND b.numbered = 1 AND m.n > 0
            GROUP BY a.source_no, b.source_no)
        SELECT source_no FROM agreement WHERE share > {COMMON_NUMBERING}
        UNION SELECT home_no FROM agreement WHERE share > {COMMON_NUMBERING}
    """)
    votes = f"""
        SELECT hh_no, home, votes FROM member_vote
        UNION ALL
        SELECT l.hh_no, l.same_no, {NUMBER_VOTES} FROM local_raw AS l
        SEMI JOIN same_numbering AS s ON s.source_no = l.source_no WHERE l.numbered = 1"""
    if engine.fetch("SELECT 1 FROM local_raw WHERE numbered = 0 LIMIT 1").num_rows:
        _make_places(engine)
        votes += f"""
        UNION ALL
        SELECT l.hh_no, f.first_no, {HEAD_VOTES} FROM local_place AS l
        JOIN (SELECT village, head_name_id, MIN(hh_no) AS first_no FROM local_place
            WHERE numbered = 1 AND NOT head_name_id IS NULL GROUP BY village, head_name_id
            HAVING COUNT(*) = COUNT(DISTINCT source_no)) AS f
            ON f.village = l.village AND f.head_name_id = l.head_name_id
        WHERE l.numbered = 0"""
    # The most votes and, on a tie, the smallest home as one number: the greatest is found without putting all in order.
    engine.execute(f"""
        CREATE OR REPLACE TABLE local_home AS
        SELECT hh_no, {HOMES} - MAX(told) % {HOMES} AS home FROM (
            SELECT hh_no, CAST(SUM(votes) AS BIGINT) * {HOMES} + {HOMES} - home AS told FROM ({votes}) AS v GROUP BY hh_no, home)
        GROUP BY hh_no
    """)
    engine.execute("DROP TABLE same_numbering")


def _make_places(engine: Engine) -> None:
    """`local_place` (hh_no, source_no, numbered, village, head_name_id): what a household without a number is told by."""
    engine.execute("""
        CREATE OR REPLACE TABLE local_place AS
        SELECT l.hh_no, l.source_no, l.numbered, p.village, p.head_name_id FROM local_raw AS l
        JOIN (SELECT c.hh_no, MIN(COALESCE(c.village, s.village)) AS village, MIN(c.head_name_id) AS head_name_id
            FROM fact AS c
            LEFT JOIN sheet_village AS s ON s.source_no = c.source_no AND s.sheet = c.sheet
            WHERE NOT c.hh_no IS NULL GROUP BY c.hh_no) AS p
            ON p.hh_no = l.hh_no
    """)
