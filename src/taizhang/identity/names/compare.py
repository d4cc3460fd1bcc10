"""How two names differ: the first explanation that fits, and the others that fit too (identity.md §15.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape

import numpy as np

from taizhang.identity.cells import is_missing
from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.likeness import Like, liken
from taizhang.identity.names.parse import USUAL_HAN, NameParse, parse_name
from taizhang.identity.names.rows import rows_of, surname_length
from taizhang.identity.names.sounds import USUAL_NEAR_SOUNDS, NearSounds
from taizhang.identity.names.vocabulary import (
    GRADES,
    KUN_JIN_KAO,
    LOSS_CLASS,
    PRIVATE_CLASS,
    NameCode,
    NameDefect,
    NameGrade,
)

_LABELS = (
    (Like.VARIANT, NameCode.VARIANT),
    (Like.HOMOPHONE, NameCode.HOMOPHONE),
    (Like.NEARPHONE, NameCode.NEARPHONE),
    (Like.SHAPE, NameCode.SHAPE),
    (Like.KEY, NameCode.KEY),
)
CREDIT = {Like.VARIANT: 95, Like.HOMOPHONE: 85, Like.SHAPE: 75, Like.NEARPHONE: 70, Like.KEY: 55}
"""Hundredths of a character that a likeness counts in the similarity; for ranking only."""
WHOLE = {
    NameCode.SAME: 1.0, NameCode.FORMAT: 1.0, NameCode.ALIAS: 0.95, NameCode.LOSS: 0.9, NameCode.DAMAGED: 0.9,
    NameCode.EXTRA: 0.75, NameCode.ORDER: 0.8, NameCode.CLAN: 0.5,
}  # fmt: skip
UNLIKE = {NameCode.GIVEN: 0.3, NameCode.SURNAME: 0.4}
"""Similarity of names of unequal length that only share a part."""
_ORDER = {code: place for place, code in enumerate(NameCode)}
_WILD = re.compile(f"{KUN_JIN_KAO}|[{LOSS_CLASS}{PRIVATE_CLASS}]")
_SPELT = re.compile("[A-ZÜ]{1,6}")
_LOST = re.compile(f"{_WILD.pattern}|{_SPELT.pattern}")
_SLOT = re.compile(f"{_WILD.pattern}|{_SPELT.pattern}|.", re.DOTALL)
_JOINED = re.compile("[、,，/;；|\\n ]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two names of equal length differ (1-based), and in which ways the characters are alike.

    readings: of the left and of the right character in its name, likeliest first.
    """

    place: int
    left: str
    right: str
    like: Like
    readings: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


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

    def _repr_html_(self) -> str:
        codes = " ".join(f"<code>{code.value}</code>" for code in (self.code, *self.also))
        grade = f" {self.grade.value}" if self.grade else ""
        pairs = "".join(
            f"<li><mark>{escape(one.left)}</mark>／<mark>{escape(one.right)}</mark> {escape(_sentence(one))}</li>"
            for one in self.differences
        )
        return f"<p>{codes}{grade}</p><ul>{pairs}</ul>" if pairs else f"<p>{codes}{grade}</p>"


def compare_names(
    a: str | float | None, b: str | float | None, *, near: NearSounds = USUAL_NEAR_SOUNDS
) -> NameRelation:
    """Compare two cells or normalised names. Symmetric but for the direction of `differences`.

    near: which sounds the county's speech confuses. A placeholder (不详, 王某) is no name: the relation is `MISSING`,
    for missing is not different. NaN, NaT and pandas.NA are empty cells, as in a data frame. TypeError for anything else.
    """
    return compared(_text_of(a), _text_of(b), near)


