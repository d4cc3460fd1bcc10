"""What the cadre found at the household: the value is wrong, with the right one; or it is right, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import AnotherProposal, ConflictUnseen, NothingToCorrect, NotTheirs
from taizhang.office.casework.models import (
    ATTACHED,
    OPEN_CORRECTIONS,
    Correction,
    CorrectionState,
    Side,
    Task,
    TaskKind,
    Verification,
)
from taizhang.office.casework.services.conflicts import (
    STANDS,
    Conflict,
    ConflictKind,
    Wanted,
    conflicts_of,
    digest_of,
    lock_matter,
    release,
    told_to,
)
from taizhang.office.casework.services.moving import locked, move_finding
from taizhang.office.casework.services.owning import work_place
from taizhang.office.casework.services.values import shown_value, sound_value
from taizhang.office.casework.transitions import MOVES
from taizhang.office.crypto.sealing import seal
from taizhang.office.findings.models import Delta, Finding
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.selectors.reading import detail_of
from taizhang.office.findings.selectors.record_places import RecordPlace, record_places, value_of
from taizhang.office.jobs.calendar import WorkCalendar


@dataclass(frozen=True)
class Proposal:
    """A value that ought to stand in a field of a source's row."""

    source: str
    field: str
    value: str


def start_verifying(*, actor: Actor, finding_id: str) -> None:
    """Tell that the visit is arranged or under way. Raises NotFound, Forbidden, WrongState."""
    _step(actor, finding_id, "start")


def confirm_finding(
    *, actor: Actor, finding_id: str, proposals: Sequence[Proposal], note: str, seen: str = "", stood: int | None = None
) -> Verification:  # fmt: skip
    """Say that the complaint is true and what the values should be.

    seen: digest of the pending corrections that whoever files it was shown; stood: as `locked` has it. Raises what that does,
    NothingToCorrect, BadValue, ConflictUnseen where others meet it than were seen, AnotherProposal where one of them has
    gone back to the source.
    """
    move = MOVES["confirm"]
    if not proposals:
        raise NothingToCorrect("value")
    try:
        with transaction.atomic():
            _lock_matter_of(actor, finding_id)
            finding = locked(actor, finding_id, move, stood)
            met = _met(finding, proposals)
            if digest_of(told_to(actor, met)) != seen:
                raise ConflictUnseen("value", met=len(met))
            if any(one.kind is ConflictKind.REFUSE for one in met):
                raise AnotherProposal("value")
            verification = _verified(actor, finding, is_true=True, note=note)
            fields = [_propose(actor, finding, proposal, met) for proposal in proposals]
            move_finding(actor, finding, move, reason=note, fields=fields)
    except IntegrityError:
        raise AnotherProposal("value") from None
    return verification


def preview_conflicts(*, actor: Actor, finding_id: str, proposals: Sequence[Proposal]) -> list[Conflict]:
    """Which pending corrections the proposed values would meet, as the actor may know; files nothing. Raises as `confirm_finding`."""
    if not proposals:
        raise NothingToCorrect("value")
    with transaction.atomic():
        return told_to(actor, _met(locked(actor, finding_id, MOVES["confirm"]), proposals))


def deny_finding(*, actor: Actor, finding_id: str, note: str, stood: int | None = None) -> Verification:
    """Say that the value is right, and why. Raises as `locked`, NothingToCorrect."""
    move = MOVES["deny"]
    if not note.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        finding = locked(actor, finding_id, move, stood)
        verification = _verified(actor, finding, is_true=False, note=note)
        move_finding(actor, finding, move, reason=note)
    return verification


def ask_about(*, actor: Actor, finding_id: str, question: str, stood: int | None = None) -> None:
    """Ask a department or another town; the clock stands still meanwhile. Raises NothingToCorrect without a question."""
    if not question.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        _step(actor, finding_id, "ask", question, stood)
        Task.objects.filter(finding_id=finding_id, kind=TaskKind.VERIFY, ended_at=None).update(
            paused_on=timezone.localdate()
        )


def answer_question(*, actor: Actor, finding_id: str, answer: str, stood: int | None = None) -> None:
    """Answer the question that stood on the page; the clock goes on, and the task is due as many working days later as it stood still."""
    if not answer.strip():
        raise NothingToCorrect("note")
    with transaction.atomic():
        _step(actor, finding_id, "answer", answer, stood)
        calendar, today = WorkCalendar.of_county(), timezone.localdate()
        # Whatever the scope: of two sides one answers what the other, whose clock it is, has asked.
        held = Task._base_manager.select_for_update().filter(  # noqa: SLF001 - documented API
            finding_id=finding_id, kind=TaskKind.VERIFY, ended_at=None
        )
        for task in held.order_by("pk"):
            stood = calendar.between(task.paused_on, today) if task.paused_on else 0
            task.due_on, task.paused_on = calendar.add(task.due_on, stood), None
            task.save(update_fields=["due_on", "paused_on"])


def withdraw_verification(*, actor: Actor, finding_id: str, reason: str, stood: int | None = None) -> None:
    """Take back what one said oneself, before anybody has reviewed it; the task is open again for the same holder.

    Raises as `locked`, NotTheirs for what somebody else said: who reviews gives it back with a reason.
    """
    move = MOVES["withdraw"]
    with transaction.atomic():
        finding = locked(actor, finding_id, move, stood)
        if not finding.verifications.filter(withdrawn_at=None, by_id=actor.user_id).exists():
            raise NotTheirs
        undo_verification(finding)
        move_finding(actor, finding, move, reason=reason)


