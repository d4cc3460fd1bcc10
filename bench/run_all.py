"""Runs every comparison and writes its table to docs/benchmarks/. One command: make bench (see --list for the parts).

A page that holds remarks as well has its table between two marks, and what stands outside of them is kept.
"""

import argparse
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
TABLES = HERE.parent / "docs" / "benchmarks"
BEGIN, END = "<!-- printed by bench/run_all.py -->", "<!-- end of what is printed -->"
PARTS: dict[str, tuple[str, ...]] = {
    "id_numbers": ("--rows", "1000000"),
    "names": (),
    "reading": (),
    "mapping": (),
    "rules": (),
    "intake": ("--persons", "100000"),
    "sweep": ("--persons", "100000"),
    "accuracy": ("--persons", "100000", "--seed", "20261127"),
    "identity_accuracy": ("--persons", "40000", "--seed", "27182818"),
    "decoding": ("--persons", "100000", "--seed", "31415926"),
    "identity_speed": ("--persons", "100000", "1000000", "--rounds", "2", "--sweeps-up-to", "500000", "--splink"),
    "identity_linkage": (),
    "office_load": ("--rounds", "5"),
    "office_budget": (),
    "office_workbook": (),
    "office_kills": ("--kills", "100", "--databases", "sqlite", "postgresql"),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which (all)")
    arguments.add_argument("--list", action="store_true", help="only say what there is")
    options = arguments.parse_args()
    TABLES.mkdir(parents=True, exist_ok=True)
    for part in options.parts or PARTS:
        command = [sys.executable, str(HERE / f"{part}.py"), *PARTS[part]]
        shown = f"python bench/{part}.py {' '.join(PARTS[part])}".strip()
        print(shown, flush=True)
        if options.list:
            continue
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        page = TABLES / f"{part}.md"
        before = page.read_text("utf-8") if page.exists() else ""
        stamp = f"Measured {datetime.now(UTC):%Y-%m-%d} on 2 cores, Python {platform.python_version()}, by `{shown}`."
        page.write_text(renewed(before, part, stamp, said), encoding="utf-8")


def renewed(before: str, part: str, stamp: str, said: str) -> str:
    """A page with what a comparison printed in the place of what it printed before; its remarks stay.

    before: the page as it is, empty where there is none. said: what was printed; a first line with # is the page's title.
    """
    title = said.splitlines()[0] if said.startswith("#") else f"# {part}"
    printed = f"{stamp}\n\n{said.removeprefix(title).strip()}\n"
    above, begin, rest = before.partition(BEGIN)
    if not begin:
        return f"{title}\n\n{printed}"
    return f"{above}{BEGIN}\n{printed}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    main()
