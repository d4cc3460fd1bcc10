"""Writes the ledgers as deliveries of the product's format, and the truth apart from them.

A delivery made here holds what intake would have written for the same cells: numbers and names are parsed by the
product's own columnar functions. What intake alone knows (files, hashes of rows) is made up in its form.
"""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from identity.digits import Ints, Mask, padded_texts
from identity.ledgers import Ledger, Mistake
from identity.population import AS_OF, TOWN_VILLAGES, County
from taizhang.identity.names import NameColumns, parse_names
from taizhang.intake.delivery.derive import Finisher
from taizhang.intake.delivery.fact_files import make_facts
from taizhang.intake.delivery.schemas import EVENTS, QUARANTINE, SCHEMA_VERSION, table_schema

GROUP_ROWS = 32_768  # as intake writes them
FIRST_ROW = 2  # below the header
KEPT = ("text", "defects", "note", "alias")  # of the parse of names, what stands in a record
RELATIONS = pa.array(["户主", "户主", "配偶", "配偶", "之子", "之女", "之父", "之母"])
"""By role and sex."""
SCHEMA = table_schema("record")
TRUTH = pa.schema([
    ("record_no", pa.int64()), ("person", pa.int64()), ("name_wrong", pa.bool_()), ("id_wrong", pa.bool_()),
    ("causes", pa.string()), ("also", pa.string()), ("copied", pa.bool_()), ("neutral", pa.bool_()),
    ("repeat", pa.bool_()),
])  # fmt: skip
PERSONS = pa.schema([
    ("person", pa.int64()), ("household", pa.int64()), ("name", pa.string()), ("id_no", pa.string()),
    ("shared", pa.bool_()),
])  # fmt: skip
COLUMNS = {
    "national": ("sex", "household_no", "relation_to_head", "person_no", "member_phone", "head_name"),
    "city": ("sex", "birth_date", "household_no", "relation_to_head", "member_phone", "head_name"),
    "ledger": ("sex", "birth_date", "head_name", "head_id_no", "member_phone"),
    "app": ("member_phone",),
}
"""What each ledger tells besides name, number and village."""


@dataclass(slots=True)
class DeliveryWriter:
    """One delivery while it grows, county by county. folder: of the delivery; truth: folder of the truth."""

    source: str
    folder: Path
    truth: Path
    records: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    waiting: pa.Table | None = None
    _writer: pq.ParquetWriter | None = None
    _truth: pq.ParquetWriter | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self._writer = pq.ParquetWriter(self.folder / "record.parquet", SCHEMA, compression="zstd")
        self._truth = pq.ParquetWriter(self.truth / f"{self.source}.parquet", TRUTH, compression="zstd")

    def add(self, county_code: int, town: Ints, rows: pa.Table, truth: pa.Table) -> None:
        """Append the rows of one county (`ledger_rows`), of which `town` says where each stands, and their truth."""
        starts = np.flatnonzero(np.r_[True, town[1:] != town[:-1]])
        lengths = np.diff(np.r_[starts, len(town)])
        file_no = np.repeat(np.arange(len(starts)) + len(self.files), lengths)
        row_no = np.arange(len(town)) - np.repeat(starts, lengths) + FIRST_ROW
        rows = rows.append_column("file_no", pa.array(file_no, pa.int16()))
        rows = rows.append_column("row_no", pa.array(row_no, pa.int32()))
        self.files += [
            _file(no + len(self.files), self.source, county_code, int(town[at]), int(count))
            for no, (at, count) in enumerate(zip(starts, lengths, strict=True))
        ]
        first = self.records + (0 if self.waiting is None else self.waiting.num_rows)
        if self._truth is not None:
            self._truth.write_table(_numbered(truth, first))
        self.waiting = rows if self.waiting is None else pa.concat_tables([self.waiting, rows])
        self._flush(GROUP_ROWS)

    def _flush(self, least: int) -> None:
        """Finish and write whole groups of rows; only a group at a time has all the columns, most of them empty."""
        if self.waiting is None or self._writer is None:
            return
        finisher = Finisher("record", AS_OF)
        while self.waiting.num_rows >= least:
            group = self.waiting.slice(0, GROUP_ROWS)
            self._writer.write_table(finisher.finish(group.combine_chunks(), self.records))
            self.records += group.num_rows
            self.waiting = self.waiting.slice(GROUP_ROWS)

    def close(self, day: date = AS_OF) -> None:
        """Finish the files, the facts, the manifest and the side tables."""
        self._flush(1)
        for writer in (self._writer, self._truth):
            if writer is not None:
                writer.close()
        make_facts(self.folder)
        pq.write_table(EVENTS.empty_table(), self.folder / "events.parquet")
        pq.write_table(QUARANTINE.empty_table(), self.folder / "quarantine.parquet")
        manifest = make_manifest(self.source, self.folder, self.files, self.records, day)
        (self.folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, sort_keys=True), "utf-8")


