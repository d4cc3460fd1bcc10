"""Where things lie in the lake, and how something whole comes to lie there.

Whatever is written is written into a folder of `<data>/tmp` and renamed when it is complete and on the disk; one
run at a time may do so. A run that was killed leaves its folder in `tmp`, and the next run removes it.
"""

import contextlib
import contextvars
import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from taizhang.errors import UserError, reason

_CHUNK = 1 << 20
_HELD: contextvars.ContextVar[frozenset[Path]] = contextvars.ContextVar("held lakes", default=frozenset())
"""Lakes that this thread of work holds: the sweep of a command that already holds the lake must not wait for itself."""


class LakeBusyError(UserError):
    """Another run takes deliveries into the lake, sweeps it or writes its reports."""

    code: ClassVar[str] = "E-LAKE-BUSY"


class LakeWriteError(UserError):
    """The lake cannot be written: no permission, no space."""

    code: ClassVar[str] = "E-LAKE-WRITE"


@dataclass(frozen=True, slots=True)
class Lake:
    """The folders of one county's lake."""

    root: Path

    @property
    def deliveries(self) -> Path:
        """One folder a source, one folder a delivery."""
        return self.root / "deliveries"

    @property
    def proposed(self) -> Path:
        """Deliveries that wait for somebody's yes or no; one folder a source, one folder a proposal."""
        return self.root / "proposed"

    @property
    def parsed(self) -> Path:
        """What files held, by content: read once, however often they are sent."""
        return self.root / "parsed"

    @property
    def mappings(self) -> Path:
        """Mapping files a person decides."""
        return self.root / "mappings"

    @property
    def extra(self) -> Path:
        """Mapping files of layouts that are read, with columns nobody knows: for whoever wants those read, too."""
        return self.mappings / "extra"

    @property
    def layouts(self) -> Path:
        """Layouts that were confirmed."""
        return self.root / "layouts"

    @property
    def temporary(self) -> Path:
        """Work in progress of the run that holds the lock."""
        return self.root / "tmp"

    def delivery(self, source: str, as_of: date, digest: str) -> Path:
        """The folder of one delivery."""
        return self.deliveries / source / f"{as_of.isoformat()}-{digest[:12]}"

    def proposal(self, source: str, name: str) -> Path:
        """The folder of one proposal: `delivery`, and what changed beside it."""
        return self.proposed / source / name

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lake: nobody else takes in, sweeps or writes reports meanwhile. May be held within itself.

        Another thread or process that asks for it gets LakeBusyError at once. Raises LakeWriteError where the lake
        cannot be made or opened.
        """
        root = self.root.resolve()
        if root in _HELD.get():
            yield
            return
        handle = self._opened()
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise LakeBusyError(
                    "数据目录正被另一次接收或排查使用。",
                    where=str(self.root),
                    why=f"进程 {os.pread(handle, 20, 0).decode('ascii', 'replace') or '?'} 持有锁。",
                    hint="请等它结束后再运行；不要手工删除 .lock 文件。",
                ) from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            token = _HELD.set(_HELD.get() | {root})
            try:
                yield
            finally:
                _HELD.reset(token)
        finally:
            os.close(handle)  # the lock goes with it; the file stays, or two runs could lock two files

    def _opened(self) -> int:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            return os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise not_written(self.root, error) from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[Path]:
        """Hold the lake for taking in; gives a fresh temporary folder that is gone afterwards, however it ends.

        May begin within `held`, but nothing may hold the lake within it: the folder is this run's alone.
        Raises LakeBusyError while another run holds it, LakeWriteError where nothing can be written.
        """
        with self.held():
            token = _HELD.set(_HELD.get() - {self.root.resolve()})
            try:
                yield from self._workspace()
            finally:
                _HELD.reset(token)

    def _workspace(self) -> Iterator[Path]:
        remove(self.temporary)  # left by a run that was killed: nobody else is here
        try:
            self.temporary.mkdir(parents=True)
            workspace = Path(tempfile.mkdtemp(dir=self.temporary))
            yield workspace
        except OSError as error:
            raise not_written(self.root, error) from error
        finally:
            remove(self.temporary)


def not_written(root: Path, error: OSError) -> LakeWriteError:
    """What tells whoever keeps the lake that something below `root` could not be written."""
    return LakeWriteError(
        "数据目录不能写入。",
        where=str(root),
        why=reason(error),
        hint="请检查权限与磁盘空间；已有数据未受影响。",
    )


def remove(folder: Path) -> None:
    """Remove a folder with all it holds; nothing happens where there is none."""
    if folder.exists():
        shutil.rmtree(folder)


def keep_copy(source: Path, folder: Path) -> tuple[str, int]:
    """Copy a file into `folder` under its SHA-256, read-only; gives the digest and the size in bytes.

    The copy is hashed while it is made, so what is parsed later is what was hashed even if the original changes. Raises
    OSError where the original is written while it is copied: a half-written table would be read as if it were whole.
    """
    digest = hashlib.sha256()
    size = 0
    handle, name = tempfile.mkstemp(dir=folder)
    copy = Path(name)
    with os.fdopen(handle, "wb") as target, source.open("rb") as stream:
        before = _state(stream.fileno())
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        if _state(stream.fileno()) != before:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(source))
    copy.chmod(stat.S_IRUSR | stat.S_IRGRP)
    copy.rename(folder / digest.hexdigest())
    return digest.hexdigest(), size


def _state(handle: int) -> tuple[int, int]:
    """What every writing changes: when a file was last written, in nanoseconds, and its size."""
    found = os.fstat(handle)
    return found.st_mtime_ns, found.st_size


def write_json(path: Path, document: Any) -> None:
    """Write a document so that it is on the disk when this returns."""
    with path.open("w", encoding="utf-8") as stream:
        json.dump(document, stream, ensure_ascii=False, indent=1, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())


def commit(folder: Path, target: Path) -> None:
    """Move a complete folder to its place at once; a place already taken keeps what it has."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        remove(folder)
        return
    folder.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring a file or a folder's entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
