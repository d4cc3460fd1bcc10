"""A sweep of a large county, grown from one of a small county that was really swept.

Every person, household, record and finding of the small county is repeated with another number, another village and
another person's name, so that all columns hold what a sweep writes. Nothing here reads a clock or a random source but
the seed: the same arguments give the same rows.
"""

import csv
import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.identity.numbers import check_digit
from taizhang.intake.county import load_county
from taizhang.intake.delivery import assembling
from taizhang.intake.pipeline import take_in
from taizhang.sample import make_county
from taizhang.sweep import sweep
from taizhang.sweep.findings.fingerprint import short_id
from taizhang.sweep.findings.write import GROUP_ROWS

VILLAGES_A_TOWN = 15
SMALL = 3000
Row = dict[str, Any]


@dataclass(frozen=True)
class Village:
    """A village with its town."""

    code: str
    name: str
    town: str

    @property
    def town_code(self) -> str:
        """The code of its town."""
        return self.code[:9] + "000"


@dataclass(frozen=True)
class Grown:
    """The large county's folder and its sweeps, oldest first."""

    folder: Path
    sweeps: tuple[Path, ...]
    persons: int
    findings: int


def grow(folder: Path, *, persons: int, findings: int, delta: int, seed: int) -> Grown:
    """Make a county of so many persons, a first sweep with so many findings, and two more that change `delta` of them each."""
    made = make_county(folder, persons=SMALL, seed=seed, deliveries=1, error_rate=0.06)
    county = load_county(made.folder / "county.toml")
    take_in(county)
    first = Path(sweep(county).folder)
    villages = _villages(folder / "divisions.csv")
    copies = max(1, round(persons / SMALL))
    places = _Places(villages, random.Random(seed))
    shifts = _Shifts(
        _after(first / "persons.parquet", "person_id"), _after(first / "households.parquet", "household_id")
    )
    _grow_table(first / "persons.parquet", lambda rows: _persons(rows, copies, places, shifts, random.Random(seed)))
    _grow_table(first / "households.parquet", lambda rows: _households(rows, copies, places, shifts))
    _grow_table(first / "findings.parquet", lambda rows: _findings(rows, copies, places, shifts, findings))
    _put_in_order(first / "findings.parquet")
    for path in county.data.glob("deliveries/*/*/record.parquet"):
        _grow_records(path, copies)
    written = pq.ParquetFile(first / "findings.parquet").metadata.num_rows
    second = _next(first, delta, 1)
    third = _next(second, delta, 2)
    people = pq.ParquetFile(first / "persons.parquet").metadata.num_rows
    return Grown(folder, (first, second, third), people, written)


def _villages(path: Path) -> list[Village]:
    """Fifteen villages a town, written into the county's table of divisions."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code"].endswith("000")]
    towns = [(row["code"], row["name"]) for row in rows if not row["code"].endswith("000000")]
    found = [
        Village(f"{code[:9]}{200 + n:03d}", f"{town[:2]}第{n}村", town)
        for code, town in towns
        for n in range(1, VILLAGES_A_TOWN + 1)
    ]
    with path.open("a", encoding="utf-8", newline="") as file:
        have = {row.split(",")[0] for row in path.read_text("utf-8").splitlines()}
        csv.writer(file).writerows([one.code, one.name, "", 1] for one in found if one.code not in have)
    return found


class _Places:
    """The village of every household's copy: one household, one village."""

    def __init__(self, villages: list[Village], chance: random.Random) -> None:
        self._villages, self._chosen, self._chance = villages, {}, chance

    def of(self, household: int | None, copy: int) -> Village:
        """Where the copy of a household lives."""
        key = (household, copy)
        if key not in self._chosen:
            self._chosen[key] = self._chance.choice(self._villages)
        return self._chosen[key]


def _grow_table(path: Path, grown: Callable[[list[Row]], Iterator[Row]]) -> None:
    table = pq.read_table(path)
    rows, batch = grown(table.to_pylist()), []
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for row in rows:
            batch.append(row)
            if len(batch) == GROUP_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema=table.schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=table.schema))


def _put_in_order(path: Path) -> None:
    """As a sweep writes its findings."""
    pq.write_table(pq.read_table(path).sort_by("finding_id"), path, row_group_size=GROUP_ROWS, compression="zstd")


@dataclass(frozen=True)
class _Shifts:
    """By how much the numbers of persons and households go on from one copy to the next."""

    person: int
    household: int


def _after(path: Path, key: str) -> int:
    return int(pc.max(pq.read_table(path, columns=[key])[key]).as_py()) + 1


def _persons(rows: list[Row], copies: int, places: _Places, shifts: _Shifts, chance: random.Random) -> Iterator[Row]:
    records = {source: 1 + max(one["record_no"] for row in rows for one in row["records"] if one["source"] == source)
               for source in {one["source"] for row in rows for one in row["records"]}}  # fmt: skip
    named = [(row["name"], row["names"]) for row in rows]
    for copy in range(copies):
        chance.shuffle(named)
        for row, (name, names) in zip(rows, named, strict=True):
            place = places.of(row["household_id"], copy)
            number = _number(row["core18"], copy)
            yield row | {
                "person_id": row["person_id"] + copy * shifts.person, "household_id": row["household_id"] + copy * shifts.household,
                "name": name, "names": names, "core18": number, "numbers": [number] if number else [],
                "town_code": place.town_code, "village_code": place.code, "household_no": _label(row["household_no"], copy),
                "phone": _phone(row["phone"], copy), "phones": [_phone(row["phone"], copy)] if row["phone"] else [],
                "records": [one | {"record_no": one["record_no"] + copy * records[one["source"]], "village_code": place.code}
                            for one in row["records"]],
            }  # fmt: skip


