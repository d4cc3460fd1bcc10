"""The home page says what waits for whoever opens it, and nothing of others."""

import pytest

from officepeople import COUNTY, OTHER_TOWN, TOWN, actor, person
from officesweeps import FAR_VILLAGE, finding, full_id, household
from officesweeps import person as registered
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.desk.presenting import waiting_figures

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


def test_a_leader_sees_what_a_sweep_found_and_no_address_of_a_list(found, client):
    page = opened(client, Role.LEADER, TOWN)

    assert "新增" in page
    assert "/findings/" not in page
    assert "王建军" not in page


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LABOUR_OFFICER])
def test_whoever_has_nothing_to_do_with_findings_sees_none(found, client, role):
    page = opened(client, role, COUNTY)

    assert "您可以用的页面" in page
    assert "待派发" not in page


def test_every_role_opens_its_home(found, client):
    for role in Role:
        assert "首页" in opened(client, role, COUNTY), role
