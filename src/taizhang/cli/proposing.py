"""In a county with an office the command line sends what lies in the folders to the office, which decides what counts."""

import time
from pathlib import Path
from typing import ClassVar

from taizhang.cli.console import Bars, out, own
from taizhang.cli.office import set_up
from taizhang.errors import UserError
from taizhang.office.installation import DATABASE, Installation

WAITING = "rest"
"""Stage of waiting until files have come to rest, in seconds."""


class OfficeElsewhereError(UserError):
    """The county has an office, but the database that this command was told of is not its."""

    code: ClassVar[str] = "E-OFFICE-DATABASE"


def propose_what_lies(place: Installation) -> int:
    """Look at the county's folders as the office itself does, wait until files are whole, look again; say what came of it.

    Gives how many files and folders cannot become a delivery as they are. Raises OfficeElsewhereError.
    """
    _open(place)
    from taizhang.office.access.actor import system_actor
    from taizhang.office.sources.models import ArrivalState
    from taizhang.office.sources.selectors import waiting_arrivals
    from taizhang.office.sources.services.watching import REST, look_at_folders

    actor = system_actor("command line")
    first = look_at_folders(actor=actor)
    if any(one.state == ArrivalState.ARRIVING for one in waiting_arrivals()):
        _wait(int(REST.total_seconds()) + 1)
    second = look_at_folders(actor=actor)
    taken, kept = first.taken + second.taken, first.kept + second.kept
    out.print(own(f"本县有办公系统：新到的 {taken} 批报送已交到那里读取；请操作员在“来源与报送”核对变化后接收。"))
    if kept:
        out.print(own(f"{kept} 个文件不能成为报送，原因见“来源与报送”。"))
    for one in second.problems:
        out.print(f"{own(one['message'])} {one['where']} {own(one['hint'])}")
    return kept + len(second.problems)


def _open(place: Installation) -> None:
    if not _has_its_database(place):
        raise OfficeElsewhereError(
            "本县有办公系统，但打不开它的数据库；什么也没有接收。", where=str(place.county_file),
            hint=f"像启动办公系统时那样设好环境变量（如 {DATABASE}）再运行。",
        )  # fmt: skip


def _has_its_database(place: Installation) -> bool:
    file = str(place.databases().get("NAME", ""))
    if not place.database and not Path(file).is_file():  # connecting would make an empty one
        return False
    set_up(place.county_file)
    from django.db import DatabaseError

    from taizhang.office.sources.models import Arrival

    try:
        Arrival.objects.exists()
    except DatabaseError:
        return False
    return True


def _wait(seconds: int) -> None:
    with Bars() as bars:
        bars.start(WAITING, seconds)
        for _ in range(seconds):
            time.sleep(1)
            bars.advance(WAITING)
        bars.finish(WAITING)
