"""The watched folders: files that have come to rest become submissions, as an upload does; the others are kept in sight.

A file is at rest when a second look finds it as the first one did, some time later, and no program has it open. What lies
in a folder is never moved and never changed: it belongs to the sender. So what became of it stands in its row.
"""

import fcntl
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from taizhang.intake.watching import LETTERBOX, Look, Lying, local_day, look
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound, Stale
from taizhang.office.jobs.selectors import waits_to_begin
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.reasons import stated
from taizhang.office.sources.errors import AlreadyTaken, FileMoves, NothingSent
from taizhang.office.sources.models import WATCH, Arrival, ArrivalState, Submission
from taizhang.office.sources.services.receiving import FileLost, FileUnreadable, Repeated, receive_lying

REST = timedelta(seconds=20)
"""How long size and time of a file stay as they are before it is taken to be whole."""
TOLD = timedelta(days=7)
"""How long it is told that a file was lost while it was read."""


@dataclass
class Looked:
    """What a look brought about. taken, repeated: batches; kept, lost: files; busy: another look is at work."""

    taken: int = 0
    repeated: int = 0
    kept: int = 0
    lost: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    busy: bool = False

    @property
    def is_eventful(self) -> bool:
        """Whether anything came of it."""
        return bool(self.taken or self.repeated or self.kept or self.lost)


def look_at_folders(*, actor: Actor) -> Looked:
    """Look once; killed at any moment, it has done whole batches, and the next look goes on."""
    looked = Looked()
    with _alone() as is_alone:
        if not is_alone:
            looked.busy = True
            return looked
        seen = look(settings.INSTALLATION.county)
        looked.problems = [
            {"code": one.code, "message": one.message, "where": one.where, "hint": one.hint} for one in seen.problems
        ]
        resting = _noted(seen, timezone.now())
        _judge(actor, seen.files, resting, looked)
        for files in _bundles(seen.files, resting):
            _take(actor, files, looked)
    return looked


def _noted(seen: Look, now: datetime) -> dict[tuple[str, str], Arrival]:
    """Bring the rows up to what lies there; gives those of files that are at rest and were not dealt with."""
    rows = {(one.place, one.name): one for one in Arrival.objects.all()}
    resting, unchanged = {}, []
    there = set()
    for file in seen.files:
        key = (file.place, file.name)
        there.add(key)
        row = rows.get(key)
        if row is None:
            Arrival.objects.create(
                place=file.place, name=file.name, size=file.size, modified_ns=file.modified_ns, still_since=now, seen_at=now,
                sources=list(file.sources),
            )  # fmt: skip
        elif (row.size, row.modified_ns) != (file.size, file.modified_ns) or row.state == ArrivalState.LOST:
            _again(row, file, now)
        else:
            unchanged.append(row.pk)
            _look_again(row, file)
            if row.state == ArrivalState.ARRIVING and not file.is_open and now - row.still_since >= REST:
                resting[key] = row
    Arrival.objects.filter(pk__in=unchanged).update(seen_at=now)
    _let_go(rows, there, seen.unseen, now)
    return resting


def _look_again(row: Arrival, file: Lying) -> None:
    """Write down what is told otherwise of an unchanged file; of most of them nothing is."""
    before = (row.state, row.reason, row.sources)
    if row.state == ArrivalState.KEPT and row.sources != list(file.sources):
        row.state = ArrivalState.ARRIVING  # the county's patterns say otherwise now
    row.sources = list(file.sources)
    if row.state == ArrivalState.ARRIVING:
        row.reason = "open" if file.is_open else ""
    if before != (row.state, row.reason, row.sources):
        row.save(update_fields=["state", "reason", "sources"])


def _again(row: Arrival, file: Lying, now: datetime) -> None:
    row.size, row.modified_ns, row.still_since, row.seen_at = file.size, file.modified_ns, now, now
    row.state, row.reason, row.sources, row.submission = ArrivalState.ARRIVING, "", list(file.sources), None
    row.save()


def _let_go(
    rows: dict[tuple[str, str], Arrival], there: set[tuple[str, str]], unseen: frozenset[str], now: datetime
) -> None:
    """Forget the files that are gone; of a folder that could not be read nothing is known."""
    gone = [row for key, row in rows.items() if key not in there and row.place not in unseen]
    Arrival.objects.filter(
        pk__in=[row.pk for row in gone if row.state != ArrivalState.LOST or now - row.seen_at > TOLD]
    ).delete()


def _judge(actor: Actor, files: Iterable[Lying], resting: dict[tuple[str, str], Arrival], looked: Looked) -> None:
    """Keep the files at rest that can become no delivery as they are, and say why; they leave `resting`."""
    kept: dict[str, list[Arrival]] = defaultdict(list)
    for file in files:
        row = resting.get((file.place, file.name))
        reason = _unfit(file) if row is not None else ""
        if row is not None and reason:
            kept[reason].append(row)
            del resting[file.place, file.name]
    for reason, rows in kept.items():
        _keep(actor, rows, reason, looked)


def _unfit(file: Lying) -> str:
    if file.size == 0:
        return "empty"
    if not file.sources:
        return "unknown"
    if len(file.sources) > 1:
        return "ambiguous"
    return "future" if _day_of([file]) > timezone.localdate() else ""


