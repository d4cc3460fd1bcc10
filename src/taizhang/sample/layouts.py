"""How each source writes its files: headers, sheets, habits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taizhang.sample.chance import Chance, pick, stream
from taizhang.sample.places import COUNTY_NAME
from taizhang.sample.sheets import Sheet, column_letter, write_csv, write_html, write_xlsx
from taizhang.sample.views import View

NATIONAL_2021: tuple[tuple[str, str], ...] = (  # registry-model.md §6.1
    ("省", "province_name"),
    ("市", "city_name"),
    ("县", "county_name"),
    ("乡", "town_name"),
    ("村", "village_name"),
    ("户编号", "household_no"),
    ("人口编号", "person_no"),
    ("姓名", "name"),
    ("性别", "sex"),
    ("出生日期", "birth_date"),
    ("证件类型", "id_type"),
    ("证件号码", "id_no"),
    ("民族", "ethnic_group"),
    ("户联系电话", "household_phone"),
    ("成员联系电话", "member_phone"),
    ("年度", "data_year"),
    ("与户主关系", "relation_to_head"),
    ("文化程度", "education"),
    ("在校生状况", "school_status"),
    ("劳动技能", "labour_ability"),
    ("务工时间（月）", "work_months"),
    ("健康状况", "health"),
    ("政治面貌", "political_status"),
    ("务工企业名称", "work_firm"),
    ("是否享受低保", "has_dibao"),
    ("是否参加城镇职工基本养老保险", "employee_pension"),
    ("是否参加大病保险", "critical_illness_insurance"),
    ("是否参加新型农村合作医疗（城乡居民基本医疗保险）", "resident_medical_insurance"),
    ("是否参加城乡居民基本养老保险", "resident_pension"),
    ("失学或辍学原因", "out_of_school_reason"),
    ("是否会讲普通话", "speaks_mandarin"),
    ("是否参加商业补充医疗保险", "commercial_medical_insurance"),
    ("是否国外务工", "works_abroad"),
    ("产业分类", "trade_class"),
    ("是否接受大病医疗救助", "serious_illness_aid"),
    ("是否接受其他健康扶贫", "other_health_aid"),
    ("公益性岗位类型", "public_post_types"),
    ("公益性岗位(月数)", "public_post_months"),
    ("就业渠道", "employment_channel"),
    ("残疾类别", "disability_class"),
    ("务工所在地", "work_place"),
    ("户主姓名", "head_name"),
    ("户主证件号码", "head_id_no"),
    ("是否参加城镇职工基本医疗保险", "employee_medical_insurance"),
    ("是否特困供养人员", "is_special_poor"),
    ("残疾证办证年度", "disability_cert_year"),
    ("识别标准", "identify_standard"),
)
CITY: tuple[tuple[str, str], ...] = (
    ("区县", "county_name"),
    ("镇街", "town_name"),
    ("行政村", "village_name"),
    ("所在组", "group_name"),
    ("户编号", "household_no"),
    ("户主姓名", "head_name"),
    ("户主身份证号", "head_id_no"),
    ("人编号", "person_no"),
    ("姓名", "name"),
    ("性别", "sex"),
    ("证件类型", "id_type"),
    ("证件号码", "id_no"),
    ("出生日期", "birth_date"),
    ("民族", "ethnic_group"),
    ("与户主关系", "relation_to_head"),
    ("文化程度", "education"),
    ("在校生状况", "school_status"),
    ("健康状况", "health"),
    ("劳动技能", "labour_ability"),
    ("是否享受低保", "has_dibao"),
    ("户联系电话", "household_phone"),
    ("贫困户属性", "household_type"),
    ("脱贫状态", "poverty_status"),
    ("主要致贫原因", "main_cause"),
    ("家庭人口数", "size_reported"),
    ("工资性收入", "wage_income"),
    ("生产经营性收入", "operating_income"),
    ("财产性收入", "property_income"),
    ("转移性收入", "transfer_income"),
    ("低保金", "dibao_pay"),
    ("五保金", "wubao_pay"),
    ("年收入", "gross_income"),
    ("生产经营性支出", "operating_expense"),
    ("年纯收入", "net_income"),
    ("人均纯收入（元）", "net_income_per_capita"),
    ("耕地面积（亩）", "arable_mu"),
    ("有效灌溉面积（亩）", "irrigated_mu"),
    ("住房面积（平方米）", "house_area_m2"),
    ("是否危房户", "dangerous_house"),
    ("饮水是否困难", "water_difficult"),
    ("饮水是否安全", "water_safe"),
    ("是否通生活用电", "living_power"),
    ("主要燃料类型", "main_fuel"),
    ("入户路类型", "access_road_type"),
    ("与村主干路距离（公里）", "road_distance_km"),
)
APP: tuple[tuple[str, str], ...] = (
    ("镇街", "town_name"),
    ("行政村", "village_name"),
    ("户编号", "household_no"),
    ("户主姓名", "head_name"),
    ("姓名", "name"),
    ("性别", "sex"),
    ("证件号码", "id_no"),
    ("与户主关系", "relation_to_head"),
    ("成员联系电话", "member_phone"),
    ("健康状况", "health"),
)
# Village ledgers: (parent header or "", header, field); the parents are merged over their columns.
LEDGER: tuple[tuple[str, str, str], ...] = (
    ("", "序号", ""),
    ("户主信息", "户编号", "household_no"),
    ("户主信息", "户主姓名", "head_name"),
    ("家庭成员", "姓名", "name"),
    ("家庭成员", "性别", "sex"),
    ("家庭成员", "身份证号码", "id_no"),
    ("家庭成员", "与户主关系", "relation_to_head"),
    ("家庭成员", "民族", "ethnic_group"),
    ("家庭成员", "文化程度", "education"),
    ("家庭成员", "健康状况", "health"),
    ("家庭成员", "劳动能力", "labour_ability"),
    ("", "联系电话", "household_phone"),
    ("", "备注", ""),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slot of a view stands: file name as in the delivery, sheet name, spreadsheet row."""

    file: str
    sheet: str
    row: int


