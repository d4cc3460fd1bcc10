"""Deliveries of the lake on pages: what was not taken and why, and a held one that counts once somebody has looked."""

import io
import shutil
from datetime import date

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from test_loop import written

import smallcounty
from officepeople import TOWN, person
from taizhang.intake.delivery.reading import Delivery, deliveries_of
from taizhang.intake.delivery.releasing import is_held, release_of
from taizhang.office.access.roles import Role
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.jobs.running import work_once
from taizhang.office.ledger.models import Entry
from taizhang.office.sources.models import Submission, SubmissionState
from taizhang.office.sources.services.receiving import receive_files
from taizhang.office.sources.services.submissions import accept_submission

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOTE = "已与镇上核对，减少的行确为迁出"


@pytest.fixture(autouse=True)
def empty_lake():
    """No deliveries."""
    data = settings.INSTALLATION.county.data
    places = [data / name for name in ("deliveries", "sweeps", "register", "parsed", "proposed", "releases")]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    yield
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def came_in(role, area=None):
    """A browser of somebody with this role, and who it is."""
    user = person(role, area) if area else person(role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, user


def deliver(operator, day, files):
    """Send files as the city's ledger and accept them; gives the delivery."""
    sent = receive_files(actor=operator, source_id="city", as_of=day, files=files)
    while work_once("tests"):
        pass
    submission = Submission.objects.get(pk=sent.pk)
    accept_submission(actor=operator, submission_id=submission.pk)
    return deliveries_of(settings.INSTALLATION.county.data, "city")[-1]


def sheet(lines, name="人员信息.csv"):
    """A CSV file as a browser sends it."""
    return SimpleUploadedFile(name, written(lines))


@pytest.fixture
def operator():
    """Who takes deliveries in, with a browser."""
    return came_in(Role.CENTRE_OPERATOR)


@pytest.fixture
def held(operator):
    """A delivery with less than half of the rows of the one before it."""
    actor = actor_for(operator[1])
    deliver(actor, date(2020, 1, 10), [sheet(smallcounty.rows())])
    ref = deliver(actor, date(2020, 2, 10), [sheet(smallcounty.rows()[:5])])
    assert is_held(ref.folder), ref
    return ref


def page_of(ref):
    """The address of a delivery's page."""
    return reverse("delivery", args=["city", ref.folder.name])


def test_what_was_not_taken_is_shown_with_reason_and_place_and_without_numbers(operator):
    client, user = operator
    lines = smallcounty.rows()
    lines[3] = {**lines[3], **dict.fromkeys(lines[3], lines[3]["证件号码"])}
    ref = deliver(
        actor_for(user), date(2020, 1, 10), [sheet(lines), SimpleUploadedFile("照片.pdf", b"%PDF-1.7 nothing")]
    )
    assert ref.refused == 1

    listed = client.get(reverse("source", args=["city"])).content.decode()
    page = client.get(page_of(ref)).content.decode()

    assert (
        page_of(ref) in listed and reverse("source", args=["city"]) in client.get(reverse("sources")).content.decode()
    )
    assert "照片.pdf" in page
    assert lines[3]["证件号码"] not in page
    assert Entry.objects.filter(verb="delivery.looked", subject_id=f"city {ref.folder.name}").count() == 1


def test_a_filter_narrows_it_to_one_reason(operator):
    client, user = operator
    ref = deliver(
        actor_for(user),
        date(2020, 1, 10),
        [
            sheet(smallcounty.rows()),
            SimpleUploadedFile("一.pdf", b"%PDF-1.7 a"),
            SimpleUploadedFile("二.xlsx", b"PK\x03\x04 cut off"),
        ],
    )
    whole = client.get(page_of(ref)).context["page"]
    reasons = {one.reason for one in whole}
    assert len(reasons) == 2

    for reason in reasons:
        page = client.get(page_of(ref), {"reason": reason}).context["page"]
        assert [one.reason for one in page] == [reason]
    assert client.get(page_of(ref), {"reason": "no-such"}).context["page"].paginator.count == 0


def test_what_was_not_taken_is_exported_with_a_mark_and_a_reason(operator):
    client, user = operator
    files = [
        sheet(smallcounty.rows()), SimpleUploadedFile("=照片.pdf", b"%PDF-1.7 nothing"),
        SimpleUploadedFile("二.xlsx", b"PK\x03\x04 cut off"),
    ]  # fmt: skip
    ref = deliver(actor_for(user), date(2020, 1, 10), files)
    url = reverse("delivery_export", args=["city", ref.folder.name])
    shown = client.get(page_of(ref))
    assert url in shown.content.decode()

    assert client.post(url, {"reason": "看"}).status_code == 400
    lines = exported(client.post(url, {"reason": NOTE}))

    assert (lines[0][0].split(" · ")[1], len(lines)) == (str(user), 2 + 2)
    assert {line[0] for line in lines[2:]} == {"'=照片.pdf", "二.xlsx"}, "no cell becomes a formula"
    assert [line[4] for line in lines[2:]] == [one.reason for one in shown.context["page"]]
    entry = Entry.objects.get(verb="quarantine.exported")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (user.pk, f"city {ref.folder.name}", NOTE)
    assert entry.data["count"] == 2
    assert [line[4] for line in exported(client.post(f"{url}?reason={lines[2][4]}", {"reason": NOTE}))[2:]] == [
        lines[2][4]
    ]


def test_deliveries_and_what_one_would_change_leave_as_their_pages_show_them(operator):
    client, user = operator
    ref = deliver(actor_for(user), date(2020, 1, 10), [sheet(smallcounty.rows())])
    fewer = [sheet(smallcounty.rows()[:-1])]
    sent = receive_files(actor=actor_for(user), source_id="city", as_of=date(2020, 2, 10), files=fewer)
    while work_once("tests"):
        pass
    page = client.get(reverse("submission", args=[sent.pk])).context
    deliveries = client.get(reverse("source", args=["city"])).context["table"]

    changes = exported(client.post(reverse("submission_export", args=[sent.pk]), {"reason": NOTE}))
    listed = exported(client.post(reverse("source_export", args=["city"]), {"reason": NOTE}))

    assert [line[0] for line in changes[2:]] == [row.cells[0].text for row in page["villages"].rows] != []
    assert [str(line[2]) for line in changes[2:]] == [row.cells[2].text for row in page["villages"].rows]
    assert [line[1] for line in listed[2:]] == [row.cells[1].text for row in deliveries.rows] == [ref.digest[:12]]
    assert (listed[2][0].date(), listed[2][3]) == (date(2020, 1, 10), ref.rows)


def exported(answer):
    """The lines of a workbook that a page gave."""
    assert answer.status_code == 200
    return list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))


