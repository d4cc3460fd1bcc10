"""Which field a label is, and which labels are nobody's."""

import pytest

from taizhang.intake.mapping.candidates import AUTOMATIC, Why, candidates
from taizhang.intake.mapping.columns import ColumnChoice, choose_columns, choose_table, column_letter
from taizhang.intake.mapping.normal import header, path_key
from taizhang.intake.mapping.profile import profile_of


def mapped(*path, table="record"):
    options = candidates(tuple(path), table)
    return options[0].field if options and options[0].score >= AUTOMATIC else None


@pytest.mark.parametrize(
    ("text", "key", "unit", "year"),
    [
        ("2025年度人均纯收入（元）", "人均纯收入", "元", 2025),
        ("务工时间（月）", "务工时间", "月", None),
        ("公益性岗位(月数)", "公益性岗位(月数)", None, None),
        (" 姓 名* ", "姓名", None, None),
        ("身份证号（18位）", "身份证号", None, None),
        ("住房\n面积（㎡）", "住房面积", "平方米", None),
        ("D1.姓名：", "姓名", None, None),
        ("是否参加2024年城乡居民医保", "是否参加城乡居民医保", None, 2024),
    ],
)
def test_decoration_is_taken_off_a_header(text, key, unit, year):
    found = header(text)

    assert (found.key, found.unit, found.year) == (key, unit, year)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("姓名",), "name"),
        (("户主信息", "姓名"), "head_name"),
        (("家庭成员", "姓名"), "name"),
        (("户主情况", "身份证号"), "head_id_no"),
        (("户主信息", "联系电话"), "household_phone"),
        (("家庭成员情况", "身份证号码"), "id_no"),
        (("基本信息", "性别"), "sex"),
        (("户主的身份证号",), "head_id_no"),
        (("家庭成员公民身份证号码",), "id_no"),
        (("公益性岗位（月）",), "public_post_months"),
        (("公益性岗位",), "public_post_types"),
        (("劳动能力（技能情况）",), "labour_ability"),
        (("aac001",), "household_no"),
    ],
)
def test_the_heading_and_the_words_decide_the_field(path, field):
    assert mapped(*path) == field


@pytest.mark.parametrize(
    "path",
    [
        ("配偶姓名",), ("代领人身份证号",), ("帮扶责任人电话",), ("监护人身份证号码",), ("网格员电话",), ("填表人姓名",),
        ("户主配偶姓名",), ("持卡人身份证号",), ("开户人姓名",), ("紧急联系人电话",), ("村干部姓名",), ("父亲身份证号",),
        ("帮扶责任人", "联系电话"), ("监护人信息", "姓名"), ("残疾证号（监护人）",), ("公安姓名",), ("身份证有效期",), ("身份证地址",),
    ],
)  # fmt: skip
def test_somebody_elses_column_is_never_the_persons(path):
    assert mapped(*path) is None


@pytest.mark.parametrize(
    ("label", "field"),
    [("帮扶责任人姓名", "cadre_name"), ("帮扶干部身份证号码", "cadre_id_no"), ("帮扶责任人电话", "phone")],
)
def test_helpers_are_mapped_in_the_table_that_is_about_them(label, field):
    assert mapped(label, table="pairing") == field


def test_a_quantity_is_no_list_and_a_yes_no_question_no_amount():
    assert mapped("健康状况（元）") is None
    assert mapped("是否低保金") is None


@pytest.mark.parametrize(
    ("labels", "table"),
    [
        (["姓名", "身份证号", "与户主关系"], "record"),
        (["户编号", "户主姓名", "家庭人口数", "人均纯收入", "住房面积"], "household"),
        (["户编号", "人编号", "证件号码", "是否已务工", "开始时间", "结束时间", "务工月收入"], "work_spell"),
        (["户编号", "人编号", "证件号码", "计划务工所在县", "就业服务需求"], "planned_work"),
        (["镇", "村", "总户数", "总人口数", "低保户数"], "village"),
        (["姓名", "证件号码", "单位名称", "隶属关系", "职务级别", "联系电话"], "cadre"),
        (["户编号", "户主姓名", "帮扶责任人姓名", "帮扶单位", "结对开始时间"], "pairing"),
        (["姓名", "身份证号码", "残疾证号码", "是否享受护理补贴", "月护理补贴金额"], "measure"),
    ],
)
def test_the_columns_tell_which_table_the_rows_belong_to(labels, table):
    assert choose_table({index: (label,) for index, label in enumerate(labels)}) == table


