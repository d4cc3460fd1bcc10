"""Review by village, town and county: three different people, none of them the maker."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH
from taizhang.office.access.roles import Role
from taizhang.office.accounts.models import User
from taizhang.office.accounts.selectors import in_force
from taizhang.office.casework.errors import OwnProposal, StaleBase, TooFewReviewers, Unsettled, WaitsForOther
from taizhang.office.casework.models import (
    Correction,
    CorrectionState,
    ReturnReason,
    Review,
    ReviewPolicy,
    Verification,
)
from taizhang.office.casework.services.conflicts import disputes_of, unsent, waits_for
from taizhang.office.casework.services.moving import locked, move_finding, moved_on
from taizhang.office.casework.services.owning import work_place
from taizhang.office.casework.services.routing import CHAIN, candidates
from taizhang.office.casework.services.stating import need_statements
from taizhang.office.casework.services.verifying import undo_verification
from taizhang.office.casework.transitions import MOVES, RETURNS, REVIEWS
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.ledger.telling import need_seen
from taizhang.office.parts.punctuation import listed
from taizhang.office.places.models import Division

MOST_PLACES = 8
"""Places that an answer names."""
ROLE_OF_LEVEL = {
    "village": Role.VILLAGE_TEAM, "town": Role.TOWN_DATA_LEAD, "county": Role.CENTRE_REVIEWER,
}  # fmt: skip


def approve_verification(*, actor: Actor, finding_id: str, level: str, note: str = "", seen: int | None = None) -> bool:
    """Approve at a level; True where the level is thereby through, False where its policy asks for more people.

    seen: id of the verification that the reviewer had before them; another one meanwhile is another matter.

    Raises NotFound, Forbidden, WrongState, OwnProposal, StaleBase, StatementMissing, Unsettled, WaitsForOther.
    """
    move = MOVES[REVIEWS[level]]
    with transaction.atomic():
        finding = locked(actor, finding_id, move)
        verification = _current(finding, seen)
        _two_people(actor, verification, level)
        if any(one.base_digest != finding.value_digest for one in _corrections(finding)):
            raise StaleBase
        _review(actor, finding, verification, level, approves=True, note=note)
        place = work_place(finding)
        if level == "county":
            need_statements(finding)
            _need_agreement(finding)
        if not _enough(verification, level, place):
            ledger.record(
                actor, "finding.approval_added", "finding", finding.finding_id, division_code=place,
                reason=note, level=level,
            )  # fmt: skip
            return False
        if level == "county":
            _corrections(finding).update(state=CorrectionState.APPROVED)
        move_finding(actor, finding, move, reason=note, level=level)
        if level == "county":
            _go_with_leads(actor, finding)
        if level == "county" and not verification.is_true:
            _exempt_explained(actor, finding, verification)
    return True


def return_verification(
    *, actor: Actor, finding_id: str, level: str, reason: ReturnReason, note: str, seen: int | None = None
) -> None:
    """Give a verification back to its maker with a reason; its evidence stays. Raises as `approve_verification`."""
    move = MOVES[RETURNS[level]]
    with transaction.atomic():
        finding = locked(actor, finding_id, move)
        verification = _current(finding, seen)
        _two_people(actor, verification, level)
        _review(actor, finding, verification, level, approves=False, note=note, reason=reason)
        undo_verification(finding)
        move_finding(actor, finding, move, reason=note, level=level, why=reason.value)


def close_finding(*, actor: Actor, finding_id: str) -> None:
    """Close a finding that a newer delivery has proven gone. Raises NotFound, Forbidden, WrongState, OwnProposal.

    Whoever dispatched a finding does not close it (operations.md §1).
    """
    move = MOVES["close"]
    with transaction.atomic():
        finding = locked(actor, finding_id, move)
        if finding.tasks.filter(dispatched_by_id=actor.user_id).exists():
            raise OwnProposal
        move_finding(actor, finding, move)


def set_policy(
    *, actor: Actor, level: str, mode: str, count: int, reason: str, stood: int | None = None
) -> ReviewPolicy:
    """Say how many approvals a level asks for; holds for reviews from now on. stood: as of `set_clock`.

    Raises TooFewReviewers, with who can approve where, if no place has so many; Stale where somebody else changed it since.
    """
    if mode == ReviewPolicy.Mode.COUNT:
        _need_reviewers(level, count)
    with transaction.atomic():
        policy, _ = ReviewPolicy.objects.update_or_create(level=level, defaults={"mode": mode, "count": max(1, count)})
        need_seen(actor, "policy", level, stood)
        ledger.record(actor, "policy.changed", "policy", level, reason=reason, mode=mode, count=count)
    return policy


def reviewers_by_area(level: str) -> dict[str, list[str]]:
    """Area of a role of a level → names of those who may approve there, wider areas' people included."""
    held = in_force().filter(role=ROLE_OF_LEVEL[level], user__is_active=True).select_related("user").order_by("pk")
    people = [(one.area, str(one.user)) for one in held]
    return {
        area: list(dict.fromkeys(name for wider, name in people if area.startswith(wider)))
        for area, _ in sorted(people)
    }


