"""Pages of rechecks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.areas import CODE_LENGTH, covered, is_division
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.exporting import export_offered, exported
from taizhang.office.findings.presenting import shown_message, shown_name
from taizhang.office.findings.selectors.places import names_of
from taizhang.office.findings.selectors.sweeps import is_whole_county
from taizhang.office.findings.states import State
from taizhang.office.parts.listing import PAGE, Listing
from taizhang.office.parts.model import Crumb, Table
from taizhang.office.parts.typed import whole_number
from taizhang.office.rechecks import presenting, selectors, services
from taizhang.office.rechecks.errors import NothingClosed, PeriodTaken, PeriodUnfit
from taizhang.office.rechecks.models import Recheck, Round

USUAL_SHARE = 10
FIRST_ROUND = 90
"""What the form proposes: per cent, and days that a first round looks back."""


def rechecks(request: OfficeRequest) -> HttpResponse:
    """Rounds, and one's own rechecks."""
    return _rechecks(request, {})


def _rechecks(request: OfficeRequest, typed: dict[str, str], error: object = None, status: int = 200) -> HttpResponse:
    rounds, today = selectors.rounds(), timezone.localdate()
    last = selectors.next_first_day(rounds)
    shown = {
        "first": (last + timedelta(days=1) if last else today - timedelta(days=FIRST_ROUND)).isoformat(),
        "last": (today - timedelta(days=1)).isoformat(), "share": str(USUAL_SHARE),
    } | typed  # fmt: skip
    *own, drawn = _recheck_lists(request, rounds)
    return render(request, "rechecks/rechecks.html", {
        "rounds": drawn.table(drawn.rows), "typed": shown, "error": error, "own": [one.table(one.rows[:PAGE]) for one in own],
        "may_draw": _may_draw(request), "export": export_offered(request, [*own, drawn], page="rechecks"),
    }, status=status)  # fmt: skip


def _recheck_lists(request: OfficeRequest, rounds: Sequence[Round]) -> list[Listing]:
    """What waits for whoever looks, where they look again at all; and the rounds."""
    actor, tallies = request.actor, selectors.tallies("round_id")
    table = _table(request, is_own=True)
    own = [Listing(_("等您复查的"), selectors.own_open_rechecks(actor), table)] if actor.may("finding.recheck") else []
    return [*own, Listing(_("各轮抽查"), rounds, lambda rows: presenting.rounds_table(rows, tallies))]


def _table(request: OfficeRequest, *, is_own: bool = False) -> Callable[[Iterable[Recheck]], Table]:
    """How rechecks are drawn for whoever looks, today."""
    return partial(presenting.rechecks_table, request.actor, today=timezone.localdate(), is_own=is_own)


def rechecks_export(request: OfficeRequest) -> FileResponse:
    """One's own rechecks and the rounds as a workbook."""
    return exported(request, _recheck_lists(request, selectors.rounds()))


def _may_draw(request: OfficeRequest) -> bool:
    return request.actor.may("recheck.draw", settings.INSTALLATION.county.code.ljust(CODE_LENGTH, "0"))


