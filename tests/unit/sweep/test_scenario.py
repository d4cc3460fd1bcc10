"""The information check of the acceptance scenario: what is planted is found, and a mended mistake closes and comes back."""

import csv

import pyarrow.parquet as pq
import pytest
from ledgers import identity_rules

from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sample.answers import Answers, as_of_sweep
from taizhang.sample.expectations import check_scenario
from taizhang.sample.scenario import DAYS, PLAN, make_scenario
from taizhang.sweep import sweep

pytestmark = pytest.mark.slow
LOSSLESS = ("separator", "pinyin", "old_number", "certificate")
GROUPS = [planned.group for planned in PLAN]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """The county of the scenario with its three deliveries taken in and swept one after the other, as it happened."""
    made = make_scenario(tmp_path_factory.mktemp("scenario") / "县")
    county = load_county(made.folder / "county.toml")
    taken = take_in(county)
    sweeps = [sweep(county, as_of=day, rules=identity_rules()).folder for day in DAYS]
    return made, taken, sweeps


@pytest.fixture(scope="module")
def results(scenario):
    """For every delivery the groups of the table by name."""
    made, _, sweeps = scenario
    return [{one.group: one for one in check_scenario(folder, made.truth)} for folder in sweeps]


@pytest.mark.parametrize("delivery", range(3))
@pytest.mark.parametrize("group", GROUPS)
def test_planted_problems_are_found(results, group, delivery):
    found = results[delivery].get(group)

    assert found is None or found.passes
    assert delivery > 0 or found.planted == next(planned.count for planned in PLAN if planned.group == group)


@pytest.mark.parametrize("group", LOSSLESS)
def test_lossless_problems_are_all_found(results, group):
    assert [one[group].found for one in results] == [one[group].planted for one in results]


@pytest.mark.parametrize("group", ["namesake", "prefix", "alias"])
def test_nothing_is_said_about_clean_persons(results, group):
    assert [one[group].tasks for one in results] == [0, 0, 0]


def test_no_run_is_aborted_and_nothing_is_refused(scenario):
    _, taken, sweeps = scenario

    assert taken.problems == ()
    assert taken.incomplete == ()
    assert len(taken.deliveries) == 12
    assert all((folder / "sweep.json").is_file() for folder in sweeps)


def deltas_of(scenario, active):
    """For every sweep the deltas of findings about the faults that stand in exactly these deliveries, and expect them."""
    made, _, sweeps = scenario
    with (made.truth / "expected.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["finding"] == "yes" and line["deliveries"] == active]
    expected = {person: line["expected"].split("|") for line in lines for person in line["persons"].split("|")}
    return [_deltas(folder, made.truth, expected) for folder in sweeps]


def _deltas(folder, truth, expected):
    answers = Answers.read(truth, as_of_sweep(folder))
    return sorted({
        finding["delta"]
        for finding in pq.read_table(folder / "findings.parquet").to_pylist()
        for person in answers.persons_in(finding)
        if finding["rule"] in expected.get(str(person), ())
    })  # fmt: skip


def joined(*numbers):
    """The days of these deliveries as the expectations write them."""
    return "|".join(DAYS[number].isoformat() for number in numbers)


def test_mended_problems_are_gone_with_the_second_delivery(scenario):
    assert deltas_of(scenario, joined(0)) == [["new"], ["gone"], []]


def test_unchanged_problems_persist(scenario):
    assert deltas_of(scenario, joined(0, 1, 2)) == [["new"], ["persisting"], ["persisting"]]


def test_recurring_problems_are_reopened(scenario):
    assert deltas_of(scenario, joined(0, 2)) == [["new"], ["gone"], ["reopened"]]
