"""Facts: households are told apart as their sources wrote them, whatever the writing."""

from datetime import date

import pyarrow.parquet as pq
import pytest

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.facts import make_facts
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import make_record_raw

HEADS = ("612323195101010019", "612323195301010020")


def facts(folder, ledgers):
    """Facts of ledgers (source → rows), in the order of their records, as dicts."""
    made = {}
    for number, (source, rows) in enumerate(sorted(ledgers.items())):
        delivery = folder / source / "2020-02-19-000000000000"
        delivery.mkdir(parents=True)
        columns = {key: [row.get(key) for row in rows] for key in dict.fromkeys(key for row in rows for key in row)}
        pq.write_table(record_table(columns, as_of=date(2020, 2, 19)), delivery / "record.parquet")
        made[number] = SourceDelivery(number, source, source, (), delivery, delivery.name, date(2020, 2, 19))
    with DuckDbEngine([folder]) as engine:
        make_record_raw(engine, list(made.values()))
        make_facts(engine, made)
        return engine.fetch("""
            SELECT f.*, l.same_no FROM fact AS f LEFT JOIN local_raw AS l ON l.hh_no = f.hh_no ORDER BY f.record_id
        """).to_pylist()


def row(household=None, head=None, at=2, run=1):
    """A row with what says whose household it is."""
    place = {"file_no": 0, "sheet_no": 0, "row_no": at, "household_run": run}
    return {"name": "王建国", "household_no": household, "head_id_no": head, **place}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (row("7"), row("007")),
        (row("1"), row("1.2")),
        (row("A-1"), row("A-2")),
        (row("TEMP-1"), row("TEMP-2")),
        (row(head=HEADS[0]), row(head=HEADS[1])),
        (row("TEMP-1", HEADS[0]), row("TEMP-1", HEADS[1])),
        (row("100"), row(head=HEADS[0])),
        (row("-5"), row("5")),
        (row(run=1), row(run=2)),
        (row(run=1), row("A-1")),
    ],
)
def test_households_that_are_written_differently_are_two(tmp_path, first, second):
    one, other, again = facts(tmp_path, {"city": [first, second, first]})

    assert None not in (one["hh_no"], other["hh_no"])
    assert one["hh_no"] != other["hh_no"]
    assert one["hh_no"] == again["hh_no"]


@pytest.mark.parametrize("written", ["7", "007", "A-1"])
def test_equal_numbers_of_two_sources_are_two_households_that_are_called_the_same(tmp_path, written):
    one, other = facts(tmp_path, {"city": [row(written)], "national": [row(written)]})

    assert one["hh_no"] != other["hh_no"]
    assert one["same_no"] == other["same_no"]


def test_a_struck_row_is_no_fact(tmp_path):
    struck = row("1") | {"struck": True, "sex": "女"}

    assert [one["sex"] for one in facts(tmp_path, {"city": [struck, row("1", at=3) | {"sex": "男"}]})] == [1]
