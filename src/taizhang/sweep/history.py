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


def last_order(county: County) -> int:
    """The place of the county's last finished sweep in the order of its sweeps; 0 before the first one."""
    found = (json.loads(path.read_text("utf-8")) for path in (county.data / "sweeps").glob("[0-9]*/sweep.json"))
    return max((int(about.get("order", 0)) for about in found), default=0)


def delivery_dates(county: County) -> list[date]:
    """The days of which some source has a delivery, oldest first."""
    return sorted({day for source in county.sources for day, _, _ in delivery_folders(county.data, source.id)})
