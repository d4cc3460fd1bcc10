"""Wrong and foreign files: nothing is accepted, the reason is shown, and the file is kept for whoever may look at it."""

import csv
import hashlib
import io
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_deliveries import came_in, deliver, page_of, sheet
from test_loop import work_apart
from test_watching import work

import smallcounty
from officepeople import person
from taizhang.intake.delivery import Lake
from taizhang.intake.delivery.reading import Delivery, deliveries_of
from taizhang.intake.model import TABLES
from taizhang.office.access.roles import Role
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.jobs.models import Job
from taizhang.office.jobs.running import work_once
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.models import Entry
from taizhang.office.sources.errors import NothingToAccept
from taizhang.office.sources.models import Submission, SubmissionState
from taizhang.office.sources.selectors import open_questions
from taizhang.office.sources.services import keeping
from taizhang.office.sources.services.receiving import inbox, receive_files
from taizhang.office.sources.services.submissions import accept_submission

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FOREIGN = b"%PDF-1.7 a county far away 612323195006150011"
WHY = "核对是否报错了文件"


@pytest.fixture(autouse=True)
def empty_lake():
    """No deliveries, no files."""
    data = settings.INSTALLATION.county.data
    places = [data / name for name in ("deliveries", "sweeps", "register", "parsed", "proposed", "mappings", "layouts")]
    places.append(settings.INSTALLATION.home / "uploads")
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    yield
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def operator():
    """Who takes deliveries in, with a browser."""
    return came_in(Role.CENTRE_OPERATOR)


def send(user, *files, day=date(2020, 1, 10)):
    """Send files and have them read; gives the submission."""
    sent = receive_files(actor=actor_for(user), source_id="city", as_of=day, files=files)
    work()
    sent.refresh_from_db()
    return sent


@pytest.fixture
def refused(operator):
    """A submission of nothing but a foreign file."""
    return send(operator[1], SimpleUploadedFile("外县.pdf", FOREIGN))


def test_of_a_foreign_file_nothing_is_accepted_and_the_reason_is_shown(operator, refused):
    client, _user = operator

    assert (refused.state, refused.delivery) == (SubmissionState.REFUSED, "")
    assert [path for path in (settings.INSTALLATION.county.data / "proposed").rglob("*") if path.is_file()] == []
    page = client.get(reverse("submission", args=[refused.pk])).content.decode()
    assert "什么也没有接收" in page
    assert refused.change["problems"][0]["message"] in page
    assert "外县.pdf" in page
    assert reverse("submission_accept", args=[refused.pk]) not in page
    assert client.post(reverse("submission_accept", args=[refused.pk])).status_code == 409
    assert deliveries_of(settings.INSTALLATION.county.data, "city") == []


def test_what_was_read_again_meanwhile_is_not_accepted_unseen(operator):
    client, user = operator
    sent = send(user, sheet(smallcounty.rows()))
    page, accept = reverse("submission", args=[sent.pk]), reverse("submission_accept", args=[sent.pk])

    def seen():
        return re.search('name="seen" value="(.+?)"', client.get(page).content.decode()).group(1)

    early = seen()
    client.post(reverse("submission_again", args=[sent.pk]))
    assert "progress-line" in client.get(page).content.decode()
    work()

    assert client.post(accept, {"seen": early}).status_code == 409
    assert deliveries_of(settings.INSTALLATION.county.data, "city") == []
    assert client.post(accept, {"seen": seen()}).status_code == 302
    assert len(deliveries_of(settings.INSTALLATION.county.data, "city")) == 1


def test_a_kept_file_is_handed_out_byte_for_byte_with_a_recorded_reason(operator, refused):
    client, user = operator
    url = reverse("kept_file", args=[refused.pk, 0])
    assert url in client.get(reverse("submission", args=[refused.pk])).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "看"}).status_code == 400

    answer = client.post(url, {"reason": WHY})

    assert b"".join(answer) == FOREIGN
    assert "attachment" in answer["Content-Disposition"]
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert "no-store" in answer["Cache-Control"]
    entry = Entry.objects.get(verb="kept.fetched")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (user.pk, str(refused.pk), WHY)
    assert (entry.data["file"], entry.data["size"]) == (0, len(FOREIGN))


