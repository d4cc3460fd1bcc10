"""Running rules over engine tables: hits, counts, messages, four verdicts, parameters, faults and observations."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.rules import PackError, RuleUnknown, load_packs, service
from taizhang.sweep.rules.compile import digest
from taizhang.sweep.rules.explaining import rule_sql
from taizhang.sweep.rules.frames import read_frame, shipped_cells
from taizhang.sweep.rules.messages import HEAD_UNKNOWN
from taizhang.sweep.rules.observe import observe
from taizhang.sweep.rules.ruleset import only
from taizhang.sweep.rules.run import COUNT_COLUMNS, HIT_COLUMNS
from taizhang.sweep.rules.schema import arrow_type, tables

OWN = (Path(__file__).parent / "own_pack.yaml").read_text("utf-8")
DAY = date(2020, 2, 19)
NUMBER = "610723198001010011"
ALL_DELIVERED = {"national": frozenset(tables()["record"].columns)}


@pytest.fixture
def engine():
    with DuckDbEngine() as opened:
        yield opened


def put(engine, name, rows):
    """A canonical table with these rows; what they leave out is null."""
    columns = tables()[name].columns
    filled = {key: pa.array([row.get(key) for row in rows], arrow_type(column.kind)) for key, column in columns.items()}
    engine.register(f"given_{name}", pa.table(filled))
    engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_{name}")


def person(number, source="national", **values):
    """A present member of household 1 in a source."""
    base = {"record_id": number, "person_id": number, "household_id": 1, "source": source, "as_of": DAY}
    return base | {"is_present": True, "town_code": "610723103", "birth": values.get("birth_date")} | values


def run(engine, *rules, **settings):
    ruleset = only(load_packs(**{k: v for k, v in settings.items() if k in ("own", "overrides")}), rules)
    told = {k: v for k, v in settings.items() if k in ("delivered", "filled", "after_records")}
    ran = ruleset.run(engine, as_of=DAY, **told)
    hits = engine.fetch("SELECT * FROM rule_hit ORDER BY rule, subject, source").to_pylist()
    counts = engine.fetch("SELECT * FROM rule_count ORDER BY rule, source, town_code").to_pylist()
    return ran, hits, counts


def test_the_engine_tables_have_the_columns_of_the_contract(engine):
    put(engine, "record", [person(1, sex="男", id_sex="男", id_ok=True)])

    run(engine, "ID-SEX-DIFF")

    assert engine.columns("rule_hit") == tuple(HIT_COLUMNS)
    assert engine.columns("rule_count") == tuple(COUNT_COLUMNS)


def test_a_hit_names_its_subject_its_source_and_its_row(engine):
    put(engine, "record", [person(7, sex="女", id_sex="男", id_ok=True), person(8, sex="女", id_sex="女", id_ok=True)])

    _, hits, _ = run(engine, "ID-SEX-DIFF")

    assert [(h["subject_type"], h["subject"], h["source"], h["scope_key"], h["record_id"]) for h in hits] == [
        ("person", "7", "national", "national", 7)
    ]


def test_sources_are_judged_and_counted_apart(engine):
    put(
        engine,
        "record",
        [
            person(1, sex="女", id_sex="男", id_ok=True),
            person(1, "city", record_id=2, sex="男", id_sex="男", id_ok=True),
        ],
    )

    _, hits, counts = run(engine, "ID-SEX-DIFF")

    assert [h["source"] for h in hits] == ["national"]
    assert [(c["source"], c["hits"], c["passes"]) for c in counts] == [("city", 0, 1), ("national", 1, 0)]


def test_the_four_verdicts_are_counted_apart(engine):
    rows = [
        person(1, sex="女", id_sex="男", id_ok=True),
        person(2, sex="女", id_sex="女", id_ok=True),
        person(3, sex="女", id_sex=None, id_ok=True),
        person(4, sex="女", id_sex="男", id_ok=False),
        person(5, sex=None, id_sex="男", id_ok=True),
    ]
    put(engine, "record", rows)

    _, _, [count] = run(engine, "ID-SEX-DIFF")

    assert [count[name] for name in ("applicable", "hits", "passes", "unknown", "not_applicable")] == [2, 1, 1, 1, 2]


def test_messages_are_made_in_three_languages(engine):
    put(
        engine,
        "record",
        [person(1, name="张三", head_name="李四", village_name="甲村", sex="女", id_sex="男", id_ok=True)],
    )

    _, [hit], _ = run(engine, "ID-SEX-DIFF")

    assert hit["message_zh"] == "甲村李四户张三：填报性别“女”，号码显示“男”。"
    assert hit["message_hant"] == "甲村李四戶張三：填報性別“女”，號碼顯示“男”。".replace("張三", "张三")
    assert hit["message_en"] == "张三, household of 李四, 甲村: sex given as 女, number says 男."


@pytest.mark.parametrize(
    ("placeholder", "shown"),
    [("id_no", "6107**************"), ("member_phone", "***********"), ("birth_date", "1980"), ("has_dibao", "是")],
)
def test_a_message_never_prints_a_sensitive_value_whole(engine, tmp_path, placeholder, shown):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("{size_reported}", f"{{{placeholder}}}"), "utf-8")
    values = {"id_no": NUMBER, "member_phone": "13800138000", "birth_date": date(1980, 1, 1), "has_dibao": True}
    put(engine, "record", [person(1, household_no="1", size_reported=99, name="张三", **values)])

    _, [hit], _ = run(engine, "OW-LUCKY", own=[path])

    assert hit["message_zh"] == f"张三：{shown}人"
    assert NUMBER[6:] not in hit["message_en"]


@pytest.mark.parametrize(
    "output",
    [
        "max(core18) as shown",
        "max(case when is_present then core18 else name end) as shown",
        "coalesce(max(core18), max(name)) as shown",
    ],
)
def test_no_expression_of_a_select_unmasks_a_number(engine, tmp_path, output):
    path = tmp_path / "own.yaml"
    rule = """
  - id: OW-SHOWN
    title: {zh: 甲, zh_hant: 甲, en: A}
    subject: household
    scope: key
    tables: [record]
    universe: "select source, household_id as subject from record where filled(household_no) group by source, household_id"
    select: "select source, household_id as subject, %s from record where filled(household_no) group by source, household_id having count(*) > 1"
    fields: [id_no]
    severity: warn
    origin: [NEW]
    message: {zh: "号码{shown}", zh_hant: "號碼{shown}", en: "number {shown}"}
    hint: {zh: 核对, zh_hant: 核對, en: Check}
    examples:
      hit: [{why: a, rows: [{household_no: "1"}, {household_no: "1"}]}, {why: b, rows: [{household_no: "1"}, {household_no: "2"}]}]
      pass: [{why: c, rows: [{household_no: "1"}]}, {why: d, rows: [{household_no: "2"}]}]
      not_applicable: [{why: e, rows: [{household_no: null}]}]
