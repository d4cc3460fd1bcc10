"""A county without mistakes trips no rule: otherwise the false alarms of the score would be the sample's own."""

from datetime import date

import pytest
from clean_tables import household_table, record_table

from taizhang.sample.population import make_population
from taizhang.sweep.engines.duckdb import DuckDbEngine
from taizhang.sweep.rules import load_packs

FIRST, LAST = date(2020, 1, 20), date(2020, 2, 19)


@pytest.fixture(scope="module")
def people():
    return make_population(4000, seed=5, first_day=FIRST, last_day=LAST)


def hits_of(people, day):
    with DuckDbEngine() as engine:
        engine.register("record", record_table(people, day))
        engine.register("household", household_table(people, day))
        ran = load_packs(county_code="610723").run(engine, as_of=day)
        hits = engine.fetch("SELECT rule, count(*) AS hits FROM rule_hit GROUP BY rule ORDER BY rule").to_pylist()
    return ran, {hit["rule"]: hit["hits"] for hit in hits}


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_truth_trips_no_rule_on_any_day(people, day):
    ran, hits = hits_of(people, day)

    assert ran.rules > 20
    assert hits == {}


def test_a_wrong_relation_trips_its_rule(people):
    spouse = people.values["relation_to_head"].index("配偶")
    changed = make_population(4000, seed=5, first_day=FIRST, last_day=LAST)
    changed.values["relation_to_head"][spouse] = "户主"

    _, hits = hits_of(changed, LAST)

    assert "HH-MULTI-HEAD" in hits
