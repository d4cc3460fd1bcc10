"""The watched folders: a file that has come to rest is proposed as an upload is; whatever is not taken is kept in sight."""

import dataclasses
import os
import shutil
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_loop import written

import smallcounty
from officepeople import actor, person
from taizhang.intake.county import Acceptance
from taizhang.intake.delivery.reading import deliveries_of
from taizhang.intake.pipeline import take_in
from taizhang.intake.watching import look
from taizhang.office.access.actor import system_actor
from taizhang.office.access.roles import Role
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.errors import ReasonMissing, Stale
from taizhang.office.jobs.models import Job, JobState
from taizhang.office.jobs.running import work_once
from taizhang.office.jobs.services.queue import enqueue
from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.verifying import verify
from taizhang.office.sources.errors import AlreadyTaken, FileMoves
from taizhang.office.sources.models import Arrival, ArrivalState, Submission, SubmissionState
from taizhang.office.sources.services import receiving, watching
from taizhang.office.sources.services.receiving import inbox, receive_files
from taizhang.office.sources.services.submissions import accept_submission

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FOLDERS = system_actor("folders")
LONG_AGO = 1_580_000_000_000_000_000


@pytest.fixture(autouse=True)
def county(monkeypatch, tmp_path):
    """An empty lake, empty folders, and a letterbox of which two sources take files by name; looks need no time between."""
    county = settings.INSTALLATION.county
    patterns = {"city": ("*市平台*", "*人员*.csv"), "ledger": ("*台账*", "*人员*.csv")}
    sources = tuple(dataclasses.replace(one, files=patterns.get(one.id, ())) for one in county.sources)
    watched = dataclasses.replace(county, sources=sources, letterbox=tmp_path / "收件")
    monkeypatch.setitem(vars(settings.INSTALLATION), "county", watched)
    monkeypatch.setattr(watching, "REST", timedelta(0))
    places = [county.data / name for name in ("deliveries", "sweeps", "register", "parsed", "proposed")]
    places += [settings.INSTALLATION.home / "uploads", *(source.folder for source in county.sources)]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    for source in county.sources:
        source.folder.mkdir(parents=True)
    watched.letterbox.mkdir()
    yield watched
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def accepting(monkeypatch, source_id, **said):
    """A source whose unremarkable deliveries are accepted by themselves; said: what else the county file says of it."""
    county = settings.INSTALLATION.county
    sources = tuple(
        dataclasses.replace(one, accept=Acceptance.UNREMARKABLE, **said) if one.id == source_id else one
        for one in county.sources
    )
    changed = dataclasses.replace(county, sources=sources)
    monkeypatch.setitem(vars(settings.INSTALLATION), "county", changed)


