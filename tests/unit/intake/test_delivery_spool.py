"""Batches set aside come back in order, from memory or from the disk."""

import pyarrow as pa
import pytest

from taizhang.intake.delivery import spool as module
from taizhang.intake.delivery.spool import Spool


def numbers(first):
    return pa.RecordBatch.from_pydict({"row_no": pa.array(range(first, first + 100), pa.int32())})


@pytest.mark.parametrize(("held_bytes", "spilled"), [(1 << 20, False), (900, True), (0, True)])
def test_batches_come_back_in_order_and_leave_no_file(tmp_path, monkeypatch, held_bytes, spilled):
    monkeypatch.setattr(module, "HELD_BYTES", held_bytes)
    spool = Spool(tmp_path / "s0.spool")
    [spool.put(numbers(first)) for first in range(0, 500, 100)]
    on_disk = (tmp_path / "s0.spool").exists()

    rows = [number for batch in spool.batches() for number in batch.column("row_no").to_pylist()]

    assert rows == list(range(500))
    assert on_disk is spilled
    assert list(tmp_path.iterdir()) == []
