"""Layouts we ship: exports and ledgers whose columns are known in full or in large part (registry-model.md §5, §6)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from taizhang.intake.mapping.normal import path_key
from taizhang.intake.model.source_text import read_yaml

RECOGNISED = 0.8  # share of a sheet's columns a layout must know


@dataclass(frozen=True)
class Layout:
    """A layout as data.

    columns: header (or path, levels joined by '/') → field, None for a column that is known and not wanted.
    required: path keys without which the sheet is another layout. constants: fields that hold for every row.
    source_kinds: kinds of sources it comes from. title_rows: rows above the header in the original export.
    code_source: whose numbering its coded columns use (`CodeList.canonical(source=…)`), or None.
    """

    id: str
    title: str
    table: str
    source_kinds: tuple[str, ...]
    columns: Mapping[str, str | None]
    required: frozenset[str]
    constants: Mapping[str, str]
    units: Mapping[str, str]
    title_rows: int = 0
    code_source: str | None = None
    version: str = "1"

    @cached_property
    def by_key(self) -> dict[str, str | None]:
        """Path key → field."""
        return {path_key(tuple(text.split(" / "))): name for text, name in self.columns.items()}

    @cached_property
    def units_by_key(self) -> dict[str, str]:
        """Path key → unit, where the column's unit is not the field's."""
        return {path_key(tuple(text.split(" / "))): unit for text, unit in self.units.items()}


def _layout(document: dict[str, Any]) -> Layout:
    columns: dict[str, str | None] = {}
    units: dict[str, str] = {}
    for text, entry in document["columns"].items():
        name = entry if isinstance(entry, str) else entry["field"]
        columns[text] = None if name == "ignore" else name
        if not isinstance(entry, str) and "unit" in entry:
            units[text] = entry["unit"]
    return Layout(
        id=document["id"],
        title=document["title"],
        table=document["table"],
        source_kinds=tuple(document["source_kinds"]),
        columns=columns,
        required=frozenset(path_key(tuple(text.split(" / "))) for text in document["required"]),
        constants=document.get("constants", {}),
        units=units,
        title_rows=int(document.get("title_rows", "0")),
        code_source=document.get("code_source"),
        version=document.get("version", "1"),
    )


@cache
def layouts() -> dict[str, Layout]:
    """The shipped layouts by id."""
    folder = files("taizhang.intake.mapping").joinpath("layouts")
    documents = (read_yaml(file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".yaml"))
    read = (_layout(document) for document in documents)
    return dict(sorted((layout.id, layout) for layout in read))


def recognise(keys: Iterable[str], titles: str = "") -> Layout | None:
    """The shipped layout a header belongs to: all its required columns are there, and it knows most of the others.

    titles: texts above the header and the sheet's name, which decide between layouts with the same columns.
    """
    present = set(keys)
    best: tuple[float, bool, int] = (0.0, False, 0)
    found: Layout | None = None
    for layout in layouts().values():
        if not layout.required <= present:
            continue
        common = len(present & layout.by_key.keys())
        share = common / len(present)
        kind = layout.constants.get("measure_kind", "")
        rank = (round(share, 2), bool(kind) and kind.split("(")[0] in titles, len(layout.required))
        if share >= RECOGNISED and rank > best:
            best, found = rank, layout
    return found


def fingerprint(keys: Iterable[str]) -> str:
    """Identity of a layout: the path keys in order and their number (intake.md §11.8), as 32 hex digits."""
    ordered = list(keys)
    text = "\x1f".join([str(len(ordered)), *ordered])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
