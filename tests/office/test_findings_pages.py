"""The pages of sweeps, findings, persons and households: what they show, to whom, and what they write down."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import COUNTY, ELSEWHERE, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, NEXT_VILLAGE, finding, full_id, household, number_of, person
from taizhang.office import exporting
from taizhang.office.access.areas import Area
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope_off
from taizhang.office.casework.selectors import findings_in_hands_of
from taizhang.office.findings.models import Finding, SavedView
from taizhang.office.findings.selectors.narrowing import narrow_for
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.office.people.models import Reveal
from taizhang.sweep.findings.fingerprint import short_id

pytestmark = pytest.mark.django_db
FULL = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
MAIN = re.compile(r"<main.*</main>", re.DOTALL)
HERE, THERE, BOTH = (short_id(full_id(one)) for one in (1, 2, 3))
NEAR_NAME, FAR_NAME = "王建军", "欧阳远山"


@pytest.fixture
def county(lake):
    """One finding in the home village, one in a far town, one about a person of each."""
    rows = [
        {"name": NEAR_NAME, "id_no": number_of(1), "village_code": "610723103201", "town_code": "610723103000"},
        {"name": FAR_NAME, "id_no": number_of(2), "village_code": FAR_VILLAGE, "town_code": "610723108000"},
    ]
    wrong = [rows[0] | {"name": "王建君"}, rows[1]]
    national, city = (
        lake.delivery("national", "2020-02-19-aaaaaaaaaaaa", rows),
        lake.delivery("city", "2020-02-19-bbbbbbbbbbbb", wrong),
    )
    persons = [
        person(1, NEAR_NAME, others=("王建君",), records=[city[0], national[0]]),
        person(2, FAR_NAME, FAR_VILLAGE, household=2, phone="13900139000", records=[city[1], national[1]]),
    ]
    found = [
        finding(1, NEAR_NAME),
        finding(2, FAR_NAME, FAR_VILLAGE, subject=2),
        finding(3, FAR_NAME, FAR_VILLAGE, subject=2, involved=[1]),
    ]
    lake.imported(found, persons, [household(1, NEAR_NAME), household(2, FAR_NAME, FAR_VILLAGE)])
    return lake


def client_of(role, area=COUNTY):
    """A logged-in browser."""
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def full_width(text):
    """As an input method set to full width writes it."""
    return "".join(chr(ord(one) - 0x21 + 0xFF01) for one in text)


def text_of(response):
    """The text of an answer."""
    return response.content.decode()


def shown_number(client, url):
    """Full numbers on a page."""
    return FULL.findall(text_of(client.get(url)))


def pages():
    """Every page that shows persons, with the arguments of the home village."""
    return [
        reverse("findings"), reverse("findings") + "?state=all&sort=-place", reverse("finding", args=[HERE]),
        reverse("person", args=[1]), reverse("household", args=[1]), reverse("sweeps"), reverse("search"),
    ]  # fmt: skip


def test_the_finding_page_shows_every_ledger_and_marks_what_differs(county):
    shown = text_of(client_of(Role.CENTRE_OPERATOR).get(reverse("finding", args=[HERE])))

    assert '王建<mark class="differs">' in shown
    assert "B3" in shown
    assert "国标号码一致" in shown


def test_reading_a_finding_a_person_and_a_household_is_written_down(county):
    client = client_of(Role.TOWN_DATA_LEAD, TOWN)
    for url in (reverse("finding", args=[HERE]), reverse("person", args=[1]), reverse("household", args=[1])):
        assert client.get(url).status_code == 200

    verbs = Entry.objects.filter(verb__endswith=".read").values_list("verb", "subject_id")
    assert list(verbs) == [("finding.read", full_id(1)), ("person.read", "1"), ("household.read", "1")]


def test_no_page_shows_a_full_number_without_a_reveal(county):
    client = client_of(Role.CENTRE_OPERATOR)

    assert [found for url in pages() for found in shown_number(client, url)] == []


def test_a_reveal_shows_one_person_to_one_viewer_and_is_written_down(county):
    client = client_of(Role.CENTRE_OPERATOR)

    client.post(reverse("person_reveal", args=[1]), {"reason": "verify", "words": "入户核对证件"})

    assert set(shown_number(client, reverse("person", args=[1]))) == {number_of(1)}
    assert shown_number(client, reverse("person", args=[2])) == []
    assert shown_number(client_of(Role.CENTRE_REVIEWER), reverse("person", args=[1])) == []
    entry = Entry.objects.get(verb="id.revealed")
    assert (entry.subject_id, entry.reason) == ("1", "入户核实：入户核对证件")


def test_a_day_allows_so_many_reveals_and_the_one_too_many_is_written_down(county):
    client = client_of(Role.CENTRE_OPERATOR)
    user = int(client.session["_auth_user_id"])
    later = timezone.now() + timedelta(hours=3)
    Reveal.objects.bulk_create(Reveal(user_id=user, person_id=1000 + n, reason="x", ends_at=later) for n in range(29))
    words = {"reason": "verify", "words": "入户核对证件"}

    assert client.post(reverse("person_reveal", args=[1]), words).status_code == 302
    assert client.post(reverse("person_reveal", args=[1]), words).status_code == 302, "the same person counts once"
    assert client.post(reverse("person_reveal", args=[2]), words).status_code == 429
    assert shown_number(client, reverse("person", args=[2])) == []
    assert Entry.objects.get(verb="reveal.limited").actor_id == user
    security = client_of(Role.SECURITY_ADMIN)
    assert "显示完整号码超限" in text_of(security.get(reverse("logins")))
    Reveal.objects.update(at=timezone.now() - timedelta(days=2))
    assert client.post(reverse("person_reveal", args=[2]), words).status_code == 302


def test_a_reveal_ends(county):
    client = client_of(Role.CENTRE_OPERATOR)
    client.post(reverse("person_reveal", args=[1]), {"reason": "verify", "words": "入户核对证件"})
    Reveal.objects.update(ends_at="2020-01-01T00:00:00Z")

    assert shown_number(client, reverse("person", args=[1])) == []


@pytest.mark.parametrize("posted", [{}, {"reason": "verify", "words": " "}, {"reason": "curious", "words": "想看一看"}])
def test_a_reveal_without_a_reason_is_refused(county, posted):
    response = client_of(Role.CENTRE_OPERATOR).post(reverse("person_reveal", args=[1]), posted)

    assert response.status_code == 400
    assert not Reveal.objects.exists()


def test_a_reveal_outside_the_area_does_not_exist(county):
    response = client_of(Role.TOWN_DATA_LEAD, TOWN).post(
        reverse("person_reveal", args=[2]), {"reason": "verify", "words": "入户核对证件"}
    )

    assert response.status_code == 404
    assert not Reveal.objects.exists()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王建军", 1), ("王建君", 1), ("汪健均", 1), ("李建军", 0), ("王健军", 1), (number_of(1), 1), (number_of(1).lower(), 1),
        ("6107231" + "00001", 1), ("13800138000", 1), (number_of(7), 0), (FAR_NAME, 0), (number_of(2), 0), ("13900139000", 0),
        ("6107231" + "00002", 0), ("", 0), ("%", 0), (full_width(number_of(1)), 1), (full_width("13800138000"), 1),
    ],
)  # fmt: skip
def test_search_finds_inside_the_area_however_it_is_written(county, typed, found):
    response = client_of(Role.TOWN_DATA_LEAD, TOWN).post(reverse("search_results"), {"q": typed})

    assert text_of(response).count(reverse("person", args=[1])) == found
    assert reverse("person", args=[2]) not in text_of(response)


def test_a_search_is_written_down_without_what_was_typed(county):
    client_of(Role.CENTRE_OPERATOR).post(reverse("search_results"), {"q": number_of(1)})

    entry = Entry.objects.get(verb="person.searched")
    assert number_of(1) not in str((entry.subject_id, entry.data, entry.reason))


def test_a_finding_of_two_towns_shows_the_other_half_masked(county):
    shown = text_of(client_of(Role.TOWN_DATA_LEAD, TOWN).get(reverse("finding", args=[BOTH])))

    assert "王建<mark" in shown
    assert FAR_NAME not in shown
    assert "外镇或外村" in shown


def test_lists_filter_and_sort(county):
    with scope_off("test"):
        Finding.objects.filter(pk=full_id(1)).update(state=State.CLOSED_OUT)
    client = client_of(Role.CENTRE_OPERATOR)

    def listed(**query):
        return sorted(row.cells[-1].text for row in client.get(reverse("findings"), query).context["table"].rows)

    assert listed() == sorted([THERE, BOTH])
    assert listed(state="ended-all") == [HERE]
    assert listed(state="all", place="610723103000") == [HERE]
    assert listed(state="all", severity="info") == []
    assert listed(state="nonsense", sort="; drop", place="x", household="y") == sorted([THERE, BOTH])


def test_a_helper_sees_only_what_is_in_their_hands(county):
    client = client_of(Role.HELPER, Area("610723103201"))
    assert client.get(reverse("finding", args=[HERE])).status_code == 404

    narrow_for(Role.HELPER, lambda viewer: Finding.objects.filter(short_id=HERE).values("pk"))
    try:
        assert client.get(reverse("finding", args=[HERE])).status_code == 200
        assert client.get(reverse("finding", args=[BOTH])).status_code == 404
    finally:
        narrow_for(Role.HELPER, findings_in_hands_of)


def test_an_export_is_masked_marked_and_written_down(county):
    response = client_of(Role.CENTRE_OPERATOR).post(f"{reverse('findings_export')}?state=all", {"reason": "镇里会审"})

    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    cells = "\n".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row)
    assert sheet.max_row == 5
    assert not FULL.findall(cells)
    assert "centre_operator" in sheet["A1"].value
    entry = Entry.objects.get(verb="findings.exported")
    assert (entry.reason, entry.data) == ("镇里会审", {"count": 3, "narrowed": ["state=all"]})


def test_an_export_without_a_reason_is_refused(county):
    response = client_of(Role.CENTRE_OPERATOR).post(reverse("findings_export"), {})

    assert response.status_code == 400
    assert not Entry.objects.filter(verb="findings.exported").exists()


def test_an_export_is_the_whole_list_or_nothing(county, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 2)

    response = client_of(Role.CENTRE_OPERATOR).post(f"{reverse('findings_export')}?state=all", {"reason": "镇里会审"})

    assert response.status_code == 422
    assert "E-EXPORT-LONG" in text_of(response)
    assert not Entry.objects.filter(verb="findings.exported").exists()


def test_a_formula_in_a_name_is_text_in_the_export(lake):
    lake.imported([finding(1, "=1+1")])

    response = client_of(Role.CENTRE_OPERATOR).post(reverse("findings_export"), {"reason": "镇里会审"})

    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    assert sheet["H3"].value == "'=1+1"


def test_views_are_kept_and_dropped_by_their_owner_only(county):
    mine, other = client_of(Role.CENTRE_OPERATOR), client_of(Role.CENTRE_REVIEWER)
    mine.post(reverse("view_save"), {"label": "错误", "query": "severity=error"})
    view = SavedView.objects.get()

    assert other.post(reverse("view_drop", args=[view.pk])).status_code == 404
    assert mine.post(reverse("view_save"), {"label": "错误", "query": ""}).status_code == 400
    mine.post(reverse("view_drop", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_the_sweep_page_counts_inside_the_area(county):
    name = county.made[0].name

    def counted(area):
        page = client_of(Role.TOWN_DATA_LEAD, area).get(reverse("sweep", args=[name])).context["page"]
        return page.totals["new"], sorted(one.key for one in page.by_place)

    assert counted(TOWN) == (1, ["610723103201"])
    assert counted(OTHER_TOWN) == (2, [FAR_VILLAGE])
    assert client_of(Role.CENTRE_OPERATOR).get(reverse("sweep", args=[name])).context["page"].totals["new"] == 3


def test_a_leader_gets_figures_and_no_rows(county):
    client = client_of(Role.LEADER)

    shown = text_of(client.get(reverse("sweep", args=[county.made[0].name])))
    assert NEAR_NAME not in shown + text_of(client.get(reverse("sweeps")))
    assert client.get(reverse("findings")).status_code == 403


@pytest.mark.parametrize("area", [OTHER_TOWN, ELSEWHERE, Area(NEXT_VILLAGE)])
def test_nothing_of_another_area_leaks(county, area):
    client = client_of(Role.TOWN_DATA_LEAD, area)
    shown = "".join(text_of(client.get(url)) for url in pages())
    shown += text_of(client.post(reverse("search_results"), {"q": NEAR_NAME}))

    assert NEAR_NAME not in shown
    there, nowhere = (client.get(reverse("finding", args=[one])) for one in (HERE, "00000000000"))
    assert there.status_code == nowhere.status_code == 404
    assert MAIN.search(text_of(there))[0] == MAIN.search(text_of(nowhere))[0]
