"""Questions about the loop: what may be done now, what waits for whom, how much everybody has to do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH, covered
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import current_areas
from taizhang.office.accounts.models import Assignment, User
from taizhang.office.casework.conflict_lines import DisputeLine, disputes_to_settle
from taizhang.office.casework.models import (
    Correction,
    CorrectionState,
    Evidence,
    Exemption,
    ExemptionState,
    HandBack,
    Notice,
    Review,
    Task,
    TaskKind,
    Verification,
)
from taizhang.office.casework.services.bulk import STEPS
from taizhang.office.casework.services.evidence import KINDS
from taizhang.office.casework.services.exempting import MAY_BE_EXEMPTED
from taizhang.office.casework.services.moving import last_step
from taizhang.office.casework.services.owning import own_places, work_place
from taizhang.office.casework.services.reviewing import Shortage, shortage_of
from taizhang.office.casework.services.routing import CHAIN
from taizhang.office.casework.services.values import IDENTITY_FIELDS, NUMBER_FIELDS
from taizhang.office.casework.transitions import MOVES, REVIEWS, WAITS, Move, moves_from
from taizhang.office.errors import NotFound, Stale
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.listing import LATE
from taizhang.office.findings.selectors.marking import hidden
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.selectors.partly import sees_all_sides
from taizhang.office.findings.selectors.reading import detail_of
from taizhang.office.findings.states import State
from taizhang.office.jobs.models import Job
from taizhang.office.parts.typed import whole_number

MARK = 16
"""Characters by which a form names a suggested value."""
STANDING = (ExemptionState.PROPOSED, ExemptionState.APPROVED)
"""States of an exemption that is asked for or holds; a finding has one such at a time."""
NOBODY = "none"
"""Word of an address for tasks that nobody holds."""


@dataclass(frozen=True)
class CorrectionLine:
    """A correction as a page shows it: source and field by their titles, values masked. is_hidden: before and after look alike."""

    title: str
    label: str
    before: str
    after: str
    state: str

    @property
    def is_hidden(self) -> bool:
        """Whether the masks hide the very difference."""
        return self.before == self.after


@dataclass(frozen=True)
class Actions:
    """What the actor may do about a finding now.

    last: number of the newest change of the finding, which a form says it knows of; level: of review, empty where none is
    theirs; fields: to be corrected; returned: why it came back, while it is back; refusal: the exemption refused last, while
    the finding might have one and nobody has asked again;
    waits_for: what it waits for where the actor has nothing to do; shortage: why nobody can bring it past the review it is at.
    """

    moves: tuple[Move, ...]
    level: str
    fields: tuple[Mapping[str, Any], ...]
    task: Task | None
    verification: Verification | None
    returned: Review | None
    corrections: tuple[CorrectionLine, ...]
    evidence: tuple[Evidence, ...]
    exemption: Exemption | None
    refusal: Exemption | None
    disputes: Sequence[DisputeLine]
    may_exempt: bool
    may_decide: bool
    may_add_evidence: bool
    waits_for: Promise | str
    last: int
    shortage: Shortage | None = None

    evidence_kinds: ClassVar = KINDS

    @property
    def has_wrong(self) -> bool:
        """Whether one of the fields stands in the source that is probably wrong."""
        return any(one["is_wrong"] for one in self.fields)


def actions_for(actor: Actor, finding: Finding) -> Actions:
    """Everything the action panel of a finding's page shows."""
    last = last_step(finding)  # before the rest is read: what comes in between is not taken for seen
    place = work_place(finding)
    allowed = tuple(
        move for move in moves_from(finding.state)
        if actor.may(move.permission, place)
        or (move.name == "answer" and own_places(actor, finding, move.permission))
    )  # fmt: skip
    verification = finding.verifications.filter(withdrawn_at=None).select_related("by").first()
    if verification is None or verification.by_id != actor.user_id:
        allowed = tuple(move for move in allowed if move.name != "withdraw")
    names = {move.name for move in allowed}
    last_asked = finding.exemptions.select_related("approved_by").first()
    exemption = last_asked if last_asked is not None and last_asked.state in STANDING else None
    is_refused = last_asked is not None and last_asked.state == ExemptionState.REJECTED
    has_spoken = verification is not None and (
        verification.by_id == actor.user_id or verification.reviews.filter(by_id=actor.user_id).exists()
    )
    return Actions(
        moves=allowed,
        level=next((level for level, name in REVIEWS.items() if name in names and not has_spoken), ""),
        fields=correctable_fields(finding, with_suggestions=sees_all_sides(finding)) if "confirm" in names else (),
        task=finding.tasks.filter(ended_at=None, kind=TaskKind.VERIFY).select_related("assignee").first(),
        verification=verification,
        returned=_returned(finding) if finding.state == State.RETURNED else None,
        corrections=tuple(_line(one) for one in finding.corrections.exclude(state=CorrectionState.WITHDRAWN)),
        evidence=tuple(finding.evidence.select_related("by")),
        exemption=exemption,
        refusal=last_asked if is_refused and finding.state in MAY_BE_EXEMPTED else None,
        disputes=disputes_to_settle(actor, finding),
        may_exempt=exemption is None and finding.state in MAY_BE_EXEMPTED and actor.may("exemption.propose", place),
        may_decide=exemption is not None
        and exemption.state == ExemptionState.PROPOSED
        and exemption.proposed_by_id != actor.user_id
        and actor.may("exemption.decide", exemption.division_code),
        may_add_evidence="confirm" in names or (bool(finding.sides.all()) and not place),
        waits_for="" if allowed else WAITS.get(finding.state, ""),
        last=last,
        shortage=_shortage(finding, verification, place),
    )


