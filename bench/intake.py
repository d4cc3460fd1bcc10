"""Taking in a county: ours from files to committed deliveries, beside openpyxl and csv that only read into lists.

Run with: python bench/intake.py [--persons 20000] [--seed 7] [--jobs 2] [--folder county] [--no-peer]
The defining run is --persons 100000 (four sources, some 330 files).
"""

import argparse
import csv
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from measure import in_own_process, own_peak_mb, processor_seconds, table
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sample import make_county


def peaks() -> dict[str, float]:
    return {
        "peak_mb": own_peak_mb(),
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def run_ours(folder: Path, jobs: int) -> None:
    county = load_county(folder / "county.toml")
    started, busy = time.perf_counter(), processor_seconds()
    taken = take_in(county, jobs=jobs)
    seconds, busy = time.perf_counter() - started, processor_seconds() - busy
    started = time.perf_counter()
    take_in(county, jobs=jobs)
    again = time.perf_counter() - started
    print(
        json.dumps(
            {
                "seconds": seconds,
                "busy": busy,
                "again": again,
                "rows": sum(ref.rows for ref in taken.deliveries),
                "files": sum(ref.files for ref in taken.deliveries),
                "problems": len(taken.problems),
                "stages": taken.seconds,
                **peaks(),
            }
        )
    )


def run_peer(folder: Path) -> None:
    """Read every workbook and text file into plain lists; nothing is mapped, typed, checked or written."""
    started, busy = time.perf_counter(), processor_seconds()
    rows = files = 0
    for path in sorted((folder / "inbox").rglob("*")):
        if path.is_file() and (sheets := _lists(path)) is not None:
            files += 1
            rows += sum(map(len, sheets))
    seconds, busy = time.perf_counter() - started, processor_seconds() - busy
    print(json.dumps({"seconds": seconds, "busy": busy, "rows": rows, "files": files, **peaks()}))


def _lists(path: Path) -> list[list[object]] | None:
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            book = openpyxl.load_workbook(stream, read_only=True)
            return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    if path.suffix == ".csv":
        for encoding in ("utf-8-sig", "gb18030", "utf-16"):
            try:
                with path.open(encoding=encoding, newline="") as text:
                    return [list(csv.reader(text))]
            except UnicodeError:
                continue
    return None  # .xls and its like: openpyxl cannot


def report(ours: dict[str, object], peer: dict[str, object] | None, jobs: int) -> None:
    rows = [
        [
            "taizhang: take_in, files to deliveries",
            ours["files"],
            f"{ours['rows']:,}",
            f"{ours['seconds']:.1f}",
            f"{ours['busy']:.1f}",
            f"{float(ours['rows']) / float(ours['seconds']):,.0f}",
            f"{ours['peak_mb']:.0f} + {jobs} x {ours['child_mb']:.0f}",
        ],
        ["taizhang: the same again, nothing new", ours["files"], "", f"{ours['again']:.2f}", "", "", ""],
    ]
    if peer is not None:
        rows.append(
            [
                "openpyxl read-only + csv, lists only",
                peer["files"],
                f"{peer['rows']:,}",
                f"{peer['seconds']:.1f}",
                f"{peer['busy']:.1f}",
                f"{float(peer['rows']) / float(peer['seconds']):,.0f}",
                f"{peer['peak_mb']:.0f}",
            ]
        )
    print(table(["", "files", "rows", "s", "processor s", "rows/s", "peak MB (parent + children)"], rows))
    print()
    stages = sorted(ours["stages"].items(), key=lambda entry: -entry[1])
    print(table(["stage", "s"], [[name, f"{seconds:.2f}"] for name, seconds in stages]))
    print("\n`children` counts the seconds of all children together; the other stages are the parent's clock.")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--folder", type=Path, help="a county made before; its lake must be empty")
    arguments.add_argument("--no-peer", action="store_true")
    arguments.add_argument("--run", choices=["ours", "peer"], help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.run == "ours":
        run_ours(options.folder, options.jobs)
        return
    if options.run == "peer":
        run_peer(options.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "county"
        if options.folder is None:
            make_county(folder, persons=options.persons, seed=options.seed, deliveries=1)
        print(f"{sys.version.split()[0]}, {options.jobs} children, {options.persons:,} persons, one process each\n")
        _, _, ours = in_own_process(["--run", "ours", "--folder", str(folder), "--jobs", str(options.jobs)])
        peer = None if options.no_peer else in_own_process(["--run", "peer", "--folder", str(folder)])[2]
        report(ours, peer, options.jobs)


if __name__ == "__main__":
    main()
