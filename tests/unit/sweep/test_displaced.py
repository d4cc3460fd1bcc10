"""A column of a workbook moved by some rows, or sorted alone: one cause, one finding, with all its rows."""

from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pytest
from ledgers import SON, SPOUSE, family, name, number

from taizhang.intake.county import load_county
from taizhang.intake.pipeline import take_in
from taizhang.sweep import sweep
from taizhang.sweep.examples import diagnose_rows

PEOPLE = [row for code in range(10) for row in family(code, village=1)]
FIRST, LAST = 6, 30


def moved_down(values):
    """A block whose cells slid down by one; the last came to its top."""
    return [*values[:FIRST], values[LAST - 1], *values[FIRST : LAST - 1], *values[LAST:]]


def moved_up(values):
    """A block whose cells slid up by one, over one of them; the cell after the block stands twice."""
    return [*values[:FIRST], *values[FIRST + 1 : LAST + 1], *values[LAST:]]


def said(column, displaced):
    """What is said about numbers and names when one ledger's column is displaced, and the rows that really changed."""
    values = [row[column] for row in PEOPLE]
    ledger = [row | {column: value} for row, value in zip(PEOPLE, displaced(values), strict=True)]
    rows = [{"source": source, **row} for source in ("app", "city", "national") for row in PEOPLE]
    changed = {len(rows) + at for at, row in enumerate(ledger) if row[column] != values[at]}
    return diagnose_rows([*rows, *({"source": "ledger", **row} for row in ledger)]), changed


@pytest.mark.parametrize("column", ["name", "id_no"])
@pytest.mark.parametrize(
    ("displaced", "step"), [(moved_down, "属于上1行"), (moved_up, "属于下1行"), (sorted, "单独排序")]
)
def test_a_displaced_column_is_one_finding_with_all_its_rows(column, displaced, step):
    found, changed = said(column, displaced)

    assert [(one.code, one.source, one.fields) for one in found] == [("PR-ROW-SHIFT", "ledger", (column,))]
    assert set(found[0].records[: found[0].wrong]) == changed
    assert found[0].culprit == "ledger"
    assert step in found[0].evidence[0]


def test_wrong_names_here_and_there_are_not_a_block():
    def scattered(values):
        far = {3: 30, 12: 2, 21: 35, 33: 8}
        return [values[far.get(at, at)] for at in range(len(values))]

    found, changed = said("name", scattered)

    assert {one.code for one in found} <= {"XS-NAME-GIVEN", "XS-NAME-DISJOINT", "XS-NAME-SURNAME", "XS-NAME-ONECHAR"}
    assert len(found) == len(changed) == 4


def test_two_exchanges_side_by_side_stay_two_exchanges():
    def exchanged(values):
        return [*values[:8], values[9], values[8], values[11], values[10], *values[12:]]

    found, _ = said("id_no", exchanged)

    assert [one.code for one in found] == ["PR-SWAP", "PR-SWAP"]


@pytest.mark.parametrize(
    ("displaced", "code", "cause"),
    [
        (moved_down, "PR-ROW-SHIFT", "整段错行"),
        (lambda values: [*values[:8], values[9], values[8], *values[10:]], "PR-SWAP", "两人号码对调"),
    ],
    ids=["block", "exchange"],
)
def test_a_number_taken_over_from_a_displaced_row_has_its_cause_too(displaced, code, cause):
    """Of what moved in the village's ledger the app copied one row only; two other ledgers are right."""
    numbers = [row["id_no"] for row in PEOPLE]
    wrong, at = displaced(numbers), 8
    ledgers = {
        "ledger": wrong,
        "app": [*numbers[:at], wrong[at], *numbers[at + 1 :]],
        "city": numbers,
        "national": numbers,
    }
    found = diagnose_rows(
        [
            {"source": source, **row, "id_no": value}
            for source, values in ledgers.items()
            for row, value in zip(PEOPLE, values, strict=True)
        ]
    )

    copied = [one for one in found if one.source == "app"]
    assert len(copied) == 1 and copied[0].code != code and code in copied[0].kinds
    assert f"ledger第{at + 2}行有同一错误，那里是{cause}：疑为由其抄来" in copied[0].evidence


HEAD = ("姓名", "证件号码", "出生日期", "性别", "与户主关系", "户编号", "村名称")


def workbook(path, rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    fields = ("name", "id_no", "birth_date", "sex", "relation_to_head", "household_no", "village_name")
    for row in rows:
        sheet.append([row[field] for field in fields])
    path.parent.mkdir(parents=True)
    book.save(path)


def test_a_workbook_with_every_name_shifted_by_one_row_is_one_finding(tmp_path):
    names = [row["name"] for row in PEOPLE]
    shifted = [row | {"name": names[at - 1]} for at, row in enumerate(PEOPLE)]
    text = '[county]\ncode = "610723"\nname = "洋县"\ndata = "data"\n'
    for source in ("national", "city", "ledger"):
        text += f'[[source]]\nid = "{source}"\nkind = "{source}"\ntitle = "{source}台账"\nfolder = "inbox/{source}"\n'
        workbook(tmp_path / f"inbox/{source}/2020-02-19/册.xlsx", shifted if source == "ledger" else PEOPLE)
    (tmp_path / "county.toml").write_text(text, encoding="utf-8")
    county = load_county(tmp_path / "county.toml")
    take_in(county)

    findings = pq.read_table(sweep(county, as_of=date(2020, 2, 19)).folder / "findings.parquet").to_pylist()

    about = [one for one in findings if "name" in one["fields"] or "id_no" in one["fields"]]
    assert [(one["rule"], one["source"], one["culprit"]) for one in about] == [("PR-ROW-SHIFT", "ledger", "ledger")]
    shown = [record for record in about[0]["records"] if record["source"] == "ledger"]
    assert {record["row"] for record in shown} == set(range(2, len(PEOPLE) + 2))
    assert {record["file"] for record in shown} == {"册.xlsx"}
    assert number(0, SON) not in about[0]["message_zh"]
    assert name(0, SPOUSE) not in about[0]["evidence"][0]
