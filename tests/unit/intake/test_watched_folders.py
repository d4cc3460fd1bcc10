"""Looking at the watched folders: what lies there, whose it can be, of which day, and what is not yet a file."""

import os
from datetime import date

import pytest

import smallcounty
from taizhang.intake.county import MOST_CHANGED, Acceptance, CountyFileError, load_county
from taizhang.intake.watching import LETTERBOX, Dated, day_in_name, look


@pytest.fixture
def county(tmp_path):
    """Three sources, of which two take files from the letterbox by name."""
    path = smallcounty.county_file(tmp_path)
    text = path.read_text("utf-8").replace('data = "data"', 'data = "data"\nletterbox = "收件"')
    text = text.replace(
        'id = "city"', 'id = "city"\nfiles = ["*市平台*", "*人员*.csv"]\naccept = "unremarkable"\nmost_changed = 0.35'
    )
    text = text.replace('id = "ledger"', 'id = "ledger"\nfiles = ["*台账*.XLSX", "*人员*.csv"]')
    path.write_text(text, "utf-8")
    for one in (*smallcounty.SOURCES,):
        (tmp_path / "inbox" / one).mkdir(parents=True)
    (tmp_path / "收件").mkdir()
    return load_county(path)


def put(folder, name, content=b"x"):
    """A file below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def found(county):
    """What a look finds, by name."""
    return {one.name: one for one in look(county).files}


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("市平台导出.xls", ("city",)), ("石子坪村台账.xlsx", ("ledger",)), ("石子坪村台账.ｘｌｓｘ", ("ledger",)), ("人员信息.csv", ("city", "ledger")),
        ("台账.csv", ()), ("照片.jpg", ()),
    ],
)  # fmt: skip
def test_a_file_of_the_letterbox_finds_its_source_by_its_name(county, name, sources):
    put(county.letterbox, name)

    assert (found(county)[name].place, found(county)[name].sources) == (LETTERBOX, sources)


def test_in_a_source_own_folder_the_name_does_not_matter(county):
    put(county.source("national").folder, "什么.csv")

    assert found(county)["什么.csv"].sources == ("national",)


@pytest.mark.parametrize(
    "name",
    ["~$台账.xlsx", ".~台账.xlsx", ".台账.xlsx.swp", "台账.xlsx.part", "台账.xlsx.crdownload", "台账.TMP", "台账.xlsx~", "Thumbs.db",
     "未传完.part/台账.xlsx"],
)  # fmt: skip
def test_locks_and_unfinished_files_are_not_seen(county, name):
    put(county.letterbox, name)
    put(county.source("ledger").folder, name)

    assert look(county).files == ()


def test_a_link_is_not_followed(county, tmp_path):
    (county.letterbox / "台账.xlsx").symlink_to(put(tmp_path, "别处.xlsx"))

    assert look(county).files == ()


@pytest.mark.parametrize(
    "lock", ["~$石子坪村台账.xlsx", "~$子坪村台账.xlsx", "~$坪村台账.xlsx", ".~lock.石子坪村台账.xlsx#"]
)
def test_a_file_that_a_program_has_open_is_told(county, lock):
    put(county.letterbox, "石子坪村台账.xlsx")
    assert not found(county)["石子坪村台账.xlsx"].is_open

    path = put(county.letterbox, lock)
    assert found(county)["石子坪村台账.xlsx"].is_open
    os.utime(path, (0, 0))
    assert not found(county)["石子坪村台账.xlsx"].is_open, "a lock of long ago was left by a crash"


def test_the_day_is_that_of_the_folder_or_of_the_name(county):
    put(county.letterbox, "2020-01-31/台账20200229.xlsx")
    put(county.letterbox, "台账2020-02-29.xlsx")
    put(county.letterbox, "台账.xlsx")
    put(county.source("ledger").folder, "台账2020-02-29.xlsx")
    seen = look(county).files

    assert {(one.place, one.name, one.day, one.dated) for one in seen} == {
        (LETTERBOX, "2020-01-31/台账20200229.xlsx", date(2020, 1, 31), Dated.FOLDER),
        (LETTERBOX, "台账2020-02-29.xlsx", date(2020, 2, 29), Dated.NAME),
        (LETTERBOX, "台账.xlsx", None, Dated.FILE_TIME),
        ("ledger", "台账2020-02-29.xlsx", None, Dated.FILE_TIME),
    }
    assert len({one.bundle for one in seen}) == 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("台账20200131.xlsx", date(2020, 1, 31)), ("台账_2020-01-31_终.xlsx", date(2020, 1, 31)), ("2020.1.31台账.xlsx", date(2020, 1, 31)),
        ("2020年1月31日台账.xlsx", date(2020, 1, 31)), ("20200131至20200131.xlsx", date(2020, 1, 31)),
        ("20200101至20200131.xlsx", None), ("台账20201331.xlsx", None), ("台账2020.xlsx", None), ("612323202001310011.xlsx", None), ("台账.xlsx", None),
    ],
)  # fmt: skip
def test_a_day_in_a_name_is_taken_where_it_is_the_only_one(name, day):
    assert day_in_name(name) == day


def test_a_folder_that_cannot_be_seen_is_told_and_the_others_are_looked_at(county):
    county.source("city").folder.rmdir()
    county.letterbox.rmdir()
    put(county.source("ledger").folder, "台账.xlsx")
    seen = look(county)

    assert [one.name for one in seen.files] == ["台账.xlsx"]
    assert [one.where for one in seen.problems] == [str(county.source("city").folder), str(county.letterbox)]
    assert seen.unseen == {"city", LETTERBOX}


def test_what_the_county_file_says_of_watching_is_read(county):
    assert county.source("city").accept is Acceptance.UNREMARKABLE
    assert county.source("ledger").accept is Acceptance.ASK
    assert (county.source("city").most_changed, county.source("ledger").most_changed) == (0.35, MOST_CHANGED)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('accept = "unremarkable"', 'accept = "always"', "accept"), ('files = ["*市平台*", "*人员*.csv"]', 'files = ["收件/*.csv"]', "files"),
        ('files = ["*市平台*", "*人员*.csv"]', 'files = [" "]', "files"), ('letterbox = "收件"', "letterbox = 3", "letterbox"),
        ("most_changed = 0.35", "most_changed = 35", "most_changed"), ("most_changed = 0.35", "most_changed = true", "most_changed"),
    ],
)  # fmt: skip
def test_an_impossible_setting_is_refused_by_its_name(county, old, new, key):
    county.file.write_text(county.file.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(CountyFileError) as caught:
        load_county(county.file)
    assert key in str(caught.value.message)
