"""Writes the damage tables of the identity benchmark anew from the data folder of an unpacked pycorrector 1.1.4 wheel.

    python bench/identity/make_tables.py FOLDER/pycorrector/data

The engine's own knowledge comes from elsewhere (Unihan, pypinyin, lists of its own), so that it is never measured against
what it was built from. Licences: bench/identity/tables/LICENCES.md.
"""

import sys
from collections import Counter
from pathlib import Path

from pypinyin import Style, pinyin

from taizhang.sample.knowledge import rows

TABLES = Path(__file__).parent / "tables"
LEAST = 3  # times a character must occur in the list of persons to count as one of names


def is_han(text: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in text)


def lines(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def given_weights(data: Path, surnames: set[str]) -> Counter[str]:
    """How often each character stands in the given name of a known person."""
    found: Counter[str] = Counter()
    for name, *_ in lines(data / "person_name.txt"):
        if len(name) in (2, 3) and name[0] in surnames and is_han(name):
            found.update(name[1:])
    return Counter({character: n for character, n in found.items() if n >= LEAST})


def write(name: str, head: str, body: list[str]) -> None:
    (TABLES / f"{name}.tsv").write_text("\n".join([f"# {head}", *body]) + "\n", "utf-8")


def main() -> None:
    data = Path(sys.argv[1])
    surnames = [surname for surname, _ in rows("surnames")]
    weights = given_weights(data, {surname for surname in surnames if len(surname) == 1})
    usable = set(weights) | {one for one in surnames if len(one) == 1}
    write(
        "given",
        "character of given names, times it stands in pycorrector's list of persons",
        [f"{character}\t{n}" for character, n in sorted(weights.items(), key=lambda item: (-item[1], item[0]))],
    )
    sounds = []
    for character, *heard in lines(data / "same_pinyin.txt"):
        others = "".join(dict.fromkeys(o for part in heard for o in part if o in usable and o != character))
        if character in usable and others:
            sounds.append(f"{character}\t{others}")
    write("sounds", "character, characters of names that sound alike (any tone), by pycorrector's same_pinyin", sounds)
    shapes = ["".join(group) for group in lines(data / "same_stroke.txt") if len(group) > 1 and is_han("".join(group))]
    known = usable | set("".join(shapes))
    strokes = {character: drawn for character, drawn, *_ in lines(data / "stroke.txt") if character in known}
    facts = []
    for character in sorted(known):
        heard = dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0])
        facts.append(f"{character}\t{' '.join(heard)}\t{strokes.get(character, '')}")
    write("characters", "character, toneless readings by pypinyin, strokes by pycorrector's stroke", facts)
    write("shapes", "characters that look like the first of the line, by pycorrector's same_stroke", shapes)


if __name__ == "__main__":
    main()
