"""Questions about sources and deliveries; the lake is read in place."""

import sys
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from taizhang.errors import UserError
from taizhang.intake.county import SourceSpec
from taizhang.intake.delivery.browsing import NotTaken, NotTakenPage, not_taken
from taizhang.intake.delivery.comparing import VillageChange
from taizhang.intake.delivery.reading import Delivery, DeliveryRef, deliveries_of, open_delivery, reference
from taizhang.intake.delivery.releasing import Release, is_held, release_of
from taizhang.intake.mapping import MappingFile
from taizhang.intake.model import FIELDS, TABLES
from taizhang.intake.proposing import Proposal, proposal_of
from taizhang.intake.questions import (
    MappingQuestion,
    mapping_answer,
    mapping_answers,
    mapping_question,
    mapping_questions,
)
from taizhang.office.access.actor import Actor
from taizhang.office.errors import NotFound
from taizhang.office.findings.catalogue import field_title
from taizhang.office.jobs.models import Job, JobState
from taizhang.office.ledger.selectors import last_change_of
from taizhang.office.sources.models import WATCH, Arrival, ArrivalState, Submission, SubmissionState, Upload
from taizhang.office.sources.services.keeping import KeptFile, files_kept

SAME_TOLD = timedelta(days=7)
"""How long a file that was there before is shown as such."""


@dataclass(frozen=True)
class SourceState:
    """A source with its newest delivery: day and rows, None and 0 before the first."""

    source: SourceSpec
    as_of: date | None
    deliveries: int
    rows: int


def source_states() -> list[SourceState]:
    """All sources of the county in the order of its file."""
    county = settings.INSTALLATION.county
    found = []
    for source in county.sources:
        refs = deliveries_of(county.data, source.id)
        newest = refs[-1] if refs else None
        found.append(SourceState(source, newest.as_of if newest else None, len(refs), newest.rows if newest else 0))
    return found


def submissions() -> QuerySet[Submission]:
    """What came, newest first."""
    return Submission.objects.select_related("sent_by", "decided_by")


def uploads_of(actor: Actor) -> QuerySet[Upload]:
    """Files of whoever asks that arrived and were not sent on, or are on their way."""
    return Upload.objects.filter(by_id=actor.user_id)


def submission_of(submission_id: int) -> Submission:
    """One submission. Raises NotFound."""
    row: Submission | None = Submission.objects.select_related("sent_by", "decided_by").filter(pk=submission_id).first()
    if row is None:
        raise NotFound
    return row


def why_rejected(row: Submission) -> str:
    """What whoever sent a submission away said, by the ledger."""
    last = last_change_of("submission", str(row.pk))
    return last.reason if last is not None and last.verb == "delivery.rejected" else ""


def job_of_submission(row: Submission) -> Job | None:
    """The job that reads it, while it is open."""
    reading = Job.objects.filter(Q(key=f"propose:{row.pk}") | Q(key__startswith=f"propose:{row.pk}:"))
    return next((job for job in reading if job.is_open), None)


def waiting_arrivals() -> QuerySet[Arrival]:
    """Files of the watched folders that are not part of a submission yet, or were lost, or are there a second time."""
    shown = (ArrivalState.ARRIVING, ArrivalState.KEPT, ArrivalState.LOST)
    lately = timezone.now() - SAME_TOLD
    same = Q(state=ArrivalState.SAME, still_since__gte=lately)
    return Arrival.objects.filter(Q(state__in=shown) | same)


def arrival_of(arrival_id: int) -> Arrival:
    """One file of a watched folder. Raises NotFound."""
    row: Arrival | None = Arrival.objects.filter(pk=arrival_id).first()
    if row is None:
        raise NotFound
    return row


def last_look() -> Job | None:
    """The last look at the watched folders that came to its end."""
    return Job.objects.filter(kind=WATCH, state=JobState.DONE).order_by("-finished_at").first()


