"""Blind indexes: keyed hashes by which a sealed value can be found without being stored in clear.

The index key lives apart from the database and its backups: an ID number has so few bits that whoever held both could
try them all (platform design §6).
"""

import hmac

from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.keyring import KeyRing

LENGTH = 32
"""Hex digits kept: 128 bits, so that two of 10⁹ values share an index with a chance below 10⁻²⁰."""


def blind(kind: str, value: str, ring: KeyRing | None = None) -> str:
    """The index of a normalised value: equal values of one kind, equal indexes. kind: `core18`, `phone`, `name` …"""
    return _index((ring or key_ring()).purpose("index"), kind, value)


def blinds(kind: str, value: str) -> list[str]:
    """Every index a value may stand under now: while the index key is being changed, the one of before too."""
    return [_index(key, kind, value) for key in key_ring().index_keys]


def _index(key: bytes, kind: str, value: str) -> str:
    return hmac.digest(key, f"{kind}\x1f{value}".encode(), "sha256").hex()[:LENGTH]
