"""The sweep's index of persons and households: who they are, and where every ledger has them."""

from datetime import date

import pyarrow.parquet as pq
from ledgers import HEAD, SPOUSE, Ledgers, birth, changed, family, number

from taizhang.sweep.findings import index


def indexed(folder, ledger):
    """The two tables of a sweep over three agreeing sources and this ledger."""
    right = [row for code in range(3) for row in family(code, m1="刘兰英")]
    swept = Ledgers(folder).deliver(dict.fromkeys(("national", "city", "app"), right) | {"ledger": ledger}).sweep()
    return [pq.read_table(swept.folder / f"{name}.parquet").to_pylist() for name in ("persons", "households")]


def test_every_person_and_household_stands_once_with_all_records(tmp_path):
    rows = [row for code in range(3) for row in family(code, m1="刘兰英")]

    persons, households = indexed(tmp_path, rows)

    assert len({one["person_id"] for one in persons}) == len(persons) == 12
    assert len({one["household_id"] for one in households}) == len(households) == 3
    assert {tuple(record["source"] for record in one["records"]) for one in persons} == {
        ("app", "city", "ledger", "national")
    }
    assert {one["birth"] for one in persons} >= {date(1951, 1, 1)}


def test_what_only_one_ledger_says_can_be_found_too(tmp_path):
    rows = [row for code in range(3) for row in family(code, m1="刘兰英")]

    persons, _ = indexed(tmp_path, changed(rows, SPOUSE, name="刘兰瑛"))

    spouse = next(one for one in persons if number(0, SPOUSE) in one["numbers"])
    assert spouse["names"] == ["刘兰瑛", "刘兰英"]
    assert spouse["name"] == "刘兰英"
    assert spouse["core18"] == number(0, SPOUSE)


def test_persons_written_in_ranges_are_the_persons_written_at_once(tmp_path, monkeypatch):
    rows = [row for code in range(3) for row in family(code, m1="刘兰英")]
    whole, _ = indexed(tmp_path / "whole", rows)
    monkeypatch.setattr(index, "AT_ONCE", 5)

    parts, _ = indexed(tmp_path / "parts", rows)

    assert pq.ParquetFile(next(tmp_path.glob("parts/data/sweeps/*/persons.parquet"))).num_row_groups == 3
    assert parts == whole


def test_what_most_ledgers_say_of_a_birth_counts_and_of_halves_the_first_record(tmp_path):
    rows = [row for code in range(2) for row in family(code)]
    other = changed(changed(rows, SPOUSE, birth_date=date(1960, 1, 1), sex="男"), HEAD, birth_date=date(1961, 2, 2))
    said = {"national": rows, "city": other, "ledger": changed(other, HEAD, birth_date=birth(0, HEAD)), "app": rows}
    swept = Ledgers(tmp_path).deliver(said).sweep()

    persons = pq.read_table(swept.folder / "persons.parquet").to_pylist()

    found = {one["core18"]: (one["birth"], one["sex"]) for one in persons}
    assert found[number(0, SPOUSE)] == (birth(0, SPOUSE), "女")
    assert found[number(0, HEAD)] == (birth(0, HEAD), "男")
    assert found[number(1, SPOUSE)] == (birth(1, SPOUSE), "女")
