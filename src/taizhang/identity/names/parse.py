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
    half_character_repairs,
    open_ended_repairs,
    private_repairs,
)
from taizhang.identity.names.vocabulary import (
    ALIAS_WORDS,
    ALL_HAN,
    ALSO_GIVEN_NAMES,
    DOTS,
    HAN_CLASS,
    HONORIFICS,
    INVISIBLE,
    KUN_JIN_KAO,
    LOSS_CLASS,
    PLACEHOLDERS,
    PRIVATE_CLASS,
    RELATION_NOTES,
    STATE_NOTES,
    SURNAME_PLACEHOLDER,
    NameDefect,
    NameStep,
)

MOST_HAN, MOST_CHARACTERS = 25, 50  # joint notice of 12 ministries, 2016
USUAL_HAN = 4
COMMON_SURNAMES = 300
"""Rank up to which a surname makes a usual name; the hundred commonest are 86 % of people (identity.md §14)."""
_WITH = f"{HAN_CLASS}{LOSS_CLASS}{PRIVATE_CLASS}"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_COMPAT = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_RADICALS = re.compile("[\u2e80-\u2fdf]")
_SPACES = re.compile(r"[\s\u3000\u00a0]+")
_DOT = re.compile(f"(?<=[{_WITH}])[ \u3000]*[{DOTS}][ \u3000]*(?=[{_WITH}])")
_OUTER_DOTS = re.compile(f"^[{DOTS}\\s]+|[{DOTS}\\s]+$")
_BETWEEN = re.compile(rf"(?<=[{_WITH}·]) (?=[{_WITH}·])")
_WRAPPER = re.compile(r"""^(?:=?"(.*)"|['‘’](.*?)['‘’]?|“(.*)”)$""", re.DOTALL)
_BRACKET = re.compile(r"[(（\[【〔<《]([^()（）\[\]【】〔〕<>《》]*)(?:[)）\]】〕>》]|$)")
_ALIAS = re.compile(rf"^(?:{ALIAS_WORDS})[:：]?\s*(.+)$")
_OPEN_ALIAS = re.compile(
    rf"(?<=[{HAN_CLASS}]{{2}})[\s,，;；]*((?:曾用名|又名|别名|乳名|小名|化名)[:：]?\s*([{HAN_CLASS}]{{1,4}}))$"
)
_SERIAL = re.compile(rf"^([0-9]{{1,4}})[.、．:：)）\s]*(?=[{HAN_CLASS}]{{2}})|(?<=[{HAN_CLASS}]{{2}})([0-9]{{1,2}})$")
_NOTE_WORDS = "|".join(STATE_NOTES)
_SUFFIX = re.compile(
    f"(?<=[{HAN_CLASS}])({'|'.join(one for one in HONORIFICS if one not in ALSO_GIVEN_NAMES)})$"
    f"|(?<=[{HAN_CLASS}]{{2}})(?:({'|'.join(ALSO_GIVEN_NAMES)})|[,，、;；/\\-—－]?({_NOTE_WORDS}))$"
    f"|^({'|'.join(HONORIFICS)}|{_NOTE_WORDS})$"
)
_RELATION = re.compile(f"({'|'.join(RELATION_NOTES)})$")
_RELATIVE = re.compile(rf"^([{HAN_CLASS}]{{2,4}}(?:{'|'.join(RELATION_NOTES)}))(?=[{HAN_CLASS}]{{2,4}}$)")
"""王德海之妻李秀兰: whose wife, and her name."""
_TWO = re.compile(rf"^[{HAN_CLASS}]{{2,4}}(?:[、,，/;；|\n]+[{HAN_CLASS}]{{2,4}})+$")
_ONLY_NOTE = re.compile(rf"(?:.*[、,，/;；|\n])?(?:{_NOTE_WORDS})")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_LOSS = re.compile(f"[{LOSS_CLASS}]|{KUN_JIN_KAO}")
_PRIVATE = re.compile(f"[{PRIVATE_CLASS}]")
_FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94) if chr(0xFF01 + at) not in "？＊＿．－"}
_OUTER_SPACES = " \t\r\n\u3000"  # not U+00A0: read as Latin-1 it is half of a character
_UPPER = {at: at - 32 for at in range(ord("a"), ord("z") + 1)}
_MOST_ROUNDS = 20  # every round takes something away or maps it; real cells need two


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
    if raw is None or _says_nothing(raw):
        return NameParse(None, defects=(NameDefect.EMPTY,))
    work = _Work(raw)
    if _TWO.fullmatch(raw.strip()) and not _ONLY_NOTE.fullmatch(raw.strip()):
        return NameParse(raw.strip(), defects=(NameDefect.TWO_PERSONS,))
    repairs = _repairs(work.text)
    if any(repair.telling and repair.reason is not NameDefect.PUA for repair in repairs):
        work.take(work.text.strip(_OUTER_SPACES), NameStep.SPACE, NameDefect.SPACE)  # more would destroy the traces
    else:
        _normalise_fully(work)
    if _says_nothing(work.text):
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