def _text_of(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell
    if is_missing(cell):
        return None
    raise TypeError(f"a name is a text, not {type(cell).__name__}: give str, or None where the cell is empty")


@lru_cache(maxsize=65_536)
def compared(a: str | None, b: str | None, near: NearSounds = USUAL_NEAR_SOUNDS) -> NameRelation:
    """`compare_names` of what is known to be text or missing."""
    one, other = parse_name(a), parse_name(b)
    if one.text is None or other.text is None:
        return NameRelation(NameCode.MISSING)
    if a == b or one.text == other.text:
        code = NameCode.SAME if a == b else NameCode.FORMAT
        return NameRelation(code, (), GRADES[code], 1.0)
    same_length = len(one.text) == len(other.text)
    differences = differences_of(one.text, other.text, near) if same_length else ()
    return explained(one, other, differences)


def explained(one: NameParse, other: NameParse, differences: tuple[Difference, ...]) -> NameRelation:
    """Explain two different names whose differing places are known (none where their lengths differ).

    Where order, length or losses are looked at, variants count as equal: one explanation does not hide another.
    """
    a, b = one.text or "", other.text or ""
    if NameDefect.PLACEHOLDER in one.defects or NameDefect.PLACEHOLDER in other.defects:
        return NameRelation(NameCode.MISSING)
    folded_a, folded_b = fold(a), fold(b)
    found: list[NameCode] = []
    if a.replace("·", "") == b.replace("·", ""):
        found.append(NameCode.FORMAT)
    if _fits_with_losses(a, b) or _fits_with_losses(b, a):
        found.append(NameCode.LOSS)
    if _was(one, other) or _was(other, one):
        found.append(NameCode.DAMAGED)
    if one.alias or other.alias:
        names, others = {folded_a, fold(one.alias or a)}, {folded_b, fold(other.alias or b)}
        if names & others:
            found.append(NameCode.ALIAS)
    if _is_clan(folded_a, folded_b) or _is_clan(folded_b, folded_a):
        found.append(NameCode.CLAN)
    if _has_extra(folded_a, folded_b) or _has_extra(folded_b, folded_a):
        found.append(NameCode.EXTRA)
    if len(a) == len(b):
        if folded_a != folded_b and sorted(folded_a) == sorted(folded_b):
            found.append(NameCode.ORDER)
        found += codes_of([d.like for d in differences], len(a))
    if not found:
        found.append(unexplained(a, b, differences))
    found.sort(key=_ORDER.__getitem__)
    code = found[0]
    return NameRelation(code, tuple(found[1:]), GRADES[code], _similarity(code, a, b, differences), differences)


def fold(name: str) -> str:
    """The name with every character as the representative of its equivalence set: for looking, never a value."""
    return name.translate(knowledge().representatives)


def _was(damaged: NameParse, whole: NameParse) -> bool:
    """Whether a repair of the one side can be the other side."""
    text = whole.text or ""
    return any(
        repair.admits(text) or (repair.certain and fold(repair.text) == fold(text)) for repair in damaged.repairs
    )


def differences_of(a: str, b: str, near: NearSounds = USUAL_NEAR_SOUNDS) -> tuple[Difference, ...]:
    """The differing places of two names of equal length."""
    places = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if not places:
        return ()
    index = np.array(places)
    codes_a, codes_b = (np.fromiter(map(ord, name), dtype=np.int32, count=len(name))[index] for name in (a, b))
    flags = liken(rows_of(a)[index], rows_of(b)[index], codes_a, codes_b, near)
    return tuple(
        Difference(at + 1, a[at], b[at], Like(int(flag)), (readings_of(a, at), readings_of(b, at)))
        for at, flag in zip(places, flags, strict=True)
    )


def codes_of(likes: Sequence[Like], length: int) -> list[NameCode]:
    """Every code that explains all differences alike; where each has its own explanation, the weakest of the best.

    Names that share no character are explained by sound only when every character sounds the same: weaker likenesses
    would make relatives of strangers.
    """
    return list(_codes_of(tuple(map(int, likes)), is_whole=len(likes) == length and length > 1)) if likes else []


@lru_cache(maxsize=4096)
def _codes_of(likes: tuple[int, ...], *, is_whole: bool) -> tuple[NameCode, ...]:
    """On plain integers: a flag's own operators are ten times slower. is_whole: no character is shared."""
    allowed = Like.VARIANT | Like.HOMOPHONE if is_whole else ~Like.NONE
    labels = [(int(flag), code) for flag, code in _LABELS if flag & allowed]
    codes = tuple(code for flag, code in labels if all(like & flag for like in likes))
    best = [next((code for flag, code in labels if like & flag), None) for like in likes]
    mixed = [code for code in best if code is not None]
    if not codes and len(mixed) == len(best):
        return (max(mixed, key=_ORDER.__getitem__),)
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
    """Whether every mark of loss, or reading spelt out, in `damaged` can stand for one character of `whole`.

    At least one character must be left to agree, or a reading: marks alone fit everybody.
    """
    slots = _slots(damaged)
    if slots is None or len(slots) != len(whole):
        return False
    known = knowledge()
    for slot, character in zip(slots, whole, strict=True):
        if isinstance(slot, int):
            if slot >= 0 and slot not in (known.all_readings[known.row(character)] >> 3):
                return False
        elif fold(slot) != fold(character):
            return False
    return True


def _slots(name: str) -> list[str | int] | None:
    """A name with losses, character by character: itself, -1 for lost, a syllable id for a reading spelt out.

    None if nothing is lost, if nothing is left, or if letters are no reading.
    """
    if not _LOST.search(name):
        return None
    slots: list[str | int] = []
    for match in _SLOT.finditer(name):
        text = match[0]
        if _WILD.fullmatch(text):
            slots.append(-1)
        elif _SPELT.fullmatch(text):
            syllable = knowledge().every_reading.get(text.lower().replace("ü", "v"))
            if syllable is None:
                return None
            slots.append(syllable)
        elif text != " ":
            slots.append(text)
    lost = any(isinstance(slot, int) for slot in slots)
    return slots if lost and any(slot != -1 for slot in slots) else None


def _is_clan(clan: str, name: str) -> bool:
    """王氏, 王张氏 against a full name: the surname or the husband's surname agrees."""
    return clan.endswith("氏") and not name.endswith("氏") and len(clan) <= 4 and name[0] in clan[:-1]


def _has_extra(longer: str, shorter: str) -> bool:
    """One character more, a part of a dotted name or of a cell with two names, or a long name that a short field cut off."""
    if not shorter:
        return False
    if len(shorter) > USUAL_HAN and longer.startswith(shorter) and longer != shorter:
        return True
    if len(longer) == len(shorter) + 1:
        at = next(
            (at for at, (one, other) in enumerate(zip(longer, shorter, strict=False)) if one != other), len(shorter)
        )
        return longer[at + 1 :] == shorter[at:]
    return longer.startswith(f"{shorter}·") or (
        len(longer) > len(shorter) and shorter in (parts := _JOINED.split(longer)) and len(parts) > 1
    )


def _similarity(code: NameCode, a: str, b: str, differences: Sequence[Difference]) -> float:
    if code in WHOLE:
        return WHOLE[code]
    if len(a) != len(b):
        return UNLIKE.get(code, 0.0)
    credit = sum(_credit(int(d.like)) for d in differences)
    return (100 * (len(a) - len(differences)) + credit) / (100 * len(a))


@cache
def _credit(like: int) -> int:
    return max((value for flag, value in CREDIT.items() if like & int(flag)), default=0)


def readings_of(name: str, at: int) -> tuple[str, ...]:
    """Readings of the character at a 0-based place, as ``lan2``, likeliest first; a surname's own where it has them."""
    known = knowledge()
    if at < 2 and surname_length(name) == 2:
        return _readings_of_row(known.compound_rows[name[:2]][at])
    row = known.row(name[at])
    return _readings_of_row(int(known.surname_row_of[ord(name[at])]) if row and at == 0 else row)


@lru_cache(maxsize=8192)
def _readings_of_row(row: int) -> tuple[str, ...]:
    return knowledge().readings_of(row) if row else ()


def _sentence(difference: Difference) -> str:
    known = knowledge()
    left, right = difference.left, difference.right
    said = [f"第{difference.place}字“{left}”与“{right}”"]
    if difference.like & Like.VARIANT:
        said.append(f"可能是同一字的不同写法（{known.set_names.get(int(known.fold[ord(left)]), left + right)}）")
    if difference.like & (Like.HOMOPHONE | Like.NEARPHONE):
        readings = ["、".join(told[:3]) for told in difference.readings]
        kind = "同音" if difference.like & Like.HOMOPHONE else "近音"
        said.append(f"{kind}（{readings[0]}／{readings[1]}）")
    if difference.like & Like.SHAPE:
        said.append("字形相近")
    if difference.like & Like.KEY:
        said.append("拼音只差相邻一键")
    return "，".join(said) + "。"
