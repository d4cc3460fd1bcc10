"""Rows that are nobody's: struck out by their keeper, or of somebody whom no ledger of persons has. And whose row is whose."""

from dataclasses import replace
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ledgers import FIRST, SECOND, THIRD, Ledgers, everywhere, family, number

from taizhang.intake.delivery.schemas import table_schema
from taizhang.sweep.rules import load_packs
from taizhang.sweep.rules.ruleset import only
from taizhang.sweep.tables import OTHERS, first_id, table_of

KNOWN, STRANGER, BACKWARDS = number(1, 0), number(150, 1), (date(2020, 3, 1), date(2020, 1, 1))


@cache
def rules(*wanted):
    """Some rules of the packs, with the texts of all."""
    both = load_packs()
    return replace(both, rules={code: rule for code, rule in both.rules.items() if code in wanted})


def deliver(ledgers, table, rows, day=FIRST, source="national"):
    """Write one more table into the newest delivery of a source."""
    schema = table_schema(table)
    base = {"file_no": 0, "sheet_no": 0, "hidden": False}
    told = [base | {"record_no": at, "row_no": at + 2, "struck": False} | row for at, row in enumerate(rows)]
    arrays = [pa.array([row.get(field.name) for row in told], field.type) for field in schema]
    [folder] = (ledgers.county.data / "deliveries" / source).glob(f"{day.isoformat()}-*")
    pq.write_table(pa.table(arrays, schema=schema), folder / f"{table}.parquet")
    return ledgers


def spell(name, months=BACKWARDS, **values):
    """A spell of work; from its end to its beginning where nothing else is said."""
    at = {"town_code": "610723104000", "town_name": "磨子桥镇", "village_name": "远村"}
    return {"name": name, "has_worked": True, "start_month": months[0], "end_month": months[1]} | at | values


@pytest.fixture
def ledgers(tmp_path):
    """A county of two families whose ledgers agree."""
    return Ledgers(tmp_path).deliver(everywhere(family(1) + family(2)))


def test_a_row_struck_out_is_asked_nothing(tmp_path):
    rows = [row | {"ethnic_group": "汉族"} for row in family(1)]
    rows += [family(2)[0] | {"ethnic_group": None}, family(3)[0] | {"ethnic_group": None, "struck": True}]

    swept = Ledgers(tmp_path).deliver({"ledger": rows}).sweep(rules=rules("RQ-ETHNIC"))

    assert [(one["rule"], one["name"]) for one in swept.findings] == [("RQ-ETHNIC", family(2)[0]["name"])]


def test_work_of_a_stranger_is_told_where_it_stands_and_as_nobody_of_the_register(ledgers):
    deliver(ledgers, "work_spell", [spell("路人", id_no=STRANGER, core18=STRANGER, person_no="9")])

    [one] = ledgers.sweep(rules=rules("WK-END-BEFORE-START")).findings

    assert (one["name"], one["town_name"], one["village_name"]) == ("路人", "磨子桥镇", "远村")
    assert (one["person_id"], one["household_id"], one["town_code"]) == (None, None, "610723104000")
    assert [place["row"] for place in one["records"]] == [2]
    assert STRANGER not in str(one)


def test_a_stranger_whose_number_stands_in_another_column_is_not_called_by_it(ledgers):
    deliver(ledgers, "work_spell", [spell("路人", person_no=STRANGER), spell("另一人", person_no="9")])

    swept = ledgers.sweep(rules=rules("WK-END-BEFORE-START"))

    assert sorted(one["subject"] for one in swept.findings) == ["row:9:另一人:远村", "row::路人:远村"]
    assert STRANGER not in (swept.folder / "findings.jsonl").read_text("utf-8")


def test_work_of_a_known_person_is_told_of_him_and_shown_where_it_stands(ledgers):
    deliver(ledgers, "work_spell", [spell("路人"), spell("某某", id_no=KNOWN, core18=KNOWN)])

    found = ledgers.sweep(rules=rules("WK-END-BEFORE-START")).findings

    assert sorted((one["person_id"] is None, one["name"], one["records"][0]["row"]) for one in found) == [
        (False, "某某", 3), (True, "路人", 2),
    ]  # fmt: skip


