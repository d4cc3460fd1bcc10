"""# The identity engine: time and memory as multiples of a reference query

Run with: python bench/identity_speed.py [--persons 100000 1000000] [--rounds 3] [--splink] [--splink-minutes 120] [--changes 1000] [--sweeps-up-to 0]

R groups all records of the four ledgers by number and takes the smallest and largest name, with DuckDB straight from the
same Parquet files: what any tool must at least do. R and sweeps run in turn, each sweep in a process of its own whose peak
memory is read; the smallest of the rounds counts, the median stands beside it. Ratios are of processor time, which a busy
machine distorts less than the clock. "The engine alone" reads, links, judges and diagnoses and writes nothing; --sweeps-up-to leaves
whole sweeps of lakes with more records out, 0 all of them. 100 million persons: --persons 100000000 --rounds 1, with some 60 GB of
free disk.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from identity.changes import change_town
from identity.generate import MadeLake, make_lake
from identity.mixtures import MIXTURES
from measure import in_own_process, own_peak_mb, table
from taizhang.intake.county import load_county
from taizhang.sweep.authority import register_answers
from taizhang.sweep.diagnose import diagnose, judge_all
from taizhang.sweep.engines import open_engine
from taizhang.sweep.lake import current_deliveries, facts_of
from taizhang.sweep.link.persons import link_persons, make_claim_person
from taizhang.sweep.link.register import Register, assign_ids
from taizhang.sweep.run import room_for, sweep
from taizhang.sweep.tables import make_record_raw


def reference(files: list[Path]) -> None:
    """Run R."""
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute(
            "CREATE TEMP TABLE r AS SELECT id_no, min(name) AS a, max(name) AS b FROM read_parquet($files) GROUP BY id_no",
            {"files": [str(file) for file in files]},
        )


def child(what: str, folder: Path) -> None:
    """One measured thing, alone in its process; prints a line of JSON."""
    started, spent = time.perf_counter(), time.process_time()
    stages: dict[str, float] = {}
    counts: dict[str, int] = {}
    if what == "R":
        reference(sorted(folder.glob("data/deliveries/*/*/record.parquet")))
    elif what == "engine":
        stages = engine_alone(folder)
    else:
        result = sweep(load_county(folder / "county.toml"))
        stages, counts = result.seconds, result.counts
    took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - spent}
    print(json.dumps({**took, "stages": stages, "counts": counts, "peak_mb": own_peak_mb()}))


def engine_alone(folder: Path) -> dict[str, float]:
    """Processor seconds of reading, linking, judging and diagnosing the newest deliveries, on an empty register."""
    gc.disable()  # as a sweep does
    county = load_county(folder / "county.toml")
    deliveries = current_deliveries(county.data, facts_of(county), None)
    sources = {one.number: one for one in deliveries}
    marks = [time.process_time()]
    with open_engine("duckdb", [county.data / "deliveries"], **room_for(deliveries)) as engine:
        make_record_raw(engine, deliveries)
        register_answers(engine, [])
        linked = link_persons(engine, sources)
        make_claim_person(engine)
        marks.append(time.process_time())
        assign_ids(engine, Register(folder / "no-register"))
        marks.append(time.process_time())
        judged = judge_all(engine, sources, linked)
        marks.append(time.process_time())
        deque(diagnose(engine, sources, linked, judged), maxlen=0)
        marks.append(time.process_time())
    return dict(zip(("link", "ids", "judge", "diagnose"), (b - a for a, b in pairwise(marks)), strict=True))


def run(what: str, lake: MadeLake) -> dict[str, Any]:
    return in_own_process(["--child", what, str(lake.folder)])[2]


def forget(lake: MadeLake) -> None:
    """Leave nothing of earlier sweeps, so that the next one is cold."""
    for name in ("sweeps", "register", "state"):
        shutil.rmtree(lake.folder / "data" / name, ignore_errors=True)


def measured(lake: MadeLake, rounds: int, changes: int, *, sweeps: bool) -> dict[str, list[dict[str, Any]]]:
    """Everything said by every run, by what was run."""
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number in range(rounds):
        said["R"].append(run("R", lake))
        said["engine"].append(run("engine", lake))
        if not sweeps:
            continue
        forget(lake)
        said["cold"].append(run("sweep", lake))
        said["R"].append(run("R", lake))
        said["again"].append(run("sweep", lake))
        if changes:
            made = change_town(lake.folder, "city", rows=changes, seed=number + 1)
            said["changed"].append(run("sweep", lake))
            shutil.rmtree(made)
    return said


def _rows(said: dict[str, list[dict[str, Any]]], changes: int) -> list[list[str]]:
    best = min(one["cpu"] for one in said["R"])
    titles = {
        "R": "R, the reference",
        "engine": "the engine alone: read, link, judge, diagnose",
        "cold": "cold sweep, everything written",
        "again": "the same again, nothing changed",
        "changed": f"after {changes:,} changed rows in one town",
    }
    rows = []
    for what, runs in said.items():
        spent, seconds = [one["cpu"] for one in runs], [one["seconds"] for one in runs]
        rows.append([
            titles[what], f"{min(spent):.2f}", f"{statistics.median(spent):.2f}", f"{min(spent) / best:.1f}",
            f"{min(seconds):.2f}", f"{max(one['peak_mb'] for one in runs):,.0f}",
        ])  # fmt: skip
    return rows


def _splink(lake: MadeLake, best: float, minutes: float) -> list[list[str]]:
    """One run of the peer on the same lake, in its own process, which is ended after so many minutes."""
    command = [sys.executable, str(Path(__file__).parent / "identity_splink.py"), str(lake.folder)]
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as scratch, tempfile.TemporaryFile("w+") as out:
        extra = [scratch] if sum(lake.records.values()) > 10**7 else []
        started = time.perf_counter()
        try:
            ended = subprocess.run([*command, *extra], check=False, stdout=out, timeout=60 * minutes).returncode == 0
        except subprocess.TimeoutExpired:
            ended = False
        clock = time.perf_counter() - started
        out.seek(0)
        told = out.read().splitlines()
    said: dict[str, Any] = json.loads(told[-1]) if told else {"seconds": {}, "peak_mb": 0.0}
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in said["seconds"].items())
    if not ended:
        about = f"Splink 5, {parts}; no end after {clock / 60:.0f} minutes"
        return [[about, "", "", f"> {clock / best:.0f} (clock)", f"> {clock:.0f}", f"> {said['peak_mb']:,.0f}"]]
    whole = sum(said["seconds"].values())
    about = f"Splink 5, {parts}; threshold {said['threshold']}, F1 {said['f1']:.4f}, repair {said['repair']:.4f}"
    return [[about, "", "", f"{whole / best:.0f} (clock)", f"{whole:.1f}", f"{said['peak_mb']:,.0f}"]]


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
        return
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, nargs="+", default=[100_000])
    arguments.add_argument("--lake", type=Path, nargs="+", default=[], help="lakes that identity_lake.py made, instead")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=77)
    arguments.add_argument("--changes", type=int, default=1000)
    arguments.add_argument(
        "--sweeps-up-to", type=int, default=10**9, metavar="RECORDS", help="no whole sweeps of larger lakes"
    )
    arguments.add_argument("--splink", action="store_true")
    arguments.add_argument("--splink-minutes", type=float, default=120.0, help="after how many it is ended")
    arguments.add_argument("--folder", type=Path, help="where the lakes are made, instead of a temporary folder")
    options = arguments.parse_args()
    print("# The identity engine: time and memory as multiples of a reference query\n")
    for made in options.lake:
        records = {
            path.parent.name: json.loads((path / "manifest.json").read_text("utf-8"))["rows"]["record"]
            for path in sorted(made.glob("data/deliveries/*/*"))
        }
        report(MadeLake(made, records), f"The lake of `{made.name}`", options)
    for persons in [] if options.lake else options.persons:
        with tempfile.TemporaryDirectory(prefix="taizhang-bench-", dir=options.folder) as folder:
            lake = make_lake(
                Path(folder) / "lake", persons=persons, seed=options.seed, mixture=MIXTURES["independent"], names=False
            )
            report(lake, f"{persons:,} persons, seed {options.seed}", options)
    print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f} (2 cores).")


def report(lake: MadeLake, title: str, options: argparse.Namespace) -> None:
    """Measure one lake and print its tables."""
    records = sum(lake.records.values())
    said = measured(lake, options.rounds, options.changes, sweeps=records <= options.sweeps_up_to)
    rows = _rows(said, options.changes)
    if options.splink:  # may take very long: what is known is told before
        print(table(["", "processor s", "median", "÷ R", "clock s", "peak MB"], rows), file=sys.stderr, flush=True)
        rows += _splink(lake, min(one["seconds"] for one in said["R"]), options.splink_minutes)
    print(f"\n## {title}: {records:,} records\n\n{options.rounds} rounds.\n")
    print(table(["", "processor s", "median", "÷ R", "clock s", "peak MB"], rows))
    best = min(one["cpu"] for one in said["R"])
    for what, about in (("engine", "the engine alone, processor seconds"), ("cold", "a cold sweep, by the clock")):
        for stages in [one["stages"] for one in said.get(what, ())[:1]]:
            print(f"\nStages of {about}:\n")
            print(table(["stage", "s", "÷ R"], [[name, f"{s:.2f}", f"{s / best:.1f}"] for name, s in stages.items()]))


if __name__ == "__main__":
    main()
