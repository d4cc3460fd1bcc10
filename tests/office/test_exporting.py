"""Lists taken out as workbooks: opened with a reader and held against what the page shows to the same person."""

import io
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from officepeople import COUNTY, OTHER_TOWN, TOWN
from officepeople import person as account
from officesweeps import FAR_VILLAGE, HOME_VILLAGE, finding, number_of, person
from officeworld import FAR_MARKS, FAR_NAME, HOME_NAME, HOME_PERSON, build
from taizhang.office import exporting
from taizhang.office.access.roles import Role
from taizhang.office.access.scope import scope_off
from taizhang.office.accounts.models import User
from taizhang.office.casework.models import Task
from taizhang.office.findings.models import Finding
from taizhang.office.ledger.models import Entry
from taizhang.office.parts import listing

pytestmark = pytest.mark.django_db
REASON = "镇里会审用"
FULL = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
CENTRE, TOWN_LEAD = Role.CENTRE_OPERATOR, Role.TOWN_DATA_LEAD
WRITTEN = {"yyyy-mm-dd": "%Y-%m-%d", "yyyy-mm-dd hh:mm": "%Y-%m-%d %H:%M", "yyyy-mm-dd hh:mm:ss": "%Y-%m-%d %H:%M:%S"}
SEEN_BY = {"county": (CENTRE, COUNTY), "own town": (TOWN_LEAD, TOWN), "other town": (TOWN_LEAD, OTHER_TOWN)}


