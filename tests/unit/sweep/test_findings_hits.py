"""Rows of `rule_hit` as findings take them up."""

import pytest

from taizhang.sweep.engines.duckdb import DuckDbEngine
from taizhang.sweep.findings.hits import read_hits


@pytest.mark.parametrize("rows", [(7, 9), (9, 7)])
def test_hits_come_in_one_order_whatever_the_engine_gives_first(rows):
    with DuckDbEngine() as engine:
        engine.execute("CREATE TABLE claim_person AS SELECT 7 AS record_id, 0 AS source_no WHERE FALSE")
        engine.execute(
            "CREATE TABLE record_link AS SELECT 7 AS record_id, 1 AS person_id, 1 AS household_id WHERE FALSE"
        )
        hit = "'ID-PLACEHOLDER' AS rule, 'person' AS subject_type, '1' AS subject, 1 AS person_id, 1 AS household_id"
        texts = "NULL AS involved, NULL AS observed, '占位' AS message_zh, '占位' AS message_hant, 'placeholder' AS message_en"
        told = [f"SELECT {hit}, 'app' AS source, '' AS scope_key, {row} AS record_id, {texts}" for row in rows]
        engine.execute(f"CREATE TABLE rule_hit AS {' UNION ALL '.join(told)}")

        assert [one.record_id for one in read_hits(engine, {"app": 0})] == [7, 9]
