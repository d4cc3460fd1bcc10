"""A law of facts: whatever the records, they say what one statement over all record tables would say.

The statement is the one that sweeps asked of the texts before intake wrote facts (ADR 0046).
"""

import tempfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.facts import make_facts
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.tables import make_record_raw

DAY = date(2020, 2, 19)
NUMBERS = (
    None, "", "612323195101010019", "612323195101010018", "6123231951010100", "61232319510101001942", "612323510101001",
    "G612323195101010019", "6.12E+17", "不详", "123",
)  # fmt: skip
ROW = st.fixed_dictionaries({
    "id_no": st.sampled_from(NUMBERS), "name": st.sampled_from([None, "王建国", "李秀英", "无名氏", "不详", "张三(小三)"]),
    "head_name": st.sampled_from([None, "王建国", "李秀英"]), "head_id_no": st.sampled_from(NUMBERS),
    "household_no": st.sampled_from([
        None, "", "0", "7", "007", "-5", "A-1", "A-2", "户", "TEMP-1", "TEMP-2", "9223372036854775807", "9223372036854775808",
    ]),
    "sex": st.sampled_from([None, "男", "女", "未说明"]), "birth_date": st.sampled_from([None, DAY]),
    "village_code": st.sampled_from([None, "610723103200", "610723103201"]), "person_no": st.sampled_from([None, "12", "0012", "甲"]),
    "relation_to_head": st.sampled_from([None, "户主", "配偶", "之子"]), "person_status": st.sampled_from([None, "正常", "死亡"]),
    "struck": st.sampled_from([False, False, True]), "household_run": st.integers(0, 2),
    "file_no": st.integers(0, 1), "sheet_no": st.integers(0, 1),
})  # fmt: skip
ASKED = """
    SELECT r.record_id, r.source_no, CASE WHEN is_valid THEN id_key END AS ident, CASE WHEN is_valid THEN NULL ELSE id_key END AS bad_key,
        kind, name_id, birth_date, id_birth, sex, village, CASE WHEN village IS NULL THEN sheet END AS sheet, person_no, relation, present,
        CASE WHEN members <= 30 THEN house END AS house, CASE WHEN members <= 30 THEN words END AS words, head_name_id, head_key,
        CASE WHEN NOT is_valid AND kind <> 0 THEN number END AS bad_text
    FROM (SELECT *, COALESCE(id_ok AND kind BETWEEN 1 AND 3 AND NOT id_key IS NULL, FALSE) AS is_valid,
            COUNT(*) OVER (PARTITION BY source_no, house, words) AS members
        FROM (SELECT *, CASE WHEN house = -10000000000000000 THEN household_no ELSE '' END AS words FROM (
            SELECT record_id, CASE source WHEN 'city' THEN 0 ELSE 1 END AS source_no, id_key, id_ok, birth_date, id_birth, household_no,
                CASE WHEN id_kind IN ('citizen', 'citizen_15') THEN 1 WHEN id_kind = 'disability' THEN 2
                    WHEN id_kind IN ('student', 'hmt_permit', 'foreign_2023') THEN 3
                    WHEN COALESCE(id_kind, 'empty') IN ('placeholder', 'empty', 'scientific') THEN 0 ELSE 4 END AS kind,
                CASE WHEN name_defects LIKE '%|NM-PLACEHOLDER|%' THEN 0 ELSE COALESCE(name_id, 0) END AS name_id,
                CASE sex WHEN '男' THEN 1 WHEN '女' THEN 2 END AS sex, TRY_CAST(village_code AS BIGINT) AS village,
                file_no * CAST(100000 AS BIGINT) + sheet_no AS sheet, TRY_CAST(person_no AS BIGINT) AS person_no,
                CASE WHEN relation_to_head IS NULL THEN NULL WHEN relation_to_head = '户主' THEN 1 WHEN relation_to_head = '配偶' THEN 2
                    ELSE 3 END AS relation,
                CASE WHEN COALESCE(is_present, TRUE) THEN 1 ELSE 0 END AS present,
                CASE WHEN NOT household_no IS NULL AND NOT household_no LIKE 'TEMP-%' THEN
                    CASE WHEN TRY_CAST(household_no AS BIGINT) >= 0 AND CAST(TRY_CAST(household_no AS BIGINT) AS VARCHAR) = household_no
                        THEN TRY_CAST(household_no AS BIGINT) ELSE -10000000000000000 END
                    WHEN NOT head_id_key IS NULL THEN -head_id_key - 100000000000000000
                    WHEN NOT household_no IS NULL THEN -10000000000000000
                    ELSE -(file_no * CAST(100000000000 AS BIGINT) + sheet_no * CAST(10000000 AS BIGINT) + household_run) END AS house,
                CASE WHEN NOT head_name IS NULL THEN head_name_id END AS head_name_id, head_id_key AS head_key,
                COALESCE(core18, id_no) AS number
            FROM record_raw WHERE NOT COALESCE(struck, FALSE)))) AS r
    ORDER BY record_id
"""
TOLD = """
    SELECT f.record_id, f.source_no, f.ident, f.bad_key, f.kind, f.name_id, f.birth_date, f.id_birth, f.sex, f.village, f.sheet,
        f.person_no, f.relation, f.present, l.house, l.words, f.head_name_id, f.head_key, r.bad_text
    FROM fact AS f JOIN fact_raw AS r ON r.record_id = f.record_id
    LEFT JOIN local_raw AS l ON l.hh_no = f.hh_no AND l.source_no = f.source_no ORDER BY f.record_id
"""
ORDER = """
    SELECT source_no, house, words, hh_no, same_no, ROW_NUMBER() OVER (ORDER BY source_no, words,
            CASE WHEN house >= 0 THEN 0 WHEN house <= -100000000000000000 THEN 1 ELSE 2 END, ABS(house)) AS place,
        MIN(hh_no) OVER (PARTITION BY house, words) AS first_no FROM local_raw
"""


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=45), st.lists(ROW, min_size=1, max_size=45))
def test_facts_say_what_a_statement_over_the_texts_would(city, national):
    with tempfile.TemporaryDirectory() as name, DuckDbEngine([Path(name)]) as engine:
        sources = {}
        for number, (source, rows) in enumerate((("city", city), ("national", national))):
            folder = Path(name) / source / "2020-02-19-000000000000"
            folder.mkdir(parents=True)
            columns = {key: [row[key] for row in rows] for key in rows[0]}
            pq.write_table(record_table(columns, as_of=DAY), folder / "record.parquet")
            sources[number] = SourceDelivery(number, source, source, (), folder, folder.name, DAY)
        make_record_raw(engine, list(sources.values()))
        make_facts(engine, sources)
        asked, told, households = (engine.fetch(sql).to_pylist() for sql in (ASKED, TOLD, ORDER))

    assert told == asked
    assert [one["hh_no"] for one in households] == [one["place"] for one in households]
    assert [one["same_no"] for one in households] == [one["first_no"] for one in households]
