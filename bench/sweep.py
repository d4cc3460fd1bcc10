"""# The sweep: every stage and its ratio to a reference query

Run with: python bench/sweep.py [--persons 100000] [--seed 11] [--rounds 3]

R is what any tool must at least do: group every record of the four deliveries by its number and take the smallest and
largest name, straight from the Parquet files. R and sweeps run in turn in one process; then as many sweeps run each in a process
of its own, on a county never swept, as the command line does: their seconds without starting Python, and their peak memory.
Medians are printed.
"""

import argparse
import json
import resource
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import duckdb

from measure import in_own_process, own_peak_mb, processor_seconds, table
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.progress import Silent
from taizhang.report.write import write_reports
from taizhang.sample import make_county
from taizhang.sweep import sweep


def reference(data: Path) -> float:
    """Seconds of R over every delivered record."""
    files = sorted(str(path) for path in data.glob("deliveries/*/*/record.parquet"))
    with duckdb.connect(config={"threads": 2}) as db:
        started = time.perf_counter()
        db.execute(
            "SELECT id_no, min(name), max(name) FROM read_parquet($files, union_by_name=true) GROUP BY id_no",
            {"files": files},
        ).fetchall()
        return time.perf_counter() - started


def child(folder: Path) -> None:
    """One cold sweep; prints a line of JSON."""
    started = time.perf_counter()
    sweep(load_county(folder / "county.toml"))
    print(json.dumps({"seconds": time.perf_counter() - started, "peak_mb": own_peak_mb()}))


def alone(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds and peak MB of cold sweeps, each in a process of its own."""
    seconds, peaks = [], []
    for _ in range(rounds):
        for name in ("sweeps", "register"):
            shutil.rmtree(folder / "data" / name, ignore_errors=True)
        _, peak, said = in_own_process(["--child", str(folder)])
        seconds.append(float(str(said["seconds"])))
        peaks.append(peak)
    return seconds, peaks


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.child is not None:
        child(options.child)
        return
    stages: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        made = make_county(Path(folder) / "county", persons=options.persons, seed=options.seed, deliveries=1)
        county = load_county(made.folder / "county.toml")
        take_in(county)
        for _ in range(options.rounds):
            stages["R"].append(reference(county.data))
            started = time.perf_counter()
            result = sweep(county)
            stages["whole sweep"].append(time.perf_counter() - started)
            for name, seconds in result.seconds.items():
                stages[f"– {name}"].append(seconds)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started, busy = time.perf_counter(), processor_seconds()
        write_reports(county, result.folder, progress=Silent())
        reports, busy = time.perf_counter() - started, processor_seconds() - busy
        cold, peaks = alone(made.folder, options.rounds)
    middle = {name: statistics.median(seconds) for name, seconds in stages.items()}
    print("# The sweep: every stage and its ratio to a reference query\n")
    print(
        f"{options.persons:,} persons, {result.counts['records']:,} records, {result.counts['open']:,} findings, seed {options.seed}; median of {options.rounds} rounds in turn.\n"
    )
    print(table(["", "seconds", "÷ R"], [[name, f"{s:.2f}", f"{s / middle['R']:.1f}"] for name, s in middle.items()]))
    print(
        f"\nCold, each in a process of its own: {statistics.median(cold):.2f} s ({min(cold):.2f} to {max(cold):.2f}), peak"
        f" {statistics.median(peaks):,.0f} MB ({min(peaks):,.0f} to {max(peaks):,.0f}). Peak of the process that swept {options.rounds} times"
        f" {peak:,.0f} MB. Page, lists and annotated workbooks of all files: {reports:.1f} s ({busy:.1f} s of the processor)."
    )


if __name__ == "__main__":
    main()
