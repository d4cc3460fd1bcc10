"""The facts of a delivery: what intake writes is what is made of its record table, and nothing else is ever read."""

import json

import pyarrow.parquet as pq
import pytest

from taizhang.intake.county import County, SourceKind, SourceSpec
from taizhang.intake.delivery import LakeWriteError
from taizhang.intake.delivery.fact_files import FactsWriter, fact_files, make_facts
from taizhang.intake.delivery.linking import FACT, OWN_HOUSEHOLD, WORDED
from taizhang.intake.pipeline import take_in
from taizhang.sweep.record_rows import record_table

FILES = ("fact.parquet", "fact_household.parquet", "fact.json")
NUMBER = "612323195101010019"
LEDGER = "户编号,姓名,身份证号,与户主关系\n7,王建国,612323195101010019,户主\n7,李秀英,612323195301010020,配偶\n"


def delivered(folder, *rows):
    """A delivery of an older version: its record table alone. rows: canonical fields by name."""
    folder.mkdir(exist_ok=True)
    names = dict.fromkeys(name for row in rows for name in row)
    table = record_table({name: [row.get(name) for row in rows] for name in names})
    pq.write_table(table, folder / "record.parquet")
    return folder


def facts(folder):
    return pq.read_table(fact_files(folder).fact).to_pylist()


def row(name="王建国", **told):
    return {"name": name, "id_no": NUMBER, **told}


@pytest.fixture
def taken(tmp_path):
    """The folder of a delivery that intake wrote."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "一村.csv").write_text(LEDGER, "utf-8")
    source = SourceSpec("ledger", SourceKind.LEDGER, "村台账", tmp_path / "inbox")
    (delivery,) = take_in(County(tmp_path / "county.toml", "610723", "洋县", tmp_path / "data", (source,))).deliveries
    return delivery.folder


def test_intake_writes_what_a_sweep_would_make_of_the_record_table(taken):
    written = {name: (taken / name).read_bytes() for name in FILES}
    assert pq.read_table(taken / "fact.parquet").num_rows == 2

    make_facts(taken)

    assert {name: (taken / name).read_bytes() for name in FILES} == written
    assert not list(taken.glob(".fact-*"))


def test_files_that_fit_are_not_written_again(taken):
    before = [(taken / name).stat().st_ino for name in FILES]

    fact_files(taken)

    assert [(taken / name).stat().st_ino for name in FILES] == before


def test_a_delivery_of_an_older_version_gets_its_facts(tmp_path):
    folder = delivered(tmp_path / "old", row(household_no="7"), row("李秀英", household_no="8"))

    found = fact_files(folder)

    assert pq.read_schema(found.fact).equals(FACT)
    assert pq.read_schema(found.household).equals(OWN_HOUSEHOLD)
    assert (found.households, sorted(path.name for path in folder.iterdir())) == (2, sorted(("record.parquet", *FILES)))


def test_a_delivery_without_records_has_no_facts(tmp_path):
    assert fact_files(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def flipped(path):
    held = bytearray(path.read_bytes())
    held[len(held) // 3] ^= 1
    path.write_bytes(bytes(held))


def emptied(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [cut, flipped, emptied, lambda path: path.unlink()])
def test_broken_files_are_made_anew(tmp_path, name, damage):
    folder = delivered(tmp_path / "one", row(), row("李秀英"))
    fact_files(folder)
    whole = {file: (folder / file).read_bytes() for file in FILES}
    damage(folder / name)

    fact_files(folder)

    assert {file: (folder / file).read_bytes() for file in FILES} == whole


def test_facts_of_another_version_are_made_anew(tmp_path):
    folder = delivered(tmp_path / "one", row())
    fact_files(folder)
    about = json.loads((folder / "fact.json").read_text("utf-8"))
    (folder / "fact.json").write_text(json.dumps(about | {"version": 0}), "utf-8")

    fact_files(folder)

    assert json.loads((folder / "fact.json").read_text("utf-8")) == about


def test_facts_of_a_record_table_that_was_changed_are_made_anew(tmp_path):
    folder = delivered(tmp_path / "one", row(sex="男"))
    assert facts(folder)[0]["sex"] == 1

    delivered(folder, row(sex="女"))

    assert facts(folder)[0]["sex"] == 2


def test_what_a_killed_run_left_is_removed(tmp_path):
    folder = delivered(tmp_path / "one", row())
    (folder / ".fact-left").mkdir()

    fact_files(folder)

    assert not (folder / ".fact-left").exists()


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    folder = delivered(tmp_path / "one", row())

    with pytest.raises(RuntimeError), FactsWriter(folder) as writer:
        writer.add(pq.read_table(folder / "record.parquet"))
        raise RuntimeError

    assert [path.name for path in folder.iterdir()] == ["record.parquet"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    folder = delivered(tmp_path / "one", row())
    (folder / "fact.parquet").mkdir()

    with pytest.raises(LakeWriteError):
        fact_files(folder)


def test_facts_do_not_depend_on_how_the_rows_came(tmp_path):
    rows = [row(household_no=number) for number in ("7", "A-1", "007", "7", "TEMP-1", None)]
    folder = delivered(tmp_path / "one", *rows)
    whole = facts(folder)

    with FactsWriter(folder) as writer:
        table = pq.read_table(folder / "record.parquet")
        for at in range(table.num_rows):
            writer.add(table.slice(at, 1))
        writer.finish()

    assert facts(folder) == whole


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("610723103200", 610723103200), ("007", 7), (" 7 ", 7), ("-7", -7), ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None), ("1.5", None), ("1e3", None), ("A7", None), ("７", None), ("", None), (None, None),
        ("9" * 5000, None),
    ],
)  # fmt: skip
def test_only_whole_numbers_are_numbers(tmp_path, written, number):
    (found,) = facts(delivered(tmp_path / "one", row(person_no=written)))

    assert found["person_no"] == number


def test_a_column_that_an_older_table_lacks_is_null(tmp_path):
    folder = delivered(tmp_path / "one", row(sex="男"))
    table = pq.read_table(folder / "record.parquet")
    pq.write_table(table.drop_columns(["sex", "is_present", "household_run"]), folder / "record.parquet")

    (found,) = facts(folder)

    assert (found["sex"], found["present"], found["house_no"]) == (None, 1, None)


def test_households_stand_in_the_order_of_their_values_words_last(tmp_path):
    numbers = ["b", "10", "a", "9", "TEMP-1"]
    folder = delivered(tmp_path / "one", *(row(household_no=number) for number in numbers))

    households = pq.read_table(fact_files(folder).household).to_pylist()

    assert [one["house_no"] for one in households] == [1, 2, 3, 4, 5]
    assert [one["words"] or one["house"] for one in households] == [9, 10, "TEMP-1", "a", "b"]
    assert {one["house"] for one in households if one["words"]} == {WORDED}


def test_more_rows_than_a_group_holds_keep_their_households(tmp_path, monkeypatch):
    monkeypatch.setattr("taizhang.intake.delivery.fact_files.GROUP_ROWS", 4)
    folder = delivered(tmp_path / "one", *(row(household_no=str(number // 3)) for number in range(20)))

    found = facts(folder)

    assert [one["record_no"] for one in found] == list(range(20))
    assert [one["house_no"] for one in found] == [number // 3 + 1 for number in range(20)]


def test_no_records_are_no_facts(tmp_path):
    tmp_path.joinpath("one").mkdir()
    table = record_table({"name": ["甲"]}).slice(0, 0)
    pq.write_table(table, tmp_path / "one" / "record.parquet")

    assert facts(tmp_path / "one") == []
    assert fact_files(tmp_path / "one").households == 0
