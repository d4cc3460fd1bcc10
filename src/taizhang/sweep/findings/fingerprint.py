"""The identity of a finding, and its short form for paper (rules-engine design, section 12)."""

import hashlib
import unicodedata
from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which people read as something else."""
SHORT = 10
_MISREAD = str.maketrans("OIL", "011")
_REDUCTION = 0b100101  # x⁵ + x² + 1: with it x generates every element of GF(32) but zero


def finding_id(rule: str, major: str, subject_type: str, subject: str, fields: Iterable[str], scope_key: str) -> str:
    """32 hex digits: a rule's lineage on a subject; no value, row, file or run takes part."""
    text = "|".join((rule, major, subject_type, subject, ",".join(sorted(fields)), scope_key))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def short_id(full: str) -> str:
    """Ten characters of base 32 and a check character of the same alphabet.

    The characters are digits of GF(32); the check makes Σ xᵏ·digitₖ zero. Since x has order 31, every single wrong
    character and every exchange of two different characters, neighbours or not, gives another sum (Reed–Solomon with
    one check symbol; docs/formats/findings.md).
    """
    number = int(full, 16) >> (128 - 5 * SHORT)
    digits = [number >> shift & 31 for shift in range(5 * (SHORT - 1), -1, -5)]
    return "".join(ALPHABET[digit] for digit in (*digits, _times_x(_sum(digits))))


def read_short_id(text: str) -> str | None:
    """A short id as typed by a person, in the form it was printed; None where it is incomplete or mistyped."""
    plain = unicodedata.normalize("NFKC", text).strip().upper().translate(_MISREAD)
    if len(plain) != SHORT + 1 or any(character not in ALPHABET for character in plain):
        return None
    return plain if _sum([ALPHABET.index(character) for character in plain]) == 0 else None


def _sum(digits: Iterable[int]) -> int:
    """Σ xᵏ·digitₖ over GF(32), k counted from the last digit (Horner)."""
    total = 0
    for digit in digits:
        total = _times_x(total) ^ digit
    return total


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCTION if doubled & 32 else doubled


def value_digest(values: Iterable[object]) -> str:
    """Digest of the observed values: an exemption lapses when it changes."""
    return hashlib.blake2b(repr(list(values)).encode(), digest_size=8).hexdigest()
