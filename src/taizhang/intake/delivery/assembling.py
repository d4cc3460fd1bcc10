"""Puts the parsed files of one delivery together: one Parquet file a table, in file order, record after record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.identity.names import parse_names
from taizhang.intake.delivery.derive import Finisher
from taizhang.intake.delivery.fact_files import FactsWriter
from taizhang.intake.delivery.facts import FileFacts
from taizhang.intake.delivery.schemas import EVENTS, QUARANTINE, table_schema
from taizhang.intake.delivery.sheet import name_ids
from taizhang.intake.model import TABLES

CHUNK_ROWS = 32_768  # rows finished and written at a time
GROUP_ROWS = (
    8192  # rows of one row group of Parquet: whoever looks one up reads so many, whoever reads all loses little
)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file of a delivery and the folder its parsed tables lie in (None: refused)."""

    no: int
    facts: FileFacts
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Assembled:
    """What was written: rows by table, and cell events by code."""

    rows: dict[str, int]
    event_codes: dict[str, int]


def assemble(files: Sequence[ParsedFile], folder: Path, as_of: date) -> Assembled:
    """Write `<table>.parquet` of every table that occurs, `events`, `quarantine`, `names` and the facts into `folder`."""
    tables = {sheet.table for file in files for sheet in file.facts.sheets if sheet.counts.kept and sheet.table}
    names: list[pa.Array] = []
    with FactsWriter(folder) as facts:
        rows = {
            table: _write_table(table, files, folder, as_of, names, facts if table == "record" else None)
            for table in TABLES
            if table in tables
        }
        if "record" not in rows:
            rows["record"] = _write_table("record", (), folder, as_of, names, facts)
        facts.finish()
    codes: dict[str, int] = {}
    _write_side(files, folder, "events", EVENTS, codes)
    _write_side(files, folder, "quarantine", QUARANTINE, None)
    _write_names(names, folder)
    return Assembled(rows, dict(sorted(codes.items())))


def _write_table(
    table: str,
    files: Sequence[ParsedFile],
    folder: Path,
    as_of: date,
    names: list[pa.Array],
    facts: FactsWriter | None,
) -> int:
    finisher = Finisher(table, as_of)
    written = 0
    with pq.ParquetWriter(folder / f"{table}.parquet", table_schema(table), compression="zstd") as writer:
        for rows in _chunks(table, files):
            finished = finisher.finish(rows, written)
            writer.write_table(finished, row_group_size=GROUP_ROWS)
            written += finished.num_rows
            if facts is not None:
                facts.add(finished)
            names += [
                pc.unique(finished.column(name)).cast(pa.string())
                for name in ("name", "head_name")
                if name in finished.column_names
            ]
    return written


def _chunks(table: str, files: Sequence[ParsedFile]) -> Iterator[pa.Table]:
    """The rows of all files in file order, about `CHUNK_ROWS` at a time."""
    waiting: list[pa.Table] = []
    count = first_run = 0
    for file in files:
        for sheet in file.facts.sheets:
            if file.folder is None or sheet.table != table or not sheet.counts.kept:
                continue
            with pa.memory_map(str(file.folder / f"s{sheet.no}-{table}.arrow")) as source:
                reader = pa.ipc.open_file(source)
                for number in range(reader.num_record_batches):
                    batch = pa.Table.from_batches([reader.get_batch(number)])
                    waiting.append(_placed(batch, file.no, sheet.no, first_run))
                    count += batch.num_rows
                    if count >= CHUNK_ROWS:
                        yield pa.concat_tables(waiting, promote_options="default")
                        waiting, count = [], 0
            first_run += sheet.runs
    if waiting:
        yield pa.concat_tables(waiting, promote_options="default")


def _placed(rows: pa.Table, file_no: int, sheet_no: int, first_run: int) -> pa.Table:
    """Say where the rows come from; household runs are counted through the delivery."""
    count = rows.num_rows
    rows = rows.append_column("file_no", pa.array(np.full(count, file_no, np.int16)))
    rows = rows.append_column("sheet_no", pa.array(np.full(count, sheet_no, np.int16)))
    if first_run and "household_run" in rows.column_names:
        at = rows.column_names.index("household_run")
        shifted = pc.cast(pc.add(rows.column(at), first_run), pa.int32())
        rows = rows.set_column(at, "household_run", shifted)
    return rows


def _write_side(
    files: Sequence[ParsedFile], folder: Path, name: str, schema: pa.Schema, codes: dict[str, int] | None
) -> None:
    with pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for file in files:
            path = None if file.folder is None else file.folder / f"{name}.arrow"
            if path is None or not path.is_file():
                continue
            with pa.memory_map(str(path)) as source:
                rows = pa.ipc.open_file(source).read_all()
            numbers = pa.array(np.full(rows.num_rows, file.no, np.int16))
            waiting.append(rows.set_column(rows.column_names.index("file_no"), "file_no", numbers))
            if sum(table.num_rows for table in waiting) >= CHUNK_ROWS:
                _flush(writer, waiting, codes)
        _flush(writer, waiting, codes)


def _flush(writer: pq.ParquetWriter, waiting: list[pa.Table], codes: dict[str, int] | None) -> None:
    if not waiting:
        return
    rows = pa.concat_tables(waiting)
    waiting.clear()
    writer.write_table(rows)
    if codes is not None:
        for entry in pc.value_counts(rows.column("codes")).to_pylist():
            for code in (entry["values"] or "").strip("|").split("|"):
                codes[code] = codes.get(code, 0) + entry["counts"]


def _write_names(parts: list[pa.Array], folder: Path) -> None:
    """Distinct names with their comparison keys, in the order of their text (so that equal deliveries are equal)."""
    texts = pa.concat_arrays(parts) if parts else pa.nulls(0, pa.string())
    texts = pc.unique(texts).drop_null()
    texts = texts.take(pc.sort_indices(texts))
    names = parse_names(texts)
    pq.write_table(
        pa.table(
            {
                "name_id": name_ids(names),
                "text": names.text,
                "fold": names.fold,
                "sound": names.sound,
                "sound_keys": names.sound_keys,
                "pattern": names.pattern,
                "defects": names.defects,
            }
        ),
        folder / "names.parquet",
        compression="zstd",
    )
