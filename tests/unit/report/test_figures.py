"""Every figure of a report equals a count over the findings it stands for, counted here by plain Python."""

import json
import shutil
from collections import Counter
from datetime import date

import pytest
from findingtable import NUMBER, finding, write

from taizhang.intake.county import load_county
from taizhang.languages import Language
from taizhang.report.facts import page_facts, rule_titles, source_titles
from taizhang.report.figures import DELTAS, SEVERITIES, FindingsFile
from taizhang.report.wording import candidates, places

TITLES = {"ledger": "镇村台账"}


@pytest.fixture(scope="module")
def counted(swept_county):
    """The figures of a real sweep and its findings."""
    county = swept_county.county
    with FindingsFile(swept_county.sweep / "findings.parquet") as file:
        return file.figures(source_titles(county), rule_titles(county)), list(swept_county.findings().values())


def test_totals_are_counts_of_open_findings(counted):
    figures, rows = counted

    assert figures.open_findings == len(rows) > 20
    assert figures.persons == len({row["person_id"] for row in rows} - {None})
    assert figures.households == len({row["household_id"] for row in rows} - {None})


def test_severities_and_changes_are_counts(counted):
    figures, rows = counted

    severities, deltas = Counter(row["severity"] for row in rows), Counter(row["delta"] for row in rows)
    assert figures.by_severity == {one: severities[one] for one in SEVERITIES}
    assert figures.by_delta == {one: deltas[one] for one in DELTAS}


@pytest.mark.parametrize(
    ("figure", "column"),
    [("by_source", "culprit"), ("by_town", "town_code"), ("by_group", "grp")],
    ids=["source", "town", "group"],
)
def test_each_bar_is_a_count_by_severity(counted, figure, column):
    figures, rows = counted

    bars = {
        (one.key, severity): count
        for one in getattr(figures, figure)
        for severity, count in zip(SEVERITIES, one.by_severity, strict=True)
    }
    expected = Counter((row[column] or "", row["severity"]) for row in rows)
    assert {key: count for key, count in bars.items() if count} == expected


def test_rules_and_the_map_are_counts(counted):
    figures, rows = counted

    assert {one.rule: one.count for one in figures.rules} == Counter(row["rule"] for row in rows)
    assert figures.town_groups == Counter((row["town_code"] or "", row["grp"]) for row in rows)


def test_every_rule_with_findings_has_a_title(counted):
    figures, _ = counted

    assert {one.rule for one in figures.rules if one.title.zh == one.rule} == set()


def test_the_overview_of_the_sweep_counts_the_same(counted, swept_county):
    figures, _ = counted

    about = json.loads((swept_county.sweep / "sweep.json").read_text("utf-8"))
    assert (about["counts"]["open"], about["counts"]["new"]) == (figures.open_findings, figures.by_delta["new"])


def test_a_gone_finding_counts_only_among_the_changes(tmp_path):
    path = write(
        tmp_path,
        *(
            finding(number, delta=delta)
            for number, delta in enumerate(("new", "gone", "out_of_rule", "superseded", "source_left"), 1)
        ),
    )

    with FindingsFile(path) as file:
        figures = file.figures(TITLES, {})

    assert figures.open_findings == 1
    ended = dict.fromkeys(("gone", "out_of_rule", "superseded", "source_left"), 1)
    assert figures.by_delta == {"new": 1, "persisting": 0, "reopened": 0} | ended
    assert sum(one.total for one in (*figures.by_source, *figures.by_town, *figures.by_group)) == 3
    assert [one.count for one in figures.rules] == [1]


def test_no_findings_give_no_figures(tmp_path):
    with FindingsFile(write(tmp_path)) as file:
        figures, rows = file.figures(TITLES, {}), file.most_serious(10, TITLES)

    assert (figures.open_findings, figures.persons, figures.rules, rows) == (0, 0, [], [])


def test_a_common_rule_does_not_hide_the_others(tmp_path):
    common = [finding(number) for number in range(100)]
    rare = finding(200, rule="NM-SPACE", severity="info")

    with FindingsFile(write(tmp_path, *common, rare)) as file:
        shown = file.most_serious(50, TITLES)

    assert len(shown) == 50
    assert "NM-SPACE" in {row.rule for row in shown}


def test_only_masked_numbers_leave_the_findings(tmp_path):
    with FindingsFile(write(tmp_path, finding(1))) as file:
        (row,) = file.most_serious(10, TITLES)

    assert NUMBER not in str(row)
    assert candidates(row.candidates, Language.ZH) == "6123**************（90%）"
    assert places(row.places, TITLES, Language.ZH) == "镇村台账 › 一组.xlsx › 表1 › G5"


def test_a_candidate_that_is_no_number_is_shown(tmp_path):
    name = {"field": "name", "value": "王小明", "probability": None, "reason": "other_source", "sources": []}

    with FindingsFile(write(tmp_path, finding(1, candidates=[name]))) as file:
        (row,) = file.most_serious(10, TITLES)

    assert candidates(row.candidates, Language.ZH) == "王小明"


def test_a_finding_without_culprit_and_cells_says_so(tmp_path):
    record = {"source": "ledger", "file": "一组.xlsx", "sheet": "表1", "row": 5, "cells": []}

    with FindingsFile(write(tmp_path, finding(1, culprit=None, p_culprit=None, records=[record]))) as file:
        (row,) = file.most_serious(10, TITLES)

    assert (row.culprit, row.p_culprit) == ("", None)
    assert places(row.places, TITLES, Language.ZH).endswith("› 第5行")
    assert places(row.places, TITLES, Language.EN).endswith("› row 5")


def test_facts_are_what_the_deliveries_and_the_sweep_say(swept_county):
    facts = page_facts(swept_county.county, swept_county.sweep)

    newest = {one.source: one for one in facts.sources}
    assert (facts.as_of, facts.sweep) == (date(2020, 2, 19), "2020-02-19-1")
    assert 0 <= sum(one.rows for one in facts.sources) - facts.records <= 5  # rows without a person are no records
    assert facts.synthetic
    assert {one.state for one in facts.sources} == {"complete"}
    assert newest["app"].files == 1


def test_clean_records_are_those_no_finding_stands_on(swept_county):
    facts = page_facts(swept_county.county, swept_county.sweep)

    touched = {
        (record["source"], record["delivery"], record["file_no"], record["sheet"], record["row"])
        for row in swept_county.findings().values()
        for record in row["records"]
        if row["severity"] != "info" and row["culprit"] in {None, record["source"]}
    }
    assert facts.clean_records == facts.records - len(touched)


def test_a_source_that_never_delivered_is_missing_and_a_county_without_truth_is_real(swept_county, tmp_path):
    text = swept_county.file.read_text("utf-8")
    other = '\n[[source]]\nid = "bank"\nkind = "authority"\nfolder = "inbox/bank"\n\n[parameters]\n'
    shutil.copytree(swept_county.folder / "data", tmp_path / "data")
    (tmp_path / "county.toml").write_text(
        text.replace("\n[parameters]\n", other).replace('divisions = "divisions.csv"\n', ""), "utf-8"
    )

    facts = page_facts(load_county(tmp_path / "county.toml"), tmp_path / "data" / "sweeps" / swept_county.sweep.name)

    states = {one.source: one.state for one in facts.sources}
    assert states["bank"] == "missing"
    assert not facts.synthetic
