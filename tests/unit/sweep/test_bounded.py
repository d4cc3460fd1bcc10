"""Hostile deliveries at two sizes: what is compared and what is said grows with the rows, never with their square.

Things are counted, not timed. All persons are invented.
"""

from collections import Counter
from datetime import date

import pyarrow.parquet as pq
import pytest
from ledgers import Ledgers, family
from test_hard_inputs import GIVEN, people

from taizhang.identity.numbers import check_digit
from taizhang.sweep import sweep
from taizhang.sweep.authority import register_answers
from taizhang.sweep.diagnose import diagnose, judge_all
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.findings.head_copies import Earlier
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.candidates import MOST_CELLS
from taizhang.sweep.link.persons import link_persons, make_claim_person
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import make_record_raw

DAY = date(2020, 2, 19)
SMALL, TIMES = 150, 4
SOURCES = ("app", "city", "national")
COUNTED = ("pair", "decoded", "involved", "cell")


def same_number(persons):
    return [one | {"id_no": persons[0]["id_no"]} for one in persons]


def same_number_and_like_names(persons):
    return [
        one | {"id_no": persons[0]["id_no"], "name": f"王{'伟为维卫唯'[at % 5]}芳"} for at, one in enumerate(persons)
    ]


def same_person(persons):
    return [dict(persons[0]) for _ in persons]


def same_name(persons):
    return [one | {"name": "王桂芳"} for one in persons]


def same_name_and_no_number(persons):
    return [one | {"name": "王桂芳", "id_no": None} for one in persons]


def same_broken_number(persons):
    return [one | {"id_no": "61072319000101101"} for one in persons]


def cut_numbers(persons):
    return [one | {"id_no": one["id_no"][:15] + "000"} for one in persons]


def cut_numbers_of_one_day(persons):
    return [one | {"id_no": persons[0]["id_no"][:15] + "000"} for one in persons]


def one_household(persons):
    return [one | {"household_no": "1"} for one in persons]


def shifted_names(persons):
    return [one | {"name": persons[at - 1]["name"]} for at, one in enumerate(persons)]


HOSTILE = (
    same_number, same_number_and_like_names, same_person, same_name, same_name_and_no_number, same_broken_number, cut_numbers,
    cut_numbers_of_one_day,
    one_household, shifted_names,
)  # fmt: skip


def delivered(folder, number, source, rows):
    delivery = folder / source / f"{DAY.isoformat()}-000000000000"
    delivery.mkdir(parents=True)
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    columns["row_no"] = list(range(2, len(rows) + 2))
    pq.write_table(record_table(columns, as_of=DAY), delivery / "record.parquet")
    return SourceDelivery(number, source, source, (), delivery, delivery.name, DAY)


def counts(folder, damage, size, everywhere):
    """Rows of the tables of linking, and how much all diagnoses say together."""
    right = [one | {"name": one["name"] + GIVEN[at // 400]} for at, one in enumerate(people(size))]
    if damage is cut_numbers_of_one_day:  # and everybody is born on it: a hundred numbers, of many names each
        numbers = [right[0]["id_no"][:15] + f"{at:02d}" for at in range(100)]
        right = [one | {"id_no": (body := numbers[at % 100]) + check_digit(body)} for at, one in enumerate(right)]
    sources = {
        number: delivered(folder, number, source, damage(right) if everywhere or source == "city" else right)
        for number, source in enumerate(SOURCES)
    }
    with DuckDbEngine([folder]) as engine:
        make_record_raw(engine, list(sources.values()))
        register_answers(engine, ())
        linked = link_persons(engine, sources)
        make_claim_person(engine)
        found = list(diagnose(engine, sources, linked, judge_all(engine, sources, linked)))
        made = {name: engine.fetch(f"SELECT COUNT(*) AS n FROM {name}")["n"][0].as_py() for name in COUNTED}
    made["said"] = sum(len(one.records) + len(one.observed) + len(one.candidates) for one in found)
    return made


@pytest.mark.parametrize("everywhere", [True, False], ids=["everywhere", "in-one-ledger"])
@pytest.mark.parametrize("damage", HOSTILE, ids=lambda one: one.__name__)
def test_work_and_words_grow_with_the_rows(tmp_path, damage, everywhere):
    small = counts(tmp_path / "small", damage, SMALL, everywhere)
    large = counts(tmp_path / "large", damage, SMALL * TIMES, everywhere)

    assert large["pair"] <= MOST_CELLS * len(SOURCES) * large["cell"]
    slack = 40 * MOST_CELLS  # keys that few share make pairs up to their limit and none beyond
    assert {name: count for name, count in large.items() if count > 1.25 * TIMES * small[name] + slack} == {}


def test_an_earlier_delivery_is_read_once_for_all_households(tmp_path):
    families = [[one | {"household_no": f"{no}"} for one in people(2)] for no in range(3)]
    delivery = delivered(tmp_path, 0, "city", [row for rows in families for row in rows]).folder
    earlier = Earlier((delivery, rows) for rows in families)

    first = earlier.rows(delivery, families[0])
    (delivery / "record.parquet").unlink()

    assert [row["household_no"] for row in first] == ["0", "0"]
    assert [row["household_no"] for row in earlier.rows(delivery, families[2])] == ["2", "2"]
    assert earlier.rows(delivery, [{"household_no": None}, {"household_no": "TEMP-2"}]) == []


def test_a_household_number_on_every_row_makes_no_pairs_of_its_rows(tmp_path):
    """A number dragged down its column: sixty heads and their children, half of whom are older than another's head."""
    ledgers = Ledgers(tmp_path)
    rows = [
        row | {"household_no": "6107231030000", "birth_date": f"{1930 + code + 25 * (member > 1)}-01-01"}
        for code in range(60)
        for member, row in enumerate(family(code))
    ]
    result = sweep(ledgers.deliver(dict.fromkeys(SOURCES, rows)).county)

    hits = pq.read_table(result.folder / "counts.parquet", columns=["rule", "source", "hits"]).to_pylist()
    most = Counter()
    for one in hits:
        most[one["rule"], one["source"]] += one["hits"] or 0
    assert max(most.values()) <= len(rows)


def test_a_household_number_on_every_row_is_one_complaint_and_not_one_a_person(tmp_path):
    rows = [row for code in range(60) for row in family(code)]
    filled = [row | {"household_no": "6107231030000"} for row in rows]
    result = sweep(Ledgers(tmp_path).deliver({"city": rows, "national": rows, "app": filled}).county)

    found = pq.read_table(result.folder / "findings.parquet", columns=["rule", "source"]).to_pylist()
    assert [(one["rule"], one["source"]) for one in found] == [("SR-HOUSEHOLD-FILLED", "app")]
