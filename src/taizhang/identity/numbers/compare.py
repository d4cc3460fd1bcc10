"""How two numbers of one person differ (identity science §15.4), one pair at a time and over columns of pairs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from taizhang.identity.numbers.kinds import IdDefect, IdKind, IdParse

EQUAL = "equal"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class NumberRelation:
    """The first explanation that fits, the others that fit too, and the differing places (1-based, in the longer text).

    code: ``equal``, ``absent`` (one side has no number to compare: missing is not different), or XS-ID-….
    """

    code: str
    also: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


def compare_numbers(a: IdParse, b: IdParse) -> NumberRelation:
    """Explain the difference of two parsed numbers; symmetric."""
    if _says_nothing(a) or _says_nothing(b):
        return NumberRelation(ABSENT)
    if a.text is None or b.text is None or IdKind.SCIENTIFIC in {a.kind, b.kind}:
        return NumberRelation("XS-ID-EXCEL")
    if a.core18 is not None and a.core18 == b.core18:
        kinds = {a.kind, b.kind}
        if a.text == b.text:
            return NumberRelation(EQUAL)
        for kind, code in (
            (IdKind.CITIZEN_15, "XS-ID-15-18"),
            (IdKind.DISABILITY, "XS-ID-DISABILITY"),
            (IdKind.STUDENT, "XS-ID-STUDENT"),
        ):
            if kind in kinds:
                return NumberRelation(code)
        return NumberRelation(EQUAL)
    codes, places = compare_texts(a.core18 or a.text, b.core18 or b.text)
    return NumberRelation(codes[0], tuple(codes[1:]), places) if codes else NumberRelation(EQUAL)


def _says_nothing(parse: IdParse) -> bool:
    """Blank, made up, or several numbers: nothing that another number could contradict."""
    return parse.kind in {IdKind.EMPTY, IdKind.PLACEHOLDER} or IdDefect.TWO_IN_CELL in parse.defects


def compare_texts(a: str, b: str) -> tuple[list[str], tuple[int, ...]]:
    """Every code that fits two different texts, strongest first, and the differing places; nothing for equal texts."""
    if a == b:
        return [], ()
    if len(a) == len(b) == 18:
        return _compare_18(a, b)
    if abs(len(a) - len(b)) == 1:
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        place = next((i for i in range(len(longer)) if longer[:i] + longer[i + 1 :] == shorter), None)
        if place is not None:
            return ["XS-ID-INDEL"], (place + 1,)
    if min(len(a), len(b)) >= 15 and a[:15] == b[:15] and (a.endswith("000") or b.endswith("000")):
        return ["XS-ID-EXCEL"], (16, 17, 18)
    return ["XS-ID-DISJOINT"], ()


def _compare_18(a: str, b: str) -> tuple[list[str], tuple[int, ...]]:
    places = tuple(i + 1 for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    codes = []
    if a[:15] == b[:15] and (a.endswith("000") or b.endswith("000")):
        codes.append("XS-ID-EXCEL")
    if len(places) == 1:
        codes.append("XS-ID-SUBST")
    if len(places) == 2:
        first, second = places[0] - 1, places[1] - 1
        if a[first] == b[second] and a[second] == b[first]:
            codes.append("XS-ID-TRANSPOSE" if second == first + 1 else "XS-ID-JUMP")
    if len(places) > 2 and _is_shifted(a, b):
        codes.append("XS-ID-INDEL")
    parts = {_part(place) for place in places} - {"check"}
    if parts == {"birth"}:
        codes.append("XS-ID-BIRTH")
    elif parts == {"area"}:
        codes.append("XS-ID-REGION")
    elif parts == {"sequence"}:
        codes.append("XS-ID-SEQ")
    return codes or ["XS-ID-DISJOINT"], places


def _is_shifted(a: str, b: str) -> bool:
    """Whether dropping one digit of the first 17 of either side and closing the gap leads to the other's beginning."""
    for x, y in ((a[:17], b[:17]), (b[:17], a[:17])):
        at = next(i for i, (p, q) in enumerate(zip(x, y, strict=True)) if p != q) if x != y else 17
        if at <= 11 and x[at + 1 :] == y[at:-1]:
            return True
    return False


def _part(place: int) -> str:
    if place <= 6:
        return "area"
    if place <= 14:
        return "birth"
    return "sequence" if place <= 17 else "check"


def compare_number_pairs(a: pa.StringArray, b: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Codes and differing places of pairs of texts (core18 where there is one), row by row.

    Returns (codes as a set text in order of strength, first is primary: "XS-ID-SUBST" or "XS-ID-EXCEL|XS-ID-SEQ";
    "equal"; "absent"), and places as "11,12". A pair that comes again is compared once.
    """
    codes: npt.NDArray[np.object_] = np.full(len(a), None, dtype=object)
    places: npt.NDArray[np.object_] = np.full(len(a), "", dtype=object)
    texts_a, texts_b = a.to_pylist(), b.to_pylist()
    memo: dict[tuple[str, str], tuple[str, str]] = {}
    for row, (x, y) in enumerate(zip(texts_a, texts_b, strict=True)):
        if x is None or y is None:
            codes[row] = ABSENT
        elif x == y:
            codes[row] = EQUAL
        else:
            pair = (x, y) if x < y else (y, x)
            if pair not in memo:
                found, at = compare_texts(*pair)
                memo[pair] = ("|".join(found), ",".join(map(str, at)))
            codes[row], places[row] = memo[pair]
    return pa.array(codes.tolist(), pa.string()), pa.array(places.tolist(), pa.string())
