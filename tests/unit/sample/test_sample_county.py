"""The county as written: same seed same bytes, files as offices send them, truth that fits the files."""

import csv
import hashlib
import tomllib
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from taizhang.sample import make_county
from taizhang.sample.county import delivery_days
from taizhang.sample.rates import WEIGHTS


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@lru_cache(maxsize=64)
def workbook(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all sheets, by openpyxl."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def cells_of(path: Path, sheet: str, row: int) -> list[str]:
    """The non-empty cells of one row, by openpyxl, csv or the rows of an HTML table."""
    if path.suffix == ".xlsx":
        return [str(value) for value in workbook(path)[sheet][row - 1] if value is not None]
    if path.suffix == ".xls":
        return path.read_text(encoding="utf-8").split("<tr>")[row].split("</tr>")[0].replace("</td>", "\n").split("\n")
    encoding = "utf-8" if "app" in path.name else "gbk"
    with path.open(encoding=encoding, newline="") as file:
        return [cell for cell in list(csv.reader(file))[row - 1] if cell]


def test_same_seed_gives_the_same_bytes(tmp_path):
    first = make_county(tmp_path / "a", persons=300, seed=3)

    second = make_county(tmp_path / "b", persons=300, seed=3)

    assert digests(first.folder) == digests(second.folder)


def test_another_seed_gives_another_county(tmp_path):
    first = make_county(tmp_path / "a", persons=300, seed=3, deliveries=1)

    second = make_county(tmp_path / "b", persons=300, seed=4, deliveries=1)

    assert digests(first.truth)["persons.parquet"] != digests(second.truth)["persons.parquet"]


def test_processes_do_not_change_the_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr("taizhang.sample.county.PARALLEL_FROM", 100)
    alone = make_county(tmp_path / "a", persons=300, seed=3, deliveries=1, jobs=1)

    together = make_county(tmp_path / "b", persons=300, seed=3, deliveries=1, jobs=2)

    assert digests(alone.folder) == digests(together.folder)


def test_a_county_has_exactly_the_persons_asked_for(small_county):
    persons = pq.read_table(small_county.truth / "persons.parquet")

    assert persons.num_rows == 2000


def test_the_county_file_names_four_sources_and_their_folders(small_county):
    county = tomllib.loads((small_county.folder / "county.toml").read_text(encoding="utf-8"))

    folders = [small_county.folder / source["folder"] for source in county["source"]]

    assert [source["id"] for source in county["source"]] == ["national", "city", "ledger", "app"]
    assert all(folder.is_dir() for folder in folders)


def test_the_usual_three_deliveries_end_on_the_day_of_the_scenario():
    assert [day.isoformat() for day in delivery_days(3)] == ["2020-01-20", "2020-02-05", "2020-02-19"]
    assert [day.isoformat() for day in delivery_days(1)] == ["2020-02-19"]
    assert len(set(delivery_days(6))) == 6


@pytest.mark.parametrize("source", sorted(WEIGHTS))
def test_presence_names_rows_that_hold_the_person(small_county, source):
    presence = pq.read_table(small_county.truth / "presence.parquet").to_pylist()
    errors = {
        (error["source"], error["as_of"], error["file"], error["sheet"], error["row"])
        for error in pq.read_table(small_county.truth / "errors.parquet").to_pylist()
    }
    names = pq.read_table(small_county.truth / "persons.parquet")["name"].to_pylist()
    clean = [
        row
        for row in presence
        if row["source"] == source
        and (row["source"], row["as_of"], row["file"], row["sheet"], row["row"]) not in errors
    ]
    sample = [row for row in clean if row["as_of"] == small_county.days[0]][::40]

    shown = [
        cells_of(
            small_county.folder / "inbox" / source / row["as_of"].isoformat() / row["file"], row["sheet"], row["row"]
        )
        for row in sample
    ]

    assert len(sample) >= 20
    assert [
        names[row["person"]] for row in sample if names[row["person"]] not in "".join(shown[sample.index(row)])
    ] == []


def test_errors_name_rows_that_hold_the_written_value(small_county):
    errors = [
        error
        for error in pq.read_table(small_county.truth / "errors.parquet").to_pylist()
        if error["field"] == "name" and error["written_value"].isalpha() and error["source"] != "ledger"
    ]

    shown = [
        cells_of(
            small_county.folder / "inbox" / error["source"] / error["as_of"].isoformat() / error["file"],
            error["sheet"],
            error["row"],
        )
        for error in errors[:40]
    ]

    assert len(shown) >= 20
    assert all(error["written_value"] in "\n".join(cells) for error, cells in zip(errors[:40], shown, strict=True))


def test_every_source_shows_mistakes_in_every_delivery(small_county):
    errors = pq.read_table(small_county.truth / "errors.parquet").to_pylist()

    places = {(error["source"], error["as_of"]) for error in errors}

    assert len(places) == 4 * 3


def test_mistakes_are_mended_stay_and_come_back(small_county):
    errors = pq.read_table(small_county.truth / "errors.parquet").to_pylist()
    first = {error["fault"] for error in errors if error["as_of"] == small_county.days[0]}
    second = {error["fault"] for error in errors if error["as_of"] == small_county.days[1]}
    third = {error["fault"] for error in errors if error["as_of"] == small_county.days[2]}

    mended = len(first - second) / len(first)
    returned = {error["fault"] for error in errors if error["state"] == "returned"}

    assert 0.4 < mended < 0.75
    assert first & second & third
    assert returned == (first & third) - second
    assert second - first


def test_a_copied_ledger_repeats_the_mistakes_of_the_city(tmp_path):
    county = make_county(tmp_path / "c", persons=1500, seed=5, deliveries=1, copying=0.5, error_rate=0.06)

    errors = pq.read_table(county.truth / "errors.parquet").to_pylist()
    copied = [error for error in errors if error["copied_from"] is not None]
    city = {(error["fault"], error["field"]): error["written_value"] for error in errors if error["source"] == "city"}

    assert len(copied) > 5
    assert {error["source"] for error in copied} == {"ledger"}
    assert all(city[error["copied_from"], error["field"]] == error["written_value"] for error in copied)


def test_without_copying_nothing_is_copied(small_county):
    errors = pq.read_table(small_county.truth / "errors.parquet")

    assert errors["copied_from"].null_count == errors.num_rows


def test_without_errors_only_habits_and_aliases_remain(tmp_path):
    county = make_county(tmp_path / "c", persons=1500, seed=5, deliveries=1, error_rate=0.0)

    errors = pq.read_table(county.truth / "errors.parquet")

    assert set(errors["kind"].to_pylist()) <= {"XS-NAME-LOSS", "XS-NAME-ALIAS"}


def test_a_new_export_layout_of_the_national_system_can_be_asked_for(tmp_path):
    county = make_county(tmp_path / "c", persons=100, seed=5, deliveries=2, relayout_from=1)

    headers = [
        openpyxl.load_workbook(path).worksheets[0].max_column
        for path in sorted((county.folder / "inbox" / "national").rglob("*.xlsx"))
    ]

    assert headers == [47, 25]
