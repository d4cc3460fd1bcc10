"""One name cell: what it says after normalising, what stood beside it, everything wrong with it (identity.md §8, §15.2)."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.pinyin import strip_pinyin
from taizhang.identity.names.repairs import (
    NameRepair,
    charset_repairs,
    desync_repairs,
    open_ended_repairs,
    private_repairs,
)
from taizhang.identity.names.vocabulary import (
    ALIAS_WORDS,
    ALL_HAN,
    DOTS,
    HAN_CLASS,
    INVISIBLE,
    KUN_JIN_KAO,
    LOSS_CLASS,
    PLACEHOLDERS,
    PRIVATE_CLASS,
    RELATION_NOTES,
    SUFFIX_NOTES,
    SURNAME_PLACEHOLDER,
    NameDefect,
    NameStep,
)

MOST_HAN, MOST_CHARACTERS = 25, 50  # joint notice of 12 ministries, 2016
_WITH = f"{HAN_CLASS}{LOSS_CLASS}{PRIVATE_CLASS}"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_COMPAT = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_RADICALS = re.compile("[\u2e80-\u2fdf]")
_SPACES = re.compile(r"[\s\u3000\u00a0]+")
_DOT = re.compile(f"(?<=[{_WITH}])[ \u3000]*[{DOTS}][ \u3000]*(?=[{_WITH}])")
_BRACKET = re.compile(r"[(（\[【〔<《]([^()（）\[\]【】〔〕<>《》]*)[)）\]】〕>》]")
_ALIAS = re.compile(rf"^(?:{ALIAS_WORDS})[:：]?\s*(.+)$")
_SERIAL = re.compile(rf"^[0-9０-９]{{1,4}}[.、．:：)）\s]+(?=[{HAN_CLASS}])|(?<=[{HAN_CLASS}])[0-9]{{1,2}}$")
_SUFFIX = re.compile(f"(?<=[{HAN_CLASS}]{{2}})({'|'.join(SUFFIX_NOTES)})$")
_RELATION = re.compile(f"({'|'.join(RELATION_NOTES)})$")
_TWO = re.compile(rf"^[{HAN_CLASS}]{{2,4}}(?:[、,，/;；|\n]+[{HAN_CLASS}]{{2,4}})+$")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LOSS = re.compile(f"[{LOSS_CLASS}]|{KUN_JIN_KAO}")
_PRIVATE = re.compile(f"[{PRIVATE_CLASS}]")
_FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94) if chr(0xFF01 + at) not in "？＊＿．－"}


@dataclass(frozen=True, slots=True)
class NameParse:
    """Everything one name cell tells.

    text: the name for comparing; None for an empty cell. Never converted between Traditional and Simplified.
    note: what stood beside it (户主, 已故); alias: a former or other name given there.
    defects: all of them in the order of `NameDefect`; steps: normalising steps that changed something.
    repairs: what a damaged text may have been, each a suggestion with its evidence.
    """

    text: str | None
    note: str | None = None
    alias: str | None = None
    defects: tuple[NameDefect, ...] = ()
    steps: tuple[NameStep, ...] = ()
    repairs: tuple[NameRepair, ...] = ()


@dataclass(slots=True)
class _Work:
    text: str
    notes: list[str] = field(default_factory=list)
    alias: str | None = None
    defects: set[NameDefect] = field(default_factory=set)
    steps: list[NameStep] = field(default_factory=list)

    def take(self, text: str, step: NameStep, defect: NameDefect | None) -> None:
        """Adopt a changed text under the name of its step."""
        if text != self.text:
            self.text = text
            self.steps.append(step)
            if defect is not None:
                self.defects.add(defect)


@lru_cache(maxsize=65_536)
def parse_name(raw: str | None) -> NameParse:
    """Read one name cell. Never raises, whatever the text."""
    if raw is None or not _SPACES.sub("", _INVISIBLE.sub("", raw)):
        return NameParse(None, defects=(NameDefect.EMPTY,))
    work = _Work(unicodedata.normalize("NFC", raw) if not _COMPAT.search(raw) else raw)
    if _TWO.fullmatch(work.text.strip()):
        return NameParse(work.text.strip(), defects=(NameDefect.TWO_PERSONS,))
    repairs = _repairs(work.text)
    _normalise(work)
    if not work.text:
        return NameParse(
            None,
            "；".join(work.notes) or None,
            work.alias,
            _ordered(work.defects | {NameDefect.EMPTY}),
            tuple(work.steps),
        )
    _judge(work, repairs)
    return NameParse(
        text=work.text,
        note="；".join(work.notes) or None,
        alias=work.alias,
        defects=_ordered(work.defects),
        steps=tuple(dict.fromkeys(work.steps)),
        repairs=repairs,
    )


def _repairs(text: str) -> tuple[NameRepair, ...]:
    """Suggestions for a damaged text, from the text as it came: normalising would destroy the traces."""
    stripped = text.strip()
    if ALL_HAN.fullmatch(stripped):
        return charset_repairs(stripped)
    return (
        desync_repairs(stripped)
        or open_ended_repairs(stripped)
        or charset_repairs(stripped)
        or private_repairs(stripped)
    )


def _normalise(work: _Work) -> None:
    known = knowledge()
    work.take(_COMPAT.sub(lambda m: unicodedata.normalize("NFKC", m[0]), work.text), NameStep.COMPAT, NameDefect.COMPAT)
    work.take(_INVISIBLE.sub("", work.text), NameStep.INVISIBLE, NameDefect.SPACE)
    work.take(work.text.translate(_FULL_WIDTH), NameStep.WIDTH, None)
    work.take(
        _RADICALS.sub(lambda m: known.radicals.get(ord(m[0]), m[0]), work.text), NameStep.RADICAL, NameDefect.RADICAL
    )
    work.take(strip_pinyin(work.text).text, NameStep.PINYIN, NameDefect.PINYIN_BRACKET)
    _take_notes(work)
    work.take(_SERIAL.sub("", work.text), NameStep.SERIAL, NameDefect.NOTE)
    spaced = _SPACES.sub(" ", work.text).strip()
    dotted = _DOT.sub("·", spaced)
    work.take(dotted if dotted != spaced else work.text, NameStep.SEPARATOR, NameDefect.SEPARATOR)
    closed = re.sub(rf"(?<=[{_WITH}·]) (?=[{_WITH}·])", "", _SPACES.sub(" ", work.text).strip())
    work.take(closed, NameStep.SPACE, NameDefect.SPACE)
    work.take(work.text.upper(), NameStep.CASE, None)


def _take_notes(work: _Work) -> None:
    """Bracketed remarks and suffixes go to their own field; other people's names in them stay remarks."""

    def without(match: re.Match[str]) -> str:
        content = match[1].strip()
        alias = _ALIAS.match(content)
        if alias is not None:
            work.alias = work.alias or alias[1].strip()
            work.steps.append(NameStep.ALIAS)
        if content:
            work.notes.append(content)
        return ""

    if not _BRACKET.fullmatch(work.text.strip()):
        work.take(_BRACKET.sub(without, work.text).strip(), NameStep.NOTE, NameDefect.NOTE)
    suffix = _SUFFIX.search(work.text)
    if suffix is not None and not _RELATION.search(work.text):
        work.notes.append(suffix[1])
        work.take(work.text[: suffix.start()].strip(), NameStep.NOTE, NameDefect.NOTE)
    if _RELATION.search(work.text):
        work.defects.add(NameDefect.NOTE)


