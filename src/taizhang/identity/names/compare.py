"""How two names differ: the first explanation that fits, and the others that fit too (identity.md §15.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.likeness import Like, liken
from taizhang.identity.names.parse import NameParse, parse_name
from taizhang.identity.names.rows import rows_of, surname_length
from taizhang.identity.names.vocabulary import (
    GRADES,
    KUN_JIN_KAO,
    LOSS_CLASS,
    PRIVATE_CLASS,
    NameCode,
    NameGrade,
)

_LABELS = (
    (Like.VARIANT, NameCode.VARIANT),
    (Like.HOMOPHONE, NameCode.HOMOPHONE),
    (Like.NEARPHONE, NameCode.NEARPHONE),
    (Like.SHAPE, NameCode.SHAPE),
    (Like.KEY, NameCode.KEY),
)
_CREDIT = {Like.VARIANT: 0.95, Like.HOMOPHONE: 0.85, Like.SHAPE: 0.75, Like.NEARPHONE: 0.7, Like.KEY: 0.55}
_WHOLE = {
    NameCode.SAME: 1.0, NameCode.FORMAT: 1.0, NameCode.ALIAS: 0.95, NameCode.LOSS: 0.9, NameCode.DAMAGED: 0.9,
    NameCode.EXTRA: 0.75, NameCode.ORDER: 0.8, NameCode.CLAN: 0.5,
}  # fmt: skip
_ORDER = {code: place for place, code in enumerate(NameCode)}
_WILD = re.compile(f"{KUN_JIN_KAO}|[{LOSS_CLASS}{PRIVATE_CLASS}]")
_SPELT = re.compile("[A-ZÜ]{1,6}")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two names of equal length differ (1-based), and in which ways the characters are alike."""

    place: int
    left: str
    right: str
    like: Like


@dataclass(frozen=True, slots=True)
class NameRelation:
    """The relation of two names.

    code: the first explanation that fits; also: the others, in order. grade: M0 to M6, None where a name is missing.
    similarity: 0 to 1, for ranking only. differences: the differing places of names of equal length.
    """

    code: NameCode
    also: tuple[NameCode, ...] = ()
    grade: NameGrade | None = None
    similarity: float = 0.0
    differences: tuple[Difference, ...] = ()

    def evidence(self) -> tuple[str, ...]:
        """What an officer reads, one sentence a place: which characters, which readings or set."""
        return tuple(_sentence(difference) for difference in self.differences)


@lru_cache(maxsize=65_536)
def compare_names(a: str | None, b: str | None) -> NameRelation:
    """Compare two cells or normalised names. Symmetric but for the direction of `differences`."""
    one, other = parse_name(a), parse_name(b)
    if one.text is None or other.text is None:
        return NameRelation(NameCode.MISSING)
    if a == b or one.text == other.text:
        code = NameCode.SAME if a == b else NameCode.FORMAT
        return NameRelation(code, (), GRADES[code], 1.0)
    differences = differences_of(one.text, other.text) if len(one.text) == len(other.text) else ()
    return explained(one, other, differences)


def explained(one: NameParse, other: NameParse, differences: tuple[Difference, ...]) -> NameRelation:
    """Explain two different names whose differing places are known (none where their lengths differ)."""
    a, b = one.text or "", other.text or ""
    found: list[NameCode] = []
    if _fits_with_losses(a, b) or _fits_with_losses(b, a):
        found.append(NameCode.LOSS)
    if any(repair.admits(b) for repair in one.repairs) or any(repair.admits(a) for repair in other.repairs):
        found.append(NameCode.DAMAGED)
    if a == other.alias or b == one.alias:
        found.append(NameCode.ALIAS)
    if _is_clan(a, b) or _is_clan(b, a):
        found.append(NameCode.CLAN)
    if _has_extra(a, b) or _has_extra(b, a):
        found.append(NameCode.EXTRA)
    if len(a) == len(b):
        if sorted(a) == sorted(b):
            found.append(NameCode.ORDER)
        found += codes_of([d.like for d in differences], len(a))
    if not found:
        found.append(unexplained(a, b, differences))
    found.sort(key=_ORDER.__getitem__)
    code = found[0]
    return NameRelation(code, tuple(found[1:]), GRADES[code], _similarity(code, a, b, differences), differences)


def differences_of(a: str, b: str) -> tuple[Difference, ...]:
    """The differing places of two names of equal length."""
    places = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if not places:
        return ()
    index = np.array(places)
    codes_a, codes_b = (np.fromiter(map(ord, name), dtype=np.int32, count=len(name))[index] for name in (a, b))
    flags = liken(rows_of(a)[index], rows_of(b)[index], codes_a, codes_b)
    return tuple(Difference(at + 1, a[at], b[at], Like(int(flag))) for at, flag in zip(places, flags, strict=True))


