"""Each command, as a person types it: what it says, what it leaves, and how it ends."""

import json
import os
import re
import shutil
import sqlite3
from contextlib import closing

import pytest

import smallcounty
from countyruns import FULL_NUMBER, findings, latest, run, workbook_texts
from taizhang.office.access.roles import Role
from taizhang.office.crypto.keyring import KeyRing


def test_sample_and_sweep_end_with_success_and_say_where_to_look(swept_county):
    assert (swept_county.made.status, swept_county.swept.status) == (0, 0)
    assert str(swept_county.file) in swept_county.made.out
    assert str(swept_county.sweep / "report.html") in swept_county.swept.out
    assert (swept_county.sweep / "问题清单.xlsx").is_file()


def test_sample_never_writes_into_a_folder_that_holds_something(typed, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    ran = typed("sample", tmp_path, "--persons", 50)

    assert ran.status == 2
    assert "E-SAMPLE-FOLDER" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_same_seed_makes_the_same_county(typed, tmp_path):
    typed("sample", tmp_path / "one", "--persons", 60, "--deliveries", 1)
    typed("sample", tmp_path / "two", "--persons", 60, "--deliveries", 1)

    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_another_seed_makes_another_county(typed, tmp_path):
    typed("sample", tmp_path / "one", "--persons", 60, "--deliveries", 1)
    typed("sample", tmp_path / "two", "--persons", 60, "--deliveries", 1, "--seed", 3)

    one, two = ((tmp_path / name / "truth" / "persons.parquet").read_bytes() for name in ("one", "two"))
    assert one != two


def test_intake_says_what_was_taken_and_the_second_time_that_it_was_there(tmp_path):
    run("sample", tmp_path / "county", "--persons", 60, "--deliveries", 1)

    first = run("intake", tmp_path / "county" / "county.toml")
    second = run("intake", tmp_path / "county" / "county.toml")

    assert (first.status, second.status) == (0, 0)
    assert first.out.count("新") == 4
    assert second.out.count("已接收过") == 4
    assert len(list((tmp_path / "county" / "data").glob("deliveries/*/*"))) == 4


def test_sweep_without_intake_finds_nothing_to_sweep(typed, tmp_path):
    typed("sample", tmp_path / "county", "--persons", 60, "--deliveries", 1)

    ran = typed("sweep", tmp_path / "county" / "county.toml", "--no-intake")

    assert ran.status == 2
    assert "E-SWEEP-EMPTY" in ran.err
    assert ran.is_clean


def test_an_earlier_day_sweeps_the_earlier_deliveries(swept_county, tmp_path):
    county = shutil.copytree(swept_county.folder, tmp_path / "earlier")

    ran = run("sweep", county / "county.toml", "--no-intake", "--no-returned", "--as-of", "2020-02-05")

    about = json.loads((latest(county) / "sweep.json").read_text("utf-8"))
    assert ran.status == 0
    assert {one["as_of"] for one in about["deliveries"]} == {"2020-02-05"}


def test_show_explains_a_finding_by_its_short_number(typed, swept_county):
    finding = next(row for row in swept_county.findings().values() if row["culprit"] and row["candidates"])

    ran = typed("show", swept_county.file, finding["short_id"])

    assert ran.status == 0
    assert finding["message_zh"] in ran.out
    assert "可能出错的来源" in ran.out
    assert ran.is_clean


def test_show_takes_a_number_typed_in_full_width(typed, swept_county):
    finding = next(iter(swept_county.findings().values()))
    wide = finding["short_id"].translate({at: at + 0xFEE0 for at in range(0x21, 0x7F)})

    assert typed("show", swept_county.file, wide).out == typed("show", swept_county.file, finding["finding_id"]).out


@pytest.mark.parametrize("number", ["ZZZZZZZZZZZ", "", "问题\udcff", "' OR 1=1 --", "0" * 32])
def test_show_knows_no_finding_of_a_made_up_number(typed, swept_county, number):
    ran = typed("show", swept_county.file, number)

    assert ran.status == 2
    assert "E-FINDING-NONE" in ran.err
    assert ("抄错" in ran.err) == (len(number) != 32)


BRACKETED = "洋县[/][bold]新"


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory):
    """A county whose name, source and folder hold what a terminal's markup is written with; one source never delivered."""
    folder = tmp_path_factory.mktemp("markup") / "台账[red]"
    path = smallcounty.county_file(folder)
    path.write_text(path.read_text("utf-8").replace("洋县", BRACKETED).replace("ledger 台账", "村[/]台账"), "utf-8")
    smallcounty.deliver(folder, "national", "2020-01-01", smallcounty.rows())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_and_folders_are_printed_as_they_are_whatever_the_terminal_can_show(bracketed, encoding):
    ran = run("sweep", bracketed, "--no-returned", env=os.environ | {"PYTHONIOENCODING": encoding}, encoding=encoding)

    assert ran.status == 3
    assert BRACKETED in ran.out
    assert "来源“村[/]台账”不完整" in ran.out
    assert "台账[red]/" in ran.out
    assert ran.is_clean


