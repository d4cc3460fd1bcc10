"""The arithmetic of the chain, without a database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


def digest_of(prev: str, facts: Mapping[str, Any]) -> str:
    """SHA-256 of the digest before and the canonical JSON (sorted keys, no spaces, UTF-8) of an entry's facts."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev}\n{canonical}".encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: at which number, and what is the matter.

    what: `missing`, `order`, `changed`, `head` (the head row disagrees), `noted` (a head noted outside the database does).
    """

    seq: int
    what: str


def first_break(
    entries: Iterable[tuple[int, str, str, Mapping[str, Any]]],
    head: tuple[int, str],
    noted: Mapping[int, str] | None = None,
) -> Break | None:
    """The first place where a chain of (seq, prev, digest, facts) is not what it must be; None where it holds.

    head: number and digest of the last entry as the head row has it. noted: digests by number as they were written down
    outside the database: whoever rewrites the whole chain, head row and all, still differs from them.
    """
    expected, before, told = 1, GENESIS, noted or {}
    for seq, prev, digest, facts in entries:
        if seq != expected:
            return Break(expected, "missing")
        if prev != before:
            return Break(seq, "order")
        if digest_of(prev, facts) != digest:
            return Break(seq, "changed")
        if told.get(seq, digest) != digest:
            return Break(seq, "noted")
        expected, before = seq + 1, digest
    if (expected - 1, before) != head:
        return Break(expected, "head")
    later = sorted(seq for seq in told if seq >= expected)
    return Break(expected, "noted") if later else None
