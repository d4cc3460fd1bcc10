"""# Accuracy: what a sweep finds in a county whose truth is known

Run with: python bench/accuracy.py [--persons 100000] [--seed 424242] [--error-rate 0.02] [--copying 0]

The county is made for the run, from a seed that no tuning used; its damage is drawn from other tables than the engine
knows. Printed by kind: planted faults, share detected at the record, named with the right code, culprit ledger right,
first suggestion right; then every rule with what its findings rest on.
"""

import argparse
import tempfile
from pathlib import Path

from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sample import make_county, score
from taizhang.sweep import sweep


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=424_242)
    arguments.add_argument("--error-rate", type=float, default=0.02)
    arguments.add_argument("--copying", type=float, default=0.0)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        made = make_county(
            Path(folder) / "county",
            persons=options.persons,
            seed=options.seed,
            deliveries=1,
            error_rate=options.error_rate,
            copying=options.copying,
        )
        county = load_county(made.folder / "county.toml")
        take_in(county)
        result = sweep(county)
        compared = score(result.folder, made.truth)
    print("# Accuracy: what a sweep finds in a county whose truth is known\n")
    print(
        f"{options.persons:,} persons, four ledgers, one delivery each, seed {options.seed}, error rate "
        f"{options.error_rate:.0%}, copying between ledgers {options.copying:.0%}.\n"
    )
    print(compared.markdown())


if __name__ == "__main__":
    main()
