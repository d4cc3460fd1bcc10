"""The county file and the folders it points at."""

import os
from datetime import date

import pytest

from taizhang.intake.county import CountyFileError, SourceKind, load_county
from taizhang.intake.inbox import SourceFolderError, inbox_of, today

FILE = """
[county]
code = "610723"
name = "洋县"
data = "data"
divisions = "divisions.csv"
[[source]]
id = "national"
kind = "national"
title = "全国系统"
folder = "inbox/national"
[[source]]
id = "city"
kind = "city"
folder = "inbox/city"
derived_from = ["national"]
as_of = 2024-06-30
[sweep]
packs = ["packs/own.yaml"]
[parameters]
head_min_age = 16
poverty_line = { 2023 = 4000 }
"""


def written(folder, text=FILE):
    file = folder / "county.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_county_file_gives_absolute_paths_and_all_its_settings(tmp_path):
    county = load_county(written(tmp_path))

    assert (county.code, county.name) == ("610723", "洋县")
    assert county.data == tmp_path / "data"
    assert county.divisions == tmp_path / "divisions.csv"
    assert county.packs == (tmp_path / "packs/own.yaml",)
    assert county.source("city").kind is SourceKind.CITY
    assert county.source("city").derived_from == ("national",)
    assert county.source("city").title == "city"
    assert county.parameters["head_min_age"] == 16


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "county.toml"
    file.write_text(FILE, "utf-8-sig")

    assert load_county(file).code == "610723"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('code = "610723"', 'code = "61"', "county.code"),
        ('name = "洋县"', "name = 7", "county.name"),
        ('data = "data"', 'date = "data"', "county.date"),
        ('kind = "city"', 'kind = "town"', "kind"),
        ('id = "city"', 'id = "national"', "source.id"),
        ('id = "city"', 'id = "市"', "id"),
        ('["national"]', '["nation"]', "derived_from"),
        ('["national"]', '["city"]', "derived_from"),
        ("as_of = 2024-06-30", 'as_of = "2024-06-30"', "as_of"),
        ('packs = ["packs/own.yaml"]', "packs = 3", "packs"),
        ("[sweep]", "[sweeps]", "sweeps"),
        ("[county]", "[county", "格式"),
        ("[county]", f"deep = {'[' * 20_000}\n[county]", "格式"),
        ('code = "610723"', 'code = "６１０７２３"', "county.code"),
        ('code = "610723"', 'code = "610723"\nlanguage = ["en"]', "county.language"),
        ('kind = "city"', 'kind = "city"\naccept = {now = true}', "accept"),
        ('folder = "inbox/city"', 'folder = "inbox/\\u0000city"', "folder"),
        ('data = "data"', 'data = "data\\n"', "county.data"),
        ('folder = "inbox/city"', 'folder = "inbox/national"', "全国系统"),
        ('folder = "inbox/city"', 'folder = "inbox"', "全国系统"),
        ('folder = "inbox/city"', 'folder = "inbox/national/city/../2024"', "全国系统"),
    ],
)
def test_a_mistake_in_the_county_file_names_its_key(tmp_path, old, new, named):
    file = written(tmp_path, FILE.replace(old, new))

    with pytest.raises(CountyFileError) as caught:
        load_county(file)

    assert named in str(caught.value)
    assert "E-COUNTY-FILE" in str(caught.value)


def test_a_missing_county_file_and_a_wrong_encoding_say_what_to_do(tmp_path):
    (tmp_path / "gbk.toml").write_bytes(FILE.encode("gbk"))

    with pytest.raises(CountyFileError, match="找不到"):
        load_county(tmp_path / "none.toml")
    with pytest.raises(CountyFileError, match="UTF-8"):
        load_county(tmp_path / "gbk.toml")


def put(folder, name, day="2024-07-01"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    stamp = (date.fromisoformat(day) - date(1970, 1, 1)).days * 86400 + 43200
    os.utime(path, (stamp, stamp))


def test_dated_folders_are_deliveries_oldest_first(tmp_path):
    source = load_county(written(tmp_path)).source("national")
    put(source.folder, "2024-06-30/乙.xlsx")
    put(source.folder, "20240331/甲.xlsx")

    boxes = inbox_of(source)

    assert [box.as_of for box in boxes] == [date(2024, 3, 31), date(2024, 6, 30)]
    assert [name for box in boxes for name, _ in box.files] == ["甲.xlsx", "乙.xlsx"]


def test_loose_files_are_one_delivery_of_the_newest_file_or_the_declared_day(tmp_path):
    county = load_county(written(tmp_path))
    for source in county.sources:
        put(source.folder, "a.csv", "2024-05-01")
        put(source.folder, "龙亭镇/b.csv", "2024-05-02")

    national, city = (inbox_of(source) for source in county.sources)

    assert national[0].as_of == date(2024, 5, 2)
    assert city[0].as_of == date(2024, 6, 30)
    assert [name for name, _ in national[0].files] == ["a.csv", "龙亭镇/b.csv"]


def test_litter_of_desktops_and_links_are_not_deliveries(tmp_path):
    source = load_county(written(tmp_path)).source("national")
    put(source.folder, "~$甲.xlsx")
    put(source.folder, ".DS_Store")
    put(tmp_path, "elsewhere.csv")
    (source.folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")

    with pytest.raises(SourceFolderError, match="没有文件"):
        inbox_of(source)


def test_a_missing_folder_says_where_and_what_to_do(tmp_path):
    source = load_county(written(tmp_path)).source("national")

    with pytest.raises(SourceFolderError) as caught:
        inbox_of(source)

    assert str(source.folder) in str(caught.value)
    assert "county.toml" in caught.value.hint


def many(count):
    """A county file with so many sources."""
    head, _, _ = FILE.partition("[[source]]")
    return head + "".join(
        f'[[source]]\nid = "town{one}"\nkind = "ledger"\nfolder = "inbox/town{one}"\n' for one in range(count)
    )


def test_a_county_may_have_sixty_sources_and_not_one_more(tmp_path):
    assert len(load_county(written(tmp_path, many(60))).sources) == 60
    with pytest.raises(CountyFileError, match="61"):
        load_county(written(tmp_path, many(61)))


def test_a_file_written_by_a_clock_that_is_ahead_is_of_today(tmp_path):
    source = load_county(written(tmp_path)).source("national")
    put(source.folder, "甲.xlsx", "2999-01-01")

    (box,) = inbox_of(source)

    assert box.as_of == today()


def test_data_cannot_lie_in_a_folder_whose_name_is_no_text(tmp_path):
    folder = tmp_path / "\udcb9\udcb2"  # as an archive of a Chinese Windows is unpacked elsewhere
    folder.mkdir()

    with pytest.raises(CountyFileError, match=r"county\.data"):
        load_county(written(folder))
