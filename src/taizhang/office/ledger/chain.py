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
    """Where the chain does not hold: at which number, and what is the matter (`missing`, `order`, `changed`, `head`)."""

    seq: int
    what: str


def first_break(entries: Iterable[tuple[int, str, str, Mapping[str, Any]]], head: tuple[int, str]) -> Break | None:
    """The first place where a chain of (seq, prev, digest, facts) is not what it must be; None where it holds.

    head: number and digest of the last entry as the head row has it.
    """
    expected, before = 1, GENESIS
    for seq, prev, digest, facts in entries:
        if seq != expected:
            return Break(expected, "missing")
        if prev != before:
            return Break(seq, "order")
        if digest_of(prev, facts) != digest:
            return Break(seq, "changed")
        expected, before = seq + 1, digest
    return None if (expected - 1, before) == head else Break(expected, "head")
