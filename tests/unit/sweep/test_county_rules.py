"""A county's own folder: its packs, its numbers by year, its frames filled in; through the file, the commands and a sweep."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from ledgers import Ledgers, family

from taizhang.cli.main import cli
from taizhang.intake.county import load_county
from taizhang.sweep import sweep
from taizhang.sweep.rules import PackError, service
from taizhang.sweep.rules.parameters import in_force

OWN = (Path(__file__).parent / "own_pack.yaml").read_text("utf-8")
BY_PLACE = OWN.replace(
    'default: "60", source: 本县}',
    'values: [{year: "2020", county: "610723", value: "65", source: 县发〔2020〕1号}, {county: "610723", value: "61", source: 县发}, {value: "60", source: 省}]}',
)
TOML = """
[county]
code = "610723"
name = "洋县"
data = "data"
[sweep]
packs = ["packs/own.yaml"]
frames = ["frames/seven.csv"]
[parameters]
head_min_age = 18
income_line = {"2020" = 4000}
[[source]]
id = "ledger"
kind = "ledger"
folder = "inbox"
"""
FRAME = "tag,label,from,to,rules\n七突出/1,示例一,2020-01,2020-12,HH-SIZE、OW-LUCKY\n本县/1,自定一格,,,\n"


@pytest.fixture
def folder(tmp_path):
    """A county folder with everything of its own."""
    for name, text in (("packs/own.yaml", BY_PLACE), ("frames/seven.csv", FRAME), ("county.toml", TOML)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def told(folder, *words):
    return CliRunner().invoke(cli, ["rules", *words, "--county", str(folder / "county.toml")])


@pytest.mark.parametrize(
    ("name", "year", "county", "value"),
    [
        ("own_limit", 2020, "610723", 65),
        ("own_limit", 2019, "610723", 61),
        ("own_limit", 2020, "610724", 60),
        ("head_min_age", 2019, "610723", 18),
        ("income_line", 2020, "610723", 4000),
        ("income_line", 2018, "610723", 2995),
    ],
)
def test_the_number_in_force_is_that_of_the_county_and_the_year(folder, name, year, county, value):
    rules = service.ruleset_for(load_county(folder / "county.toml"))

    assert in_force(rules.parameters[name], year=year, province=county[:2], county=county).value == value


def test_a_number_of_the_county_does_not_make_the_examples_of_its_pack_wrong(folder):
    """The examples say what 61 is under a limit of 60; the county's limit is 65, and may be set to any other."""
    (folder / "county.toml").write_text(TOML.replace("head_min_age = 18", "own_limit = 50"), "utf-8")

    rules = service.ruleset_for(load_county(folder / "county.toml"))

    assert in_force(rules.parameters["own_limit"], year=2020, province="61", county="610723").value == 50


@pytest.mark.parametrize(("day", "hits"), [(date(2020, 2, 19), [66]), (date(2019, 2, 19), [62, 66])])
def test_a_sweep_judges_by_the_number_of_the_deliveries_year(folder, day, hits):
    """A household of 62 and one of 66: the county's limit is 65 in 2020 and 61 in other years."""
    rows = [row | {"size_reported": size} for code, size in ((1, 62), (2, 66), (3, 4)) for row in family(code)[:1]]
    ledgers = Ledgers(folder / "lake").deliver({"ledger": rows}, day)
    own = load_county(folder / "county.toml")
    county = replace(ledgers.county, code=own.code, packs=own.packs, frames=own.frames, parameters=own.parameters)

    found = pq.read_table(sweep(county).folder / "findings.parquet").to_pylist()

    assert sorted(int(one["message_en"].split(": ")[1]) for one in found if one["rule"] == "OW-LUCKY") == hits


def test_a_county_s_cell_stands_in_place_of_the_shipped_one_and_names_rules(folder):
    cells = {cell.tag: (cell, rules) for cell, rules in service.list_cells(load_county(folder / "county.toml"))}

    assert (cells["七突出/1"][0].label, cells["七突出/1"][1]) == ("示例一", ("HH-SIZE", "OW-LUCKY"))
    assert cells["七突出/2"][0].label is None
    assert cells["本县/1"][0].label == "自定一格"
    assert len(cells) == 4 + 21 + 1


def test_an_own_rule_may_name_an_own_cell(folder):
    (folder / "packs/own.yaml").write_text(OWN.replace("    severity:", "    tags: [本县/1]\n    severity:"), "utf-8")

    cells = {cell.tag: rules for cell, rules in service.list_cells(load_county(folder / "county.toml"))}

    assert cells["本县/1"] == ("OW-LUCKY",)


def test_a_frame_saved_by_a_chinese_office_program_is_read(folder):
    (folder / "frames/seven.csv").write_bytes(FRAME.replace("\n", "\r\n").encode("gb18030"))

    assert "示例一" in told(folder, "frames").output


def test_the_commands_use_what_the_county_has(folder):
    listed, explained, cells = (
        told(folder, "list"),
        told(folder, "explain", "IC-EXITED-BELOW"),
        told(folder, "frames"),
    )

    assert [one.exit_code for one in (listed, explained, cells)] == [0, 0, 0]
    assert "OW-LUCKY" in listed.output
    assert "year=2020：4000" in explained.output
    assert "county.toml" in explained.output
    assert "HH-SIZE" in cells.output


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("OW-LUCKY\n本县", "OW-NOTHING\n本县", "OW-NOTHING"),
        ("tag,label,from,to,rules", "标签,内容", "表头"),
        ("2020-01,", "今年,", "今年"),
        ("2020-12", "2019-12", "早于"),
        ("本县/1", "七突出/1", "重复"),
    ],
)
def test_a_frame_that_says_the_impossible_is_refused_with_its_place(folder, old, new, why):
    assert old in FRAME
    (folder / "frames/seven.csv").write_text(FRAME.replace(old, new), "utf-8")

    with pytest.raises(PackError) as caught:
        service.ruleset_for(load_county(folder / "county.toml"))

    assert why in str(caught.value)
    assert caught.value.file == "seven.csv"


@pytest.mark.parametrize("name", ["frames/seven.csv", "packs/own.yaml"])
def test_a_file_that_is_not_there_is_said_to_be_missing(folder, name):
    (folder / name).unlink()

    with pytest.raises(PackError) as caught:
        service.ruleset_for(load_county(folder / "county.toml"))

    assert caught.value.file == Path(name).name
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("head_min_agee = 18", "head_min_agee"),
        ('head_min_age = "十八"', "不是 int"),
        ('head_min_age = {"今年" = 18}', "年度"),
    ],
)
def test_an_override_nobody_knows_or_of_the_wrong_kind_is_refused(folder, line, why):
    (folder / "county.toml").write_text(TOML.replace("head_min_age = 18", line), "utf-8")

    with pytest.raises(PackError) as caught:
        service.ruleset_for(load_county(folder / "county.toml"))

    assert why in str(caught.value)
