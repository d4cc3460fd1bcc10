"""The truth beside a county: who is who, which row is about whom, and every planted mistake.

Four tables: `persons` (one row a person, all true values), `presence` (one row a written row), `errors` (one row a
wrong cell, row too many or row left out, per delivery) and `circumstances` (what looks wrong and is right).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.sample.faults import Fault
from taizhang.sample.offices import Place, Written
from taizhang.sample.population import Population
from taizhang.sample.views import View

ERRORS = pa.schema(
    [
        ("fault", pa.int64()),
        ("source", pa.string()),
        ("as_of", pa.date32()),
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int32()),  # null for a row left out
        ("person", pa.int64()),
        ("household", pa.int64()),
        ("shown_in", pa.int64()),  # household under which a row too many stands, where it is another one
        ("field", pa.string()),  # empty for a row too many or left out
        ("kind", pa.string()),
        ("also", pa.string()),  # |A|B|: codes that say the same
        ("true_value", pa.string()),
        ("written_value", pa.string()),
        ("copied_from", pa.int64()),
        ("first_delivery", pa.int16()),
        ("state", pa.string()),  # new, persisting, returned
    ]
)
PRESENCE = pa.schema(
    [
        ("source", pa.string()),
        ("as_of", pa.date32()),
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int32()),
        ("person", pa.int64()),
        ("household", pa.int64()),
    ]
)


class Wrong(NamedTuple):
    """A wrong cell, a row too many (field "") or a row left out (at None) of one delivery.

    household_no: of the household under which a row too many stands, where it is not the person's.
    """

    fault: Fault
    at: int | None
    person: int
    field: str
    true: str
    written: str
    state: str
    household_no: str = ""


@dataclass(frozen=True)
class Book:
    """What one delivery of one source holds.

    places, person: by written row, where it stands and who it is about. wrong: `at` is an index into both.
    """

    source: str
    day: date
    places: Sequence[Place]
    person: Sequence[int]
    wrong: Sequence[Wrong]


def book_of(view: View, written: Written, day: date, delivery: int) -> Book:
    """Fix the places and mistakes of a view as written; a row written twice is wrong twice."""
    places, persons = list(written.places), list(view.person)
    copies: dict[int, list[int]] = {}
    for slot, place in written.repeats:
        copies.setdefault(slot, []).append(len(places))
        places.append(place)
        persons.append(view.person[slot])
    wrong = [
        Wrong(
            mark.fault,
            at,
            view.person[mark.slot],
            mark.field,
            mark.true,
            mark.written,
            _state(mark.fault, delivery),
            mark.household_no,
        )
        for mark in view.marks
        for at in (mark.slot, *copies.get(mark.slot, ()))
    ]
    wrong += [Wrong(fault, None, person, "", "", "", _state(fault, delivery)) for fault, person in view.absent]
    return Book(view.source, day, places, persons, wrong)


def _state(fault: Fault, delivery: int) -> str:
    if delivery == fault.active[0]:
        return "new"
    return "persisting" if delivery - 1 in fault.active else "returned"


def write_truth(
    folder: Path,
    population: Population,
    faults: Sequence[Fault],
    books: Sequence[Book],
    circumstances: Sequence[tuple[int, str]],
    *,
    seed: int,
    error_rate: float,
) -> None:
    """Write the four tables and truth.json; `folder` must not exist."""
    folder.mkdir(parents=True)
    _write(folder / "persons.parquet", _persons(population))
    _write(folder / "presence.parquet", _presence(population, books))
    _write(folder / "errors.parquet", _errors(population, books))
    facts = {
        "person": pa.array([person for person, _ in circumstances], pa.int64()),
        "what": pa.array([what for _, what in circumstances], pa.string()),
    }
    _write(folder / "circumstances.parquet", pa.table(facts))
    about = {"schema_version": 1, "seed": seed, "persons": len(population), "error_rate": error_rate}
    about["faults"] = len(faults)
    (folder / "truth.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd")


def _persons(population: Population) -> pa.Table:
    columns = {"person": pa.array(range(len(population)), pa.int64()), "household": pa.array(population.household)}
    columns["core18"] = pa.array(population.core18, pa.string())
    columns |= {name: pa.array(values, pa.string()) for name, values in population.values.items()}
    return pa.table(columns)


def _presence(population: Population, books: Sequence[Book]) -> pa.Table:
    parts = []
    for book in books:
        count = len(book.person)
        columns = [
            pa.array([book.source] * count),
            pa.array([book.day] * count, pa.date32()),
            pa.array([place.file for place in book.places], pa.string()),
            pa.array([place.sheet for place in book.places], pa.string()),
            pa.array([place.row for place in book.places], pa.int32()),
            pa.array(book.person, pa.int64()),
            pa.array(population.household[book.person]),
        ]
        parts.append(pa.Table.from_arrays(columns, schema=PRESENCE))
    return pa.concat_tables(parts)


def _errors(population: Population, books: Sequence[Book]) -> pa.Table:
    rows = []
    household_of = dict(zip(population.values["household_no"], population.household.tolist(), strict=True))
    for book in books:
        for wrong in book.wrong:
            fault = wrong.fault
            place = None if wrong.at is None else book.places[wrong.at]
            rows.append(
                {
                    "fault": fault.number,
                    "source": book.source,
                    "as_of": book.day,
                    "file": None if place is None else place.file,
                    "sheet": None if place is None else place.sheet,
                    "row": None if place is None else place.row,
                    "person": wrong.person,
                    "household": int(population.household[wrong.person]),
                    "shown_in": household_of.get(wrong.household_no) if wrong.household_no else None,
                    "field": wrong.field,
                    "kind": fault.kind,
                    "also": "|" + "|".join(sorted(fault.damage.also)) + "|" if fault.damage.also else None,
                    "true_value": wrong.true,
                    "written_value": wrong.written,
                    "copied_from": fault.copied_from,
                    "first_delivery": fault.active[0],
                    "state": wrong.state,
                }
            )
    return pa.Table.from_pylist(rows, schema=ERRORS)
