"""The county's list of divisions, as far as the ledgers taken in can help somebody to write it.

Without a list no town has a code: every finding stands under no town. What the ledgers name is proposed in a file of its own
beside county.toml; it counts only when somebody has read it and said so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyarrow.parquet as pq

from taizhang.errors import UserError, reason
from taizhang.identity.divisions import CountyDivisions, DivisionKind, NamedPlace, Proposed, propose_divisions
from taizhang.intake.county import DIVISIONS_FILE, County
from taizhang.intake.delivery.reading import Delivery, deliveries_of

PROPOSED_FILE = "divisions.proposed.csv"
PREVIOUS_FILE = "divisions.previous.csv"
_TABLES = ("record", "household", "village")
_PLACE_OF_ROW = ("file_no", "sheet_no")
_COLUMNS = ("town_name", "village_name", "town_code", "village_code")


class ProposalFileError(UserError):
    """A proposed list of divisions is in the way, is not there, or cannot be written."""

    code: ClassVar[str] = "E-DIVISIONS-PROPOSED"


def has_divisions(county: County) -> bool:
    """Whether the county's list names any town of it. Raises DivisionListError for a list that cannot be read."""
    return any(town.code.startswith(county.code) for town in CountyDivisions.load(county.divisions).towns())


def unknown_places(county: County) -> int:
    """Names of towns and villages in the newest deliveries that the county's list does not know, or knows several of."""
    return sum(
        int(event["facts"].get("names", 0))
        for delivery in _newest(county)
        for file in delivery.manifest["files"]
        for event in file["events"]
        if event["code"] == "SR-REGION"
    )


def unlisted_villages(county: County) -> int:
    """Villages that the newest deliveries name in towns of which the county's list has no village at all.

    Nothing about them is unknown to intake, as the list says nothing of them; the list that is shipped has none.
    """
    divisions = CountyDivisions.load(county.divisions)
    listed = {place.code[:9] for place in divisions if place.kind is DivisionKind.VILLAGE}
    if all(town.code[:9] in listed for town in divisions.towns() if town.code.startswith(county.code)):
        return 0
    found = set()
    for delivery in _newest(county):
        for table in _TABLES:
            for row, _ in _places_in(delivery.path(table)) if table in delivery.tables else ():
                town, village, town_code, village_code = (row.get(name) or "" for name in _COLUMNS)
                is_listed = town_code[:9] in listed or (not town_code and (bool(listed) or town))
                if village and not village_code and not is_listed:
                    found.add((town_code, village))
    return len(found)


def proposed_file(county: County) -> Path:
    """Where the proposal lies."""
    return county.file.parent / PROPOSED_FILE


def write_proposal(county: County) -> Proposed:
    """Write what the newest deliveries suggest beside county.toml.

    Raises ProposalFileError where a proposal lies there already (somebody may be at it) or it cannot be written;
    DivisionListError for a list that cannot be read.
    """
    target = proposed_file(county)
    listed = county.divisions if county.divisions is not None and county.divisions.is_file() else None
    proposed = propose_divisions(_named(county), CountyDivisions.load(listed), county.code, county.name)
    try:
        with target.open("x", encoding="utf-8-sig", newline="") as stream:
            stream.write(proposed.to_csv())
    except FileExistsError as error:
        raise ProposalFileError(
            "已经有一份行政区划建议表，没有改动。",
            where=str(target),
            hint="核对后用 taizhang divisions --accept 采用；要重新生成，先删除它。",
        ) from error
    except OSError as error:
        raise ProposalFileError("行政区划建议表写不进去。", where=str(target), why=reason(error)) from error
    return proposed


def accept_proposal(county: County) -> tuple[Path, CountyDivisions]:
    """Make the proposal the county's list; a list that was there stays beside it under another name.

    Raises ProposalFileError where there is none; DivisionListError with the line at fault, and then nothing changed.
    """
    source = proposed_file(county)
    if not source.is_file():
        raise ProposalFileError(
            "没有行政区划建议表。", where=str(source), hint="先运行 taizhang divisions 生成，核对以后再采用。"
        )
    divisions = CountyDivisions.load(source)
    target = county.divisions or county.file.parent / DIVISIONS_FILE
    try:
        if target.is_file():
            target.replace(target.with_name(PREVIOUS_FILE))
        source.replace(target)
    except OSError as error:
        raise ProposalFileError("行政区划表写不进去。", where=str(target), why=reason(error)) from error
    return target, divisions


def _newest(county: County) -> Iterator[Delivery]:
    for source in county.sources:
        known = deliveries_of(county.data, source.id)
        if known:
            yield Delivery(known[-1].folder)


def _named(county: County) -> Mapping[NamedPlace, int]:
    """The places that rows name; what their sheet has no column for, its name, title, file or folder may seem to name."""
    named: Counter[NamedPlace] = Counter()
    for delivery in _newest(county):
        sheets = {(file["no"], sheet["no"]): sheet for file in delivery.manifest["files"] for sheet in file["sheets"]}
        for table in _TABLES:
            if table in delivery.tables:
                for row, rows in _places_in(delivery.path(table)):
                    named[_completed(row, sheets[row["file_no"], row["sheet_no"]])] += rows
    named.pop(NamedPlace("", ""), None)
    return named


def _places_in(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Sheets with the places their rows name, and how many rows do."""
    groups = [*_PLACE_OF_ROW, *(name for name in _COLUMNS if name in pq.read_schema(path).names)]
    for row in pq.read_table(path, columns=groups).group_by(groups).aggregate([([], "count_all")]).to_pylist():
        yield row, row["count_all"]


def _completed(row: Mapping[str, Any], sheet: Mapping[str, Any]) -> NamedPlace:
    town, village, town_code, village_code = (row.get(name) or "" for name in _COLUMNS)
    seems = sheet.get("seems") or {}
    town = town or seems.get("town_name", "")
    if seems.get("town_name", "") in ("", town):
        village = village or seems.get("village_name", "")
    return NamedPlace(town, village, town_code, village_code)
