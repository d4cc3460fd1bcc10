"""One household, one file: what every source said when, what was corrected and handed back; and finding people by a surname."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, OTHER_TOWN, TOWN, actor
from officepeople import person as account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, finding, full_id, household, number_of, person
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope
from taizhang.office.casework.history import correction_events
from taizhang.office.casework.models import Correction, HandBack
from taizhang.office.casework.services.dispatching import dispatch_findings
from taizhang.office.casework.services.verifying import Proposal, confirm_finding
from taizhang.office.findings.selectors.earlier import deliveries_about

pytestmark = pytest.mark.django_db
NAMES = {1: "王建军", 2: "李秀英"}
OLD, NEW, NEWEST = "2020-01-20-aaaaaaaaaaaa", "2020-02-05-bbbbbbbbbbbb", "2020-02-19-cccccccccccc"


def record(name, number, village=HOME_VILLAGE):
    return {"name": name, "id_no": number, "village_code": village, "town_code": village[:9] + "000"}


def swept(lake, delivery, *rows):
    """A sweep over one delivery of the city's ledger: rows of the persons 1, 2, … in order, None for one who is not there."""
    pointers = lake.delivery("city", delivery, [row for row in rows if row is not None])
    records = {who: [pointers.pop(0)] for who, row in enumerate(rows, 1) if row is not None}
    read = [{"source": "city", "title": "city", "delivery": delivery, "as_of": delivery[:10], "held": False}]
    persons = [person(who, NAMES[who], records=records.get(who, [])) for who in range(1, len(rows) + 1)]
    lake.imported([finding(1, delta="persisting")], persons, [household(1, "王建军")], deliveries=read)


def told(area=COUNTY, persons=(1, 2)):
    return [(event.at, event.text) for event in deliveries_about(persons, NAMES, (area,))]


def test_what_a_source_said_when_and_what_changed_of_it(lake):
    swept(lake, OLD, record("王建军", number_of(1)), record("李秀英", number_of(2)))
    swept(lake, NEW, record("王建君", number_of(1)), record("李秀英", number_of(2)))
    swept(lake, NEWEST, record("王建君", number_of(1)), None)

    newest, changed, first = told()

    assert first[0] == "2020-01-20"
    assert "王建军：姓名 王建军" in first[1]
    assert "李秀英：姓名 李秀英" in first[1]
    assert changed == ("2020-02-05", "王建军：姓名 王建军 → 王建君")
    assert newest == ("2020-02-19", "李秀英：这批报送中没有对应的记录")


def test_deliveries_that_say_the_same_are_counted_not_repeated(lake):
    for delivery in (OLD, NEW, NEWEST):
        swept(lake, delivery, record("王建军", number_of(1)))

    (only,) = told(persons=(1,))

    assert only[0] == "2020-01-20"
    assert only[1].endswith("其后 2 批报送与此相同，至 2020-02-19")


def test_no_full_number_stands_in_it_even_where_only_hidden_digits_changed(lake):
    other = number_of(1)[:-4] + "1234"
    swept(lake, OLD, record("王建军", number_of(1)))
    swept(lake, NEW, record("王建军", other))

    text = "\n".join(words for _at, words in told(persons=(1,)))

    assert number_of(1) not in text
    assert other not in text
    assert "改动在遮盖的位置" in text


def test_records_of_another_division_are_told_of_without_their_values(lake):
    swept(lake, OLD, record("王建军", number_of(1), FAR_VILLAGE))

    assert told(TOWN, (1,)) == [("2020-01-20", "王建军：记录在外镇或外村")]
    assert "姓名 王建军" in told(OTHER_TOWN, (1,))[0][1]


def test_a_ledger_that_has_somebody_twice_is_no_change(lake):
    for delivery in (OLD, NEW):
        pointers = lake.delivery("city", delivery, [record("王建军", number_of(1)), record("王健军", number_of(1))])
        read = [{"source": "city", "title": "city", "delivery": delivery, "as_of": delivery[:10], "held": False}]
        lake.imported([], [person(1, "王建军", records=pointers)], [household(1, "王建军")], deliveries=read)

    (only,) = told(persons=(1,))

    assert "→" not in only[1]


def test_the_page_tells_deliveries_corrections_and_hand_backs_in_their_order(lake):
    swept(lake, OLD, record("王建军", number_of(1)))
    operator, helper = actor(Role.CENTRE_OPERATOR), actor(Role.HELPER, Area(HOME_VILLAGE))
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(1)], assignee_id=helper.user_id)
        confirm_finding(
            actor=helper, finding_id=full_id(1), proposals=[Proposal("city", "name", "王建君")], note="户口簿"
        )
        batch = HandBack.objects.create(
            number="H-1", source="city", reason="月度", created_by_id=operator.user_id, entered_on=timezone.localdate()
        )
        Correction.objects.update(handback=batch)
    client = Client()
    client.force_login(account(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")

    events = client.get(reverse("household", args=[1])).context["events"]

    titles = [str(event.title) for event in events]
    assert {"提出补正", "回填批次 H-1", "已录入来源系统", "市互联网+平台报送", "派发"} <= set(titles)
    assert titles.index("提出补正") < titles.index("市互联网+平台报送")
    (proposed,) = [event for event in events if event.title == "提出补正"]
    assert "王建军 → 王建君" in proposed.text


def test_corrections_of_another_town_are_not_told(lake):
    swept(lake, OLD, record("王建军", number_of(1)))
    operator, helper = actor(Role.CENTRE_OPERATOR), actor(Role.HELPER, Area(HOME_VILLAGE))
    with scope((COUNTY,)):
        dispatch_findings(actor=operator, finding_ids=[full_id(1)], assignee_id=helper.user_id)
        confirm_finding(
            actor=helper, finding_id=full_id(1), proposals=[Proposal("city", "name", "王建君")], note="户口簿"
        )

    with scope((OTHER_TOWN,)):
        assert correction_events([full_id(1)]) == []


# --- searching by a surname ---


def searched(typed, area=COUNTY):
    client = Client()
    client.force_login(
        account(Role.CENTRE_OPERATOR, area), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client.post(reverse("search_results"), {"q": typed})


@pytest.fixture
def people(lake):
    lake.imported(
        [], [person(1, "王建军"), person(2, "王秀英", household=2), person(3, "李秀英", household=3), person(4, "欧阳远山", FAR_VILLAGE, household=4)],
        [household(1, "王建军")],
    )  # fmt: skip


def test_a_surname_alone_finds_whose_names_begin_so_and_says_so(people):
    page = searched("王")

    assert [one.name for one in page.context["beginning"]] == ["王建军", "王秀英"]
    assert "姓名以它开头的有 2 人" in page.content.decode()
    assert [one.name for one in searched("欧阳").context["beginning"]] == ["欧阳远山"]


def test_a_surname_finds_nobody_outside_the_area(people):
    assert searched("欧阳", TOWN).context["beginning"] == []


def test_a_whole_name_that_nobody_has_finds_no_beginnings(people):
    page = searched("王建军军")

    assert page.context["beginning"] == []
    assert "没有找到" in page.content.decode()
