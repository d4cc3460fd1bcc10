"""Every label we know, ready to be looked up: by its text, and by what it is about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from taizhang.intake.mapping.lexicon import HEAD, SELF, Signature, is_specific, signature
from taizhang.intake.mapping.normal import header
from taizhang.intake.model import FIELDS, Field, FieldType

NUMERIC_TYPES = frozenset({FieldType.INT, FieldType.DEC})


_SAYS_NOTHING = frozenset({
    "number", "time", "place", "kind", "level", "count", "area", "money", "subsidy", "months", "reason", "policy", "other", "main",
    "code", "state", "title", "pay",
})  # fmt: skip
"""Concepts that name no column together with words for persons only: 残疾人补贴 is known as it stands, 补贴 may be any."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One label of one field.

    key: the label's path key. unit: the unit of this very label where it differs from the field's.
    own: whether it is the field's standard label or its national column code (not an alias).
    """

    field: str
    key: str
    table: str | None = None
    source: str | None = None
    layout: str | None = None
    unit: str | None = None
    own: bool = False


@dataclass(frozen=True)
class Dictionary:
    """Labels of all fields.

    by_key: path key → the entries that bear it. by_identity: signature identity → entries (each field once).
    words: keys of single labels and of every level of a path, for header detection.
    characters: the characters these are written with.
    """

    by_key: dict[str, tuple[Entry, ...]]
    by_identity: dict[tuple[str, frozenset[str]], tuple[Entry, ...]]
    by_concept: dict[str, tuple[Signature, ...]]
    words: frozenset[str]
    characters: frozenset[str]


def _label_key(label: str) -> str:
    # A stroke in a unit (元/年) belongs to the unit; any other one may part two levels (家庭成员/姓名).
    return "/".join(header(level).key for level in header(label).key.split("/"))


def _entries(field: Field) -> Iterable[Entry]:
    yield Entry(field.name, _label_key(field.zh), unit=header(field.zh).unit, own=True)
    for alias in field.aliases:
        unit = alias.unit or header(alias.label).unit
        yield Entry(field.name, _label_key(alias.label), alias.table, alias.source, alias.layout, unit)
    if field.column is not None:
        yield Entry(field.name, field.column, own=True)


@cache
def dictionary() -> Dictionary:
    """The dictionary of the packaged catalogue, built once a process."""
    by_key: defaultdict[str, list[Entry]] = defaultdict(list)
    by_identity: defaultdict[tuple[str, frozenset[str]], dict[tuple[str, str | None, bool], Entry]] = defaultdict(dict)
    for field in FIELDS.values():
        for entry in _entries(field):
            by_key[entry.key].append(entry)
            if field.repeats > 1:
                for place in range(1, field.repeats + 1):
                    by_key[f"{entry.key}{place}"].append(entry)
            about = signature(entry.key)
            as_it_stands = "record" not in field.tables and not about.unknown and not is_specific(about.concepts)
            is_flag = about.whether and about.owner not in (SELF, HEAD) and field.type is FieldType.BOOL  # 第一书记标志
            if entry.key != field.column and (
                is_flag or (about.concepts and not about.concepts <= _SAYS_NOTHING and not as_it_stands)
            ):
                by_identity[about.identity].setdefault((entry.field, entry.table, about.whether), entry)
    words = {level for key in by_key for level in key.split("/")} | set(by_key)
    by_concept: defaultdict[str, set[Signature]] = defaultdict(set)
    for owner, concepts in by_identity:
        for concept in concepts:
            by_concept[concept].add(Signature(owner, concepts))
    return Dictionary(
        by_key={key: tuple(entries) for key, entries in by_key.items()},
        by_identity={identity: tuple(found.values()) for identity, found in by_identity.items()},
        by_concept={concept: tuple(found) for concept, found in by_concept.items()},
        words=frozenset(words),
        characters=frozenset("".join(words)),
    )


def in_table(entries: Iterable[Entry], table: str, source: str | None = None) -> list[Entry]:
    """The entries that hold in a table (and for a source kind), the most particular ones only."""
    held = [
        entry
        for entry in entries
        if table in FIELDS[entry.field].tables
        and entry.table in (None, table)
        and (entry.source is None or entry.source == source)
    ]
    particular = [entry for entry in held if entry.table == table]
    return particular or held