def _keep(actor: Actor, rows: Sequence[Arrival], reason: str, looked: Looked) -> None:
    with transaction.atomic():
        Arrival.objects.filter(pk__in=[one.pk for one in rows]).update(state=ArrivalState.KEPT, reason=reason)
        ledger.record(
            actor, "arrival.kept", "arrival", rows[0].pk, count=len(rows), kind=reason,
            things=[one.pk for one in rows],
        )  # fmt: skip
    looked.kept += len(rows)


def _bundles(files: Iterable[Lying], resting: dict[tuple[str, str], Arrival]) -> Iterator[list[Lying]]:
    """The batches of which every file is at rest and at least one is new."""
    open_ones = set(
        Arrival.objects.filter(state=ArrivalState.ARRIVING)
        .exclude(pk__in=[one.pk for one in resting.values()])
        .values_list("place", "name")
    )
    aside = set(Arrival.objects.filter(state__in=(ArrivalState.ASIDE, ArrivalState.KEPT)).values_list("place", "name"))
    together: dict[str, list[Lying]] = defaultdict(list)
    for file in files:
        if len(file.sources) == 1 and (file.place, file.name) not in aside:
            together[file.bundle].append(file)
    for bundle in together.values():
        new = [one for one in bundle if (one.place, one.name) in resting]
        if new and not any((one.place, one.name) in open_ones for one in bundle):
            # Files without a day that lie loose in the letterbox pile up: those of last month are not sent again.
            yield new if bundle[0].place == LETTERBOX and bundle[0].day is None else bundle


def _take(actor: Actor, files: Sequence[Lying], looked: Looked) -> None:
    first = files[0]
    is_pile = first.place == LETTERBOX and first.day is None
    try:
        done = receive_lying(
            actor=actor, source_id=first.sources[0], as_of=_day_of(files), files=files, dated=first.dated,
            bundle="" if is_pile else first.bundle,
        )  # fmt: skip
    except FileLost as lost:
        _lose(actor, lost, looked)
        return
    except FileUnreadable as error:  # it is tried again by the next look: rights change without the file
        _rows([error.file]).update(reason="unreadable")
        return
    except NothingSent:
        _keep(actor, list(_rows(files)), "too_much", looked)
        return
    if isinstance(done, Repeated):
        state = ArrivalState.TAKEN if done.submission is None else ArrivalState.SAME
        _rows(files).update(state=state, reason="", submission=done.submission)
        looked.repeated += 1
    else:
        _rows(files).update(state=ArrivalState.TAKEN, reason="", submission=done)
        looked.taken += 1


def _day_of(files: Sequence[Lying]) -> date:
    """The day that folder or name says, else that of the newest file."""
    return files[0].day or local_day(max(one.modified_ns for one in files))


def _lose(actor: Actor, lost: FileLost, looked: Looked) -> None:
    reason = "gone" if lost.is_gone else "replaced"
    with transaction.atomic():
        rows = _rows([lost.file])
        rows.update(state=ArrivalState.LOST, reason=reason, seen_at=timezone.now())
        ledger.record(actor, "arrival.lost", "arrival", rows.get().pk, kind=reason)
    looked.lost += 1


def _rows(files: Sequence[Lying]) -> QuerySet[Arrival]:
    return Arrival.objects.filter(place=files[0].place, name__in=[one.name for one in files])


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process looks just now."""
    place = Path(settings.INSTALLATION.home) / "uploads"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (place / "watching.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def request_look(*, actor: Actor) -> None:
    """Queue a look, unless one waits to begin."""
    with transaction.atomic():
        if not waits_to_begin(WATCH):
            enqueue(WATCH, key=f"watch:asked:{secrets.token_hex(8)}", actor=actor)
        ledger.record(actor, "folders.looked", "county", settings.INSTALLATION.county.code)


def assign_arrival(*, actor: Actor, arrival_id: int, source_id: str, as_of: date) -> Submission:
    """Make a kept file a submission of a source, as of a day that the actor says.

    Raises NotFound, Stale where it was dealt with, FileMoves where it is not what was shown, UnknownSource, NothingSent.
    """
    row = _kept(arrival_id)
    file = next(
        (one for one in look(settings.INSTALLATION.county).files if (one.place, one.name) == (row.place, row.name)),
        None,
    )
    if file is None or (file.size, file.modified_ns) != (row.size, row.modified_ns):
        raise FileMoves
    try:
        done = receive_lying(actor=actor, source_id=source_id, as_of=as_of, files=[file], dated=None)
    except (FileLost, FileUnreadable) as error:
        raise FileMoves from error
    submission = done.submission if isinstance(done, Repeated) else done
    Arrival.objects.filter(pk=row.pk).update(
        state=ArrivalState.SAME if isinstance(done, Repeated) else ArrivalState.TAKEN, reason="", submission=submission
    )
    if submission is None:
        raise AlreadyTaken
    return submission


def set_arrival_aside(*, actor: Actor, arrival_id: int, reason: str) -> None:
    """Say that a kept file is no delivery; it is shown no more while it lies there unchanged. Raises NotFound, Stale, ReasonMissing."""
    row = _kept(arrival_id)
    words = stated(reason)
    with transaction.atomic():
        Arrival.objects.filter(pk=row.pk).update(state=ArrivalState.ASIDE)
        ledger.record(actor, "arrival.set_aside", "arrival", row.pk, reason=words)


def _kept(arrival_id: int) -> Arrival:
    row: Arrival | None = Arrival.objects.filter(pk=arrival_id).first()
    if row is None:
        raise NotFound
    if row.state != ArrivalState.KEPT:
        raise Stale(state=row.state)
    return row
