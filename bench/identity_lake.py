"""Makes a lake of synthetic persons with known truth, ready to be swept.

Run with: python bench/identity_lake.py FOLDER [--persons 100000] [--seed 1] [--mixture independent]

FOLDER then holds county.toml, data/deliveries (four ledgers in the product's format) and truth/. Mixtures: independent
(2 % of rows damaged), heavy (6 %), copied (2 %, and 30 % of the rows of each derived ledger taken over from the one before
it), ties (shared numbers, exchanges, slid blocks, villages that two ledgers hold).
"""

import argparse
import json
import time
from pathlib import Path

from identity.generate import make_lake
from identity.mixtures import MIXTURES
from measure import peak_mb


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--mixture", choices=sorted(MIXTURES), default="independent")
    options = arguments.parse_args()
    started = time.perf_counter()
    made = make_lake(options.folder, persons=options.persons, seed=options.seed, mixture=MIXTURES[options.mixture])
    said = {"records": made.records, "seconds": round(time.perf_counter() - started, 1), "peak_mb": round(peak_mb())}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
