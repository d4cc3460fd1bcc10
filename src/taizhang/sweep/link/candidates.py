"""Pairs of cells worth comparing: equality joins on every key that two records of one person may still share.

Only suspects look for partners, and every join is on integers.
"""

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.reach import PREFIX_15

MOST_CELLS = 60
"""Cells under one key beyond which the key tells nobody apart (一号千人, a village of one name): it makes no pairs."""


def _telling(key: str, further: str = "") -> str:
    """A semi-join on the cells `c` whose key is shared by few."""
    columns = ", ".join(filter(None, (key, further)))
    fits = " AND ".join(f"t.{name} = c.{name}" for name in columns.split(", "))
    return (
        f"""SEMI JOIN (SELECT {columns} FROM cell GROUP BY {columns} HAVING COUNT(*) <= {MOST_CELLS}) AS t ON {fits}"""
    )


def make_pairs(engine: Engine) -> None:
    """Create `pair` (a < b: cell ids), every pair once. No key makes more than MOST_CELLS pairs a cell."""
    truncated = f"""
        SELECT s.cell_id AS a, c.cell_id AS b FROM (
            SELECT q.cell_id, COALESCE(n.id_key, q.ident) // {PREFIX_15} AS prefix FROM (
                SELECT s.cell_id, s.ident FROM suspect AS s JOIN cell AS c ON c.cell_id = s.cell_id
                WHERE c.truncated = 1) AS q
            LEFT JOIN bad_number AS n ON n.ident = q.ident) AS s
        JOIN (SELECT cell_id, ident // {PREFIX_15} AS prefix FROM cell WHERE ident > 0) AS c ON c.prefix = s.prefix
        SEMI JOIN (SELECT ident // {PREFIX_15} AS prefix FROM cell WHERE ident > 0 GROUP BY ident // {PREFIX_15}
            HAVING COUNT(*) <= {MOST_CELLS}) AS t ON t.prefix = c.prefix"""
    joins = (
        f"SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.ident = s.ident {_telling('ident')}",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN decoded AS d ON d.ident = s.ident
            JOIN cell AS c ON c.ident = d.key {_telling("ident")}
            SEMI JOIN (SELECT ident FROM cell GROUP BY ident HAVING COUNT(*) <= {MOST_CELLS}) AS o ON o.ident = s.ident""",
        truncated,
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.village_a = s.village_a {_telling("name_id", "village_a")} WHERE s.name_id <> 0""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.village_b = s.village_a {_telling("name_id", "village_b")}
            WHERE s.name_id <> 0 AND c.village_b <> c.village_a""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.number_a = s.number_a {_telling("name_id", "number_a")} WHERE s.name_id <> 0""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.name_id = s.name_id AND c.birth_a = s.birth_a {_telling("name_id", "birth_a")} WHERE s.name_id <> 0""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.person_no_a = s.person_no_a {_telling("person_no_a")}""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.hh_a = s.hh_a {_telling("hh_a")}
            WHERE s.ident <= 0 OR s.shared = 1 OR s.n_sources = 1 OR s.name_id = c.name_id""",
        f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c ON c.hh_b = s.hh_b {_telling("hh_b")}
            WHERE s.hh_a <> s.hh_b""",
        *(
            f"""SELECT s.cell_id AS a, c.cell_id AS b FROM suspect AS s JOIN cell AS c
            ON c.village_a = s.village_a AND c.{key} = s.{own} {_telling("village_a", key)} WHERE s.n_sources = 1"""
            for key, own in (("id_birth", "birth_a"), ("id_birth", "id_birth"), ("area_order", "area_order"))
        ),
    )
    engine.execute(f"""
        CREATE OR REPLACE TABLE pair AS
        SELECT DISTINCT LEAST(a, b) AS a, GREATEST(a, b) AS b FROM ({" UNION ALL ".join(joins)}) AS q WHERE a <> b
    """)
