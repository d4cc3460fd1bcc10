"""The home page as parts."""

from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.casework.selectors import open_tasks_of, waiting_states
from taizhang.office.desk.visits import Since
from taizhang.office.findings.addresses import rows_address
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.presenting import happenings, sweep_figures
from taizhang.office.findings.selectors.happening import BACK, CLOSED, RETURNED
from taizhang.office.findings.selectors.listing import LATE, is_late
from taizhang.office.findings.selectors.narrowing import findings_of
from taizhang.office.findings.selectors.sweeps import sweep_page
from taizhang.office.findings.states import OPEN_STATES, State
from taizhang.office.parts.model import Chart, Figure, Series
from taizhang.office.quality.limits import limits_of
from taizhang.office.quality.presenting import Drawer
from taizhang.office.quality.selectors import Board, board_of_places
from taizhang.office.rechecks.selectors import own_open_rechecks

URGENT = frozenset({State.NOT_FIXED, State.REOPENED})


def waiting_figures(actor: Actor) -> list[Figure]:
    """What waits for the actor, each figure opening its list; empty where nothing does."""
    figures = [_waiting(state, count) for state, count in waiting_states(actor)] if actor.may("finding.list") else []
    return [*_own_tasks(actor), *_own_rechecks(actor), *figures]


def _waiting(state: State, count: int) -> Figure:
    url = reverse("handbacks") if state is State.COUNTY_OK else f"{reverse('findings')}?state={state.value}"
    return Figure(state.label, f"{count:,}", url=url, tone="danger" if state in URGENT else "")


def _own_tasks(actor: Actor) -> list[Figure]:
    if not actor.may("task.own"):
        return []
    tasks = open_tasks_of(actor)
    count, late = tasks.count(), tasks.filter(due_on__lt=timezone.localdate(), paused_on=None).count()
    if not count:
        return []
    note = _("其中 %(n)s 项已超期") % {"n": late} if late else ""
    return [Figure(_("我的任务"), f"{count:,}", url=reverse("tasks"), note=note, tone="danger" if late else "")]


def _own_rechecks(actor: Actor) -> list[Figure]:
    """Drawn findings that the actor looks at again."""
    count = own_open_rechecks(actor).count() if actor.may("finding.recheck") else 0
    return [Figure(_("回头看"), f"{count:,}", url=reverse("rechecks"))] if count else []


def newest_sweep(actor: Actor) -> tuple[SweepRun | None, list[Figure]]:
    """The newest sweep and what it found in the actor's divisions; None where there is none or it is not theirs to see."""
    run = SweepRun.objects.first() if actor.may("sweep.see") else None
    if run is None:
        return None, []
    return run, sweep_figures(actor, sweep_page(run.name))


def since_figures(actor: Actor, since: Since) -> list[Figure]:
    """What happened since the last visit, each figure opening its rows; without those of nothing."""
    tones: dict[str, Any] = {BACK: "danger", RETURNED: "warning", CLOSED: "success"}
    return [
        Figure(happenings()[word], f"{count:,}", rows_address(actor, did=word, after=str(since.after), state="all"), tone=tones.get(word, ""))
        for word, count in since.counts.items() if count
    ]  # fmt: skip


def stages_chart(actor: Actor, today: date) -> Chart:
    """Open findings by where they stand, those past their day apart."""
    # Apart, so that an index alone answers the first, and the few late tasks the second.
    found = findings_of(actor).filter(state__in=OPEN_STATES).order_by().values_list("state")
    counted, late = (dict(one.annotate(n=Count("*"))) for one in (found, found.filter(is_late(today))))
    shown = [state for state in State if state in counted]
    return Chart(
        _("各环节的问题"), "stacked", [state.label for state in shown],
        [
            Series(_("超期"), [late.get(state, 0) for state in shown], [rows_address(actor, state=state.value, due=LATE) for state in shown], "danger"),
            Series(_("未超期"), [counted[state] - late.get(state, 0) for state in shown], [rows_address(actor, state=state.value) for state in shown], "neutral"),
        ], horizontal=True,
    )  # fmt: skip


def board_figures(actor: Actor, today: date) -> tuple[list[Figure], Chart]:
    """All places of the viewer together, as large figures that open their rows; and the places with most wrong persons."""
    board = board_of_places(today)
    drawer = Drawer(actor, limits_of(today.year))
    table = drawer.place_table(Board([], board.total))
    if board.total is None:
        return [], drawer.right_chart(board)
    figures = [
        Figure(column.label, cell.text, cell.url or ("" if cell.text == "–" else reverse("scores")), note=cell.note, tone="danger" if "danger" in (cell.tone, cell.note_tone) else "")
        for column, cell in zip(table.columns[1:], table.rows[0].cells[1:], strict=True)
    ]  # fmt: skip
    return figures, drawer.right_chart(board)
