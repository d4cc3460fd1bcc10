"""What no mapping reads of the newest deliveries: sheets without a known header, and columns kept under their own.

Nobody has to do anything about such a column: its values are kept. Whoever wants it read says so in the layout's mapping
file, which lies ready in `<data>/mappings/extra` until a name is written into it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taizhang.intake.delivery.lake import Lake
from taizhang.intake.delivery.reading import Delivery, deliveries_of
from taizhang.intake.mapping import HEADER_EXTRA


@dataclass(frozen=True, slots=True)
class HeaderlessSheet:
    """A sheet that waits because no row of it is a header we know; rows: how many it has."""

    file: str
    sheet: str
    rows: int


@dataclass(frozen=True, slots=True)
class UnknownColumns:
    """The columns of one layout that are kept under their own header, as (letter, header).

    file, sheet: where the layout is met first; sheets: how many have it. mapping: the file to say in what they are.
    """

    file: str
    sheet: str
    sheets: int
    columns: tuple[tuple[str, str], ...]
    mapping: Path


def headerless_sheets(data: Path, sources: Iterable[str]) -> list[HeaderlessSheet]:
    """The sheets of the sources' newest deliveries in which no header was found, in the order of files."""
    return [
        HeaderlessSheet(file["name"], sheet["name"], int(sheet["counts"]["read"]))
        for file in _newest_files(data, sources)
        for sheet in file["sheets"]
        if sheet["status"] == "waiting" and not sheet["fingerprint"]
    ]


def unknown_columns(data: Path, sources: Iterable[str]) -> list[UnknownColumns]:
    """The unknown columns of the sources' newest deliveries by layout, for layouts nobody is asked about anyway."""
    lake = Lake(data)
    found: dict[str, list[tuple[str, str, list[tuple[str, str]]]]] = {}
    for file in _newest_files(data, sources):
        for sheet in file["sheets"]:
            columns = list(_unknown(file["events"], sheet))
            if columns and sheet["status"] == "mapped":
                found.setdefault(sheet["fingerprint"], []).append((file["name"], sheet["name"], columns))
    listed = []
    for layout, sheets in found.items():
        file_name, sheet_name, columns = sheets[0]
        mapping = lake.extra / f"{layout}.yaml"
        if mapping.is_file():
            listed.append(UnknownColumns(file_name, sheet_name, len(sheets), tuple(columns), mapping))
    return listed


def _newest_files(data: Path, sources: Iterable[str]) -> Iterator[dict[str, Any]]:
    for source in sources:
        known = deliveries_of(data, source)
        if known:
            yield from Delivery(known[-1].folder).manifest["files"]


def _unknown(events: Iterable[dict[str, Any]], sheet: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Letters and headers of a sheet's unknown columns; further tables of one sheet differ by the row of their header."""
    for event in events:
        if event["code"] != HEADER_EXTRA or event["sheet"] != sheet["name"]:
            continue
        if int(re.sub(r"\D", "", event["cell"])) == sheet["header_last"]:
            yield str(event["facts"]["column"]), str(event["facts"]["header"])