def test_levels_of_a_path_are_joined_and_repeats_dropped():
    assert path_key(("姓名", "姓 名")) == "姓名"
    assert path_key(("户主信息", "姓名")) == "户主信息/姓名"


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (176, "FU"), (702, "AAA")])
def test_columns_are_named_as_spreadsheets_do(index, letter):
    assert column_letter(index) == letter


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("政治面貌（党员/群众）", "political_status"),
        ("文化程度（小学、初中、高中）", "education"),
        ("务工去向（省市县）", "work_place"),
        ("家庭是否五保户", "has_wubao"),
        ("月务工工资（元）", "monthly_wage"),
        ("贫困主要原因", "main_cause"),
        ("一家之主", "head_name"),
        ("系户主何人", "relation_to_head"),
        ("健康状态", "health"),
        ("享受低保标识", "has_dibao"),
        ("归属旗区", "county_name"),
    ],
)
def test_remarks_that_list_values_and_words_that_compose_are_understood(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize("label", ["政治面貌（监护人）", "姓名（代领人）", "残疾证号（监护人）", "健康状况（配偶）"])
def test_a_remark_about_somebody_else_is_no_list_of_values(label):
    assert mapped(label) is None


@pytest.mark.parametrize("label", ["账号状态", "住址状态", "享受人数", "身份证号/出生年月", "状态"])
def test_a_word_that_makes_another_column_of_a_known_one_is_heard(label):
    assert mapped(label) is None


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("务工地址", "省"), "work_province"),
        (("务工情况", "市"), "work_city"),
        (("残疾情况", "类别"), "disability_class"),
        (("公益岗", "月数"), "public_post_months"),
        (("住房", "面积"), "house_area_m2"),
        (("家庭住址", "镇"), "town_name"),
        (("基本信息", "县"), "county_name"),
        (("住房（平方米）",), "house_area_m2"),
        (("死亡年份",), "death_date"),
        (("首次识别年份",), "first_identified_month"),
        (("住址（精确到组）",), "address"),
        (("姓名（含新生儿）",), "name"),
        (("证件号（没有的填0）",), "id_no"),
        (("特困（是/否）",), "is_special_poor"),
        (("现役军人（是或否）",), "is_soldier"),
        (("男/女",), "sex"),
        (("目前健康状况",), "health"),
        (("务工地点（省内/省外/县内）",), "work_region"),
    ],
    ids=" › ".join,
)
def test_headings_units_and_remarks_belong_to_the_label(path, field):
    assert mapped(*path) == field


@pytest.mark.parametrize(
    "path",
    [
        ("就业单位", "县"),
        ("务工单位", "镇"),
        ("企业", "电话"),
        ("学校", "联系电话"),
        ("患病（是/否）",),
        ("劳动力（有/无）",),
        ("联系电话（监护人）",),
        ("补贴",),
        ("补贴标准（元/亩）",),
        ("水稻", "面积（亩）"),
        ("低保", "月数"),
        ("月低保金额标准",),
        ("贫困程度",),
    ],
    ids=" › ".join,
)
def test_what_belongs_to_something_else_is_asked(path):
    assert mapped(*path) is None


def codes(*values):
    return profile_of([*values] * 3)


def chosen(label, *values):
    """The field of a sheet's second column with these values."""
    columns = choose_columns({0: ("姓名",), 1: (label,)}, ColumnChoice("record"), lambda index: codes(*values))
    return columns[1].field, columns[1].why


def test_values_of_a_code_list_prove_a_likely_label():
    assert chosen("有无劳动能力", "普通劳动力", "无劳动力", "技能劳动力") == ("labour_ability", Why.VALUES)


@pytest.mark.parametrize("values", [("是", "否"), ("有", "无"), ("否",)])
@pytest.mark.parametrize("label", ["有无劳动能力", "是否在校", "是否脱贫", "劳动能力（有/无）"])
def test_a_level_answered_with_yes_and_no_is_left_alone(label, values):
    assert chosen(label, *values) == (None, Why.UNKNOWN)


@pytest.mark.parametrize("values", [("普通劳动力",), ("普通劳动力", "三轮车", "拖拉机"), ("是", "普通劳动力"), ()])
def test_other_values_leave_it_a_question(values):
    field, why = chosen("有无劳动能力", *values)

    assert (field, why) == (None, Why.AMBIGUOUS)


