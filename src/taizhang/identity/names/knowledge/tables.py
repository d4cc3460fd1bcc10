"""Character knowledge as dense arrays, loaded once and only when first asked for.

A character is addressed by its *row*. Row 0 is "nothing known". A surname that is read otherwise than the character has
a second row of its own with the narrowed readings (identity.md §12), so that every comparison works on rows and needs
to know nothing about position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)
FOLDER = Path(__file__).parent
CODE_POINTS = 0x323B0  # end of the last block of unified ideographs
READINGS = 6
"""Readings in use kept a character; more occur only in dictionaries of old texts."""


@dataclass(frozen=True, eq=False)
class NameKnowledge:
    """Everything known about characters of names; arrays are indexed by row unless said otherwise."""

    version: str
    syllables: tuple[str, ...]
    """Toneless syllables, ``v`` for ü; a syllable id is its place here."""
    row_of: NDArray[np.int32]
    """By code point: row of the character, 0 if unknown."""
    surname_row_of: NDArray[np.int32]
    """By code point: row of the character as a surname; the same as ``row_of`` if it is read as usual."""
    compound_rows: dict[str, tuple[int, int]]
    """Two-character surname -> rows of its characters."""
    surnames: dict[str, int]
    """Surname -> rank, commoner first."""
    code: NDArray[np.int32]
    readings: NDArray[np.int16]
    """(rows, 6): syllable id * 8 + tone, likeliest first, -1 where there is none."""
    level: NDArray[np.int8]
    """1-3 of the Table of General Standard Chinese Characters, 0 outside."""
    frequency: NDArray[np.int32]
    corners: NDArray[np.int8]
    cangjie: NDArray[np.int8]
    phonetic: NDArray[np.int16]
    strokes: NDArray[np.int8]
    traditional: NDArray[np.bool_]
    gbk: NDArray[np.int32]
    fold: NDArray[np.int32]
    """By code point: code point of the representative of its equivalence set, itself if it is in none."""
    set_names: dict[int, str]
    """Representative -> "name: members" of the set."""
    shape_pairs: NDArray[np.int64]
    """Sorted smaller * 2^21 + larger code point of pairs from lists."""
    radicals: dict[int, str]
    private: dict[str, str]
    every_reading: dict[str, int]
    """Syllable -> id."""
    all_readings: NDArray[np.int16]
    """(rows, 12): also the readings of old dictionaries; only to recognise bracketed pinyin."""

    @cached_property
    def representatives(self) -> dict[int, int]:
        """`fold` without the code points that represent themselves, for `str.translate`."""
        others = np.flatnonzero(self.fold != np.arange(len(self.fold)))
        return dict(zip(others.tolist(), self.fold[others].tolist(), strict=True))

    def row(self, character: str) -> int:
        """Row of one character, 0 if nothing is known."""
        code = ord(character)
        return int(self.row_of[code]) if code < CODE_POINTS else 0

    def commonness(self, text: str) -> float:
        """Mean rarity of the characters, 0 for everyday ones to 6 for what is no Han character."""
        costs = (6.0, 5.0, 0.0, 1.0, 3.0)  # unknown, outside the standard table, level 1, 2, 3
        # A traditional or variant form is as common as the form that represents it: it is no sign of damage.
        rows = [self.row(chr(self.fold[ord(c)])) or self.row(c) if ord(c) < CODE_POINTS else 0 for c in text]
        return sum(costs[int(self.level[row]) + 1] if row else costs[0] for row in rows) / max(1, len(rows))

    def by_frequency(self, characters: set[str]) -> str:
        """The characters, likeliest in a modern text first; ties by code point."""

        def rank(character: str) -> tuple[int, int, int]:
            row = self.row(character)
            return (int(self.level[row]) or 4, -int(self.frequency[row]), ord(character))

        return "".join(sorted(characters, key=rank))

    def readings_of(self, row: int) -> tuple[str, ...]:
        """Readings as ``zhang1``, likeliest first."""
        found = (int(value) for value in self.readings[row] if value >= 0)
        return tuple(f"{self.syllables[value >> 3]}{value & 7}" for value in found)


def _fixed(table: pa.Table, name: str, width: int, kind: type[_Scalar]) -> NDArray[_Scalar]:
    values = table[name].combine_chunks().flatten().to_numpy().reshape(-1, width)
    empty = np.full((1, width), 0 if name == "cangjie" else -1, dtype=kind)
    return np.concatenate([empty, values.astype(kind)])


def _plain(table: pa.Table, name: str) -> NDArray[np.generic]:
    values = table[name].to_numpy()
    return np.concatenate([np.zeros(1, values.dtype), values])


@lru_cache(maxsize=1)
def knowledge() -> NameKnowledge:
    """The packaged tables (version in their metadata); about 50 ms at the first call, then nothing."""
    characters = pq.read_table(FOLDER / "characters.parquet", use_threads=False)
    lists = pq.read_table(FOLDER / "lists.parquet", use_threads=False)
    metadata = characters.schema.metadata
    syllables = tuple(metadata[b"syllables"].decode().split())
    number = {syllable: at for at, syllable in enumerate(syllables)}
    code = _plain(characters, "code").astype(np.int32)
    row_of = np.zeros(CODE_POINTS, np.int32)
    row_of[code[1:]] = np.arange(1, len(code))
    every = _fixed(characters, "readings", 12, np.int16)
    in_use = _plain(characters, "in_use").astype(np.int8)
    readings = every[:, :READINGS].copy()
    readings[np.arange(READINGS)[None, :] >= in_use[:, None]] = -1

    rows: dict[str, list[tuple[str, str]]] = {}
    columns = (lists[name].to_pylist() for name in ("kind", "key", "value"))
    for kind, key, value in zip(*columns, strict=True):
        rows.setdefault(kind, []).append((key, value))

    fold = np.arange(CODE_POINTS, dtype=np.int32)
    set_names: dict[int, str] = {}
    for name, members in rows["variant"]:
        first = ord(name)
        set_names[first] = f"{name}：{members}"
        for member in members:
            fold[ord(member)] = first

    extra_from: list[int] = []
    extra_readings: list[list[int]] = []

    def narrowed(character: str, reading_texts: list[str]) -> int:
        extra_from.append(int(row_of[ord(character)]))
        values = [number[text[:-1]] * 8 + int(text[-1]) for text in reading_texts]
        extra_readings.append((values + [-1] * READINGS)[:READINGS])
        return len(code) + len(extra_from) - 1

    surname_row_of = row_of.copy()
    compound_rows: dict[str, tuple[int, int]] = {}
    surnames: dict[str, int] = {}
    for surname, text in rows["surname"]:
        surnames.setdefault(surname, len(surnames))
        parts = text.split()
        if len(surname) == 1 and parts:
            surname_row_of[ord(surname)] = narrowed(surname, parts)
        elif len(surname) == 2:
            one, two = surname[0], surname[1]
            plain = (int(row_of[ord(one)]), int(row_of[ord(two)]))
            compound_rows[surname] = (narrowed(one, parts[:1]), narrowed(two, parts[1:])) if parts else plain

    origin = np.concatenate([np.arange(len(code)), np.array(extra_from, np.int64)]).astype(np.int64)
    readings = np.concatenate([readings, np.array(extra_readings, np.int16).reshape(-1, READINGS)])
    pairs = {
        (min(ord(one), ord(two)) << 21) | max(ord(one), ord(two))
        for _, group in rows["shape"]
        for at, one in enumerate(group)
        for two in group[at + 1 :]
        if one != two
    }
    return NameKnowledge(
        version=metadata[b"version"].decode(),
        syllables=syllables,
        row_of=row_of,
        surname_row_of=surname_row_of,
        compound_rows=compound_rows,
        surnames=surnames,
        code=code[origin],
        readings=readings,
        level=_plain(characters, "level").astype(np.int8)[origin],
        frequency=_plain(characters, "frequency").astype(np.int32)[origin],
        corners=_fixed(characters, "corners", 5, np.int8)[origin],
        cangjie=_fixed(characters, "cangjie", 5, np.int8)[origin],
        phonetic=_fixed(characters, "phonetic", 2, np.int16)[origin],
        strokes=_plain(characters, "strokes").astype(np.int8)[origin],
        traditional=_plain(characters, "traditional").astype(bool)[origin],
        gbk=_plain(characters, "gbk").astype(np.int32)[origin],
        fold=fold,
        set_names=set_names,
        shape_pairs=np.array(sorted(pairs), np.int64),
        radicals={ord(old): new for old, new in rows["radical"]},
        private=dict(rows["private"]),
        every_reading=number,
        all_readings=every[origin],
    )