"""
    path.write_text(OWN + rule % output, "utf-8")
    put(engine, "record", [person(n, household_no="1", core18=NUMBER, name="张三") for n in (1, 2)])

    _, [hit], _ = run(engine, "OW-SHOWN", own=[path])

    assert "*" in hit["message_zh"]
    assert NUMBER[4:8] not in hit["message_zh"]


def test_an_empty_placeholder_says_that_it_is_empty_and_an_unknown_head_waits_for_the_finding(engine):
    put(engine, "record", [person(1, sex="女", id_sex="男", id_ok=True)])

    _, [hit], _ = run(engine, "ID-SEX-DIFF")

    assert hit["message_zh"].startswith(f"{HEAD_UNKNOWN}户（空）")
    assert hit["message_en"].startswith(f"(blank), household of {HEAD_UNKNOWN}")


def test_a_row_without_a_village_leaves_no_comma_in_english(engine):
    put(engine, "record", [person(1, name="张三", head_name="李四", sex="女", id_sex="男", id_ok=True)])

    _, [hit], _ = run(engine, "ID-SEX-DIFF")

    assert hit["message_zh"].startswith("李四户张三：")
    assert hit["message_en"] == "张三, household of 李四: sex given as 女, number says 男."


def test_a_household_finding_lists_the_members_involved(engine):
    put(engine, "household", [{"household_id": 1, "source": "national", "as_of": DAY, "head_name": "张三"}])
    put(
        engine,
        "record",
        [person(1, relation_to_head="户主"), person(2, relation_to_head="户主"), person(3, relation_to_head="配偶")],
    )

    _, [hit], _ = run(engine, "HH-MULTI-HEAD")

    assert (hit["subject_type"], hit["subject"], hit["household_id"]) == ("household", "1", 1)
    assert hit["involved"] == "|1|2|"
    assert hit["observed"] == "2"
    assert hit["record_id"] == 1


def test_a_household_is_reported_once_and_not_once_a_member(engine):
    put(engine, "household", [{"household_id": 1, "source": "national", "as_of": DAY}])
    put(engine, "record", [person(n, relation_to_head="之子", name="甲") for n in range(1, 6)])

    _, hits, [count] = run(engine, "HH-NO-HEAD")

    assert len(hits) == 1
    assert (count["applicable"], count["hits"]) == (1, 1)


def test_a_rule_is_not_run_where_a_source_never_fills_its_column(engine):
    put(engine, "record", [person(1, ethnic_group="汉族"), person(2, "city", ethnic_group=None)])

    ran, hits, counts = run(engine, "RQ-ETHNIC")

    assert hits == []
    assert ran.not_run["RQ-ETHNIC"]["city"].endswith("民族")
    assert [(c["source"], c["not_run"] is None) for c in counts] == [("city", False), ("national", True)]


def test_a_rule_that_may_do_with_one_of_two_columns_runs_with_one(engine):
    household = {"household_id": 1, "source": "city", "as_of": date(2018, 12, 31), "net_income_per_capita": Decimal(1)}
    put(engine, "household", [household | {"poverty_status": "已脱贫(享受政策)"}])
    put(engine, "record", [person(1, "city")])

    _, hits, _ = run(engine, "IC-EXITED-BELOW")

    assert [h["subject"] for h in hits] == ["1"]


def test_a_column_the_manifest_names_is_judged_even_when_it_is_empty(engine):
    put(engine, "record", [person(1, "city", ethnic_group=None)])

    _, hits, _ = run(engine, "RQ-ETHNIC", delivered={"city": frozenset({"ethnic_group"})})

    assert [h["subject"] for h in hits] == ["1"]


def test_a_rule_is_not_run_where_its_table_is_absent(engine):
    put(engine, "record", [person(1)])

    ran, hits, _ = run(engine, "PA-EXPIRED")

    assert hits == []
    assert ran.not_run["PA-EXPIRED"] == {"national": "没有 pairing 数据"}


def test_a_parameter_follows_the_year_of_the_source(engine):
    household = {"household_type": "脱贫户", "net_income_per_capita": Decimal(3000), "household_id": 1}
    years = [("national", date(2018, 12, 31)), ("city", date(2019, 12, 31))]
    put(engine, "household", [household | {"source": source, "as_of": day} for source, day in years])
    put(engine, "record", [person(n, source, as_of=day) for n, (source, day) in enumerate(years)])

    _, hits, _ = run(engine, "IC-EXITED-BELOW")

    assert [h["source"] for h in hits] == ["city"]
    assert "3218" in hits[0]["message_zh"]


def test_a_parameter_without_a_value_for_the_year_stops_the_rule_and_says_so(engine):
    household = {"household_type": "脱贫户", "net_income_per_capita": Decimal(1), "household_id": 1, "source": "city"}
    put(engine, "household", [household | {"as_of": date(2026, 1, 1)}])
    put(engine, "record", [person(1, "city", as_of=date(2026, 1, 1))])

    ran, hits, _ = run(engine, "IC-EXITED-BELOW")

    assert hits == []
    assert ran.not_run["IC-EXITED-BELOW"] == {"city": "参数 income_line 没有 2026 年的值"}


@pytest.mark.parametrize(
    ("override", "subjects"), [({}, ["1"]), ({"head_min_age": 10}, []), ({"head_min_age": {"2020": 18}}, ["1", "2"])]
)
def test_a_county_sets_a_parameter_for_all_years_or_one(engine, override, subjects):
    ages = [
        person(1, relation_to_head="户主", birth_date=date(2005, 1, 1)),
        person(2, relation_to_head="户主", birth_date=date(2003, 1, 1)),
    ]
    put(engine, "record", ages)

    _, hits, _ = run(engine, "HH-HEAD-MINOR", overrides=override)

    assert [h["subject"] for h in hits] == subjects


@pytest.mark.parametrize(
    ("override", "why"),
    [({"head_mim_age": 10}, "没有参数"), ({"head_min_age": "ten"}, "不是 int"), ({"head_min_age": {"20": 10}}, "年度")],
)
def test_an_override_is_checked_like_a_pack(override, why):
    with pytest.raises(PackError) as caught:
        load_packs(overrides=override)

    assert why in str(caught.value)
    assert caught.value.file == "county.toml"


def test_a_suppressed_rule_is_not_judged(engine):
    wrong = {"sex": "女", "id_sex": "男", "id_ok": True, "id_kind": "citizen"}
    put(engine, "record", [person(1, **wrong, id_defects="|ID-EXCEL-TRUNC|"), person(2, **wrong)])

    _, hits, _ = run(engine, "ID-SEX-DIFF", "ID-EXCEL-TRUNC", "ID-CHECKSUM")

    assert [(h["rule"], h["subject"]) for h in hits] == [("ID-EXCEL-TRUNC", "1"), ("ID-SEX-DIFF", "2")]


def test_a_rule_that_fails_is_a_finding_and_the_others_go_on(engine):
    put(
        engine,
        "record",
        [person(1, sex="女", id_sex="男", id_ok=True, relation_to_head="户主", birth_date=date(2015, 1, 1))],
    )
    # a date column that holds text: what a broken delivery would be
    engine.execute("CREATE OR REPLACE TABLE record AS SELECT * REPLACE ('soon' AS birth) FROM record")

    ran, hits, counts = run(engine, "ID-SEX-DIFF", "HH-HEAD-MINOR")

    assert list(ran.faults) == ["HH-HEAD-MINOR"]
    assert [(h["rule"], h["subject"]) for h in hits] == [("ID-SEX-DIFF", "1"), ("RULE-FAULT", "HH-HEAD-MINOR")]
    assert [c["not_run"] for c in counts if c["rule"] == "HH-HEAD-MINOR"] == ["运行出错：BinderException"]


def test_a_select_rule_that_fails_is_a_finding_too(engine):
    put(
        engine,
        "record",
        [person(1, relation_to_head="户主", birth_date=date(1980, 1, 1)), person(2, relation_to_head="之子")],
    )
    engine.execute("CREATE OR REPLACE TABLE record AS SELECT * REPLACE ('soon' AS birth) FROM record")

    ran, hits, _ = run(engine, "HH-CHILD-OLDER")

    assert "HH-CHILD-OLDER" in ran.faults
    assert [h["rule"] for h in hits] == ["RULE-FAULT"]


def delivered_with_headers_missing(engine):
    """Two deliveries, of which the first lost headers; and the statements that the engine is told from here on."""
    rows = [
        {"source": name, "delivery": name, "as_of": DAY, "rows": 50, "rows_previous": 100}
        for name in ("city", "ledger")
    ]
    put(engine, "delivery", rows)
    put(engine, "file_event", [{"source": "city", "delivery": "city", "code": "SR-HEADER-MISSING", "n": 3}])
    told = []
    execute = engine.execute
    engine.execute = lambda statement: told.append(str(statement)) or execute(statement)
    return told


def test_a_rule_about_sources_that_fails_leaves_the_others_judged(engine):
    delivered_with_headers_missing(engine)
    engine.execute("CREATE OR REPLACE TABLE delivery AS SELECT * REPLACE ('many' AS rows_previous) FROM delivery")

    ran, hits, counts = run(engine, "SR-HEADER-MISSING", "SR-HEADER-DUP", "SR-ROWCOUNT")

    assert list(ran.faults) == ["SR-ROWCOUNT"]
    assert [(h["rule"], h["source"]) for h in hits] == [("RULE-FAULT", None), ("SR-HEADER-MISSING", "city")]
    assert [(c["rule"], c["source"], c["hits"]) for c in counts if c["source"]] == [
        ("SR-HEADER-DUP", "city", 0), ("SR-HEADER-DUP", "ledger", 0),
        ("SR-HEADER-MISSING", "city", 1), ("SR-HEADER-MISSING", "ledger", 0),
    ]  # fmt: skip


def test_rules_about_sources_are_judged_together(engine):
    told = delivered_with_headers_missing(engine)
    _, one, _ = run(engine, "SR-HEADER-MISSING")
    statements = len(told)

    _, hits, _ = run(engine, "SR-HEADER-MISSING", "SR-HEADER-DUP", "SR-ROWCOUNT")

    assert len(told) == 2 * statements
    assert [h for h in hits if h["rule"] == "SR-HEADER-MISSING"] == one
    assert sum(h["rule"] == "SR-ROWCOUNT" for h in hits) == 2


def test_a_source_is_observed_by_each_of_the_rules_about_it(engine):
    delivered_with_headers_missing(engine)
    rules = ("SR-HEADER-MISSING", "SR-HEADER-DUP")
    run(engine, *rules)
    asked = [(rule, source, source) for rule in rules for source in ("city", "ledger")]
    columns = dict(zip(("rule", "source", "subject"), zip(*asked, strict=True), strict=True))
    engine.register("asked_subject", pa.table({name: list(values) for name, values in columns.items()}))

    observe(only(load_packs(), rules), engine)

    seen = engine.fetch("SELECT rule, source, verdict FROM rule_observation ORDER BY rule, source").to_pylist()
    assert [tuple(row.values()) for row in seen] == [
        ("SR-HEADER-DUP", "city", "pass"), ("SR-HEADER-DUP", "ledger", "pass"),
        ("SR-HEADER-MISSING", "city", "hit"), ("SR-HEADER-MISSING", "ledger", "pass"),
    ]  # fmt: skip


def test_draft_rules_are_not_judged(engine):
    put(engine, "record", [person(1, school_status="小学", labour_ability="普通劳动力")])

    ran, hits, _ = run(engine, "LB-STUDENT")

    assert (ran.rules, hits) == (0, [])


def test_two_runs_over_the_same_rows_say_the_same(engine):
    put(engine, "record", [person(n, sex="女", id_sex="男", id_ok=True) for n in range(50)])
    _, first, _ = run(engine, "ID-SEX-DIFF", "RQ-ETHNIC")

    _, second, _ = run(engine, "ID-SEX-DIFF", "RQ-ETHNIC")

    assert first == second


def test_a_county_too_large_to_hold_is_judged_alike(engine, monkeypatch):
    put(engine, "record", [person(n, sex="女", id_sex="男" if n % 2 else "女", id_ok=True) for n in range(20)])
    engine.execute("CREATE VIEW record_raw AS SELECT * FROM record")
    _, held, _ = run(engine, "ID-SEX-DIFF")
    monkeypatch.setattr("taizhang.sweep.rules.scanned.MOST_HELD", 5)

    _, streamed, _ = run(engine, "ID-SEX-DIFF")

    assert streamed == held
    assert len(held) == 10


def test_what_a_single_rule_about_several_rows_reads_is_not_held_for_it(engine):
    told = []
    execute = engine.execute
    engine.execute = lambda statement: told.append(str(statement)) or execute(statement)
    mother = person(2, relation_to_head="之母", birth_date=date(1985, 1, 1), name="李四", struck=False)
    rows = [person(1, relation_to_head="户主", birth_date=date(1990, 1, 1), sex="女"), mother]
    put(engine, "record", [*rows, person(3, household_id=None, household_no="1")])
    engine.execute("CREATE VIEW record_raw AS SELECT * FROM record")

    _, hits, _ = run(engine, "HH-RELATION-AGE", "HH-CHILD-OLDER", "SR-HOUSEHOLD-FILLED", "CV-SEX")

    [scan] = [sql for sql in told if "TABLE rule_word_record" in sql and "FROM rule_word_record" not in sql]
    columns = scan.partition("CAST(0")[0]
    assert "relation_to_head" in columns
    assert "household_no" not in columns
    assert [h["rule"] for h in hits] == ["HH-RELATION-AGE", "SR-HOUSEHOLD-FILLED"]


def test_rules_about_several_rows_find_what_is_held_beside_the_verdicts_about_one(engine):
    born, older = date(1990, 1, 1), date(1980, 1, 1)
    rows = [
        person(1, relation_to_head="户主", birth_date=born, name="张三", sex="女", id_sex="男", id_ok=True),
        person(2, relation_to_head="之子", birth_date=older, name="张四"),
    ]
    put(engine, "record", rows)
    put(engine, "household", [{"household_id": 1, "source": "national", "as_of": DAY, "household_no": "1"}])
    rules = ("ID-SEX-DIFF", "HH-CHILD-OLDER", "HH-MULTI-HEAD", "HH-NO-HEAD")
    plain = run(engine, *rules)
    engine.execute("CREATE VIEW record_raw AS SELECT * FROM record")

    held = run(engine, *rules)

    assert held == plain
    assert [h["rule"] for h in held[1]] == ["HH-CHILD-OLDER", "ID-SEX-DIFF"]


def test_messages_of_many_rules_are_those_that_each_has_alone(engine):
    rows = [
        person(1, name="张三", relation_to_head="户主", birth_date=date(2015, 1, 1), labour_ability="普通劳动力", village_name="甲村"),
        person(2, name="李四", sex="女", id_sex="男", id_ok=True, labour_ability="技能劳动力"),
        person(3, sex="男", id_sex="女", id_ok=True, birth_date=date(2016, 1, 1), labour_ability="普通劳动力"),
    ]  # fmt: skip
    put(engine, "record", rows)
    rules = ("ID-SEX-DIFF", "HH-HEAD-MINOR", "LB-UNDER16", "RQ-ETHNIC")

    alone = [hit for rule in sorted(rules) for hit in run(engine, rule, delivered=ALL_DELIVERED)[1]]

    assert run(engine, *rules, delivered=ALL_DELIVERED)[1] == alone
    assert len({hit["rule"] for hit in alone}) == len(rules)


def test_columns_that_a_caller_knows_as_filled_are_not_counted(engine):
    put(
        engine,
        "record",
        [person(1, sex="女", id_sex="男", id_ok=True), person(2, "city", sex="女", id_sex="男", id_ok=True)],
    )

    _, hits, counts = run(engine, "ID-SEX-DIFF", filled={"national": frozenset({"sex"}), "city": frozenset()})

    assert [h["source"] for h in hits] == ["national"]
    assert [c["source"] for c in counts if c["not_run"]] == ["city"]


def test_several_rules_that_fail_are_told_apart_from_those_that_do_not(engine):
    put(
        engine,
        "record",
        [
            person(
                1,
                sex="女",
                id_sex="男",
                id_ok=True,
                relation_to_head="户主",
                birth_date=date(2015, 1, 1),
                labour_ability="普通劳动力",
            )
        ],
    )
    engine.execute("CREATE OR REPLACE TABLE record AS SELECT * REPLACE ('soon' AS birth) FROM record")

    ran, hits, _ = run(engine, "ID-SEX-DIFF", "HH-HEAD-MINOR", "LB-UNDER16", "RQ-ETHNIC", delivered=ALL_DELIVERED)

    assert sorted(ran.faults) == ["HH-HEAD-MINOR", "LB-UNDER16"]
    assert [h["rule"] for h in hits if h["rule"] != "RULE-FAULT"] == ["ID-SEX-DIFF", "RQ-ETHNIC"]


def test_other_tables_may_come_after_the_verdicts_about_records(engine):
    put(engine, "record", [person(n, relation_to_head="户主", sex="男") for n in (1, 2)])
    told = []

    def make_households():
        told.append(engine.columns("rule_word_record"))
        put(engine, "household", [{"household_id": 1, "source": "national", "as_of": DAY}])

    _, hits, _ = run(engine, "HH-MULTI-HEAD", "CV-SEX", after_records=make_households)

    assert [h["rule"] for h in hits] == ["HH-MULTI-HEAD"]
    assert told[0]


def test_nothing_large_is_left_in_the_engine(engine):
    put(engine, "record", [person(1, sex="女", id_sex="男", id_ok=True)])
    engine.execute("CREATE VIEW record_raw AS SELECT * FROM record")

    run(engine, "ID-SEX-DIFF")

    assert engine.columns("rule_record") == ()
    assert {"sex", "as_of", "is_present"}.isdisjoint(engine.columns("rule_word_record"))


def test_an_emptied_value_is_observed_as_unknown_and_not_as_pass(engine):
    rows = [
        person(1, sex="女", id_sex=None, id_ok=True),
        person(2, sex="女", id_sex="女", id_ok=True),
        person(3, sex=None, id_ok=True),
        person(4, sex="男", id_sex="女", id_ok=True),
    ]
    put(engine, "record", rows)
    run(engine, "ID-SEX-DIFF")
    asked = [("ID-SEX-DIFF", "national", str(n)) for n in (1, 2, 3, 4, 5)]
    engine.register(
        "asked_subject", pa.table(dict(zip(("rule", "source", "subject"), zip(*asked, strict=True), strict=True)))
    )

    observe(only(load_packs(), ["ID-SEX-DIFF"]), engine)

    seen = engine.fetch("SELECT subject, verdict FROM rule_observation ORDER BY subject").to_pylist()
    assert [(row["subject"], row["verdict"]) for row in seen] == [
        ("1", "unknown"),
        ("2", "pass"),
        ("3", "not_applicable"),
        ("4", "hit"),
    ]


def test_select_rules_are_observed_against_their_universe(engine):
    accounts = [(1, "a"), (2, "a"), (3, "b"), (4, None)]
    put(
        engine,
        "household",
        [{"household_id": n, "source": "city", "as_of": DAY, "bank_account": a} for n, a in accounts],
    )
    run(engine, "HH-BANK-SHARED")
    asked = [("HH-BANK-SHARED", "city", str(n)) for n in (1, 3, 4)]
    engine.register(
        "asked_subject", pa.table(dict(zip(("rule", "source", "subject"), zip(*asked, strict=True), strict=True)))
    )

    observe(only(load_packs(), ["HH-BANK-SHARED"]), engine)

    seen = engine.fetch("SELECT subject, verdict FROM rule_observation ORDER BY subject").to_pylist()
    assert [(row["subject"], row["verdict"]) for row in seen] == [("1", "hit"), ("3", "pass")]


def test_explain_tells_parameters_sources_and_both_dialects():
    text = service.explain("IC-EXITED-BELOW")

    assert "year=2018：2995" in text
    assert "SQL（duckdb）" in text
    assert ":income_line" in text
    assert "$income_line" in text
    assert "net_income_per_capita（人均纯收入（元））" in text


def test_an_unknown_rule_is_answered_with_its_neighbours():
    with pytest.raises(RuleUnknown) as caught:
        service.explain("HH-NOTHING")

    assert "HH-SIZE" in caught.value.hint


@pytest.mark.parametrize("rule", [r for r in load_packs().rules.values() if r.scope != "diagnosis"], ids=lambda r: r.id)
def test_every_rule_prints_for_spark(rule):
    assert "SELECT" in rule_sql(rule, "spark")


def test_the_digest_changes_with_the_meaning_and_not_with_the_words(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN, "utf-8")
    before = digest(load_packs([path]).rule("OW-LUCKY"))
    path.write_text(OWN.replace("核对。", "请核对。"), "utf-8")
    reworded = digest(load_packs([path]).rule("OW-LUCKY"))
    path.write_text(OWN.replace("<= :own_limit", "< :own_limit"), "utf-8")

    changed = digest(load_packs([path]).rule("OW-LUCKY"))

    assert before == reworded
    assert before != changed


def test_frames_ship_their_known_headings_and_nothing_invented():
    labels = [cell.label for cell in shipped_cells().values() if cell.label is not None]

    assert labels == ["查", "补", "落实一", "落实二"]
    assert len(shipped_cells()) == 4 + 7 * 3


def test_a_rule_may_carry_the_tag_of_a_frame_and_no_other(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        OWN.replace("    severity: suspect", "    tags: [一查一补两落实/2]\n    severity: suspect"), "utf-8"
    )
    tagged = load_packs([path]).rule("OW-LUCKY")
    path.write_text(OWN.replace("    severity: suspect", "    tags: [三查/1]\n    severity: suspect"), "utf-8")

    with pytest.raises(PackError) as caught:
        load_packs([path])

    assert tagged.tags == ("一查一补两落实/2",)
    assert "三查/1" in str(caught.value)


@pytest.mark.parametrize(("text", "why"), [("a,b\n", "表头"), ("tag,label,from,to,rules\nx,,,,\nx,,,,\n", "重复")])
def test_a_frame_with_other_headings_or_twins_is_refused(tmp_path, text, why):
    path = tmp_path / "frame.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(PackError) as caught:
        read_frame(path)

    assert why in str(caught.value)


@pytest.mark.parametrize(("repeated", "subjects"), [(True, []), (False, ["1"])])
def test_a_person_pushed_twice_is_one_member(engine, repeated, subjects):
    put(engine, "household", [{"household_id": 1, "source": "app", "as_of": DAY}])
    head = {"relation_to_head": "户主", "person_id": 1}
    put(engine, "record", [person(1, "app", **head, is_repeated=repeated), person(2, "app", **head)])

    _, hits, _ = run(engine, "HH-MULTI-HEAD")

    assert [h["subject"] for h in hits] == subjects


def test_an_age_is_judged_by_the_birth_in_the_number_where_the_column_is_absent(engine):
    put(engine, "record", [person(1, "app", relation_to_head="户主", birth=date(2010, 1, 1))])

    _, [hit], _ = run(engine, "HH-HEAD-MINOR")

    assert (hit["subject"], hit["source"]) == ("1", "app")
    assert "10周岁" in hit["message_zh"]


@pytest.mark.parametrize(
    ("unread", "rules"), [("|education|", ["CV-EDUCATION"]), (None, ["RQ-EDUCATION"]), ("|address|", ["RQ-EDUCATION"])]
)
def test_an_unreadable_cell_is_not_also_an_empty_one(engine, unread, rules):
    row = {"birth": date(1980, 1, 1), "unread": unread, "unread_why": unread and "|CODE_UNKNOWN|"}
    delivered = {"national": frozenset({"education", "school_status"})}
    put(engine, "record", [person(1, **row)])

    _, hits, _ = run(engine, "CV-EDUCATION", "RQ-EDUCATION", delivered=delivered)

    assert [h["rule"] for h in hits] == rules


def test_calls_that_rules_share_are_computed_once_a_scan(engine):
    told = []
    execute = engine.execute
    engine.execute = lambda statement: told.append(str(statement)) or execute(statement)
    rows = [person(1, relation_to_head="户主", birth=date(2015, 1, 1), labour_ability="普通劳动力")]
    put(engine, "record", rows)

    _, hits, _ = run(engine, "HH-HEAD-MINOR", "LB-UNDER16")

    [scan] = [sql for sql in told if "TABLE rule_word_record" in sql]
    assert scan.count("YEAR(birth)") == 1
    assert [h["rule"] for h in hits] == ["HH-HEAD-MINOR", "LB-UNDER16"]


@pytest.mark.parametrize(
    ("override", "sources"),
    [({}, []), ({"own_limit": 50}, ["city", "national"]), ({"own_limit": {"2019": 50}}, ["city"])],
)
def test_a_county_sets_the_limits_of_its_own_pack_by_year(engine, tmp_path, override, sources):
    path = tmp_path / "own.yaml"
    path.write_text(OWN, "utf-8")
    rows = [person(1, household_no="1", size_reported=55), person(2, "city", household_no="2", size_reported=55)]
    put(engine, "record", [rows[0], rows[1] | {"as_of": date(2019, 12, 31)}])

    _, hits, _ = run(engine, "OW-LUCKY", own=[path], overrides=override)

    assert sorted(h["source"] for h in hits) == sources


@pytest.mark.parametrize(("county", "hit"), [("610723", True), ("520522", False)])
def test_a_value_of_an_own_pack_holds_in_the_county_it_names(engine, tmp_path, county, hit):
    path = tmp_path / "own.yaml"
    values = '{title: 上限, type: int, unit: 岁, keys: [county], missing: not_run, values: [{county: "610723", value: "50", source: 本县}]}'
    path.write_text(OWN.replace('{title: 上限, type: int, unit: 岁, default: "60", source: 本县}', values), "utf-8")
    put(engine, "record", [person(1, household_no="1", size_reported=55)])

    only(load_packs([path], county_code=county), ["OW-LUCKY"]).run(engine, as_of=DAY)

    assert bool(engine.fetch("SELECT rule FROM rule_hit").num_rows) is hit