def write_national(view: View, folder: Path, *, seed: int, delivery: int, day: str) -> dict[int, Place]:
    """One workbook, header on row 1, every cell text."""
    name = f"全国扶贫开发信息系统人员信息_{day}.xlsx"
    sheet = Sheet("Sheet1", [[header for header, _ in NATIONAL_2021]], [view.column(one) for _, one in NATIONAL_2021])
    write_xlsx(folder / name, [sheet])
    return {slot: Place(name, "Sheet1", slot + 2) for slot in range(len(view.person))}


def write_city(view: View, folder: Path, *, seed: int, delivery: int, day: str) -> dict[int, Place]:
    """One workbook a town, two title rows; some towns as the HTML that the platform names .xls."""
    places: dict[int, Place] = {}
    columns = [view.column(field) for _, field in CITY]
    birth = [field for _, field in CITY].index("birth_date")
    columns[birth] = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in columns[birth]]
    towns: dict[str, list[int]] = {}
    for slot, village in enumerate(view.village):
        towns.setdefault(view.population.villages[village].town_name, []).append(slot)
    for number, (town, slots) in enumerate(towns.items()):
        title = [[f"互联网+精准扶贫 {COUNTY_NAME}{town}贫困人口信息"], [f"导出日期：{day}"]]
        above = [*title, [header for header, _ in CITY]]
        merges = [f"A1:{column_letter(len(CITY) - 1)}1"]
        sheet = Sheet("人员信息", above, [[column[slot] for slot in slots] for column in columns], merges=merges)
        as_html = number % 6 == 4
        name = f"{town}_人员信息.{'xls' if as_html else 'xlsx'}"
        if as_html:
            write_html(folder / name, sheet)
        else:
            write_xlsx(folder / name, [sheet])
        places |= {slot: Place(name, sheet.name, sheet.first_row + row) for row, slot in enumerate(slots)}
    return places


