"""The scoreboard: figures counted by hand, each opening its rows, and nobody else's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from officepeople import COUNTY, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, NEXT_VILLAGE, finding, full_id, household, person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.casework.models import Task
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.findings.models import Finding
from taizhang.office.findings.states import State
from taizhang.office.quality.presenting import place_table
from taizhang.office.quality.selectors import Line, scores_by_place, scores_by_source

pytestmark = pytest.mark.django_db
MORNING = datetime(2020, 2, 19, 9, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday
DAY = MORNING.date()
HOME_TOWN, FAR_TOWN = "610723103000", "610723108000"


@pytest.fixture(autouse=True)
def on_the_day(time_machine):
    """Terms count from the acceptance scenario's day."""
    time_machine.move_to(MORNING)


@pytest.fixture
def county(lake):
    """Four persons at home, one far away. Person 1 has two wrong identities, person 2 a wrong income, person 3 a hint."""
    found = [
        finding(1), finding(2, rule="ID-CHECKSUM", grp="A"),
        finding(3, "李秀英", subject=2, rule="IC-NEGATIVE", grp="P", source="national"),
        finding(4, "赵", NEXT_VILLAGE, subject=3, rule="NM-SHORT", grp="B", severity="info"),
        finding(5, "欧阳远山", FAR_VILLAGE, subject=5, source="national", delta="reopened", reopened_count=1),
    ]  # fmt: skip
    people = [
        person(1, "王建军"), person(2, "李秀英"), person(3, "赵", NEXT_VILLAGE), person(4, "孙立", NEXT_VILLAGE),
        person(5, "欧阳远山", FAR_VILLAGE),
    ]  # fmt: skip
    lake.imported(found, people, [household(1, "王建军"), household(5, "欧阳远山", FAR_VILLAGE)])
    return lake


def client_of(role, area=COUNTY):
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def by_key(lines):
    return {one.key: one for one in lines}


def test_a_person_with_two_wrong_identities_counts_once_and_other_rules_do_not_count(county):
    with scope((COUNTY,)):
        lines = by_key(scores_by_place(DAY))

    home, far = lines[HOME_TOWN], lines[FAR_TOWN]
    assert (home.persons, home.wrong, home.open) == (4, 1, 4)
    assert home.right == 0.75
    assert (far.persons, far.wrong, far.open, far.returned) == (1, 1, 1, 1)


def test_a_town_is_measured_by_its_villages_and_sees_no_other(county):
    with scope((TOWN,)):
        lines = by_key(scores_by_place(DAY))

    assert set(lines) == {"610723103201", NEXT_VILLAGE}
    assert lines[NEXT_VILLAGE].right == 1.0  # a hint is no error


def test_the_least_right_place_stands_first(county):
    with scope((COUNTY,)):
        assert [one.key for one in scores_by_place(DAY)] == [FAR_TOWN, HOME_TOWN]


def test_who_lies_in_no_town_stands_last_is_not_judged_and_opens_no_list(lake):
    nowhere = finding(7, "何人", subject=7) | {
        "village_code": None,
        "town_code": None,
        "town_name": None,
        "village_name": None,
    }
    people = [person(1, "王建军"), person(7, "何人", "610723000000", household=7)]
    lake.imported([finding(1), nowhere], people, [household(1, "王建军")])

    with scope((COUNTY,)):
        lines = scores_by_place(DAY)
    last = place_table(lines, with_links=True).rows[-1]

    assert [(one.key, one.wrong, one.misses_goal) for one in lines] == [
        (HOME_TOWN, 1, True),
        ("610723000000", 1, False),
    ]
    assert (last.cells[1].text, last.cells[0].url, last.cells[3].url) == ("–", "", "")


def test_sources_are_measured_by_the_findings_that_blame_them(county):
    with scope((COUNTY,)):
        lines = by_key(scores_by_source(DAY))
    with scope((TOWN,)):
        of_town = by_key(scores_by_source(DAY))

    assert (lines["city"].open, lines["city"].wrong) == (3, 1)
    assert (lines["national"].open, lines["national"].wrong) == (2, 1)
    assert (of_town["national"].open, of_town["national"].wrong) == (1, 0)


def test_days_to_proof_are_working_days_and_late_tasks_are_told(county, time_machine):
    operator = actor_for(account(Role.CENTRE_OPERATOR))
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(1), full_id(2)])
        Finding.objects.filter(pk=full_id(1)).update(state=State.PROVEN)
        monday = datetime(2020, 2, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
        Task.objects.filter(finding_id=full_id(1)).update(ended_at=monday)
        time_machine.move_to(datetime(2020, 3, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
        home = by_key(scores_by_place(datetime(2020, 3, 30, tzinfo=ZoneInfo("Asia/Shanghai")).date()))[HOME_TOWN]

    assert home.workdays == 3  # Thursday, Friday, Monday
    assert (home.proven, home.returned_share) == (1, 0.0)
    assert (home.tasks, home.overdue) == (1, 1)


def test_just_below_the_goal_is_not_rounded_up_to_it():
    line = Line("610723103000", "龙亭镇", 2000, 41, 41, None, 0, 0, 0, 0)

    cell = place_table([line], with_links=False).rows[0].cells[1]

    assert line.misses_goal
    assert (cell.text, cell.tone) == ("97.9%", "danger")
    assert "98" in str(cell.note)


def test_the_figures_of_wrong_and_proven_open_exactly_what_they_count(county):
    for one, state in ((1, State.PROVEN), (3, State.EXEMPTED)):
        Finding._base_manager.filter(pk=full_id(one)).update(state=state)
    client = client_of(Role.CENTRE_OPERATOR)
    with scope((COUNTY,)):
        lines = scores_by_place(DAY)
    rows = place_table(lines, with_links=True).rows
    _place, _right, _persons, wrong, _open, proven, *_rest = rows[[one.key for one in lines].index(HOME_TOWN)].cells

    of_wrong, of_proven = ([one.pk for one in client.get(cell.url).context["page"]] for cell in (wrong, proven))

    assert (wrong.text, of_wrong) == ("1", [full_id(2)])  # not the hint of person 3
    assert (proven.text, of_proven) == ("1", [full_id(1)])  # not the exempted one


def test_a_leader_sees_the_scores_and_no_lists(county):
    client = client_of(Role.LEADER)

    page = client.get(reverse("scores"))

    assert page.status_code == 200
    assert reverse("findings") not in page.content.decode().split("<main")[1]
    assert client.get(reverse("findings")).status_code == 403


def test_a_helper_has_no_scores(county):
    assert client_of(Role.HELPER, Area("610723103201")).get(reverse("scores")).status_code == 403


def test_the_scoreboard_asks_as_many_questions_for_one_town_as_for_the_county(county):
    counts = []
    for area in (COUNTY, OTHER_TOWN):
        client = client_of(Role.CENTRE_OPERATOR, area)
        client.get(reverse("scores"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("scores"))
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 22
