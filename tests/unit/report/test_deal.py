"""Where annotated copies go: names come from strangers, lie under the folder, and are each another."""

import hashlib

import pytest

from taizhang.intake.preflight import Limits
from taizhang.progress import Silent
from taizhang.report.returned.deal import NOT_RETURNED, return_workbooks, returned_name, write_returned


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ("一组.xlsx", "ledger/一组.xlsx"),
        ("一组.XLSM", "ledger/一组.xlsx"),
        ("一组.xls", "ledger/一组.xls.xlsx"),
        ("名单.csv", "ledger/名单.csv.xlsx"),
        ("龙亭镇/一组.xlsx", "ledger/龙亭镇/一组.xlsx"),
        ("台账.zip/龙亭镇/一组.xlsx", "ledger/台账.zip/龙亭镇/一组.xlsx"),
    ],
)
def test_a_copy_is_named_like_the_file_that_was_sent(sent, place):
    assert str(returned_name("ledger", sent, set())) == place


@pytest.mark.parametrize(
    "sent", ["台账.zip/../../../一组.xlsx", "/etc/一组.xlsx", "../一组.xlsx", "a/./../一组.xlsx", ".."]
)
def test_a_name_that_climbs_stays_under_the_folder(sent):
    place = returned_name("ledger", sent, set())

    assert place.parts[0] == "ledger"
    assert ".." not in place.parts
    assert not place.is_absolute()


@pytest.mark.parametrize("other", ["一组.xlsx", "一组.XLSX", "一组.xlsm"])
def test_two_files_never_share_a_place(other):
    taken: set[str] = set()

    places = [str(returned_name("ledger", sent, taken)) for sent in ("一组.xlsx", other)]

    assert places == ["ledger/一组.xlsx", "ledger/一组（2）.xlsx"]


def test_files_of_two_sources_keep_their_names():
    taken: set[str] = set()

    places = [str(returned_name(source, "一组.xlsx", taken)) for source in ("ledger", "city")]

    assert places == ["ledger/一组.xlsx", "city/一组.xlsx"]


def test_a_name_longer_than_a_file_system_takes_is_shortened_and_still_numbered():
    taken: set[str] = set()

    places = [returned_name("ledger", "长" * 120 + ".xlsx", taken) for _ in range(2)]

    assert len({place.name for place in places}) == 2
    assert all(len(place.name.encode()) <= 230 for place in places)


def test_control_characters_of_a_name_are_replaced():
    assert str(returned_name("ledger", "一\n组.xlsx", set())) == "ledger/一_组.xlsx"


@pytest.mark.parametrize("damage", ["a bit", "gone"])
def test_a_stored_file_that_is_not_what_was_sent_is_refused(damage, tmp_path):
    stored = tmp_path / "stored"
    stored.write_bytes("姓名\n李乙\n".encode())
    digest = hashlib.sha256(stored.read_bytes()).hexdigest()
    if damage == "gone":
        stored.unlink()
    else:
        stored.write_bytes("姓名\n李已\n".encode())

    refused = write_returned(stored, target=tmp_path / "back.xlsx", problems=[], digest=digest)

    assert isinstance(refused, str)
    assert not (tmp_path / "back.xlsx").exists()


def test_a_file_too_large_for_a_copy_is_named_in_words(swept_county, tmp_path):
    narrow = Limits(output_bytes=4096)

    return_workbooks(swept_county.county, swept_county.sweep, tmp_path, progress=Silent(), jobs=1, limits=narrow)

    lines = (tmp_path / NOT_RETURNED).read_text("utf-8").splitlines()
    assert lines
    assert all(line.endswith("：文件太大，没有生成批注件；其中的问题都在问题清单里。") for line in lines)
    assert not list(tmp_path.rglob("*.xlsx"))