def _judge(work: _Work, repairs: tuple[NameRepair, ...]) -> None:
    text, mark = work.text, work.defects.add
    if text in PLACEHOLDERS or SURNAME_PLACEHOLDER.fullmatch(text):
        mark(NameDefect.PLACEHOLDER)
        return
    work.defects |= {repair.reason for repair in repairs}
    damaged = bool({NameDefect.DESYNC, NameDefect.CHARSET} & work.defects)
    if _LOSS.search(text) and not damaged:
        mark(NameDefect.LOSS)
    if _PRIVATE.search(text):
        mark(NameDefect.PUA)
    if any(character.isdigit() for character in text):
        mark(NameDefect.DIGIT)
    if _LATIN.search(text) and not damaged:
        mark(NameDefect.LATIN)
    if len(text) == 1 or (len(text) == 2 and text[1] == "氏"):
        mark(NameDefect.SHORT if len(text) == 1 else NameDefect.CLAN)
    elif text.endswith("氏"):
        mark(NameDefect.CLAN)
    han = sum(map(len, ALL_HAN.findall(text)))
    if han > MOST_HAN or len(text) > MOST_CHARACTERS:
        mark(NameDefect.LONG)
    known = knowledge()
    if any(known.traditional[known.row(character)] for character in text):
        mark(NameDefect.TRADITIONAL)
    plain = _LOSS.sub("", text).replace("·", "")
    if any(unicodedata.category(character)[0] in "SP" for character in plain) and not damaged:
        mark(NameDefect.SYMBOL)


def _ordered(defects: set[NameDefect]) -> tuple[NameDefect, ...]:
    return tuple(defect for defect in NameDefect if defect in defects)