def kept_file_of(row: Submission, number: int) -> KeptFile:
    """A kept file of a submission. Raises NotFound."""
    found = next((one for one in files_kept(row) if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def refused_file_of(source_id: str, name: str, number: int) -> KeptFile:
    """A file that a delivery could not take. Raises NotFound for any other file."""
    delivery = Delivery(delivery_of(source_id, name).ref.folder)
    entry = next(
        (one for one in delivery.manifest["files"] if one["no"] == number and one["status"] == "refused"), None
    )
    if entry is None or not delivery.original(number).is_file():
        raise NotFound
    why = next((one.what for one in not_taken(delivery, file=entry["name"], limit=1).entries), "")
    return KeptFile(number, entry["name"], delivery.original(number), entry["size"], why)


def refused_files(ref: DeliveryRef) -> list[tuple[int, str]]:
    """Number and name of the files that a delivery could not take."""
    files = Delivery(ref.folder).manifest["files"]
    return [(one["no"], one["name"]) for one in files if one["status"] == "refused"]


def _proposal(row: Submission) -> Proposal | None:
    if row.state != SubmissionState.PROPOSED:
        return None
    try:
        return proposal_of(settings.INSTALLATION.county, row.source, row.delivery)
    except UserError:
        return None


def villages_of(row: Submission) -> list[VillageChange]:
    """What would change in every village, most first; empty once it is decided."""
    proposal = _proposal(row)
    villages = proposal.change.villages if proposal else ()
    return sorted(villages, key=lambda one: -(one.added + one.removed + one.changed))


def not_taken_of(row: Submission) -> tuple[NotTaken, ...]:
    """The rows, sheets and files that were not taken; empty once it is decided."""
    proposal = _proposal(row)
    return not_taken(proposal.delivery, limit=sys.maxsize).entries if proposal else ()


@dataclass(frozen=True)
class DeliveryState:
    """A delivery of the lake. is_held: held back, and nobody has released it; release: who did, where somebody has."""

    ref: DeliveryRef
    is_held: bool
    release: Release | None


def source_of(source_id: str) -> SourceSpec:
    """A source of the county. Raises NotFound."""
    found = next((one for one in settings.INSTALLATION.county.sources if one.id == source_id), None)
    if found is None:
        raise NotFound
    return found


def deliveries_of_source(source_id: str) -> list[DeliveryState]:
    """Every delivery of a source, newest first."""
    return [_state(ref) for ref in reversed(deliveries_of(settings.INSTALLATION.county.data, source_id))]


def delivery_of(source_id: str, name: str) -> DeliveryState:
    """One delivery. Raises NotFound."""
    source = source_of(source_id)
    try:
        found = open_delivery(settings.INSTALLATION.county.data, source.id, name)
    except UserError:
        raise NotFound from None
    return _state(reference(found.folder, found.manifest))


def _state(ref: DeliveryRef) -> DeliveryState:
    return DeliveryState(ref, is_held(ref.folder), release_of(ref.folder))


def not_taken_by(ref: DeliveryRef, reason: str) -> NotTakenPage:
    """All that a delivery did not take, for one reason or, empty, for any."""
    return not_taken(Delivery(ref.folder), reason=reason or None, limit=sys.maxsize)


def open_questions() -> list[MappingQuestion]:
    """Layouts whose columns somebody has to explain."""
    return mapping_questions(settings.INSTALLATION.county.data)[0]


def questions_of(row: Submission) -> list[MappingQuestion]:
    """Those that sheets of a proposed submission wait for, as its problems name them."""
    waits = [one["where"] for one in row.change.get("problems", ()) if one["code"] == "E-SHEET-WAITS"]
    return [one for one in (open_questions() if waits else ()) if any(one.file in where for where in waits)]


def question_of(fingerprint: str) -> MappingQuestion:
    """One of them. Raises NotFound."""
    try:
        return mapping_question(settings.INSTALLATION.county.data, fingerprint)
    except UserError:
        raise NotFound from None


def given_answers() -> list[MappingFile]:
    """Layouts whose columns somebody has explained, and can explain better."""
    return mapping_answers(settings.INSTALLATION.county.data)


def answer_of(fingerprint: str) -> MappingFile | None:
    """What was said of a layout; None while nobody has. Raises NotFound."""
    try:
        return mapping_answer(settings.INSTALLATION.county.data, fingerprint)
    except UserError:
        raise NotFound from None


def field_choices(table: str) -> list[tuple[str, str]]:
    """Fields a column of a table can mean: (name, label)."""
    listed = TABLES[table].fields if table in TABLES else FIELDS
    return [(name, field_title(name)) for name in listed]
