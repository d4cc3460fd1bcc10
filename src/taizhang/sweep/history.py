"""Which sweeps and which days of deliveries a county has."""

import json
from datetime import date
from pathlib import Path
from typing import ClassVar

from taizhang.errors import UserError
from taizhang.intake.county import County
from taizhang.sweep.lake import delivery_folders


class NoSweep(UserError):
    """The county was not swept yet."""

    code: ClassVar[str] = "E-SWEEP-NONE"


def latest_sweep(county: County) -> Path:
    """The folder of the sweep that was finished last. Raises NoSweep."""
    folders = [path.parent for path in (county.data / "sweeps").glob("[0-9]*/sweep.json")]
    if not folders:
        raise NoSweep("还没有排查过。", where=str(county.data), hint="先运行 taizhang sweep。")
    return max(folders, key=lambda folder: ((folder / "sweep.json").stat().st_mtime_ns, folder.name))


def was_swept_for(county: County, asked_by: str) -> bool:
    """Whether a finished sweep bears the mark of whoever asked for it."""
    found = (json.loads(path.read_text("utf-8")) for path in (county.data / "sweeps").glob("[0-9]*/sweep.json"))
    return any(about.get("asked_by") == asked_by for about in found)


def delivery_dates(county: County) -> list[date]:
    """The days of which some source has a delivery, oldest first."""
    return sorted({day for source in county.sources for day, _, _ in delivery_folders(county.data, source.id)})
