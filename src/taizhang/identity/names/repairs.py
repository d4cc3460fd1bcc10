"""Damage by bytes: what a text must have been before a decoder went wrong (identity.md §9).

Every repair is a suggestion. It says what is certain and what is open: a slot holds every value that the bytes allow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from taizhang.identity.names.knowledge import knowledge
from taizhang.identity.names.vocabulary import ALL_HAN, HAN, HAN_CLASS, NameDefect

_AROUND = f"{HAN_CLASS}\u3001-\u303f\uff01-\uff60A-Za-z0-9"
_RUN = re.compile(
    rf"(?:(?<=[{_AROUND}])|^)([?？\ufffd])([?？]?)([^\x00-\x7f\ufffd？]{{1,40}})([\x40-\x7e])(?=[{_AROUND}]|$)"
)
_RUN_TO_END = re.compile(rf"(?:(?<=[{HAN_CLASS}])|^)([?？\ufffd])([^\x00-\x7f\ufffd]{{1,40}})[?？\ufffd]$")
_HALF = re.compile(rf"(?:(?<=[{HAN_CLASS}])|^)[?？\ufffd]([\x40-\x7e])(?=[{HAN_CLASS}]|$)")
_WHOLE_NAME = re.compile(rf"[{HAN_CLASS}]+(?:·[{HAN_CLASS}]+)*")
"""What a charset repair must give: a Han name, its parts joined by the standard separator where it has several."""
_PUNCTUATION = "。，：、；"
_LEADS = range(0x81, 0xFF)
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
FOLDED_MARK = b"\xa3\xbf"
"""The full-width question mark: a second ``?`` of a run is this, folded by a later step, never the byte 3F."""


@dataclass(frozen=True, slots=True)
class NameRepair:
    """One way in which the text may have been damaged, undone.

    reason: the defect it explains.
    slots: for every character its possible values, likeliest first; one value where the bytes are certain.
    evidence: the bytes as hexadecimal, ``..`` for a byte that is lost.
    telling: whether the text alone shows the damage; if not, only a second source that fits can.
    """

    reason: NameDefect
    slots: tuple[str, ...]
    evidence: str
    telling: bool = True

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return "".join(slot[0] for slot in self.slots)

    @property
    def certain(self) -> bool:
        """Whether no character is open."""
        return all(len(slot) == 1 for slot in self.slots)

    def admits(self, name: str) -> bool:
        """Whether ``name`` can be what was written before the damage."""
        return len(name) == len(self.slots) and all(
            character in slot for character, slot in zip(name, self.slots, strict=True)
        )


def realign(run: bytes) -> tuple[str, str] | None:
    """Undo a desync: (values of the first character, the rest).

    run: the bytes after the lost lead byte. None if the bytes do not fit: then it was no desync. The rest is the same
    for every lead byte that decodes; only the first character is open (measured: 112 of 126 leads).
    """
    firsts: set[str] = set()
    tail: str | None = None
    for lead in _LEADS:
        try:
            text = (bytes([lead]) + run).decode("gbk")
        except UnicodeDecodeError:
            continue
        if tail is not None and text[1:] != tail:
            return None
        firsts.add(text[0])
        tail = text[1:]
    if tail is None:
        return None
    return _ranked(firsts), tail


def _ranked(characters: set[str]) -> str:
    punctuation = "".join(mark for mark in _PUNCTUATION if mark in characters)
    han = {character for character in characters if HAN.fullmatch(character)}
    rest = sorted(characters - han - set(punctuation))
    return punctuation + knowledge().by_frequency(han) + "".join(rest)


def _names_first(slot: str, *, at_start: bool) -> str:
    """In a name, surnames first at the start, and punctuation last."""
    surnames = knowledge().surnames
    han = [character for character in slot if HAN.fullmatch(character)]
    if at_start:
        han.sort(key=lambda character: surnames.get(character, len(surnames)))
    return "".join(han) + "".join(character for character in slot if not HAN.fullmatch(character))


def _plausible(tail: str, garbage: str) -> bool:
    """The repaired tail must be commoner than the garbage and hold nothing but characters and marks of writing."""
    odd = any("\ue000" <= character <= "\uf8ff" or not character.isprintable() for character in tail)
    known = knowledge()
    return not odd and known.commonness(tail) < known.commonness(garbage)


def _desync_at(match: re.Match[str]) -> tuple[str, str, bytes, bool] | None:
    """(first character's values, tail, bytes, whether the tail is commoner than the garbage) of one run."""
    try:
        run = (FOLDED_MARK if match[2] else b"") + match[3].encode("gbk") + match[4].encode("ascii")
    except UnicodeEncodeError:
        return None
    found = realign(run)
    if found is None or not found[1]:
        return None
    return found[0], found[1], run, _plausible(found[1], match[3] + match[4])


def desync_repairs(text: str, *, prose: bool = False) -> tuple[NameRepair, ...]:
    """The repair of a byte desync that comes back into step inside the text; empty if there is none.

    prose: rank punctuation first as the open character, and reject what makes the text rarer (identity.md §9.3). In a
    name surnames rank first, and a repair that makes it rarer is kept as one that only a second source can confirm.
    """
    if not any(mark in text for mark in "?？\ufffd"):
        return ()
    slots: list[str] = []
    evidence: list[str] = []
    telling = True
    at = 0
    for match in _RUN.finditer(text):
        found = _desync_at(match)
        if found is not None and (found[3] or (not prose and ALL_HAN.fullmatch(found[1]))):
            telling &= found[3]
            slots += text[at : match.start()]
            first = found[0] if prose else _names_first(found[0], at_start=match.start() == 0)
            slots += [first, *found[1]]
            evidence.append(".." + found[2].hex().upper())
            at = match.end()
    if not evidence:
        return ()
    slots += text[at:]
    return (NameRepair(NameDefect.DESYNC, tuple(slots), " ".join(evidence), telling),)


def open_ended_repairs(text: str) -> tuple[NameRepair, ...]:
    """The repair of a desync that never comes back into step: the field ends in half a character.

    First and last character are open, what lies between is certain. Only a second source can confirm it.
    """
    match = _RUN_TO_END.search(text)
    if match is None:
        return ()
    try:
        run = match[2].encode("gbk")
    except UnicodeEncodeError:
        return ()
    if len(run) % 2:
        return ()
    firsts = {bytes([lead, run[0]]).decode("gbk", "ignore") for lead in _LEADS}
    middle = run[1:-1].decode("gbk", "replace")
    lasts = {bytes([run[-1], trail]).decode("gbk", "ignore") for trail in _TRAILS}
    known = knowledge()
    first, last = (
        known.by_frequency({value for value in values if HAN.fullmatch(value)}) for values in (firsts, lasts)
    )
    if "\ufffd" in middle or not first or not last:
        return ()
    slots = (*text[: match.start()], _names_first(first, at_start=match.start() == 0), *middle, last)
    telling = bool(middle) and _plausible(middle, match[2])
    return (NameRepair(NameDefect.DESYNC, slots, f"..{run.hex().upper()}..", telling),)


def half_character_repairs(text: str) -> tuple[NameRepair, ...]:
    """The shortest desync: the lead byte is lost and the trail byte stands alone as an ASCII character."""
    found = list(_HALF.finditer(text))
    if not found:
        return ()
    slots: list[str] = []
    at = 0
    for match in found:
        trail = match[1].encode("ascii")
        options = {(bytes([lead]) + trail).decode("gbk", "ignore") for lead in _LEADS}
        ranked = knowledge().by_frequency({option for option in options if HAN.fullmatch(option)})
        slots += [*text[at : match.start()], _names_first(ranked, at_start=match.start() == 0)]
        at = match.end()
    if not all(slots):
        return ()
    evidence = " ".join(".." + match[1].encode("ascii").hex().upper() for match in found)
    return (NameRepair(NameDefect.DESYNC, (*slots, *text[at:]), evidence, telling=False),)


def charset_repairs(text: str) -> tuple[NameRepair, ...]:
    """What the bytes say when decoded as they should have been; empty unless that is plausible Han without loss."""
    if text.isascii():
        return ()
    return _utf8_read_as_gbk(text) or _read_as_latin(text)


def _utf8_read_as_gbk(text: str) -> tuple[NameRepair, ...]:
    body = text.rstrip("\ufffd?？")
    cut = body != text
    try:
        raw = body.encode("gbk")
    except UnicodeEncodeError:
        return ()
    if not 4 <= len(raw) <= 200:
        return ()
    spare = 0
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        spare = 2  # an odd number of bytes: the last one found no partner and was lost, marked or not
        try:
            decoded = raw[:-spare].decode("utf-8")
        except UnicodeDecodeError:
            return ()
    known = knowledge()
    if (cut and not spare) or not _WHOLE_NAME.fullmatch(decoded):
        return ()
    if known.commonness(decoded.replace("·", "")) >= known.commonness(body):
        return ()
    slots: list[str] = list(decoded)
    if spare:
        options = {(raw[-2:] + bytes([last])).decode("utf-8", "ignore") for last in range(0x80, 0xC0)}
        ranked = known.by_frequency({option for option in options if HAN.fullmatch(option)})
        if not ranked:
            return ()
        slots.append(ranked)
    return (NameRepair(NameDefect.CHARSET, tuple(slots), raw.hex().upper() + (".." if spare else "")),)


def _read_as_latin(text: str) -> tuple[NameRepair, ...]:
    raw = bytearray()
    for character in text:
        try:
            raw += character.encode("latin-1" if ord(character) < 0x100 else "cp1252")
        except UnicodeEncodeError:
            return ()
    for charset in ("utf-8", "gbk"):
        try:
            decoded = bytes(raw).decode(charset)
        except UnicodeDecodeError:
            continue
        characters = decoded.replace("·", "")
        if len(characters) >= 2 and _WHOLE_NAME.fullmatch(decoded) and knowledge().commonness(characters) <= 3:
            return (NameRepair(NameDefect.CHARSET, tuple(decoded), raw.hex().upper()),)
    return ()


def private_repairs(text: str) -> tuple[NameRepair, ...]:
    """Private-use code points with the character that today's standard gives them."""
    private = knowledge().private
    if not any(character in private for character in text):
        return ()
    slots = tuple(private.get(character, character) for character in text)
    codes = " ".join(f"U+{ord(character):04X}" for character in text if character in private)
    return (NameRepair(NameDefect.PUA, slots, codes),)


def repair_prose(text: str) -> tuple[str, tuple[NameRepair, ...]]:
    """A note or bulletin with every desync undone, and the repairs; the caller keeps the raw text."""
    repairs = desync_repairs(text, prose=True)
    return (repairs[0].text if repairs else text), repairs