def recheck_draw(request: OfficeRequest) -> HttpResponse:
    """Draw a round."""
    typed = request.POST.dict()
    share = typed.get("share", "")
    try:
        made = services.draw_round(
            actor=request.actor, first=_day(typed.get("first", "")), last=_day(typed.get("last", "")),
            share=whole_number(share) or 0,
        )  # fmt: skip
    except (PeriodUnfit, PeriodTaken, NothingClosed) as error:
        return _rechecks(request, typed, error, error.status)
    return redirect("recheck_round", made.pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _above(which: Round | None = None) -> list[Crumb]:
    """The pages above one of rechecks. which: the round whose page is one of them."""
    crumbs = [Crumb(_("回头看"), reverse("rechecks"))]
    return crumbs if which is None else [*crumbs, Crumb(str(which), reverse("recheck_round", args=[which.pk]))]


def recheck_round(request: OfficeRequest, round_id: int) -> HttpResponse:
    """One round: how it stands, where, how it was drawn, and what it drew."""
    which = selectors.round_of(round_id)
    in_round = selectors.rechecks_in_scope(round_id=which.pk)
    tally = selectors.tallies("round_id", in_round).get(str(which.pk), selectors.Tally())
    by_town = selectors.tallies("town", in_round)
    listed = _drawn(request, which)
    page = listed.page(request.GET.get("page"))
    return render(request, "rechecks/round.html", {
        "round": which, "title": listed.title, "crumbs": _above(), "facts": presenting.round_facts(which, with_total=is_whole_county(current_areas())), "figures": presenting.round_figures(which.pk, tally),
        "chart": presenting.towns_chart(which.pk, by_town, names_of(by_town)), "page": page,
        "table": listed.table(page), "is_narrowed": any(listed.narrowed.values()), "export": export_offered(request, [listed]),
    })  # fmt: skip


def _drawn(request: OfficeRequest, which: Round) -> Listing:
    """What a round drew, narrowed as the address says."""
    outcome, town = request.GET.get("outcome", ""), request.GET.get("town", "")
    narrowed = {
        "outcome": outcome if outcome in selectors.OUTCOMES else "",
        "town": town if is_division(town) and covered(town, current_areas()) else "",
    }
    rows = selectors.rechecks_in_scope(round_id=which.pk, **narrowed)
    return Listing(f"{_('回头看')} {which}", rows, _table(request), narrowed)


def recheck_round_export(request: OfficeRequest, round_id: int) -> FileResponse:
    """What a round drew as a workbook."""
    return exported(request, [_drawn(request, selectors.round_of(round_id))])


def recheck_rows(request: OfficeRequest) -> HttpResponse:
    """Rechecks of all rounds of a place or a source: the rows of a rate."""
    listed = _rows(request)
    page = listed.page(request.GET.get("page"))
    return render(request, "rechecks/rows.html", {
        "page": page, "crumbs": _above(), "table": listed.table(page), "export": export_offered(request, [listed]),
    })  # fmt: skip


def _rows(request: OfficeRequest) -> Listing:
    narrowed = {name: request.GET.get(name, "")[:40] for name in ("place", "source", "outcome")}
    return Listing(_("抽中的问题"), selectors.rechecks_of(**narrowed), _table(request), narrowed)


def recheck_rows_export(request: OfficeRequest) -> FileResponse:
    """The rows of a rate as a workbook."""
    return exported(request, [_rows(request)])


def recheck(request: OfficeRequest, recheck_id: int) -> HttpResponse:
    """One recheck: what was closed, and the form that says how it is now."""
    which = selectors.recheck_of(recheck_id)
    is_verifier = which.finding.verifications.filter(by_id=request.actor.user_id).exists()
    response = render(request, "rechecks/recheck.html", {
        "recheck": which, "crumbs": _above(which.round), "facts": presenting.recheck_facts(which), "name": shown_name(which.finding),
        "message": shown_message(which.finding), "outcome": presenting.outcome_cell(which),
        "may_decide": not which.result and which.finding.state == State.CLOSED_OUT and not is_verifier
        and request.actor.may("finding.recheck", which.division_code),
        "is_verifier": is_verifier,
        "may_hand_over": not which.result and which.assignee_id is not None
        and request.actor.may("task.reassign", which.division_code),
    })  # fmt: skip
    ledger.record_read(request.actor, "finding.read", "finding", which.finding_id)
    return response


def recheck_decide(request: OfficeRequest, recheck_id: int) -> HttpResponse:
    """Say what was found."""
    holds = request.POST.get("verdict") == "holds"
    which = services.decide_recheck(
        actor=request.actor, recheck_id=recheck_id, holds=holds, note=request.POST.get("note", "")
    )
    messages.success(
        request, _("已记下：属实。") if holds else _("已记下：不属实，问题已重开，等待县监测中心重新派发。")
    )
    return redirect("recheck_round", which.round_id)
