"""Runs every comparison and writes its table to docs/benchmarks/. One command: make bench (see --list for the parts)."""

import argparse
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
TABLES = HERE.parent / "docs" / "benchmarks"
PARTS: dict[str, tuple[str, ...]] = {
    "id_numbers": ("--rows", "1000000"),
    "names": (),
    "reading": (),
    "mapping": (),
    "rules": (),
    "intake": ("--persons", "100000"),
    "sweep": ("--persons", "100000"),
    "accuracy": ("--persons", "100000", "--seed", "20261127"),
    "identity_accuracy": ("--persons", "40000", "--seed", "14142135"),
    "identity_speed": ("--persons", "100000", "1000000", "--rounds", "2", "--sweeps-up-to", "500000"),
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
        title = said.splitlines()[0] if said.startswith("#") else f"# {part}"
        body = said[len(title) :] if said.startswith("#") else f"\n\n{said}"
        stamp = f"Measured {datetime.now(UTC):%Y-%m-%d} on 2 cores, Python {platform.python_version()}, by `{shown}`.\n"
        (TABLES / f"{part}.md").write_text(f"{title}\n\n{stamp}\n{body.strip()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
