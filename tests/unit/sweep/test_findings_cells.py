"""What a finding of a rule says stands in the cells complained about."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
from ledgers import FIRST, SECOND, Ledgers, family, number

from taizhang.sweep.rules import load_packs


@cache
def rules(*wanted):
    """Some rules of the packs, with the texts of all."""
    both = load_packs()
    return replace(both, rules={code: rule for code, rule in both.rules.items() if code in wanted})


def said(finding):
    """What a finding says of each field."""
    return {one["field"]: one["value"] for one in finding["observed"]}


def swept(tmp_path, rows, *wanted, day=FIRST):
    """The findings of a ledger with these rows."""
    return Ledgers(tmp_path).deliver({"ledger": rows}, day).sweep(rules=rules(*wanted)).findings


def test_every_field_complained_about_is_told_as_the_people_write_it(tmp_path):
    income = {
        "gross_income": Decimal("9000.00"),
        "operating_expense": Decimal("1000.50"),
        "net_income": Decimal("5000.00"),
    }
    rows = [row | income for row in family(1)]

    [one] = swept(tmp_path, rows, "IC-NET")

    assert said(one) == {"gross_income": "9000", "operating_expense": "1000.5", "net_income": "5000"}


def test_what_a_rule_worked_out_is_not_told_as_what_the_cell_says(tmp_path):
    rows = family(1)
    rows[0] |= {"relation_to_head": "户主"}
    rows[1] |= {"relation_to_head": "之父", "birth_date": date(1990, 1, 1), "id_no": None}

    [one] = swept(tmp_path, rows, "HH-RELATION-AGE")

    assert said(one)["relation_to_head"] == "之父"
    assert said(one)["birth_date"] == "1990-01-01"


def test_a_blank_cell_is_told_as_blank(tmp_path):
    rows = [row | {"ethnic_group": "汉族"} for row in family(1)]
    rows[2]["ethnic_group"] = None

    [one] = swept(tmp_path, rows, "RQ-ETHNIC")

    assert said(one) == {"ethnic_group": None}


def test_a_cell_that_could_not_be_read_is_told_as_it_stands_there(tmp_path):
    ledgers = Ledgers(tmp_path).deliver({"ledger": [row | {"health": "健康"} for row in family(1)]})
    [path] = (tmp_path / "data" / "deliveries" / "ledger").glob("*/record.parquet")
    table = pq.read_table(path)
    told = {"health": pa.array(["健康", None, "健康", "健康"], pa.string()),
            "extra": pa.array([None, json.dumps({"health": "还行"}), None, None], pa.string())}  # fmt: skip
    for name, column in told.items():
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, path)

    [one] = ledgers.sweep(rules=rules("RQ-HEALTH")).findings

    assert said(one) == {"health": "还行"}


def test_a_value_that_changed_is_another_value_and_one_that_did_not_is_the_same(tmp_path):
    wrong = [row | {"sex": "女"} for row in family(1)]
    asked = ("HH-SPOUSE-SEX", "ID-SEX-DIFF")
    before = swept(tmp_path / "a", wrong, *asked)
    again = swept(tmp_path / "b", wrong, *asked, day=SECOND)
    other = swept(tmp_path / "c", [row | {"sex": "男"} for row in family(1)], "HH-SPOUSE-SEX")
    digests = [
        [one["value_digest"] for one in found if one["rule"] == "HH-SPOUSE-SEX"] for found in (before, again, other)
    ]

    assert digests[0] == digests[1]
    assert len(digests[0]) == len(digests[2]) == 1
    assert digests[0] != digests[2]


def test_no_number_of_somebody_not_yet_born_is_suggested(tmp_path):
    born = [number(1, at % 4, born=date(2003, 1 + at % 12, 5), order=100 + at) for at in range(40)]
    wrong = [f"{one[:8]}3{one[9:]}" for one in born]  # 2033
    nobody_else_knows = {"birth_date": None, "sex": None, "person_no": None, "head_id_no": None}
    rows = [family(at + 1)[0] | nobody_else_knows | {"id_no": one} for at, one in enumerate(wrong)]

    found = swept(tmp_path, rows, *(code for code in load_packs().rules if code.startswith("ID-")))
    years = [int(one["value"][6:10]) for finding in found for one in finding["candidates"] if one["field"] == "id_no"]

    assert years
    assert max(years) <= FIRST.year


def test_a_number_typed_into_a_name_reaches_nothing_that_is_shown(tmp_path):
    own, of_head = number(1, 1), number(1, 0)
    rows = family(1)
    rows[1] |= {"name": own, "id_no": None}
    rows[2] |= {"head_name": of_head, "ethnic_group": None}

    found = Ledgers(tmp_path).deliver({"ledger": rows, "city": family(1)}).sweep(rules=load_packs())

    told = (found.folder / "findings.jsonl").read_text("utf-8")
    assert own not in told
    assert of_head not in told
    assert f"{own[:4]}{'*' * 14}" in {one["name"] for one in found.findings}