def test_nothing_to_export_offers_no_export(operator):
    client, user = operator
    ref = deliver(actor_for(user), date(2020, 1, 10), [sheet(smallcounty.rows())])

    assert 'data-opens="export"' not in client.get(page_of(ref)).content.decode()


def test_a_reviewer_lets_a_held_delivery_count_and_says_why(held):
    client, user = came_in(Role.CENTRE_REVIEWER)
    url = reverse("delivery_release", args=["city", held.folder.name])
    assert "解除暂缓" in client.get(page_of(held)).content.decode()

    refused = client.post(url, {"note": " "})
    assert (refused.status_code, is_held(held.folder)) == (400, True)
    answer = client.post(url, {"note": NOTE})

    assert answer.status_code == 302
    assert not is_held(held.folder)
    assert (release_of(held.folder).by, release_of(held.folder).why) == (str(user), NOTE)
    entry = Entry.objects.get(verb="delivery.released")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (user.pk, f"city {held.folder.name}", NOTE)
    assert client.post(url, {"note": NOTE}).status_code == 409, "it is not held any more"
    assert Entry.objects.filter(verb="delivery.released").count() == 1
    assert NOTE in client.get(page_of(held)).content.decode()


def test_whoever_takes_deliveries_in_does_not_release_them(operator, held):
    client, _user = operator

    assert "解除暂缓</button>" not in client.get(page_of(held)).content.decode()
    assert client.post(reverse("delivery_release", args=["city", held.folder.name]), {"note": NOTE}).status_code == 403
    assert is_held(held.folder)


def test_a_reviewer_who_accepted_it_does_not_release_it(held):
    client, user = came_in(Role.CENTRE_REVIEWER)
    Submission.objects.filter(delivery=held.folder.name).update(decided_by=user)

    assert client.post(reverse("delivery_release", args=["city", held.folder.name]), {"note": NOTE}).status_code == 403
    assert is_held(held.folder)


def test_a_town_sees_no_deliveries(held):
    client, _user = came_in(Role.TOWN_DATA_LEAD, TOWN)

    assert client.get(page_of(held)).status_code == 403
    assert client.get(reverse("source", args=["city"])).status_code == 403


@pytest.mark.parametrize("words", [["city", "2020-02-19-000000000000"], ["city", ".."], ["nowhere", "x"]])
def test_what_does_not_exist_is_not_found(operator, words):
    assert operator[0].get(reverse("delivery", args=words)).status_code == 404


def replaced(client, ref, number, file):
    """What the page answers where a file is put in the place of another."""
    return client.post(
        reverse("delivery_again", args=["city", ref.folder.name]), {"number": number, "file": file}
    )  # fmt: skip


def test_a_file_nobody_could_read_is_replaced_in_a_new_delivery_of_the_same_day(operator):
    client, user = operator
    broken = SimpleUploadedFile("三组.xlsx", b"PK\x03\x04 cut off")
    ref = deliver(actor_for(user), date(2020, 1, 10), [sheet(smallcounty.rows(range(30))), broken])
    page = client.get(page_of(ref)).content.decode()
    number = next(one["no"] for one in Delivery(ref.folder).manifest["files"] if one["status"] == "refused")
    assert (ref.rows, ref.refused) == (30, 1)
    assert 'type="file"' in page and f'name="number" value="{number}"' in page

    answer = replaced(client, ref, number, sheet(smallcounty.rows(range(30, 40)), "三组.csv"))
    while work_once("tests"):
        pass

    sent = Submission.objects.latest("pk")
    assert answer.url == reverse("submission", args=[sent.pk])
    assert (sent.state, sent.as_of, sent.change["removed"], sent.change["added"]) == (
        SubmissionState.PROPOSED, date(2020, 1, 10), 0, 10,
    )  # fmt: skip
    accept_submission(actor=actor_for(user), submission_id=sent.pk)
    newest = deliveries_of(settings.INSTALLATION.county.data, "city")[-1]
    assert (newest.rows, newest.refused, newest.as_of) == (40, 0, date(2020, 1, 10))


@pytest.mark.parametrize(("number", "content", "status"), [(1, b"x", 404), (9, b"x", 404), (0, b"", 422)])
def test_only_what_could_not_be_read_is_replaced_and_by_something(operator, number, content, status):
    client, user = operator
    broken = SimpleUploadedFile("三组.xlsx", b"PK\x03\x04 cut off")
    ref = deliver(actor_for(user), date(2020, 1, 10), [sheet(smallcounty.rows()), broken])
    assert [file["status"] for file in Delivery(ref.folder).manifest["files"]] == ["refused", "taken"]

    assert replaced(client, ref, number, SimpleUploadedFile("三组.csv", content)).status_code == status
    assert Submission.objects.count() == 1
