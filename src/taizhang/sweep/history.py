"""Which sweeps and which days of deliveries a county has."""

import json
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from taizhang.errors import UserError
from taizhang.intake.county import County
from taizhang.sweep.lake import delivery_folders


class NoSweep(UserError):
    """The county was not swept yet."""

    code: ClassVar[str] = "E-SWEEP-NONE"


def finished_sweeps(sweeps: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The finished sweeps below a folder with what each says of itself (sweep.json), the one that was finished last at the end.

    Their order is the one written in them: the times of files are others after a copy or a restored backup.
    """
    found = [(path.parent, json.loads(path.read_text("utf-8"))) for path in sweeps.glob("[0-9]*/sweep.json")]
    return sorted(found, key=lambda one: (one[1].get("order", 0), one[0].name))


def latest_sweep(county: County) -> Path:
    """The folder of the sweep that was finished last. Raises NoSweep."""
    finished = finished_sweeps(county.data / "sweeps")
    if not finished:
        raise NoSweep("还没有排查过。", where=str(county.data), hint="先运行 taizhang sweep。")
    return finished[-1][0]


def was_swept_for(county: County, asked_by: str) -> bool:
    """Whether a finished sweep bears the mark of whoever asked for it."""
    return any(about.get("asked_by") == asked_by for _, about in finished_sweeps(county.data / "sweeps"))


def delivery_dates(county: County) -> list[date]:
    """The days of which some source has a delivery, oldest first."""
    return sorted({day for source in county.sources for day, _, _ in delivery_folders(county.data, source.id)})