def test_score_compares_with_the_truth(typed, swept_county):
    ran = typed("score", swept_county.file, "--json")

    assert ran.status == 0
    assert json.loads(ran.out)


def test_score_of_a_county_without_truth_is_refused(typed, swept_county, tmp_path):
    ran = typed("score", swept_county.file, "--truth", tmp_path / "none")

    assert ran.status == 2
    assert "E-SCORE-TRUTH" in ran.err


def test_map_says_that_nothing_waits(typed, swept_county):
    ran = typed("map", swept_county.file)

    assert ran.status == 0
    assert "没有等待确认的版式" in ran.out


def test_docs_are_written_where_they_are_wanted(typed, tmp_path):
    ran = typed("docs", tmp_path)

    assert ran.status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "commands.md",
        "diagnoses.md",
        "errors.md",
        "permissions.md",
        "rules.md",
    ]


def test_rules_are_listed_by_group(typed):
    ran = typed("rules", "list", "--group", "a")

    groups = {line.split()[1] for line in ran.out.splitlines()[1:]}
    assert ran.status == 0
    assert groups == {"A"}


def test_a_rule_is_explained_with_its_sql(typed):
    ran = typed("rules", "explain", "HH-HEAD-MINOR")

    assert ran.status == 0
    assert "head_min_age" in ran.out
    assert "SELECT" in ran.out


def test_a_rule_that_does_not_exist_is_not_explained(typed):
    ran = typed("rules", "explain", "NO-SUCH-RULE")

    assert ran.status == 2
    assert "E-RULE-UNKNOWN" in ran.err


def test_a_pack_that_does_not_load_is_a_fault_with_its_place(typed, tmp_path):
    pack = tmp_path / "own.yaml"
    pack.write_text("pack: own\nrules:\n- id: X\n", "utf-8")

    checked = typed("rules", "check", pack)

    assert checked.status == 1
    assert "own.yaml" in checked.err
    assert checked.is_clean


def test_a_sound_pack_is_checked_and_its_examples_hold(typed, own_pack):
    checked = typed("rules", "check", own_pack)
    tested = typed("rules", "test", own_pack)

    assert (checked.status, tested.status) == (0, 0)
    assert re.search(r"不符 0 个", tested.out)


def test_a_pack_with_a_wrong_example_fails_its_test(typed, own_pack):
    text = own_pack.read_text("utf-8")
    wrong = text.replace(
        '{why: "否也算已填", row: {resident_medical_insurance: false}}',
        '{why: "空", row: {resident_medical_insurance: null}}',
    )
    own_pack.write_text(wrong, "utf-8")

    ran = typed("rules", "test", own_pack)

    assert ran.status == 1
    assert "OWN-IN-RESIDENT-EMPTY" in ran.err
    assert ran.is_clean


