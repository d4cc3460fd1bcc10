"""Files in pieces: what counts, what does not, whose they are, and what remains of them."""

import hashlib
import json
import os
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from officepeople import TOWN, actor, person
from taizhang.office.access.roles import Role
from taizhang.office.accounts.selectors import actor_for
from taizhang.office.errors import NotFound
from taizhang.office.ledger.models import Entry
from taizhang.office.sources.errors import Behind, BrokenPiece, ChangedOnTheWay, NoFileName, NothingSent, TooMuch
from taizhang.office.sources.models import Submission, Upload
from taizhang.office.sources.services import uploads
from taizhang.office.sources.services.receiving import inbox, receive_files

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 40
PIECE = 4096


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Pieces of four kilobytes, and no part left from another test."""
    monkeypatch.setattr(uploads, "PIECE", PIECE)
    yield
    for path in uploads.parts_folder().iterdir():
        path.unlink()


@pytest.fixture
def operator():
    """Somebody who may send deliveries."""
    return actor(Role.CENTRE_OPERATOR)


def begin(sender, content=CONTENT, name="人员信息.xlsx", modified=1_582_000_000_000):
    """Begin an upload; gives it."""
    return uploads.begin_upload(actor=sender, name=name, size=len(content), modified=modified)[0]


def piece(sender, upload, offset, content=CONTENT, length=PIECE, checksum=None):
    """Send one piece from `offset` on."""
    sent = content[offset : offset + length]
    said = zlib.crc32(sent) if checksum is None else checksum
    return uploads.append_piece(actor=sender, token=upload.token, offset=offset, checksum=said, stream=BytesIO(sent))


def send_all(sender, upload, content=CONTENT):
    """Send everything that is missing, and finish."""
    offset = Upload.objects.get(pk=upload.pk).offset
    while offset < len(content):
        offset = piece(sender, upload, offset, content).offset
    return uploads.finish_upload(actor=sender, token=upload.token, checksum=zlib.crc32(content))


def test_a_file_arrives_whole_and_its_hash_is_known(operator):
    upload = send_all(operator, begin(operator))

    assert upload.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert uploads.part_of(upload).read_bytes() == CONTENT
    assert [path.name for path in uploads.parts_folder().iterdir()] == [upload.token]


def test_the_same_file_again_goes_on_where_it_stopped(operator):
    first = begin(operator)
    piece(operator, first, 0)

    again, fresh = uploads.begin_upload(
        actor=operator, name=first.name, size=first.size, modified=first.modified
    )  # fmt: skip

    assert (again.token, again.offset, again.crc32, fresh) == (first.token, PIECE, zlib.crc32(CONTENT[:PIECE]), False)


@pytest.mark.parametrize(
    ("length", "checksum"), [(100, zlib.crc32(CONTENT[:PIECE])), (PIECE, 1), (0, 0), (PIECE + 1, None)],
    ids=["cut", "altered", "empty", "too long"],
)  # fmt: skip
def test_a_piece_that_is_not_what_was_sent_counts_for_nothing(operator, length, checksum):
    upload = begin(operator)

    with pytest.raises(BrokenPiece):
        piece(operator, upload, 0, length=length, checksum=checksum)

    assert Upload.objects.get().offset == 0
    assert send_all(operator, upload).is_whole


def test_a_piece_sent_twice_is_written_once(operator):
    upload = begin(operator)
    piece(operator, upload, 0)

    with pytest.raises(Behind) as said:
        piece(operator, upload, 0)

    assert said.value.offset == PIECE
    assert uploads.part_of(upload).stat().st_size == PIECE


def test_bytes_that_a_dying_server_left_behind_the_counted_ones_are_cut_off(operator):
    upload = begin(operator)
    piece(operator, upload, 0)
    with uploads.part_of(upload).open("ab") as part:
        part.write(b"half a piece that nobody counted" * 200)

    assert uploads.part_of(send_all(operator, upload)).read_bytes() == CONTENT


def test_two_windows_that_send_one_file_at_once_make_one_file(operator):
    upload = begin(operator)
    failures = []

    def window():
        try:
            offset = 0
            while offset < len(CONTENT):
                try:
                    offset = piece(operator, upload, offset).offset
                except Behind as behind:
                    offset = behind.offset
        except Exception as failure:  # noqa: BLE001 - a thread's failure is told by the test
            failures.append(failure)
        finally:
            connection.close()

    windows = [threading.Thread(target=window) for _ in range(2)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()

    assert failures == []
    assert uploads.part_of(send_all(operator, upload)).read_bytes() == CONTENT


def test_two_windows_that_begin_one_file_at_once_begin_one_upload(operator):
    # SQLite lets one write at a time; the tests' database in memory refuses the second one where a file would let it wait.
    turn = threading.Lock() if connection.vendor == "sqlite" else nullcontext()
    windows = 6
    ready = threading.Barrier(windows)

    def window(modified):
        try:
            ready.wait(timeout=30)
            with turn:
                return begin(operator, modified=modified).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(windows) as pool:
        for modified in range(10):
            begun = [pool.submit(window, modified) for _ in range(windows)]
            assert len({one.result() for one in begun}) == 1


def test_a_file_that_changed_on_the_way_is_refused_and_begins_anew(operator):
    upload = begin(operator)
    piece(operator, upload, 0)
    piece(operator, upload, PIECE)
    piece(operator, upload, 2 * PIECE)

    with pytest.raises(ChangedOnTheWay):
        uploads.finish_upload(actor=operator, token=upload.token, checksum=zlib.crc32(CONTENT) ^ 1)

    assert not Upload.objects.exists()
    assert not uploads.part_of(upload).exists()
    assert begin(operator).offset == 0


def test_bytes_that_the_disk_lost_are_noticed(operator):
    upload = begin(operator)
    for offset in range(0, len(CONTENT), PIECE):
        piece(operator, upload, offset)
    with uploads.part_of(upload).open("r+b") as part:
        part.write(b"\xff")

    with pytest.raises(ChangedOnTheWay):
        uploads.finish_upload(actor=operator, token=upload.token, checksum=zlib.crc32(CONTENT))


def test_finishing_too_early_says_where_it_stands_and_twice_is_once(operator):
    upload = begin(operator)
    piece(operator, upload, 0)
    with pytest.raises(Behind):
        uploads.finish_upload(actor=operator, token=upload.token, checksum=0)

    whole = send_all(operator, upload)
    again = uploads.finish_upload(actor=operator, token=upload.token, checksum=zlib.crc32(CONTENT))
    assert again.sha256 == whole.sha256


@pytest.mark.parametrize("name", ["", "../国标.xlsx", "a/b.xlsx", "a\\b.xlsx", "名\n字.xlsx", "长" * 201])
def test_names_that_are_paths_or_none_are_refused(operator, name):
    with pytest.raises(NoFileName):
        begin(operator, name=name)


def test_what_is_too_large_or_too_much_is_refused_before_it_is_sent(operator, monkeypatch):
    for size in (0, uploads.LARGEST + 1):
        with pytest.raises(TooMuch):
            uploads.begin_upload(actor=operator, name="a.xlsx", size=size, modified=0)
    monkeypatch.setattr(uploads, "QUOTA", len(CONTENT) + 1)
    begin(operator)
    with pytest.raises(TooMuch):
        begin(operator, name="b.xlsx")
    assert begin(actor(Role.CENTRE_OPERATOR), name="b.xlsx").offset == 0


def test_an_upload_of_somebody_else_does_not_exist(operator):
    upload = begin(operator)
    other = actor(Role.CENTRE_OPERATOR)

    assert begin(other).token != upload.token
    for attempt in (
        lambda: piece(other, upload, 0),
        lambda: uploads.finish_upload(actor=other, token=upload.token, checksum=0),
        lambda: uploads.drop_upload(actor=other, token=upload.token),
        lambda: receive_files(actor=other, source_id="city", as_of=date(2020, 2, 1), arrived=[upload.token]),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert Upload.objects.filter(pk=upload.pk).exists()


def test_whole_files_become_one_submission_with_those_sent_plainly(operator):
    first, second = (
        send_all(operator, begin(operator)),
        send_all(operator, begin(operator, CONTENT[:50], "二.csv"), CONTENT[:50]),
    )

    sent = receive_files(
        actor=operator, source_id="city", as_of=date(2020, 2, 1), arrived=[first.token, second.token, first.token]
    )

    kept = {path.name: path.read_bytes() for path in inbox(sent).glob("*/*")}
    assert kept == {"人员信息.xlsx": CONTENT, "二.csv": CONTENT[:50]}
    assert (sent.files, sent.size) == (2, len(CONTENT) + 50)
    assert not Upload.objects.exists()
    assert list(uploads.parts_folder().iterdir()) == []
    assert Entry.objects.filter(verb="files.received").count() == 1
    with pytest.raises(NotFound):
        receive_files(actor=operator, source_id="city", as_of=date(2020, 2, 1), arrived=[first.token])


def test_a_file_that_is_not_whole_is_not_sent_and_nothing_is_left_of_the_attempt(operator):
    whole, begun = send_all(operator, begin(operator)), begin(operator, name="半.xlsx")
    before = set(uploads.parts_folder().parent.iterdir())

    with pytest.raises(NotFound):
        receive_files(actor=operator, source_id="city", as_of=date(2020, 2, 1), arrived=[whole.token, begun.token])
    with pytest.raises(NothingSent):
        receive_files(actor=operator, source_id="city", as_of=date(2020, 2, 1))

    assert not Submission.objects.exists()
    assert set(uploads.parts_folder().parent.iterdir()) == before
    assert uploads.part_of(whole).read_bytes() == CONTENT


def sent_plainly(day, *files):
    """The answer to the form without scripts."""
    client = Client()
    client.force_login(person(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.post(reverse("upload"), {"source": "city", "as_of": day, "files": [*files]})


def test_a_hundred_files_and_more_are_sent_without_scripts():
    answer = sent_plainly("2020-02-01", *(SimpleUploadedFile(f"{one}.csv", b"x") for one in range(120)))

    assert answer.status_code == 302
    assert Submission.objects.get().files == 120


@pytest.mark.parametrize("late", [0, 1])
def test_a_day_is_not_later_than_today(late):
    day = timezone.localdate() + timedelta(days=late)

    answer = sent_plainly(day.isoformat(), SimpleUploadedFile("台账.csv", b"x"))

    assert answer.status_code == (422 if late else 302)
    assert Submission.objects.exists() is not bool(late)


@pytest.mark.parametrize("day", ["", "2020-02-30", "0202-02-01", "1999-12-31"])
def test_a_day_that_is_none_is_said_in_words(day):
    answer = sent_plainly(day, SimpleUploadedFile("台账.csv", b"x"))

    assert answer.status_code == 422
    assert "数据日期" in answer.content.decode()
    assert not Submission.objects.exists()


def test_what_had_no_news_for_a_day_is_removed_and_what_belongs_to_nothing(operator):
    old, young = begin(operator, name="旧.xlsx"), begin(operator, name="新.xlsx")
    for one in (old, young):
        piece(operator, one, 0)
    Upload.objects.filter(pk=old.pk).update(touched_at=timezone.now() - uploads.KEPT - timedelta(minutes=1))
    stray = uploads.parts_folder() / "stray.0123"
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))

    assert uploads.clear_uploads() == 1
    assert {path.name for path in uploads.parts_folder().iterdir()} == {young.token}
    assert uploads.clear_uploads() == 0


# --- the protocol over HTTP ---


@pytest.fixture
def client():
    """The browser of somebody who may send, asking for JSON as the script does."""
    client = Client(headers={"Accept": "application/json"})
    client.force_login(person(Role.CENTRE_OPERATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def asked(client, **about):
    """Begin over HTTP."""
    return client.post(reverse("upload_begin"), json.dumps(about), content_type="application/json")


def test_the_protocol_from_begin_to_finish(client):
    begun = asked(client, name="台账.xlsx", size=len(CONTENT), modified=5)
    ticket = begun.json()
    assert (begun.status_code, ticket["offset"], ticket["piece_size"]) == (201, 0, PIECE)
    assert asked(client, name="台账.xlsx", size=len(CONTENT), modified=5).status_code == 200

    def patch(offset, content):
        headers = {"Upload-Offset": str(offset), "Upload-Checksum": str(zlib.crc32(content))}
        return client.patch(ticket["url"], content, content_type="application/octet-stream", headers=headers)

    assert patch(0, CONTENT[:PIECE]).json()["offset"] == PIECE
    behind = patch(0, CONTENT[:PIECE])
    assert (behind.status_code, behind.json()["offset"]) == (409, PIECE)
    assert client.head(ticket["url"]).headers["Upload-Offset"] == str(PIECE)
    for offset in range(PIECE, len(CONTENT), PIECE):
        patch(offset, CONTENT[offset : offset + PIECE])
    whole = client.post(
        f"{ticket['url']}finish/", json.dumps({"crc32": zlib.crc32(CONTENT)}), content_type="application/json"
    ).json()
    assert whole["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert "台账.xlsx" in client.get(reverse("upload")).content.decode()
    assert client.delete(ticket["url"]).status_code == 204
    assert not Entry.objects.filter(subject_type="upload").exists(), "the submission is the entry, not its bytes"
    assert client.get(ticket["url"]).status_code == 404


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"name": 1, "size": 1, "modified": 1},
        {"name": "a", "size": "1", "modified": 1},
        {"name": "a", "size": True, "modified": 1},
    ],
)
def test_nonsense_is_refused_in_words(client, about):
    answer = asked(client, **about)

    assert answer.status_code in (413, 422)
    assert answer.json()["message"] and answer.json()["hint"]


def test_a_body_that_is_no_json_and_headers_that_are_no_numbers_are_refused(client):
    assert client.post(reverse("upload_begin"), b"\xff{", content_type="application/json").status_code == 422
    url = asked(client, name="台账.xlsx", size=10, modified=5).json()["url"]
    for headers in (
        {},
        {"Upload-Offset": "-1", "Upload-Checksum": "0"},
        {"Upload-Offset": "٣", "Upload-Checksum": "0"},
    ):
        assert client.patch(url, b"x", content_type="application/octet-stream", headers=headers).status_code == 460


def test_who_may_not_send_is_told_so_as_json():
    town = Client(headers={"Accept": "application/json"})
    town.force_login(person(Role.TOWN_DATA_LEAD, TOWN), backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = asked(town, name="a.xlsx", size=1, modified=1)

    assert (answer.status_code, answer.json()["code"]) == (403, "E-FORBIDDEN")
    assert not Upload.objects.exists()


def test_the_form_lists_only_ones_own_files(client):
    begin(actor_for(person(Role.CENTRE_OPERATOR)), name="别人的.xlsx")

    assert "别人的.xlsx" not in client.get(reverse("upload")).content.decode()
