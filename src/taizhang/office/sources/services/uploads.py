"""Files that arrive in pieces, over lines that break (docs/developer/uploads.md).

A part lies on disk under the opaque id of its upload; how much of it counts is said by its row alone. A piece is first
written beside the part while the network delivers it, and holds nothing meanwhile; only when it is whole and its check
sum agrees is it appended, under a lock of the part, and counted by a conditional update. So a server that dies, a line
that breaks and two windows that send the same file at once leave at most bytes that nobody counts.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound
from taizhang.office.sources.errors import Behind, BrokenPiece, ChangedOnTheWay, DiskFull, NoFileName, TooMuch
from taizhang.office.sources.models import Upload

PIECE = 4 * 2**20
"""Bytes of one piece at most."""
LARGEST = 2**30
"""Bytes of one file at most; a submission may hold no more either."""
QUOTA = 2 * LARGEST
"""Bytes that the unfinished and unsent files of one person may announce together."""
MOST = 1000
"""Files that one person may have on the way."""
KEPT = timedelta(days=1)
"""How long a part without news is kept."""
SPARE = 2**30
"""Bytes of the disk that uploads leave free for the work that follows."""
_BLOCK = 64 * 1024


class Stream(Protocol):
    """Where the bytes of a piece come from: the body of a request."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def parts_folder() -> Path:
    """Where parts lie, made where it is missing."""
    folder: Path = settings.INSTALLATION.home / "uploads" / "parts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def part_of(upload: Upload) -> Path:
    """The part of an upload; there is none before its first piece."""
    return parts_folder() / upload.token


def begin_upload(*, actor: Actor, name: str, size: int, modified: int) -> tuple[Upload, bool]:
    """The upload of a file by its name, size in bytes and time in ms; whether it is new.

    The same file of the same person again is the same upload, so that it goes on where it stopped, from whichever
    window. Raises NoFileName, TooMuch, DiskFull.
    """
    plain = PurePosixPath(name.replace("\\", "/")).name
    if not plain or plain != name or len(name) > Upload.LONGEST_NAME or not name.isprintable():
        raise NoFileName("name")
    if not 0 < size <= LARGEST or not 0 <= modified < 2**53:
        raise TooMuch("size")
    with transaction.atomic():
        own = Upload.objects.filter(by_id=actor.user_id)
        known = own.filter(name=name, size=size, modified=modified).first()
        if known is not None:
            own.filter(pk=known.pk).update(touched_at=timezone.now())
            return known, False
        announced = own.aggregate(bytes=Sum("size"))["bytes"] or 0
        if own.count() >= MOST or announced + size > QUOTA:
            raise TooMuch("size")
        if shutil.disk_usage(parts_folder()).free < _unwritten() + size + SPARE:
            raise DiskFull("size")
        return Upload.objects.get_or_create(  # another window may have begun it this very moment
            by_id=actor.user_id, name=name, size=size, modified=modified,
            defaults={"token": secrets.token_urlsafe(24)},
        )  # fmt: skip


def _unwritten() -> int:
    """Bytes that uploads of all persons may still bring."""
    left = Upload.objects.aggregate(bytes=Sum(F("size") - F("offset")))["bytes"]
    return int(left or 0)


def own_upload(actor: Actor, token: str) -> Upload:
    """An upload of whoever asks. Raises NotFound for anybody else's, and for one that is gone."""
    found: Upload | None = Upload.objects.filter(token=token, by_id=actor.user_id).first()
    if found is None:
        raise NotFound
    return found


def append_piece(*, actor: Actor, token: str, offset: int, checksum: int, stream: Stream) -> Upload:
    """Take the piece of an upload that begins at `offset`. checksum: CRC-32 of its bytes.

    Raises NotFound; Behind where the upload stands elsewhere; BrokenPiece where the piece is empty, too long, cut or
    altered, which then counts for nothing; DiskFull.
    """
    upload = own_upload(actor, token)
    if offset != upload.offset:
        raise Behind(upload)
    piece = parts_folder() / f"{token}.{secrets.token_hex(8)}"
    try:
        length = _spool(stream, piece, min(PIECE, upload.size - offset), checksum)
        with _locked(upload) as part:
            return _append(upload, offset, piece, length, part)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull("piece") from error
    finally:
        piece.unlink(missing_ok=True)


