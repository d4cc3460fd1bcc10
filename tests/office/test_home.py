"""The home page says what waits for whoever opens it, and nothing of others."""

import html
import re

import pytest
from django.db import transaction

from officepeople import COUNTY, OTHER_TOWN, SETUP, TOWN, actor, person
from officesweeps import FAR_VILLAGE, finding, full_id, household
from officesweeps import person as registered
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.desk.presenting import waiting_figures
from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.ledger import record

pytestmark = pytest.mark.django_db
VILLAGE = Area("610723103201")


@pytest.fixture
def found(lake):
    """Two findings, one of another town, imported."""
    lake.imported(
        [finding(1), finding(2, "李秀英", FAR_VILLAGE, subject=2)],
        persons=[registered(1, "王建军"), registered(2, "李秀英", FAR_VILLAGE, household=2)],
        households=[household(1, "王建军"), household(2, "李秀英", FAR_VILLAGE)],
    )


def waiting(who, area):
    """Label → (value, address) of what waits for somebody."""
    with scope((area,)):
        return {str(one.label): (one.value, one.url) for one in waiting_figures(who)}


def opened(client, role, area):
    """The home page as somebody sees it."""
    client.force_login(person(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get("/").content.decode()


def test_a_step_waits_for_whoever_may_take_it_in_their_own_area_only(found):
    operator, helper = actor(Role.CENTRE_OPERATOR, COUNTY), actor(Role.HELPER, VILLAGE)
    assert waiting(operator, COUNTY) == {"待派发": ("2", "/findings/?state=open")}
    assert waiting(actor(Role.TOWN_DATA_LEAD, OTHER_TOWN), OTHER_TOWN) == {}
    assert waiting(helper, VILLAGE) == {}

    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(1)], assignee_id=helper.user_id)

    assert waiting(helper, VILLAGE) == {"我的任务": ("1", "/tasks/")}
    assert waiting(actor(Role.HELPER, VILLAGE), VILLAGE) == {}
    assert waiting(operator, COUNTY) == {"待派发": ("1", "/findings/?state=open")}


def test_a_leader_sees_figures_that_open_rows_without_names(found, client):
    page = opened(client, Role.LEADER, COUNTY)

    assert "新增" in page
    assert "/findings/?" not in page
    addresses = {html.unescape(one) for one in re.findall(r'href="(/findings/rows[^"]*)"', page)}
    assert len(addresses) >= 3
    for address in addresses:
        rows = client.get(address)
        assert rows.status_code == 200
        assert "王建军" not in rows.content.decode()
    assert "王建军" not in page


def test_every_figure_of_the_leaders_board_opens_something(found, client):
    client.force_login(person(Role.LEADER, COUNTY), backend="allauth.account.auth_backends.AuthenticationBackend")
    board = client.get("/").context["board"]

    by_label = {str(one.label): one for one in board}
    assert by_label["未办结"].value == "2"
    assert client.get(by_label["未办结"].url).context["page"].paginator.count == 2
    assert client.get(by_label["身份正确率"].url).status_code == 200
    assert {label for label, one in by_label.items() if not one.url} <= {
        "已印证", "办结工作日（中位数）", "复发", "超期", "回头看不属实率", "人数",
    }  # fmt: skip


def test_a_first_visit_has_no_since_and_a_second_tells_what_happened(found, client, lake):
    user = person(Role.CENTRE_REVIEWER, COUNTY)
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(user, backend=backend)
    assert client.get("/").context["since"] is None
    lake.imported(
        [finding(1, delta="persisting"), finding(2, "李秀英", FAR_VILLAGE, subject=2, delta="persisting"),
         finding(3)],
        persons=[registered(1, "王建军"), registered(2, "李秀英", FAR_VILLAGE, household=2)], households=[household(1, "王建军")],
    )  # fmt: skip
    Finding._base_manager.filter(pk=full_id(3)).update(first_seen=lake.made[-1].name)
    Finding._base_manager.filter(pk=full_id(1)).update(state="reopened", changed_in=SweepRun.objects.first())
    with scope((COUNTY,)), transaction.atomic():
        record(SETUP, "finding.closed", "finding", full_id(2), division_code=FAR_VILLAGE)
        record(SETUP, "finding.closed", "finding", "not there", division_code=FAR_VILLAGE)

    client.logout()
    client.force_login(user, backend=backend)
    figures = {str(one.label): one for one in client.get("/").context["since_figures"]}

    assert {label: one.value for label, one in figures.items()} == {
        "新发现": "1",
        "重现或未见修改": "1",
        "印证或销号": "1",
    }
    opened_rows = {label: [row.pk for row in client.get(one.url).context["page"]] for label, one in figures.items()}
    assert opened_rows == {"新发现": [full_id(3)], "重现或未见修改": [full_id(1)], "印证或销号": [full_id(2)]}


def test_what_happened_elsewhere_is_not_told(found, client):
    user = person(Role.TOWN_DATA_LEAD, TOWN)
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(user, backend=backend)
    client.logout()
    with transaction.atomic():
        record(SETUP, "finding.closed", "finding", full_id(2), division_code=FAR_VILLAGE)
    client.force_login(user, backend=backend)

    assert client.get("/").context["since_figures"] == []


def test_the_open_findings_are_drawn_by_stage_each_bar_opening_its_rows(found, client):
    client.force_login(
        person(Role.CENTRE_OPERATOR, COUNTY), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    (stages, *_trends) = client.get("/").context["charts"]

    assert [str(one) for one in stages.categories] == ["待派发"]
    assert [list(one.values) for one in stages.series] == [[0], [2]]
    assert client.get(stages.series[1].links[0]).context["page"].paginator.count == 2


@pytest.mark.parametrize(
    "role", [Role.LABOUR_OFFICER, Role.TRANSPORT_OFFICER, Role.ENTERPRISE_OFFICER, Role.INDUSTRY_OFFICER]
)
def test_roles_whose_works_come_later_are_told_so_and_led_nowhere_shut(found, client, role):
    page = opened(client, role, COUNTY)

    assert "还没有上线" in page
    for address in set(re.findall(r'href="(/[^"#?]*)"', page.split("<main")[1])):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LABOUR_OFFICER])
def test_whoever_has_nothing_to_do_with_findings_sees_none(found, client, role):
    page = opened(client, role, COUNTY)

    assert "您可以用的页面" in page
    assert "待派发" not in page


def test_every_role_opens_its_home(found, client):
    for role in Role:
        assert "首页" in opened(client, role, COUNTY), role