def test_the_demo_makes_sweeps_and_scores_a_county_and_sets_up_its_office_once(tmp_path):
    folder = tmp_path / "demo"
    ran = run("demo", folder, "--persons", 60)
    passwords = (folder / "accounts.json").read_text("utf-8")

    again = run("demo", folder, "--persons", 60)

    sweeps = [path.parent.name for path in (folder / "data" / "sweeps").glob("[0-9]*/report.html")]
    assert (ran.status, again.status) == (0, 0), again.err
    assert sorted(sweeps) == ["2020-01-20-1", "2020-02-05-1", "2020-02-19-1"]
    assert "report.html" in ran.out
    assert "report.html" in again.out
    assert (folder / "accounts.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "accounts.json").read_text("utf-8") == passwords
    assert all(password in ran.out and password in again.out for password in json.loads(passwords).values())
    with closing(sqlite3.connect(folder / "data" / "office" / "office.sqlite3")) as office:
        held = dict(office.execute("SELECT role, area FROM accounts_assignment"))
        imported = [name for (name,) in office.execute("SELECT name FROM findings_sweeprun ORDER BY place")]
    assert imported == ["2020-01-20-1", "2020-02-05-1", "2020-02-19-1"]
    assert set(held) == set(Role.values)
    assert held["helper"].startswith(held["town_data_lead"])
    assert [len(held[role]) for role in ("centre_operator", "town_data_lead", "village_team")] == [6, 9, 12]
    assert ran.is_clean
    assert again.is_clean


def test_the_demo_leaves_a_county_and_an_office_in_earnest_alone(typed, tmp_path):
    in_earnest = tmp_path / "county"
    smallcounty.county_file(in_earnest)
    county = typed("demo", in_earnest)

    sample = tmp_path / "sample"
    (sample / "truth").mkdir(parents=True)
    smallcounty.county_file(sample)
    KeyRing.generate().write(sample / "keys" / "office.json")
    office = typed("demo", sample)

    (sample / "keys" / "office.json").unlink()
    (sample / "data" / "office").mkdir(parents=True)
    (sample / "data" / "office" / "office.sqlite3").touch()
    without_keys = typed("demo", sample)

    for refused in (county, office, without_keys):
        assert refused.status == 2
        assert "E-DEMO-EARNEST" in refused.err
    assert not (in_earnest / "accounts.json").exists()
    assert not (sample / "accounts.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("sweep", "--nonsense"), ("sample",), ("sweep", "county.toml", "--as-of", "yesterday")],
    ids=["command", "option", "argument", "date"],
)
def test_a_command_typed_wrong_ends_with_two(typed, arguments):
    ran = typed(*arguments)

    assert ran.status == 2
    assert ran.is_clean


def test_help_and_version_end_with_zero(typed):
    assert typed("--help").status == 0
    assert typed("--version").out.startswith("taizhang")


def test_no_full_number_leaves_the_lake(swept_county):
    sweep = swept_county.sweep
    texts = {
        "screen": swept_county.made.said + swept_county.swept.said,
        "page": (sweep / "report.html").read_text("utf-8"),
        "lines": (sweep / "findings.jsonl").read_text("utf-8"),
        "about": (sweep / "sweep.json").read_text("utf-8"),
        "lists": "\n".join(
            text
            for path in (sweep / "问题清单.xlsx", *(sweep / "lists").iterdir())
            for texts in workbook_texts(path).values()
            for text in texts
        ),
        "returned": "\n".join(
            text for path in (sweep / "returned").rglob("*.xlsx") for text in workbook_texts(path)["问题清单"]
        ),
    }

    assert all(texts.values())
    assert {name for name, text in texts.items() if FULL_NUMBER.search(text)} == set()


def test_the_findings_in_the_lake_do_hold_full_numbers(swept_county):
    """The twin: the scan above finds numbers where they are."""
    assert FULL_NUMBER.search(str([row["observed"] for row in swept_county.findings().values()]))


def test_a_second_sweep_finds_the_same_and_calls_it_persisting(swept_county, swept_again):
    again, sweep = swept_again

    before, now = swept_county.findings(), findings(sweep)
    assert again.status == 0
    assert set(now) == set(before)
    assert {row["delta"] for row in now.values()} == {"persisting"}
    assert not (sweep / "returned").exists()


def test_revealing_writes_full_numbers_and_records_the_reason(swept_again):
    again, sweep = swept_again

    assert FULL_NUMBER.search((sweep / "findings.jsonl").read_text("utf-8"))
    assert json.loads((sweep / "sweep.json").read_text("utf-8"))["reveal_reason"] == "核对原件"
    assert not FULL_NUMBER.search((sweep / "report.html").read_text("utf-8"))
    assert again.is_clean


def test_without_a_reason_nothing_is_revealed(typed, swept_county):
    ran = typed("sweep", swept_county.file, "--no-intake", "--reveal")

    assert ran.status == 2
    assert json.loads((swept_county.sweep / "sweep.json").read_text("utf-8"))["reveal_reason"] is None
