"""Pinyin left in brackets behind a character by a page converter (identity.md §10)."""

import re
import unicodedata
from dataclasses import dataclass

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.vocabulary import HAN_CLASS

_MARKED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_BRACKET = re.compile(rf"([{HAN_CLASS}])[(（]([a-zü{_MARKED}ńňǹḿêɡ]{{1,6}})[)）]")
_TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}


@dataclass(frozen=True, slots=True)
class StrippedPinyin:
    """Text without the bracketed readings, and how many were removed."""

    text: str
    removed: int


def reading_id(syllable: str) -> int | None:
    """``zhāng`` as syllable id * 8 + tone; None without a tone mark or for no syllable at all."""
    letters: list[str] = []
    tone = 0
    for part in unicodedata.normalize("NFD", syllable.replace("ɡ", "g")):
        if part in _TONES:
            tone = _TONES[part]
        elif part == "\u0308" and letters:
            letters[-1] = "v"
        elif part != "\u0302":
            letters.append(part)
    number = knowledge().every_reading.get("".join(letters))
    return None if number is None or not tone else number * 8 + tone


def strip_pinyin(text: str) -> StrippedPinyin:
    """Remove ``(zhāng)`` behind 張, in names and in prose, and nothing else.

    A bracket goes only if it holds one lower-case syllable with a tone mark that is a reading of the character before
    it. By-lines, notes and other brackets stay.
    """
    if "(" not in text and "（" not in text:
        return StrippedPinyin(text, 0)
    known = knowledge()
    removed = 0

    def without(match: re.Match[str]) -> str:
        nonlocal removed
        value = reading_id(match[2])
        if value is None or value not in known.all_readings[known.row(match[1])]:
            return match[0]
        removed += 1
        return match[1]

    composed = unicodedata.normalize("NFC", text)
    stripped = _BRACKET.sub(without, composed)
    return StrippedPinyin(stripped if removed else text, removed)
