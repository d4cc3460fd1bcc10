"""A few rows of one of the lake's Parquet files by their key: only the row groups whose statistics may hold a key are read.

A page that shows one person asks this, not an engine: the files of a county are long and wide, and a scan of each of them
is what such a page would take most of its time for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FILES = 16
"""Footers kept in memory, up to 9 MB each for 300,000 rows of 233 columns: of the newest deliveries and sweep, hardly more."""


@dataclass(frozen=True)
class _Footer:
    """The parsed end of a file; spans: least and greatest key of every row group, None where the writer did not say.

    schema: kept, as making it of 233 columns takes as long as reading five of them.
    """

    metadata: pq.FileMetaData
    schema: pa.Schema
    names: frozenset[str]
    spans: tuple[tuple[Any, Any] | None, ...]


def rows_at(path: Path, key: str, keys: Collection[Any], columns: Sequence[str]) -> pa.Table:
    """The rows whose column `key` holds one of `keys`, with the columns of these that the file has, and the key.

    keys: values of the column's own type, int or text. Raises OSError, pyarrow.ArrowInvalid for a file that is none.
    """
    about = path.stat()
    footer = _footer(str(path), key, about.st_mtime_ns, about.st_size)
    names = [key, *(name for name in dict.fromkeys(columns) if name in footer.names and name != key)]
    wanted = pa.array(sorted(set(keys)), footer.schema.field(key).type)
    with pq.ParquetFile(path, metadata=footer.metadata) as file:
        groups = [
            group
            for group, span in enumerate(footer.spans)
            if span is None or any(span[0] <= one <= span[1] for one in keys)
        ]
        found = [part for group in groups if (part := _group(file, group, names, wanted)) is not None]
        if not found:
            return pa.schema([footer.schema.field(name) for name in names]).empty_table()
    return pa.concat_tables(found)


def persons_at(sweep: Path, persons: Collection[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    """What a sweep, by its folder, has of persons in these columns; nothing where the lake no longer knows."""
    path = sweep / "persons.parquet"
    if not persons or not path.is_file():
        return []
    found: list[dict[str, Any]] = rows_at(path, "person_id", persons, columns).to_pylist()
    return found


def _group(file: pq.ParquetFile, group: int, names: Sequence[str], wanted: pa.Array) -> pa.Table | None:
    """The wanted rows of one row group, None without; its other columns are not read where no key is in it."""
    key = file.read_row_group(group, columns=names[:1], use_threads=False)
    at = pc.indices_nonzero(pc.is_in(key.column(0), wanted))
    if not len(at):
        return None
    return file.read_row_group(group, columns=names, use_threads=False).take(at).select(names)


@lru_cache(maxsize=FILES)
def _footer(path: str, key: str, changed: int, size: int) -> _Footer:
    """changed, size: they tell a file written anew from the one before."""
    metadata = pq.read_metadata(path)
    leaves = [metadata.schema.column(place).path for place in range(len(metadata.schema))]
    place = leaves.index(key)
    spans = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    return _Footer(
        metadata,
        schema := metadata.schema.to_arrow_schema(),
        frozenset(schema.names),
        tuple((one.min, one.max) if one is not None and one.has_min_max else None for one in spans),
    )
