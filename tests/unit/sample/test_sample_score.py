"""The score: a perfect sweep scores full, a silent one nothing, a wrong one is seen to be wrong."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taizhang.sample import check_scenario, make_scenario, score
from taizhang.sample.answers import ScoreError

ROW = pa.struct([("source", pa.string()), ("file", pa.string()), ("sheet", pa.string()), ("row", pa.int32())])
OFFER = pa.struct([("field", pa.string()), ("value", pa.string()), ("probability", pa.float64())])
FINDINGS = pa.schema(
    [
        ("finding_id", pa.string()),
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("subject_type", pa.string()),
        ("kinds", pa.list_(pa.string())),
        ("fields", pa.list_(pa.string())),
        ("records", pa.list_(ROW)),
        ("culprit", pa.string()),
        ("p_culprit", pa.float64()),
        ("candidates", pa.list_(OFFER)),
        ("delta", pa.string()),
        ("observation", pa.string()),
    ]
)


def finding(error, **other):
    row = {name: error[name] for name in ("source", "file", "sheet", "row")}
    offer = {"field": error["field"], "value": error["true_value"], "probability": 0.9}
    said = {
        "finding_id": f"{error['fault']}-{error['file']}-{error['row']}-{error['field']}",
        "rule": error["kind"],
        "severity": "warn",
        "subject_type": "person",
        "kinds": [error["kind"]],
        "fields": [error["field"]] if error["field"] else [],
        "records": [row],
        "culprit": error["source"],
        "p_culprit": 0.9,
        "candidates": [offer] if error["field"] else [],
        "delta": "new",
        "observation": "hit",
    }
    return said | other


def write_sweep(folder, findings, as_of):
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(findings, schema=FINDINGS), folder / "findings.parquet")
    (folder / "sweep.json").write_text(json.dumps({"as_of": as_of.isoformat()}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def newest_errors(small_county):
    errors = pq.read_table(small_county.truth / "errors.parquet").to_pylist()
    return [error for error in errors if error["as_of"] == small_county.days[-1] and error["row"] is not None]


@pytest.fixture(scope="module")
def a_clean_row(small_county):
    wrong = {error["person"] for error in pq.read_table(small_county.truth / "errors.parquet").to_pylist()}
    wrong |= {fact["person"] for fact in pq.read_table(small_county.truth / "circumstances.parquet").to_pylist()}
    presence = pq.read_table(small_county.truth / "presence.parquet").to_pylist()
    row = next(row for row in presence if row["as_of"] == small_county.days[-1] and row["person"] not in wrong)
    return row | {"kind": "XS-NAME-HOMOPHONE", "field": "name", "true_value": "", "fault": -1}


def test_a_perfect_sweep_scores_full(tmp_path, small_county, newest_errors):
    sweep = write_sweep(tmp_path / "s", [finding(error) for error in newest_errors], small_county.days[-1])

    result = score(sweep, small_county.truth)
    total = result.totals()
    missing = [kind for kind in result.kinds if kind.kind == "XS-MISSING"]

    assert total.planted - total.detected == sum(kind.planted for kind in missing)
    assert total.named == total.first == total.detected
    assert total.blamed == total.judged > 0
    assert total.repaired == total.suggested > 0
    assert result.false_tasks_per_million == 0


def test_a_silent_sweep_finds_nothing(tmp_path, small_county):
    sweep = write_sweep(tmp_path / "s", [], small_county.days[-1])

    result = score(sweep, small_county.truth)

    assert result.totals().detected == 0
    assert result.totals().planted == result.faults > 100


def test_a_finding_on_a_clean_row_is_a_false_one(tmp_path, small_county, a_clean_row):
    sweep = write_sweep(tmp_path / "s", [finding(a_clean_row)], small_county.days[-1])

    result = score(sweep, small_county.truth)

    assert [(rule.rule, rule.false, rule.precision) for rule in result.rules] == [("XS-NAME-HOMOPHONE", 1, 0.0)]
    assert result.false_tasks_per_million == pytest.approx(1e6 / result.clean_rows)


def test_an_information_on_a_clean_row_makes_no_false_task(tmp_path, small_county, a_clean_row):
    sweep = write_sweep(tmp_path / "s", [finding(a_clean_row, severity="info")], small_county.days[-1])

    assert score(sweep, small_county.truth).false_tasks_per_million == 0


def test_gone_and_not_evaluated_findings_do_not_count(tmp_path, small_county, newest_errors):
    gone = [finding(error, delta="gone") for error in newest_errors]
    absent = [finding(error, observation="absent") for error in newest_errors]
    sweep = write_sweep(tmp_path / "s", gone + absent, small_county.days[-1])

    assert score(sweep, small_county.truth).findings == 0


def test_another_kind_on_the_right_field_is_detected_but_not_named(tmp_path, small_county, newest_errors):
    error = next(error for error in newest_errors if error["kind"] == "XS-NAME-HOMOPHONE")
    other = finding(error, rule="XS-NAME-DISJOINT", kinds=["XS-NAME-DISJOINT"])
    sweep = write_sweep(tmp_path / "s", [other], small_county.days[-1])

    kind = next(kind for kind in score(sweep, small_county.truth).kinds if kind.kind == "XS-NAME-HOMOPHONE")

    assert (kind.detected, kind.named) == (1, 0)


def test_a_later_kind_counts_as_named_but_not_as_first(tmp_path, small_county, newest_errors):
    error = next(error for error in newest_errors if error["kind"] == "XS-NAME-HOMOPHONE")
    other = finding(error, rule="XS-NAME-SHAPE", kinds=["XS-NAME-SHAPE", "XS-NAME-HOMOPHONE"])
    sweep = write_sweep(tmp_path / "s", [other], small_county.days[-1])

    kind = next(kind for kind in score(sweep, small_county.truth).kinds if kind.kind == "XS-NAME-HOMOPHONE")

    assert (kind.named, kind.first) == (1, 0)


def test_the_wrong_culprit_and_the_wrong_repair_are_seen(tmp_path, small_county, newest_errors):
    error = next(error for error in newest_errors if error["kind"] == "XS-ID-SUBST" and error["source"] == "ledger")
    offer = {"field": error["field"], "value": error["written_value"], "probability": 0.9}
    wrong = finding(error, culprit="national", candidates=[offer])
    sweep = write_sweep(tmp_path / "s", [wrong], small_county.days[-1])

    kind = next(kind for kind in score(sweep, small_county.truth).kinds if kind.kind == "XS-ID-SUBST")

    assert (kind.judged, kind.blamed, kind.suggested, kind.repaired) == (1, 0, 1, 0)


def test_an_older_day_is_scored_against_the_older_deliveries(tmp_path, small_county):
    errors = pq.read_table(small_county.truth / "errors.parquet").to_pylist()
    first = {error["fault"] for error in errors if error["as_of"] == small_county.days[0]}
    sweep = write_sweep(tmp_path / "s", [], small_county.days[0])

    assert score(sweep, small_county.truth).faults == len(first)


def test_the_score_prints_as_tables_and_as_json(tmp_path, small_county, newest_errors):
    sweep = write_sweep(tmp_path / "s", [finding(error) for error in newest_errors], small_county.days[-1])

    result = score(sweep, small_county.truth)

    assert "| `XS-NAME-HOMOPHONE` |" in result.markdown()
    assert json.loads(json.dumps(result.as_dict()))["total"]["planted"] == result.totals().planted


def test_a_folder_that_is_no_sweep_is_refused_with_advice(tmp_path, small_county):
    with pytest.raises(ScoreError) as told:
        score(tmp_path, small_county.truth)

    assert told.value.hint


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return make_scenario(tmp_path_factory.mktemp("scenario"))


def expected_lines(scenario):
    with (scenario.truth / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_scenario_plants_the_counts_of_its_table(scenario):
    groups = [line["group"] for line in expected_lines(scenario)]

    counts = {group: groups.count(group) for group in dict.fromkeys(groups)}

    assert counts == {
        "lost": 8,
        "desync": 3,
        "separator": 4,
        "truncated": 6,
        "numeric": 5,
        "row_shift": 1,
        "certificate": 10,
        "head_name": 2,
        "head_number": 2,
        "head_both": 1,
        "swap": 3,
        "copied_number": 3,
        "two_households": 4,
        "homophone": 12,
        "near_sound": 6,
        "shape": 6,
        "variant": 6,
        "pinyin": 4,
        "note": 5,
        "one_digit": 8,
        "adjacent_swap": 8,
        "old_number": 5,
        "missing": 10,
        "alias": 4,
        "namesake": 10,
        "prefix": 30,
    }


def test_the_scenario_has_twenty_village_files_in_several_formats(scenario):
    files = list((scenario.folder / "inbox/ledger/2020-02-19").iterdir())

    assert len(files) == 20
    assert {file.suffix for file in files} == {".xlsx", ".xls", ".csv"}


def test_half_of_the_scenario_is_mended_and_some_of_it_comes_back(scenario):
    planted = [line["deliveries"].count("|") for line in expected_lines(scenario) if line["finding"] != "no"]
    days = [line["deliveries"] for line in expected_lines(scenario) if line["finding"] != "no"]

    assert len(planted) == 122
    assert 0.45 < sum("2020-03-04" not in line for line in days) / len(days) < 0.6
    assert any("2020-03-04" not in line and "2020-03-18" in line for line in days)


def test_a_perfect_sweep_passes_the_scenario(tmp_path, scenario):
    errors = pq.read_table(scenario.truth / "errors.parquet").to_pylist()
    shown = [error for error in errors if error["as_of"] == scenario.days[0] and error["kind"] != "XS-NAME-ALIAS"]
    rows = pq.read_table(scenario.truth / "presence.parquet").to_pylist()
    anywhere = {row["person"]: row for row in rows if row["as_of"] == scenario.days[0] and row["source"] == "city"}
    findings = [finding(error if error["row"] else error | anywhere[error["person"]]) for error in shown]
    sweep = write_sweep(tmp_path / "s", findings, scenario.days[0])

    results = check_scenario(sweep, scenario.truth)

    assert len(results) == 26
    assert [result for result in results if not result.passes] == []


def test_a_silent_sweep_fails_the_scenario_and_a_loud_one_too(tmp_path, scenario):
    prefix = next(int(line["persons"]) for line in expected_lines(scenario) if line["group"] == "prefix")
    rows = pq.read_table(scenario.truth / "presence.parquet").to_pylist()
    row = next(row for row in rows if row["person"] == prefix and row["as_of"] == scenario.days[0])
    loud = finding(row | {"kind": "ID-REGION-UNKNOWN", "field": "id_no", "true_value": "", "fault": -1})
    sweep = write_sweep(tmp_path / "s", [loud], scenario.days[0])

    failed = {result.group for result in check_scenario(sweep, scenario.truth) if not result.passes}

    assert {"prefix", "homophone", "swap"} <= failed
    assert not {"namesake", "alias"} & failed
