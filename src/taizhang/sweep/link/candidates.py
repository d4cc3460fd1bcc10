"""Pairs of cells worth comparing: equality joins on every key that two records of one person may still share.

Only suspects look for partners, and every join is on integers.
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.reach import PREFIX_15


def make_pairs(engine: Engine) -> None:
    """Create `pair` (a < b: cell ids), every pair once."""
    truncated = f"""
        SELECT s.cell_id AS a, c.cell_id AS b FROM (
            SELECT q.cell_id, COALESCE(n.id_key, q.ident) // {PREFIX_15} AS prefix FROM (
                SELECT s.cell_id, s.ident FROM suspect AS s JOIN cell AS c ON c.cell_id = s.cell_id
                WHERE c.truncated = 1) AS q
            LEFT JOIN bad_number AS n ON n.ident = q.ident) AS s
        JOIN (SELECT cell_id, ident // {PREFIX_15} AS prefix FROM cell WHERE ident > 0) AS c ON c.prefix = s.prefix"""
    joins = (
        "SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.ident = s.ident",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN decoded AS d ON d.ident = s.ident
            JOIN cell AS c ON c.ident = d.key""",
        truncated,
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.village_a = s.village_a WHERE s.name_id <> 0""",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.number_a = s.number_a WHERE s.name_id <> 0""",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.birth_a = s.birth_a WHERE s.name_id <> 0""",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.person_no_a = s.person_no_a""",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.hh_a = s.hh_a
            WHERE s.ident <= 0 OR s.shared = 1 OR s.n_sources = 1 OR s.name_id = c.name_id""",
        """SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.hh_b = s.hh_b
            WHERE s.hh_a <> s.hh_b""",
    )
    engine.execute(f"""
        CREATE OR REPLACE TABLE pair AS
        SELECT DISTINCT LEAST(a, b) AS a, GREATEST(a, b) AS b FROM ({" UNION ALL ".join(joins)}) AS q WHERE a <> b
    """)
