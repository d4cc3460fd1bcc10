"""# Names: keys and comparisons, beside pypinyin and rapidfuzz

Run with: python bench/names.py [--names 200000] [--pairs 20000] [--seed 1]
"""

import argparse

import numpy as np
import pyarrow as pa
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from measure import in_turn, table
from taizhang.identity.names import compare_name_pairs, knowledge, parse_names

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗单仇解"


def made_up(count: int, seed: int) -> list[str]:
    """Distinct names of everyday characters."""
    rng = np.random.default_rng(seed)
    common = [chr(c) for c in range(0x4E00, 0x9FA6) if knowledge().level[knowledge().row_of[c]] == 1]
    found: dict[str, None] = {}
    while len(found) < count:
        given = "".join(rng.choice(common, rng.integers(1, 3)))
        found[SURNAMES[rng.integers(len(SURNAMES))] + given] = None
    return list(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--names", type=int, default=100_000)
    arguments.add_argument("--pairs", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    names = made_up(options.names, options.seed)
    column = pa.array(names)
    left, right = names[: options.pairs], names[-options.pairs :]
    right = [a[:-1] + b[-1] for a, b in zip(left, right, strict=True)]
    pair_columns = pa.array(left), pa.array(right)
    some = names[: options.names // 20]
    seconds = in_turn(
        {
            "ours: parse, defects, fold, sound, all sounds": lambda: parse_names(column),
            "pypinyin lazy_pinyin (default reading only)": lambda: [lazy_pinyin(name) for name in some],
            "ours: kind of difference of a pair": lambda: compare_name_pairs(*pair_columns),
            "rapidfuzz ratio of a pair (a number, no kind)": lambda: [
                fuzz.ratio(a, b) for a, b in zip(left, right, strict=True)
            ],
        },
        rounds=3,
    )
    counts = [len(names), len(some), options.pairs, options.pairs]
    print("# Names: keys and comparisons, beside pypinyin and rapidfuzz\n")
    print(
        f"{options.names:,} distinct names, {options.pairs:,} pairs that differ in the last character, seed {options.seed}; median of 3 rounds in turn, one thread.\n"
    )
    print(
        table(
            ["", "a second"],
            [[name, f"{count / taken:,.0f}"] for (name, taken), count in zip(seconds.items(), counts, strict=True)],
        )
    )


if __name__ == "__main__":
    main()
