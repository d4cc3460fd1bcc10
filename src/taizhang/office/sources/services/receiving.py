"""Receiving files, from a person or from a watched folder: the same submission, the same reading of it."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from taizhang.intake.county import SourceSpec
from taizhang.intake.delivery.reading import Delivery, deliveries_of
from taizhang.intake.watching import Dated, Lying
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.sources.errors import DayUnfit, NothingSent, UnknownSource
from taizhang.office.sources.models import PROPOSE, Origin, Submission, SubmissionState, Upload
from taizhang.office.sources.services.uploads import part_of, whole_uploads

MOST_FILES, MOST_BYTES = 500, 2**30
EARLIEST = date(2000, 1, 1)
"""The first day that a delivery can be of: what is earlier is a mistyped year."""
_CHUNK = 2**20


class FileLost(Exception):
    """A file of a watched folder is not what the look saw. is_gone: it is no longer there; else there is another one."""

    def __init__(self, file: Lying, *, is_gone: bool) -> None:
        super().__init__(file.name)
        self.file, self.is_gone = file, is_gone


class FileUnreadable(Exception):
    """The operating system does not let us read a file of a watched folder."""

    def __init__(self, file: Lying) -> None:
        super().__init__(file.name)
        self.file = file


@dataclass(frozen=True)
class Repeated:
    """The same contents came before. submission: as what; None where the lake had them without the office."""

    submission: Submission | None


def source_of(source_id: str) -> SourceSpec:
    """A source of the county. Raises UnknownSource."""
    found = next((one for one in settings.INSTALLATION.county.sources if one.id == source_id), None)
    if found is None:
        raise UnknownSource("source")
    return found


def stated_day(text: str) -> date:
    """The day that a form says of what is sent. Raises DayUnfit."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DayUnfit("as_of") from None
    if not EARLIEST <= day <= timezone.localdate():
        raise DayUnfit("as_of")
    return day


def inbox(submission: Submission) -> Path:
    """Where the files of a submission lie."""
    return _folder(submission.folder)


def kept_files(submission: Submission) -> list[tuple[str, Path]]:
    """The files of a submission in the order they came: (name as the sender knows it, path); none once they are cleared."""
    numbered = sorted(inbox(submission).glob("[0-9]*"), key=lambda one: int(one.name))
    return [
        (path.relative_to(one).as_posix(), path)
        for one in numbered
        for path in sorted(one.rglob("*"))
        if path.is_file()
    ]


def receive_files(
    *, actor: Actor, source_id: str, as_of: date, files: Sequence[UploadedFile] = (), arrived: Sequence[str] = ()
) -> Submission:
    """Make a submission of files and queue its reading. files: sent whole; arrived: ids of uploads that are whole.

    Raises UnknownSource, NothingSent; NotFound where an upload is not there to be sent.
    """
    source = source_of(source_id)
    with _new_folder() as place:
        digests = [_written(file, _new_place(place, number, file.name or "")) for number, file in enumerate(files)]
        with transaction.atomic():
            uploads = whole_uploads(actor, arrived)
            for number, upload in enumerate(uploads, len(files)):
                os.link(part_of(upload), _new_place(place, number, upload.name))
            sizes = [*(file.size or 0 for file in files), *(one.size for one in uploads)]
            digest = _digest_of([*digests, *(one.sha256 for one in uploads)])
            submission = _submitted(actor, source, as_of, place, sizes, digest=digest, sent_by_id=actor.user_id)
            Upload.objects.filter(pk__in=[one.pk for one in uploads]).delete()
    for upload in uploads:
        part_of(upload).unlink(missing_ok=True)
    return submission


def receive_lying(
    *, actor: Actor, source_id: str, as_of: date, files: Sequence[Lying], dated: Dated | None, bundle: str = ""
) -> Submission | Repeated:
    """Make a submission of files of a watched folder, which stay where they lie, and queue its reading.

    dated: how the day is known, None where the actor says it. bundle: an undecided submission of the same one with other
    contents is replaced. Raises UnknownSource, NothingSent; FileLost, FileUnreadable for the first file that is concerned.
    """
    source = source_of(source_id)
    _check_amount([one.size for one in files])
    with _new_folder() as place:
        digests = [_copied(one, _new_place(place, number, one.name)) for number, one in enumerate(files)]
        with transaction.atomic():
            before = _repeated(source.id, as_of, digests, bundle, is_dated=dated != Dated.FILE_TIME)
            if bundle:
                _replace_older(actor, bundle, _digest_of(digests))
            if before is not None:
                shutil.rmtree(place, ignore_errors=True)
                return before
            return _submitted(
                actor, source, as_of, place, [one.size for one in files], digest=_digest_of(digests), origin=Origin.FOLDER,
                dated=dated or "", bundle=bundle, sent_by_id=actor.user_id,
            )  # fmt: skip


def receive_again(
    *, actor: Actor, source_id: str, delivery: Delivery, instead: Mapping[int, UploadedFile] = MappingProxyType({})
) -> Submission:
    """Make a submission of the files of a delivery, of the same day, to be read as columns are understood now.

    instead: files that take the place of one of the delivery's, by its number. Raises UnknownSource, NothingSent.
    """
    source = source_of(source_id)
    sizes, digests = [], []
    with _new_folder() as place:
        for number, file in enumerate(delivery.manifest["files"]):
            fresh = instead.get(file["no"])
            if fresh is None:
                shutil.copyfile(delivery.original(file["no"]), _new_place(place, number, file["name"]))
                digests.append(str(file["sha256"]))
            else:
                digests.append(_written(fresh, _new_place(place, number, fresh.name or "")))
            sizes.append(file["size"] if fresh is None else fresh.size or 0)
        with transaction.atomic():
            return _submitted(
                actor, source, date.fromisoformat(delivery.manifest["as_of"]), place, sizes,
                digest=_digest_of(digests), sent_by_id=actor.user_id,
            )  # fmt: skip