@pytest.mark.parametrize(
    "remark",
    ["（是/否）", "（√）", "（有、无）", "（有或无）", "（1是0否）", "（填是或否）", "\n是/否", "：是/否", "否"],
)
@pytest.mark.parametrize(
    ("label", "field"), [("在校情况", None), ("政治面貌", None), ("出生年月", None), ("享受低保", "has_dibao")]
)
def test_a_remark_that_asks_yes_or_no_leads_to_no_other_kind_of_field(label, remark, field):
    assert mapped(label + remark) == field


def test_a_question_asked_as_people_speak_is_a_question():
    assert mapped("会不会普通话") == "speaks_mandarin"


@pytest.mark.parametrize("label", ["身份征号码", "本人联系电活", "务工企业名秤"])
def test_one_mistyped_character_is_read_over(label):
    assert mapped(label) in {"id_no", "member_phone", "work_firm"}


@pytest.mark.parametrize("label", ["房款金额", "菇地面积", "茶地面积数量", "旧户编号", "转租性收入", "户长姓名牌"])
def test_another_word_is_no_mistyped_one(label):
    assert mapped(label) is None


@pytest.mark.parametrize(
    ("leaf", "field"),
    [
        ("务工收入", "after_wage"),
        ("合规自付支出", "after_out_of_pocket"),
        ("理赔金", "after_claim"),
        ("年人均收入", "after_net_per_capita"),
        ("家庭人口数", None),
    ],
)
@pytest.mark.parametrize("heading", ["风险消除后", "消除后情况"])
def test_what_is_told_after_a_risk_was_cleared_is_not_the_years_own(heading, leaf, field):
    assert mapped(heading, leaf, table="household") == field


def test_how_a_risk_was_cleared_is_not_told_after_it():
    assert mapped("风险消除情况", "合规自付支出", table="household") == "compliant_out_of_pocket"


def years(titles, *labels):
    """The fields of these columns in a household's sheet with these titles."""
    columns = choose_columns(
        {index: (label,) for index, label in enumerate(labels)},
        ColumnChoice("household", titles=titles),
        lambda index: codes(),
    )
    return [column.field for column in columns]


@pytest.mark.parametrize(
    ("titles", "labels", "fields"),
    [
        ("2018年收入测算表", ["2017年人均纯收入", "人均纯收入"], [None, "net_income_per_capita"]),
        ("2018年收入测算表", ["2017年人均纯收入"], [None]),
        ("2018年收入测算表", ["2018年人均纯收入"], ["net_income_per_capita"]),
        ("收入测算表", ["2017年人均纯收入", "2018年人均纯收入"], [None, "net_income_per_capita"]),
        ("收入测算表", ["2017年人均纯收入"], ["net_income_per_capita"]),
        ("截至2020年2月19日", ["2019年人均纯收入"], ["net_income_per_capita"]),
        ("收入测算表", ["上年度人均纯收入", "人均纯收入"], [None, "net_income_per_capita"]),
        ("收入测算表", ["上年度人均纯收入"], ["net_income_per_capita"]),
    ],
)
def test_a_value_of_an_earlier_time_than_the_sheets_is_asked_about(titles, labels, fields):
    assert years(titles, *labels) == fields


_SPELLS = ("姓名", "身份证号", "务工省", "务工市", "务工乡镇", "年龄", "务工企业", "外出务工起始年月", "务工截止年月")


@pytest.mark.parametrize(
    ("titles", "labels", "table"),
    [
        ("外出务工人员台账", _SPELLS, "work_spell"),
        ("家庭成员花名册", _SPELLS, "record"),
        ("外出务工人员台账", _SPELLS[:-2], "record"),
        ("外出务工意愿摸底表", ("姓名", "身份证号", "手机号", "是否计划外出务工", "务工地点"), "planned_work"),
        ("家庭成员花名册", ("姓名", "身份证号", "手机号", "务工地点"), "record"),
    ],
)
def test_a_title_decides_the_table_where_a_column_tells_the_same(titles, labels, table):
    paths = {index: (label,) for index, label in enumerate(labels)}

    assert choose_table(paths, titles=titles) == table


@pytest.mark.parametrize("values", [("是", "否"), ("√",)])
def test_an_amount_answered_with_yes_and_no_is_refused(values):
    columns = choose_columns({0: ("低保金",)}, ColumnChoice("household"), lambda index: codes(*values))

    assert (columns[0].field, columns[0].why) == (None, Why.REFUTED)


