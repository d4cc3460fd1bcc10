"""A few rows of a Parquet file by their key: the same rows as a reading of the whole file gives."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from taizhang.office.findings.lookup import rows_at

ROWS = 100


@pytest.fixture
def table():
    return pa.table({
        "key": pa.array(range(0, 2 * ROWS, 2), pa.int64()),
        "text": [None if one % 7 == 0 else f"第{one}行" for one in range(ROWS)],
        "many": [[{"source": "city", "record_no": one}] * (one % 3) for one in range(ROWS)],
        "day": [dt.date(2020, 1, 1) + dt.timedelta(days=one) for one in range(ROWS)],
        "money": pa.array([Decimal(one) / 4 for one in range(ROWS)], pa.decimal128(14, 2)),
    })  # fmt: skip


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize("group_rows", [1, 7, 1000])
@pytest.mark.parametrize("keys", [[0], [13], [12, 14, 198], [198, 0, 0], [-2, 1000], list(range(300))])
def test_the_rows_are_those_of_the_whole_file(tmp_path, table, keys, group_rows, statistics):
    path = tmp_path / "file.parquet"
    pq.write_table(table, path, row_group_size=group_rows, write_statistics=statistics)

    found = rows_at(path, "key", keys, ["many", "text", "day", "money"])

    expected = table.filter(pc.is_in(table["key"], pa.array(keys, pa.int64()))).select(found.column_names)
    assert found.to_pylist() == expected.to_pylist()


def test_keys_in_no_order_are_found_too(tmp_path, table):
    path = tmp_path / "file.parquet"
    mixed = table.take(pa.array([one * 37 % ROWS for one in range(ROWS)]))
    pq.write_table(mixed, path, row_group_size=10)

    assert sorted(rows_at(path, "key", [4, 90, 150], ["text"])["key"].to_pylist()) == [4, 90, 150]


def test_a_text_is_a_key_and_a_column_that_is_not_there_is_left_out(tmp_path, table):
    path = tmp_path / "file.parquet"
    pq.write_table(table, path, row_group_size=10)

    found = rows_at(path, "text", ["第8行", "nobody"], ["money", "elsewhere"])

    assert found.to_pylist() == [{"text": "第8行", "money": Decimal(2)}]


def test_a_file_written_anew_under_its_name_is_read_anew(tmp_path, table):
    path = tmp_path / "file.parquet"
    pq.write_table(table, path, row_group_size=10)
    rows_at(path, "key", [0], ["text"])
    pq.write_table(table.slice(50), path, row_group_size=5)

    assert len(rows_at(path, "key", [0], ["text"])) == 0
    assert rows_at(path, "key", [198], ["text"])["text"].to_pylist() == ["第99行"]
