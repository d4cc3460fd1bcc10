"""Pages of rechecks."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office import ledger
from taizhang.office.access.areas import CODE_LENGTH
from taizhang.office.access.request import OfficeRequest
from taizhang.office.access.scope import current_areas
from taizhang.office.findings.presenting import shown_message, shown_name
from taizhang.office.findings.selectors.places import names_of
from taizhang.office.findings.selectors.sweeps import is_whole_county
from taizhang.office.findings.states import State
from taizhang.office.parts.typed import whole_number
from taizhang.office.rechecks import presenting, selectors, services
from taizhang.office.rechecks.errors import NothingClosed, PeriodTaken, PeriodUnfit

PAGE = 50
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
    return render(request, "rechecks/rechecks.html", {
        "rounds": presenting.rounds_table(rounds, selectors.tallies("round_id")), "typed": shown, "error": error,
        "own": presenting.rechecks_table(request.actor, selectors.own_open_rechecks(request.actor)[:PAGE], today, is_own=True),
        "may_look": request.actor.may("finding.recheck"), "may_draw": _may_draw(request),
    }, status=status)  # fmt: skip


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


def recheck_round(request: OfficeRequest, round_id: int) -> HttpResponse:
    """One round: how it stands, where, how it was drawn, and what it drew."""
    which, today = selectors.round_of(round_id), timezone.localdate()
    in_round = selectors.rechecks_in_scope(round_id=which.pk)
    tally = selectors.tallies("round_id", in_round).get(str(which.pk), selectors.Tally())
    by_town = selectors.tallies("town", in_round)
    town = request.GET.get("town", "")
    listed = selectors.rechecks_in_scope(
        round_id=which.pk, outcome=request.GET.get("outcome", ""), town=town if town in by_town else ""
    )
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    return render(request, "rechecks/round.html", {
        "round": which, "facts": presenting.round_facts(which, with_total=is_whole_county(current_areas())), "figures": presenting.round_figures(which.pk, tally),
        "chart": presenting.towns_chart(which.pk, by_town, names_of(by_town)), "page": page,
        "table": presenting.rechecks_table(request.actor, page, today),
        "is_narrowed": request.GET.get("outcome", "all") != "all" or bool(town),
    })  # fmt: skip


def recheck_rows(request: OfficeRequest) -> HttpResponse:
    """Rechecks of all rounds of a place or a source: the rows of a rate."""
    words = request.GET
    listed = selectors.rechecks_of(words.get("place", ""), words.get("source", ""), words.get("outcome", ""))
    page = Paginator(listed, PAGE).get_page(words.get("page"))
    table = presenting.rechecks_table(request.actor, page, timezone.localdate())
    return render(request, "rechecks/rows.html", {"page": page, "table": table})


def recheck(request: OfficeRequest, recheck_id: int) -> HttpResponse:
    """One recheck: what was closed, and the form that says how it is now."""
    which = selectors.recheck_of(recheck_id)
    is_verifier = which.finding.verifications.filter(by_id=request.actor.user_id).exists()
    response = render(request, "rechecks/recheck.html", {
        "recheck": which, "facts": presenting.recheck_facts(which), "name": shown_name(which.finding),
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
