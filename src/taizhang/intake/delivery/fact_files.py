"""The facts of a delivery's records as files: written when it is taken in, and by the first sweep of an older delivery.

`fact.json` is written last; it names the digests of the others and the record table they were made of. Files that it does
not vouch for are not read but made anew, so a run that was killed, a disk that lost a block or a table that somebody
changed never becomes a wrong verdict.
"""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.intake.delivery.lake import not_written, remove
from taizhang.intake.delivery.linking import ASKED, FACT, FEW_TEXTS, WITHOUT_HOUSE, HouseholdNumbering, facts_of, kept
from taizhang.intake.delivery.schemas import table_schema

FACTS_VERSION = 1
"""Version of what `linking` makes of a record table and of these files; others are made anew."""
GROUP_ROWS = 122_880  # of a row group: an engine reads whole groups, as many at a time as it has threads
_FEW_VALUES = ("kind", "sex", "village", "sheet", "relation", "present")
"""Columns that pay for a dictionary; numbers that are spelt out take half the time to read, and less room."""
_FILES = ("fact.parquet", "fact_household.parquet")
_ABOUT = "fact.json"
_UNFINISHED = ".fact-"


@dataclass(frozen=True, slots=True)
class FactFiles:
    """Where a delivery's facts lie: `fact` and `household`, by `linking.FACT` and `OWN_HOUSEHOLD`. households: how many."""

    fact: Path
    household: Path
    households: int


class FactsWriter:
    """Makes the facts of a delivery out of the rows of its record table, which come part by part and in order.

    The delivery's folder has the files when `finish` returns, all of them or, where it fails, none that would be read. A
    household has its number only when all rows are known: until then the facts lie beside, and no file is half made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbering = HouseholdNumbering()
        self._unfinished = tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=folder)
        self._waiting = Path(self._unfinished.name) / "fact.arrow"
        self._writer = pa.ipc.new_file(str(self._waiting), WITHOUT_HOUSE)

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing but what is finished."""
        self._writer.close()
        self._unfinished.cleanup()

    def add(self, rows: pa.Table) -> None:
        """Take in the next rows of the record table."""
        rows = kept(rows)
        self._numbering.add(rows)
        self._writer.write_table(facts_of(rows))

    def finish(self) -> FactFiles:
        """Write the files, when the record table stands whole in the folder."""
        self._writer.close()
        folder = Path(self._unfinished.name)
        house_no, households = self._numbering.numbered()
        pq.write_table(households, folder / _FILES[1], compression="zstd", use_dictionary=False, write_statistics=False)
        with pa.memory_map(str(self._waiting)) as source:
            facts = pa.ipc.open_file(source).read_all()
            pq.write_table(
                facts.add_column(FACT.get_field_index("house_no"), "house_no", house_no),
                folder / _FILES[0],
                row_group_size=GROUP_ROWS,
                compression="zstd",
                use_dictionary=list(_FEW_VALUES),
                column_encoding={"record_no": "DELTA_BINARY_PACKED"},
                write_statistics=False,
            )
        about = _about(self._folder / "record.parquet", folder)
        (folder / _ABOUT).write_text(json.dumps(about, sort_keys=True), "utf-8")
        for name in (*_FILES, _ABOUT):
            (folder / name).replace(self._folder / name)
        return _named(self._folder)


def fact_files(folder: Path) -> FactFiles | None:
    """The facts of a delivery, made first where it has none of its records as they are; None where it has no record table.

    Whoever calls holds the lake. Raises LakeWriteError where they have to be made and cannot be written.
    """
    if not (folder / "record.parquet").is_file():
        return None
    return _found(folder) or make_facts(folder)


def make_facts(folder: Path) -> FactFiles:
    """Make the facts of the delivery's record table, replacing what is there. Raises LakeWriteError."""
    record = folder / "record.parquet"
    try:
        for left in folder.glob(f"{_UNFINISHED}*"):  # by a run that was killed: nobody else is here
            remove(left)
        there = [name for name in pq.read_schema(record).names if name in ASKED]
        few = [name for name in FEW_TEXTS if name in there]
        with pq.ParquetFile(record, read_dictionary=few) as table, FactsWriter(folder) as writer:
            for batch in table.iter_batches(GROUP_ROWS, columns=there):
                writer.add(_with_all(pa.Table.from_batches([batch])))
            return writer.finish()
    except OSError as error:
        raise not_written(folder, error) from error


def _with_all(rows: pa.Table) -> pa.Table:
    """All columns that are asked; one that the table lacks is null."""
    schema = table_schema("record")
    columns = {
        name: rows.column(name) if name in rows.column_names else pa.nulls(rows.num_rows, schema.field(name).type)
        for name in ASKED
    }
    return pa.table(columns)


def _named(folder: Path) -> FactFiles:
    fact, household = (folder / name for name in _FILES)
    return FactFiles(fact, household, pq.read_metadata(household).num_rows)


def _found(folder: Path) -> FactFiles | None:
    """The files that are there, where their document vouches for them."""
    try:
        said = json.loads((folder / _ABOUT).read_bytes())
        return _named(folder) if said == _about(folder / "record.parquet", folder) else None
    except (OSError, ValueError):
        return None


def _about(record: Path, folder: Path) -> dict[str, Any]:
    """What `fact.json` says: of which version and which record table, and the digests of the files in `folder`.

    A record table is known by its footer, which holds the sizes and bounds of all its columns, and by when it was written.
    """
    with record.open("rb") as stream:
        stream.seek(-8, 2)
        stream.seek(-8 - int.from_bytes(stream.read(4), "little"), 2)
        footer = hashlib.sha256(stream.read()).hexdigest()
    return {
        "version": FACTS_VERSION,
        "record": {"footer": footer, "modified": record.stat().st_mtime_ns},
        "files": {name: _sha256(folder / name) for name in _FILES},
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
