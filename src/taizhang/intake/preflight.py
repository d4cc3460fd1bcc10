"""Caps on what a file may cost, and the look at a container's directory before anything is inflated.

Every number is a setting; the defaults and their reasons stand in design/intake.md §4. Declared sizes can lie, so the
readers count the same limits again while they inflate (`readers/xlsx/package.py`).
"""

import os
import struct
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import olefile

from taizhang.intake.raw import FileEvent
from taizhang.intake.sniff import FileKind

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; bytes, counts and seconds.

    ratio: inflated ÷ packed size of a whole archive; real files reach 3 to 8, bombs 357 and more. It is judged only
        above `ratio_floor_bytes`, because a tiny archive of one repeated row harms nobody.
    columns: different columns with a value in one sheet.
    token_bytes: one tag or entity of XML, which a streaming parser must hold as a whole.
    member_bytes, cells: a province's export of a county of a million persons is one sheet of 1.5 GB and 41 million cells.
    memory_bytes, cpu_seconds, wall_seconds, open_files, output_bytes: taken from the child process (`child.py`).
    seconds_per_mib: what every MiB of a file may take besides `cpu_seconds`, and twice as much by the clock; of memory, four times
        its size besides `memory_bytes`.
    """

    file_bytes: int = 400 * MIB
    members: int = 2_000
    directory_bytes: int = 4 * MIB
    inflated_bytes: int = 3 * GIB
    member_bytes: int = 2 * GIB
    ratio: int = 100
    ratio_floor_bytes: int = 8 * MIB
    string_chars: int = 32_767
    cells: int = 60_000_000
    shared_strings: int = 5_000_000
    shared_bytes: int = 512 * MIB
    depth: int = 64
    token_bytes: int = 4 * MIB
    rows: int = 1_048_576
    columns: int = 1_024
    archive_files: int = 1_000
    memory_bytes: int = 2 * GIB
    cpu_seconds: int = 120
    wall_seconds: int = 300
    seconds_per_mib: int = 4
    open_files: int = 64
    output_bytes: int = GIB

    def of_file(self, size: int) -> "Limits":
        """These limits with the time and memory that a file of `size` bytes may take; a small bomb gets none of it."""
        more = self.seconds_per_mib * size // MIB
        return replace(
            self,
            cpu_seconds=self.cpu_seconds + more,
            wall_seconds=self.wall_seconds + 2 * more,
            memory_bytes=self.memory_bytes + 4 * size,
        )


class FileRefused(Exception):
    """A reader will not go on with this file; `event` says why. Never carries a value from a record."""

    def __init__(self, event: FileEvent) -> None:
        super().__init__(event.code)
        self.event = event

    def __reduce__(self) -> tuple[type["FileRefused"], tuple[FileEvent]]:
        """Cross a process border as the event alone."""
        return type(self), (self.event,)


def over_limit(name: str, found: int, allowed: int, *, sheet: str = "", cell: str = "") -> FileRefused:
    """The refusal for one limit: `name` is the field of `Limits`, `found` the least value known to be there."""
    facts: dict[str, str | int] = {"limit": name, "found": found, "allowed": allowed}
    return FileRefused(FileEvent("SR-FILE-LIMIT", "error", sheet, cell, facts))


def corrupt(reason: str, *, sheet: str = "", cell: str = "") -> FileRefused:
    """The refusal of a file that breaks its own format; `reason` is a word of `messages.REASONS`."""
    return FileRefused(FileEvent("SR-FILE-CORRUPT", "error", sheet, cell, {"reason": reason}))


def preflight(source: Path | BinaryIO, kind: FileKind, limits: Limits | None = None) -> FileEvent | None:
    """The event that refuses a file by its size and directory alone, or None when it may be read.

    Inflates nothing and reads at most the container's directory. Never raises for what a file holds.
    """
    limits = limits or Limits()
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                _inspect(stream, kind, limits)
        else:
            _inspect(source, kind, limits)
    except FileRefused as refusal:
        return refusal.event
    return None


def _inspect(stream: BinaryIO, kind: FileKind, limits: Limits) -> None:
    size = stream.seek(0, os.SEEK_END)
    if size > limits.file_bytes:
        raise over_limit("file_bytes", size, limits.file_bytes)
    if kind is FileKind.ENCRYPTED:
        raise FileRefused(FileEvent("SR-FILE-ENCRYPTED", "error"))
    if kind in FileKind.zipped():
        open_zip(stream, limits).close()
    elif kind is FileKind.XLS:
        _inspect_ole(stream)


def open_zip(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """The archive in `stream` after its directory kept every limit; raises FileRefused."""
    _check_directory_size(stream, limits)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OverflowError, UnicodeError, struct.error, NotImplementedError) as error:
        raise corrupt("zip-directory") from error
    members = archive.infolist()
    if len(members) > limits.members:
        raise over_limit("members", len(members), limits.members)
    names = {member.filename for member in members}
    if len(names) != len(members):
        raise corrupt("duplicate-member")
    if any(member.flag_bits & 0x1 for member in members):
        raise FileRefused(FileEvent("SR-FILE-ENCRYPTED", "error", facts={"reason": "zip-member"}))
    largest = max((member.file_size for member in members), default=0)
    if largest > limits.member_bytes:
        raise over_limit("member_bytes", largest, limits.member_bytes)
    inflated = sum(member.file_size for member in members)
    if inflated > limits.inflated_bytes:
        raise over_limit("inflated_bytes", inflated, limits.inflated_bytes)
    packed = max(1, sum(member.compress_size for member in members))
    if inflated > limits.ratio_floor_bytes and inflated > limits.ratio * packed:
        raise over_limit("ratio", inflated // packed, limits.ratio)
    return archive


_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_COMMENT_MAX = 65_535


def _check_directory_size(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a directory too long to be parsed in peace: the zip module would read all of it at once."""
    size = stream.seek(0, os.SEEK_END)
    start = max(0, size - _END_RECORD_BYTES - _COMMENT_MAX)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or len(tail) - at < _END_RECORD_BYTES:
        raise corrupt("zip-directory")
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    if directory == 0xFFFFFFFF and at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
        (record,) = struct.unpack_from("<Q", tail, at - 20 + 8)
        stream.seek(min(record, size))
        end64 = stream.read(56)
        directory = struct.unpack_from("<Q", end64, 40)[0] if len(end64) == 56 else size
    if directory > limits.directory_bytes:
        raise over_limit("directory_bytes", directory, limits.directory_bytes)
    stream.seek(0)


def _inspect_ole(stream: BinaryIO) -> None:
    stream.seek(0)
    try:
        with olefile.OleFileIO(stream) as container:
            names = {entry[-1].lower() for entry in container.listdir(streams=True, storages=False)}
    except Exception as error:  # the library raises whatever it meets: IndexError, struct.error, OSError, ...
        raise corrupt("ole-directory") from error
    finally:
        stream.seek(0)
    if not names & {"workbook", "book"}:
        raise corrupt("ole-directory")
