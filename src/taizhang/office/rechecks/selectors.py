"""Questions about rounds and rechecks, in the open scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import area_of_division, is_division, within
from taizhang.office.errors import NotFound
from taizhang.office.findings.states import State
from taizhang.office.rechecks.models import Recheck, Result, Round
from taizhang.office.rechecks.rates import Rate, rate_of

OPEN = Q(result="", finding__state=State.CLOSED_OUT)
"""Still to be looked at."""
OVERTAKEN = Q(result="") & ~Q(finding__state=State.CLOSED_OUT)
"""Nobody looked before a sweep or the end of the rule took the finding out of the closed ones."""
VOID = frozenset({State.OUT_OF_RULE, State.MERGED})
"""States of a drawn finding that say nothing of whether it holds."""


@dataclass(frozen=True)
class Tally:
    """Rechecks of a round or a place.

    back: reopened by a later delivery before anybody looked, which is a failure too. void: the rule was retired
    or another finding tells of it now, which says nothing.
    """

    drawn: int = 0
    held: int = 0
    failed: int = 0
    back: int = 0
    void: int = 0
    rate: Rate | None = None

    @property
    def waiting(self) -> int:
        """Drawn and not yet looked at."""
        return self.drawn - self.held - self.failed - self.back - self.void


def rounds() -> list[Round]:
    """Every round, newest first."""
    return list(Round.objects.select_related("drawn_by"))


def round_of(round_id: int) -> Round:
    """One round. Raises NotFound."""
    found = Round.objects.select_related("drawn_by").filter(pk=round_id).first()
    if found is None:
        raise NotFound
    return found


def recheck_of(recheck_id: int) -> Recheck:
    """One recheck of the open scope. Raises NotFound."""
    found: Recheck | None = (
        Recheck.objects.select_related("finding", "round", "assignee", "verified_by", "decided_by")
        .filter(pk=recheck_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def rechecks_in_scope(*, round_id: int | None = None, outcome: str = "", town: str = "") -> QuerySet[Recheck]:
    """Rechecks, those due first in front. outcome: a key of OUTCOMES; anything else is as if it were not there."""
    found = Recheck.objects.select_related("finding", "assignee", "decided_by", "round").order_by("due_on", "pk")
    if round_id is not None:
        found = found.filter(round_id=round_id)
    if outcome in OUTCOMES:
        found = found.filter(OUTCOMES[outcome])
    return found.filter(town=town) if town else found


def rechecks_of(place: str, source: str, outcome: str) -> QuerySet[Recheck]:
    """Rechecks of all rounds in a place and about a source, where these are named."""
    found = rechecks_in_scope(outcome=outcome)
    if is_division(place):
        found = found.filter(within("division_code", (area_of_division(place),)))
    return found.filter(finding__source=source) if source else found


OUTCOMES = {
    "open": OPEN, "held": Q(result=Result.HELD), "failed": Q(result=Result.FAILED),
    "back": OVERTAKEN & ~Q(finding__state__in=VOID), "void": OVERTAKEN & Q(finding__state__in=VOID),
    "not-held": Q(result=Result.FAILED) | (OVERTAKEN & ~Q(finding__state__in=VOID)),
    "known": ~Q(result="") | (OVERTAKEN & ~Q(finding__state__in=VOID)),
}  # fmt: skip
"""Words of an address → which rechecks."""


def own_open_rechecks(actor: Actor) -> QuerySet[Recheck]:
    """What waits for a person to look at again."""
    return rechecks_in_scope(outcome="open").filter(assignee_id=actor.user_id)


def tallies(by: str, rows: QuerySet[Recheck] | None = None) -> dict[str, Tally]:
    """Rechecks of the open scope, or of these, by a field of theirs, an annotation, or the finding's `source`."""
    found = Recheck.objects.all() if rows is None else rows
    path = "finding__source" if by == "source" else by
    seen: dict[str, list[tuple[str, str, float]]] = {}
    for key, result, state, size, drawn in found.order_by().values_list(
        path, "result", "finding__state", "stratum_size", "stratum_drawn"
    ):
        seen.setdefault(str(key), []).append((result, state, size / drawn))
    return {key: tally_of(rows) for key, rows in seen.items()}


def tally_of(rows: Iterable[tuple[str, str, float]]) -> Tally:
    """The tally of rechecks given as (result, state of the finding now, how many findings one stands for)."""
    counts = dict.fromkeys(("held", "failed", "back", "void"), 0)
    outcomes, drawn = [], 0
    for result, state, weight in rows:
        drawn += 1
        if result:
            counts["held" if result == Result.HELD else "failed"] += 1
            outcomes.append((result == Result.FAILED, weight))
        elif state in VOID:
            counts["void"] += 1
        elif state != State.CLOSED_OUT:
            counts["back"] += 1
            outcomes.append((True, weight))
    return Tally(drawn, rate=rate_of(outcomes), **counts)


def next_first_day(rows: Iterable[Round]) -> date | None:
    """The last day that was drawn, after which the next round begins; None before the first round."""
    return max((one.last for one in rows), default=None)
