"""Code lists: what a coded column may say, in whatever words and numbers its source uses.

The stored value is the standard Chinese label. Numeric codes are aliases of a source, never keys: one and the same
platform counts the sexes both ways round (registry-model.md §4.12).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from taizhang.intake.model.labels import label_key
from taizhang.intake.model.source_text import packaged

# registry-model.md §8 no. 13: whatever separates several values in a cell.
_SEPARATORS = re.compile(r"[,，、;；\n\r]+")


@dataclass(frozen=True, slots=True)
class CodeItem:
    """One member of a list.

    member: our English name, fixed for ever. label: the standard Chinese label, which is what is stored.
    since, until: first and last data year of the label, where it is known to have come or gone.
    sex: expected sex of a relation ('male', 'female', 'either'); generation: relative to the head (§4.5).
    stage: school stage (§4.7). present: the person counts as present (§4.10).
    widens: members this older label may stand for (大专及以上 → 大专, 本科及以上): compare as a set.
    """

    member: str
    label: str
    aliases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    sex: str | None = None
    generation: int | None = None
    stage: str | None = None
    present: bool = False
    widens: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeList:
    """A code list with its members and the numbering of every source that has one.

    open: the full list is not published, so an unknown label is news and not necessarily wrong.
    sources: per source id the numbering it uses instead of the common one (code → member).
    """

    name: str
    zh: str
    items: tuple[CodeItem, ...]
    open: bool = False
    sources: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def by_member(self) -> dict[str, CodeItem]:
        """Members by our own name."""
        return {item.member: item for item in self.items}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The standard labels in list order."""
        return tuple(item.label for item in self.items)

    @cached_property
    def _words(self) -> dict[str, str]:
        words = {label_key(word): item.label for item in self.items for word in item.aliases}
        return words | {label_key(item.label): item.label for item in self.items}

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {code: item.label for item in self.items for code in item.codes}

    @cached_property
    def _source_codes(self) -> dict[str, dict[str, str]]:
        return {
            source: {code: self.by_member[member].label for code, member in table.items()}
            for source, table in self.sources.items()
        }

    def codes_of(self, source: str | None) -> dict[str, str]:
        """Numeric code → label as this source counts; the common numbering where it has none of its own."""
        return self._source_codes.get(source, self._codes) if source is not None else self._codes

    def label_of(self, member: str) -> str:
        """The stored label of a member; raises KeyError for a member that does not exist."""
        return self.by_member[member].label

    def canonical(self, text: str | None, source: str | None = None) -> str | None:
        """The standard label of a cell's text, or None where the list does not know it (or there is no text).

        source: whose numbering holds ('city-query', 'app', 'gbt3304' …); labels mean the same everywhere.
        The caller tells the two kinds of None apart: a non-empty text that comes back as None is CODE_UNKNOWN.
        """
        if text is None:
            return None
        key = label_key(text)
        found = self._words.get(key)
        return found if found is not None else self.codes_of(source).get(key)

    def canonical_set(self, text: str | None, source: str | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of a cell with several values: the standard labels (sorted, each once) and the parts nobody knows."""
        if text is None:
            return (), ()
        whole = self.canonical(text, source)
        if whole is not None:
            return (whole,), ()
        known: set[str] = set()
        unknown: list[str] = []
        for part in split_values(text):
            label = self.canonical(part, source)
            if label is None:
                unknown.append(part)
            else:
                known.add(label)
        return tuple(sorted(known)), tuple(unknown)


def split_values(text: str) -> list[str]:
    """The values of a cell that holds several; an empty cell has none (never one empty value)."""
    return [part for part in (piece.strip() for piece in _SEPARATORS.split(text)) if part]


def set_text(labels: Iterable[str]) -> str | None:
    """Sets as every table stores them: '|A|B|', sorted; None for the empty set."""
    ordered = sorted(set(labels))
    return "|" + "|".join(ordered) + "|" if ordered else None


def _item(member: str, entry: dict[str, Any]) -> CodeItem:
    def year(name: str) -> int | None:
        return int(entry[name]) if name in entry else None

    return CodeItem(
        member=member,
        label=entry["label"],
        aliases=tuple(entry.get("aliases", ())),
        codes=tuple(entry.get("code", ())),
        since=year("from"),
        until=year("until"),
        sex=entry.get("sex"),
        generation=year("generation"),
        stage=entry.get("stage"),
        present=entry.get("present") == "true",
        widens=tuple(entry.get("widens", ())),
    )


@cache
def code_lists() -> dict[str, CodeList]:
    """All packaged code lists by name."""
    document = packaged("taizhang.intake.model", "codes.yaml")
    return {
        name: CodeList(
            name=name,
            zh=entry["zh"],
            items=tuple(_item(member, item) for member, item in entry["items"].items()),
            open=entry.get("open") == "true",
            sources=entry.get("sources", {}),
        )
        for name, entry in document["lists"].items()
    }


def code_list(name: str) -> CodeList:
    """A code list by name; raises KeyError for one that does not exist."""
    return code_lists()[name]
