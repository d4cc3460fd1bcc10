"""Findings of the demo's village on their way: so that every role finds something to do, through the services that people use.

The values are what the sweep suggests; which of them is right nobody has looked up, as no household exists.
"""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings

from taizhang.intake.county import SourceKind
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.exempting import propose_exemption
from taizhang.office.casework.services.reviewing import approve_verification
from taizhang.office.casework.services.verifying import (
    Proposal,
    ask_about,
    confirm_finding,
    deny_finding,
    start_verifying,
)
from taizhang.office.demo.accounts import DemoAccount, require_demo
from taizhang.office.duedates.models import Every
from taizhang.office.duedates.services import save_term
from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.findings.selectors.reading import detail_of
from taizhang.office.findings.states import State
from taizhang.office.frames.models import Frame
from taizhang.office.frames.selectors import SHIPPED
from taizhang.office.frames.services import begin_frame

REVIEWERS = (("village", Role.VILLAGE_TEAM), ("town", Role.TOWN_DATA_LEAD), ("county", Role.CENTRE_REVIEWER))
COPIES = 2
"""How many findings stand at each station."""
DUE_DATES = ((Every.MONTH, 25), (Every.MONTH, 28), (Every.MONTH, 20), (Every.WORKDAY, 0))
"""Monthly exports and daily pushes, as operations.md §5 has them."""

Staff = Mapping[Role, Actor]
Step = Callable[[Staff, Finding], None]


def begin_casework(accounts: Sequence[DemoAccount]) -> int:
    """Dispatch the findings of the demo's town and carry some of the village on; gives how many were dispatched.

    Does nothing where anything was dispatched before: the demo then belongs to whoever plays with it. Raises NotADemo.
    """
    require_demo()
    staff = {account.role: account.actor for account in accounts}
    town = next(account.area for account in accounts if account.role == Role.TOWN_DATA_LEAD)
    operator, helper = staff[Role.CENTRE_OPERATOR], staff[Role.HELPER]
    with scope((town,)):
        if Task.objects.exists():
            return 0
        _begin_frames(operator)
        _begin_due_dates(operator, town)
        waiting = list(Finding.objects.filter(state=State.OPEN).order_by("-severity_rank", "pk"))
        dispatch_findings(actor=operator, finding_ids=[one.pk for one in waiting])
        held = Finding.objects.filter(tasks__assignee_id=helper.user_id, tasks__ended_at=None)
        mine = list(held.order_by("-severity_rank", "pk"))
        certain = [one for one in mine if _suggested(one) is not None]
        unclear = [one for one in mine if one not in certain]
        _carry_on(staff, certain, (_to_village, _to_town, _to_county, _to_handback))
        _carry_on(staff, unclear, (_start, _ask, _deny, _exempt))
    return len(waiting)


def _begin_frames(operator: Actor) -> None:
    """The frames whose names are known, empty as they ship: what stands in their cells only a county can say."""
    run = SweepRun.objects.first()
    if run is None:
        return
    begun = set(Frame.objects.filter(year=run.as_of.year).values_list("title", flat=True))
    for title in (one for one in SHIPPED if one not in begun):
        begin_frame(actor=operator, title=title, year=run.as_of.year)


def _begin_due_dates(operator: Actor, town: Area) -> None:
    """When sources are due, as an example: what a county has agreed on only it can say."""
    for number, source in enumerate(settings.INSTALLATION.county.sources):
        every, day = DUE_DATES[number % len(DUE_DATES)]
        own = town.bounds[0] if source.kind == SourceKind.LEDGER else ""
        save_term(actor=operator, source=source.id, town=own, every=every, day=day, why="演示")


def _carry_on(staff: Staff, findings: Sequence[Finding], steps: Sequence[Step]) -> None:
    """Share the steps out over the findings, first one finding a step; beyond that one in three stays as it is."""
    taken = findings[: max(len(steps), min(len(steps) * COPIES, len(findings) * 2 // 3))]
    for place, finding in enumerate(taken):
        steps[place % len(steps)](staff, finding)


def _suggested(finding: Finding) -> Proposal | None:
    """The likeliest value for a field that the finding is about, in the ledger that is probably wrong."""
    source = finding.culprit or finding.source
    for one in detail_of(finding)["candidates"] or ():
        if one["value"] and one["field"] in finding.fields and source:
            return Proposal(source, one["field"], one["value"])
    return None


def _confirm(staff: Staff, finding: Finding) -> None:
    proposal = _suggested(finding)
    assert proposal is not None  # noqa: S101 - only findings with a suggestion come here
    confirm_finding(
        actor=staff[Role.HELPER], finding_id=finding.pk, proposals=[proposal], note="已入户，户口簿与建议值一致。"
    )


def _reviewed(staff: Staff, finding: Finding, levels: int) -> None:
    _confirm(staff, finding)
    for level, role in REVIEWERS[:levels]:
        approve_verification(actor=staff[role], finding_id=finding.pk, level=level, note="同意")


def _to_village(staff: Staff, finding: Finding) -> None:
    _reviewed(staff, finding, 0)


def _to_town(staff: Staff, finding: Finding) -> None:
    _reviewed(staff, finding, 1)


def _to_county(staff: Staff, finding: Finding) -> None:
    _reviewed(staff, finding, 2)


def _to_handback(staff: Staff, finding: Finding) -> None:
    _reviewed(staff, finding, 3)


def _start(staff: Staff, finding: Finding) -> None:
    start_verifying(actor=staff[Role.HELPER], finding_id=finding.pk)


def _ask(staff: Staff, finding: Finding) -> None:
    ask_about(actor=staff[Role.HELPER], finding_id=finding.pk, question="请公安部门核对户籍登记。")


def _deny(staff: Staff, finding: Finding) -> None:
    deny_finding(actor=staff[Role.HELPER], finding_id=finding.pk, note="入户核对，台账所写与户口簿一致。")


def _exempt(staff: Staff, finding: Finding) -> None:
    propose_exemption(actor=staff[Role.TOWN_DATA_LEAD], finding_id=finding.pk, reason="外出务工，年底返乡后再核实。")
