"""Build the packaged knowledge about characters of names.

Needs the development packages pypinyin and opencc and the Unihan data base as files (Debian package
``unicode-data``). Writes three parquet files into the package; the product itself needs only those.

    python tools/build_name_knowledge.py --unihan /usr/share/unicode

Licences of all sources: src/taizhang/identity/names/knowledge/LICENCES.md.
"""

from __future__ import annotations

import argparse
import bz2
import importlib
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

VERSION = "3"
TARGET = Path(__file__).parent.parent / "src/taizhang/identity/names/knowledge"
CURATED = TARGET / "curated"
TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


def numbered(syllable: str) -> str:
    """``lǚ`` as ``lv3``; a neutral tone has the digit 5."""
    tone, letters = "5", []
    for part in unicodedata.normalize("NFD", syllable.strip().lower()):
        if part in TONES:
            tone = TONES[part]
        elif part == "\u0308":
            letters[-1] = "v"
        elif part == "\u0302":  # ê
            continue
        elif part.isascii() and part.isalpha():
            letters.append(part)
    return "".join(letters) + tone


def code_point(text: str) -> int:
    """``U+5355`` as a number."""
    return int(text.removeprefix("U+"), 16)


def unihan(folder: Path, *fields: str) -> dict[str, dict[int, str]]:
    """The named Unihan fields as field -> code point -> text."""
    found: dict[str, dict[int, str]] = {field: {} for field in fields}
    for file in sorted(folder.glob("Unihan_*.txt.bz2")):
        with bz2.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                code, _, rest = line.rstrip("\n").partition("\t")
                field, _, value = rest.partition("\t")
                if code.startswith("U+") and field in found:
                    found[field][code_point(code)] = value
    return found


def opencc_table(name: str) -> dict[str, list[str]]:
    """One dictionary of OpenCC as key -> values, through its own converter."""
    base = Path(str(importlib.import_module("opencc").__file__)).parent / "clib"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "table.txt"
        command = [str(base / "bin/opencc_dict"), "-i", str(base / f"share/opencc/{name}.ocd2"), "-o", str(out)]
        subprocess.run([*command, "-f", "ocd2", "-t", "text"], check=True, capture_output=True)  # noqa: S603
        rows = (line.split("\t") for line in out.read_text("utf-8").splitlines() if "\t" in line)
        return {key: values.split() for key, values in rows}


