"""Findings are held before the ledger is, and tasks after findings: two people at once wait for one another, never both.

On PostgreSQL, which locks rows; SQLite lets one person write at a time.
"""

import threading
import time

import pytest
from django.db import OperationalError, connection, connections, transaction

from officepeople import COUNTY, SETUP, actor
from officesweeps import finding, full_id, household, person
from taizhang.office import ledger
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.bulk import apply_bulk, preview_bulk
from taizhang.office.casework.services.dispatching import dispatch_findings, reassign_tasks
from taizhang.office.casework.services.exempting import decide_exemption, propose_exemption
from taizhang.office.casework.services.reminding import remind
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="no locks on rows: one person writes at a time"),
]
FIRST, LAST = sorted((full_id(1), full_id(2)))
LATER = 1.0
"""Seconds after which whoever began second waits for the first: more than any step here takes."""


@pytest.fixture
def county(lake):
    """Two findings of one village."""
    people = [person(1, "王建军"), person(2, "李秀英", household=2)]
    lake.imported(
        [finding(1), finding(2, "李秀英", subject=2)], people, [household(1, "王建军"), household(2, "李秀英")]
    )
    with scope((COUNTY,)):
        yield


@pytest.fixture
def staff(county):
    """Who does and who decides."""
    return {role: actor(role, COUNTY) for role in (Role.CENTRE_OPERATOR, Role.CENTRE_REVIEWER)}


def beside(meanwhile, second):
    """Whatever came of `second`, which begins while the last finding is held by somebody who does `meanwhile` after it."""
    said = []

    def at_once():
        try:
            with scope((COUNTY,)):
                said.append(second())
        except OperationalError as error:  # a deadlock, which PostgreSQL ends so
            said.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=at_once)
    with transaction.atomic():
        held = Finding.objects.select_for_update(no_key=True).get(pk=LAST)
        other.start()
        time.sleep(LATER)
        meanwhile(held)
    other.join(timeout=30)
    return said


def entered(held):
    """What every step does once it has changed a finding."""
    ledger.record(SETUP, "finding.rejected", "finding", held.pk, reason="test")


def test_a_bulk_step_waits_for_a_finding_before_it_takes_the_ledger(staff):
    reviewer = staff[Role.CENTRE_REVIEWER]
    Finding.objects.update(state=State.PROVEN)
    seen = preview_bulk(actor=reviewer, step="close", finding_ids=[FIRST, LAST])

    assert beside(
        entered, lambda: apply_bulk(actor=reviewer, step="close", finding_ids=seen.ids, digest=seen.digest)
    ) == [2]


def test_exemptions_that_end_are_all_held_before_the_ledger_is(staff):
    for one in (LAST, FIRST):  # those asked for last come first
        asked = propose_exemption(actor=staff[Role.CENTRE_OPERATOR], finding_id=one, reason="已核实")
        decide_exemption(actor=staff[Role.CENTRE_REVIEWER], exemption_id=asked.pk, approve=True)
    end = asked.expires_on.replace(year=asked.expires_on.year + 1)

    assert beside(entered, lambda: remind(actor=SETUP, today=end)["exemptions_ended"]) == [2]


def test_tasks_that_change_hands_leave_their_findings_to_others(staff):
    operator, leaver = staff[Role.CENTRE_OPERATOR], actor(Role.TOWN_DATA_LEAD, COUNTY)
    dispatch_findings(actor=operator, finding_ids=[FIRST, LAST], assignee_id=leaver.user_id)

    def ended(held):
        Task.objects.filter(finding=held).update(paused_on=None)
        entered(held)

    assert beside(
        ended, lambda: reassign_tasks(actor=operator, from_user_id=leaver.user_id, to_user_id=None, reason="调离")
    ) == [2]
