"""What every ledger says of a person, read from the deliveries in place: a few rows by their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from taizhang.office.access.areas import Areas, covered
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.findings.lake import county_code, lake, sweep_folder
from taizhang.office.findings.lookup import persons_at, rows_at
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.selectors.marking import HIDDEN, NUMBERS, PHONES, Marked, marked, reference

FIELDS = (
    "name", "id_no", "sex", "birth_date", "relation_to_head", "head_name", "household_no", "village_name", "member_phone",
    "household_phone",
)  # fmt: skip
INSTEAD = {"id_no": "core18"}
"""Where a ledger does not say the first, the second is shown."""


@dataclass(frozen=True)
class Column:
    """One record: whose, where from. is_mine: it lies in the viewer's area, so its values are shown."""

    title: str
    delivery: str
    where: str
    is_mine: bool
    person_id: int


@dataclass(frozen=True)
class Line:
    """One field with a cell for every column; None where the ledger says nothing or the viewer may not see it."""

    field: str
    label: str
    cells: Sequence[Marked | None]
    differs: bool

    @property
    def is_number(self) -> bool:
        """Whether its values are runs of digits, which cannot be compared once they are broken in two."""
        return self.field in NUMBERS | PHONES | HIDDEN


@dataclass(frozen=True)
class Sides:
    """The records of one person, and their values field by field."""

    person_id: int
    columns: Sequence[Column]
    lines: Sequence[Line]


def sides_of(
    persons: Sequence[int],
    areas: Areas,
    *,
    fields: Sequence[str] = (),
    revealed: frozenset[int] = frozenset(),
    first: str = "",
) -> list[Sides]:
    """What the ledgers of the newest sweep say of these persons.

    fields: further ones; revealed: persons shown in full; first: the source whose records stand in front.
    """
    run = SweepRun.objects.first()
    if run is None:
        return []
    found = persons_at(sweep_folder(run.name), persons, ("village_code", "town_code", "records"))
    for one in found:
        one["records"] = sorted(one["records"] or (), key=lambda record: record["source"] != first)
    wanted = tuple(dict.fromkeys((*FIELDS, *fields)))
    values = values_of([record for one in found for record in one["records"]], wanted)
    ordered = sorted(found, key=lambda one: list(persons).index(one["person_id"]))
    return [_side(one, values, wanted, areas, in_full=one["person_id"] in revealed) for one in ordered]


def values_of(records: Sequence[dict[str, Any]], fields: Sequence[str]) -> dict[tuple[str, str, int], dict[str, str]]:
    """The values of records by (source, delivery, record number); a field without a value is left out."""
    found: dict[tuple[str, str, int], dict[str, str]] = {}
    for source, delivery in sorted({(one["source"], one["delivery"]) for one in records}):
        path = _record_file(source, delivery)
        if path is None:
            continue
        numbers = [one["record_no"] for one in records if (one["source"], one["delivery"]) == (source, delivery)]
        rows = rows_at(path, "record_no", numbers, (*fields, *INSTEAD.values()))
        texts = [column.cast(pa.string()).to_pylist() for column in rows.columns]
        for values in zip(*texts, strict=True):
            row = dict(zip(rows.column_names, values, strict=True))
            said = {name: row.get(name) or row.get(INSTEAD.get(name, "")) for name in fields}
            found[source, delivery, int(row["record_no"])] = {name: value for name, value in said.items() if value}
    return found


def _record_file(source: str, delivery: str) -> Path | None:
    path = lake() / "deliveries" / Path(source).name / Path(delivery).name / "record.parquet"
    return path if path.is_file() else None


def _side(
    one: dict[str, Any],
    values: dict[tuple[str, str, int], dict[str, str]],
    fields: Sequence[str],
    areas: Areas,
    *,
    in_full: bool,
) -> Sides:
    home = one["village_code"] or one["town_code"] or county_code()
    records = one["records"] or []
    mine = [covered(record["village_code"] or home, areas) for record in records]
    columns = [
        Column(
            source_title(record["source"]), record["delivery"][:10], str(record["row_no"]), is_mine, one["person_id"]
        )
        for record, is_mine in zip(records, mine, strict=True)
    ]
    said = [values.get((record["source"], record["delivery"], record["record_no"]), {}) if is_mine else {}
            for record, is_mine in zip(records, mine, strict=True)]  # fmt: skip
    lines = [line for field in fields if (line := _line(field, said, in_full=in_full)) is not None]
    return Sides(one["person_id"], columns, lines)


def _line(field: str, said: Sequence[dict[str, str]], *, in_full: bool) -> Line | None:
    given = [one[field] for one in said if field in one]
    if not given:
        return None
    common = reference(given)
    cells = [marked(field, one[field], common, in_full=in_full) if field in one else None for one in said]
    return Line(field, field_title(field), cells, len(set(given)) > 1)
