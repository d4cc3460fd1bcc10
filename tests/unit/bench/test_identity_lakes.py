"""The lakes of the identity benchmark hold what their truth says."""

import random
import subprocess

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from identity.bayes import limit_of
from identity.changes import change_town
from identity.digits import bodies, number_texts
from identity.generate import make_lake
from identity.mixtures import CLEAN, MIXTURES
from identity.name_damage import chance, damage_name, labels_of
from identity.number_damage import Around, damage_number
from taizhang.identity.numbers import parse_ids
from taizhang.intake.delivery.schemas import table_schema


def joined(lake, source, where):
    (record,) = lake.folder.glob(f"data/deliveries/{source}/*/record.parquet")
    return duckdb.sql(
        f"SELECT count(*) FROM '{record}' AS r JOIN '{lake.truth}/{source}.parquet' AS t USING (record_no)"
        f" JOIN '{lake.truth}/persons.parquet' AS p USING (person) WHERE {where}"
    ).fetchall()[0][0]


def test_records_have_the_schema_of_a_delivery(lake):
    schemas = {pq.read_schema(path) for path in lake.record_files}

    assert schemas == {table_schema("record")}


@pytest.mark.parametrize("source", ["national", "city", "ledger", "app"])
def test_rows_without_a_mistake_say_the_truth_and_the_others_do_not(lake, source):
    wrongly_clean = joined(
        lake, source, "NOT t.name_wrong AND r.name <> p.name OR NOT t.id_wrong AND r.id_no <> p.id_no"
    )
    wrongly_wrong = joined(lake, source, "t.name_wrong AND r.name = p.name OR t.id_wrong AND r.id_no = p.id_no")

    assert (wrongly_clean, wrongly_wrong) == (0, 0)
    assert joined(lake, source, "t.name_wrong OR t.id_wrong") > 20


def test_only_derived_ledgers_hold_copied_mistakes(lake):
    copied = [joined(lake, source, "t.copied") for source in ("national", "city", "ledger", "app")]

    assert copied[0] == 0
    assert min(copied[1:]) > 0


def test_the_same_seed_makes_the_same_lake_and_another_one_does_not(lake, tmp_path):
    again = make_lake(tmp_path / "a", persons=3000, seed=5, mixture=MIXTURES["copied"], workers=2)
    other = make_lake(tmp_path / "b", persons=3000, seed=6, mixture=MIXTURES["copied"], workers=1)

    first, second, third = ([pq.read_table(path) for path in one.record_files] for one in (lake, again, other))
    assert first == second
    assert first != third


def test_a_clean_lake_has_no_wrong_row(tmp_path):
    made = make_lake(tmp_path / "clean", persons=2000, seed=1, mixture=CLEAN, workers=1)

    assert sum(joined(made, source, "t.name_wrong OR t.id_wrong") for source in made.records) == 0


def test_numbers_are_in_order_and_nobody_shares_one():
    rng = np.random.default_rng(1)
    area = np.full(2400, 610723)
    born = 19700101 + rng.integers(0, 3, 2400)

    texts = number_texts(bodies(area, born, rng.integers(0, 2, 2400), rng.integers(0, 499, 2400)))

    assert len(texts.unique()) == 2400
    assert parse_ids(texts).ok.to_pylist() == [True] * 2400


@pytest.mark.parametrize("name", ["张伟", "李秀英", "欧阳建国", "买买提·艾力"])
def test_every_wrong_name_has_a_chance_and_its_cause_among_its_labels(name):
    dice = random.Random(name)
    drawn = [damage_name(name, dice) for _ in range(200)]

    assert all(one and one[0] != name and 0 < chance(name, one[0]) <= 1 for one in drawn)
    assert all(cause in labels_of(name, written, cause) for written, cause in drawn)
    assert chance(name, name) == 0


def test_a_wrong_number_is_never_the_number():
    number = "612323190001010013"
    around = Around((number, "612323190001010021"), number, number[:6])
    dice = random.Random(3)

    written = [damage_number(number, around, dice) for _ in range(500)]

    assert number not in {text for text, _, _ in written}
    assert {numeric for _, numeric, cause in written if cause == "ID-EXCEL-NUMERIC"} == {True}


def test_a_next_delivery_differs_in_the_rows_asked_for(lake, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(lake.folder), str(copy)], check=True)
    (before,) = copy.glob("data/deliveries/city/*/record.parquet")

    after = change_town(copy, "city", rows=40, seed=2) / "record.parquet"

    differing = duckdb.sql(
        f"SELECT count(*), count(*) FILTER (a.row_hash <> b.row_hash) FROM '{before}' AS a JOIN '{after}' AS b USING (record_no)"
        " WHERE a.name IS DISTINCT FROM b.name OR a.member_phone IS DISTINCT FROM b.member_phone"
    ).fetchall()[0]
    assert differing == (40, 40)


def test_copying_lowers_what_anybody_could_reach(lake, tmp_path):
    independent = make_lake(tmp_path / "i", persons=3000, seed=5, mixture=MIXTURES["independent"], workers=1)

    high, low = limit_of(independent.folder, MIXTURES["independent"]), limit_of(lake.folder, MIXTURES["copied"])

    assert high.f1 > 0.99
    assert 0.8 < low.f1 < high.f1
    assert low.repair < high.repair
    assert low.coverage < high.coverage
    assert 0.8 < low.macro_f1 < high.macro_f1