def test_a_strangers_work_stays_the_same_finding_when_rows_move_and_goes_when_it_is_mended(ledgers):
    wrong, other = spell("路人", person_no="9"), spell("另一人", BACKWARDS[::-1], person_no="8")
    asked = rules("WK-END-BEFORE-START")
    deliver(ledgers, "work_spell", [wrong])
    [before] = ledgers.sweep(rules=asked).findings
    ledgers.deliver(everywhere(family(1) + family(2)), SECOND)
    deliver(ledgers, "work_spell", [other, wrong], SECOND)
    [moved] = ledgers.sweep(rules=asked).findings
    ledgers.deliver(everywhere(family(1) + family(2)), THIRD)
    deliver(ledgers, "work_spell", [other, wrong | spell("路人", BACKWARDS[::-1])], THIRD)
    [mended] = ledgers.sweep(rules=asked).findings

    assert [(one["finding_id"], one["delta"]) for one in (before, moved, mended)] == [
        (before["finding_id"], "new"), (before["finding_id"], "persisting"), (before["finding_id"], "gone"),
    ]  # fmt: skip


def test_a_spell_struck_out_is_asked_nothing(ledgers):
    deliver(ledgers, "work_spell", [spell("路人") | {"struck": True}])

    assert ledgers.sweep(rules=rules("WK-END-BEFORE-START")).findings == []


def test_a_village_without_a_code_is_told_by_its_name(ledgers):
    counted = {"total_households": 3, "unsafe_water_households": 5, "dangerous_house_households": 0}
    deliver(ledgers, "village", [{"village_name": "远村", "town_name": "磨子桥镇"} | counted])

    [one] = ledgers.sweep(rules=rules("VG-UNSAFE-SUM")).findings

    assert (one["subject"], one["village_name"], one["town_name"], one["person_id"]) == (
        "row:远村",
        "远村",
        "磨子桥镇",
        None,
    )


OWN = """
pack:
  id: own
  title: {zh: 本县, zh_hant: 本縣, en: Our county}
  version: "1.0.0"
  grammar: "1"
  defaults: {version: "1.0", group: F, owner: helper, deadline: "5"}

rules:
  - id: OW-NOBODY
    title: {zh: 无人, zh_hant: 無人, en: Nobody}
    subject: cadre
    scope: key
    tables: [record]
    universe: "select distinct source, person_no as subject, town_code from record where filled(name)"
    select: "select source, person_no as subject, min(name) as name from record where name <> '甲' group by source, person_no"
    fields: [person_no]
    severity: warn
    origin: [NEW]
    message: {zh: "{name}", zh_hant: "{name}", en: "{name}"}
    hint: {zh: 核对。, zh_hant: 核對。, en: Check.}
    examples:
      hit:
        - {why: 有编号, rows: [{person_no: "1", name: 乙}]}
        - {why: 也有, rows: [{person_no: "2", name: 乙}]}
      pass:
        - {why: 没有行, rows: [{person_no: "1", name: 甲}]}
        - {why: 也没有, rows: [{person_no: "2", name: 甲}]}
      not_applicable:
        - {why: 没有姓名, rows: [{person_no: "1"}]}
"""


def test_a_rule_that_finds_something_about_nobody_fails_alone(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    rows = [family(1)[0], family(1)[1] | {"person_no": None}]
    own = only(load_packs([tmp_path / "own.yaml"]), ("OW-NOBODY",))

    swept = Ledgers(tmp_path).deliver({"ledger": rows}).sweep(rules=own)

    assert [(one["rule"], one["subject"]) for one in swept.findings] == [("RULE-FAULT", "OW-NOBODY")]


def test_no_two_delivered_tables_have_a_row_id_in_common():
    ids = {first_id(source, table): table for table in ("record", *OTHERS) for source in range(62)}

    assert len(ids) == 62 * (1 + len(OTHERS))
    assert all(table_of(row) == table_of(row + 10**11) == table for row, table in ids.items())
    assert max(ids) < 2**62
