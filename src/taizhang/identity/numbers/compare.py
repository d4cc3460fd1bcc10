"""How two numbers of one person differ (identity science §15.4), one pair at a time and over columns of pairs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

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
        place = _left_out(longer, shorter)
        if place is not None:
            return ["XS-ID-INDEL"], (place + 1,)
    if min(len(a), len(b)) >= 15 and a[:15] == b[:15] and (a.endswith("000") or b.endswith("000")):
        return ["XS-ID-EXCEL"], (16, 17, 18)
    return ["XS-ID-DISJOINT"], ()


def _left_out(longer: str, shorter: str) -> int | None:
    """The first place (0-based) whose character the shorter text leaves out; None where it leaves out none or changes more."""
    at = next((at for at, (x, y) in enumerate(zip(longer, shorter, strict=False)) if x != y), len(shorter))
    if longer[at + 1 :] != shorter[at:]:
        return None
    while at and longer[at - 1] == longer[at]:
        at -= 1
    return at


def _compare_18(a: str, b: str) -> tuple[list[str], tuple[int, ...]]:
    places = tuple(i + 1 for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    codes = []
    cut = a[:15] == b[:15] and (a.endswith("000") or b.endswith("000"))
    if cut:
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
    elif parts == {"sequence"} and not cut:  # a sequence that was lost is not another sequence
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

    Returns (codes as a set text in order of strength, first is primary: "XS-ID-DISJOINT" or "XS-ID-SUBST|XS-ID-SEQ";
    "equal"; "absent"), and places as "11,12". A pair that comes again is compared once.
    """
    joined = pa.table({"a": a, "b": b})
    texts_a, texts_b = joined["a"].combine_chunks(), joined["b"].combine_chunks()
    codes: npt.NDArray[np.object_] = np.full(len(a), ABSENT, dtype=object)
    places: npt.NDArray[np.object_] = np.full(len(a), "", dtype=object)
    there = pc.and_(texts_a.is_valid(), texts_b.is_valid()).to_numpy(zero_copy_only=False)
    same = pc.fill_null(pc.equal(texts_a, texts_b), False).to_numpy(zero_copy_only=False)
    codes[there & same] = EQUAL
    whole = there & ~same & _is_18(texts_a) & _is_18(texts_b)
    rows = np.flatnonzero(whole)
    if rows.size:
        codes[rows], places[rows] = _compare_matrices(_matrix(texts_a, rows), _matrix(texts_b, rows))
    rows = np.flatnonzero(there & ~same & ~whole)
    memo: dict[tuple[str, str], tuple[str, str]] = {}
    odd = (side.take(pa.array(rows)).to_pylist() for side in (texts_a, texts_b))
    for row, x, y in zip(rows.tolist(), *odd, strict=True):
        pair = (x, y) if x < y else (y, x)
        if pair not in memo:
            found, at = compare_texts(*pair)
            memo[pair] = ("|".join(found), ",".join(map(str, at)))
        codes[row], places[row] = memo[pair]
    return pa.array(codes, pa.string()), pa.array(places, pa.string())


def _is_18(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Which texts have 18 characters of one byte each."""
    size = pc.equal(pc.binary_length(texts), 18)
    fits = pc.and_(size, pc.equal(pc.utf8_length(texts), 18))
    return np.asarray(pc.fill_null(fits, False).to_numpy(zero_copy_only=False))


def _matrix(texts: pa.StringArray, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    taken = texts.take(pa.array(rows)).cast(pa.binary(18))
    return np.frombuffer(taken.buffers()[1], dtype=np.uint8, count=18 * len(rows), offset=18 * taken.offset).reshape(
        -1, 18
    )


_CODES_18 = (
    "XS-ID-EXCEL", "XS-ID-SUBST", "XS-ID-TRANSPOSE", "XS-ID-JUMP", "XS-ID-INDEL", "XS-ID-BIRTH", "XS-ID-REGION",
    "XS-ID-SEQ",
)  # fmt: skip


def _compare_matrices(
    a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """`_compare_18` for many: (codes as set texts in order of strength, places) of pairs of 18 characters."""
    differs = a != b
    count = differs.sum(axis=1)
    row = np.arange(len(a))
    first, last = differs.argmax(axis=1), 17 - differs[:, ::-1].argmax(axis=1)
    zeros = (a[:, 15:] == ord("0")).all(axis=1) | (b[:, 15:] == ord("0")).all(axis=1)
    crossed = (count == 2) & (a[row, first] == b[row, last]) & (a[row, last] == b[row, first])
    area, birth, sequence = (differs[:, part].any(axis=1) for part in (slice(6), slice(6, 14), slice(14, 17)))
    cut = ~differs[:, :15].any(axis=1) & zeros
    flags = (
        cut,
        count == 1,
        crossed & (last == first + 1),
        crossed & (last != first + 1),
        (count > 2) & (_shifted(a, b, first) | _shifted(b, a, first)),
        birth & ~area & ~sequence,
        area & ~birth & ~sequence,
        sequence & ~area & ~birth & ~cut,
    )
    bits = sum(flag.astype(np.int64) << place for place, flag in enumerate(flags))
    fitting, back = np.unique(bits, return_inverse=True)
    named = ["|".join(code for place, code in enumerate(_CODES_18) if mask >> place & 1) for mask in fitting.tolist()]
    codes = np.array([text or "XS-ID-DISJOINT" for text in named], dtype=object)[back]
    marks, at = np.unique((differs << np.arange(18)).sum(axis=1), return_inverse=True)
    shown = [",".join(str(place + 1) for place in range(18) if mask >> place & 1) for mask in marks.tolist()]
    return codes, np.array(shown, dtype=object)[at]


def _shifted(x: npt.NDArray[np.uint8], y: npt.NDArray[np.uint8], first: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether dropping the digit of `x` at the first difference and closing the gap leads to the beginning of `y`."""
    closed = x[:, 1:17] == y[:, :16]
    from_here = np.logical_and.accumulate(closed[:, ::-1], axis=1)[:, ::-1]
    shifted: npt.NDArray[np.bool_] = (first <= 11) & from_here[np.arange(len(x)), np.minimum(first, 11)]
    return shifted
