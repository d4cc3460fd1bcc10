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
from taizhang.office.findings.selectors import same_sheet
from taizhang.office.findings.selectors.listing import Wanted, figures_of, listed_findings
from taizhang.office.findings.selectors.narrowing import findings_in, findings_of
from taizhang.office.findings.states import State
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
ONE = short_id(full_id(1))
COLUMN, BLOCK = "同一工作表同一列", "行次相连的"


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
        COLUMN: (5, 5), BLOCK: (5, 5),
    }  # fmt: skip


def test_only_the_viewers_area_is_counted(county):
    assert said(client_of(Role.VILLAGE_TEAM, Area("610723103201"))) == {
        "本户": (2, 2), "本村": (3, 3), "本村同一来源": (2, 2), "本镇同一来源": (2, 2),
        COLUMN: (3, 3), BLOCK: (3, 3),
    }  # fmt: skip
    assert said(client_of(Role.TOWN_DATA_LEAD, TOWN))["本镇同一来源"] == (3, 3)


def at(row, sheet="人员信息", column="B", delivery="2020-02-19-aaaaaaaaaaaa"):
    """A finding's one record, in a cell of the city's file."""
    return [{
        "source": "city", "delivery": delivery, "file_no": 0, "file": "人员信息.xlsx", "sheet": sheet, "row": row,
        "cells": [{"field": "name", "cell": f"{column}{row}"}],
    }]  # fmt: skip


@pytest.fixture
def sheet(lake):
    """A run of three rows with a right one between them, one of it far away, then the same complaint elsewhere in the file and in others."""
    places = [
        at(10), at(11), at(13), at(40), at(12, "低保"), at(12, column="C"), at(12, delivery="2020-02-18-bbbbbbbbbbbb"),
    ]  # fmt: skip
    found = [
        finding(one, subject=one, records=records, village=FAR_VILLAGE if one == 3 else NEXT_VILLAGE)
        for one, records in enumerate(places, 1)
    ]
    found.append(finding(8, subject=8, records=at(9), rule="XS-NAME-ORDER", village=NEXT_VILLAGE))
    lake.imported(found, [person(one, "王建军", household=one) for one in range(1, 9)])
    return lake


def beside(client, short=ONE):
    """Of what is said, what stands in the same sheet."""
    return {label: counts for label, counts in said(client, short).items() if label in {COLUMN, BLOCK}}


def test_findings_of_one_column_and_of_rows_that_follow_are_told_and_listed(sheet):
    client = client_of(Role.CENTRE_OPERATOR)

    assert beside(client) == {COLUMN: (4, 4), BLOCK: (3, 3)}
    assert beside(client, short_id(full_id(4))) == {COLUMN: (4, 4)}, "nothing stands in the rows beside row 40"
    assert beside(client, short_id(full_id(5))) == {}, "another sheet"


def test_of_a_sheet_only_the_viewers_own_rows_are_counted(sheet):
    assert beside(client_of(Role.TOWN_DATA_LEAD, TOWN)) == {COLUMN: (3, 3), BLOCK: (2, 2)}


def test_a_finding_that_the_viewer_does_not_see_opens_no_column(sheet):
    listed = client_of(Role.TOWN_DATA_LEAD, TOWN).get(
        reverse("findings"), {"column": short_id(full_id(3)), "block": short_id(full_id(3))}
    )

    assert listed.context["page"].paginator.count == 0


def test_a_list_says_beside_which_finding_it_is_narrowed(sheet):
    page = client_of(Role.CENTRE_OPERATOR).get(reverse("findings"), {"block": ONE}).content.decode()

    assert BLOCK in page and ONE in page


def test_a_column_of_more_than_can_be_asked_for_is_not_told(sheet, monkeypatch):
    monkeypatch.setattr(same_sheet, "MOST", 3)

    assert beside(client_of(Role.CENTRE_OPERATOR)) == {}


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
