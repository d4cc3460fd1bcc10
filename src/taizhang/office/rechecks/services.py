"""Drawing a round, and deciding about what it drew."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH
from taizhang.office.access.roles import Role
from taizhang.office.casework.errors import WrongState
from taizhang.office.casework.models import Review, Verification
from taizhang.office.casework.services.clocks import due, workdays_of
from taizhang.office.casework.services.moving import locked, move_finding
from taizhang.office.casework.services.owning import work_places
from taizhang.office.casework.services.routing import candidates
from taizhang.office.casework.transitions import MOVES
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.places import TOWN_DIGITS
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry, Head
from taizhang.office.ledger.telling import done_last
from taizhang.office.rechecks.drawing import Drawn, draw, seed_of
from taizhang.office.rechecks.errors import (
    NoteMissing,
    NothingClosed,
    OwnVerification,
    PeriodTaken,
    PeriodUnfit,
    RecheckDecided,
)
from taizhang.office.rechecks.models import Recheck, Result, Round

LOOKERS = (Role.TOWN_DATA_LEAD, Role.VILLAGE_TEAM, Role.CENTRE_OPERATOR)
"""Who gets a recheck, the first who exists and did not touch the finding before."""
LEAST_WORDS = 4
LONGEST = 500
WHOLE = 100


def draw_round(*, actor: Actor, first: date | None, last: date | None, share: int) -> Round:
    """Draw among the findings closed on these days, once and for all.

    Raises Forbidden, PeriodUnfit, PeriodTaken, NothingClosed.
    """
    if not actor.may("recheck.draw", str(settings.INSTALLATION.county.code).ljust(CODE_LENGTH, "0")):
        raise Forbidden
    if first is None or last is None or last < first or last >= timezone.localdate() or not 0 < share <= WHOLE:
        raise PeriodUnfit("first", "last", "share")
    with transaction.atomic():
        head = Head.objects.select_for_update().get(pk=1)  # also keeps a second draw waiting
        if Round.objects.filter(first__lte=last, last__gte=first).exists():
            raise PeriodTaken("first")
        closed = list(_closed_on(first, last).only("pk", "division_code", "group"))
        if not closed:
            raise NothingClosed("first")
        seed = seed_of(head.digest, first.isoformat(), last.isoformat(), share)
        places = work_places(closed)
        drawn = draw([(one.pk, _town(places[one.pk]), one.group) for one in closed], seed=seed, share=share)
        made = Round.objects.create(
            first=first, last=last, share=share, seed=seed, population=len(closed), drawn_by_id=actor.user_id
        )
        Recheck.objects.bulk_create(_rechecks(made, drawn, places), batch_size=500)
        ids = sorted(one.finding_id for one in drawn)
        ledger.record(
            actor, "recheck.drawn", "recheck_round", made.pk, first=first.isoformat(), last=last.isoformat(), share=share,
            seed=seed, population=len(closed), drawn=len(ids), digest=sha256("\n".join(ids).encode()).hexdigest(),
            findings=ids[:2000],
        )  # fmt: skip
    return made


def _closed_on(first: date, last: date) -> QuerySet[Finding]:
    """Findings closed on these days that are closed still."""
    begin = timezone.make_aware(datetime.combine(first, time()))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))
    entries = Entry.objects.filter(verb="finding.closed", subject_type="finding", at__gte=begin, at__lt=end)
    return Finding.objects.filter(state=State.CLOSED_OUT, pk__in=entries.values("subject_id")).order_by("pk")


def _town(division_code: str) -> str:
    return division_code[:TOWN_DIGITS].ljust(CODE_LENGTH, "0")


def _rechecks(made: Round, drawn: Sequence[Drawn], places: dict[str, str]) -> list[Recheck]:
    ids = [one.finding_id for one in drawn]
    verifiers = verifiers_of(ids)
    reviewers = _by_finding(
        Review.objects.filter(verification__finding__in=ids).values_list("verification__finding_id", "by_id")
    )
    until, load, found = due(timezone.localdate(), workdays_of("recheck")), Counter[int](), []
    people: dict[tuple[Role, str], list[int]] = {}
    for one in drawn:
        place, verified = places[one.finding_id], verifiers[one.finding_id]
        assignee = looker(place, {*verified, *reviewers[one.finding_id]}, load, people)
        if assignee is None:
            assignee = looker(place, set(verified), load, people)
        if assignee is not None:
            load[assignee] += 1
        found.append(Recheck(
            division_code=place, round=made, finding_id=one.finding_id, town=one.town, group=one.group, stratum_size=one.size,
            stratum_drawn=one.drawn, assignee_id=assignee, due_on=until, verified_by_id=verified[-1] if verified else None,
        ))  # fmt: skip
    return found


def verifiers_of(finding_ids: Sequence[str]) -> dict[str, list[int]]:
    """Finding → who ever verified it, in whichever place, the newest last; they do not look at it again."""
    every = Verification._base_manager.filter(finding__in=finding_ids).order_by("pk")  # noqa: SLF001 - documented API
    return _by_finding(every.values_list("finding_id", "by_id"))


def _by_finding(rows: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for finding_id, user_id in rows:
        found[finding_id].append(user_id)
    return found


def looker(
    place: str, besides: Collection[int], load: Counter[int], people: dict[tuple[Role, str], list[int]]
) -> int | None:
    """Who looks again at a place: the first role that has somebody else, of whom has least of this draw."""
    today = timezone.localdate()
    for role in LOOKERS:
        if (role, place) not in people:
            people[role, place] = candidates(role, place, today)
        free = [user for user in people[role, place] if user not in besides]
        if free:
            return min(free, key=lambda user: (load[user], free.index(user)))
    return None


def decide_recheck(*, actor: Actor, recheck_id: int, holds: bool, note: str) -> Recheck:
    """Say what the second look found; what does not hold is open again.

    Raises NotFound, Forbidden, NoteMissing, OwnVerification, RecheckDecided.
    """
    words = note.strip()[:LONGEST]
    if len(words) < LEAST_WORDS:
        raise NoteMissing("note")
    move = MOVES["recheck_failed"]
    with transaction.atomic():
        recheck = Recheck.objects.select_for_update(of=("self",)).filter(pk=recheck_id).first()
        if recheck is None:
            raise NotFound
        try:
            finding = locked(actor, recheck.finding_id, move)
        except WrongState:
            raise _decided(recheck) from None
        if recheck.result:
            raise _decided(recheck)
        # Whatever the scope: who verified it where they no longer work has verified it all the same.
        if actor.user_id in verifiers_of([recheck.finding_id])[recheck.finding_id]:
            raise OwnVerification
        recheck.result = Result.HELD if holds else Result.FAILED
        recheck.note, recheck.decided_by_id, recheck.decided_at = words, actor.user_id, timezone.now()
        recheck.save(update_fields=["result", "note", "decided_by", "decided_at"])
        if holds:
            ledger.record(
                actor, "finding.recheck_held", "finding", recheck.finding_id, division_code=recheck.division_code,
                reason=words, round=recheck.round_id,
            )  # fmt: skip
        else:
            Verification.objects.filter(finding=finding, withdrawn_at=None).update(withdrawn_at=timezone.now())
            move_finding(actor, finding, move, reason=words, round=recheck.round_id)
    return recheck


def _decided(recheck: Recheck) -> RecheckDecided:
    """With what was decided, by whom and when."""
    error = RecheckDecided()
    error.happened = done_last("finding", recheck.finding_id)
    return error
