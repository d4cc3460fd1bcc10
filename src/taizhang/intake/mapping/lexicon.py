"""What a header is about: its owner and its concepts, found by taking its text apart into known words.

String distance cannot tell 配偶姓名 from 户主姓名 (both one word away from 姓名). Words can: the owner of the value is
a word of its own, and a word nobody knows stays in the comparison as it stands.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from taizhang.intake.mapping.normal import header
from taizhang.intake.model.source_text import packaged

SELF, HEAD, HELPER = "self", "head", "helper"
_LEVELS = re.compile(r"[/\\]+")  # between the levels of a path
_MARKS = re.compile(r"[()\-_—、,，.:：;；\"'|+&~·*]+")  # brackets and marks: 县(市、区) is read as 县市区


@dataclass(frozen=True, slots=True)
class Signature:
    """What a header is about.

    owner: 'self', 'head', 'helper', or the other persons' words found, joined by '+'.
    concepts: concept names, and unknown pieces of text as they stand (prefixed '?').
    whether: it asks a yes/no question.
    """

    owner: str
    concepts: frozenset[str]
    whether: bool = False

    @property
    def identity(self) -> tuple[str, frozenset[str]]:
        """What makes two headers the same column."""
        return self.owner, self.concepts

    @property
    def unknown(self) -> frozenset[str]:
        """The pieces of text no word list knows."""
        return frozenset(concept for concept in self.concepts if concept.startswith("?"))


@dataclass(frozen=True, slots=True)
class _Words:
    meanings: dict[str, tuple[str, str]]  # word → (class, value); class: owner, other, whether, deed, noise, concept
    longest: int
    generic: frozenset[str]
    absorbed: dict[str, frozenset[str]]
    composed: dict[str, frozenset[str]]
    stateless: frozenset[str]
    parents: dict[str, str]


@cache
def _words() -> _Words:
    document: dict[str, Any] = packaged("taizhang.intake.mapping", "lexicon.yaml")
    meanings: dict[str, tuple[str, str]] = {}

    def learn(words: list[str], kind: str, value: str | None = None) -> None:
        for word in words:
            meanings.setdefault(_MARKS.sub("", header(word).key), (kind, value or word))

    owners = document["owners"]
    learn(owners["others"], "other")
    for owner in (SELF, HEAD, HELPER):
        learn(owners[owner], "owner", owner)
    for concept, words in document["concepts"].items():
        learn(words, "concept", concept)
    learn(document["whether"], "whether")
    learn(document["deeds"], "deed")
    learn(document["noise"], "noise")
    meanings.pop("", None)
    return _Words(
        meanings=meanings,
        longest=max(map(len, meanings)),
        generic=frozenset(document["generic"]),
        absorbed={concept: frozenset(others) for concept, others in document["absorbed"].items()},
        composed={concept: frozenset(others) for concept, others in document["composed"].items()},
        stateless=frozenset(document["stateless"]),
        parents={header(word).key: owner for owner, words in document["parents"].items() for word in words},
    )


def _pieces(text: str) -> list[str]:
    """The text cut into words: fewest unknown characters, then fewest words, then the longer word first."""
    words, longest = _words().meanings, _words().longest
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # (unknown characters, words, length of the last word) per prefix
    for end in range(1, len(text) + 1):
        unknown, count, _ = best[end - 1]
        choice = (unknown + 1, count + 1, 1)
        for length in range(1, min(longest, end) + 1):
            if text[end - length : end] in words:
                before = best[end - length]
                candidate = (before[0], before[1] + 1, length)
                if candidate[:2] < choice[:2] or (candidate[:2] == choice[:2] and length > choice[2]):
                    choice = candidate
        best.append(choice)
    pieces: list[str] = []
    end = len(text)
    while end:
        length = best[end][2]
        pieces.append(text[end - length : end])
        end -= length
    return pieces[::-1]


@lru_cache(maxsize=16384)
def signature(key: str) -> Signature:
    """The signature of a normalised header (`header(...).key`), or of a path of them joined by '/'."""
    words = _words()
    owners: list[str] = []
    concepts: set[str] = set()
    whether = mentions_self = deed = False
    unknown = ""
    for part in _LEVELS.split(_MARKS.sub("", key)):
        for piece in [*_pieces(part), ""]:
            kind, value = words.meanings.get(piece, ("unknown", piece))
            if kind == "unknown" and piece:
                unknown += piece
                continue
            if unknown:
                concepts.add("?" + unknown)
                unknown = ""
            if kind == "concept":
                concepts.add(value)
            elif kind == "owner" and value == SELF:
                mentions_self = True
            elif kind in ("owner", "other"):
                owners.append(value)
            elif kind == "whether":
                whether = True
            elif kind == "deed":
                deed = True
    if deed and concepts in ({"persons"}, {"state"}):
        concepts.add("?deed")
    if "state" in concepts and len(concepts) > 1 and not concepts & words.stateless:
        concepts.discard("state")
    if concepts == {"number"} and mentions_self:
        concepts.add("persons")
    if concepts == {"title"} and (owners or mentions_self):
        concepts = {"name"}  # 户主名称, 成员名称: of a person, 名称 is the name
    if not concepts and owners == [HEAD] and not whether:
        concepts = {"name"}  # 家庭户主, 一家之主: who it is
    for concept, parts in words.composed.items():
        if parts <= concepts:
            concepts = (concepts - parts) | {concept}
    for concept in tuple(concepts):
        concepts -= words.absorbed.get(concept, frozenset())
    return Signature("+".join(sorted(set(owners))) or SELF, frozenset(concepts), whether)


def is_specific(concepts: frozenset[str]) -> bool:
    """Whether the concepts together can identify a column: one that is not general, or two general ones."""
    known = {concept for concept in concepts if not concept.startswith("?")}
    return len(concepts) > 1 or bool(known - _words().generic)


def parent_owner(key: str) -> str | None:
    """Whose columns stand under a heading (户主信息 → head); None where the heading does not say."""
    found = _words().parents.get(key)
    if found is not None:
        return found
    owner = signature(key).owner
    return owner if owner != SELF else None
