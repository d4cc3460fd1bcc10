"""Makes a whole lake with its truth: county by county, so that memory does not grow with the number of persons."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from identity.digits import Ints
from identity.lake import PERSONS, DeliveryWriter, ledger_rows, person_rows, truth_rows
from identity.ledgers import SOURCES, make_ledgers
from identity.mixtures import Mixture
from identity.population import AS_OF, COUNTY_SIZE, TOWN_VILLAGES, make_county
from taizhang.identity.names import parse_names
from taizhang.intake.delivery.sheet import name_ids

COUNTY_FILE = """[county]
code = "610000"
name = "样本"
data = "data"
"""
SOURCE = """
[[source]]
id = "{source}"
kind = "{source}"
title = "{source}"
folder = "inbox/{source}"
"""


@dataclass(frozen=True, slots=True)
class MadeLake:
    """folder: holds county.toml, data/ and truth/. records: rows by source."""

    folder: Path
    records: dict[str, int]

    @property
    def truth(self) -> Path:
        """persons.parquet and one table a source (docs/benchmarks/identity.md)."""
        return self.folder / "truth"

    @property
    def county(self) -> Path:
        """The county file."""
        return self.folder / "county.toml"

    @property
    def record_files(self) -> list[Path]:
        """The Parquet files with the records, one a source."""
        return sorted(self.folder.glob("data/deliveries/*/*/record.parquet"))


def make_lake(
    folder: Path, *, persons: int, seed: int, mixture: Mixture, workers: int = 2, names: bool = True
) -> MadeLake:
    """Write the lake into `folder`, which is emptied first; the same bytes for the same arguments.

    names: also write names.parquet, the distinct names with their keys.
    """
    shutil.rmtree(folder, ignore_errors=True)
    truth = folder / "truth"
    truth.mkdir(parents=True)
    (folder / "county.toml").write_text(
        COUNTY_FILE + "".join(SOURCE.format(source=one) for one in sorted(SOURCES)), "utf-8"
    )
    writers = {
        source: DeliveryWriter(
            source, folder / f"data/deliveries/{source}/{AS_OF.isoformat()}-{seed % 16**12:012x}", truth
        )
        for source in SOURCES
    }
    counties = -(-persons // COUNTY_SIZE)
    sizes = [persons // counties + (no < persons % counties) for no in range(counties)]
    arguments = [(no, size, counties, seed, mixture) for no, size in enumerate(sizes)]
    with pq.ParquetWriter(truth / "persons.parquet", PERSONS, compression="zstd") as people:
        for county in _counties(arguments, workers):
            people.write_table(county.persons)
            for source, (town, rows, wrong) in county.ledgers.items():
                writers[source].add(county.code, town, rows, wrong)
    for writer in writers.values():
        writer.close()
    if names:
        write_names([writer.folder for writer in writers.values()])
    return MadeLake(folder, {source: writer.records for source, writer in writers.items()})


@dataclass(frozen=True, slots=True)
class _Made:
    """One county ready to be written. ledgers: by source, the town of each row, the rows, their truth."""

    code: int
    persons: pa.Table
    ledgers: dict[str, tuple[Ints, pa.Table, pa.Table]]


def _counties(arguments: list[tuple[int, int, int, int, Mixture]], workers: int) -> Iterator[_Made]:
    """All counties in order; the next ones are made while one is written."""
    if workers < 2 or len(arguments) < 2:
        yield from map(_county, arguments)
        return
    with ProcessPoolExecutor(workers - 1) as pool:
        waiting = [pool.submit(_county, one) for one in arguments[:workers]]
        for at in range(len(arguments)):
            done = waiting.pop(0).result()
            if at + workers < len(arguments):
                waiting.append(pool.submit(_county, arguments[at + workers]))
            yield done


def _county(arguments: tuple[int, int, int, int, Mixture]) -> _Made:
    no, size, counties, seed, mixture = arguments
    county = make_county(no, size, counties, seed, mixture)
    true = parse_names(county.name)
    made = {
        ledger.source: (ledger.village // TOWN_VILLAGES, ledger_rows(county, true, ledger), truth_rows(county, ledger))
        for ledger in make_ledgers(county, mixture, seed)
    }
    return _Made(county.code, person_rows(county), made)


def write_names(folders: Sequence[Path]) -> None:
    """names.parquet of each delivery: its distinct names in the order of their text, with the keys the product compares by."""
    every = folders[0] / "names.all"
    with duckdb.connect(config={"threads": 2}) as db:
        union = " UNION ".join(
            f"SELECT {column} AS text FROM read_parquet($files, union_by_name=true)" for column in ("name", "head_name")
        )
        files = [str(folder / "record.parquet") for folder in folders]
        writer: pq.ParquetWriter | None = None
        for batch in db.execute(f"SELECT text FROM ({union}) WHERE text IS NOT NULL", {"files": files}).to_arrow_reader(
            200_000
        ):
            parsed = parse_names(batch.column(0))
            columns = {
                name: getattr(parsed, name) for name in ("text", "fold", "sound", "sound_keys", "pattern", "defects")
            }
            table = pa.table({"name_id": name_ids(parsed), **columns})
            writer = writer or pq.ParquetWriter(every, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
        for folder, file in zip(folders, files, strict=True):
            db.execute(
                f"COPY (SELECT n.* FROM read_parquet('{every}') AS n SEMI JOIN (SELECT name AS text FROM read_parquet('{file}')"
                f" UNION SELECT head_name FROM read_parquet('{file}')) AS r ON r.text = n.text ORDER BY n.text)"
                f" TO '{folder / 'names.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
            )
    every.unlink(missing_ok=True)