def ledger_rows(county: County, true: NameColumns, ledger: Ledger) -> pa.Table:
    """What a ledger's rows of one county say, as the finisher of intake expects it; `true`: the parse of county.name."""
    person = ledger.person
    numbers, numeric = written_numbers(county, ledger)
    parsed = written_names(true, ledger)
    count = len(person)
    columns: dict[str, Any] = {
        "sheet_no": np.zeros(count, np.int16), "hidden": np.zeros(count, bool), "struck": np.zeros(count, bool),
        "id_no": numbers, "id_no_numeric": pa.array(numeric),
        "name": parsed.text, "name_id": parsed.name_id, "name_defects": parsed.defects, "name_note": parsed.note,
        "name_alias": parsed.alias, **_places(county, ledger),
    }  # fmt: skip
    told = COLUMNS[ledger.source]
    whole = _told(county, ledger)
    columns |= {name: whole[name] for name in told if name not in {"head_name", "head_id_no"}}
    columns |= _heads(county, true, ledger)
    if "head_name" in told:
        run = np.cumsum(np.r_[True, county.household[person][1:] != county.household[person][:-1]]) - 1
        columns["household_run"] = pa.array(run, pa.int32())
    columns["row_hash"] = _row_hash(parsed, numbers, ledger)
    return pa.table(columns)


def _heads(county: County, true: NameColumns, ledger: Ledger) -> dict[str, Any]:
    """The copies of the head. In every second household they were filled in from the head's row, mistakes and all."""
    told, columns = COLUMNS[ledger.source], {}
    head = county.head[ledger.person]
    filled = {at: one for at, one in ledger.mistakes.items() if at % 2 == 0 and county.head[at] == at}
    named = {at: one.name for at, one in filled.items() if one.has_name}
    numbered = {at: one.id_no for at, one in filled.items() if one.has_id and not one.numeric}
    if "head_name" in told:
        rows = np.flatnonzero(np.isin(head, np.array([*named], np.int64)))
        parsed = parse_names(pa.array([named[at] for at in head[rows].tolist()], pa.string()))
        columns["head_name"] = _put(true.text.take(pa.array(head)), rows, parsed.text.to_pylist())
        columns["head_name_id"] = true.name_id[head]
        columns["head_name_id"][rows] = parsed.name_id
    if "head_id_no" in told:
        rows = np.flatnonzero(np.isin(head, np.array([*numbered], np.int64)))
        columns["head_id_no"] = _put(
            county.id_no.take(pa.array(head)), rows, [numbered[at] for at in head[rows].tolist()]
        )
    return columns


def written_numbers(county: County, ledger: Ledger) -> tuple[pa.StringArray, Mask]:
    """Numbers row by row as the ledger has them, and whether they stand in numeric cells."""
    texts = county.id_no.take(pa.array(ledger.person))
    numeric = np.zeros(len(ledger.person), bool)
    at, found = mistaken_rows(ledger)
    bad = np.array([m.has_id for m in found], bool)
    numeric[at] = [m.numeric for m in found]
    return _put(texts, at[bad], [m.id_no for m in found if m.has_id]), numeric


def written_names(true: NameColumns, ledger: Ledger) -> NameColumns:
    """Names row by row as the ledger has them, parsed."""
    person = pa.array(ledger.person)
    at, found = mistaken_rows(ledger)
    at = at[np.array([m.has_name for m in found], bool)]
    wrong = parse_names(pa.array([m.name for m in found if m.has_name], pa.string()))
    mask = np.zeros(len(ledger.person), bool)
    mask[at] = True
    columns: dict[str, Any] = {}
    for column in dataclasses.fields(NameColumns):
        right, other = getattr(true, column.name), getattr(wrong, column.name)
        if isinstance(right, np.ndarray):
            columns[column.name] = right[ledger.person]
            columns[column.name][at] = other
        elif column.name in KEPT:
            columns[column.name] = pc.replace_with_mask(right.take(person), pa.array(mask), other)
        else:
            columns[column.name] = right
    return NameColumns(**columns)


def mistaken_rows(ledger: Ledger) -> tuple[Ints, list[Mistake]]:
    """Rows with a mistake, ascending, and the mistakes."""
    wrong = np.array(sorted(ledger.mistakes), np.int64)
    at = np.flatnonzero(np.isin(ledger.person, wrong))
    return at, [ledger.mistakes[one] for one in ledger.person[at].tolist()]


def _put(texts: pa.StringArray, at: Ints, values: Sequence[str | None]) -> pa.StringArray:
    mask = np.zeros(len(texts), bool)
    mask[at] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(values, pa.string()))


def _places(county: County, ledger: Ledger) -> dict[str, pa.Array]:
    town, village = ledger.village // TOWN_VILLAGES + 100, ledger.village % TOWN_VILLAGES + 200
    town_code = (county.code * 1000 + town) * 1000
    return {
        "town_code": padded_texts(town_code, 12),
        "village_code": padded_texts(town_code + village, 12),
        "town_name": pc.binary_join_element_wise(padded_texts(town, 3), "镇", ""),
        "village_name": pc.binary_join_element_wise(padded_texts(village, 3), "村", ""),
    }