def _shortage(finding: Finding, verification: Verification | None, place: str) -> Shortage | None:
    """Whether the review whose turn it is asks for more people than are left."""
    turn = next((level for level, name in REVIEWS.items() if finding.state in MOVES[name].sources), "")
    return shortage_of(verification, turn, place) if verification is not None and turn else None


def _returned(finding: Finding) -> Review | None:
    found: Review | None = (
        Review.objects.filter(verification__finding=finding, approves=False)
        .select_related("by")
        .order_by("-pk")
        .first()
    )
    return found


def _line(one: Correction) -> CorrectionLine:
    return CorrectionLine(
        source_title(one.source), field_title(one.field), one.before_mask, one.after_mask, one.get_state_display()
    )


def correctable_fields(finding: Finding, *, with_suggestions: bool) -> tuple[Mapping[str, Any], ...]:
    """The source's fields a correction may concern: {source, title, field, label, suggestion, mark, is_number}.

    with_suggestions: the likeliest values may be shown; to one side of a finding of two places they are the other's.
    """
    detail = detail_of(finding)
    seen = {(one["source"], one["field"]) for one in detail["observed"] if one["field"]}
    seen |= {(finding.source, field) for field in finding.fields if finding.source and field}
    best = {one["field"]: one["value"] for one in reversed(detail["candidates"])} if with_suggestions else {}
    titles = {source.id: source.title for source in settings.INSTALLATION.county.sources}
    wrong = finding.culprit or finding.source
    listed = sorted(seen, key=lambda one: (one[0] != wrong, one))
    return tuple(
        {
            "source": source, "title": titles.get(source, source), "field": field,
            "label": field_title(field),
            "suggestion": best.get(field, "") if source == wrong and field not in ("id_no", "head_id_no") else "",
            "has_candidate": source == wrong and bool(best.get(field)),
            "mark": suggestion_mark(finding, field, best[field]) if source == wrong and best.get(field) else "",
            "masked": hidden(field, best[field]) if source == wrong and best.get(field) else "",
            "is_wrong": source == wrong, "is_number": field in NUMBER_FIELDS,
            "is_identity": field in IDENTITY_FIELDS,
        }
        for source, field in listed
        if source in titles
    )  # fmt: skip


def suggestion_mark(finding: Finding, field: str, value: str) -> str:
    """What a form sends for a suggested value instead of the value: keyed, so that nobody tells the number from it."""
    return salted_hmac("casework.suggestion", f"{finding.pk}:{field}:{value}").hexdigest()[:MARK]


def suggested_value(finding: Finding, field: str) -> str:
    """The likeliest candidate for a field, for «take the suggestion». Raises NotFound where there is none."""
    for one in detail_of(finding)["candidates"]:
        if one["field"] == field and one["value"]:
            return str(one["value"])
    raise NotFound


def open_tasks_of(actor: Actor) -> QuerySet[Task]:
    """A person's own open tasks, the earliest due first; outside no area of theirs."""
    mine = Task.objects.filter(assignee_id=actor.user_id, ended_at=None)
    return mine.select_related("finding", "assignee").order_by("due_on", "pk")


@dataclass(frozen=True)
class TasksAsked:
    """Which tasks of the scope are asked for; what is not a known value is as if it were not there.

    holder: id of whoever has them, or NOBODY; role: they have them in; due: LATE for those past their day while the clock runs.
    """

    holder: str = ""
    role: str = ""
    due: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "TasksAsked":
        """From the words of an address."""
        holder, role, due = (query.get(name, "") for name in ("holder", "role", "due"))
        return cls(
            holder=holder if holder == NOBODY or whole_number(holder) is not None else "",
            role=role if role in Role.values else "", due=due if due == LATE else "",
        )  # fmt: skip

    def narrowed(self) -> dict[str, str]:
        """What narrows the list, by the words of the address."""
        return {name: value for name, value in asdict(self).items() if value}


def tasks_in_scope(asked: TasksAsked, today: date) -> QuerySet[Task]:
    """Open tasks of the open scope, all of them or those asked for."""
    tasks = Task.objects.filter(ended_at=None).select_related("finding", "assignee").order_by("due_on", "pk")
    if asked.holder:
        tasks = tasks.filter(assignee_id=None if asked.holder == NOBODY else int(asked.holder))
    if asked.role:
        tasks = tasks.filter(role=asked.role)
    return tasks.filter(_past_their_day(today)) if asked.due else tasks


