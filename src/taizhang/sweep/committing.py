"""A sweep becomes whole by one rename: what it makes of the register lies in its own folder until then.

Were the register replaced before the rename, a sweep killed between the two would be unknown as a folder and known to
the register, and its new findings would be told of as reopened ones by the sweep after it.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.intake.delivery.lake import sync
from taizhang.sweep.history import finished_sweeps

STAGED = "register"


def stage(working: Path, name: str, table: pa.Table) -> None:
    """Write a file of the register into the folder of the sweep at work, on disk before this returns."""
    folder = working / STAGED
    folder.mkdir(exist_ok=True)
    path = folder / name
    pq.write_table(table, path, compression="zstd")
    sync(path)


def settle(sweeps: Path, register: Path) -> None:
    """Put what finished sweeps staged in the place of the old files, those of the earlier sweep first; may be repeated.

    A reader sees the old or the new file, never half of one. Only whoever holds the lake may call it.
    """
    waiting = [folder / STAGED for folder, _ in finished_sweeps(sweeps)]
    for folder in filter(Path.is_dir, waiting):
        register.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.iterdir()):
            path.replace(register / path.name)
        folder.rmdir()
