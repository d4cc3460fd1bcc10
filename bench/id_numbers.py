"""Validating ID numbers: ours beside python-stdnum, id-validator and an SQL expression, in one run.

Run with: python bench/id_numbers.py [--rows 1000000] [--seed 1]
"""

import argparse

import duckdb
import numpy as np
import pyarrow as pa
from id_validator import validator
from stdnum.cn import ric

from measure import in_turn, table
from taizhang.identity.numbers import WEIGHTS, check_digit, parse_ids, valid_keys


def numbers(rows: int, seed: int) -> pa.StringArray:
    """Made-up numbers of one county, two in a hundred with a wrong check."""
    rng = np.random.default_rng(seed)
    parts = zip(
        rng.integers(1930, 2020, rows),
        rng.integers(1, 13, rows),
        rng.integers(1, 29, rows),
        rng.integers(1, 999, rows),
        strict=True,
    )
    bodies = [f"{'612323' if y < 1996 else '610723'}{y}{m:02d}{d:02d}{s:03d}" for y, m, d, s in parts]
    wrong = rng.random(rows) < 0.02
    return pa.array([b + ("0" if w else check_digit(b)) for b, w in zip(bodies, wrong, strict=True)])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    texts = numbers(options.rows, options.seed)
    few, fewer = texts[: options.rows // 50].to_pylist(), texts[: max(20, options.rows // 20_000)].to_pylist()
    keys = parse_ids(texts).key.to_numpy()
    db = duckdb.connect(config={"threads": 1})
    db.register("t", pa.table({"n": texts}))
    total = " + ".join(f"(ascii(substr(n, {i + 1}, 1)) - 48) * {w}" for i, w in enumerate(WEIGHTS))
    expression = (
        f"SELECT count(*) FILTER (WHERE substr('10X98765432', ({total}) % 11 + 1, 1) = substr(n, 18, 1)) FROM t"
    )

    seconds = in_turn(
        {
            "ours, check of int64 keys": lambda: valid_keys(keys),
            "ours, full parse of text (kind, date, sex, place, defects)": lambda: parse_ids(texts),
            "DuckDB expression, check only": lambda: db.execute(expression).fetchall(),
            "python-stdnum 2.2 is_valid": lambda: [ric.is_valid(n) for n in few],
            "id-validator 1.0.20 is_valid": lambda: [validator.is_valid(n) for n in fewer],
        },
        rounds=3,
    )
    counts = [options.rows, options.rows, options.rows, len(few), len(fewer)]
    rates = {name: count / taken for (name, taken), count in zip(seconds.items(), counts, strict=True)}
    full = rates["ours, full parse of text (kind, date, sex, place, defects)"]
    print(f"{options.rows:,} numbers, seed {options.seed}, one thread, median of 3 rounds in turn\n")
    print(
        table(
            ["", "rows/s", "ours, full parse ÷ this"], [[n, f"{r:,.0f}", f"{full / r:,.2f}"] for n, r in rates.items()]
        )
    )


if __name__ == "__main__":
    main()
