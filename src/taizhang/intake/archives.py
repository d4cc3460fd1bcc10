"""Zipped folders: the table files inside, inflated under caps into a folder of our own, with their names made readable.

Programs on Chinese Windows write member names in GBK without saying so; the zip format then takes them for CP437.
"""

import contextlib
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from taizhang.intake.preflight import Limits, corrupt, open_zip, over_limit

_UTF8_FLAG = 0x800
_PIECE = 1 << 18


class Member(NamedTuple):
    """One file of an archive: its name inside, with forward slashes, and where it was put."""

    name: str
    path: Path


def expand_archives(path: Path, folder: Path, limits: Limits | None = None) -> list[Member]:
    """Inflate the files of the archive `path` into `folder` (created, names by number), in archive order.

    Folders, Mac resource forks and programs' lock files are left out; an archive inside is handed over unopened.
    Nothing is ever written outside `folder`: the names inside only become `Member.name`. Raises FileRefused.
    """
    limits = limits or Limits()
    folder.mkdir(parents=True, exist_ok=True)
    members: list[Member] = []
    inflated = 0
    with path.open("rb") as stream, contextlib.closing(open_zip(stream, limits)) as archive:
        listed = [(member_name(info), info) for info in archive.infolist() if not info.is_dir()]
        wanted = [(name, info) for name, info in listed if not _is_litter(name)]
        if len(wanted) > limits.archive_files:
            raise over_limit("archive_files", len(wanted), limits.archive_files)
        for number, (name, info) in enumerate(wanted):
            target = folder / f"{number:04d}{PurePosixPath(name).suffix.lower()[:8]}"
            with target.open("wb") as output:
                for piece in _pieces(archive, info):
                    inflated += len(piece)
                    if inflated > limits.inflated_bytes:
                        raise over_limit("inflated_bytes", inflated, limits.inflated_bytes)
                    if output.tell() + len(piece) > min(limits.member_bytes, limits.file_bytes):
                        raise over_limit("member_bytes", output.tell() + len(piece), limits.member_bytes)
                    output.write(piece)
            members.append(Member(name, target))
    return members


def member_name(info: ZipInfo) -> str:
    """The member's name as its sender saw it."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG and not name.isascii():
        with contextlib.suppress(UnicodeError):
            raw = name.encode("cp437")
            try:
                name = raw.decode("utf-8")
            except UnicodeDecodeError:
                name = raw.decode("gb18030")
    return name.replace("\\", "/").lstrip("/")


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(("~$", "._", ".~")) or parts[-1] in _LITTER


_LITTER = frozenset({"Thumbs.db", ".DS_Store", "desktop.ini"})


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while piece := member.read(_PIECE):
                yield piece
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise corrupt("zip-member") from error
