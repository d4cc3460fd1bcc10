"""The whole intake on real files: what was sent is in the lake, what was not taken is said, nothing is half done."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from taizhang.identity.numbers import check_digit
from taizhang.intake.county import load_county
from taizhang.intake.delivery import deliveries_of, open_delivery, table_schema
from taizhang.intake.delivery.lake import Lake, LakeBusyError
from taizhang.intake.pipeline import take_in
from taizhang.intake.preflight import Limits
from taizhang.sample import make_county

TOML = """
[county]
code = "610723"
name = "洋县"
data = "data"
"""
SOURCE = """
[[source]]
id = "{id}"
kind = "{kind}"
title = "{id}来源"
folder = "inbox/{id}"
"""
HEADER = ["乡镇", "村", "户编号", "姓名", "身份证号码", "与户主关系", "性别", "健康状况", "帮扶人电话"]
ROWS = [
    ["龙亭镇", "龙亭村", "6107230001", "王强", "610723197503031236", "户主", "男", "健康", "13812345678"],
    [None, None, None, "李芳", "610723197603031243", "配偶", "女", "健康,残疾", None],
    [None, None, None, "王小明", 610723200003031234, "之子", "男", "同上", None],
    ["龙亭镇", "龙亭村", None, "张伟", "61072319800101123x", "户主", "男", "长期慢性病", None],
    [None, None, None, "赵 敏", "610723198201011249", "配偶", "女", "头疼", None],
    ["合计", 5, None, None, None, None, None, None, None],
]
DAY = "2024-06-30"


def county_of(root, **kinds):
    root.mkdir(exist_ok=True)
    sources = "".join(SOURCE.format(id=name, kind=kind) for name, kind in kinds.items())
    (root / "county.toml").write_text(TOML + sources, "utf-8")
    return load_county(root / "county.toml")


def village_book(path, rows=ROWS, header=HEADER):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "龙亭村"
    sheet.append(["2024年龙亭村人口台账"])
    sheet.merge_cells("A1:I1")
    sheet.append(header)
    [sheet.append(row) for row in rows]
    sheet["D4"].comment = Comment("村医反映", "甲")
    sheet.row_dimensions[7].hidden = True
    book.save(path)
    return path


def csv_file(path, rows=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["姓名,身份证号码,与户主关系,户编号"]
    lines += [
        f"王{'一二三四五六七八九十'[at % 10]},6107231980{at % 9 + 1:02d}0112{at % 100:02d},户主,61072300{at:04d}"
        for at in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", "gb18030")
    return path


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """A village workbook, a push file with a broken neighbour, and a source without a folder; taken in once."""
    root = tmp_path_factory.mktemp("county")
    county = county_of(root, ledger="ledger", app="app", city="city")
    village_book(root / "inbox/ledger" / DAY / "龙亭.xlsx")
    csv_file(root / "inbox/app" / DAY / "push.csv")
    (root / "inbox/app" / DAY / "坏.xlsx").write_bytes(b"PK\x03\x04 nothing more")
    return county, take_in(county, jobs=1)


def records(county, source):
    return open_delivery(county.data, source).read("record").to_pylist()


def test_every_row_that_was_sent_is_a_record_with_its_place(taken):
    county, _ = taken

    rows = records(county, "ledger")

    assert [(row["record_no"], row["row_no"], row["name"]) for row in rows] == [
        (0, 3, "王强"), (1, 4, "李芳"), (2, 5, "王小明"), (3, 6, "张伟"), (4, 7, "赵敏"),
    ]  # fmt: skip
    assert {(row["file_no"], row["sheet_no"]) for row in rows} == {(0, 0)}
    assert open_delivery(county.data, "ledger").cells(0, 0)["id_no"] == "E"


def test_the_record_table_always_has_all_its_columns(taken):
    county, _ = taken

    schemas = [pq.read_schema(open_delivery(county.data, source).path("record")) for source in ("ledger", "app")]

    assert all(schema.equals(table_schema("record")) for schema in schemas)


def test_households_are_filled_down_and_a_head_without_a_number_gets_a_provisional_one(taken):
    county, _ = taken

    rows = records(county, "ledger")

    assert [row["household_no"] for row in rows[:3]] == ["6107230001"] * 3
    assert rows[3]["household_no"].startswith("TEMP-")
    assert rows[3]["household_no"] == rows[4]["household_no"]
    assert [row["household_run"] for row in rows] == [0, 0, 0, 1, 1]
    assert {row["town_code"] for row in rows} == {"610723103000"}


def test_the_digits_of_a_numeric_id_cell_are_nowhere_but_in_the_event(taken):
    county, _ = taken
    delivery = open_delivery(county.data, "ledger")

    row = records(county, "ledger")[2]
    events = [event for event in delivery.read("events").to_pylist() if event["cell"] == "E5"]

    assert row["id_numeric"]
    assert row["id_defects"] == "|ID-EXCEL-NUMERIC|"
    assert [row[name] for name in ("id_no", "id_key", "core18", "id_birth", "id_area")] == [None] * 5
    assert [event["codes"] for event in events] == ["|ID-EXCEL-NUMERIC|"]
    assert events[0]["raw"].startswith("6.107")
    assert "6.107" not in json.dumps(delivery.manifest, default=str)


def test_flags_comments_dittos_and_leftovers_are_kept_with_their_row(taken):
    county, _ = taken

    rows = records(county, "ledger")

    assert [row["hidden"] for row in rows] == [False] * 4 + [True]
    assert "村医反映" in rows[1]["comment"]
    assert rows[2]["health"] == "|健康|残疾|"
    assert json.loads(rows[4]["extra"]) == {"health": "头疼"}
    assert rows[4]["health"] is None
    assert rows[0]["id_ok"] == (rows[0]["id_defects"] is None)


def test_rows_read_are_rows_kept_skipped_or_quarantined(taken):
    county, _ = taken

    counts = open_delivery(county.data, "ledger").manifest["counts"]

    assert counts["read"] == 8
    assert counts["kept"] == 5
    assert counts["skipped"] == {"header": 1, "title": 1, "total": 1}
    assert counts["quarantined"] == 0


def test_names_have_their_comparison_keys_once_each(taken):
    county, _ = taken

    names = open_delivery(county.data, "ledger").read("names")

    assert set(names["text"].to_pylist()) == {"王强", "李芳", "王小明", "张伟", "赵敏"}
    assert names["sound"].null_count == 0


def test_a_broken_file_is_told_and_its_neighbour_taken(taken):
    county, result = taken

    problem = next(problem for problem in result.problems if "坏.xlsx" in problem.where)

    assert problem.code == "E-FILE-REFUSED"
    assert "SR-FILE-CORRUPT" in problem.why
    assert problem.hint
    assert len(records(county, "app")) == 3


def test_a_source_without_its_folder_is_incomplete_and_stops_nobody(taken):
    county, result = taken

    problem = next(problem for problem in result.problems if problem.code == "E-COUNTY-FOLDER")

    assert "inbox/city" in problem.where
    assert set(result.incomplete) == {"app", "city"}
    assert {ref.source for ref in result.deliveries} == {"ledger", "app"}
    assert json.loads((county.data / "intake.json").read_text())["incomplete"] == ["app", "city"]


def test_the_originals_are_kept_as_they_came(taken):
    county, _ = taken
    delivery = open_delivery(county.data, "ledger")

    original = delivery.original(0)

    assert original.read_bytes() == (county.file.parent / "inbox/ledger" / DAY / "龙亭.xlsx").read_bytes()
    assert not original.stat().st_mode & 0o222


def test_the_same_files_again_are_the_same_delivery(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "push.csv")
    first = take_in(county, jobs=1).deliveries[0]

    again = take_in(county, jobs=1).deliveries[0]

    assert (first.is_new, again.is_new) == (True, False)
    assert again.folder == first.folder
    assert len(deliveries_of(county.data, "app")) == 1


def test_a_file_refused_for_a_limit_is_read_once_the_limit_is_wider(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "push.csv", rows=3)
    narrow = Limits(cells=1)

    first, second = (take_in(county, jobs=1, limits=narrow).deliveries[0] for _ in range(2))
    third, fourth = (take_in(county, jobs=1).deliveries[0] for _ in range(2))

    assert [one.is_new for one in (first, second, third, fourth)] == [True, False, True, False]
    assert [ref.rows for ref in deliveries_of(county.data, "app")] == [0, 3]


def test_loose_files_with_a_newer_date_are_still_the_same_delivery(tmp_path):
    county = county_of(tmp_path, app="app")
    sent = csv_file(tmp_path / "inbox/app/push.csv")
    os.utime(sent, (1.7e9, 1.7e9))
    take_in(county, jobs=1)
    os.utime(sent, (1.71e9, 1.71e9))

    take_in(county, jobs=1)

    assert len(deliveries_of(county.data, "app")) == 1


@pytest.mark.parametrize("place", [f"{DAY}/push.csv", "push.csv"], ids=["dated", "loose"])
def test_a_correction_that_is_undone_is_delivered_again_and_once(tmp_path, place):
    county = county_of(tmp_path, app="app")
    sent = tmp_path / "inbox/app" / place
    csv_file(tmp_path / "inbox/app/2024-05-31/push.csv", rows=3)  # the same as was corrected, of an earlier day
    for rows in (3, 4, 3, 4, 4):
        csv_file(sent, rows=rows)
        newest = take_in(county, jobs=1).deliveries[-1]

    known = deliveries_of(county.data, "app")
    assert [ref.rows for ref in known] == [3, 3, 4, 3, 4]
    assert newest.folder == known[-1].folder
    assert len({ref.digest for ref in known}) == 5


def test_a_loose_file_stays_taken_beside_newer_deliveries(tmp_path):
    county = county_of(tmp_path, app="app")
    sent = csv_file(tmp_path / "inbox/app/push.csv")
    os.utime(sent, (1.7e9, 1.7e9))
    csv_file(tmp_path / "inbox/app/2024-06-30/push.csv", rows=4)
    take_in(county, jobs=1)
    sent.touch()

    take_in(county, jobs=1)

    assert [ref.rows for ref in deliveries_of(county.data, "app")] == [3, 4]


def test_a_delivery_of_a_day_to_come_is_told_and_not_taken(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "push.csv")
    csv_file(tmp_path / "inbox/app/2924-07-31/push.csv")

    result = take_in(county, jobs=1)

    assert [ref.as_of for ref in result.deliveries] == [date(2024, 6, 30)]
    (problem,) = result.problems
    assert "2924-07-31" in problem.where
    assert problem.hint
    assert result.incomplete == ("app",)


def test_the_same_content_as_of_a_later_day_is_another_delivery(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app/2024-06-30/push.csv")
    csv_file(tmp_path / "inbox/app/2024-07-31/push.csv")

    result = take_in(county, jobs=1)

    assert [ref.as_of for ref in result.deliveries] == [date(2024, 6, 30), date(2024, 7, 31)]
    assert len({ref.digest for ref in result.deliveries}) == 2


def test_deliveries_after_a_day_wait_for_another_run(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app/2024-06-30/push.csv")
    csv_file(tmp_path / "inbox/app/2024-07-31/push.csv")

    result = take_in(county, jobs=1, until=date(2024, 7, 1))

    assert [ref.as_of for ref in result.deliveries] == [date(2024, 6, 30)]


def test_an_unchanged_file_of_a_changed_folder_is_not_read_again(tmp_path):
    county = county_of(tmp_path, app="app")
    old = csv_file(tmp_path / "inbox/app" / DAY / "a.csv", rows=3)
    take_in(county, jobs=1)
    parsed = sorted((county.data / "parsed").iterdir())
    stamps = {path.name: path.stat().st_mtime_ns for path in parsed}
    csv_file(tmp_path / "inbox/app" / DAY / "b.csv", rows=5)

    result = take_in(county, jobs=1)

    assert old.is_file()
    assert result.deliveries[0].rows == 8
    assert len(list((county.data / "parsed").iterdir())) == 2
    assert parsed[0].stat().st_mtime_ns == stamps[parsed[0].name]


def test_the_same_bytes_under_two_names_count_once(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "a.csv")
    csv_file(tmp_path / "inbox/app" / DAY / "a (1).csv")

    ref = take_in(county, jobs=1).deliveries[0]
    statuses = {file["status"] for file in open_delivery(county.data, "app").manifest["files"]}

    assert (ref.rows, ref.refused) == (3, 0)
    assert statuses == {"taken", "duplicate"}


def test_a_zipped_folder_is_opened_and_its_files_are_named_by_both(tmp_path):
    county = county_of(tmp_path, app="app")
    inner = csv_file(tmp_path / "push.csv")
    folder = tmp_path / "inbox/app" / DAY
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "报送.zip", "w") as archive:
        archive.write(inner, "龙亭镇/push.csv")

    ref = take_in(county, jobs=1).deliveries[0]

    assert ref.rows == 3
    assert open_delivery(county.data, "app").manifest["files"][0]["name"] == "报送.zip/龙亭镇/push.csv"


def test_a_document_named_as_a_table_is_refused_with_advice(tmp_path):
    county = county_of(tmp_path, app="app")
    (tmp_path / "inbox/app" / DAY).mkdir(parents=True)
    (tmp_path / "inbox/app" / DAY / "通知.xlsx").write_bytes(b"%PDF-1.7 ...")

    result = take_in(county, jobs=1)

    assert result.deliveries[0].refused == 1
    assert "SR-FILE-KIND" in result.problems[0].why


def shifted_book(path):
    """A sheet whose numbers stand under the label of the phones, and the phones under that of the numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bodies = [f"6107231980010112{at}" for at in range(1, 7)]
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    sheet.write_row(0, 0, ["姓名", "身份证号", "联系电话"])
    for at, body in enumerate(bodies, start=1):
        sheet.write_row(at, 0, [f"王{'一二三四五六'[at - 1]}", f"1389123456{at}", body + check_digit(body)])
    book.close()


