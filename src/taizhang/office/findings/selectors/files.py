"""What the office knows of a person or a household by its findings."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.models import Finding
from taizhang.office.findings.presenting import is_here, shown_message, state_tone
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verbs import VERBS
from taizhang.office.parts.model import Event

MOST = 200
BY_SWEEP = frozenset({State.PROVEN, State.NOT_FIXED, State.REOPENED, State.MERGED, State.OUT_OF_RULE})
"""States that a sweep sets, not a person, so that the ledger has no entry about this one finding."""


def findings_about(viewer: Actor, *, persons: Sequence[int], household: int | None = None) -> list[Finding]:
    """Findings about these persons or this household, worst first."""
    found = findings_of(viewer).filter(subject_person__in=persons)
    if household is not None:
        found = found | findings_of(viewer).filter(subject_household=household)
    return list(found.defer("detail").select_related("changed_in").order_by("severity_rank", "pk")[:MOST])


def events_of(findings: Sequence[Finding]) -> list[Event]:
    """What happened with these findings, newest first: when each was found, and every entry of the ledger about them."""
    by_id = {one.pk: one for one in findings}
    entries = Entry.objects.filter(subject_type="finding", subject_id__in=list(by_id)).exclude(verb="finding.read")
    told = [
        Event(
            one.at,
            VERBS[one.verb],
            one.actor_name if _is_ours(one) else _("外镇或外村"),
            _told(by_id[one.subject_id], one.reason if _is_ours(one) else "", is_only=len(by_id) == 1),
            _address(by_id[one.subject_id]) if len(by_id) > 1 else "",
        )
        for one in entries.order_by("-seq")[:MOST]
    ]
    seen = [
        Event(
            one.first_seen[:10], _("排查发现"), text=shown_message(one), url=_address(one), tone=state_tone(one.state)
        )
        for one in sorted(findings, key=lambda one: one.first_seen, reverse=True)
    ]
    judged = [
        Event(
            one.changed_in.finished_at, State(one.state).label, text=_("第 %(sweep)s 次排查") % {"sweep": one.changed_in.name},
            tone=state_tone(one.state),
        )
        for one in findings if one.state in BY_SWEEP
    ]  # fmt: skip
    return [*sorted([*judged, *told], key=lambda event: event.at, reverse=True), *seen]


def _is_ours(entry: Entry) -> bool:
    """Whether a step was made in the viewer's own area; of the other side only that it was made is told."""
    return not entry.division_code or covered(entry.division_code, current_areas())


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events of several kinds, newest first; what is known by its day only stands below the rest of that day."""
    return sorted(events, key=lambda event: _moment(event.at), reverse=True)


def _moment(at: datetime | str) -> str:
    return localtime(at).isoformat() if isinstance(at, datetime) else at


def _told(finding: Finding, reason: str, *, is_only: bool) -> str:
    """What was said at a step; of a finding of another division nothing but which rule complains."""
    if not is_here(finding):
        return shown_message(finding)
    return reason if is_only else f"{shown_message(finding)}{reason}"


def _address(finding: Finding) -> str:
    return reverse("finding", args=[finding.short_id])