@pytest.mark.parametrize("role", [Role.TOWN_DATA_LEAD, Role.LEADER, Role.SYSTEM_ADMIN])
def test_whoever_may_not_inspect_gets_nothing(refused, role):
    client, _user = came_in(role)

    for method in (client.get, client.post):
        assert method(reverse("kept_file", args=[refused.pk, 0])).status_code == 403
    assert client.post(reverse("kept_remove", args=[refused.pk])).status_code == 403
    assert not Entry.objects.filter(verb="kept.fetched").exists()


def test_a_file_that_is_not_there_is_not_found(operator, refused):
    client, user = operator
    good = send(user, sheet(smallcounty.rows()))
    accept_submission(actor=actor_for(user), submission_id=good.pk)

    assert client.get(reverse("kept_file", args=[refused.pk, 1])).status_code == 404
    assert client.get(reverse("kept_file", args=[good.pk, 0])).status_code == 404


def test_the_operator_removes_it_before_its_time(operator, refused):
    client, user = operator
    url = reverse("kept_remove", args=[refused.pk])
    assert client.post(url, {"reason": ""}).status_code == 400
    assert inbox(refused).is_dir()

    assert client.post(url, {"reason": WHY}).status_code == 302

    assert not inbox(refused).exists()
    entry = Entry.objects.get(verb="kept.removed")
    assert (entry.actor_id, entry.reason) == (user.pk, WHY)
    assert client.get(reverse("kept_file", args=[refused.pk, 0])).status_code == 404
    assert client.post(url, {"reason": WHY}).status_code == 409
    assert "移除" in client.get(reverse("submission", args=[refused.pk])).content.decode()


def test_it_goes_by_itself_when_its_time_is_over_and_not_before(operator, refused):
    until = keeping.kept_until(refused)
    assert until == refused.settled_at + timedelta(days=30)
    assert (
        f"{timezone.localtime(until):%Y-%m-%d}"
        in operator[0].get(reverse("submission", args=[refused.pk])).content.decode()
    )
    enqueue("uploads.clear", key="clear:1")
    work()
    assert inbox(refused).is_dir()

    Submission.objects.update(settled_at=timezone.now() - timedelta(days=30, minutes=1))
    enqueue("uploads.clear", key="clear:2")
    work()

    assert not inbox(refused).exists()
    assert Entry.objects.get(verb="kept.removed").actor_kind == "system"
    assert Job.objects.get(key="clear:2").result["kept"] == 1


def test_a_refused_file_of_an_accepted_delivery_is_handed_out_too_and_a_read_one_is_not(operator):
    client, user = operator
    ref = deliver(
        actor_for(user), date(2020, 1, 10), [sheet(smallcounty.rows()), SimpleUploadedFile("外县.pdf", FOREIGN)]
    )
    numbers = {file["name"]: file["no"] for file in _files(ref)}
    url = reverse("delivery_file", args=["city", ref.folder.name, numbers["外县.pdf"]])
    assert url in client.get(page_of(ref)).content.decode()

    answer = client.post(url, {"reason": WHY})

    assert hashlib.sha256(b"".join(answer)).digest() == hashlib.sha256(FOREIGN).digest()
    assert Entry.objects.get(verb="kept.fetched").subject_id == f"city {ref.folder.name}"
    read = reverse("delivery_file", args=["city", ref.folder.name, numbers["人员信息.csv"]])
    assert client.post(read, {"reason": WHY}).status_code == 404


def _files(ref):
    return Delivery(ref.folder).manifest["files"]


def test_a_lake_that_is_busy_refuses_no_file(operator):
    sent = receive_files(
        actor=actor_for(operator[1]), source_id="city", as_of=date(2020, 1, 10), files=[sheet(smallcounty.rows())]
    )
    with Lake(settings.INSTALLATION.county.data).held(), ThreadPoolExecutor(1) as worker:
        assert worker.submit(work_apart).result()

    sent.refresh_from_db()
    assert sent.state == SubmissionState.RECEIVED
    Job.objects.update(run_at=timezone.now())
    while work_once("tests"):
        pass
    sent.refresh_from_db()
    assert sent.state == SubmissionState.PROPOSED


def strange(lines, name="人员信息.csv"):
    """A file whose numbers stand under the heading of phones, and phones under that of numbers."""
    shifted = [{**one, "身份证号": f"1389123{at:04d}", "联系电话": one["证件号码"]} for at, one in enumerate(lines)]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, ["户编号", "户主姓名", "姓名", "与户主关系", "身份证号", "联系电话"], extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(shifted)
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"))


