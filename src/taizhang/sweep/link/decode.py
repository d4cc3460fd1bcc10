"""Invalid numbers decoded by their check digit into the few valid numbers of the county that one slip could have damaged.

Equality probes of a few candidates a number, instead of wildcard joins of everything (identity-engine design, 5d).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taizhang.identity.numbers import indel_keys, syndrome_candidates
from taizhang.sweep.engines import Engine


def make_decoded(engine: Engine) -> None:
    """Create `decoded` (ident of an invalid number, key of a valid number of the county that one slip damages so)."""
    bad = engine.fetch("SELECT ident, id_key, id_text FROM bad_number ORDER BY ident")
    shaped = bad.filter(pc.is_valid(bad["id_key"]))
    rows, keys, _ = syndrome_candidates(shaped["id_key"].combine_chunks().to_numpy(zero_copy_only=False))
    idents = shaped["ident"].to_numpy()[rows]
    loose = bad.filter(pc.is_in(pc.utf8_length(bad["id_text"]), value_set=pa.array([17, 19], pa.int32())))
    place, lost = indel_keys(loose["id_text"].to_pylist())
    engine.register(
        "decoded_raw",
        pa.table({
            "ident": np.concatenate([idents, loose["ident"].to_numpy()[place]]),
            "key": np.concatenate([keys, lost]),
        }),
    )  # fmt: skip
    engine.execute("""
        CREATE OR REPLACE TABLE decoded AS SELECT DISTINCT d.ident, d.key FROM decoded_raw AS d
        SEMI JOIN entity AS e ON e.ident = d.key
    """)