def _number(core: str | None, copy: int) -> str | None:
    if not core or len(core) != 18:
        return core
    body = f"{core[:14]}{(int(core[14:17]) + 7 * copy) % 1000:03d}"
    return body + check_digit(body)


def _phone(phone: str | None, copy: int) -> str | None:
    return f"{phone[:3]}{(int(phone[3:]) + 9973 * copy) % 10**8:08d}" if phone and phone.isdigit() else phone


def _label(number: str | None, copy: int) -> str | None:
    return f"{int(number) + copy * 10_000}" if number and number.isdigit() else number


def _households(rows: list[Row], copies: int, places: _Places, shifts: _Shifts) -> Iterator[Row]:
    for copy in range(copies):
        for row in rows:
            place, number = places.of(row["household_id"], copy), _label(row["household_no"], copy)
            yield row | {
                "household_id": row["household_id"] + copy * shifts.household, "household_no": number, "town_code": place.town_code,
                "village_code": place.code, "town_name": place.town, "village_name": place.name,
                "numbers": [number] if number else [],
            }  # fmt: skip


def _findings(rows: list[Row], copies: int, places: _Places, shifts: _Shifts, wanted: int) -> Iterator[Row]:
    about = [row for row in rows if row["person_id"] is not None and row["household_id"] is not None]
    left = wanted
    for copy in range(copies * 100):
        for row in about:
            if left == 0:
                return
            left -= 1
            at = copy % copies
            place = places.of(row["household_id"], at)
            full = hashlib.sha256(f"{row['finding_id']}:{copy}".encode()).hexdigest()[:32]
            person = row["person_id"] + at * shifts.person
            yield row | {
                "finding_id": full, "short_id": short_id(full), "subject": str(person), "person_id": person,
                "household_id": row["household_id"] + at * shifts.household, "town_code": place.town_code,
                "involved": [one + at * shifts.person for one in row["involved"] or ()],
                "village_code": place.code, "town_name": place.town, "village_name": place.name,
            }  # fmt: skip


def _grow_records(path: Path, copies: int) -> None:
    table = pq.read_table(path)
    shift = pc.max(table["record_no"]).as_py() + 1
    place = table.schema.get_field_index("record_no")
    kind = table.schema.field(place).type
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for start in range(0, copies, 10):
            parts = [
                table.set_column(place, table.schema.field(place), pc.add(table["record_no"], copy * shift).cast(kind))
                for copy in range(start, min(start + 10, copies))
            ]
            writer.write_table(pa.concat_tables(parts).combine_chunks(), row_group_size=assembling.GROUP_ROWS)


def _next(before: Path, delta: int, after: int) -> Path:
    """The next sweep: half of `delta` findings are gone, half new, all others persist; `delta` persons changed their phone.

    after: how many sweeps there are before.
    """
    about = json.loads((before / "sweep.json").read_text("utf-8"))
    name = f"{about['as_of']}-{after + 1}"
    folder = before.parent / name
    shutil.copytree(before, folder)
    rows = pq.read_table(before / "findings.parquet", filters=[("delta", "!=", "gone")])
    half = delta // 2
    left = len(rows) - half
    kept = rows
    for column, gone, stays in (("delta", "gone", "persisting"), ("observation", "pass", "hit")):
        kept = kept.set_column(
            rows.schema.get_field_index(column), column, pa.array([gone] * half + [stays] * left, pa.string())
        )
    fresh = [
        row | {"finding_id": (full := hashlib.sha256(f"{row['finding_id']}:{after}".encode()).hexdigest()[:32]),
               "short_id": short_id(full), "delta": "new", "observation": "hit", "first_seen": name}
        for row in rows.slice(half, half).to_pylist()
    ]  # fmt: skip
    now = pa.concat_tables([kept, pa.Table.from_pylist(fresh, schema=rows.schema)]).sort_by("finding_id")
    pq.write_table(now, folder / "findings.parquet", row_group_size=GROUP_ROWS)
    people = pq.read_table(before / "persons.parquet")
    place = people.schema.get_field_index("phone")
    phones = [_phone(one, after) for one in people["phone"].slice(0, delta).to_pylist()]
    changed = pa.concat_arrays([pa.array(phones, pa.string()), people["phone"].slice(delta).combine_chunks()])
    pq.write_table(
        people.set_column(place, people.schema.field(place), changed),
        folder / "persons.parquet",
        row_group_size=GROUP_ROWS,
    )
    about |= {"sweep_id": name, "order": about["order"] + 1}
    (folder / "sweep.json").write_text(json.dumps(about), "utf-8")
    return folder