def codes_of(likes: Sequence[Like], length: int) -> list[NameCode]:
    """Every code that explains all differences alike; where each has its own explanation, the weakest of the best.

    Names that share no character are explained by sound only when every character sounds the same: weaker likenesses
    would make relatives of strangers.
    """
    if not likes:
        return []
    whole = len(likes) == length and length > 1
    allowed = Like.VARIANT | Like.HOMOPHONE if whole else ~Like.NONE
    codes = [code for flag, code in _LABELS if flag & allowed and all(like & flag for like in likes)]
    best = [next((code for flag, code in _LABELS if like & flag & allowed), None) for like in likes]
    mixed = [code for code in best if code is not None]
    if not codes and len(mixed) == len(best):
        codes = sorted(set(mixed), key=_ORDER.__getitem__, reverse=True)[:1]
    return codes


def unexplained(a: str, b: str, differences: Sequence[Difference]) -> NameCode:
    """The last four codes: what is shared when nothing explains the difference."""
    cut_a, cut_b = surname_length(a), surname_length(b)
    same_surname, same_given = a[:cut_a] == b[:cut_b], a[cut_a:] == b[cut_b:]
    if same_surname and len(differences) == 1 and len(a) == len(b):
        return NameCode.ONECHAR
    if same_given and a[cut_a:]:
        return NameCode.SURNAME
    return NameCode.GIVEN if same_surname else NameCode.DISJOINT


def _fits_with_losses(damaged: str, whole: str) -> bool:
    """Whether every mark of loss (or spelt-out reading) of `damaged` can stand for one character of `whole`."""
    if not _WILD.search(damaged) and not _SPELT.search(damaged):
        return False
    if _WILD.fullmatch(damaged):
        return False
    known = knowledge()
    pattern = ""
    at = 0
    for match in re.finditer(f"{_WILD.pattern}|{_SPELT.pattern}", damaged):
        pattern += re.escape(damaged[at : match.start()])
        spelt = match[0].lower().replace("ü", "v") if _SPELT.fullmatch(match[0]) else ""
        if spelt and spelt not in known.every_reading:
            return False
        pattern += f"(?P<r{match.start()}>.)" if spelt else "."
        at = match.end()
    found = re.fullmatch(pattern + re.escape(damaged[at:]), whole, re.DOTALL)
    if found is None:
        return False
    for name, character in found.groupdict().items():
        letters = _SPELT.match(damaged, int(name[1:]))
        syllable = known.every_reading[letters[0].lower().replace("ü", "v")] if letters else -1
        if syllable not in {value >> 3 for value in known.all_readings[known.row(character)].tolist() if value >= 0}:
            return False
    return True


def _is_clan(clan: str, name: str) -> bool:
    """王氏, 王张氏 against a full name: the surname or the husband's surname agrees."""
    return clan.endswith("氏") and not name.endswith("氏") and len(clan) <= 4 and name[0] in clan[:-1]


def _has_extra(longer: str, shorter: str) -> bool:
    """One character more, or a first name of a dotted name alone."""
    if len(longer) == len(shorter) + 1 and len(shorter) >= 2:
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    return "·" in longer and len(shorter) >= 2 and longer.startswith(f"{shorter}·")


def _similarity(code: NameCode, a: str, b: str, differences: Sequence[Difference]) -> float:
    if code in _WHOLE:
        return _WHOLE[code]
    if len(a) != len(b):
        return 0.3 if code is NameCode.GIVEN else 0.4 if code is NameCode.SURNAME else 0.0
    credit = sum(max((_CREDIT[flag] for flag in _CREDIT if d.like & flag), default=0.0) for d in differences)
    return round((len(a) - len(differences) + credit) / len(a), 4)


def _readings(character: str, place: int) -> str:
    known = knowledge()
    row = int(known.surname_row_of[ord(character)]) if place == 1 and known.row(character) else known.row(character)
    return "、".join(known.readings_of(row)[:3])


def _sentence(difference: Difference) -> str:
    known = knowledge()
    left, right = difference.left, difference.right
    said = [f"第{difference.place}字“{left}”与“{right}”"]
    if difference.like & Like.VARIANT:
        said.append(f"可能是同一字的不同写法（{known.set_names.get(int(known.fold[ord(left)]), left + right)}）")
    if difference.like & (Like.HOMOPHONE | Like.NEARPHONE):
        readings = [_readings(character, difference.place) for character in (left, right)]
        kind = "同音" if difference.like & Like.HOMOPHONE else "近音"
        said.append(f"{kind}（{readings[0]}／{readings[1]}）")
    if difference.like & Like.SHAPE:
        said.append("字形相近")
    if difference.like & Like.KEY:
        said.append("拼音只差相邻一键")
    return "，".join(said) + "。"
