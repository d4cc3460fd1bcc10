"""In which villages the records of persons lie, by the newest sweep; for the office's own decisions, never for a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taizhang.office.findings.lake import sweep_folder
from taizhang.office.findings.lookup import persons_at, rows_at
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.selectors.sides import values_of


@dataclass(frozen=True)
class RecordPlace:
    """One record of a person. source, delivery, file_no, row_no: where it stands; record_no: its number in the delivery."""

    person_id: int
    source: str
    delivery: str
    record_no: int
    file_no: int
    row_no: int
    village_code: str


def record_places(persons: Collection[int]) -> Mapping[int, Sequence[RecordPlace]]:
    """Person → records, in the village of the record, else of the person; nothing where the lake no longer knows."""
    run = SweepRun.objects.first()
    rows = persons_at(sweep_folder(run.name), persons, ("village_code", "records")) if run is not None else []
    found: dict[int, list[RecordPlace]] = {}
    for row in rows:
        found[row["person_id"]] = [_place(row["person_id"], row["village_code"], one) for one in row["records"] or ()]
    return found


def person_of_record(folder: Path, household_id: int, at: tuple[str, str, int | None, int]) -> int | None:
    """Whose record stands in a row of a delivery, among a household's members; None where a sweep knows no such record.

    folder: of the sweep; at: source, delivery, number of the file, number of the row.
    """
    path = folder / "persons.parquet"
    if not path.is_file():
        return None
    for row in rows_at(path, "household_id", [household_id], ("person_id", "records")).to_pylist():
        if any((one["source"], one["delivery"], one["file_no"], one["row_no"]) == at for one in row["records"] or ()):
            return int(row["person_id"])
    return None


def _place(person_id: int, home: str | None, one: Mapping[str, Any]) -> RecordPlace:
    return RecordPlace(
        person_id, one["source"], one["delivery"], one["record_no"], one["file_no"], one["row_no"],
        one["village_code"] or home or "",
    )  # fmt: skip


def value_of(record: RecordPlace, field: str) -> str:
    """What a record says in a field; empty where it says nothing."""
    found = values_of([asdict(record)], (field,))
    return found.get((record.source, record.delivery, record.record_no), {}).get(field, "")