def _told(county: County, ledger: Ledger) -> dict[str, pa.Array]:
    """The other columns; numbers of households differ from ledger to ledger."""
    person = ledger.person
    base = 10_000_000_000 if ledger.source == "national" else 700_000_000
    household = county.first_person + county.household[person]
    phone = ledger.phone
    return {
        "sex": pa.array(["男", "女"]).take(pa.array(county.sex[person])),
        "birth_date": pa.array(county.birth[person], pa.int32()).cast(pa.date32()),
        "household_no": pa.array(base + household).cast(pa.string()),
        "person_no": pa.array(20_000_000_000_000 + county.first_person + person).cast(pa.string()),
        "relation_to_head": RELATIONS.take(pa.array(2 * county.role[person] + county.sex[person])),
        "member_phone": pc.if_else(pa.array(phone == 0), None, padded_texts(phone, 11)),
    }


def _row_hash(parsed: NameColumns, numbers: pa.StringArray, ledger: Ledger) -> Ints:
    """A digest of the row's values; equal rows, equal digests. Not intake's, which takes a second for a million."""
    digits = pc.replace_substring_regex(pc.fill_null(numbers, "0"), r"\D", "7")
    short = pc.cast(
        pc.utf8_slice_codeunits(pc.if_else(pc.equal(digits, ""), "0", digits), 0, 18), pa.int64()
    ).to_numpy()
    with np.errstate(over="ignore"):
        mixed = (parsed.name_id ^ (short * 0x9E3779B97F4A7C1)) * 0x2545F4914F6CDD1D
        return mixed ^ (ledger.phone * 0x9E3779B1) ^ (ledger.village * 0x85EBCA6B) ^ (mixed >> 29)


def truth_rows(county: County, ledger: Ledger) -> pa.Table:
    """Who each row is about, and what is wrong in it; rows numbered from 0."""
    count = len(ledger.person)
    at, found = mistaken_rows(ledger)
    flags = {name: np.zeros(count, bool) for name in ("name_wrong", "id_wrong", "copied", "neutral")}
    flags["name_wrong"][at] = [m.has_name for m in found]
    flags["id_wrong"][at] = [m.has_id for m in found]
    flags["copied"][at] = [m.copied for m in found]
    flags["neutral"][at] = [m.neutral for m in found]
    nothing = pa.nulls(count, pa.string())
    return (
        pa.table(
            {
                "record_no": np.arange(count),
                "person": county.first_person + ledger.person,
                "causes": _put(nothing, at, ["|".join(sorted(m.causes)) for m in found]),
                "also": _put(nothing, at, ["|".join(sorted(m.also)) for m in found]),
                "repeat": ledger.repeat,
                **flags,
            }
        )
        .select(TRUTH.names)
        .cast(TRUTH)
    )


def _numbered(truth: pa.Table, first: int) -> pa.Table:
    return truth.set_column(0, "record_no", pc.add(truth["record_no"], first))


def person_rows(county: County) -> pa.Table:
    """Everybody as they truly are."""
    return pa.table(
        {
            "person": county.first_person + np.arange(county.size),
            "household": county.first_person + county.household,
            "name": county.name,
            "id_no": county.id_no,
            "shared": county.shared,
        },
        schema=PERSONS,
    )


def _file(no: int, source: str, code: int, town: int, rows: int) -> dict[str, Any]:
    letters = {name: chr(ord("A") + at) for at, name in enumerate(("name", "id_no", "village_name", *COLUMNS[source]))}
    sheet = {
        "no": 0, "name": "Sheet1", "visibility": "visible", "class": "data", "table": "record", "status": "mapped",
        "columns": letters, "header_first": 1, "header_last": 1, "fingerprint": f"bench-{source}",
        "counts": {"read": rows + 1, "kept": rows, "skipped": {"header": 1}, "quarantined": 0},
    }  # fmt: skip
    name = f"{code}/{town + 100}.xlsx"
    return {"no": no, "name": name, "sha256": f"{no:064x}", "size": 0, "kind": "xlsx", "status": "taken",
            "sheets": [sheet], "events": []}  # fmt: skip


def make_manifest(source: str, folder: Path, files: list[dict[str, Any]], records: int, day: date) -> dict[str, Any]:
    """The manifest intake would write for these files."""
    return {
        "schema_version": SCHEMA_VERSION, "source": source, "source_kind": source, "as_of": day.isoformat(),
        "taken_at": f"{day.isoformat()}T12:00:00.000000+00:00", "digest": folder.name[-12:], "previous": None,
        "rows": {"record": records}, "cell_events": {}, "files": files,
        "counts": {"read": records + len(files), "kept": records, "skipped": {"header": len(files)}, "quarantined": 0,
                   "waiting_sheets": 0, "refused_files": 0},
        "held": {"held": False, "reasons": [], "notes": [], "facts": {}},
    }  # fmt: skip