def put(folder, name, lines=None):
    """A file of rows below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(smallcounty.rows() if lines is None else lines) if not isinstance(lines, bytes) else lines)
    return path


def look_once():
    """One look, as the job does it."""
    return watching.look_at_folders(actor=FOLDERS)


def look_twice():
    """Two looks, so that what lies there is at rest; gives the second."""
    look_once()
    return look_once()


def work():
    """Do all jobs that wait."""
    while work_once("tests"):
        pass
    assert set(Job.objects.values_list("state", flat=True)) <= {JobState.DONE}, list(
        Job.objects.values_list("kind", "state", "error_text")
    )


def states():
    """What became of the files, by name."""
    return {one.name: (one.state, one.reason) for one in Arrival.objects.all()}


def verbs():
    """What the ledger tells, in order."""
    return list(Entry.objects.order_by("seq").values_list("verb", flat=True))


def delivered(source="city"):
    """How many deliveries of a source count."""
    return len(deliveries_of(settings.INSTALLATION.county.data, source))


def test_a_file_at_rest_is_proposed_with_what_it_would_change_and_waits(county):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    assert look_once().taken == 0, "nobody knows yet whether it is whole"
    assert states() == {"2020-01-10/人员信息.csv": (ArrivalState.ARRIVING, "")}

    assert look_once().taken == 1
    work()

    sent = Submission.objects.get()
    assert (sent.source, sent.as_of, sent.origin, sent.dated, sent.sent_by) == (
        "city",
        date(2020, 1, 10),
        "folder",
        "folder",
        None,
    )
    assert (sent.state, sent.change["added"]) == (SubmissionState.PROPOSED, 40)
    assert delivered() == 0
    assert states() == {"2020-01-10/人员信息.csv": (ArrivalState.TAKEN, "")}

    accept_submission(actor=actor(Role.CENTRE_OPERATOR), submission_id=sent.pk)
    assert delivered() == 1
    assert (county.source("city").folder / "2020-01-10/人员信息.csv").is_file(), "the sender's file stays his"
    assert [one for one in verbs() if one in {"files.received", "delivery.accepted"}] == [
        "files.received",
        "delivery.accepted",
    ]
    verify()


def test_a_file_that_still_grows_is_left_alone_until_it_has_come_to_rest(county):
    path = put(county.source("city").folder, "2020-01-10/人员信息.csv", written(smallcounty.rows())[:500])
    look_once()
    path.write_bytes(written(smallcounty.rows())[:900])
    assert look_once().taken == 0
    path.write_bytes(written(smallcounty.rows()))
    os.utime(path, ns=(LONG_AGO, LONG_AGO))  # a copy with the time of its original
    assert look_once().taken == 0

    assert look_once().taken == 1
    work()
    assert Submission.objects.get().change["added"] == 40


def test_two_looks_in_one_breath_are_not_two_looks(county, monkeypatch):
    monkeypatch.setattr(watching, "REST", timedelta(seconds=20))
    put(county.source("city").folder, "2020-01-10/人员信息.csv")

    assert [look_once().taken for _ in range(3)] == [0, 0, 0]
    Arrival.objects.update(still_since=timezone.now() - timedelta(seconds=21))
    assert look_once().taken == 1


def test_a_batch_waits_for_its_last_file_and_for_the_program_that_has_one_open(county):
    folder = county.source("city").folder / "2020-01-10"
    put(folder, "一.csv", smallcounty.rows(range(20)))
    look_once()
    put(folder, "二.csv", smallcounty.rows(range(20, 40)))
    lock = put(folder, "~$二.csv", b"\x00")
    assert look_once().taken == look_once().taken == 0
    assert states()["2020-01-10/二.csv"] == (ArrivalState.ARRIVING, "open")

    lock.unlink()
    assert look_once().taken == 1
    work()
    assert (Submission.objects.get().files, Submission.objects.get().change["added"]) == (2, 40)


def test_a_file_of_the_letterbox_finds_its_source_and_its_day_by_its_name(county):
    put(county.letterbox, "石子坪台账20200131.csv")
    look_twice()
    work()

    sent = Submission.objects.get()
    assert (sent.source, sent.as_of, sent.dated, sent.state) == ("ledger", date(2020, 1, 31), "name", "proposed")


def test_what_finds_no_source_or_two_is_kept_and_shown_with_the_reason(county):
    put(county.letterbox, "照片.jpg", b"\xff\xd8")
    put(county.letterbox, "人员信息.csv")
    put(county.letterbox, "台账.csv", b"")
    put(county.letterbox, "台账20991231.csv")
    look_twice()

    assert look_once().kept == 0, "it is told once"
    assert states() == {
        "照片.jpg": (ArrivalState.KEPT, "unknown"), "人员信息.csv": (ArrivalState.KEPT, "ambiguous"),
        "台账.csv": (ArrivalState.KEPT, "empty"), "台账20991231.csv": (ArrivalState.KEPT, "future"),
    }  # fmt: skip
    assert verbs().count("arrival.kept") == 4
    assert not Submission.objects.exists()
    client, _user = came_in(Role.CENTRE_OPERATOR)
    page = client.get(reverse("sources")).content.decode()
    for words in ("文件名不符合任何来源的式样", "文件名符合不止一个来源的式样", "文件是空的", "日期在今天之后"):
        assert words in page


def came_in(role):
    """A browser of somebody with this role, and who it is."""
    user = person(role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, user


def test_whoever_may_send_says_whose_a_kept_file_is(county):
    client, user = came_in(Role.CENTRE_OPERATOR)
    put(county.letterbox, "人员信息.csv")
    look_twice()
    row = Arrival.objects.get()
    page = client.get(reverse("arrival", args=[row.pk])).content.decode()
    assert "市互联网+平台" in page

    answer = client.post(reverse("arrival_assign", args=[row.pk]), {"source": "city", "as_of": "2020-01-10"})
    sent = Submission.objects.get()
    assert answer.url == reverse("submission", args=[sent.pk])
    work()

    sent.refresh_from_db()
    assert (sent.source, sent.as_of, sent.sent_by_id, sent.state) == ("city", date(2020, 1, 10), user.pk, "proposed")
    assert states() == {"人员信息.csv": (ArrivalState.TAKEN, "")}
    assert Entry.objects.get(verb="files.received").actor_id == user.pk
    with pytest.raises(Stale):
        watching.assign_arrival(actor=actor_for(user), arrival_id=row.pk, source_id="city", as_of=date(2020, 1, 10))


def test_a_kept_file_that_is_another_by_now_is_not_taken_for_the_one_that_was_shown(county):
    put(county.letterbox, "人员信息.csv")
    look_twice()
    put(county.letterbox, "人员信息.csv", smallcounty.rows(range(3)))

    with pytest.raises(FileMoves):
        watching.assign_arrival(
            actor=actor(Role.CENTRE_OPERATOR),
            arrival_id=Arrival.objects.get().pk,
            source_id="city",
            as_of=date(2020, 1, 10),
        )
    assert not Submission.objects.exists()


def test_a_kept_file_that_is_no_delivery_is_set_aside_with_a_reason_until_it_changes(county):
    operator = actor(Role.CENTRE_OPERATOR)
    put(county.letterbox, "照片.jpg", b"\xff\xd8")
    look_twice()
    with pytest.raises(ReasonMissing):
        watching.set_arrival_aside(actor=operator, arrival_id=Arrival.objects.get().pk, reason="  ")

    watching.set_arrival_aside(actor=operator, arrival_id=Arrival.objects.get().pk, reason="是活动照片")
    look_twice()
    assert states() == {"照片.jpg": (ArrivalState.ASIDE, "unknown")}
    assert Entry.objects.get(verb="arrival.set_aside").reason == "是活动照片"

    put(county.letterbox, "照片.jpg", b"\xff\xd8\xff")
    look_twice()
    assert states() == {"照片.jpg": (ArrivalState.KEPT, "unknown")}


def test_a_pattern_that_was_added_later_finds_what_was_kept(county, monkeypatch):
    put(county.letterbox, "底册20200131.csv")
    look_twice()
    assert states() == {"底册20200131.csv": (ArrivalState.KEPT, "unknown")}

    sources = tuple(
        dataclasses.replace(one, files=("*底册*",)) if one.id == "national" else one for one in county.sources
    )
    changed = dataclasses.replace(county, sources=sources)
    monkeypatch.setitem(vars(settings.INSTALLATION), "county", changed)

    assert look_once().taken == 1
    assert Submission.objects.get().source == "national"


def test_the_same_file_twice_is_one_however_it_comes(county):
    operator = actor(Role.CENTRE_OPERATOR)
    content = written(smallcounty.rows())
    sent = receive_files(
        actor=operator, source_id="city", as_of=date(2020, 1, 10), files=[SimpleUploadedFile("网上传的.csv", content)]
    )
    work()
    put(county.source("city").folder, "2020-01-10/人员信息.csv", content)
    put(county.letterbox, "2020-01-10/市平台.csv", content)
    look_twice()
    assert Submission.objects.count() == 1
    assert set(Arrival.objects.values_list("state", "submission")) == {(ArrivalState.SAME, sent.pk)}

    accept_submission(actor=operator, submission_id=sent.pk)
    put(county.source("city").folder, "2020-01-10/人员信息.csv", content)
    look_twice()
    assert (Submission.objects.count(), delivered()) == (1, 1)


def test_two_uploads_of_the_same_file_propose_it_once():
    operator = actor(Role.CENTRE_OPERATOR)
    first, second = (
        receive_files(
            actor=operator, source_id="city", as_of=date(2020, 1, 10),
            files=[SimpleUploadedFile("人员信息.csv", written(smallcounty.rows()))],
        )
        for _ in range(2)
    )  # fmt: skip
    work()

    second.refresh_from_db()
    assert (second.state, second.change, inbox(second).exists()) == (
        SubmissionState.REPLACED,
        {"twin": first.pk},
        False,
    )
    accept_submission(actor=operator, submission_id=first.pk)
    assert delivered() == 1


def test_what_the_command_line_took_in_before_is_not_proposed_again(county):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    take_in(county)

    assert look_twice().repeated == 1
    assert not Submission.objects.exists()
    assert states() == {"2020-01-10/人员信息.csv": (ArrivalState.TAKEN, "")}


def sent_in_turn(county, *contents):
    """Contents of one file of a folder, one after the other; each is accepted and swept. Gives what the last look took."""
    operator = actor(Role.CENTRE_OPERATOR)
    for lines in contents:
        put(county.source("city").folder, "2020-01-10/人员信息.csv", lines)
        looked = look_twice()
        work()
        if looked.taken:
            accept_submission(actor=operator, submission_id=Submission.objects.latest("pk").pk)
            work()
    return looked


WRONG = smallcounty.rows(p14={"证件号码": smallcounty.digits_swapped(14)})


def test_a_correction_that_is_undone_in_its_file_comes_again_and_once(county):
    sent_in_turn(county, WRONG, smallcounty.rows())

    assert sent_in_turn(county, WRONG).taken == 1
    assert delivered() == 3
    assert sent_in_turn(county, WRONG).repeated == 1, "only its time is another"
    assert delivered() == 3
    assert sent_in_turn(county, smallcounty.rows()).taken == 1


def test_what_the_command_line_took_in_and_a_file_corrected_comes_again_when_that_is_undone(county):
    put(county.source("city").folder, "2020-01-10/人员信息.csv", WRONG)
    take_in(county)
    sent_in_turn(county, smallcounty.rows())

    assert sent_in_turn(county, WRONG).taken == 1


def test_an_undecided_correction_that_is_undone_in_its_file_is_not_to_be_accepted_any_more(county):
    sent_in_turn(county, WRONG)
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    look_twice()
    work()
    corrected = Submission.objects.latest("pk")

    assert sent_in_turn(county, WRONG).repeated == 1

    corrected.refresh_from_db()
    assert corrected.state == SubmissionState.REPLACED
    assert delivered() == 1


def test_a_file_that_comes_later_to_the_same_day_makes_a_new_batch_instead_of_the_undecided_one(county):
    folder = county.source("city").folder / "2020-01-10"
    put(folder, "一.csv", smallcounty.rows(range(20)))
    look_twice()
    work()
    first = Submission.objects.get()
    put(folder, "二.csv", smallcounty.rows(range(20, 40)))
    look_twice()
    work()

    first.refresh_from_db()
    second = Submission.objects.latest("pk")
    assert (first.state, inbox(first).exists()) == (SubmissionState.REPLACED, False)
    assert (second.state, second.files, second.change["added"]) == (SubmissionState.PROPOSED, 2, 40)
    assert len(list((county.data / "proposed" / "city").iterdir())) == 1, "the older proposal is gone"
    assert verbs().count("submission.replaced") == 1
    with pytest.raises(Stale):
        accept_submission(actor=actor(Role.CENTRE_OPERATOR), submission_id=first.pk)


def test_loose_files_of_the_letterbox_are_not_sent_again_with_those_of_next_month(county):
    put(county.letterbox, "市平台一月.csv")
    look_twice()
    put(county.letterbox, "市平台二月.csv", smallcounty.rows(range(39)))
    look_twice()

    assert [one.files for one in Submission.objects.all()] == [1, 1]


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(lambda path: path.unlink(), "gone"), (lambda path: path.write_bytes(b"another"), "replaced")],
    ids=["deleted", "replaced"],
)
def test_a_file_that_is_deleted_or_replaced_while_it_is_read_is_told(county, monkeypatch, happens, reason):
    folder = county.source("city").folder / "2020-01-10"
    first, second = (
        put(folder, "一.csv", smallcounty.rows(range(20))),
        put(folder, "二.csv", smallcounty.rows(range(20, 40))),
    )
    copied = receiving._copied

    def meanwhile(one, target):
        if one.path == first:
            happens(second)
        return copied(one, target)

    look_once()
    monkeypatch.setattr(receiving, "_copied", meanwhile)
    assert (look_once().lost, Submission.objects.count()) == (1, 0)
    assert states()["2020-01-10/二.csv"] == (ArrivalState.LOST, reason)
    assert verbs()[-1] == "arrival.lost"
    assert [
        path.name
        for path in (settings.INSTALLATION.home / "uploads").iterdir()
        if path.name not in {"parts", "watching.lock"}
    ] == []

    monkeypatch.setattr(receiving, "_copied", copied)
    look_twice()
    work()
    sent = Submission.objects.get()
    assert sent.files == (1 if reason == "gone" else 2), "what is left is taken once it is at rest"


def test_a_file_nobody_may_read_is_told_and_tried_again(county, monkeypatch):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    opened = os.open

    def refused(path, *arguments, **more):
        if str(path).endswith("人员信息.csv") and not str(path).startswith(str(settings.INSTALLATION.home / "uploads")):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **more)

    look_once()
    monkeypatch.setattr(os, "open", refused)
    look_once()
    assert states() == {"2020-01-10/人员信息.csv": (ArrivalState.ARRIVING, "unreadable")}
    monkeypatch.setattr(os, "open", opened)

    assert look_once().taken == 1


def test_nothing_remarkable_is_accepted_by_itself_where_the_source_says_so(county, monkeypatch):
    accepting(monkeypatch, "city")
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    look_twice()
    work()
    first = Submission.objects.get()
    assert (first.state, first.change["remarkable"]) == (SubmissionState.PROPOSED, ["first"]), "nothing to compare with"
    accept_submission(actor=actor(Role.CENTRE_OPERATOR), submission_id=first.pk)

    put(county.source("city").folder, "2020-02-10/人员信息.csv", smallcounty.rows(p5={"健康状况": "残疾"}))
    look_twice()
    work()

    second = Submission.objects.latest("pk")
    assert (second.state, second.decided_by, second.change["remarkable"]) == (SubmissionState.ACCEPTED, None, [])
    assert delivered() == 2
    entry = Entry.objects.filter(verb="delivery.accepted").latest("seq")
    assert (entry.actor_kind, entry.actor_name, entry.subject_id) == ("system", "folders", str(second.pk))
    assert Job.objects.filter(key=f"sweep:submission:{second.pk}").exists()


@pytest.mark.parametrize(
    ("name", "lines", "remark"),
    [
        ("2020-02-10/人员信息.csv", lambda: smallcounty.rows(range(20)), "held"),
        ("2020-02-10/人员信息.csv", lambda: smallcounty.rows(range(35)), "noted"),
        ("2020-02-10/人员信息.csv", lambda: [one | {"健康状况": "残疾"} for one in smallcounty.rows()], "much_changed"),
        ("人员信息.csv", lambda: smallcounty.rows(range(39)), "guessed_day"),
    ],
    ids=["half is gone", "some is gone", "all is changed", "the day is guessed"],
)  # fmt: skip
def test_what_is_remarkable_waits_for_a_person_and_says_why(county, monkeypatch, name, lines, remark):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    take_in(county)
    accepting(monkeypatch, "city")
    put(county.source("city").folder, name, lines())
    look_twice()
    work()

    sent = Submission.objects.latest("pk")
    assert sent.state == SubmissionState.PROPOSED
    assert remark in sent.change["remarkable"]
    assert delivered() == 1
    client, _user = came_in(Role.CENTRE_OPERATOR)
    assert "没有自动接收" in client.get(reverse("submission", args=[sent.pk])).content.decode()


@pytest.mark.parametrize(
    ("most", "state"), [(0.1, SubmissionState.PROPOSED), (0.3, SubmissionState.ACCEPTED)], ids=["more", "fewer"]
)
def test_how_many_changed_rows_are_remarkable_is_said_by_the_county_file(county, monkeypatch, most, state):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    take_in(county)
    accepting(monkeypatch, "city", most_changed=most)
    changes = {f"p{person}": {"健康状况": "残疾"} for person in range(1, 9)}
    put(county.source("city").folder, "2020-02-10/人员信息.csv", smallcounty.rows(**changes))
    look_twice()
    work()

    sent = Submission.objects.latest("pk")
    assert (sent.state, "much_changed" in sent.change["remarkable"]) == (state, state == SubmissionState.PROPOSED)


def test_a_file_nobody_can_read_beside_good_ones_is_remarkable(county, monkeypatch):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    take_in(county)
    accepting(monkeypatch, "city")
    put(county.source("city").folder, "2020-02-10/人员信息.csv", smallcounty.rows(range(39)))
    put(county.source("city").folder, "2020-02-10/照片.pdf", b"%PDF-1.7 nothing")
    look_twice()
    work()

    sent = Submission.objects.latest("pk")
    assert (sent.state, {"not_taken", "problems"} <= set(sent.change["remarkable"])) == (SubmissionState.PROPOSED, True)


def test_an_acceptance_whose_worker_died_after_the_lake_had_it_is_finished(county, monkeypatch):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    look_twice()
    work()
    sent = Submission.objects.get()
    operator = actor(Role.CENTRE_OPERATOR)
    accept_submission(actor=operator, submission_id=sent.pk)
    Submission.objects.update(state=SubmissionState.PROPOSED)  # what the database says when the transaction was lost

    accept_submission(actor=operator, submission_id=sent.pk)

    assert (Submission.objects.get().state, delivered()) == (SubmissionState.ACCEPTED, 1)


def test_a_folder_that_is_missing_is_told_and_forgets_nothing(county):
    put(county.letterbox, "照片.jpg", b"\xff\xd8")
    look_twice()
    shutil.rmtree(county.letterbox)

    looked = look_once()
    assert [one["code"] for one in looked.problems] == ["E-COUNTY-FOLDER"]
    assert states() == {"照片.jpg": (ArrivalState.KEPT, "unknown")}, "an unplugged share is no deletion"


def test_a_file_that_was_taken_away_is_forgotten(county):
    put(county.letterbox, "照片.jpg", b"\xff\xd8").unlink() or put(county.letterbox, "图.jpg", b"\xff\xd8")
    look_twice()
    (county.letterbox / "图.jpg").unlink()
    look_once()

    assert states() == {}


def test_uneventful_looks_do_not_fill_the_list_of_jobs(county):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    for number in range(5):
        enqueue("intake.watch", key=f"watch:{number}")
        work()

    looks = Job.objects.filter(kind="intake.watch")
    assert [one.result["new"] for one in looks.order_by("pk")] == [1, 0]
    assert Submission.objects.count() == 1


def test_only_one_looks_at_a_time(county):
    with watching._alone() as first, watching._alone() as second:
        assert (first, second) == (True, False)
        put(county.letterbox, "照片.jpg", b"\xff\xd8")
        assert look_once().busy
    assert states() == {}


def test_a_name_in_another_encoding_is_shown_readably(county):
    put(county.letterbox, os.fsdecode("市平台.csv".encode("gb18030")))
    look_twice()
    work()

    assert states() == {"市平台.csv": (ArrivalState.TAKEN, "")}
    assert Submission.objects.get().state == SubmissionState.PROPOSED


def test_numbers_in_a_file_name_are_masked_on_pages(county):
    put(county.letterbox, f"{smallcounty.number(3)}的材料.jpg", b"\xff\xd8")
    look_twice()
    client, _user = came_in(Role.CENTRE_OPERATOR)

    for url in (reverse("sources"), reverse("arrival", args=[Arrival.objects.get().pk])):
        page = client.get(url).content.decode()
        assert smallcounty.number(3) not in page
        assert "6123**************的材料.jpg" in page


def test_a_look_can_be_asked_for(county):
    client, user = came_in(Role.CENTRE_OPERATOR)
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    for _ in range(2):
        assert client.post(reverse("folders_look")).status_code == 302
        work()

    assert Submission.objects.count() == 1
    assert Entry.objects.filter(verb="folders.looked", actor_id=user.pk).count() == 2
    assert "最近一次查看" in client.get(reverse("sources")).content.decode()


def test_an_assigned_file_the_lake_has_already_is_refused_in_words(county):
    put(county.source("city").folder, "2020-01-10/人员信息.csv")
    take_in(county)
    put(county.letterbox, "人员信息.csv")
    look_twice()
    kept = Arrival.objects.get(place="")

    with pytest.raises(AlreadyTaken):
        watching.assign_arrival(
            actor=actor(Role.CENTRE_OPERATOR), arrival_id=kept.pk, source_id="city", as_of=date(2020, 1, 10)
        )


def test_what_lies_there_is_seen_as_the_county_file_says(county):
    put(county.letterbox, "市平台.csv")

    assert [(one.name, one.sources) for one in look(county).files] == [("市平台.csv", ("city",))]
