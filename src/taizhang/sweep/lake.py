"""Which deliveries a sweep stands on: of every source the newest one not after the sweep's date."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from taizhang.intake.county import County
from taizhang.intake.delivery.releasing import is_held

_FOLDER = re.compile(r"(\d{4}-\d{2}-\d{2})-([0-9a-f]{4,64})")


@dataclass(frozen=True)
class SourceDelivery:
    """One source with the delivery the sweep reads.

    number: 0-based place in the order of source ids, so that nothing depends on the order in the county file.
    ancestors: numbers of the sources whose rows this one copies, at whatever remove. kind: national, city, ledger, app or authority.
    folder: of the delivery in the lake; earlier: the folders of all before it, newest first.
    """

    number: int
    source: str
    kind: str
    ancestors: tuple[int, ...]
    folder: Path
    name: str
    as_of: date
    earlier: tuple[Path, ...] = ()
    title: str = field(default="", compare=False)

    @property
    def previous(self) -> Path | None:
        """The folder of the delivery before it, or None."""
        return self.earlier[0] if self.earlier else None

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """The delivery's manifest.json; empty where the delivery has none."""
        return manifest_of(self.folder)

    @cached_property
    def held(self) -> bool:
        """Whether intake held the delivery back and nobody has released it; nothing may close on a held one."""
        return is_held(self.folder)

    @property
    def records(self) -> int | None:
        """Number of person rows; None where the manifest does not say."""
        return records_of(self.manifest)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was sent was taken: no file refused, no sheet waiting for a decision."""
        return is_whole(self.manifest)

    def table(self, name: str) -> Path | None:
        """The Parquet file of a canonical table, or None where the delivery has no such rows."""
        path = self.folder / f"{name}.parquet"
        return path if path.is_file() else None


@dataclass(frozen=True)
class SourceFacts:
    """What the sweep has to know of a source of the county file."""

    id: str
    kind: str
    title: str
    derived_from: tuple[str, ...]


def facts_of(county: County) -> list[SourceFacts]:
    """The sources of a county file."""
    return [SourceFacts(one.id, one.kind.value, one.title, one.derived_from) for one in county.sources]


def delivery_folders(data: Path, source: str) -> list[tuple[date, str, Path]]:
    """All deliveries of a source as (as-of date, digest, folder), oldest first."""
    base = data / "deliveries" / source
    found = []
    for folder in base.iterdir() if base.is_dir() else ():
        matched = _FOLDER.fullmatch(folder.name)
        if matched is not None and folder.is_dir():
            found.append((date.fromisoformat(matched[1]), _taken_at(folder), matched[2], folder))
    return [(day, digest, folder) for day, _, digest, folder in sorted(found)]


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest.json of a delivery folder; empty where there is none."""
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def is_whole(manifest: Mapping[str, Any]) -> bool:
    """Whether everything that was sent was taken, by a manifest: no file refused, no sheet waiting for a decision."""
    counts = manifest.get("counts", {})
    return not (counts.get("waiting_sheets") or counts.get("refused_files"))


def records_of(manifest: Mapping[str, Any]) -> int | None:
    """Number of person rows by a manifest; None where it does not say."""
    rows = manifest.get("rows")
    count = rows.get("record") if isinstance(rows, Mapping) else rows
    return count if isinstance(count, int) else None


def _taken_at(folder: Path) -> str:
    """When the delivery was taken in: of two as of the same day the later one is the correction of the earlier."""
    return str(manifest_of(folder).get("taken_at", ""))


def _copied(source: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    """The sources that one copies, and those that they copy: what came by a copy of a copy is no second witness either."""
    found: set[str] = set()
    following = list(parents[source])
    while following:
        one = following.pop()
        if one not in found:
            found.add(one)
            following += parents[one]
    return found - {source}


def current_deliveries(data: Path, sources: Sequence[SourceFacts], as_of: date | None) -> list[SourceDelivery]:
    """The newest delivery of every source not after `as_of`; sources that never delivered are left out."""
    ordered = sorted(sources, key=lambda source: source.id)
    numbers = {source.id: number for number, source in enumerate(ordered)}
    parents = {source.id: [one for one in source.derived_from if one in numbers] for source in ordered}
    found = []
    for source in ordered:
        fitting = [one for one in delivery_folders(data, source.id) if as_of is None or one[0] <= as_of]
        if not fitting:
            continue
        day, _, folder = fitting[-1]
        found.append(
            SourceDelivery(
                number=numbers[source.id],
                source=source.id,
                kind=source.kind,
                ancestors=tuple(sorted(numbers[one] for one in _copied(source.id, parents))),
                folder=folder,
                name=folder.name,
                as_of=day,
                earlier=tuple(folder for _, _, folder in reversed(fitting[:-1])),
                title=source.title,
            )
        )
    return found