def test_an_amount_that_one_row_has_is_taken():
    columns = choose_columns({0: ("低保金",)}, ColumnChoice("household"), lambda index: codes("1200"))

    assert columns[0].field == "dibao_pay"


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("首次识别时间\n（年/月）", "first_identified_month"),
        ("家庭年纯收入（扣除经营支出）", "net_income"),
        ("生态补偿金（退耕、公益林）", "ecology_pay"),
        ("低保金（1年以上）", "dibao_pay"),
        ("低保金（一年以下）", "dibao_pay_short"),
        ("信息采集人（村）", "collector_name"),
        ("识别标准（国标/省标）", "identify_standard"),
        ("政治面貌（党员/群众…）", "political_status"),
        ("务工截止年月", None),
    ],
)
def test_remarks_that_tell_how_or_of_what_change_nothing(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("工资（元/月）", "monthly_wage"),
        ("务工收入（元/月）", "monthly_wage"),
        ("纳入监测年月", "identified_month"),
        ("脱贫劳动力姓名", "name"),
        ("低保对象身份证号码", "id_no"),
        ("务工地区", "work_place"),
        ("风险状态", "risk_cleared"),
        ("林地亩数", "forest_mu"),
        ("★性别", "sex"),
        ("财产性收入小计", "property_income"),
        ("姓名（务必与身份证一致）", "name"),
    ],
)
def test_general_means_read_labels_as_officers_write_them(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize("label", ["身份证地址", "工资（元/年）", "监护人出生年月", "低保人数", "经办日期"])
def test_the_same_means_take_nothing_else(label):
    assert mapped(label) is None


@pytest.mark.parametrize(
    "people",
    [
        "监测对象",
        "脱贫劳动力",
        "重度残疾人",
        "易地搬迁人员",
        "参训人员",
        "留守老人",
        "公益岗人员",
        "建档立卡学生",
        "退捕渔民",
    ],
)
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("姓名", "name"),
        ("公民身份号码", "id_no"),
        ("联系方式", "member_phone"),
        ("民族", "ethnic_group"),
        ("学历", "education"),
    ],
)
def test_what_a_person_is_called_after_changes_nothing(people, asked, field):
    assert mapped(people + asked) == field


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("搬迁户户主证件号码", "head_id_no"),
        ("改厕户户主电话", "household_phone"),
        ("监测户户编号", "household_no"),
        ("受灾户家庭人口数", "size_reported"),
        ("全国防返贫监测系统人编号", "person_no"),
        ("户籍所在街道", "town_name"),
        ("户口所在村（社区）", "village_name"),
        ("社会保障卡补贴发放账号", "bank_account"),
        ("识别为监测对象的时间", "identified_month"),
        ("上年度人均纯收入/元", "net_income_per_capita"),
        ("务工企业（单位）", "work_firm"),
        ("信息采集员手机号", "collector_phone"),
    ],
)
def test_a_label_is_read_by_its_parts(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize(
    "label",
    [
        "培训联系电话",  # of the training, no person is named
        "培训补贴",
        "学生人数",
        "学生编号",
        "与学生关系",
        "搬迁人数",
        "务工对象",
        "务工日期",
        "登记人员名称",
        "残疾学生家长电话",
        "户内序号",
    ],
)
def test_parts_that_make_another_column_are_heard(label):
    assert mapped(label) is None


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("一卡通信息", "开户行"), "bank_name"),
        (("残疾信息", "证号"), "disability_cert_no"),
        (("务工情况", "省份"), "work_province"),
    ],
    ids=" › ".join,
)
def test_a_heading_lends_its_topic_but_takes_nothing_over(path, field):
    assert mapped(*path) == field


@pytest.mark.parametrize("path", [("培训机构", "地址"), ("学校", "地址"), ("医疗机构", "联系电话")], ids=" › ".join)
def test_a_place_of_an_institution_is_not_the_persons(path):
    assert mapped(*path) is None


