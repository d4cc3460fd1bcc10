"""The list of findings: filters, order, and the figures beside the filters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import EVERYWHERE, area_of_division, is_division, within
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.catalogue import IDENTITY_GROUPS
from taizhang.office.findings.models import Delta, Finding, SavedView, Severity, is_said
from taizhang.office.findings.selectors.bundles import bundle_of
from taizhang.office.findings.selectors.happening import SINCE
from taizhang.office.findings.selectors.narrowing import findings_in, findings_of
from taizhang.office.findings.selectors.places import APART
from taizhang.office.findings.selectors.same_sheet import beside_known
from taizhang.office.findings.states import ENDED, GONE, OPEN_STATES, State
from taizhang.office.parts.typed import whole_number
from taizhang.office.places.models import TOWN_LEVEL, Division

ORDERS = {
    "severity": ("severity_rank", "division_code", "pk"),
    "place": ("division_code", "severity_rank", "pk"),
    "rule": ("rule", "severity_rank", "division_code", "pk"),
    "source": ("source", "severity_rank", "pk"),
    "state": ("state", "severity_rank", "pk"),
    "name": ("name", "pk"),
}
COUNTED = ("severity", "rule", "source")
"""Fields by whose values a list is narrowed, with how many open findings have each beside it."""
NOT_LISTED = ("detail", "hint_zh", "hint_hant", "hint_en")
OPEN, CLOSED, PROVEN, ALL = "open-all", "ended-all", "gone-all", "all"
BUNDLES = {OPEN: OPEN_STATES, CLOSED: ENDED, PROVEN: GONE}
"""Sets of states that a list can be narrowed to."""
WRONG_IDENTITY = Q(
    group__in=IDENTITY_GROUPS, severity__in=(Severity.ERROR, Severity.WARN), subject_person__isnull=False
)
"""A person's number or name is wrong: what the scoreboard counts persons by, and the list it opens."""
GROUPS = {"identity": Q(group__in=IDENTITY_GROUPS), "identity-wrong": WRONG_IDENTITY}
"""Kinds of findings, wider or narrower than one rule, that a list can be narrowed to."""

SHORT_ID = 11
"""Characters of a finding's short number."""
MOST_DIGITS = 18
"""Digits of the longest number of an address, of a household or an entry of the ledger."""
LATE, HELD, WORKED, AGAIN = "late", "held", "worked", "1"
"""Words of an address: past their day; in somebody's hands; proven after a dispatch; gone once and there again."""


def is_held() -> Q:
    """Whether a finding is open and there is an open task about it in the open scope."""
    return Q(state__in=OPEN_STATES, pk__in=_tasks(ended_at=None))


def is_late(today: date) -> Q:
    """Whether a finding is open and such a task is past its day while the clock runs."""
    return Q(state__in=OPEN_STATES, pk__in=_tasks(ended_at=None, paused_on=None, due_on__lt=today))


def is_worked() -> Q:
    """Whether a finding was proven gone after it had been dispatched."""
    return Q(state__in=GONE, pk__in=_tasks(ended_at__isnull=False))


