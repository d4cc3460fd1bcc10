"""Every defect found in other people's rules (domain rules, section 3): it cannot be written, or it is caught."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from taizhang.intake.model import code_list
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.rules import PackError, load_packs, service
from taizhang.sweep.rules.loading import load_pack
from taizhang.sweep.rules.ruleset import only
from taizhang.sweep.rules.schema import arrow_type, tables

OWN = (Path(__file__).parent / "own_pack.yaml").read_text("utf-8")
ASSERT = 'assert: "size_reported <= :own_limit"'
DAY = date(2020, 2, 19)


def own(tmp_path, condition):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(ASSERT, f'assert: "{condition}"'), "utf-8")
    return path


def refused(tmp_path, condition):
    with pytest.raises(PackError) as caught:
        load_pack(own(tmp_path, condition))
    return str(caught.value)


def judge(rule, delivered=None, **rows):
    """(subject, source) of the hits of a rule over these rows."""
    with DuckDbEngine() as engine:
        for name, listed in rows.items():
            columns = tables()[name].columns
            table = {c: pa.array([r.get(c) for r in listed], arrow_type(k.kind)) for c, k in columns.items()}
            engine.register(f"given_{name}", pa.table(table))
            engine.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")
        ran = only(load_packs(), [rule]).run(engine, as_of=DAY, delivered=delivered)
        hits = engine.fetch("SELECT subject, source, observed FROM rule_hit ORDER BY subject").to_pylist()
    return [hit["subject"] for hit in hits], ran


def member(number, **values):
    base = {"record_id": number, "person_id": number, "household_id": 1, "source": "national", "as_of": DAY}
    return base | {"is_present": True, "name": f"人{number}", "birth": values.get("birth_date")} | values


def household(**values):
    return {"household_id": 1, "source": "national", "as_of": DAY, "household_no": "1"} | values


def test_t1_a_range_joined_with_and_can_never_fire_and_is_named(tmp_path):
    found = service.check_pack(own(tmp_path, "not (size_reported < 0 and size_reported > :own_limit)"))

    assert any("从不命中" in str(error) for error in found)


@pytest.mark.parametrize("area", [Decimal(5000), Decimal(-1)])
def test_t1_our_land_rules_fire_on_both_sides(area):
    hits, _ = judge("LD-ARABLE-RANGE", household=[household(arable_mu=area)], record=[member(1)])

    assert hits == ["1"]


def test_t2_one_field_required_to_equal_two_values_is_named(tmp_path):
    condition = "not (sex = '男' and sex = '女' and size_reported > :own_limit)"

    assert any("从不命中" in str(error) for error in service.check_pack(own(tmp_path, condition)))


def test_t3_there_is_one_blank_and_intake_makes_it(tmp_path):
    assert "NULL" in refused(tmp_path, "name = null or size_reported <= :own_limit")
    assert judge("RQ-ETHNIC", record=[member(1), member(2, ethnic_group="汉族")])[0] == ["1"]


def test_t4_a_missing_column_is_not_a_filled_one_and_not_a_blank_one():
    hits, ran = judge("RQ-ETHNIC", record=[member(1), member(2)])

    assert hits == []
    assert "民族" in ran.not_run["RQ-ETHNIC"]["national"]


@pytest.mark.parametrize("column", ["gender", "检测对象类别", "risk_cleared_1"])
def test_t5_a_column_that_does_not_exist_is_refused(tmp_path, column):
    assert "没有列" in refused(tmp_path, f"{column} = 1 and size_reported <= :own_limit")


@pytest.mark.parametrize(
    "condition",
    [
        "labour_ability = '普通劳动'",
        "labour_ability = '无劳动能力'",
        "school_status = ' 九年级'",
        "relation_to_head = '女儿'",
    ],
)
def test_t6_a_label_outside_the_code_list_is_refused(tmp_path, condition):
    assert "代码表" in refused(tmp_path, f"{condition} or size_reported <= :own_limit")


def test_t6_every_label_of_every_shipped_rule_is_a_member():
    assert {"普通劳动力", "技能劳动力", "无劳动力", "丧失劳动力"} <= set(code_list("labour_ability").labels)


def test_t7_a_number_cannot_be_compared_with_text(tmp_path):
    assert "不同种类" in refused(tmp_path, "size_reported = '0' or size_reported <= :own_limit")


@pytest.mark.parametrize(
    "condition", ["year_of(birth_date) < 2007", "size_reported <= 7300", "birth_date < date '2007-09-30'"]
)
def test_t8_years_dates_and_lines_cannot_stand_in_a_rule(tmp_path, condition):
    assert "参数" in refused(tmp_path, f"{condition} or size_reported <= :own_limit")


@pytest.mark.parametrize("clock", ["current_date", "now()", "today()", "current_timestamp"])
def test_t8_there_is_no_clock(tmp_path, clock):
    refused(tmp_path, f"{clock} > birth_date and size_reported <= :own_limit")


@pytest.mark.parametrize(
    ("born", "hit"),
    [(date(2004, 2, 20), True), (date(2004, 2, 19), False), (date(2003, 12, 31), False), (date(2004, 3, 1), True)],
)
def test_t9_age_is_counted_by_birthdays(born, hit):
    hits, _ = judge("HH-HEAD-MINOR", record=[member(1, relation_to_head="户主", birth_date=born)])

    assert bool(hits) is hit


@pytest.mark.parametrize(("born", "hit"), [(date(2013, 8, 31), True), (date(2013, 9, 1), False)])
def test_t9_school_age_is_counted_on_the_last_day_of_august(born, hit):
    rows = [member(1, birth_date=born), member(2, birth_date=date(2010, 1, 1), school_status="小学")]

    assert (
        "1"
        in judge(
            "ED-COMPULSORY-OUT", record=rows, delivered={"national": frozenset({"out_of_school_reason", "education"})}
        )[0]
    ) is hit


@pytest.mark.parametrize("number", ["", "1", "61072319800101", "六一〇七"])
def test_t10_a_short_or_dirty_number_raises_nothing(number):
    rows = [member(1, id_no=number, id_kind="unknown", id_ok=False, sex="男", birth_date=date(1980, 1, 1))]

    _, ran = judge("ID-BIRTH-DIFF", record=rows)

    assert ran.faults == {}


def test_t11_an_unfilled_number_raises_nothing_and_is_no_hit():
    rows = [household(wage_income=None), household(household_id=2, wage_income=Decimal(5))]

    hits, ran = judge("IC-WAGE-TINY", household=rows, record=[member(1)])

    assert (hits, ran.faults) == (["2"], {})


def test_t12_rules_keep_nothing_from_one_person_to_the_next():
    rows = [member(n, sex="女", id_sex="男" if n == 3 else "女", id_ok=True) for n in range(1, 7)]

    assert judge("ID-SEX-DIFF", record=rows)[0] == ["3"]
    assert judge("ID-SEX-DIFF", record=rows[::-1])[0] == ["3"]


def test_t13_all_members_without_labour_is_found():
    rows = [member(n, labour_ability="无劳动力", has_dibao=False, is_special_poor=False) for n in (1, 2)]

    assert judge("LB-WHOLE-NO-DIBAO", household=[household()], record=rows)[0] == ["1"]


def test_t14_a_condition_on_the_household_is_judged_once_over_all_members():
    rows = [member(1, health="|健康|"), member(2, health="|患有大病|")]

    assert judge("CA-ILLNESS", household=[household(main_cause="因病")], record=rows)[0] == []


def test_t15_precedence_is_what_the_tree_says():
    rows = [
        member(1, critical_illness_insurance=True, employee_medical_insurance=False),
        member(2, critical_illness_insurance=False, employee_medical_insurance=True),
        member(3, critical_illness_insurance=False, employee_medical_insurance=False),
    ]

    assert judge("IN-CRITICAL-NO", record=rows)[0] == ["3"]


def test_t16_a_rule_that_says_the_opposite_of_its_title_fails_its_own_examples(tmp_path):
    path = own(tmp_path, "size_reported > :own_limit")

    assert len(service.test_pack(path).failures) == 4


def test_t17_a_finding_carries_the_number_of_the_rule_that_made_it():
    with DuckDbEngine() as engine:
        columns = tables()["record"].columns
        rows = [member(1, sex="女", id_sex="男", id_ok=True)]
        engine.register(
            "given", pa.table({c: pa.array([r.get(c) for r in rows], arrow_type(k.kind)) for c, k in columns.items()})
        )
        engine.execute("CREATE TABLE record AS SELECT * FROM given")
        load_packs().run(engine, as_of=DAY)
        rules = {row["rule"] for row in engine.fetch("SELECT DISTINCT rule FROM rule_hit").to_pylist()}

    assert "ID-SEX-DIFF" in rules
    assert rules <= set(load_packs().rules)


def test_t18_every_spell_is_looked_at_and_not_only_neighbours():
    months = [
        (date(2019, 1, 1), date(2019, 12, 1)),
        (date(2019, 2, 1), date(2019, 3, 1)),
        (date(2019, 6, 1), date(2019, 7, 1)),
    ]
    rows = [
        {"record_id": n, "person_id": 1, "source": "a", "as_of": DAY, "start_month": begin, "end_month": end}
        for n, (begin, end) in enumerate(months)
    ]

    assert judge("WK-OVERLAP", work_spell=rows)[0] == ["1"]


@pytest.mark.parametrize(
    ("begin", "end", "hit"),
    [
        (date(2021, 12, 1), date(2022, 1, 1), True),
        (date(2021, 11, 1), date(2022, 6, 1), False),
        (date(2022, 6, 1), date(2022, 1, 1), True),
    ],
)
def test_t19_months_are_counted_over_the_new_year_and_the_right_way_round(begin, end, hit):
    case = household(clear_mode="帮扶消除", identified_month=begin, cleared_month=end)

    assert bool(judge("MN-CLEARED-FAST", household=[case], record=[member(1)])[0]) is hit


def test_t20_a_cell_with_several_values_is_a_set(tmp_path):
    posts = [member(1, public_post_types="|保洁员|护林员|护路员|"), member(2, public_post_types="|护林员|"), member(3)]

    assert judge("PP-MULTI", record=posts)[0] == ["1"]
    assert "多值" in refused(tmp_path, "health = '健康' or size_reported <= :own_limit")


def test_t21_one_of_several_measures_is_enough():
    case = household(monitor_class="边缘易致贫户", risk_types="|因安全住房|", measure_housing="|危房改造|")

    assert (
        judge(
            "MN-MEASURE-HOUSE",
            household=[case, household(household_id=2, measure_relocation="|其他|")],
            record=[member(1)],
        )[0]
        == []
    )


def test_t22_several_heads_are_seen():
    rows = [member(1, relation_to_head="户主"), member(2, relation_to_head="户主")]

    assert judge("HH-MULTI-HEAD", household=[household()], record=rows)[0] == ["1"]


def test_t23_duplicates_are_grouped_by_key_and_blanks_are_none():
    rows = [
        household(household_id=n, bank_account=account) for n, account in ((1, "a"), (2, "a"), (3, None), (4, None))
    ]

    hits, ran = judge("HH-BANK-SHARED", household=rows)

    assert (hits, ran.faults) == (["1", "2"], {})


def test_t24_a_delivery_without_some_columns_is_still_judged_by_the_other_rules():
    hits, _ = judge("ID-SEX-DIFF", record=[member(1, sex="女", id_sex="男", id_ok=True)])

    assert hits == ["1"]


def test_t25_a_household_rule_makes_one_finding():
    rows = [member(n, relation_to_head="之子") for n in range(1, 6)]

    assert judge("HH-NO-HEAD", household=[household()], record=rows)[0] == ["1"]


def test_t26_a_distance_in_metres_stands_out_as_kilometres():
    hits, _ = judge("LD-ROAD-DISTANCE", household=[household(road_distance_km=Decimal(500))], record=[member(1)])

    assert hits == ["1"]


def test_t27_members_who_left_count_only_where_the_rule_says_so():
    rows = [member(1), member(2, is_present=False)]
    income = household(wage_income=Decimal(5000), size_reported=1)

    assert judge("HH-SIZE", household=[income], record=rows)[0] == []
    assert judge(
        "WK-WAGE-NO-WORKER", household=[income], record=[member(1, work_months=0), member(2, work_months=6, is_present=False)],
        delivered={"national": frozenset({"public_post_types"})},
    )[0] == []  # fmt: skip


def test_t28_months_are_dates_and_compare_as_such(tmp_path):
    assert "不同种类" in refused(tmp_path, "identified_month = '202303' or size_reported <= :own_limit")


def test_t29_sexes_are_labels_and_never_numbers(tmp_path):
    assert "代码表" in refused(tmp_path, "sex = '1' or size_reported <= :own_limit")


def test_t30_the_finding_of_a_failed_rule_names_the_rule_and_no_value():
    with DuckDbEngine() as engine:
        engine.execute(
            "CREATE TABLE record AS SELECT 1 AS record_id, 1 AS person_id, 'national' AS source, DATE '2020-01-01' AS as_of,"
            " '户主' AS relation_to_head, TRUE AS is_present, '不是日期' AS birth, 'secret' AS name"
        )
        only(load_packs(), ["HH-HEAD-MINOR"]).run(engine, as_of=DAY)
        hits = engine.fetch("SELECT rule, subject, message_zh FROM rule_hit").to_pylist()

    assert [(hit["rule"], hit["subject"]) for hit in hits] == [("RULE-FAULT", "HH-HEAD-MINOR")]
    assert "不是日期" not in hits[0]["message_zh"]
    assert "secret" not in hits[0]["message_zh"]


def test_every_trap_has_its_test():
    here = Path(__file__).read_text("utf-8")

    assert [n for n in range(1, 31) if f"def test_t{n}_" not in here] == []


def message_of(rule, table, rows):
    """What the one hit of a rule over rows of a table says."""
    with DuckDbEngine() as engine:
        columns = tables()[table].columns
        given = {c: pa.array([r.get(c) for r in rows], arrow_type(k.kind)) for c, k in columns.items()}
        engine.register("given", pa.table(given))
        engine.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
        only(load_packs(), [rule]).run(engine, as_of=DAY)
        [hit] = engine.fetch("SELECT message_zh FROM rule_hit").to_pylist()
    return hit["message_zh"]


def test_a_household_in_two_towns_is_told_with_a_village_of_the_town_it_names():
    rows = [member(1, town_name="甲镇", village_name="乙村"), member(2, town_name="乙镇", village_name="甲村")]

    assert message_of("HH-DIVISION", "record", rows).startswith("甲镇乙村")


def test_overlapping_work_is_told_with_the_place_of_the_first_row_that_overlaps():
    rows = [
        {"record_id": number, "person_id": 1, "source": "a", "as_of": DAY, "name": name, "town_name": town,
         "village_name": village, "start_month": date(2019, begin, 1), "end_month": date(2019, end, 1)}
        for number, (name, town, village, begin, end) in enumerate([
            ("王一", "甲镇", "乙村", 1, 8), ("王伊", "乙镇", "甲村", 5, 6), ("王衣", "丙镇", "丁村", 7, 9),
        ])
    ]  # fmt: skip

    assert message_of("WK-OVERLAP", "work_spell", rows).startswith("乙镇甲村王伊：2019-05")