@pytest.mark.parametrize(
    ("label", "table", "field"),
    [
        ("开发式帮扶措施落实情况表", "record", None),  # another last character
        ("兜底保障户", "record", "whole_household_no_labour"),
        ("义务教育阶段少年失学辍学", "record", "flag_out_of_school"),
        ("提供职业指导及介绍次数", "measure", "guidance_count"),
        ("安置单位全称", "measure", "public_post_unit"),
        ("饮水安全户数", "village", None),  # what the long label denies may not be left out
        ("劳动力人数", "measure", None),  # nor what is done: 吸纳
        ("困难残疾人生活补贴", "measure", None),  # nor that it is asked whether
    ],
)
def test_a_long_official_label_may_be_abbreviated_but_loses_nothing_it_says(label, table, field):
    assert mapped(label, table=table) == field


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("A1户主姓名", "head_name"),
        ("A17b 家庭经营性收入(元)", "operating_income"),
        ("（一）工资性收入", "wage_income"),
        ("其中：(1)生产经营性收入(元)", "operating_income"),
        ("2.1姓名", "name"),
        ("第3项民族", "ethnic_group"),
        ("19年人均纯收入", "net_income_per_capita"),
        ("1-5月务工收入", None),
        ("16岁以上人口", None),
    ],
)
def test_the_place_in_a_list_is_no_part_of_a_label(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("健康状况(1健康2长期慢性病3患有大病4残疾)", "health"),
        ("性别：1男、2女", "sex"),
        ("学历代码", "education"),
        ("关系编码", "relation_to_head"),
        ("耕地（水田、旱地、自留地等）", "arable_mu"),
        ("务工地点（具体到县、区）", "work_place"),
        ("务工省、市、县", "work_place"),
        ("是否易地搬迁劳动力", "is_relocation"),
        ("残疾证办证时间", "disability_cert_year"),
        ("办证时间", None),
        ("监测户信息采集人", "collector_name"),
        ("人均可支配收入（元）", None),  # another figure than 人均纯收入
        ("低保金（元/月）", None),  # the household's amounts are those of a year
    ],
)
def test_how_a_column_is_filled_in_changes_nothing(label, field):
    assert mapped(label) == field


@pytest.mark.parametrize(
    ("label", "table", "field"),
    [
        ("贷款金额（万元）", "measure", "guaranteed_loan_amount"),
        ("贷款金额", "measure", "loan_amount"),
        ("猕猴桃（亩）", "measure", "kiwi_quantity"),
        ("期望月薪（元）", "measure", "wanted_wage"),
        ("就业时间", "measure", "employed_on"),
        ("培训时间", "measure", None),  # it has a beginning and an end
        ("公益性岗位安置地址", "measure", "public_post_place"),
        ("疾病诊断", "measure", None),  # 是否患有慢性病 asks something else
        ("参保地或参保单位", "measure", None),
        ("建档立卡贫困户户数", "village", "poor_households"),
        ("第一书记（是/否）", "cadre", "is_first_secretary"),
        ("第一书记", "pairing", None),
        ("干部身份证号", "cadre", "id_no"),
    ],
)
def test_units_and_kinds_tell_labels_of_a_ledger_apart(label, table, field):
    assert mapped(label, table=table) == field


@pytest.mark.parametrize(
    ("path", "table", "field"),
    [
        (("户主情况", "年人均纯收入"), "record", "net_income_per_capita"),
        (("户主情况", "村小组"), "record", "group_name"),
        (("户主信息", "户编号"), "record", "household_no"),
        (("户主情况", "性别"), "record", None),
        (("收入（元）", "经营性"), "record", "operating_income"),
        (("帮扶措施", "产业"), "record", "measure_industry"),
        (("帮扶措施", "健康"), "record", "measure_health"),
        (("工资性收入", "务工收入"), "record", None),  # a part of what its heading names
        (("收入来源", "务工"), "record", None),
        (("未就业", "务工去向"), "record", None),
        (("自主创业", "月收入"), "record", None),
        (("人数", "合计"), "record", None),
        (("贫困户", "户数"), "village", "poor_households"),
        (("帮扶责任人", "姓名"), "cadre", "name"),
    ],
)
def test_a_heading_says_whose_and_of_what_a_column_is(path, table, field):
    assert mapped(*path, table=table) == field


@pytest.mark.parametrize(("heading", "unit"), [("收入（万元）", "万元"), ("收入（元）", None), ("收入", None)])
def test_an_amount_is_in_the_unit_its_heading_names(heading, unit):
    best = candidates((heading, "工资性收入"), "record")[0]

    assert (best.field, best.unit) == ("wage_income", unit)


def test_what_only_the_register_has_weighs_as_much_as_what_only_a_ledger_has():
    labels = ("低保金", "计划生育金", "高龄补贴", "赡养金", "随访次数", "贷款用途", "报销金额")

    assert choose_table({index: (label,) for index, label in enumerate(labels)}) == "household"
