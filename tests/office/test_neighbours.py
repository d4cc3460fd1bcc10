"""What the neighbours say on a finding's page: the same complaint around it, counted in the viewer's area, opening its list."""

import pytest
from django.test import Client
from django.urls import reverse

from officepeople import COUNTY, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, NEXT_VILLAGE, finding, full_id, household, person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope_off
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
ONE = short_id(full_id(1))


@pytest.fixture
def county(lake):
    """The same complaint three times in one village (two of them in one household, one by another ledger), next door and far away."""
    found = [
        finding(1), finding(2, subject=2, household_id=1), finding(3, subject=3, source="national"),
        finding(4, subject=4, village=NEXT_VILLAGE), finding(5, subject=5, village=FAR_VILLAGE),
        finding(6, subject=6, rule="XS-NAME-ORDER"), finding(7, subject=7),
    ]  # fmt: skip
    lake.imported(found, [person(one, "王建军") for one in range(1, 8)], [household(1, "王建军")])
    with scope_off("test"):
        Finding.objects.filter(pk=full_id(7)).update(state=State.CLOSED_OUT)
    return lake


def client_of(role, area=COUNTY):
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def said(client, short=ONE):
    """Label → (count, rows of the list it opens)."""
    around = client.get(reverse("finding", args=[short])).context["neighbours"]
    return {str(one.label): (one.count, client.get(one.url).context["page"].paginator.count) for one in around}


def test_each_count_is_that_of_the_list_it_opens(county):
    assert said(client_of(Role.CENTRE_OPERATOR)) == {
        "本户": (2, 2), "本村": (3, 3), "本村同一来源": (2, 2), "本镇同一来源": (3, 3),
    }  # fmt: skip


def test_only_the_viewers_area_is_counted(county):
    assert said(client_of(Role.VILLAGE_TEAM, Area("610723103201"))) == {
        "本户": (2, 2), "本村": (3, 3), "本村同一来源": (2, 2), "本镇同一来源": (2, 2),
    }  # fmt: skip
    assert said(client_of(Role.TOWN_DATA_LEAD, TOWN))["本镇同一来源"] == (3, 3)


def test_where_a_finding_stands_alone_nothing_is_said(county):
    client = client_of(Role.CENTRE_OPERATOR)

    assert said(client, short_id(full_id(6))) == {}
    assert "邻里" not in client.get(reverse("finding", args=[short_id(full_id(6))])).content.decode()
