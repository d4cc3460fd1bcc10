"""The scoreboard: figures counted by hand, each opening its rows, and nobody else's."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import openpyxl
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
from taizhang.office.findings.models import Finding, SweepRun
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.places.models import Division
from taizhang.office.quality.limits import LATE, RIGHT, limits_of, set_limit
from taizhang.office.quality.presenting import Drawer
from taizhang.office.quality.selectors import Board, Line, board_of_places, board_of_sources
from taizhang.office.quality.trend import trend
from taizhang.office.rechecks.models import Recheck, Round

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


def drawn(lines, role=Role.CENTRE_OPERATOR):
    """The rows of a board as somebody sees them."""
    drawer = Drawer(actor_for(account(role)), limits_of(2020))
    return drawer.place_table(Board(lines, None)).rows


def by_key(lines):
    return {one.key: one for one in lines}


def test_a_person_with_two_wrong_identities_counts_once_and_other_rules_do_not_count(county):
    with scope((COUNTY,)):
        lines = by_key(board_of_places(DAY).lines)

    home, far = lines[HOME_TOWN], lines[FAR_TOWN]
    assert (home.persons, home.wrong, home.open) == (4, 1, 4)
    assert home.right == 0.75
    assert (far.persons, far.wrong, far.open, far.returned) == (1, 1, 1, 1)


def test_a_town_is_measured_by_its_villages_and_sees_no_other(county):
    with scope((TOWN,)):
        lines = by_key(board_of_places(DAY).lines)

    assert set(lines) == {"610723103201", NEXT_VILLAGE}
    assert lines[NEXT_VILLAGE].right == 1.0  # a hint is no error


def test_the_least_right_place_stands_first(county):
    with scope((COUNTY,)):
        assert [one.key for one in board_of_places(DAY).lines] == [FAR_TOWN, HOME_TOWN]


def test_who_lies_in_no_town_stands_last_is_not_judged_and_opens_only_what_lies_there(lake):
    nowhere = finding(7, "何人", subject=7) | {
        "village_code": None,
        "town_code": None,
        "town_name": None,
        "village_name": None,
    }
    people = [person(1, "王建军"), person(7, "何人", "610723000000", household=7)]
    lake.imported([finding(1), nowhere], people, [household(1, "王建军")])

    with scope((COUNTY,)):
        lines = board_of_places(DAY).lines
        *_others, last = drawn(lines)

    assert [(one.key, one.wrong) for one in lines] == [(HOME_TOWN, 1), ("610723000000", 1)]
    assert (last.cells[1].text, last.cells[0].url, last.cells[2].url) == ("–", "", "")
    listed = client_of(Role.CENTRE_OPERATOR).get(last.cells[3].url)
    assert [one.pk for one in listed.context["page"]] == [full_id(7)]
    assert "未定到下一级" in listed.content.decode()


def test_a_sweeps_chart_names_the_county_itself_and_opens_only_what_lies_in_no_town(lake):
    nowhere = finding(7, "何人", subject=7) | dict.fromkeys(("village_code", "town_code", "town_name", "village_name"))
    lake.imported([finding(1), nowhere], [person(1, "王建军")], [household(1, "王建军")])
    Division.objects.update_or_create(code="610723000000", defaults={"name": "洋县", "level": 3})
    client = client_of(Role.CENTRE_OPERATOR)

    by_place = client.get(reverse("sweep", args=[SweepRun.objects.get().name])).context["charts"][0]

    at = by_place.categories.index("洋县")
    assert client.get(by_place.series[0].links[at]).context["page"].paginator.count == 1


def test_sources_are_measured_by_the_findings_that_blame_them(county):
    with scope((COUNTY,)):
        lines = by_key(board_of_sources(DAY).lines)
    with scope((TOWN,)):
        of_town = by_key(board_of_sources(DAY).lines)

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
        home = by_key(board_of_places(datetime(2020, 3, 30, tzinfo=ZoneInfo("Asia/Shanghai")).date()).lines)[HOME_TOWN]

    assert home.workdays == 3  # Thursday, Friday, Monday
    assert (home.proven, home.returned_share) == (1, 0.0)
    assert (home.held, home.overdue, home.worked) == (1, 1, 1)


def test_just_below_the_goal_is_not_rounded_up_to_it():
    line = Line("610723103000", "龙亭镇", 2000, 41)

    cell = drawn([line])[0].cells[1]

    assert (cell.text, cell.tone) == ("97.9%", "danger")
    assert "98" in str(cell.note)


def test_the_figures_of_wrong_and_proven_open_exactly_what_they_count(county):
    for one, state in ((1, State.PROVEN), (3, State.EXEMPTED)):
        Finding._base_manager.filter(pk=full_id(one)).update(state=state)
    client = client_of(Role.CENTRE_OPERATOR)
    with scope((COUNTY,)):
        lines = board_of_places(DAY).lines
        rows = drawn(lines)
    _place, _right, _persons, wrong, _open, proven, *_rest = rows[[one.key for one in lines].index(HOME_TOWN)].cells

    of_wrong, of_proven = ([one.pk for one in client.get(cell.url).context["page"]] for cell in (wrong, proven))

    assert (wrong.text, of_wrong) == ("1", [full_id(2)])  # not the hint of person 3
    assert (proven.text, of_proven) == ("1", [full_id(1)])  # not the exempted one


def test_a_leader_sees_the_scores_and_no_lists(county):
    client = client_of(Role.LEADER)

    page = client.get(reverse("scores"))

    assert page.status_code == 200
    assert f'href="{reverse("findings")}?' not in page.content.decode()
    assert client.get(reverse("findings")).status_code == 403
    (wrong, *_more) = [row.cells[3] for row in page.context["places"].rows]
    rows = client.get(wrong.url).content.decode()
    assert rows.count("<tr data-row") == 1
    assert "欧阳远山" not in rows


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
    assert counts[0] <= 30


def test_every_figure_opens_as_many_rows_as_it_counts(county, time_machine):
    """Proven after a dispatch, past its day, back again, wrong, rechecked: each beside findings that must not be shown."""
    operator = actor_for(account(Role.CENTRE_OPERATOR))
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(one) for one in (1, 2, 3)])
        Finding.objects.filter(pk=full_id(1)).update(state=State.CLOSED_OUT)
        Task.objects.filter(finding_id=full_id(1)).update(ended_at=MORNING)
        Task.objects.filter(finding_id=full_id(2)).update(due_on="2020-02-01")
        Finding.objects.filter(pk=full_id(4)).update(reopened_count=1)
        round_ = Round.objects.create(first=DAY, last=DAY, share=100, seed="0" * 64, population=1)
        Recheck.objects.create(
            division_code="610723103201", round=round_, finding_id=full_id(1), town=HOME_TOWN, group="C", stratum_size=1,
            stratum_drawn=1, due_on=DAY, result="held", decided_by_id=operator.user_id,
        )  # fmt: skip
    client = client_of(Role.CENTRE_OPERATOR)
    board = client.get(reverse("scores")).context["places"]
    names = [str(column.label) for column in board.columns]
    (home,) = [dict(zip(names, row.cells, strict=True)) for row in board.rows if row.cells[0].text == HOME_TOWN]

    def opened(name):
        page = client.get(home[name].url).context["page"]
        return page.paginator.count

    assert (home["人数"].text, opened("人数")) == ("4", 4)
    assert (home["未办结"].text, opened("未办结")) == ("3", 3)
    assert (
        home["办结工作日（中位数）"].text,
        str(home["办结工作日（中位数）"].note),
        opened("办结工作日（中位数）"),
    ) == ("0", "1 条", 1)
    assert (home["复发"].text, opened("复发")) == ("1", 1)
    assert (home["超期"].text, opened("超期")) == ("1", 1)
    assert (home["回头看不属实率"].text, opened("回头看不属实率")) == ("0.0%", 1)


def test_persons_and_their_findings_are_both_said_where_they_differ(county):
    Finding._base_manager.filter(pk=full_id(2)).update(subject_person=1, subject="1")

    page = client_of(Role.CENTRE_OPERATOR).get(reverse("scores"))
    (wrong,) = [row.cells[3] for row in page.context["places"].rows if row.cells[0].text == HOME_TOWN]

    assert (wrong.text, str(wrong.note)) == ("1", "共 2 条问题")


def test_all_places_together_stand_below_and_are_no_mean_of_shares(county):
    with scope((COUNTY,)):
        total = board_of_places(DAY).total

    assert (total.persons, total.wrong, total.open, total.right) == (
        5,
        2,
        5,
        0.6,
    )  # the mean of 75 % and 0 % would be 37.5 %
    rows = client_of(Role.CENTRE_OPERATOR).get(reverse("scores")).context["places"].rows
    assert rows[-1].cells[0].text == "合计"


def test_a_town_opens_its_villages_and_another_towns_stay_shut(county):
    Division.objects.create(code=HOME_TOWN, name="龙亭镇", level=4)
    page = client_of(Role.LEADER).get(reverse("scores"), {"place": HOME_TOWN})
    other = client_of(Role.TOWN_DATA_LEAD, OTHER_TOWN).get(reverse("scores"), {"place": HOME_TOWN})

    assert {row.cells[0].text for row in page.context["places"].rows} == {"610723103201", NEXT_VILLAGE, "合计"}
    assert {row.cells[0].text for row in other.context["places"].rows} == {FAR_VILLAGE}


def test_the_list_of_persons_is_masked_recorded_and_ends_at_the_area(county):
    Division.objects.create(code=HOME_TOWN, name="龙亭镇", level=4)
    client = client_of(Role.CENTRE_OPERATOR)

    page = client.get(reverse("persons", args=[HOME_TOWN]))

    assert page.context["page"].paginator.count == 4
    assert Entry.objects.filter(verb="persons.listed", subject_id=HOME_TOWN).count() == 1
    assert client_of(Role.TOWN_DATA_LEAD, OTHER_TOWN).get(reverse("persons", args=[HOME_TOWN])).status_code == 404
    assert client_of(Role.LEADER).get(reverse("persons", args=[HOME_TOWN])).status_code == 403


# --- limits ---


def test_limits_begin_with_those_of_the_field_and_are_set_by_year():
    reviewer = actor_for(account(Role.CENTRE_REVIEWER))
    set_limit(actor=reviewer, measure=RIGHT, year="2021", percent="99.5", reason="县发〔2021〕1号")

    assert [limits_of(year)[RIGHT].words for year in (2020, 2021, 2022)] == ["98%", "99.5%", "99.5%"]
    assert limits_of(2022)[LATE].words == "10%"
    entry = Entry.objects.get(verb="limit.changed")
    assert (entry.data["percent"], entry.reason) == (["98", "99.5"], "县发〔2021〕1号")


@pytest.mark.parametrize(
    "changes", [{"measure": "no"}, {"year": "1999"}, {"year": "x"}, {"percent": "101"}, {"percent": "-1"}, {"percent": "9.99"},
                {"percent": "NaN"}, {"percent": ""}, {"reason": "无"}],
)  # fmt: skip
def test_a_limit_that_cannot_be_is_told_on_the_page_and_not_kept(county, changes):
    words = {"measure": RIGHT, "year": "2020", "percent": "97", "reason": "县里的通知"} | changes

    answer = client_of(Role.CENTRE_REVIEWER).post(reverse("limit_save"), words)

    assert answer.status_code == 422
    assert not Entry.objects.filter(verb="limit.changed").exists()


def test_the_board_judges_by_the_limit_of_the_year(county):
    reviewer = client_of(Role.CENTRE_REVIEWER)
    before = reviewer.get(reverse("scores")).context["places"].rows
    reviewer.post(reverse("limit_save"), {"measure": RIGHT, "year": "2020", "percent": "70", "reason": "县里的通知"})
    after = reviewer.get(reverse("scores")).context["places"].rows

    tones = [{row.cells[0].text: row.cells[1].tone for row in rows}[HOME_TOWN] for rows in (before, after)]
    assert tones == ["danger", "success"]


def test_whoever_may_not_edit_changes_no_limit(county):
    words = {"measure": RIGHT, "year": "2020", "percent": "70", "reason": "县里的通知"}

    for role, area in ((Role.CENTRE_OPERATOR, COUNTY), (Role.LEADER, COUNTY), (Role.TOWN_DATA_LEAD, TOWN)):
        assert client_of(role, area).post(reverse("limit_save"), words).status_code == 403


# --- trend and export ---


def test_the_trend_counts_every_sweep_in_its_own_files_and_in_the_area(county):
    county.imported(
        [finding(1, delta="persisting"), finding(2, rule="ID-CHECKSUM", grp="A", delta="gone", observation="pass")],
        [person(1, "王建军"), person(2, "李秀英")], [household(1, "王建军")],
    )  # fmt: skip
    with scope((COUNTY,)):
        whole = [one.figures for one in trend()]
    with scope((OTHER_TOWN,)):
        far = [one.figures for one in trend()]

    assert [(one.persons, one.wrong, one.open, one.gone) for one in whole] == [(5, 2, 5, 0), (2, 1, 1, 1)]
    assert [(one.persons, one.wrong, one.open, one.reopened) for one in far] == [(1, 1, 1, 1), (0, 0, 0, 0)]
    assert [one.right for one in far] == [0.0, None]


def test_the_board_is_exported_with_a_reason_and_holds_no_person(county):
    client = client_of(Role.LEADER)

    refused = client.post(reverse("scores_export"), {"reason": " "})
    answer = client.post(reverse("scores_export"), {"reason": "月度通报"})

    assert refused.status_code == 400
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [row[:3] for row in rows][:3] == [
        ["地点", FAR_TOWN, FAR_TOWN],
        ["地点", HOME_TOWN, HOME_TOWN],
        ["地点", None, "合计"],
    ]
    assert rows[2][3:6] == [0.6, 5, 2]
    assert "王建军" not in str(rows)
    assert Entry.objects.get(verb="scores.exported").reason == "月度通报"