def _says_nothing(text: str) -> bool:
    """Whether only dots, slashes and blanks stand there."""
    return not _OUTER_DOTS.sub("", _INVISIBLE.sub("", text)).strip("/\\")


def _repairs(text: str) -> tuple[NameRepair, ...]:
    """Suggestions for a damaged text, from the text as it came: normalising would destroy the traces."""
    stripped = text.strip(_OUTER_SPACES)
    if ALL_HAN.fullmatch(stripped):
        return charset_repairs(stripped)
    return (
        desync_repairs(stripped)
        or open_ended_repairs(stripped)
        or charset_repairs(stripped)
        or private_repairs(stripped)
        or half_character_repairs(stripped)
    )


def _normalise_fully(work: _Work) -> None:
    """Rounds until nothing changes: a note behind a note is found when the first is gone."""
    for _ in range(_MOST_ROUNDS):
        before = work.text
        _normalise(work)
        if work.text == before:
            return


def _normalise(work: _Work) -> None:
    """One round of all steps, each recorded if it changes anything."""
    known = knowledge()
    if _COMPAT.search(work.text):
        work.defects.add(NameDefect.COMPAT)  # also for the few that are ideographs of their own and stay
    work.take(_COMPAT.sub(lambda m: unicodedata.normalize("NFKC", m[0]), work.text), NameStep.COMPAT, NameDefect.COMPAT)
    work.take(unicodedata.normalize("NFC", work.text), NameStep.COMPAT, None)
    work.take(_INVISIBLE.sub("", work.text), NameStep.INVISIBLE, NameDefect.SPACE)
    work.take(work.text.strip(), NameStep.SPACE, NameDefect.SPACE)
    wrapped = _WRAPPER.match(work.text)
    if wrapped is not None:
        work.take(next(part for part in wrapped.groups() if part is not None), NameStep.WRAPPER, NameDefect.SPACE)
    work.take(work.text.translate(_FULL_WIDTH), NameStep.WIDTH, None)
    work.take(
        _RADICALS.sub(lambda m: known.radicals.get(ord(m[0]), m[0]), work.text), NameStep.RADICAL, NameDefect.RADICAL
    )
    work.take(strip_pinyin(work.text).text, NameStep.PINYIN, NameDefect.PINYIN_BRACKET)
    _take_notes(work)
    _take_serial(work)
    work.take(_DOT.sub("·", work.text), NameStep.SEPARATOR, NameDefect.SEPARATOR)
    work.take(_OUTER_DOTS.sub("", work.text), NameStep.SEPARATOR, NameDefect.SEPARATOR)
    _close_spaces(work)
    work.take(work.text.translate(_UPPER), NameStep.CASE, None)