def _tasks(**of: object) -> QuerySet[Any]:
    tasks: QuerySet[Any] = apps.get_model("casework", "Task").objects.filter(**of)
    return tasks.values("finding_id")


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; anything that is not a known value is as if it were not there.

    apart: only what lies in the place itself and in nothing below it.
    """

    state: str = OPEN
    severity: str = ""
    rule: str = ""
    source: str = ""
    group: str = ""
    place: str = ""
    delta: str = ""
    household: str = ""
    cell: str = ""
    due: str = ""
    again: str = ""
    apart: str = ""
    did: str = ""
    after: str = ""
    column: str = ""
    block: str = ""
    sort: str = "severity"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        """From the words of an address."""
        known_state = {*State.values, *BUNDLES, ALL}
        state, sort = query.get("state", "") or OPEN, query.get("sort", "") or "severity"
        place, household = query.get("place", ""), query.get("household", "")
        return cls(
            state=state if state in known_state else OPEN,
            severity=_one_of(query.get("severity", ""), Severity.values),
            rule=query.get("rule", "")[:40],
            source=query.get("source", "")[:40],
            group=_one_of(query.get("group", ""), [*GROUPS]),
            place=place if is_division(place) else "",
            delta=_one_of(query.get("delta", ""), Delta.values),
            household=household if whole_number(household, MOST_DIGITS) is not None else "",
            cell=query.get("cell", "") if bundle_of(query.get("cell", "")) else "",
            due=_one_of(query.get("due", ""), [LATE, HELD, WORKED]),
            again=_one_of(query.get("again", ""), [AGAIN]),
            apart=_one_of(query.get("apart", ""), [APART]) if is_division(place) else "",
            did=_one_of(query.get("did", ""), [*SINCE])
            if whole_number(query.get("after", ""), MOST_DIGITS) is not None
            else "",
            after=query.get("after", "") if whole_number(query.get("after", ""), MOST_DIGITS) is not None else "",
            column=query.get("column", "")[:SHORT_ID],
            block=query.get("block", "")[:SHORT_ID],
            sort=sort if sort.removeprefix("-") in ORDERS else "severity",
        )

    def narrowed(self) -> dict[str, str]:
        """What it is narrowed to beyond what every list is, and its order where somebody chose one."""
        usual = Wanted()
        return {name: value for name, value in asdict(self).items() if value != getattr(usual, name)}


def _one_of(value: str, known: list[str]) -> str:
    return value if value in known else ""


def listed_findings(viewer: Actor, wanted: Wanted) -> QuerySet[Any]:
    """The findings a list shows, in its order; the sealed detail is not loaded."""
    found = findings_in(viewer, area_of_division(wanted.place)) if wanted.place else findings_of(viewer)
    if wanted.apart == APART:
        found = found.filter(division_code=wanted.place)
    if wanted.state in BUNDLES:
        found = found.filter(state__in=BUNDLES[wanted.state])
    elif wanted.state != ALL:
        found = found.filter(state=wanted.state)
    for name in COUNTED:
        if getattr(wanted, name):
            found = found.filter(**{name: getattr(wanted, name)})
    if wanted.delta:
        found = found.filter(is_said(wanted.delta))
    if wanted.group:
        found = found.filter(GROUPS[wanted.group])
    if wanted.household:
        found = found.filter(subject_household=int(wanted.household))
    bundle = bundle_of(wanted.cell)
    if bundle is not None:
        found = found.filter(bundle.condition)
    if wanted.due:
        by_task = {LATE: is_late(timezone.localdate()), HELD: is_held(), WORKED: is_worked()}
        found = found.filter(by_task[wanted.due])
    if wanted.did:
        found = found.filter(SINCE[wanted.did](int(wanted.after)))
    if wanted.column:
        found = found.filter(pk__in=beside_known(viewer, wanted.column).column)
    if wanted.block:
        found = found.filter(pk__in=beside_known(viewer, wanted.block).block)
    if wanted.again == AGAIN:
        found = found.filter(reopened_count__gt=0)
    order = ORDERS[wanted.sort.removeprefix("-")]
    if wanted.sort.startswith("-"):
        order = (f"-{order[0]}", *order[1:])
    return found.defer(*NOT_LISTED).order_by(*order)


@dataclass(frozen=True)
class Figures:
    """How many findings a viewer sees, by severity, rule, source and state: what stands beside the filters of the list."""

    rows: Sequence[tuple[str, str, str, str, int]]

    def open_counts(self) -> dict[str, list[tuple[str, int]]]:
        """For each field of COUNTED its values among the open findings with how many have it, most first."""
        counts: dict[str, Counter[str]] = {field: Counter() for field in COUNTED}
        for *values, state, n in self.rows:
            for field, value in zip(COUNTED, values, strict=True):
                if value and state in OPEN_STATES:
                    counts[field][value] += n
        return {field: sorted(found.items(), key=lambda one: (-one[1], one[0])) for field, found in counts.items()}

    def total(self, wanted: Wanted) -> int | None:
        """How many findings a list has; None where it is narrowed by something that is not counted here."""
        if wanted != Wanted(wanted.state, wanted.severity, wanted.rule, wanted.source, sort=wanted.sort):
            return None
        states = None if wanted.state == ALL else BUNDLES.get(wanted.state, (wanted.state,))
        asked = [getattr(wanted, field) for field in COUNTED]
        return sum(
            n for *values, state, n in self.rows
            if (states is None or state in states)
            and all(not one or one == value for one, value in zip(asked, values, strict=True))
        )  # fmt: skip


def figures_of(viewer: Actor) -> Figures:
    """The figures beside the filters; one query."""
    # By state too, and whole rows: so an index answers in its own order and alone.
    rows = findings_of(viewer).values_list(*COUNTED, "state").annotate(n=Count("*")).order_by()
    return Figures(list(rows))


class KeyedPaginator(Paginator):
    """Pages that are found by their keys alone, which a narrow index answers; then only their own rows are read.

    total: how many rows there are, where that is known; else they are counted.
    """

    def __init__(self, found: QuerySet[Any], per_page: int, *, total: int | None = None) -> None:
        super().__init__(found, per_page)
        if total is not None:
            self.count = total

    def page(self, number: int | str) -> Page:
        """One page. Raises InvalidPage."""
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        found: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        keys = list(found.values_list("pk", flat=True)[bottom : bottom + self.per_page])
        # The keys come from the open scope; asked for the scope once more, the rows would be sought by place.
        rows = Finding._base_manager.defer(*NOT_LISTED).in_bulk(keys)  # noqa: SLF001 - documented API
        return Page([rows[key] for key in keys if key in rows], number, self)


def places_to_choose(place: str) -> list[Division]:
    """Towns inside the open scope, and the villages of the chosen town or of a scope of one town."""
    areas = current_areas()
    found = Division.objects.filter(within("code", areas)).exclude(level=3)
    towns = list(found.filter(level=TOWN_LEVEL))
    chosen = place[:9] if place else (towns[0].code[:9] if len(towns) == 1 else "")
    villages = found.filter(level=5)
    if towns and areas is not EVERYWHERE:
        villages = villages.filter(code__startswith=chosen) if chosen else villages.none()
    return [*towns, *villages]


def saved_views_of(viewer: Actor) -> list[SavedView]:
    """The filters a viewer kept."""
    return list(SavedView.objects.filter(user_id=viewer.user_id).order_by("label"))
