"""Taking a sweep's persons and households into the office's index, only what changed since the sweep before."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from taizhang.identity.names import parse_names
from taizhang.office.access.scope import scope_off
from taizhang.office.crypto.blind import blind
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.masks import mask_number, mask_phone
from taizhang.office.crypto.sealing import seal
from taizhang.office.many import insert_many, upsert_many
from taizhang.office.people.models import Household, KeyKind, Person, PersonKey
from taizhang.sweep.engines import DuckDbEngine, Engine

CHUNK = 2000
PERSON = (
    "person_id, household_id, name, core18, birth, sex, town_code, village_code, n_sources, relation, phone, names,"
    " numbers, phones"
)
HOUSEHOLD = "household_id, household_no, head_name, town_code, village_code, town_name, village_name, member_count, sources, numbers"
HOUSEHOLD_ROW = (
    "id", "division_code", "number", "head_name", "town_name", "village_name", "members", "sources", "numbers", "is_current",
)  # fmt: skip
PERSON_ROW = (
    "id", "division_code", "household_id", "name", "name_fold", "name_sound", "masked_number", "sealed_core18", "number_index",
    "phone_index", "masked_phone", "birth", "sex", "relation", "sources", "is_current",
)  # fmt: skip
KEY_ROW = ("person_id", "division_code", "kind", "value")


def number_context(person_id: int) -> str:
    """What a person's sealed number is sealed for."""
    return f"person:{person_id}:core18"


def index_register(*, folder: Path, before: Path | None, county_code: str) -> tuple[int, int]:
    """Bring the index to the sweep in `folder`; gives how many persons and households changed.

    before: the folder of the sweep that the index stands at, None for an empty index. Every chunk is a transaction of
    its own and may be repeated: the index is derived from the lake.
    """
    folders = [folder, *([before] if before is not None and before.is_dir() else [])]
    with scope_off("the index of the whole county"), DuckDbEngine(folders, threads=2) as engine:
        counts = [
            _take(engine, name, columns, folders, county_code)
            for name, columns in (("households", HOUSEHOLD), ("persons", PERSON))
        ]
    return counts[1], counts[0]


def _take(engine: Engine, name: str, columns: str, folders: list[Path], county_code: str) -> int:
    key = columns.split(",", 1)[0]
    engine.scan("now_rows", [folders[0] / f"{name}.parquet"])
    if len(folders) > 1 and (folders[1] / f"{name}.parquet").is_file():
        engine.scan("before_rows", [folders[1] / f"{name}.parquet"])
        changed = engine.fetch(f"SELECT {columns} FROM now_rows EXCEPT SELECT {columns} FROM before_rows")
        gone = engine.fetch(f"SELECT {key} FROM before_rows EXCEPT SELECT {key} FROM now_rows")[key].to_pylist()
    else:
        changed, gone = engine.fetch(f"SELECT {columns} FROM now_rows"), []
    model = Person if name == "persons" else Household
    for start in range(0, len(gone), CHUNK):
        model.objects.filter(pk__in=gone[start : start + CHUNK]).update(is_current=False)
    for chunk in _chunks(changed):
        with transaction.atomic():
            _persons(chunk, county_code) if name == "persons" else _households(chunk, county_code)
    return len(changed) + len(gone)


def _chunks(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, len(table), CHUNK):
        yield table.slice(start, CHUNK)


def _households(chunk: pa.Table, county_code: str) -> None:
    rows = [
        (
            one["household_id"], _place(one, county_code), one["household_no"] or "", one["head_name"] or "", one["town_name"] or "",
            one["village_name"] or "", one["member_count"] or 0, one["sources"] or [], one["numbers"] or [], True,
        )
        for one in chunk.to_pylist()
    ]  # fmt: skip
    upsert_many(Household, HOUSEHOLD_ROW, rows)


def _persons(chunk: pa.Table, county_code: str) -> None:
    rows = chunk.to_pylist()
    names = sorted({name for one in rows for name in (one["name"], *(one["names"] or ())) if name})
    keys = _name_keys(names)
    upsert_many(Person, PERSON_ROW, [_person(one, keys, county_code) for one in rows])
    PersonKey.objects.filter(person_id__in=[one["person_id"] for one in rows]).delete()
    insert_many(
        PersonKey,
        KEY_ROW,
        [
            (one["person_id"], _place(one, county_code), kind, value)
            for one in rows
            for kind, value in _further(one, keys)
        ],
    )


def _name_keys(names: list[str]) -> dict[str, tuple[str, list[str]]]:
    """Name → (fold, sounds); a sound with an unknown reading is no key."""
    parsed = parse_names(pa.array(names, pa.string()))
    return {
        name: (fold or "", [sound for sound in sounds or () if "?" not in sound])
        for name, fold, sounds in zip(names, parsed.fold.to_pylist(), parsed.sound_keys.to_pylist(), strict=True)
    }


def _person(one: dict[str, Any], keys: dict[str, tuple[str, list[str]]], county_code: str) -> tuple[Any, ...]:
    """One row of PERSON_ROW."""
    fold, sounds = keys.get(one["name"] or "", ("", []))
    number, phone, ring = one["core18"] or "", one["phone"] or "", key_ring()
    return (
        one["person_id"], _place(one, county_code), one["household_id"], one["name"] or "", fold, sounds[0] if sounds else "",
        mask_number(number), seal(number, number_context(one["person_id"]), ring) if number else None,
        blind("number", number, ring) if number else "", blind("phone", phone, ring) if phone else "", mask_phone(phone),
        _day(one["birth"]), one["sex"] or "", one["relation"] or "", one["n_sources"] or 0, True,
    )  # fmt: skip


def _further(one: dict[str, Any], keys: dict[str, tuple[str, list[str]]]) -> set[tuple[str, str]]:
    """Keys besides those on the person's own row."""
    found: set[tuple[str, str]] = set()
    own_fold, own_sounds = keys.get(one["name"] or "", ("", []))
    for name in one["names"] or ():
        fold, sounds = keys[name]
        found |= {(KeyKind.FOLD.value, fold)} if fold and fold != own_fold else set()
        found |= {(KeyKind.SOUND.value, sound) for sound in sounds}
    found |= {(KeyKind.SOUND.value, sound) for sound in own_sounds}
    found -= {(KeyKind.SOUND.value, own_sounds[0])} if own_sounds else set()
    found |= {(KeyKind.NUMBER.value, blind("number", text)) for text in one["numbers"] or () if text != one["core18"]}
    found |= {(KeyKind.PHONE.value, blind("phone", text)) for text in one["phones"] or () if text != one["phone"]}
    return found


def _place(one: dict[str, Any], county_code: str) -> str:
    return one["village_code"] or one["town_code"] or county_code


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def has_index(folder: Path) -> bool:
    """Whether a sweep wrote the index: sweeps of earlier versions did not."""
    return all(
        (folder / f"{name}.parquet").is_file() and pq.ParquetFile(folder / f"{name}.parquet").metadata is not None
        for name in ("persons", "households")
    )
