"""Pairs of cells worth comparing: equality joins on every key that two records of one person may still share.

Only suspects look for partners, and every join is on integers. Invalid numbers are decoded by their check digit into
the few valid numbers that one slip could have damaged (identity-engine design, section 5d).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.numbers import id_key, indel_candidates, syndrome_candidates
from taizhang.sweep.engines import Engine

PREFIX_15 = 1100
"""Keys with equal key // 1100 share the first fifteen digits (17 digits × 11 + check)."""


def make_decoded(engine: Engine) -> None:
    """Create `decoded` (ident of an invalid number, key of a valid number of the county that one slip damages so)."""
    bad = engine.fetch("SELECT ident, id_key, id_text FROM bad_number ORDER BY ident")
    shaped = bad.filter(pc.is_valid(bad["id_key"]))
    rows, keys, _ = syndrome_candidates(shaped["id_key"].combine_chunks().to_numpy(zero_copy_only=False))
    idents = shaped["ident"].to_numpy()[rows]
    loose = bad.filter(pc.is_in(pc.utf8_length(bad["id_text"]), value_set=pa.array([17, 19], pa.int32())))
    texts = zip(loose["ident"].to_pylist(), loose["id_text"].to_pylist(), strict=True)
    lost = [(ident, id_key(number)) for ident, text in texts for number, _ in indel_candidates(text)]
    engine.register(
        "decoded_raw",
        pa.table({
            "ident": np.concatenate([idents, np.array([ident for ident, _ in lost], dtype=np.int64)]),
            "key": np.concatenate([keys, np.array([key for _, key in lost], dtype=np.int64)]),
        }),
    )  # fmt: skip
    engine.execute("""
        CREATE OR REPLACE TABLE decoded AS SELECT DISTINCT d.ident, d.key FROM decoded_raw AS d
        SEMI JOIN cell AS c ON c.ident = d.key
    """)


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