def _spool(stream: Stream, piece: Path, most: int, checksum: int) -> int:
    length, found = 0, 0
    with _opened(piece, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as out:
        while block := stream.read(_BLOCK):
            length += len(block)
            if length > most:
                break
            found = zlib.crc32(block, found)
            out.write(block)
    if not 0 < length <= most or found != checksum:
        raise BrokenPiece("piece")
    return length


def _append(upload: Upload, offset: int, piece: Path, length: int, part: BinaryIO) -> Upload:
    upload.refresh_from_db()
    if upload.offset != offset:
        raise Behind(upload)
    part.seek(offset)
    part.truncate()
    crc = upload.crc32
    with piece.open("rb") as fresh:
        while block := fresh.read(_BLOCK):
            crc = zlib.crc32(block, crc)
            part.write(block)
    part.flush()
    os.fsync(part.fileno())
    Upload.objects.filter(pk=upload.pk, offset=offset).update(
        offset=offset + length, crc32=crc, touched_at=timezone.now()
    )
    upload.refresh_from_db()
    return upload


def finish_upload(*, actor: Actor, token: str, checksum: int) -> Upload:
    """Say that a file is whole. checksum: CRC-32 of all of it, as the sender has it. Said twice it is the same answer.

    Raises NotFound; Behind where bytes are missing; ChangedOnTheWay where the bytes here are not those of the sender,
    who then has to begin anew.
    """
    upload = own_upload(actor, token)
    with _locked(upload) as part:
        upload.refresh_from_db()
        if upload.offset != upload.size:
            raise Behind(upload)
        if upload.is_whole:
            return upload
        digest, found, length = hashlib.sha256(), 0, 0
        while block := part.read(2**20):
            digest.update(block)
            found = zlib.crc32(block, found)
            length += len(block)
        if length != upload.size or not found == upload.crc32 == checksum:
            _forget(upload)
            raise ChangedOnTheWay("file")
        Upload.objects.filter(pk=upload.pk).update(sha256=digest.hexdigest(), touched_at=timezone.now())
    upload.refresh_from_db()
    return upload


def drop_upload(*, actor: Actor, token: str) -> None:
    """Give an upload up, with what arrived of it. Raises NotFound."""
    upload = own_upload(actor, token)
    with _locked(upload):
        _forget(upload)


def whole_uploads(actor: Actor, tokens: Sequence[str]) -> list[Upload]:
    """The whole files behind ids, in the order given, for a submission; call it inside the transaction of the latter.

    Raises NotFound where one is somebody else's, not whole, or sent already.
    """
    held = Upload.objects.select_for_update().filter(by_id=actor.user_id, token__in=tokens).exclude(sha256="")
    found = {one.token: one for one in held.order_by("pk")}
    if set(found) != set(tokens):
        raise NotFound
    return [found[token] for token in dict.fromkeys(tokens)]


def clear_uploads() -> int:
    """Remove the uploads without news for a day, and files that belong to no upload; gives how many uploads went."""
    gone = 0
    for upload in Upload.objects.filter(touched_at__lt=timezone.now() - KEPT):
        with contextlib.suppress(NotFound), _locked(upload):  # not found: given up or sent this very moment
            if Upload.objects.filter(pk=upload.pk, touched_at=upload.touched_at).exists():
                _forget(upload)
                gone += 1
    known = set(Upload.objects.values_list("token", flat=True))
    oldest = (timezone.now() - KEPT).timestamp()
    for path in parts_folder().iterdir():
        if path.name not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    return gone


def _forget(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    part_of(upload).unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    """The part, open for reading and writing; whoever else wants it waits, in this process or another.

    Raises NotFound where the upload was given up or sent while we waited.
    """
    with _opened(part_of(upload), os.O_RDWR | os.O_CREAT) as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        if not Upload.objects.filter(pk=upload.pk).exists():
            part_of(upload).unlink(missing_ok=True)
            raise NotFound
        yield part


def _opened(path: Path, flags: int) -> BinaryIO:
    """A file that only the office's own account may read."""
    return os.fdopen(os.open(path, flags | os.O_CLOEXEC, 0o600), "wb" if flags & os.O_EXCL else "r+b")