def asked_of(client):
    """The one open question, from its page."""
    (asked,) = open_questions()
    return asked, client.get(reverse("question", args=[asked.fingerprint]))


def answered(client, asked, **more):
    """Answer a question with what the columns of the small county mean."""
    meant = {"身份证号": "member_phone", "联系电话": "id_no"}
    form = {f"column:{one.letter}": meant.get(one.path, one.field or "") for one in asked.columns} | more
    return client.post(reverse("question", args=[asked.fingerprint]), {"verdict": "answer"} | form)


def test_a_submission_of_which_no_row_counts_yet_waits_for_its_columns_and_is_read_again_once_they_are_said(operator):
    client, user = operator
    sent = send(user, strange(smallcounty.rows()))
    assert (sent.state, sent.change["rows"]) == (SubmissionState.PROPOSED, 0)
    page = client.get(reverse("submission", args=[sent.pk])).content.decode()
    assert reverse("question", args=[open_questions()[0].fingerprint]) in page
    assert str(settings.INSTALLATION.county.data) not in page
    with pytest.raises(NothingToAccept):
        accept_submission(actor=actor_for(user), submission_id=sent.pk)
    assert "没有可采用的行" in client.get(reverse("submission", args=[sent.pk])).content.decode()

    asked, _page = asked_of(client)
    answer = answered(client, asked)
    assert answer.status_code == 302
    work()

    sent.refresh_from_db()
    assert (sent.state, sent.change["rows"]) == (SubmissionState.PROPOSED, 40)
    assert len(list((settings.INSTALLATION.county.data / "proposed" / "city").iterdir())) == 1
    accept_submission(actor=actor_for(user), submission_id=sent.pk)
    assert deliveries_of(settings.INSTALLATION.county.data, "city")[-1].rows == 40
    assert {"mapping.answered", "submission.reread"} <= set(Entry.objects.values_list("verb", flat=True))


def test_a_remembered_layout_is_not_asked_about_again(operator):
    client, user = operator
    send(user, strange(smallcounty.rows()))
    asked, _page = asked_of(client)
    answered(client, asked)
    work()

    sent = send(user, strange(smallcounty.rows(range(30))), day=date(2020, 2, 10))

    assert (sent.state, sent.change["rows"]) == (SubmissionState.PROPOSED, 30)
    assert open_questions() == []


def test_a_delivery_that_was_accepted_is_read_again_as_a_new_proposal(operator):
    client, user = operator
    ref = deliver(
        actor_for(user),
        date(2020, 1, 10),
        [sheet(smallcounty.rows()), strange(smallcounty.rows(range(5)), "另一张.csv")],
    )
    assert (ref.rows, ref.waiting) == (40, 1)
    asked, _page = asked_of(client)
    answered(client, asked)
    work()

    again = Submission.objects.latest("pk")
    assert (again.state, again.change["rows"], again.sent_by_id) == (SubmissionState.PROPOSED, 45, user.pk)
    assert deliveries_of(settings.INSTALLATION.county.data, "city")[-1].rows == 40, "what was accepted stays what it is"
    accept_submission(actor=actor_for(user), submission_id=again.pk)
    assert deliveries_of(settings.INSTALLATION.county.data, "city")[-1].rows == 45

    answer = client.post(reverse("delivery_again", args=["city", ref.folder.name]))
    assert answer.status_code == 302
    assert Entry.objects.filter(verb="files.received").count() == 3


def test_the_mapping_page_says_how_sure_it_is_in_words_and_shows_three_masked_samples(operator):
    client, user = operator
    lines = smallcounty.rows()
    send(user, strange(lines))
    asked, page = asked_of(client)
    text = page.content.decode()

    assert [one.path for one in page.context["to_decide"]] == ["身份证号", "联系电话"]
    assert {"有把握", "不知道"} <= {str(one.confidence) for one in page.context["lines"]}
    assert "看值像是：电话" in text
    assert all(len(one.samples) <= 3 for one in page.context["lines"])
    assert all(one["证件号码"] not in text and one["姓名"] not in text for one in lines)
    assert asked.rows[0].number == 2


