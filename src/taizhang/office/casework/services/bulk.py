"""The same step for many findings: previewed, and void when the selection is no longer what was previewed."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import TooMany
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.owning import work_places
from taizhang.office.casework.services.reviewing import approve_verification, close_finding
from taizhang.office.casework.transitions import MOVES
from taizhang.office.errors import NotFound, Stale
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.narrowing import findings_of

MOST = 2000
SAMPLES = 10


@dataclass(frozen=True)
class Preview:
    """What a bulk step would do: ids, counts by place and rule, findings it does not fit, a few samples, its digest."""

    step: str
    ids: tuple[str, ...]
    by_place: tuple[tuple[str, int], ...]
    by_rule: tuple[tuple[str, int], ...]
    unfit: int
    samples: tuple[Finding, ...]
    digest: str


def _approve(level: str) -> Callable[[Actor, Sequence[str]], None]:
    def approve(actor: Actor, ids: Sequence[str]) -> None:
        for finding_id in ids:
            approve_verification(actor=actor, finding_id=finding_id, level=level)

    return approve


def _close(actor: Actor, ids: Sequence[str]) -> None:
    for finding_id in ids:
        close_finding(actor=actor, finding_id=finding_id)


def _dispatch(actor: Actor, ids: Sequence[str]) -> None:
    dispatch_findings(actor=actor, finding_ids=ids)


STEPS: dict[str, Callable[[Actor, Sequence[str]], None]] = {
    "dispatch": _dispatch, "village_ok": _approve("village"), "town_ok": _approve("town"),
    "county_ok": _approve("county"), "close": _close,
}  # fmt: skip


def preview_bulk(*, actor: Actor, step: str, finding_ids: Sequence[str]) -> Preview:
    """Say what a step would do to these findings.

    Raises NotFound where any is outside the scope or the step is unknown, TooMany for more than MOST of them.
    """
    if step not in STEPS:
        raise NotFound
    asked = sorted(set(finding_ids))
    if len(asked) > MOST:
        raise TooMany("chosen", asked=len(asked), most=MOST)
    found = list(findings_of(actor).filter(pk__in=asked).order_by("pk"))
    if len(found) != len(asked):
        raise NotFound
    move = MOVES[step]
    work = work_places(found)
    fit = [one for one in found if one.state in move.sources and actor.may(move.permission, work[one.pk])]
    places = Counter(one.village_name or one.town_name or one.division_code for one in fit)
    return Preview(
        step=step, ids=tuple(one.pk for one in fit), by_place=tuple(places.most_common()),
        by_rule=tuple(Counter(one.rule for one in fit).most_common()), unfit=len(found) - len(fit),
        samples=tuple(fit[:SAMPLES]), digest=_digest(step, fit),
    )  # fmt: skip


def apply_bulk(*, actor: Actor, step: str, finding_ids: Sequence[str], digest: str) -> int:
    """Do what was previewed, all or nothing. Raises Stale where anything changed since, and what the single step raises."""
    with transaction.atomic():
        _hold(actor, finding_ids)
        preview = preview_bulk(actor=actor, step=step, finding_ids=finding_ids)
        if preview.digest != digest or not preview.ids:
            raise Stale
        STEPS[step](actor, preview.ids)
        ledger.record(actor, "finding.bulk", "finding", digest[:16], step=step, count=len(preview.ids), digest=digest)
    return len(preview.ids)


def _hold(actor: Actor, finding_ids: Sequence[str]) -> None:
    """Lock them all, in the order of their keys, before the first entry is written.

    Whoever writes an entry keeps the ledger until the end of the transaction: a finding asked for after that may be in the
    hands of somebody who waits for the ledger.
    """
    if len(set(finding_ids)) > MOST:
        return  # the preview refuses
    found = findings_of(actor).select_for_update(of=("self",), no_key=True).filter(pk__in=set(finding_ids))
    list(found.order_by("pk").values_list("pk", flat=True))


def _digest(step: str, findings: Sequence[Finding]) -> str:
    text = step + "|".join(f"{one.pk}:{one.state}:{one.value_digest}" for one in findings)
    return hashlib.sha256(text.encode()).hexdigest()