def test_a_sheet_that_cannot_be_mapped_waits_with_its_questions_and_others_go_on(tmp_path):
    county = county_of(tmp_path, ledger="ledger")
    shifted_book(tmp_path / "inbox/ledger" / DAY / "错位.xlsx")
    village_book(tmp_path / "inbox/ledger" / DAY / "龙亭.xlsx")

    result = take_in(county, jobs=1)
    delivery = open_delivery(county.data, "ledger")
    waiting = delivery.read("quarantine").to_pylist()

    assert result.deliveries[0].rows == 5
    assert result.deliveries[0].waiting == 1
    assert result.incomplete == ("ledger",)
    assert [(line["rows"], line["row_no"]) for line in waiting] == [(7, None)]
    assert all(waiting[0][name] for name in ("what", "where", "why", "hint"))
    assert any(problem.code == "E-SHEET-WAITS" for problem in result.problems)
    assert len(list((county.data / "mappings").glob("*.yaml"))) == 1


def test_a_confirmed_mapping_makes_the_waiting_sheet_a_delivery_of_its_own(tmp_path):
    county = county_of(tmp_path, ledger="ledger")
    shifted_book(tmp_path / "inbox/ledger" / DAY / "错位.xlsx")
    take_in(county, jobs=1)
    proposal = next((county.data / "mappings").glob("*.yaml"))
    head = proposal.read_text("utf-8").split("列:")[0].replace('确认: ""', '确认: "李主任"')
    proposal.write_text(head + '列:\n  "姓名": name\n  "身份证号": member_phone\n  "联系电话": id_no\n', "utf-8")

    result = take_in(county, jobs=1)
    again = take_in(county, jobs=1)

    assert result.deliveries[0].is_new
    assert result.deliveries[0].waiting == 0
    assert records(county, "ledger")[0]["id_ok"]
    assert not again.deliveries[0].is_new
    assert again.deliveries[0].folder == result.deliveries[0].folder