def clear_files(submission: Submission) -> None:
    """Remove the files of a submission; its row stays, and says since when they are gone."""
    Submission.objects.filter(pk=submission.pk, cleared_at=None).update(cleared_at=timezone.now())
    shutil.rmtree(inbox(submission), ignore_errors=True)


def _folder(name: str) -> Path:
    return Path(settings.INSTALLATION.home) / "uploads" / name


@contextmanager
def _new_folder() -> Iterator[Path]:
    """A folder for the files of a submission; gone where the submission is not made."""
    place = _folder(secrets.token_hex(16))
    place.mkdir(mode=0o700, parents=True)
    try:
        yield place
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _new_place(place: Path, number: int, name: str) -> Path:
    """Where a file of a submission is kept; the number keeps two of one name apart."""
    parts = [part for part in PurePosixPath(name).parts if part not in {"/", "..", "."}] or ["file"]
    target = place.joinpath(str(number), *parts)
    target.parent.mkdir(parents=True)
    return target


def _written(file: UploadedFile, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for chunk in file.chunks():
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _copied(one: Lying, target: Path) -> str:
    """Copy a file that lies in a folder; what was hashed is what the look saw, from the first byte to the last."""
    digest = hashlib.sha256()
    with _opened(one) as stream, target.open("wb") as out:
        _same_or_lost(one, os.fstat(stream))
        while chunk := _read(stream, one):
            digest.update(chunk)
            out.write(chunk)
        _same_or_lost(one, os.fstat(stream))
        out.flush()
        os.fsync(out.fileno())
    try:
        _same_or_lost(one, one.path.lstat())
    except FileNotFoundError:
        raise FileLost(one, is_gone=True) from None
    return digest.hexdigest()


@contextmanager
def _opened(one: Lying) -> Iterator[int]:
    try:
        stream = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise FileLost(one, is_gone=True) from None
    except OSError as error:
        raise FileUnreadable(one) from error
    try:
        yield stream
    finally:
        os.close(stream)


def _read(stream: int, one: Lying) -> bytes:
    try:
        return os.read(stream, _CHUNK)
    except OSError as error:
        raise FileUnreadable(one) from error


def _same_or_lost(one: Lying, found: os.stat_result) -> None:
    if (found.st_size, found.st_mtime_ns) != (one.size, one.modified_ns):
        raise FileLost(one, is_gone=False)


def _digest_of(contents: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(contents))).encode()).hexdigest()


def _repeated(source: str, as_of: date, contents: Sequence[str], bundle: str, *, is_dated: bool) -> Repeated | None:
    """What had the same contents before: of the same day, or of any where the day is only guessed.

    None where other contents of the same bundle were accepted after it: they lie there no more, so a correction was undone,
    and what was delivered before it is delivered again.
    """
    digest = _digest_of(contents)
    same = Submission.objects.filter(source=source, digest=digest).exclude(state=SubmissionState.REPLACED)
    if is_dated:
        same = same.filter(as_of=as_of)
    other = Submission.objects.filter(bundle=bundle, state=SubmissionState.ACCEPTED, as_of__lte=as_of)
    other = other.exclude(digest=digest) if bundle else other.none()
    found = same.first()
    if found is not None:
        return None if other.filter(pk__gt=found.pk).exists() else Repeated(found)
    for ref in reversed(deliveries_of(settings.INSTALLATION.county.data, source)):
        if ref.as_of == as_of or not is_dated:
            files = Delivery(ref.folder).manifest["files"]
            if {file["sha256"] for file in files} == set(contents):
                return None if other.filter(sent_at__gt=ref.taken_at).exists() else Repeated(None)
    return None


def _replace_older(actor: Actor, bundle: str, digest: str) -> None:
    """What came of the same bundle before with other contents and nobody has decided gives way; its proposal goes with the next reading."""
    undecided = (SubmissionState.RECEIVED, SubmissionState.PROPOSED)
    open_ones = Submission.objects.select_for_update().filter(bundle=bundle, state__in=undecided)
    for older in open_ones.exclude(digest=digest).order_by("pk"):
        Submission.objects.filter(pk=older.pk).update(state=SubmissionState.REPLACED, settled_at=timezone.now())
        ledger.record(actor, "submission.replaced", "submission", older.pk, source=older.source)


def _check_amount(sizes: Sequence[int]) -> None:
    if not 0 < len(sizes) <= MOST_FILES or not 0 < sum(sizes) <= MOST_BYTES:
        raise NothingSent("files")


def _submitted(
    actor: Actor, source: SourceSpec, as_of: date, place: Path, sizes: Sequence[int], **more: object
) -> Submission:
    _check_amount(sizes)
    submission = Submission.objects.create(
        source=source.id, as_of=as_of, folder=place.name, files=len(sizes), size=sum(sizes), **more
    )
    enqueue(PROPOSE, key=f"propose:{submission.pk}", arguments={"submission_id": submission.pk}, actor=actor)
    ledger.record(
        actor, "files.received", "submission", submission.pk, source=source.id, as_of=as_of.isoformat(),
        files=len(sizes), size=sum(sizes), origin=submission.origin,
    )  # fmt: skip
    return submission
