"""What is known of a file and its sheets once it was read: plain values, kept as JSON beside the parsed tables."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from taizhang.intake.raw import FileEvent


@dataclass(slots=True)
class Counts:
    """Rows of a sheet. `read` = `kept` + everything in `skipped` + `quarantined`, always."""

    read: int = 0
    kept: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0

    def skip(self, reason: str, rows: int) -> None:
        """Count rows left out for a reason."""
        if rows:
            self.skipped[reason] = self.skipped.get(reason, 0) + rows


@dataclass(slots=True)
class SheetFacts:
    """One sheet of a file.

    kind: data, code_list, pivot, cover, empty or waiting. status: mapped or waiting.
    columns: field → column letter (several, comma-separated, where several columns feed one field).
    told: field → where a value stands that holds for every row: a cell above the table, or what names a place (the sheet's
        name, a title, the file, its folder). extra: header → column letter of the columns nobody mapped. confidence: field → 0…1.
    seems: town_name and village_name as the sheet's name, title, file or folder seem to say, of sheets without the column;
        for a proposed list of divisions only.
    households: the verdict of `rows.households`, and why, in counts.
    """

    no: int
    name: str
    visibility: str
    kind: str
    status: str
    table: str | None = None
    fingerprint: str | None = None
    layout: str | None = None
    header_first: int | None = None
    header_last: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    seems: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    households: str = "none"
    households_why: dict[str, int] = field(default_factory=dict)
    runs: int = 0


@dataclass(slots=True)
class FileFacts:
    """One file as it was read. `files` of the manifest add its name and number."""

    kind: str
    encoding: str | None = None
    sheets: list[SheetFacts] = field(default_factory=list)
    events: list[FileEvent] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "FileFacts":
        """The inverse of `to_json`; a manifest's entry, which says more, is read too."""
        known = [entry.name for entry in dataclasses.fields(SheetFacts)]
        sheets = [
            SheetFacts(
                **{**{name: sheet[name] for name in known if name in sheet}, "counts": Counts(**sheet["counts"])}
            )
            for sheet in document["sheets"]
        ]
        return cls(**{**document, "sheets": sheets, "events": [FileEvent(**event) for event in document["events"]]})
