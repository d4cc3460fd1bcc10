"""What happened with findings after an entry of the ledger: what somebody missed since they were here last."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry

MOST = 500
"""Findings asked for by their keys; of more a look at all of them is no slower."""
NEW, BACK, RETURNED, DECIDED, CLOSED = "new", "back", "returned", "decided", "closed"


def _sweeps(after: int) -> QuerySet[Any, Any]:
    """Names of the sweeps imported since."""
    return Entry.objects.filter(seq__gt=after, verb="sweep.imported").values("subject_id")


def _told(after: int, *verbs: str) -> QuerySet[Any, Any]:
    """Findings that an entry of these verbs is about since."""
    return Entry.objects.filter(seq__gt=after, verb__in=verbs, subject_type="finding").values("subject_id")


def _moved_by_sweep(after: int, *states: State) -> Q:
    return Q(state__in=states, changed_in__name__in=_sweeps(after))


_VERBS: Mapping[str, tuple[str, ...]] = {
    BACK: ("finding.recheck_failed",),
    RETURNED: ("finding.returned",),
    DECIDED: ("finding.village_ok", "finding.town_ok", "finding.county_ok", "finding.rejected", "exemption.approved"),
    CLOSED: ("finding.closed",),
}
SINCE: Mapping[str, Callable[[int], Q]] = {
    NEW: lambda after: Q(first_seen__in=_sweeps(after)),
    BACK: lambda after: _moved_by_sweep(after, State.REOPENED, State.NOT_FIXED) | Q(pk__in=_told(after, *_VERBS[BACK])),
    RETURNED: lambda after: Q(pk__in=_told(after, *_VERBS[RETURNED])),
    DECIDED: lambda after: Q(pk__in=_told(after, *_VERBS[DECIDED])),
    CLOSED: lambda after: _moved_by_sweep(after, State.PROVEN) | Q(pk__in=_told(after, *_VERBS[CLOSED])),
}
"""Word of an address → which findings, after the entry with a number."""


def touched_since(found: QuerySet[Any], after: int) -> QuerySet[Any]:
    """Of these findings those to which anything of SINCE can have happened; all of them where that is most.

    What is new or moved was changed by a sweep since. Asked for by their keys: an index answers which they are, while the
    conditions of SINCE, counted all at once, would look at every finding of a county.
    """
    sweeps = SweepRun.objects.filter(name__in=_sweeps(after)).values("pk")
    verbs = [verb for words in _VERBS.values() for verb in words]
    every = Finding._base_manager.order_by().values_list("pk", flat=True)  # noqa: SLF001 - documented API
    # United, not alternatives of one condition: that would have PostgreSQL look at every finding after all.
    touched = every.filter(changed_in__in=sweeps).union(every.filter(pk__in=_told(after, *verbs)))
    keys = list(touched[: MOST + 1])
    return found.filter(pk__in=keys) if len(keys) <= MOST else found
