"""One county over five deliveries: findings keep their identity, and only a repaired ledger closes them."""

from datetime import date

import pytest

from countyruns import findings
from smallcounty import PERSONS, SOURCES, county_file, deliver, digits_swapped, rows
from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep

MENDED, KEPT, VANISHED, RENAMED = 5, 14, 22, 30
WRONG = {f"p{person}": {"证件号码": digits_swapped(person)} for person in (MENDED, KEPT, VANISHED)}
WRONG[f"p{RENAMED}"] = {"姓名": "赵建国国"}
FIRST, SHUFFLED, CORRECTED, CONTRADICTED, SHORT = (date(2020, 1, day) for day in (1, 4, 8, 15, 22))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What each of five sweeps said: its result and its findings, by day."""
    folder = tmp_path_factory.mktemp("life")
    county = load_county(county_file(folder))
    without = [person for person in range(PERSONS) if person != VANISHED]
    for source in SOURCES:
        deliver(folder, source, str(FIRST), rows(**(WRONG if source == "ledger" else {})))
    deliver(folder, "ledger", str(SHUFFLED), rows(**WRONG)[::-1], file="新文件夹/改名.csv")
    deliver(folder, "ledger", str(CORRECTED), rows(without, **{f"p{KEPT}": WRONG[f"p{KEPT}"]}))
    deliver(folder, "ledger", str(CONTRADICTED), rows(without, **WRONG))
    deliver(folder, "ledger", str(SHORT), rows(range(PERSONS // 2 - 2)))
    take_in(county, jobs=1)
    return {day: _swept(county, day) for day in (FIRST, SHUFFLED, CORRECTED, CONTRADICTED, SHORT)}


def _swept(county, day):
    result = sweep(county, as_of=day)
    return result, findings(result.folder)


def about(told, day, person):
    """The findings about a person's number or name that were there in the first sweep."""
    (cell,) = WRONG[f"p{person}"]
    field = {"证件号码": "id_no", "姓名": "name"}[cell]
    name = next(iter(rows([person], **WRONG)))["姓名"]
    _, first = told[FIRST]
    ours = {key for key, row in first.items() if row["name"] == name and field in row["fields"]}
    return [row for key, row in told[day][1].items() if key in ours]


@pytest.mark.parametrize("person", [MENDED, KEPT, VANISHED, RENAMED])
def test_each_planted_mistake_is_one_new_finding_that_blames_the_ledger(told, person):
    (finding,) = about(told, FIRST, person)

    assert (finding["delta"], finding["culprit"]) == ("new", "ledger")


def test_nothing_else_is_said_about_a_clean_county(told):
    assert len(told[FIRST][1]) == len(WRONG)


def test_row_order_row_numbers_and_file_names_do_not_change_a_finding(told):
    _, first = told[FIRST]
    _, shuffled = told[SHUFFLED]

    assert {key: row["short_id"] for key, row in shuffled.items()} == {
        key: row["short_id"] for key, row in first.items()
    }
    assert {row["delta"] for row in shuffled.values()} == {"persisting"}
    assert {
        record["file"] for row in shuffled.values() for record in row["records"] if record["source"] == "ledger"
    } == {"新文件夹/改名.csv"}


@pytest.mark.parametrize("person", [MENDED, RENAMED])
def test_a_corrected_delivery_closes_its_findings(told, person):
    (finding,) = about(told, CORRECTED, person)

    assert (finding["delta"], finding["observation"]) == ("gone", "pass")


def test_what_was_not_corrected_stays(told):
    (finding,) = about(told, CORRECTED, KEPT)

    assert (finding["delta"], finding["observation"]) == ("persisting", "hit")


def test_a_vanished_row_is_not_a_repair(told):
    (finding,) = about(told, CORRECTED, VANISHED)

    assert (finding["delta"], finding["observation"]) == ("persisting", "absent")


def test_what_is_gone_stands_only_in_the_sweep_in_which_it_went(told):
    gone = {key for key, row in told[CORRECTED][1].items() if row["delta"] == "gone"}

    assert told[CORRECTED][0].counts["gone"] == len(gone) == 2
    assert told[CONTRADICTED][0].counts["gone"] == 0


@pytest.mark.parametrize("person", [MENDED, RENAMED])
def test_a_contradicting_delivery_reopens_the_same_finding(told, person):
    (finding,) = about(told, CONTRADICTED, person)

    assert (finding["delta"], finding["reopened_count"]) == ("reopened", 1)
    assert finding["first_seen"] == told[FIRST][0].sweep_id


@pytest.mark.parametrize("person", [MENDED, KEPT])
def test_a_delivery_with_too_few_rows_closes_nothing(told, person):
    (finding,) = about(told, SHORT, person)

    assert (finding["delta"], finding["observation"]) == ("persisting", "held")


def test_a_held_delivery_makes_its_source_incomplete(told):
    assert told[SHORT][0].incomplete_sources == ("ledger 台账",)
    assert told[CONTRADICTED][0].incomplete_sources == ()
