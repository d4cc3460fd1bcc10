"""What happened with findings after an entry of the ledger: what somebody missed since they were here last."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry

NEW, BACK, RETURNED, DECIDED, CLOSED = "new", "back", "returned", "decided", "closed"


def _sweeps(after: int) -> QuerySet[Any, Any]:
    """Names of the sweeps imported since."""
    return Entry.objects.filter(seq__gt=after, verb="sweep.imported").values("subject_id")


def _told(after: int, *verbs: str) -> QuerySet[Any, Any]:
    """Findings that an entry of these verbs is about since."""
    return Entry.objects.filter(seq__gt=after, verb__in=verbs, subject_type="finding").values("subject_id")


def _moved_by_sweep(after: int, *states: State) -> Q:
    return Q(state__in=states, changed_in__name__in=_sweeps(after))


SINCE: Mapping[str, Callable[[int], Q]] = {
    NEW: lambda after: Q(first_seen__in=_sweeps(after)),
    BACK: lambda after: _moved_by_sweep(after, State.REOPENED, State.NOT_FIXED) | Q(pk__in=_told(after, "finding.recheck_failed")),
    RETURNED: lambda after: Q(pk__in=_told(after, "finding.returned")),
    DECIDED: lambda after: Q(pk__in=_told(
        after, "finding.village_ok", "finding.town_ok", "finding.county_ok", "finding.rejected", "exemption.approved"
    )),
    CLOSED: lambda after: _moved_by_sweep(after, State.PROVEN) | Q(pk__in=_told(after, "finding.closed")),
}  # fmt: skip
"""Word of an address → which findings, after the entry with a number."""