def _past_their_day(today: date) -> Q:
    return Q(due_on__lt=today, paused_on=None)


def workload(today: date) -> list[dict[str, Any]]:
    """Open and overdue tasks of everybody in the scope, the busiest first; rows without a holder have assignee None."""
    return list(
        Task.objects.filter(ended_at=None)
        .values("assignee_id", "assignee__display_name", "role")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=_past_their_day(today)))
        .order_by("-open", "assignee_id", "role")
    )


def possible_holders(besides: User) -> list[User]:
    """People who hold a role that verifies somewhere in the open scope, by name, without one of them."""
    held = (
        Assignment.objects.filter(
            role__in=CHAIN, ended_at=None, valid_to__gte=timezone.localdate(), user__is_active=True
        )
        .exclude(user=besides)
        .select_related("user")
    )
    areas = current_areas()
    found = {one.user_id: one.user for one in held if covered(one.area.ljust(CODE_LENGTH, "0"), areas)}
    return sorted(found.values(), key=str)


def waiting_states(actor: Actor) -> list[tuple[State, int]]:
    """States whose findings wait for a decision of the actor, with how many the actor sees there; those without any left out.

    What somebody verifies at a household is their task, counted apart.
    """
    counts = dict(findings_of(actor).order_by().values_list("state").annotate(n=Count("*")))
    return [(state, counts[state]) for state in State if counts.get(state) and _decides(actor, state)]


def _decides(actor: Actor, state: State) -> bool:
    moves = (move for move in moves_from(state) if move.permission != "finding.verify")
    return any(actor.may(move.permission) for move in moves)


def handbacks() -> QuerySet[HandBack]:
    """All batches, newest first."""
    return HandBack.objects.select_related("created_by", "entered_by")


def waiting_corrections() -> QuerySet[Correction]:
    """What may go back to its source: approved, in no batch, and disputed by no other correction."""
    waiting: QuerySet[Correction] = Correction.objects.filter(state=CorrectionState.APPROVED, handback=None)
    return waiting.exclude(attached__state=CorrectionState.DISPUTED)


def waiting_for_handback() -> list[tuple[str, int]]:
    """Approved corrections of the scope that are in no batch yet, by source."""
    return list(waiting_corrections().values_list("source").annotate(Count("pk")).order_by("source"))


def exemptions_in_scope(actor: Actor) -> QuerySet[Exemption]:
    """Exemptions of the scope that stand, those that end first in front; and what the actor was refused about findings still open."""
    refused = Q(state=ExemptionState.REJECTED, proposed_by_id=actor.user_id, finding__state__in=MAY_BE_EXEMPTED)
    rows = Exemption.objects.filter(Q(state__in=STANDING) | refused)
    return rows.select_related("finding", "proposed_by", "approved_by").order_by("expires_on", "pk")


def unread_notices(actor: Actor) -> QuerySet[Notice]:
    """A person's own notices that they have not read."""
    return Notice.objects.filter(user_id=actor.user_id, read_at=None)


def suggestion(actor: Actor, finding_id: str, field: str, mark: str) -> str:
    """The likeliest candidate for a field of a finding in the scope.

    mark: of the one that was on the page. Raises NotFound; Stale where a sweep has another one since.
    """
    finding = findings_of(actor).filter(pk=finding_id).first()
    if finding is None or not sees_all_sides(finding):
        raise NotFound
    value = suggested_value(finding, field)
    if not constant_time_compare(mark, suggestion_mark(finding, field, value)):
        raise Stale(field)
    return value


def handback_of(handback_id: int) -> HandBack:
    """One batch. Raises NotFound."""
    batch = HandBack.objects.select_related("created_by", "entered_by").filter(pk=handback_id).first()
    if batch is None:
        raise NotFound
    return batch


def writing_of(batch: HandBack) -> Job | None:
    """The job that writes a batch's file, while there is none."""
    return Job.objects.filter(key=f"handback:{batch.pk}").first() if not batch.sha256 else None


def lines_of(batch: HandBack) -> QuerySet[Correction]:
    """The corrections that a batch hands back."""
    lines: QuerySet[Correction] = batch.corrections.select_related("finding").order_by("pk")
    return lines


def short_id_of(finding_id: str) -> str:
    """The number by which a finding's page is addressed. Raises NotFound."""
    short_id = Finding.objects.filter(pk=finding_id).values_list("short_id", flat=True).first()
    if short_id is None:
        raise NotFound
    return str(short_id)


def findings_in_hands_of(actor: Actor) -> QuerySet[Any]:
    """The ids of findings that are or were a person's task."""
    return Task.objects.filter(assignee_id=actor.user_id).values("finding_id")


def findings_asking(actor: Actor) -> QuerySet[Any]:
    """The ids of findings of the scope that wait for the answer of a department or another town."""
    return Finding.objects.filter(state=State.NEED_INFO).values("pk")


def bulk_steps(actor: Actor) -> list[Move]:
    """The moves that the actor may make for many findings at once."""
    return [MOVES[step] for step in STEPS if actor.may("task.read") and actor.may(MOVES[step].permission)]
