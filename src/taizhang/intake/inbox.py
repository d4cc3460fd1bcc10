"""What lies in the folders of a county's sources: deliveries by day, and files that are none.

A folder that is missing or cannot be read is a problem of that one source.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

from taizhang.errors import UserError, reason
from taizhang.intake.county import STRANGE, SourceSpec

_DATED = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_NOT_DATA = ("~$", ".", "Thumbs.db", "desktop.ini", "__MACOSX")  # lock files and litter of desktops, never sent
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".opdownload", ".tmp", "~")
"""Ends of names under which browsers, copying programs and office programs keep a file until it is whole."""


class SourceFolderError(UserError):
    """The folder of one source is missing, unreadable or empty; the other sources are not concerned."""

    code: ClassVar[str] = "E-COUNTY-FOLDER"


@dataclass(frozen=True, slots=True)
class Inbox:
    """The files of one delivery as they lie in a source's folder.

    files: pairs of (name as the sender would know it, path), sorted by name; the name of a file in a subfolder
        holds the subfolder, with "/".
    is_dated: the day was given by a folder's name or the county file, not guessed from the files' own dates.
    """

    source: SourceSpec
    as_of: date
    files: tuple[tuple[str, Path], ...]
    is_dated: bool = True


def inbox_of(source: SourceSpec) -> tuple[Inbox, ...]:
    """The deliveries lying in a source's folder, oldest first.

    Subfolders named YYYY-MM-DD (or YYYYMMDD) are deliveries as of that date. Everything else in the folder, other
    subfolders included, is one delivery as of `source.as_of`, or else of the newest file's date.
    Raises SourceFolderError where the folder is missing, cannot be read or holds no file.
    """
    where = str(source.folder)
    if not source.folder.is_dir():
        raise missing(source, hint="请更正 county.toml 的 folder，或建立该文件夹并放入报送文件；其余来源已照常处理。")
    dated: dict[date, list[tuple[str, Path]]] = {}
    loose: list[tuple[str, Path]] = []
    try:
        for entry in sorted(source.folder.iterdir()):
            day = folder_date(entry)
            if day is not None:
                dated.setdefault(day, []).extend(_files_below(entry, entry))
            else:
                loose.extend(_files_below(entry, source.folder))
        if loose:
            newest = max(path.stat().st_mtime for _, path in loose)
            newest_day = min(datetime.fromtimestamp(newest, tz=UTC).astimezone().date(), today())
            dated.setdefault(source.as_of or newest_day, []).extend(loose)
    except OSError as error:
        raise unreadable(source, error) from error
    guessed = bool(loose) and source.as_of is None
    boxes = tuple(
        Inbox(source, day, tuple(sorted(files)), is_dated=not (guessed and loose[0] in files))
        for day, files in sorted(dated.items())
        if files
    )
    if not boxes:
        raise SourceFolderError(
            f"来源“{source.title}”的文件夹里没有文件。",
            where=where,
            hint="请把报送文件放入该文件夹，或放入以日期命名的子文件夹（如 2024-06-30）。",
        )
    return boxes


def today() -> date:
    """The day here: no delivery says how things are on a later one."""
    return datetime.now(UTC).astimezone().date()


def from_the_future(inbox: Inbox) -> SourceFolderError:
    """The refusal of a delivery whose folder names a day that is yet to come."""
    return SourceFolderError(
        f"来源“{inbox.source.title}”有一批报送的日期在将来，没有接收。",
        where=f"{inbox.source.folder} {inbox.as_of.isoformat()}",
        why="年份或月日可能写错；按将来的日期接收，年龄会算错，以后的报送也都会算作旧的。",
        hint="请把文件夹改名为数据的实际日期，或更正 county.toml 的 as_of。",
    )


def missing(source: SourceSpec, *, hint: str) -> SourceFolderError:
    """The refusal of a source whose folder is not there; hint: what to do about it."""
    return SourceFolderError(
        f"来源“{source.title}”的文件夹不存在。",
        where=str(source.folder),
        why="county.toml 里 folder 指向的位置没有这个文件夹。",
        hint=hint,
    )


def unreadable(source: SourceSpec, error: OSError) -> SourceFolderError:
    """The problem of a folder or a file in it that the operating system does not let us read."""
    return SourceFolderError(
        f"来源“{source.title}”的文件不能读取。",
        where=str(error.filename or source.folder),
        why=reason(error),
        hint="请检查读取权限，以及文件是否正被移动或占用，然后重试。",
    )


def folder_date(entry: Path) -> date | None:
    """The day that a folder's name says; None for a file, and for a name that says none."""
    matched = _DATED.fullmatch(entry.name)
    if matched is None or not entry.is_dir():
        return None
    try:
        return date(int(matched[1]), int(matched[2]), int(matched[3]))
    except ValueError:
        return None


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is never data: locks, litter of desktops, files that are still arriving."""
    return name.startswith(_NOT_DATA) or name.casefold().endswith(_UNFINISHED)


def readable(name: str) -> str:
    """A file's name as text; one whose bytes are no UTF-8 was written by a Chinese Windows or its archives, in GB18030."""
    return os.fsencode(name).decode("gb18030", "replace") if STRANGE.search(name) else name


def files_below(folder: Path) -> tuple[tuple[str, Path], ...]:
    """The files of a folder with its subfolders as (name, path), litter and symbolic links left out. Raises OSError."""
    return tuple(found for entry in sorted(folder.iterdir()) for found in _files_below(entry, folder))


def _files_below(entry: Path, base: Path) -> Iterable[tuple[str, Path]]:
    """Regular files under `entry`, symbolic links not followed: a link could lead anywhere."""
    if is_litter(entry.name) or entry.is_symlink():
        return
    if entry.is_file():
        yield readable(entry.relative_to(base).as_posix()), entry
    elif entry.is_dir():
        for child in sorted(entry.iterdir()):
            yield from _files_below(child, base)
