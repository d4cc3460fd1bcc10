"""What a delivery did not take, as data to look through: refused files, sheets that wait, single rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.messages import refusal
from taizhang.intake.delivery.reading import Delivery
from taizhang.intake.mapping import masked

_COLUMNS = ("file_no", "sheet_no", "row_no", "rows", "reason", "raw", "what", "where", "why", "hint")


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A file, sheet or row that was not taken.

    reason: a code. rows: how many it stands for, None for a file nobody could read. sheet, row_no: None for a whole file
    or sheet. layout: fingerprint of the sheet's layout, whose question may be open. cells: column letter → text, masked.
    """

    file: str
    sheet: str | None
    row_no: int | None
    rows: int | None
    reason: str
    what: str
    where: str
    why: str
    hint: str
    layout: str | None
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class NotTakenPage:
    """Some of what was not taken. total: how many there are; reasons: how many by code, whatever was asked for."""

    entries: tuple[NotTaken, ...]
    total: int
    reasons: dict[str, int]


def not_taken(
    delivery: Delivery, *, reason: str | None = None, file: str | None = None, offset: int = 0, limit: int = 50
) -> NotTakenPage:
    """Browse what a delivery (or a proposed one) did not take, files first, then in file order.

    reason, file: only entries of this code, of this file.
    """
    entries = [*_files(delivery), *_lines(delivery)]
    reasons: dict[str, int] = {}
    for entry in entries:
        reasons[entry.reason] = reasons.get(entry.reason, 0) + 1
    wanted = [one for one in entries if reason in (None, one.reason) and file in (None, one.file)]
    return NotTakenPage(tuple(wanted[offset : offset + limit]), len(wanted), dict(sorted(reasons.items())))


def _files(delivery: Delivery) -> Iterator[NotTaken]:
    for entry in delivery.manifest["files"]:
        if entry["status"] == "refused":
            facts = FileFacts.from_json({"kind": entry["kind"], "sheets": [], "events": entry["events"]})
            event, message = refusal(facts)
            yield NotTaken(
                entry["name"], None, None, None, event.code,
                message.what, message.where, message.why, message.hint, None, {},
            )  # fmt: skip


def _lines(delivery: Delivery) -> Iterator[NotTaken]:
    files = {file["no"]: file for file in delivery.manifest["files"]}
    for line in delivery.read("quarantine", list(_COLUMNS)).to_pylist():
        file = files[line["file_no"]]
        sheet = next((one for one in file["sheets"] if one["no"] == line["sheet_no"]), None)
        cells = json.loads(line["raw"]) if line["raw"] else {}
        yield NotTaken(
            file=file["name"],
            sheet=None if sheet is None else sheet["name"],
            row_no=line["row_no"],
            rows=line["rows"],
            reason=line["reason"],
            **{name: line[name] or "" for name in ("what", "where", "why", "hint")},
            layout=None if sheet is None or line["row_no"] is not None else sheet["fingerprint"],
            cells={letter: masked(text, is_name_column=False) for letter, text in cells.items()},
        )
