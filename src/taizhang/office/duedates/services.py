"""Changing the rules, reminding of what is due and late, and seeing to it that a sweep follows what came."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.roles import Role
from taizhang.office.casework.services.reminding import write_notice
from taizhang.office.casework.services.routing import candidates
from taizhang.office.duedates.due import Standing
from taizhang.office.duedates.errors import NoSuchSource, NotADay
from taizhang.office.duedates.models import Every, Term
from taizhang.office.duedates.selectors import (
    Arrivals,
    DueHere,
    Looked,
    due_between,
    running_terms,
    source_named,
    term_of,
    towns,
)
from taizhang.office.findings.lake import county_code
from taizhang.office.findings.models import SweepRun
from taizhang.office.jobs.selectors import waits_to_begin, was_asked_for
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.telling import need_seen

DAYS: dict[str, range] = {
    Every.WORKDAY: range(1), Every.WEEK: range(1, 8), Every.MONTH: range(1, 32), Every.QUARTER: range(1, 32),
}  # fmt: skip
AGAIN_AFTER = 5
"""Working days from one reminder of a late delivery to the next."""


def save_term(
    *, actor: Actor, source: str, town: str, every: str, day: int, why: str = "", today: date | None = None,
    stood: int | None = None,
) -> Term:  # fmt: skip
    """Say when a source is due for a town or (empty) the county; the rule that held so far ends the day before.

    stood: number of the last entry that the page knew of. Raises NoSuchSource, NotADay, Stale where somebody else said it since.
    """
    if source_named(source) is None or (town and town not in {one.code for one in towns()}):
        raise NoSuchSource("source", "town")
    if every not in DAYS or day not in DAYS[every]:
        raise NotADay("day")
    today = today or timezone.localdate()
    with transaction.atomic():
        for held in running_terms().select_for_update().filter(source=source, town=town).order_by("pk"):
            need_seen(actor, "delivery_term", held.pk, stood)
            _end(held, today)
        term = Term.objects.create(
            source=source, town=town, every=every, day=day, begins_on=today, why=why, saved_by_id=actor.user_id
        )
        ledger.record(
            actor, "delivery_term.saved", "delivery_term", term.pk, source=source, area=town, kind=every, due_day=day
        )
    return term


def end_term(*, actor: Actor, term_id: int, today: date | None = None) -> None:
    """Nothing is due by this rule any more; what was due so far stays. Raises NotFound."""
    with transaction.atomic():
        term = term_of(term_id)
        _end(term, today or timezone.localdate())
        ledger.record(actor, "delivery_term.ended", "delivery_term", term_id, source=term.source, area=term.town)


def _end(term: Term, today: date) -> None:
    if term.begins_on >= today:  # it held for no day
        term.delete()
    else:
        term.ends_on = today - timedelta(days=1)
        term.save(update_fields=["ends_on"])


def follow(*, actor: Actor, today: date | None = None) -> dict[str, int]:
    """Remind of what is due today and late, and queue a sweep for what came and was not swept; twice is once."""
    today = today or timezone.localdate()
    looked, terms = Looked(today), list(running_terms())
    newest = {one.term.pk: one for one in _open(terms, looked)}
    with transaction.atomic():
        written = sum(_remind(one, today) for one in newest.values())
        swept = _sweep_what_came(looked.arrivals, sorted({term.source for term in terms}))
        if written:
            ledger.record(actor, "reminders.sent", "county", today.isoformat(), notices=written)
    return {"notices": written, "sweeps": swept}


def _open(terms: list[Term], looked: Looked) -> list[DueHere]:
    if not terms:
        return []
    first = min(term.begins_on for term in terms)
    found = due_between(first, looked.today, looked=looked, terms=terms)
    return [one for one in found if one.due.standing in (Standing.TODAY, Standing.OVERDUE)]


def _remind(one: DueHere, today: date) -> int:
    due, term = one.due, one.term
    if due.standing == Standing.TODAY:
        if due.on != today:
            return 0
        kind = "delivery:due"
    elif due.late == 1 or due.late % AGAIN_AFTER == 0:
        kind = "delivery:late"
    else:
        return 0
    users = candidates(Role.CENTRE_OPERATOR, county_code(), today)
    if term.town:
        users += candidates(Role.TOWN_DATA_LEAD, term.town, today)
    facts = {"source": one.title, "town": one.town, "due": due.on.isoformat(), "late": due.late}
    return sum(
        write_notice(user, key=f"{kind}:{term.pk}:{due.on.isoformat()}:{due.late}:{user}", kind=kind, facts=facts)
        for user in dict.fromkeys(users)
    )


def _sweep_what_came(arrivals: Arrivals, sources: list[str]) -> int:
    """One sweep for all; a delivery asks for it once, whatever becomes of the sweep."""
    run = SweepRun.objects.first()
    seen = {(one["source"], one["delivery"]) for one in run.deliveries} if run else set()
    newest = [found[-1] for source in sources if (found := arrivals.of(source))]
    keys = sorted(f"sweep:came:{one.source}:{one.name}" for one in newest if (one.source, one.name) not in seen)
    unasked = [key for key in keys if not was_asked_for(key)]
    if not unasked or waits_to_begin("sweep.run"):
        return 0
    enqueue("sweep.run", key=unasked[-1])
    return 1