def places_short_of(level: str, count: int) -> list[str]:
    """Where fewer than `count` people may approve at a level, each with the names of those who may.

    One is taken off where they also verify: what one of them verified, the others have to approve.
    """
    names = dict(Division.objects.values_list("code", "name"))
    makers = 1 if ROLE_OF_LEVEL[level] in CHAIN else 0
    return [
        f"{names.get(area.ljust(CODE_LENGTH, '0'), area)}：{listed(people)}"
        for area, people in reviewers_by_area(level).items()
        if len(people) - makers < count
    ]


@dataclass(frozen=True)
class Shortage:
    """A level asks for more approvals than anybody is left to give. able: names of those who may approve."""

    wanted: int
    able: tuple[str, ...]

    @property
    def able_listed(self) -> str:
        """Who may approve, in words."""
        return listed(self.able)


def shortage_of(verification: Verification, level: str, division_code: str) -> Shortage | None:
    """Why a verification cannot pass a level as things stand; None where enough people are left."""
    policy = ReviewPolicy.objects.filter(level=level, mode=ReviewPolicy.Mode.COUNT).first()
    if policy is None:
        return None
    able = _able(verification, level, division_code)
    if len(able) >= policy.count:
        return None
    return Shortage(policy.count, tuple(str(one) for one in User.objects.filter(pk__in=able).order_by("pk")))


def _need_reviewers(level: str, count: int) -> None:
    if max(map(len, reviewers_by_area(level).values()), default=0) >= count:
        return
    error = TooFewReviewers("count", wanted=count)
    error.happened = "；".join(places_short_of(level, count)[:MOST_PLACES])
    raise error


def _go_with_leads(actor: Actor, finding: Finding) -> None:
    """A finding all of whose values have gone back with others' lines waits for the next delivery at once."""
    if finding.corrections.filter(state=CorrectionState.JOINED).exists() and not unsent(finding).exists():
        move_finding(actor, finding, MOVES["written_back"])


def _need_agreement(finding: Finding) -> None:
    """Raises Unsettled while a correction of the finding contradicts another, WaitsForOther while one depends on an earlier one."""
    if disputes_of(finding):
        raise Unsettled
    if waits_for(finding):
        raise WaitsForOther


def _current(finding: Finding, seen: int | None) -> Verification:
    verification: Verification | None = finding.verifications.filter(withdrawn_at=None).first()
    if verification is None or seen not in (None, verification.pk):
        raise moved_on(finding)
    return verification


def _corrections(finding: Finding) -> QuerySet[Correction]:
    return Correction.objects.filter(finding=finding, state=CorrectionState.PROPOSED)


def _two_people(actor: Actor, verification: Verification, level: str) -> None:
    if verification.by_id == actor.user_id or verification.reviews.filter(by_id=actor.user_id).exists():
        raise OwnProposal(level)


def _review(
    actor: Actor,
    finding: Finding,
    verification: Verification,
    level: str,
    *,
    approves: bool,
    note: str,
    reason: str = "",
) -> None:
    Review.objects.create(
        division_code=verification.division_code, verification=verification, level=level, approves=approves, note=note,
        reason=reason, by_id=actor.user_id, maker_id=verification.by_id,
    )  # fmt: skip


def _enough(verification: Verification, level: str, division_code: str) -> bool:
    policy = ReviewPolicy.objects.filter(level=level).first()
    given = set(verification.reviews.filter(level=level, approves=True).values_list("by_id", flat=True))
    if policy is None or policy.mode == ReviewPolicy.Mode.ANY:
        return bool(given)
    if policy.mode == ReviewPolicy.Mode.COUNT:
        return len(given) >= policy.count
    return _able(verification, level, division_code) <= given


def _able(verification: Verification, level: str, division_code: str) -> set[int]:
    """Who may approve at a level: whoever holds its role there, but the maker and who has reviewed at another level."""
    elsewhere = verification.reviews.exclude(level=level).values_list("by_id", flat=True)
    holders = candidates(ROLE_OF_LEVEL[level], division_code, timezone.localdate())
    return set(holders) - {verification.by_id, *elsewhere}


def _exempt_explained(actor: Actor, finding: Finding, verification: Verification) -> None:
    """A denied finding whose explanation the county accepts is exempt until its values change."""
    from taizhang.office.casework.services.exempting import exempt_explained

    if finding.state == State.COUNTY_OK:
        exempt_explained(actor, finding, proposer_id=verification.by_id, reason=verification.note)