def client_of(role, area=COUNTY):
    """A browser of a new account."""
    client = Client()
    client.force_login(account(role, area), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def export_of(client, name, *args, query="", **words):
    """The workbook of a page's lists."""
    response = client.post(f"{reverse(f'{name}_export', args=args)}{query}", {"reason": REASON} | words)
    assert response.status_code == 200, response
    content = response.getvalue()
    return openpyxl.load_workbook(io.BytesIO(content)), content


def lines_of(book):
    """The rows of all sheets, without mark, head and what an empty list says, each as the texts that it holds."""
    found = []
    for sheet in book.worksheets:
        rows = [[said(cell) for cell in row if cell.value is not None] for row in sheet.iter_rows(min_row=3)]
        found += [] if len(rows) == 1 and len(rows[0]) == 1 else rows
    return found


def said(cell):
    """A cell as a page would write it; what was put before a would-be formula left out."""
    if isinstance(cell.value, datetime):
        return cell.value.strftime(WRITTEN[cell.number_format])
    if isinstance(cell.value, int | float):
        return f"{cell.value * 100:g}%" if cell.number_format.endswith("%") else f"{cell.value:g}"
    return cell.value.removeprefix("'").strip()


def shown_on(client, url):
    """The rows of all lists of a page, page after page, each as the texts that a reader sees."""
    found, number = [], 1
    while True:
        response = client.get(url + ("&" if "?" in url else "?") + f"page={number}")
        found += rows_of(response)
        page = response.context.get("page")
        if not hasattr(page, "has_next") or not page.has_next():
            return found
        number += 1


def rows_of(response):
    """The rows of the lists of one answer; of every cell its text and its small print."""
    assert response.status_code == 200
    rows = html.fromstring(response.content).iterfind('.//table[@class="list as-cards"]/tbody/tr')
    return [[one for cell in row.iter("td") for one in texts(cell)] for row in rows if "data-row" in row.attrib]


def texts(cell):
    """What a reader sees in a cell: its text, then its note."""
    note = "".join(one.text_content() for one in cell.find_class("cell-note"))
    text = cell.text_content().removesuffix(note).strip()
    return [one.replace(",", "") if one.replace(",", "").isdigit() else one for one in (text, note.strip()) if one]


PAGES = {
    "tasks": ("tasks", [], "?all=1"), "own tasks": ("tasks", [], ""), "exemptions": ("exemptions", [], ""),
    "rechecks": ("rechecks", [], ""), "round": ("recheck_round", ["round"], ""), "open of a round": ("recheck_round", ["round"], "?outcome=open&town=610723103000"),
    "rows of a rate": ("recheck_rows", [], f"?place={HOME_VILLAGE}"), "sweeps": ("sweeps", [], ""),
    "rows of a figure": ("finding_rows", [], "?state=all&sort=place"),
}  # fmt: skip
COUNTY_PAGES = {
    "batches": (CENTRE, "handbacks", [], ""), "batch": (CENTRE, "handback", ["handback"], ""), "sources": (CENTRE, "sources", [], ""),
    "deliveries": (CENTRE, "source", ["city"], ""), "submission": (CENTRE, "submission", ["submission"], ""),
    "accounts": (Role.SYSTEM_ADMIN, "accounts", [], "?state=active"), "roles": (Role.SECURITY_ADMIN, "roles", [], "?role=village_team"),
    "logins": (Role.AUDIT_ADMIN, "logins", [], ""), "reads": (Role.AUDIT_ADMIN, "person_reads", [HOME_PERSON], ""),
}  # fmt: skip


@pytest.mark.parametrize("viewer", SEEN_BY)
@pytest.mark.parametrize("page", PAGES)
def test_a_workbook_holds_what_its_page_shows_to_the_same_person(lake, page, viewer):
    world = build(lake)
    name, named, query = PAGES[page]
    args = [getattr(world, one) for one in named]
    client = client_of(*SEEN_BY[viewer])
    shown = shown_on(client, reverse(name, args=args) + query)

    book, content = export_of(client, name, *args, query=query)

    assert lines_of(book) == shown
    assert not FULL.search(everything(content))
    if viewer == "own town" and name != "finding_rows":
        assert [mark for mark in FAR_MARKS if mark in everything(content)] == []


@pytest.mark.parametrize("page", COUNTY_PAGES)
def test_so_does_the_workbook_of_a_page_of_the_whole_county(lake, page):
    world = build(lake)
    role, name, named, query = COUNTY_PAGES[page]
    args = [getattr(world, one, one) if isinstance(one, str) else one for one in named]
    client_of(CENTRE).get(reverse("person", args=[HOME_PERSON]))
    client = client_of(role)
    shown = shown_on(client, reverse(name, args=args) + query)
    assert shown or page in {"submission", "deliveries"}, "nothing to compare; those two are, in test_deliveries"

    book, content = export_of(client, name, *args, query=query)

    assert lines_of(book) == shown
    assert not FULL.search(everything(content))


def test_every_page_that_is_compared_shows_something(lake):
    world = build(lake)
    centre, far = client_of(CENTRE), client_of(TOWN_LEAD, OTHER_TOWN)

    for name, named, query in PAGES.values():
        url = reverse(name, args=[getattr(world, one) for one in named]) + query
        assert shown_on(centre, url) or url == reverse("tasks"), url
    assert any(FAR_NAME in row for row in shown_on(far, f"{reverse('tasks')}?all=1"))
    assert not any(FAR_NAME in row for row in shown_on(client_of(TOWN_LEAD, TOWN), f"{reverse('tasks')}?all=1"))


@pytest.mark.parametrize("viewer", SEEN_BY)
def test_the_persons_of_a_place_leave_only_to_whom_the_place_belongs(lake, viewer):
    build(lake)
    client = client_of(*SEEN_BY[viewer])
    places = {HOME_VILLAGE: HOME_NAME, FAR_VILLAGE: FAR_NAME}
    theirs = {"county": places, "own town": {HOME_VILLAGE: HOME_NAME}, "other town": {FAR_VILLAGE: FAR_NAME}}[viewer]

    for place, name in places.items():
        if place in theirs:
            shown = shown_on(client, reverse("persons", args=[place]))
            book, _content = export_of(client, "persons", place)
            assert (lines_of(book), shown[0][0]) == (shown, name)
        else:
            assert client.post(reverse("persons_export", args=[place]), {"reason": REASON}).status_code == 404


def test_a_search_is_taken_out_without_what_was_typed(lake):
    build(lake)
    client, typed = client_of(CENTRE), number_of(HOME_PERSON)
    shown = rows_of(client.post(reverse("search_results"), {"q": typed}))

    book, content = export_of(client, "search_results", q=typed)

    assert lines_of(book) == shown
    assert [row[0] for row in shown] == [HOME_NAME]
    assert typed not in everything(content)
    assert typed not in str(Entry.objects.get(verb="list.exported").__dict__)
    assert lines_of(export_of(client_of(TOWN_LEAD, OTHER_TOWN), "search_results", q=typed)[0]) == []


def everything(content):
    """All parts of a workbook as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


# --- all pages, in one order, however it is cut ---


@pytest.fixture
def many_tasks(lake):
    """120 tasks of one person: three pages."""
    lake.imported([finding(one, f"王{one}", subject=one) for one in range(1, 121)], [], [])
    user = account(CENTRE)
    with scope_off("test"):
        Task.objects.bulk_create(
            Task(
                finding=one, division_code=one.division_code, assignee=user, role=Role.HELPER,
                dispatched_at=timezone.now(), due_on=timezone.localdate(),
            )
            for one in Finding.objects.all()
        )  # fmt: skip
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("at_once", [7, 1000])
def test_all_pages_leave_in_the_order_of_the_pages(many_tasks, monkeypatch, at_once):
    monkeypatch.setattr(listing, "AT_ONCE", at_once)
    shown = shown_on(many_tasks, reverse("tasks"))

    book, _content = export_of(many_tasks, "tasks", query="?page=2")

    assert len(shown) == 120
    assert lines_of(book) == shown
    assert " 120 " in book.active["A1"].value


def test_a_longer_list_than_a_workbook_takes_is_refused_whole(many_tasks, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 119)

    response = many_tasks.post(reverse("tasks_export"), {"reason": REASON})

    assert response.status_code == 422
    assert not Entry.objects.filter(verb="list.exported").exists()


# --- who, when, why ---


def test_the_workbook_and_the_ledger_say_who_took_it_why_and_narrowed_to_what(lake):
    world = build(lake)
    client = client_of(CENTRE)

    book, content = export_of(client, "recheck_round", world.round, query="?outcome=open&town=610723103000&nonsense=1")

    entry = Entry.objects.get(verb="list.exported")
    assert (entry.subject_type, entry.subject_id, entry.reason) == ("list", f"recheck_round {world.round}", REASON)
    assert entry.data == {"count": 1, "narrowed": ["outcome=open", "town=610723103000"]}
    mark = book.active["A1"].value
    assert [
        word in mark for word in ("洋县", entry.actor_name, timezone.localdate().isoformat(), REASON, "不得外传")
    ] == [True] * 5
    assert entry.actor_name in book.active.oddFooter.left.text
    assert book.properties.creator == entry.actor_name
    assert book.properties.description == mark
    assert (
        f"{reverse('recheck_round_export', args=[world.round])}"
        in client.get(reverse("recheck_round", args=[world.round])).content.decode()
    )
    assert not FULL.search(everything(content))


@pytest.mark.parametrize("reason", ["", "  ", "看看"])
def test_without_a_reason_nothing_leaves_and_nothing_is_written_down(lake, reason):
    build(lake)

    response = client_of(CENTRE).post(reverse("tasks_export"), {"reason": reason})

    assert response.status_code == 400
    assert not Entry.objects.filter(verb="list.exported").exists()


@pytest.mark.parametrize("role", [Role.VILLAGE_TEAM, Role.HELPER])
def test_who_may_not_export_is_offered_none_and_gets_none(lake, role):
    build(lake)
    client = client_of(role, TOWN)

    assert 'data-opens="export"' not in client.get(reverse("tasks")).content.decode()
    assert client.post(reverse("tasks_export"), {"reason": REASON}).status_code == 403
    assert 'data-opens="export"' in client_of(TOWN_LEAD, TOWN).get(reverse("tasks")).content.decode()


def test_a_number_typed_into_a_filter_is_masked_in_the_ledger(lake):
    build(lake)
    number = number_of(HOME_PERSON)

    export_of(client_of(Role.SYSTEM_ADMIN), "accounts", query=f"?q={number}")

    assert number not in str(Entry.objects.get(verb="list.exported").data)


# --- as a workbook should be ---


def test_no_cell_is_a_formula(lake):
    lake.imported([], [person(1, "=1+1"), person(2, "＝HYPERLINK(1)"), person(3, "@SUM(A1)")], [])

    book, content = export_of(client_of(CENTRE), "persons", HOME_VILLAGE)

    cells = [row[0] for row in book.active.iter_rows(min_row=3)]
    assert {cell.value for cell in cells} == {"'=1+1", "'＝HYPERLINK(1)", "'@SUM(A1)"}
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None} <= {
        "s",
        "n",
        "d",
        "inlineStr",
    }
    assert "<f>" not in everything(content)


def test_days_are_days_numbers_are_numbers_and_long_digits_stay_text(lake):
    world = build(lake)
    client = client_of(CENTRE)

    due = export_of(client, "recheck_round", world.round)[0].active
    rounds = export_of(client, "rechecks")[0].worksheets[-1]
    persons = export_of(client, "persons", HOME_VILLAGE)[0].active

    by_head = {cell.value: cell.column for cell in due[2]}
    assert due.cell(3, by_head["期限"]).is_date
    assert (rounds["B3"].value, rounds["B3"].number_format) == (1, "0%")
    assert isinstance(rounds["C3"].value, int)
    heads = {cell.value: cell.column for cell in persons[2]}
    assert persons.cell(3, heads["出生日期"]).is_date
    assert isinstance(persons.cell(3, heads["电话"]).value, str)


def test_the_head_stays_in_view_every_column_is_filtered_and_wide_enough(lake):
    build(lake)

    sheet = export_of(client_of(CENTRE), "tasks", query="?all=1")[0].active

    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == f"A2:{sheet.cell(2, sheet.max_column).column_letter}{sheet.max_row}"
    assert sheet.print_title_rows == "$2:$2"
    widths = {one: sheet.column_dimensions[cell.column_letter].width for cell in sheet[2] for one in [cell.value]}
    assert widths["证件号码"] >= 18
    assert max(widths.values()) <= 61


def test_an_empty_list_leaves_as_an_empty_sheet_that_says_so(lake):
    lake.imported([finding(1)], [], [])
    client = client_of(CENTRE)

    sheet = export_of(client, "exemptions")[0].active

    assert sheet["A3"].value == "没有豁免"
    assert (sheet.max_row, sheet["A2"].value) == (3, "问题")
    assert " 0 " in sheet["A1"].value
    assert Entry.objects.get(verb="list.exported").data["count"] == 0


def test_headings_are_in_the_language_of_whoever_takes_it(lake):
    build(lake)
    user = account(CENTRE)
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    book, _content = export_of(client, "tasks", query="?all=1")

    heads = [cell.value for sheet in book.worksheets for cell in sheet[2]]
    assert not [one for one in [*heads, *book.sheetnames] if re.search(r"[\u4e00-\u9fff]", one)]


def test_the_findings_leave_narrowed_and_ordered_as_the_page(lake):
    build(lake)
    client, query = client_of(TOWN_LEAD, TOWN), "?state=all&sort=-rule"
    shown = [row[-1] for row in shown_on(client, reverse("findings") + query)]

    sheet = export_of(client, "findings", query=query)[0].active

    assert [sheet.cell(row, 1).value for row in range(3, sheet.max_row + 1)] == shown
    assert len(shown) > 3


def test_a_refused_form_is_answered_with_its_page_and_the_export_on_it(lake):
    build(lake)
    client = client_of(CENTRE)

    answer = client.post(reverse("recheck_draw"), {"first": "2020-02-01", "last": "2020-01-01", "share": "10"})

    assert answer.status_code in {400, 409, 422}
    assert f'action="{reverse("rechecks_export")}"' in answer.content.decode()
