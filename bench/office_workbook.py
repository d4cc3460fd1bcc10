"""# Lists as workbooks: the office's writer beside openpyxl's write-only mode and pandas

Run with: python bench/office_workbook.py [--rows 20000 100000] [--rounds 3]

Eight columns as the list of a place's persons has them, made from a seed. Ours draws them as the page does (tables of a hundred
rows), keeps them in a temporary file, marks and formats the sheet; the peers write the same texts from lists that lie ready, without
marks, widths or formats. Each in a process of its own: processor seconds with imports left out, and what the peak grew by.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import in_own_process, own_peak_mb, table

# ruff: noqa: PLC0415 - each process loads only the writer it measures

HEAD = ("姓名", "证件号码", "户编号", "户主", "与户主关系", "村", "来源数", "最近排查")
BATCH = 100
SEED = 20200219


def lines(rows: int) -> Iterator[list[str]]:
    """As many persons; none exists."""
    chance = random.Random(SEED)
    for number in range(rows):
        yield [
            chance.choice("王李张刘陈") + chance.choice("明华芳军霞") + chance.choice("平静辉波林"), "6123" + "*" * 14,
            f"61072300{number // 3:04d}", chance.choice("王李张刘陈") + "建国", chance.choice(("户主", "配偶", "之子")),
            f"{chance.choice(('龙亭镇', '黄家营镇'))}{chance.choice(('三岔村', '石子坪村'))}", str(chance.randrange(1, 5)), "2020-02-19",
        ]  # fmt: skip


def ours(rows: int, into: Path) -> Callable[[], None]:
    """What an export does once the database has answered."""
    from taizhang.office.bare import set_up_bare

    set_up_bare()
    from taizhang.office.parts.model import Cell, Column, Row, Table
    from taizhang.office.parts.workbook import Sheet, mark_of, write_workbook

    columns = [
        Column(one, kind="number" if one == "来源数" else "date" if one == "最近排查" else "text") for one in HEAD
    ]

    def write() -> None:
        sheet, batch = Sheet("人员"), []
        for line in lines(rows):
            batch.append(Row([Cell(value) for value in line]))
            if len(batch) == BATCH:
                sheet.add(Table(columns, batch))
                batch = []
        sheet.add(Table(columns, batch))
        with into.open("wb") as file:
            write_workbook([sheet], mark_of("洋县", "操作员", sheet.count, "内部资料", "核对"), "操作员", file)
        sheet.close()

    return write


def openpyxl(rows: int, into: Path) -> Callable[[], None]:
    """Row by row, nothing kept."""
    from openpyxl import Workbook

    def write() -> None:
        book = Workbook(write_only=True)
        page = book.create_sheet("人员")
        page.append(HEAD)
        for line in lines(rows):
            page.append(line)
        book.save(into)

    return write


def pandas(rows: int, into: Path) -> Callable[[], None]:
    """A frame in memory, written by its usual engine."""
    from pandas import DataFrame

    def write() -> None:
        DataFrame(lines(rows), columns=list(HEAD)).to_excel(into, index=False, engine="openpyxl")

    return write


WRITERS = {"taizhang": ours, "openpyxl, write-only": openpyxl, "pandas (openpyxl)": pandas}


def measured(name: str, rows: int) -> dict[str, float]:
    """One workbook in this process."""
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        write = WRITERS[name](rows, Path(folder) / "list.xlsx")
        before, began = own_peak_mb(), time.process_time()
        write()
        return {"seconds": time.process_time() - began, "grown_mb": own_peak_mb() - before}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(measured(options.one, options.rows[0])) + "\n")
        return
    told = []
    for rows in options.rows:
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in WRITERS}
        for _ in range(options.rounds):
            for name in WRITERS:
                taken[name].append(in_own_process(["--one", name, "--rows", str(rows)])[2])  # type: ignore[arg-type]
        middle = {name: statistics.median(one["seconds"] for one in all_) for name, all_ in taken.items()}
        told += [
            [f"{rows:,}", name, f"{middle[name]:.1f}", f"{middle[name] / middle['taizhang']:.2f}", f"{max(one['grown_mb'] for one in all_):.0f}"]
            for name, all_ in taken.items()
        ]  # fmt: skip
    print("# Lists as workbooks: the office's writer beside openpyxl's write-only mode and pandas\n")
    print(f"Eight columns; each in a process of its own, median of {options.rounds} rounds in turn.\n")
    print(table(["rows", "writer", "processor s", "÷ ours", "memory grown, MB"], told))


if __name__ == "__main__":
    main()
