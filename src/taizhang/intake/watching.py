"""What lies in the watched folders: the folder of every source, and the letterbox for files of all of them.

Looking changes nothing and opens no file. Whether a file has come to rest is for whoever looks more than once.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from taizhang.errors import UserError, reason
from taizhang.intake.county import County, SourceSpec
from taizhang.intake.inbox import SourceFolderError, files_below, folder_date, missing, unreadable

LETTERBOX = ""
"""The place of files that lie in no source's own folder."""
LONGEST_LOCK_S = 12 * 3600
"""An older lock was left by a program that crashed."""
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(20\d{2})(?:-?(\d{2})-?(\d{2})|[._](\d{1,2})[._](\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?!\d)"
)


class Dated(StrEnum):
    """How the day of a delivery is known."""

    FOLDER = "folder"
    NAME = "name"
    COUNTY_FILE = "county_file"
    FILE_TIME = "file_time"


@dataclass(frozen=True, slots=True)
class Lying:
    """A file as it lies in a watched folder.

    place: id of the source whose folder it is, or LETTERBOX; name: below it, with "/"; modified_ns: as the file system
    has it. sources: ids of those it can belong to. day: as its folder or name says, else None. is_open: a program has
    it open for writing, as its lock file says.
    """

    place: str
    name: str
    path: Path
    size: int
    modified_ns: int
    sources: tuple[str, ...]
    day: date | None
    dated: Dated
    is_open: bool

    @property
    def bundle(self) -> str:
        """Names the files that make one delivery together: of one source, of the same day or without any."""
        source = self.sources[0] if len(self.sources) == 1 else ""
        return f"{self.place}|{source}|{self.day.isoformat() if self.day else ''}"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. problems: folders that are missing or cannot be read; of them nothing is known."""

    files: tuple[Lying, ...]
    problems: tuple[UserError, ...]
    unseen: frozenset[str]


def look(county: County) -> Look:
    """All files of the watched folders but litter, locks and what bears the name of an unfinished file."""
    files: list[Lying] = []
    problems: list[UserError] = []
    unseen = set()
    for source in county.sources:
        try:
            files += _in_folder_of(source)
        except SourceFolderError as error:
            problems.append(error)
            unseen.add(source.id)
    if county.letterbox is not None:
        try:
            files += _in_letterbox(county.letterbox, county.sources)
        except OSError as error:
            problems.append(_letterbox_unreadable(county.letterbox, error))
            unseen.add(LETTERBOX)
    return Look(tuple(files), tuple(problems), frozenset(unseen))


def sources_for(name: str, sources: Iterable[SourceSpec]) -> tuple[str, ...]:
    """Ids of the sources one of whose patterns a file's name fits, however its letters are typed."""
    folded = _folded(name)
    return tuple(one.id for one in sources if any(fnmatchcase(folded, _folded(pattern)) for pattern in one.files))


def day_in_name(name: str) -> date | None:
    """The one day that a file's name says (20200131, 2020-01-31, 2020.1.31, 2020年1月31日); None where it says none or two."""
    days = set()
    for found in _DAY_IN_NAME.finditer(name):
        year, *parts = (int(one) for one in found.groups() if one is not None)
        try:
            days.add(date(year, *parts))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def local_day(modified_ns: int) -> date:
    """The day of a file's time, in this machine's zone."""
    return datetime.fromtimestamp(modified_ns / 1e9, tz=UTC).astimezone().date()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _in_folder_of(source: SourceSpec) -> Iterator[Lying]:
    if not source.folder.is_dir():
        raise missing(source, hint="请更正 county.toml 的 folder，或建立该文件夹；已接收的报送不受影响。")
    loose = Dated.COUNTY_FILE if source.as_of else Dated.FILE_TIME
    try:
        yield from _lying(source.id, source.folder, lambda _name: (source.id,), source.as_of, loose)
    except OSError as error:
        raise unreadable(source, error) from error


def _in_letterbox(folder: Path, sources: tuple[SourceSpec, ...]) -> Iterator[Lying]:
    for one in _lying(LETTERBOX, folder, lambda name: sources_for(name, sources), None, Dated.FILE_TIME):
        said = day_in_name(one.name.rsplit("/", 1)[-1]) if one.day is None else None
        if said is None:
            yield one
        else:
            yield Lying(
                one.place, one.name, one.path, one.size, one.modified_ns, one.sources, said, Dated.NAME, one.is_open
            )


def _lying(
    place: str, folder: Path, sources_of: Callable[[str], tuple[str, ...]], loose_day: date | None, loose: Dated
) -> Iterator[Lying]:
    dated = {entry.name: day for entry in folder.iterdir() if (day := folder_date(entry)) is not None}
    for name, path in files_below(folder):
        day = dated.get(name.split("/", 1)[0])
        try:
            found = path.lstat()
        except FileNotFoundError:  # it went while we looked: then it does not lie here
            continue
        yield Lying(
            place=place,
            name=name,
            path=path,
            size=found.st_size,
            modified_ns=found.st_mtime_ns,
            sources=sources_of(name.rsplit("/", 1)[-1]),
            day=day or loose_day,
            dated=Dated.FOLDER if day else loose,
            is_open=_is_open(path),
        )


def _is_open(path: Path) -> bool:
    """Whether a lock file beside a file says that a program (Excel, WPS, LibreOffice) has it open."""
    name = path.name
    now = datetime.now(UTC).timestamp()
    # Excel puts "~$" in front of a short name and in place of the first two characters of a longer one.
    for lock in (f"~${name}", f"~${name[1:]}", f"~${name[2:]}", f".~{name}", f".~lock.{name}#"):
        try:
            if now - path.with_name(lock).stat().st_mtime < LONGEST_LOCK_S:
                return True
        except OSError:  # there is none
            continue
    return False


def _letterbox_unreadable(folder: Path, error: OSError) -> SourceFolderError:
    return SourceFolderError(
        "收件夹不能读取。",
        where=str(error.filename or folder),
        why=reason(error),
        hint="请更正 county.toml 的 letterbox，或建立该文件夹并检查读取权限。",
    )
