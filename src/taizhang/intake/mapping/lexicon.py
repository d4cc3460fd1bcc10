"""What a header is about: its owner and its concepts, found by taking its text apart into known words.

String distance cannot tell 配偶姓名 from 户主姓名 (both one word away from 姓名). Words can: the owner of the value is
a word of its own, and a word nobody knows stays in the comparison as it stands.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from taizhang.intake.mapping.normal import header
from taizhang.intake.model.source_text import packaged

SELF, HEAD, HELPER, COLLECTOR = "self", "head", "helper", "collector"
CATEGORY = "="  # begins the concept of a word that people are called after
_TOWARDS = frozenset({"与", "和", "同", "跟"})
_WHERE = frozenset({"place", "address", "org"})
_LEVELS_OF_DIVISION = frozenset({"province", "city", "county", "town", "village"})
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
    lengths: dict[str, tuple[int, ...]]  # last character → lengths of the words that end with it, ascending
    generic: frozenset[str]
    absorbed: dict[str, frozenset[str]]
    composed: dict[str, frozenset[str]]
    stateless: frozenset[str]
    asked_of_people: frozenset[str]
    named_after: frozenset[str]
    named_with_a_person: frozenset[str]
    numbered: frozenset[str]
    persons: frozenset[str]
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
    for owner in owners.keys() - {"others"}:
        learn(owners[owner], "owner", owner)
    for concept, words in document["concepts"].items():
        learn(words, "concept", concept)
    for word in document["categories"]:
        learn([word], "concept", CATEGORY + word)
    learn(document["whether"], "whether")
    learn(document["deeds"], "deed")
    learn(document["noise"], "noise")
    nouns = document["nouns"]  # last: a word that is known as it stands keeps its meaning
    learn(nouns["person"], "owner", SELF)
    for group in document["groups"]:
        learn([group + noun for noun in nouns["head"]], "owner", HEAD)
        if meanings.get(group, ("", CATEGORY))[1].startswith(CATEGORY):  # 搬迁户 is about the move as well
            learn([group + noun for noun in nouns["person"]], "owner", SELF)
            learn([group + noun for noun in nouns["household"]], "concept", "household")
    meanings.pop("", None)
    return _Words(
        meanings=meanings,
        lengths=_lengths(meanings),
        generic=frozenset(document["generic"]),
        absorbed={concept: frozenset(others) for concept, others in document["absorbed"].items()},
        composed={concept: frozenset(others) for concept, others in document["composed"].items()},
        stateless=frozenset(document["stateless"]),
        asked_of_people=frozenset(document["people"]["asked"]),
        named_after=frozenset(document["people"]["named_after"]),
        named_with_a_person=frozenset(document["people"]["named_with_a_person"]),
        numbered=frozenset(document["numbered"]),
        persons=frozenset(document["nouns"]["person"]),
        parents={header(word).key: owner for owner, words in document["parents"].items() for word in words},
    )


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in words:
        found[word[-1]].add(len(word))
    return {character: tuple(sorted(lengths)) for character, lengths in found.items()}


def _pieces(text: str) -> list[str]:
    """The text cut into words: fewest unknown characters, then fewest words, then the longer word first."""
    words, lengths = _words().meanings, _words().lengths
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # (unknown characters, words, length of the last word) per prefix
    for end in range(1, len(text) + 1):
        unknown, count, _ = best[end - 1]
        choice = (unknown + 1, count + 1, 1)
        for length in lengths.get(text[end - 1], ()):
            if length <= end and text[end - length : end] in words:
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


@dataclass(slots=True)
class _Heard:
    """What the words of a header said, one after the other.

    a_person: the person of the row was named. numbered: by a word whose number is the person's own. people: by any word for persons.
    deed: something done with what it is about (参加, 领取). last: the word heard last.
    """

    owners: list[str] = field(default_factory=list)
    concepts: set[str] = field(default_factory=set)
    whether: bool = False
    deed: bool = False
    a_person: bool = False
    numbered: bool = False
    people: bool = False
    last: str = ""

    def hear(self, word: str, kind: str, value: str) -> None:
        """Take in one known word."""
        self.people = self.people or word in _words().persons
        if kind == "concept":
            self.concepts.add(value)
        elif kind == "owner" and value == SELF:
            self.a_person = True
            self.numbered = self.numbered or word in _words().numbered
            if self.last in _TOWARDS:
                self.concepts.add("?" + word)  # 与学生关系 is not the relation to the head
        elif kind in ("owner", "other"):
            self.owners.append(value)
        self.whether = self.whether or kind == "whether"
        self.deed = self.deed or kind == "deed"
        self.last = word or self.last


def _heard(key: str) -> _Heard:
    heard, unknown = _Heard(), ""
    for part in _LEVELS.split(_MARKS.sub("", key)):
        for piece in [*_pieces(part), ""]:
            kind, value = _words().meanings.get(piece, ("", ""))
            if piece and not kind:
                unknown += piece
                continue
            if unknown:
                heard.concepts.add("?" + unknown)
                heard.last, unknown = unknown, ""
            heard.hear(piece, kind, value)
    return heard


@lru_cache(maxsize=16384)
def signature(key: str) -> Signature:
    """The signature of a normalised header (`header(...).key`), or of a path of them joined by '/'."""
    heard = _heard(key)
    owner = "+".join(sorted(set(heard.owners))) or SELF
    concepts = _said(heard)
    names_a_person = heard.people or heard.a_person or owner == HEAD or "persons" in concepts
    concepts = _without_the_superfluous(concepts)
    for concept, parts in _words().composed.items():
        if parts <= concepts:
            concepts = _without_the_superfluous((concepts - parts) | {concept})
    return Signature(owner, _of_people(frozenset(concepts), names_a_person=names_a_person), heard.whether)


def _said(heard: _Heard) -> set[str]:
    """The concepts of a header's words, with what their order and company make of them."""
    concepts = heard.concepts
    if concepts and not heard.whether and _words().meanings.get(heard.last) == ("owner", SELF):
        concepts.add("?who")  # 务工对象 is who works, not where
    if heard.deed and (concepts in ({"persons"}, {"state"}) or (concepts and concepts <= _WHERE)):
        concepts.add("?deed")
    if "work" in concepts and len(concepts & _LEVELS_OF_DIVISION) > 1:
        concepts = heard.concepts = (concepts - _LEVELS_OF_DIVISION) | {"place"}  # 务工省、市、县
    known = not any(concept.startswith("?") for concept in concepts)
    if known and heard.whether and concepts > {"labour"} and heard.last in _words().persons:
        concepts.discard("labour")  # 是否搬迁劳动力 asks whether they are of those, 是否有劳动力 whether there is any
    if "state" in concepts and len(concepts) > 1 and known and not concepts & _words().stateless:
        concepts.discard("state")
    if concepts == {"number"} and heard.numbered:
        concepts.add("persons")
    if concepts == {"persons"} and heard.a_person:
        concepts.add("?counted")  # 学生人数 counts students, not the household
    if concepts == {"title"} and (heard.owners or heard.a_person):
        return {"name"}  # 户主名称, 成员名称: of a person, 名称 is the name
    if not concepts and heard.owners == [HEAD] and not heard.whether:
        return {"name"}  # 家庭户主, 一家之主: who it is
    called_after = concepts and concepts <= _words().named_after
    if called_after and heard.owners == [COLLECTOR] and _words().meanings.get(heard.last) == ("owner", COLLECTOR):
        return {"name"}  # 监测户信息采集人
    return concepts


def _without_the_superfluous(concepts: set[str]) -> set[str]:
    """The concepts without those that another of them makes superfluous: of 身份证 and 号码 the first."""
    absorbed = _words().absorbed
    return concepts.difference(*(absorbed[concept] for concept in concepts if concept in absorbed))


def _of_people(concepts: frozenset[str], *, names_a_person: bool) -> frozenset[str]:
    """The concepts without what the persons are called after: 脱贫劳动力联系电话 is a telephone, 搬迁户户主姓名 a name."""
    words = _words()
    asked = concepts & words.asked_of_people
    rest = concepts - (words.named_with_a_person if names_a_person else words.named_after)
    if names_a_person:
        rest = frozenset(concept for concept in rest if not concept.startswith(CATEGORY))
    return asked if len(asked) == 1 and rest == asked else concepts


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