def undo_verification(finding: Finding) -> None:
    """Set the newest verification of a finding aside with its corrections, and reopen the task; inside a transaction."""
    now = timezone.now()
    Verification.objects.filter(finding=finding, withdrawn_at=None).update(withdrawn_at=now)
    taken_back = Correction.objects.filter(finding=finding, state__in=(*OPEN_CORRECTIONS, *ATTACHED))
    left = list(taken_back.values_list("pk", flat=True))
    Correction.objects.filter(pk__in=left).update(state=CorrectionState.WITHDRAWN)
    release(left)
    newest = Task.objects.filter(finding=finding, kind=TaskKind.VERIFY).order_by("-pk").first()
    if newest is not None and newest.ended_at is not None:
        newest.ended_at = None
        newest.save(update_fields=["ended_at"])


def _step(actor: Actor, finding_id: str, name: str, reason: str = "", stood: int | None = None) -> None:
    move = MOVES[name]
    with transaction.atomic():
        move_finding(actor, locked(actor, finding_id, move, stood), move, reason=reason)


def _verified(actor: Actor, finding: Finding, *, is_true: bool, note: str) -> Verification:
    return Verification.objects.create(
        division_code=work_place(finding), finding=finding, is_true=is_true, note=note, by_id=actor.user_id
    )


def _lock_matter_of(actor: Actor, finding_id: str) -> None:
    finding = findings_of(actor).filter(pk=finding_id).first()
    if finding is not None:
        lock_matter(finding)


def _met(finding: Finding, proposals: Sequence[Proposal]) -> list[Conflict]:
    place = work_place(finding)
    return conflicts_of(finding, [_wanted(finding, place, one) for one in proposals])


def _wanted(finding: Finding, place: str, proposal: Proposal) -> Wanted:
    value = sound_value(proposal.field, proposal.value, timezone.localdate())
    row = _row(finding, place, proposal)
    return Wanted(row.person_id, finding.subject_household, proposal.source, proposal.field, value)


def _propose(actor: Actor, finding: Finding, proposal: Proposal, met: Sequence[Conflict]) -> str:
    value = sound_value(proposal.field, proposal.value, timezone.localdate())
    place = work_place(finding)
    row = _row(finding, place, proposal)
    before, record = row.before, row.record
    if before == value:
        raise NothingToCorrect(proposal.field)
    cell = next((one["cell"] for one in record.get("cells", ()) if one["field"] == proposal.field), "")
    correction = Correction(
        division_code=place, finding=finding, person_id=row.person_id,
        household_id=finding.subject_household, source=proposal.source, field=proposal.field,
        before_mask=shown_value(proposal.field, before), after_mask=shown_value(proposal.field, value),
        base_digest=finding.value_digest, delivery=record.get("delivery") or "", file_no=record.get("file_no"),
        sheet=record.get("sheet") or "", cell=cell, proposed_by_id=actor.user_id,
    )  # fmt: skip
    lead = next(
        (one for one in met if one.kind in STANDS and (one.wanted.source, one.wanted.field) == (proposal.source, proposal.field)),
        None,
    )  # fmt: skip
    if lead is not None:
        correction.state, correction.against = STANDS[lead.kind], lead.other
    correction.before = seal(before, correction.context("before"))
    correction.after = seal(value, correction.context("after"))
    correction.save()
    return f"{proposal.source}.{proposal.field}"


@dataclass(frozen=True)
class _Row:
    """The row a value is to be corrected in. record: as in the finding's detail, empty where it names no such row."""

    person_id: int | None
    before: str
    record: Mapping[str, Any]


def _row(finding: Finding, place: str, proposal: Proposal) -> _Row:
    """The source's row of a finding; of one of several places only a row of the side that owns it. Raises NothingToCorrect."""
    detail = detail_of(finding)
    listed = [one for one in detail["records"] or () if one["source"] == proposal.source]
    side = Side.objects.filter(finding=finding, division_code=place).first()
    if side is not None:
        own = [one for one in _rows_of(side.person_id, proposal.source) if one.village_code == place]
        if not own:
            raise NothingToCorrect(proposal.field)
        return _row_at(own[0], listed, proposal.field)
    if finding.delta == Delta.GONE and (now := _rows_of(finding.subject_person, proposal.source)):
        # A recheck opened it again: its words are those of the last sweep that told of it, the ledger has gone on since.
        return _row_at(now[0], listed, proposal.field)
    said = (
        one["value"] or ""
        for one in detail["observed"]
        if one["source"] == proposal.source and one["field"] == proposal.field
    )
    return _Row(finding.subject_person, next(said, ""), listed[0] if listed else {})


def _rows_of(person_id: int | None, source: str) -> list[RecordPlace]:
    """A person's rows in a source, by the newest sweep."""
    found = record_places([person_id] if person_id is not None else [])
    return [one for rows in found.values() for one in rows if one.source == source]


def _row_at(at: RecordPlace, listed: Sequence[Mapping[str, Any]], field: str) -> _Row:
    where = (at.delivery, at.file_no, at.row_no)
    record = next((one for one in listed if (one["delivery"], one["file_no"], one["row"]) == where), None)
    return _Row(at.person_id, value_of(at, field), record or {"delivery": at.delivery, "file_no": at.file_no})