def test_an_answer_that_cannot_be_is_refused_in_words_and_what_was_chosen_stays(operator):
    client, user = operator
    send(user, strange(smallcounty.rows()))
    asked, _page = asked_of(client)
    letters = {one.path: one.letter for one in asked.columns}

    answer = answered(client, asked, **{f"column:{letters['联系电话']}": "name"})

    assert answer.status_code == 422
    assert "没有记住" in answer.content.decode()
    chosen = {one.path: one.field for one in answer.context["lines"]}
    assert (chosen["联系电话"], chosen["身份证号"]) == ("name", "member_phone")
    assert len(open_questions()) == 1
    assert not Entry.objects.filter(verb="mapping.answered").exists()


def test_a_wrong_answer_is_corrected_and_what_was_read_with_it_is_read_again(operator):
    client, user = operator
    sent = send(user, strange(smallcounty.rows()))
    asked, _page = asked_of(client)
    letters = {one.path: one.letter for one in asked.columns}
    answered(client, asked, **{f"column:{letters['身份证号']}": "household_phone"})
    work()
    sent.refresh_from_db()
    first = sent.delivery
    assert sent.change["rows"] == 40
    url = reverse("question", args=[asked.fingerprint])
    assert url in client.get(reverse("sources")).content.decode()
    page = client.get(url)
    assert {one.path: one.field for one in page.context["lines"]}["身份证号"] == "household_phone"
    assert f"{user} 确认过这种版式" in page.content.decode()

    assert answered(client, asked).status_code == 302
    work()

    sent.refresh_from_db()
    assert (sent.state, sent.delivery != first) == (SubmissionState.PROPOSED, True)
    assert len(list((settings.INSTALLATION.county.data / "proposed" / "city").iterdir())) == 1
    assert Entry.objects.filter(verb="mapping.answered").count() == 2


# --- what a sheet is at all ---


def test_a_sheet_that_is_no_data_is_said_so_and_waits_no_more_until_somebody_corrects_it(operator):
    client, user = operator
    sent = send(user, strange(smallcounty.rows()))
    asked, _page = asked_of(client)
    url = reverse("question", args=[asked.fingerprint])

    assert client.post(url, {"verdict": "refuse"}).status_code == 302
    work()

    sent.refresh_from_db()
    assert (sent.state, open_questions()) == (SubmissionState.REFUSED, [])
    assert Entry.objects.filter(verb="mapping.refused", subject_id=asked.fingerprint).count() == 1
    page = client.get(url).content.decode()
    assert f"{user} 说过这种表不是数据" in page
    assert url in client.get(reverse("sources")).content.decode()

    assert answered(client, asked).status_code == 302
    assert client.post(reverse("submission_again", args=[sent.pk])).status_code == 302
    work()
    sent.refresh_from_db()
    assert (sent.state, sent.error_code, sent.change["rows"]) == (SubmissionState.PROPOSED, "", 40)


def test_another_table_offers_its_fields_and_keeps_what_was_chosen(operator):
    client, user = operator
    send(user, strange(smallcounty.rows()))
    asked, page = asked_of(client)
    assert page.context["table"] == "record"

    shown = answered(client, asked, verdict="table", table="household")

    assert shown.status_code == 200
    offered = {name for name, _label in shown.context["choices"]}
    assert offered == set(TABLES["household"].fields)
    chosen = {one.path: one.field for one in shown.context["lines"]}
    assert chosen["户编号"] == "household_no"
    assert chosen["身份证号"] == ""  # a household has no member's telephone
    assert len(open_questions()) == 1


def test_who_explains_a_layout_second_sees_who_did_it_first_and_what_they_chose_themselves(operator):
    client, user = operator
    send(user, strange(smallcounty.rows()))
    asked, page = asked_of(client)
    seen = page.context["seen"]
    assert answered(client, asked, seen=seen).status_code == 302
    other = Client()
    other.force_login(person(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    letter = next(one.letter for one in asked.columns if one.path == "联系电话")

    late = {
        verdict: answered(other, asked, seen=seen, verdict=verdict, **{f"column:{letter}": "household_phone"})
        for verdict in ("refuse", "answer")
    }

    assert {one.status_code for one in late.values()} == {409}
    assert all(f"确认列的含义 · {user}" in one.content.decode() for one in late.values())
    assert Entry.objects.filter(verb__startswith="mapping.").count() == 1
    chosen = {
        verdict: {one.letter: one.field for one in page.context["lines"]}[letter] for verdict, page in late.items()
    }
    assert chosen == {"refuse": "id_no", "answer": "household_phone"}
    again = answered(other, asked, seen=late["answer"].context["seen"], **{f"column:{letter}": "household_phone"})
    assert again.status_code == 302
