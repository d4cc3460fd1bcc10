"""The identity of a finding, and its short form for paper (rules-engine design, section 12)."""

import hashlib
from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which people read as something else."""
CHECK_ALPHABET = ALPHABET + "*~$=U"
SHORT = 10


def finding_id(rule: str, major: str, subject_type: str, subject: str, fields: Iterable[str], scope_key: str) -> str:
    """32 hex digits: a rule's lineage on a subject; no value, row, file or run takes part."""
    text = "|".join((rule, major, subject_type, subject, ",".join(sorted(fields)), scope_key))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def short_id(full: str) -> str:
    """Ten characters of base 32 and a check character (modulo 37)."""
    number = int(full, 16) >> (128 - 5 * SHORT)
    digits = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (SHORT - 1), -1, -5))
    return digits + CHECK_ALPHABET[number % 37]


def is_short_id(text: str) -> bool:
    """Whether a short id as typed by a person is complete and its check character right."""
    plain = text.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
    if len(plain) != SHORT + 1 or any(character not in ALPHABET for character in plain[:SHORT]):
        return False
    number = 0
    for character in plain[:SHORT]:
        number = number * 32 + ALPHABET.index(character)
    return CHECK_ALPHABET[number % 37] == plain[SHORT]


def value_digest(values: Iterable[object]) -> str:
    """Digest of the observed values: an exemption lapses when it changes."""
    return hashlib.blake2b(repr(list(values)).encode(), digest_size=8).hexdigest()
