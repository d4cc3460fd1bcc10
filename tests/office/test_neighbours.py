"""What the neighbours say on a finding's page: the same complaint around it, counted in the viewer's area, opening its list."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from officepeople import COUNTY, TOWN, actor
from officepeople import person as account
from officesweeps import FAR_VILLAGE, NEXT_VILLAGE, finding, full_id, household, person
from taizhang.office.access.areas import Area, within
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope, scope_off
from taizhang.office.findings.models import Finding
from taizhang.office.findings.selectors.listing import Wanted, figures_of, listed_findings
from taizhang.office.findings.selectors.narrowing import findings_in, findings_of
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


@pytest.mark.parametrize(
    "area", [COUNTY, TOWN, Area(NEXT_VILLAGE), Area("610723103201"), Area(FAR_VILLAGE), Area("610723000")]
)
@pytest.mark.parametrize("asked", ["610723", "610723103", "610723103201", FAR_VILLAGE])
def test_the_findings_in_an_area_are_those_of_the_scope_that_lie_in_it(county, area, asked):
    viewer = actor(Role.CENTRE_OPERATOR, area)
    inside = within("division_code", (Area(asked),))
    with scope((area,)):
        assert set(findings_in(viewer, Area(asked))) == set(findings_of(viewer).filter(inside))


def test_a_role_that_is_narrowed_is_narrowed_in_an_area_too(county):
    helper = actor(Role.HELPER, TOWN)

    with scope((TOWN,)):
        assert list(findings_in(helper, TOWN)) == []


@pytest.mark.parametrize("query", [
    "", "state=all", "state=closed_out", "state=ended-all", "severity=error", "severity=warn", "rule=XS-NAME-SOUND&source=national",
    "source=city", "sort=-name", "place=610723103000", "delta=new", "state=all&rule=XS-NAME-ORDER",
])  # fmt: skip
@pytest.mark.parametrize("area", [COUNTY, TOWN, Area(FAR_VILLAGE)])
def test_the_length_of_a_list_taken_from_its_figures_is_that_of_its_rows(county, area, query):
    viewer, wanted = actor(Role.CENTRE_OPERATOR, area), Wanted.read(QueryDict(query).dict())
    with scope((area,)):
        total = figures_of(viewer).total(wanted)
        assert total in (None, listed_findings(viewer, wanted).count())
    assert (total is None) == ("place" in query or "delta" in query)
