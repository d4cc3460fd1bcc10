"""What a damaged number can have been: the check character as a decoder, not only a validator.

For body digits d, weights w and check c, the syndrome is s = (Σ d·w + c - 1) mod 11. One wrong digit at place i must
have been d - s/w (mod 11): at most one candidate a place. Two neighbours changed places where
s + (d' - d)(w - w') ≡ 0. So an invalid number has at most 18 + 17 candidates, each an equality probe.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from taizhang.identity.numbers.check import WEIGHTS, check_digit, from_key, id_key, valid_keys
from taizhang.identity.numbers.excel import TYPED, undamaged_any
from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse
from taizhang.identity.numbers.parse import MAX_AGE, age_on, birth_of, numbers_in, parse_id, to_18

_INVERSE = tuple(pow(weight, -1, 11) for weight in WEIGHTS)
_POWERS = tuple(10 ** (16 - place) for place in range(17))
SUBSTITUTION, TRANSPOSITION = 0, 32
"""Operation codes: SUBSTITUTION + place (1 to 18), TRANSPOSITION + first place (1 to 17)."""

_LOOK_ALIKE = {frozenset(pair) for pair in ("06", "17", "38", "56", "69", "08", "39", "49")}
_SOUND_ALIKE = {frozenset("17")}
_LETTERS_FOR_DIGITS = str.maketrans("OoDQIlSBZ", "000011582")
_BROKEN_BIRTH = frozenset({IdDefect.BIRTH_INVALID, IdDefect.BIRTH_FUTURE, IdDefect.BIRTH_ANCIENT})
_BROKEN_PARTS = frozenset({IdDefect.BIRTH_INVALID, IdDefect.BIRTH_FUTURE, IdDefect.REGION_UNKNOWN})
_BIRTH_PLACES = tuple(range(7, 15))
_Slip = tuple[str, str, tuple[int, ...]]
"""A candidate number, the reason, the places."""
_KEYPAD = {digit: divmod(9 - int(digit), 3) for digit in "123456789"} | {"0": (3, 1)}


@dataclass(frozen=True, slots=True)
class Repair:
    """A number that one slip turns into the damaged one.

    reason: XS-ID-SUBST, XS-ID-TRANSPOSE, XS-ID-JUMP, XS-ID-INDEL, XS-ID-EXCEL, XS-ID-15-18, XS-ID-STUDENT, XS-ID-BIRTH (the
        row's own birth date put in), ID-BIRTH-FUTURE (the last century put in), ID-CHARSET, ID-TWO-IN-CELL.
    positions: 1-based places in the repaired number.
    weight: higher is likelier; only its order means something.
    """

    core18: str
    reason: str
    positions: tuple[int, ...]
    weight: float


def syndrome_candidates(
    keys: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """All numbers with a right check that one substitution or one swap of neighbours turns into the given invalid ones.

    Returns arrays of equal length: row in `keys`, candidate key, operation code. Candidates are not yet tested for
    date and division. A key whose check is right gives none.
    """
    rows = np.flatnonzero(~valid_keys(keys))
    body, last = np.divmod(keys[rows], 11)
    digits = np.stack([body // power % 10 for power in _POWERS], axis=1)
    syndrome = (digits @ np.array(WEIGHTS) + last - 1) % 11
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]] = []
    for place in range(17):
        true = (digits[:, place] - syndrome * _INVERSE[place]) % 11
        fits = true <= 9
        changed = (body + (true - digits[:, place]) * _POWERS[place]) * 11 + last
        found.append((rows[fits], changed[fits], SUBSTITUTION + place + 1))
    right = (last - syndrome) % 11
    found.append((rows, body * 11 + right, SUBSTITUTION + 18))
    for place in range(16):
        step = digits[:, place + 1] - digits[:, place]
        fits = ((syndrome + step * (WEIGHTS[place] - WEIGHTS[place + 1])) % 11 == 0) & (step != 0)
        changed = (body + step * (_POWERS[place] - _POWERS[place + 1])) * 11 + last
        found.append((rows[fits], changed[fits], TRANSPOSITION + place + 1))
    swapped = (body - digits[:, 16] + last) * 11 + digits[:, 16]
    fits = (last <= 9) & valid_keys(swapped)
    found.append((rows[fits], swapped[fits], TRANSPOSITION + 17))
    return (
        np.concatenate([row for row, _, _ in found]),
        np.concatenate([key for _, key, _ in found]),
        np.concatenate([np.full(len(row), code, dtype=np.int8) for row, _, code in found]),
    )


def indel_candidates(text: str) -> Iterator[tuple[str, int]]:
    """Numbers with a right check from which one lost or one extra character makes `text` (17 or 19 long): (number, place)."""
    seen: set[str] = set()
    if len(text) == 17:
        variants = (
            (text[:at] + new + text[at:], at + 1)
            for at in range(18)
            for new in ("0123456789X" if at == 17 else "0123456789")
        )
    elif len(text) == 19:
        variants = ((text[:at] + text[at + 1 :], at + 1) for at in range(19))
    else:
        return
    for number, place in variants:
        if number not in seen and _is_sound(number):
            seen.add(number)
            yield number, place


def indel_keys(texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`indel_candidates` for many, as (place of the text, key); the same key may come twice, birth dates are not looked at.

    texts: any; those that are not 17 or 19 ASCII characters long give nothing.
    """
    rows, keys = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for length in (17, 19):
        place = np.array(
            [at for at, text in enumerate(texts) if len(text) == length and text.isascii()], dtype=np.int64
        )
        joined = "".join(texts[at] for at in place.tolist())
        cells = np.frombuffer(joined.encode("ascii"), dtype=np.uint8).reshape(-1, length).astype(np.int64) - ord("0")
        cells = np.where(cells == ord("X") - ord("0"), 10, cells)
        for at in range(18 if length == 17 else 19):
            for new in range(10 + (at == 17)) if length == 17 else (None,):
                parts = (cells[:, :at], np.full((len(cells), 1), new), cells[:, at:]) if new is not None else (
                    cells[:, :at], cells[:, at + 1 :])  # fmt: skip
                digits = np.concatenate(parts, axis=1)
                formed = ((digits[:, :17] >= 0) & (digits[:, :17] <= 9)).all(axis=1)
                formed &= (digits[:, 17] >= 0) & (digits[:, 17] <= 10)
                key = (digits[:, :17] @ (10 ** np.arange(16, -1, -1, dtype=np.int64))) * 11 + digits[:, 17]
                sound = np.flatnonzero(formed)[valid_keys(key[formed])]
                rows.append(place[sound])
                keys.append(key[sound])
    return np.concatenate(rows), np.concatenate(keys)


def repair_candidates(
    parse: IdParse,
    *,
    local_areas: Collection[str] = (),
    birth: date | None = None,
    sex: str | None = None,
    known: Collection[str] = (),
    taken: Collection[str] = (),
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    raw: str | None = None,
    limit: int = 12,
) -> tuple[Repair, ...]:
    """Likely true numbers of a damaged one, the likeliest first; empty where nothing is wrong or nothing can be said.

    local_areas: six-digit codes of the county (they rank, they never exclude: people move in).
    birth, sex: the row's own columns. known: numbers this person has in other sources (a hit is decisive). taken: numbers
        of other persons.
    as_of, max_age: births after that day or longer ago are no candidates; without a day, those outside 1850 to 2099 are none.
    raw: the raw digits of a numeric cell (`parse.text` is None then).
    """
    context = _Context(frozenset(local_areas), birth, sex, frozenset(known), frozenset(taken))
    repairs = [
        Repair(number, reason, places, context.weight(number, reason, parse.core18 or parse.text or "", places))
        for number, reason, places in _possible(parse, birth, raw)
        if number != parse.text and _is_possible(number, as_of, max_age)
    ]
    best: dict[str, Repair] = {}
    for repair in sorted(repairs, key=lambda r: (-r.weight, r.core18)):
        best.setdefault(repair.core18, repair)
    return tuple(best.values())[:limit]


@dataclass(frozen=True, slots=True)
class _Context:
    local_areas: frozenset[str]
    birth: date | None
    sex: str | None
    known: frozenset[str]
    taken: frozenset[str]

    def weight(self, number: str, reason: str, text: str, places: tuple[int, ...]) -> float:
        weight = 0.0
        if number in self.known:
            weight += 20
        elif number in self.taken:
            weight -= 8
        if self.birth is not None:
            weight += 6 if birth_of(number) == self.birth else -3
        if self.sex is not None:
            weight += 1 if (self.sex == "男") == (int(number[16]) % 2 == 1) else -3
        if number[:6] in self.local_areas:
            weight += 2
        return weight + _edit_weight(number, reason, text, places)


def _edit_weight(number: str, reason: str, text: str, places: tuple[int, ...]) -> float:
    if reason == "XS-ID-TRANSPOSE":
        return 1.5
    if reason in {"XS-ID-BIRTH", "ID-BIRTH-FUTURE"}:
        return 1.0 if number[-1] == text[-1] else -4.0  # a check that fits unchanged is evidence, a new one is none
    if reason != "XS-ID-SUBST" or len(text) != 18:
        return 0.5
    return 1.0 if are_alike(number[places[0] - 1], text[places[0] - 1]) else 0.0


def are_alike(one: str, other: str) -> bool:
    """Whether two digits look or sound alike, or lie beside each other on the keypad: one is easily written for the other."""
    pair = frozenset((one, other))
    return pair in _LOOK_ALIKE or pair in _SOUND_ALIKE or _are_neighbours(pair)


def _are_neighbours(pair: frozenset[str]) -> bool:
    if len(pair) != 2 or not pair <= set(_KEYPAD):
        return False
    (row_a, column_a), (row_b, column_b) = (_KEYPAD[digit] for digit in pair)
    return abs(row_a - row_b) + abs(column_a - column_b) == 1


def _possible(parse: IdParse, birth: date | None, raw: str | None) -> Iterator[_Slip]:
    text = parse.text or ""
    if parse.kind is IdKind.CITIZEN_15 and parse.core18 is not None:
        yield parse.core18, "XS-ID-15-18", ()
    elif parse.kind is IdKind.STUDENT and parse.valid and parse.core18 is not None:
        yield parse.core18, "XS-ID-STUDENT", ()
    elif IdDefect.TWO_IN_CELL in parse.defects:
        for number in numbers_in(text):
            inner = parse_id(number).core18
            if inner is not None and _is_sound(inner):
                yield inner, "ID-TWO-IN-CELL", ()
    elif IdDefect.EXCEL_NUMERIC in parse.defects:
        yield from _truncated(undamaged_any(raw or ""))
    elif parse.key is None:
        yield from _misread_characters(text)
        yield from ((number, "XS-ID-INDEL", (place,)) for number, place in indel_candidates(text.upper()))
    if parse.core18 is not None and parse.kind is not IdKind.CITIZEN_15:
        if IdDefect.EXCEL_TRUNC in parse.defects:
            yield from _truncated(undamaged_any(parse.core18, (TYPED,)))
        yield from _decoded(parse)
        yield from _other_birth(parse, birth)


def _truncated(numbers: Iterable[str]) -> Iterator[_Slip]:
    yield from ((number, "XS-ID-EXCEL", (16, 17, 18)) for number in numbers if _is_sound(number))


def _misread_characters(text: str) -> Iterator[_Slip]:
    plain = text.translate(_LETTERS_FOR_DIGITS).upper()
    if len(plain) == 18 and _is_sound(plain):
        yield plain, "ID-CHARSET", tuple(i + 1 for i, (a, b) in enumerate(zip(plain, text, strict=True)) if a != b)
    for length in (15, 18):
        inner = re.sub("[^0-9X]", "", plain)
        if len(plain) > length == len(inner):
            number = to_18(inner) if length == 15 and inner.isdigit() else inner
            if _is_sound(number):
                yield number, "ID-CHARSET", ()


def _decoded(parse: IdParse) -> Iterator[_Slip]:
    """One slip away by the check; where the check is right and the rest wrong, a swap that the check cannot see."""
    core18 = parse.core18 or ""
    _, keys, codes = syndrome_candidates(np.array([parse.key], dtype=np.int64))
    for key, code in zip(keys.tolist(), codes.tolist(), strict=True):
        number, place = from_key(key), code % TRANSPOSITION
        if _is_sound(number):
            yield (
                (number, "XS-ID-SUBST", (place,))
                if code < TRANSPOSITION
                else (number, "XS-ID-TRANSPOSE", (place, place + 1))
            )
    if not _BROKEN_PARTS.isdisjoint(parse.defects):
        for place in range(8):  # weights repeat after ten places, so the check is the same after such a swap
            characters = list(core18)
            characters[place], characters[place + 10] = characters[place + 10], characters[place]
            number = "".join(characters)
            if number != core18 and _is_sound(number):
                yield number, "XS-ID-JUMP", (place + 1, place + 11)


def _other_birth(parse: IdParse, birth: date | None) -> Iterator[_Slip]:
    """The number with another birth part; the check is computed anew where the old one does not fit."""
    core18 = parse.core18 or ""
    if birth is not None and not _BROKEN_BIRTH.isdisjoint(parse.defects):
        fitting = _with_birth(core18, f"{birth.year:04d}{birth.month:02d}{birth.day:02d}")
        if fitting != core18:
            yield fitting, "XS-ID-BIRTH", _BIRTH_PLACES
    if IdDefect.BIRTH_FUTURE in parse.defects:
        earlier = _with_birth(core18, f"19{core18[8:14]}")
        if _is_sound(earlier):
            yield earlier, "ID-BIRTH-FUTURE", (7, 8)


def _with_birth(core18: str, birth: str) -> str:
    body = core18[:6] + birth + core18[14:17]
    return body + check_digit(body)


def _is_possible(number: str, as_of: date | None, max_age: int) -> bool:
    born = birth_of(number)
    if born is None:
        return False
    return 1850 <= born.year <= 2099 if as_of is None else born <= as_of and age_on(born, as_of) <= max_age


def _is_sound(number: str) -> bool:
    """Whether the number has the form, a right check and a birth date that exists."""
    try:
        key = id_key(number)
    except ValueError:
        return False
    return check_digit(number[:17]) == from_key(key)[17] and birth_of(number) is not None