def write_app(view: View, folder: Path, *, seed: int, delivery: int, day: str) -> dict[int, Place]:
    """One CSV of pushed member records in UTF-8; some records come twice."""
    chance = stream(seed, "app", delivery)
    count = len(view.person)
    twice = sorted(chance.choice(count, size=count // 100, replace=False).tolist()) if count >= 100 else []
    slots = [*range(count), *twice]
    written = [view.column(field) for _, field in APP]
    columns = [[f"P{slot:08d}" for slot in slots], *([column[slot] for slot in slots] for column in written)]
    name = f"app推送记录_{day}.csv"
    write_csv(folder / name, Sheet("", [["记录编号", *(header for header, _ in APP)]], columns), "utf-8")
    return {slot: Place(name, "", slot + 2) for slot in range(count)}


def write_ledger(view: View, folder: Path, *, seed: int, delivery: int, day: str) -> dict[int, Place]:
    """One workbook a village, each in its keeper's own manner."""
    places: dict[int, Place] = {}
    columns = {field: view.column(field) for _, _, field in LEDGER if field}
    villages: dict[int, list[int]] = {}
    for slot, village in enumerate(view.village):
        villages.setdefault(village, []).append(slot)
    for village, slots in sorted(villages.items()):
        chance = stream(seed, "ledger style", village)
        places |= _write_village(view, folder, village, slots, columns, chance, day)
    return places


def _write_village(
    view: View,
    folder: Path,
    village: int,
    slots: Sequence[int],
    columns: dict[str, list[str]],
    chance: Chance,
    day: str,
) -> dict[int, Place]:
    place = view.population.villages[village]
    title = pick(chance, (f"{place.town_name}{place.name}贫困户台账", f"{place.name}建档立卡贫困人口花名册（2020年）"))
    single_header, no_numbers = bool(chance.random() < 0.4), bool(chance.random() < 0.6)
    as_csv = bool(chance.random() < 0.12)
    taken = LEDGER if not as_csv else tuple(("", header, field) for _, header, field in LEDGER)
    table = []
    households = columns["household_no"]
    head_rows = [
        position == 0 or households[slot] != households[slots[position - 1]] for position, slot in enumerate(slots)
    ]
    for _, header, field in taken:
        if header == "序号":
            table.append([str(position + 1) for position in range(len(slots))])
        elif not field:
            table.append([""] * len(slots))
        elif field in ("household_no", "head_name", "household_phone"):
            table.append([columns[field][slot] if first else "" for slot, first in zip(slots, head_rows, strict=True)])
        else:
            table.append([columns[field][slot] for slot in slots])
    width = len(taken)
    above = [[title]]
    merges = [f"A1:{column_letter(width - 1)}1"]
    if single_header or as_csv:
        above.append([header for _, header, _ in taken])
    else:
        above += _two_row_header(taken, merges)
    if not no_numbers and not as_csv:
        above.append([str(number + 1) for number in range(width)])
    below = [["填表人：", "", "", "审核人：", "", "", f"填报日期：{day}"]] if chance.random() < 0.7 else []
    sheet = Sheet(place.name, above, table, below=below, merges=merges)
    name = f"{place.town_name}_{place.name}_台账.{'csv' if as_csv else 'xlsx'}"
    if as_csv:
        write_csv(folder / name, sheet, "gbk")
    else:
        write_xlsx(folder / name, [sheet])
    sheet_name = "" if as_csv else sheet.name
    return {slot: Place(name, sheet_name, sheet.first_row + row) for row, slot in enumerate(slots)}


def _two_row_header(taken: Sequence[tuple[str, str, str]], merges: list[str]) -> list[list[str]]:
    """Parents merged over their columns, headers without a parent merged over both rows."""
    upper, lower = [], []
    for index, (parent, header, _) in enumerate(taken):
        letter = column_letter(index)
        if not parent:
            upper.append(header)
            lower.append("")
            merges.append(f"{letter}2:{letter}3")
            continue
        opens = index == 0 or taken[index - 1][0] != parent
        upper.append(parent if opens else "")
        lower.append(header)
        if opens:
            span = next((end for end in range(index, len(taken)) if taken[end][0] != parent), len(taken))
            merges.append(f"{letter}2:{column_letter(span - 1)}2")
    return [upper, lower]


WRITERS = {"national": write_national, "city": write_city, "ledger": write_ledger, "app": write_app}