def _take_notes(work: _Work) -> None:
    """Bracketed remarks and suffixes go to their own field; other people's names in them stay remarks."""

    def without(match: re.Match[str]) -> str:
        content = match[1].strip()
        if content and not _LOSS.sub("", content):
            return content  # a lost character written in brackets
        alias = _ALIAS.match(content)
        if alias is not None:
            work.alias = work.alias or alias[1].strip()
            work.steps.append(NameStep.ALIAS)
        if content:
            work.notes.append(content)
        return ""

    whole = _BRACKET.fullmatch(work.text)
    if whole is not None and not _SUFFIX.fullmatch(whole[1].strip()):
        work.take(whole[1].strip(), NameStep.WRAPPER, NameDefect.SPACE)
    else:
        work.take(_BRACKET.sub(without, work.text).strip(), NameStep.NOTE, NameDefect.NOTE)
    alias = _OPEN_ALIAS.search(work.text)
    if alias is not None:
        work.alias = work.alias or alias[2]
        work.notes.append(alias[1])
        work.take(work.text[: alias.start()], NameStep.ALIAS, NameDefect.NOTE)
    if _RELATION.search(work.text):
        work.defects.add(NameDefect.NOTE)
        return
    relative = _RELATIVE.match(work.text)
    if relative is not None:
        work.notes.append(relative[1])
        work.take(work.text[relative.end() :], NameStep.NOTE, NameDefect.NOTE)
    suffix = _SUFFIX.search(work.text)
    if suffix is not None:
        work.notes.append(next(part for part in suffix.groups() if part is not None))
        work.take(work.text[: suffix.start()], NameStep.NOTE, NameDefect.NOTE)


def _take_serial(work: _Work) -> None:
    """A serial number before or behind a name is a note of whoever numbered the list."""
    serial = _SERIAL.search(work.text)
    if serial is not None:
        work.notes.append(serial[1] or serial[2])
        work.take(_SERIAL.sub("", work.text, count=1), NameStep.SERIAL, NameDefect.NOTE)


def _close_spaces(work: _Work) -> None:
    """Inner spaces: padding of a short name, the separator of a long one, or the gap between two persons."""
    spaced = _SPACES.sub(" ", work.text).strip()
    parts = spaced.split(" ")
    han = len(parts) > 1 and all(ALL_HAN.fullmatch(part) and len(part) > 1 for part in parts)
    if han and _are_two_names(parts):
        work.take(spaced, NameStep.SPACE, None)
        work.defects.add(NameDefect.TWO_PERSONS)
    elif han and sum(map(len, parts)) > USUAL_HAN:
        work.take("·".join(parts), NameStep.SEPARATOR, NameDefect.SEPARATOR)
    else:
        work.take(_BETWEEN.sub("", spaced), NameStep.SPACE, NameDefect.SPACE)


def _are_two_names(parts: list[str]) -> bool:
    """Whether every part is a usual name by itself: a surname first, two or three characters."""
    surnames = knowledge().surnames
    usual = all(len(part) <= 3 and surnames.get(part[0], COMMON_SURNAMES) < COMMON_SURNAMES for part in parts)
    return usual and parts[0] not in surnames


def _judge(work: _Work, repairs: tuple[NameRepair, ...]) -> None:
    text, mark = work.text, work.defects.add
    if text in PLACEHOLDERS or SURNAME_PLACEHOLDER.fullmatch(text):
        mark(NameDefect.PLACEHOLDER)
        return
    work.defects |= {repair.reason for repair in repairs if repair.telling}
    damaged = bool({NameDefect.DESYNC, NameDefect.CHARSET} & work.defects)
    if _LOSS.search(text) and not damaged:
        mark(NameDefect.LOSS)
    if _PRIVATE.search(text):
        mark(NameDefect.PUA)
    if any(character.isdigit() for character in text) and not damaged:
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
    if not damaged and any(known.traditional[known.row(character)] for character in text):
        mark(NameDefect.TRADITIONAL)
    plain = _LOSS.sub("", text).replace("·", "")
    if any(unicodedata.category(character)[0] in "SP" for character in plain) and not damaged:
        mark(NameDefect.SYMBOL)


def _ordered(defects: set[NameDefect]) -> tuple[NameDefect, ...]:
    return tuple(defect for defect in NameDefect if defect in defects)