def test_a_broken_mapping_file_is_told_and_stops_nothing(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "push.csv")
    (county.data / "mappings").mkdir(parents=True)
    (county.data / "mappings" / "x.yaml").write_text("表: [", "utf-8")

    result = take_in(county, jobs=1)

    assert [problem.code for problem in result.problems] == ["E-MAP-FILE"]
    assert result.deliveries[0].rows == 3


def test_a_filtered_export_is_held_and_an_older_one_is_history(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app/2024-06-30/push.csv", rows=20)
    take_in(county, jobs=1)
    csv_file(tmp_path / "inbox/app/2024-07-31/push.csv", rows=10)
    csv_file(tmp_path / "inbox/app/2024-01-31/push.csv", rows=20)

    result = take_in(county, jobs=1)

    assert {ref.as_of.isoformat(): ref.reasons for ref in result.deliveries} == {
        "2024-01-31": ("SR-OLDER",),
        "2024-06-30": (),
        "2024-07-31": ("SR-ROWCOUNT",),
    }
    assert [problem.code for problem in result.problems] == ["E-DELIVERY-HELD"] * 2


def test_a_second_run_beside_the_first_is_refused(tmp_path):
    county = county_of(tmp_path, app="app")
    csv_file(tmp_path / "inbox/app" / DAY / "push.csv")

    with Lake(county.data).locked(), pytest.raises(LakeBusyError):
        take_in(county, jobs=1)

    assert deliveries_of(county.data, "app") == []


def test_an_interrupted_run_leaves_nothing_half_written(tmp_path):
    county = county_of(tmp_path, app="app")
    for number in range(12):
        csv_file(tmp_path / f"inbox/app/{DAY}/{number}.csv", rows=3000 + number)
    code = (
        "import sys; from taizhang.intake.county import load_county; from taizhang.intake.pipeline import take_in\n"
        "print('ready', flush=True); take_in(load_county(sys.argv[1]), jobs=1)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, str(county.file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    run.stdout.readline()
    deadline = time.monotonic() + 20
    while not (county.data / "tmp").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=30)

    assert b"KeyboardInterrupt" in errors
    assert not (county.data / "tmp").exists()
    assert deliveries_of(county.data, "app") == []
    assert take_in(county, jobs=1).deliveries[0].rows == sum(3000 + number for number in range(12))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A whole synthetic county with its mistakes, two deliveries a source."""
    root = tmp_path_factory.mktemp("sample") / "county"
    make_county(root, persons=600, seed=11, deliveries=2, jobs=1)
    county = load_county(root / "county.toml")
    return county, take_in(county, jobs=2)


def sheets_of(county):
    refs = [ref for source in county.sources for ref in deliveries_of(county.data, source.id)]
    manifests = [json.loads((ref.folder / "manifest.json").read_text()) for ref in refs]
    return [sheet for manifest in manifests for file in manifest["files"] for sheet in file["sheets"]]


def test_no_row_of_a_county_is_lost_without_a_reason(sample):
    county, _ = sample

    counts = [sheet["counts"] for sheet in sheets_of(county)]

    assert len(counts) > 20
    assert all(one["read"] == one["kept"] + sum(one["skipped"].values()) + one["quarantined"] for one in counts)


def test_a_sample_county_is_taken_without_a_fault(sample):
    _, result = sample

    assert [problem for problem in result.problems if problem.code == "E-FILE-REFUSED"] == []
    assert all(ref.rows for ref in result.deliveries)


def test_provenance_leads_back_to_the_cell(sample):
    county, _ = sample
    delivery = open_delivery(county.data, "national")
    row = delivery.read("record", ["file_no", "sheet_no", "row_no", "name", "household_no"]).to_pylist()[7]

    with delivery.original(row["file_no"]).open("rb") as stream:
        sheet = openpyxl.load_workbook(stream).worksheets[0]
    letters = delivery.cells(row["file_no"], row["sheet_no"])

    assert str(sheet[f"{letters['household_no']}{row['row_no']}"].value) == row["household_no"]


def test_record_numbers_and_household_runs_go_through_the_delivery(sample):
    county, _ = sample
    rows = open_delivery(county.data, "ledger").read("record", ["record_no", "file_no", "sheet_no", "household_run"])

    numbers = rows["record_no"].to_pylist()
    places = list(zip(rows["file_no"].to_pylist(), rows["sheet_no"].to_pylist(), strict=True))
    owners = {
        (run, place) for run, place in zip(rows["household_run"].to_pylist(), places, strict=True) if run is not None
    }

    assert numbers == list(range(len(numbers)))
    assert places == sorted(places)
    assert len(owners) == len({run for run, _ in owners})