def curated(name: str) -> Iterator[list[str]]:
    """Rows of a list of our own, without its comments."""
    for line in (CURATED / f"{name}.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def in_gb2312(character: str) -> bool:
    """Whether the simplified base set has the character: two such are two standard characters, not variants."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def gbk_code(character: str) -> int:
    """The two GBK bytes as a number, 0 where GBK has none."""
    try:
        raw = character.encode("gbk")
    except UnicodeEncodeError:
        return 0
    return int.from_bytes(raw, "big") if len(raw) == 2 else 0


def readings_of(fields: dict[str, dict[int, str]], pinyin: dict[int, str]) -> dict[int, tuple[list[str], int]]:
    """Code point -> (readings, likeliest first; how many of them are in use today).

    In use today: the readings of the 2013 dictionary of standard characters and of the 1983 dictionary; for characters
    outside both, every reading that pypinyin lists. The rest serve only to recognise bracketed pinyin.
    """
    found: dict[int, tuple[list[str], int]] = {}
    for code in sorted(set(pinyin) | set(fields["kMandarin"])):
        wide = [numbered(part) for part in pinyin.get(code, "").split(",") if part]
        usual = [numbered(part) for part in fields["kMandarin"].get(code, "").split()[:1]]
        modern: list[str] = []
        for field in ("kTGHZ2013", "kXHC1983"):
            for part in fields[field].get(code, "").split():
                modern += [numbered(text) for text in part.split(":", 1)[1].split(",")]
        modern = [reading for reading in modern if not reading.endswith("5")] or []
        near = list(dict.fromkeys(wide[:1] + usual + (modern or wide)))
        every = list(dict.fromkeys(near + wide))
        every = [reading for reading in every if reading[:-1]]
        if every:
            found[code] = (every[:12], min(len(near), 6))
    return found


def variant_sets(fields: dict[str, dict[int, str]]) -> list[tuple[str, str, str]]:
    """(name, members, source) of every equivalence set, merged where they share a member.

    Unihan's semantic variants are taken only when the pair shares its first reading and one of the two is outside
    GB 2312: two characters of the standard set are two legal names unless our own list says otherwise.
    """
    parent: dict[str, str] = {}
    source: dict[str, set[str]] = defaultdict(set)
    standard: dict[str, set[str]] = {}

    def root(member: str) -> str:
        while parent.setdefault(member, member) != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        if member not in standard:
            standard[member] = {member} if in_gb2312(member) else set()
        return member

    def unite(one: str, other: str, where: str) -> None:
        if len(one) == len(other) == 1:
            first, second = root(one), root(other)
            source[one].add(where)
            source[other].add(where)
            if first != second:
                parent[first] = second
                standard[second] |= standard[first]

    def standard_of(member: str) -> set[str]:
        return standard[root(member)]

    for table in ("TSCharacters", "TWVariants", "HKVariants"):
        for key, values in opencc_table(table).items():
            for value in values[:1] if table == "TSCharacters" else values:
                unite(key, value, "opencc")
    for field in ("kZVariant", "kSemanticVariant", "kCompatibilityVariant", "kSimplifiedVariant"):
        for code, text in fields[field].items():
            for part in text.split():
                one, other = chr(code), chr(code_point(part.split("<")[0]))
                same_sound = fields["kMandarin"].get(code) == fields["kMandarin"].get(ord(other))
                both_standard = len(standard_of(one) | standard_of(other)) > 1
                if not both_standard and (same_sound or field in {"kZVariant", "kCompatibilityVariant"}):
                    unite(one, other, "unihan")
    names: dict[str, str] = {}  # member -> the name our own list gives its set
    for name, members in curated("variants"):
        for member in members:
            unite(members[0], member, "curated")
            names[member] = name
    groups: dict[str, list[str]] = defaultdict(list)
    for member in parent:
        groups[root(member)].append(member)
    rows = []
    for members_found in groups.values():
        if len(members_found) > 1:
            members = "".join(sorted(members_found))
            standard_members = [m for m in members if in_gb2312(m)] or list(members)
            name = next((names[m] for m in members if m in names), standard_members[0])
            rows.append((name, members, "+".join(sorted({s for m in members for s in source[m]}))))
    return sorted(rows)


def traditional_only(fields: dict[str, dict[int, str]]) -> set[int]:
    """Characters that a simplified text does not use: they have a simplified form and are no standard character.

    A form beyond the basic plane (𬱖 of 頔) does not count: few fonts and input methods know it, so registers write the old one.
    """
    table = opencc_table("TSCharacters")
    return {
        ord(k) for k, v in table.items()
        if k not in v and len(k) == 1 and ord(k) not in fields["kTGH"] and any(ord(form) < 0x10000 for form in v)
    }  # fmt: skip


def radicals(folder: Path) -> list[tuple[str, str]]:
    """Radical code point -> ideograph, from Unicode's table of equivalents, our own on top."""
    found: dict[str, str] = {}
    for line in (folder / "EquivalentUnifiedIdeograph.txt").read_text("utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text:
            span, target = (part.strip() for part in text.split(";"))
            first, _, last = span.partition("..")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                if 0x2E80 <= code <= 0x2FDF:
                    found[chr(code)] = chr(int(target, 16))
    return sorted(found.items())


def private_use() -> list[tuple[str, str]]:
    """Private-use code points that older GBK fonts gave to FE50-FEA0, with the character of today's standard."""
    trails = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    pairs = ((chr(0xE815 + at), bytes([0xFE, trail]).decode("gb18030")) for at, trail in enumerate(trails))
    return [(old, new) for old, new in pairs if old != new]


def character_table(fields: dict[str, dict[int, str]], traditional: set[int]) -> pa.Table:
    """One row a character that has a reading: everything the comparison asks of it."""
    pinyin: dict[int, str] = importlib.import_module("pypinyin").pinyin_dict.pinyin_dict
    readings = readings_of(fields, pinyin)
    codes = sorted(code for code in readings if unicodedata.category(chr(code)) == "Lo" and code >= 0x3007)

    def frequency(code: int) -> int:
        return sum(int(part.split("(")[1].rstrip(")")) for part in fields["kHanyuPinlu"].get(code, "").split())

    def level(code: int) -> int:
        at = int(fields["kTGH"].get(code, "2013:0").split(":")[1])
        return 0 if at == 0 else 1 if at <= 3500 else 2 if at <= 6500 else 3

    syllables = sorted({reading[:-1] for code in codes for reading in readings[code][0]})
    number = {syllable: at for at, syllable in enumerate(syllables)}

    def reading_row(code: int) -> list[int]:
        row = [number[reading[:-1]] * 8 + int(reading[-1]) for reading in readings[code][0]]
        return row + [-1] * (12 - len(row))

    def corner_row(code: int) -> list[int]:
        text = fields["kFourCornerCode"].get(code, "").split(" ")[0].replace(".", "")
        return [int(text[at]) if at < len(text) else -1 for at in range(5)]

    def cangjie_row(code: int) -> list[int]:
        text = fields["kCangjie"].get(code, "").split(" ")[0]
        return [ord(text[at]) if at < len(text) else 0 for at in range(5)]

    def phonetic_row(code: int) -> list[int]:
        # Most simplified characters have no class of their own: 刚 and 岗 are of the class of 剛 and 崗.
        forms = [code, *(code_point(part) for part in fields["kTraditionalVariant"].get(code, "").split())]
        classes = next((text for form in forms if (text := fields["kPhonetic"].get(form))), "")
        found = [int("".join(c for c in part if c.isdigit())) for part in classes.split()]
        return [*found, -1, -1][:2]

    def fixed(row: Callable[[int], list[int]], kind: pa.DataType, width: int) -> pa.Array:
        flat = pa.array([value for code in codes for value in row(code)], kind)
        return pa.FixedSizeListArray.from_arrays(flat, width)

    table = pa.table(
        {
            "code": pa.array(codes, pa.int32()),
            "readings": fixed(reading_row, pa.int16(), 12),
            "in_use": pa.array([readings[code][1] for code in codes], pa.int8()),
            "level": pa.array([level(code) for code in codes], pa.int8()),
            "frequency": pa.array([frequency(code) for code in codes], pa.int32()),
            "corners": fixed(corner_row, pa.int8(), 5),
            "cangjie": fixed(cangjie_row, pa.int8(), 5),
            "phonetic": fixed(phonetic_row, pa.int16(), 2),
            "strokes": pa.array([int(fields["kTotalStrokes"].get(code, "0").split()[0]) for code in codes], pa.int8()),
            "traditional": pa.array([code in traditional for code in codes]).cast(pa.uint8()),
            "gbk": pa.array([gbk_code(chr(code)) for code in codes], pa.int32()),
        }
    )
    return table.replace_schema_metadata({"syllables": " ".join(syllables)})


def main() -> None:
    """Write the three files."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--unihan", type=Path, default=Path("/usr/share/unicode"))
    folder = arguments.parse_args().unihan
    fields = unihan(
        folder,
        *("kMandarin", "kTGHZ2013", "kXHC1983", "kHanyuPinlu", "kTGH", "kFourCornerCode", "kCangjie", "kPhonetic"),
        *(
            "kTotalStrokes",
            "kZVariant",
            "kSemanticVariant",
            "kCompatibilityVariant",
            "kSimplifiedVariant",
            "kTraditionalVariant",
        ),
        "kSpoofingVariant",
    )
    characters = character_table(fields, traditional_only(fields))
    sets = variant_sets(fields)
    lists: list[tuple[str, str, str]] = [("variant", name, members) for name, members, _ in sets]
    lists += [("surname", row[0], row[1] if len(row) > 1 else "") for row in curated("surnames")]
    lists += [("shape", "curated", row[0]) for row in curated("shapes")]
    for code, text in fields["kSpoofingVariant"].items():
        lists += [("shape", "unihan", chr(code) + chr(code_point(part))) for part in text.split()]
    lists += [("radical", old, new) for old, new in radicals(folder)]
    lists += [("private", old, new) for old, new in private_use()]
    columns = list(zip(*lists, strict=True))
    table = pa.table({"kind": columns[0], "key": columns[1], "value": columns[2]})
    for name, content in (("characters", characters), ("lists", table)):
        metadata = {**(content.schema.metadata or {}), "version": VERSION}
        pq.write_table(content.replace_schema_metadata(metadata), TARGET / f"{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
