"""Which syllables sound alike or lie beside each other on a keyboard, as sets of bits a character (identity.md §12-§13)."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from taizhang.identity.names.knowledge import knowledge

Pairs = tuple[tuple[str, str], ...]
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcs")
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Spellings without an initial, and the final that is heard.
_OPEN = {
    "yi": "i", "ya": "ia", "yao": "iao", "ye": "ie", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "yai": "iai", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui",
    "wan": "uan", "wen": "un", "wang": "uang", "weng": "ueng", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
}  # fmt: skip


@dataclass(frozen=True)
class NearSounds:
    """Which initials and which finals local speech confuses; a parameter of the county.

    initials, finals: pairs that count as near, in both directions. An initial and a final may both be near at once.
    before_u: initials of a pair confused where the second takes a ``u`` that the first lacks: *fei* and *hui*.
    """

    initials: Pairs
    finals: Pairs
    before_u: Pairs = ()


USUAL_NEAR_SOUNDS = NearSounds(
    initials=(("n", "l"), ("f", "h"), ("z", "zh"), ("c", "ch"), ("s", "sh"), ("r", "l")),
    finals=(
        ("an", "ang"), ("en", "eng"), ("in", "ing"), ("ian", "iang"), ("uan", "uang"), ("un", "ong"), ("un", "ueng"),
        ("o", "uo"), ("v", "i"), ("v", "u"),
    ),
    before_u=(("f", "h"),),
)  # fmt: skip
"""The confusions of identity.md §12 (background): n/l, f/h, flat and curled tongue, r/l, -n/-ng, o/uo, ü/i."""


@dataclass(frozen=True, eq=False)
class SoundSets:
    """For every row of the knowledge a set of syllables, one bit each: its own, those near them, those one key apart."""

    own: npt.NDArray[np.uint64]
    near: npt.NDArray[np.uint64]
    key: npt.NDArray[np.uint64]


@lru_cache(maxsize=8)
def sound_sets(near: NearSounds = USUAL_NEAR_SOUNDS) -> SoundSets:
    """The sets for a table of confusions; about 60 ms, once."""
    known = knowledge()
    near_table, key_table = _syllable_tables(known.syllables, near)
    syllables = known.readings >> 3
    has = syllables >= 0
    words = -(-len(known.syllables) // 64)

    def per_row(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
        padded = np.zeros((len(table), words * 64), dtype=bool)
        padded[:, : table.shape[1]] = table
        bits = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
        sets = np.zeros((len(syllables), words), dtype=np.uint64)
        for place in range(syllables.shape[1]):
            sets[has[:, place]] |= bits[syllables[has[:, place], place]]
        return sets

    return SoundSets(per_row(np.eye(len(known.syllables), dtype=bool)), per_row(near_table), per_row(key_table))


def _syllable_tables(
    syllables: tuple[str, ...], near: NearSounds
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(near in sound, one key apart on a keyboard) for every pair of syllables."""
    parts = [_split(syllable) for syllable in syllables]
    initials, finals, before_u = (_both_ways(pairs) for pairs in (near.initials, near.finals, near.before_u))
    beside = _both_ways(tuple(pair for row in _KEY_ROWS for pair in pairwise(row)))
    near_table = np.zeros((len(syllables), len(syllables)), dtype=bool)
    key_table = np.zeros_like(near_table)
    for at, (initial, final) in enumerate(parts):
        for to in range(at):
            other_initial, other_final = parts[to]
            fits = (initial == other_initial or (initial, other_initial) in initials) and (
                final == other_final or (final, other_final) in finals
            )
            fits = fits or ((initial, other_initial) in before_u and _takes_u(final, other_final))
            near_table[at, to] = near_table[to, at] = fits
            key_table[at, to] = key_table[to, at] = _one_key_apart(syllables[at], syllables[to], beside)
    return near_table, key_table


def _both_ways(pairs: Pairs) -> frozenset[tuple[str, str]]:
    return frozenset(pairs) | {(other, one) for one, other in pairs}


def _split(syllable: str) -> tuple[str, str]:
    """(initial, final) as heard: *wang* is (, uang), *ju* is (j, v)."""
    if syllable in _OPEN:
        return "", _OPEN[syllable]
    initial = next((start for start in _INITIALS if syllable.startswith(start)), "")
    final = syllable[len(initial) :]
    if initial in {"j", "q", "x"} and final.startswith("u"):
        final = "v" + final[1:]
    return initial, final


def _takes_u(one: str, other: str) -> bool:
    shortened = {"uei": "ui", "uen": "un"}
    return shortened.get("u" + one, "u" + one) == other or shortened.get("u" + other, "u" + other) == one


def _one_key_apart(one: str, other: str, beside: frozenset[tuple[str, str]]) -> bool:
    if len(one) != len(other):
        return False
    different = [(x, y) for x, y in zip(one, other, strict=True) if x != y]
    return len(different) == 1 and different[0] in beside
