"""Receiving files: a read-only copy under its hash, and what kind of file it is. Nothing is parsed here."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taizhang.intake.archives import Member, expand_archives
from taizhang.intake.delivery.lake import keep_copy
from taizhang.intake.inbox import Inbox
from taizhang.intake.preflight import FileRefused, Limits
from taizhang.intake.raw import FileEvent
from taizhang.intake.sniff import FileKind, sniff


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was received.

    path: the kept copy, named by its SHA-256. event: what sniffing had to say; an error means that no reader exists.
    is_repeat: the same bytes came before under another name in the same delivery; they count once.
    """

    name: str
    path: Path
    sha256: str
    size: int
    kind: FileKind
    event: FileEvent | None
    is_repeat: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether a child should try it. An encrypted workbook is tried: its refusal says what to do."""
        return not self.is_repeat and (self.event is None or self.event.severity != "error")


def receive(box: Inbox, folder: Path, inflated: Path, limits: Limits) -> Iterator[SentFile]:
    """Copy the files of a delivery into `folder`, one after the other; zipped folders are opened into `inflated`.

    A file of an archive is called "archive.zip/its name"; the archive itself is not kept where it could be opened.
    Raises OSError where a file cannot be read.
    """
    seen: set[str] = set()
    for name, path in _opened(box, inflated, limits):
        sha256, size = keep_copy(path, folder)
        sniffed = sniff(folder / sha256, name)
        event = sniffed.event
        if sniffed.kind is FileKind.ARCHIVE:
            event = FileEvent("SR-FILE-KIND", "error", facts={"kind": sniffed.kind.value, "found": "", "ending": ""})
        if sha256 in seen:
            event = FileEvent("SR-DUPLICATE-FILE", "info")
        yield SentFile(name, folder / sha256, sha256, size, sniffed.kind, event, is_repeat=sha256 in seen)
        seen.add(sha256)


def _opened(box: Inbox, inflated: Path, limits: Limits) -> Iterator[tuple[str, Path]]:
    for name, path in box.files:
        members: list[Member] = []
        if sniff(path, name).kind is FileKind.ARCHIVE:
            with contextlib.suppress(FileRefused):  # then it is kept as it is, and refused by name
                members = expand_archives(path, inflated / str(len(list(inflated.iterdir()))), limits)
        if members:
            yield from ((f"{name}/{member.name}", member.path) for member in members)
        else:
            yield name, path
