"""Readings: what the aggregate of a number says of a person is what the person's records say, one by one."""

from datetime import date

import pyarrow.parquet as pq
from ledgers import SOURCES, family, number

from taizhang.identity.numbers import id_key
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.persons import link_persons
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import make_record_raw

DAY = date(2020, 2, 19)
SAID = """
    MIN(village) AS village, MIN(COALESCE(birth_date, id_birth)) AS birth, MAX(COALESCE(birth_date, id_birth)) AS other_birth,
    BIT_OR(1 << source_no) AS mask, BIT_OR(CASE WHEN present = 1 THEN 1 << source_no ELSE 0 END) AS present, COUNT(*) AS n"""


def tables(folder, ledgers, query):
    """Rows of a query after linking ledgers (source → rows), as dicts."""
    made = {}
    for place, (source, rows) in enumerate(sorted(ledgers.items())):
        delivery = folder / source / f"{DAY.isoformat()}-000000000000"
        delivery.mkdir(parents=True)
        columns = {key: [row.get(key) for row in rows] for key in dict.fromkeys(key for row in rows for key in row)}
        pq.write_table(record_table(columns, as_of=DAY), delivery / "record.parquet")
        made[place] = SourceDelivery(place, source, source, (), delivery, delivery.name, DAY)
    with DuckDbEngine([folder]) as engine:
        make_record_raw(engine, list(made.values()))
        link_persons(engine, made)
        return engine.fetch(query).to_pylist()


def county(changed=None):
    """Four ledgers of the same families; what is changed: source → place of a row → its other values."""
    rows = [row for code in range(8) for row in family(code)]
    return {
        source: [row | (changed or {}).get(source, {}).get(at, {}) for at, row in enumerate(rows)] for source in SOURCES
    }


CHANGED = {
    "city": {
        0: {"birth_date": date(1950, 1, 1)},
        1: {"sex": "男"},
        2: {"household_no": None},
        3: {"person_status": "转出"},
        4: {"village_code": "610723103299"},
        5: {"household_no": "7"},
        6: {"birth_date": None},
        7: {"sex": None},
        8: {"name": "欧阳卓然"},
        9: {"id_no": number(150, 1)},
        10: {"id_no": None},
    },
    "app": {at: {"village_code": None} for at in range(12)},
    "ledger": {at: {"household_no": None, "sex": None, "birth_date": None} for at in range(32)},
}


def test_readings_say_what_the_records_of_a_person_say(tmp_path):
    ids = "root, CASE WHEN ident > 0 THEN ident END AS id_key, name_id, hh"
    read = "root, id_key, name_id, hh, village, birth, other_birth, mask, present, n"
    by_record = f"SELECT {ids}, {SAID} FROM claim_person GROUP BY root, ident, name_id, hh"
    differing = f"(({by_record}) EXCEPT ALL SELECT {read} FROM reading) UNION ALL (SELECT {read} FROM reading EXCEPT ALL ({by_record}))"

    assert tables(tmp_path, county(CHANGED), differing) == []


def test_sexes_of_a_person_are_the_least_and_the_greatest_that_a_record_says(tmp_path):
    differing = """
        SELECT c.root FROM (SELECT root, MIN(sex) AS sex_a, MAX(sex) AS sex_b FROM claim_person GROUP BY root) AS c
        JOIN (SELECT root, MIN(sex_a) AS sex_a, MAX(sex_b) AS sex_b FROM reading GROUP BY root) AS r ON r.root = c.root
        WHERE c.sex_a IS DISTINCT FROM r.sex_a OR c.sex_b IS DISTINCT FROM r.sex_b"""

    assert tables(tmp_path, county(CHANGED), differing) == []


def test_plain_are_all_in_whom_the_records_say_the_same_and_no_others(tmp_path):
    query = "SELECT root FROM plain_person"
    right = {row["root"] for row in tables(tmp_path / "right", county(), query)}
    kept = {row["root"] for row in tables(tmp_path / "changed", county(CHANGED), query)}
    keys = [id_key(row["id_no"]) for row in county()["city"]]

    assert right == set(keys)
    assert {at for at in range(8) if keys[at] not in kept} == {0, 1, 3, 5}
