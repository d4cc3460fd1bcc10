"""The home page as parts."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.casework.selectors import open_tasks_of, waiting_states
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.presenting import sweep_figures
from taizhang.office.findings.selectors.sweeps import sweep_page
from taizhang.office.findings.states import State
from taizhang.office.parts.model import Figure
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
    return run, sweep_figures(sweep_page(run.name), with_links=actor.may("finding.list"))
