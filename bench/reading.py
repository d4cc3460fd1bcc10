"""Reading .xlsx: ours (arrays, expat) against openpyxl read-only and python-calamine, each in a process of its own.

The workbooks are made here from a seed: one like a national export (20 columns, shared strings, numbers, dates), one of
inline strings as streaming writers make them, and many small ones as villages send them. Rows per second count
the processor time of the reading alone (all readers use one core), imports done before; the peak is that of the whole
process with its libraries.

    python bench/reading.py --rows 100000 --repeat 3
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# ruff: noqa: PLC0415 - each process loads only the reader it measures

COLUMNS = 20
SURNAMES = "王李张刘陈杨赵黄周吴"
GIVEN = "明华芳军霞杰静平辉燕波林云娟强凤兰香"


def person(number: int, chance: random.Random) -> list[str | int | float]:
    name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
    digits = f"{chance.randrange(10**17, 10**18)}"
    codes = [chance.choice(["男", "女"]), chance.choice(["汉族", "羌族"]), chance.choice(["户主", "配偶", "之子"])]
    codes += [chance.choice(["健康", "长期慢性病"]), chance.choice(["是", "否"]), "陕西省", "洋县", "龙亭镇"]
    numbers = [chance.randrange(100_000), chance.randrange(10_000) / 100, chance.randrange(1, 9), 43_000 + number % 900]
    return [
        name,
        digits,
        *codes,
        f"{chance.randrange(10**10, 10**11)}",
        *numbers,
        *(["" if number % 3 else "备注"] * 5),
    ]


def write_book(path: Path, rows: int, seed: int, *, inline: bool) -> None:
    import xlsxwriter

    chance = random.Random(seed)
    with xlsxwriter.Workbook(path, {"constant_memory": inline}) as book:
        page = book.add_worksheet("人口")
        page.write_row(0, 0, [f"列{column}" for column in range(COLUMNS)])
        for number in range(1, rows + 1):
            for column, value in enumerate(person(number, chance)[:COLUMNS]):
                page.write(number, column, value)


def read_ours(paths: list[Path], *, vector: bool = True) -> int:
    from taizhang.intake.lean_arrow import spare_optional_imports
    from taizhang.intake.preflight import Limits
    from taizhang.intake.readers import BLOCK_ROWS
    from taizhang.intake.readers.xlsx import XlsxWorkbook

    spare_optional_imports()  # as the children do: the packages of the peers are no part of reading
    rows = 0
    for path in paths:
        for sheet in XlsxWorkbook(path, Limits(), BLOCK_ROWS, vector=vector).sheets():
            rows += sum(len(block.row_numbers) for block in sheet.blocks())
    return rows


def read_expat(paths: list[Path]) -> int:
    return read_ours(paths, vector=False)


def read_openpyxl(paths: list[Path]) -> int:
    import openpyxl

    rows = 0
    for path in paths:
        book = openpyxl.load_workbook(path, read_only=True)
        rows += sum(1 for page in book.worksheets for _ in page.iter_rows(values_only=True))
        book.close()
    return rows


def read_calamine(paths: list[Path]) -> int:
    import python_calamine

    rows = 0
    for path in paths:
        book = python_calamine.load_workbook(str(path))
        rows += sum(1 for at in range(len(book.sheet_names)) for _ in book.get_sheet_by_index(at).iter_rows())
    return rows


READERS: dict[str, Callable[[list[Path]], int]] = {
    "taizhang": read_ours,
    "taizhang, expat only": read_expat,
    "python-calamine": read_calamine,
    "openpyxl read-only": read_openpyxl,
}


def measure(reader: str, folder: Path) -> None:
    """Read all files of the folder in this process; one line of JSON."""
    paths = sorted(folder.glob("*.xlsx"))
    READERS[reader]([folder.parent / "warm.xlsx"])
    started = time.process_time()
    rows = READERS[reader](paths)
    seconds = time.process_time() - started
    # Not getrusage: its peak is inherited from the parent, which has written the workbooks.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))[1]) / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "peak": peak, "files": len(paths)}))


def run(reader: str, folder: Path, repeat: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", reader, "--folder", str(folder)]
    surroundings = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}  # as in the child process
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, env=surroundings).stdout)
        for _ in range(repeat)
    ]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def table(title: str, folder: Path, repeat: int) -> None:
    print(
        f"\n**{title}**\n\n| Reader | CPU s | rows/s | ms/file | peak MB | speed against openpyxl |\n|---|---|---|---|---|---|"
    )
    results = {reader: run(reader, folder, repeat) for reader in READERS}
    base = results["openpyxl read-only"]["seconds"]
    for reader, found in results.items():
        seconds, rows = found["seconds"], found["rows"]
        each = 1000 * seconds / found["files"]
        print(
            f"| {reader} | {seconds:.3f} | {rows / seconds:,.0f} | {each:,.1f} | {found['peak']:.0f} "
            f"| {base / seconds:.1f} × |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=100, help="number of workbooks of 300 rows")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--one", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        measure(chosen.one, chosen.folder)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: Path(scratch) / name for name in ("shared", "inline", "small")}
        for folder in folders.values():
            folder.mkdir()
        write_book(folders["shared"] / "a.xlsx", chosen.rows, chosen.seed, inline=False)
        write_book(folders["inline"] / "a.xlsx", chosen.rows, chosen.seed, inline=True)
        for number in range(chosen.small):
            write_book(folders["small"] / f"{number:04d}.xlsx", 300, chosen.seed + number, inline=False)
        write_book(Path(scratch) / "warm.xlsx", 5, 1, inline=False)
        table(f"{chosen.rows:,} rows × {COLUMNS}, shared strings", folders["shared"], chosen.repeat)
        table(f"{chosen.rows:,} rows × {COLUMNS}, inline strings", folders["inline"], chosen.repeat)
        table(f"{chosen.small} workbooks of 300 rows × {COLUMNS}", folders["small"], chosen.repeat)


if __name__ == "__main__":
    main()
