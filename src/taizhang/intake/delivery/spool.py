"""Batches of one sheet set aside until the whole sheet is known: in memory while they are few, then on the disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

HELD_BYTES = 96 << 20  # batches of a sheet kept in memory before they go to the disk


@dataclass(slots=True)
class Spool:
    """Batches in order; beyond `HELD_BYTES` they wait in a file."""

    path: Path
    held: list[pa.RecordBatch] = field(default_factory=list)
    _bytes: int = 0
    _writer: Any = None

    def put(self, batch: pa.RecordBatch) -> None:
        """Take the next batch; all batches of a sheet have one schema."""
        self._bytes += batch.nbytes
        if self._writer is None and self._bytes <= HELD_BYTES:
            self.held.append(batch)
            return
        if self._writer is None:
            self._writer = pa.ipc.new_file(self.path, batch.schema)
            for earlier in self.held:
                self._writer.write_batch(earlier)
            self.held.clear()
        self._writer.write_batch(batch)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All batches again; the file is gone afterwards."""
        if self._writer is None:
            yield from self.held
            return
        self._writer.close()
        with pa.memory_map(str(self.path)) as source:
            reader = pa.ipc.open_file(source)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
        self.path.unlink()
