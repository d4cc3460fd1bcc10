"""What belongs to a household: its type, cause, income, land and house; sums add up, limits are kept."""

from collections.abc import Sequence

from taizhang.sample.chance import Dice
from taizhang.sample.traits import Traits

ABLE = ("普通劳动力", "技能劳动力")
CAUSES_FOR_ANYBODY = ("缺技术", "缺资金", "交通条件落后", "自身发展动力不足")


def household_values(members: Sequence[tuple[dict[str, str], Traits]], dice: Dice) -> dict[str, str]:
    """Household fields, and the allowance flags of every member (set in the members' rows).

    members: (row, yearly values), head first.
    """
    traits = [yearly for _, yearly in members]
    kind = _household_type(traits, dice)
    for position, (row, _) in enumerate(members):
        row["has_dibao"] = "是" if kind == "低保贫困户" and (position == 0 or dice.under(0.8)) else "否"
        row["is_special_poor"] = "是" if kind == "五保贫困户" else "否"
        row["critical_illness_insurance"] = "是"
        row["speaks_mandarin"] = "是" if dice.under(0.75) else "否"
        row["out_of_school_reason"] = ""
        for field in ("commercial_medical_insurance", "works_abroad", "serious_illness_aid", "other_health_aid"):
            row[field] = "否"
    exited = dice.under(0.93)
    return {
        "household_type": kind,
        "poverty_status": "已脱贫(享受政策)" if exited else "未脱贫",
        "main_cause": _cause(traits, dice),
        "first_identified_month": dice.of(("201312", "201412", "201512", "201612")),
        "exit_year": str(dice.number(2017, 2019)) if exited else "",
        **_income(traits, kind, dice),
        **_living(len(members), dice),
    }


def _household_type(traits: Sequence[Traits], dice: Dice) -> str:
    nobody_able = all(one.labour_ability in ("无劳动力", "丧失劳动力") for one in traits)
    if len(traits) == 1 and nobody_able and dice.under(0.6):
        return "五保贫困户"
    return "低保贫困户" if nobody_able or dice.under(0.18) else "一般贫困户"


def _cause(traits: Sequence[Traits], dice: Dice) -> str:
    fitting = list(CAUSES_FOR_ANYBODY)
    if any(one.health in ("长期慢性病", "患有大病") for one in traits):
        fitting += ["因病"] * 4
    if any(one.health == "残疾" for one in traits):
        fitting += ["因残"] * 3
    if any(one.school_status not in ("", "学龄前儿童", "学前教育") for one in traits):
        fitting += ["因学"] * 2
    if not any(one.labour_ability in ABLE for one in traits):
        fitting += ["缺劳力"] * 2
    return dice.of(fitting)


def _income(traits: Sequence[Traits], kind: str, dice: Dice) -> dict[str, str]:
    size = len(traits)
    wage = sum(dice.number(12, 40) * 1000 for one in traits if one.works)
    wage += sum(500 * int(one.public_post_months) for one in traits if one.public_post_months)
    operating = dice.number(15, 90) * 100 if dice.under(0.85) else 0
    expense = operating // dice.number(3, 6)
    dibao = dice.number(20, 40) * 100 * size if kind == "低保贫困户" else 0
    wubao = dice.number(60, 75) * 100 if kind == "五保贫困户" else 0
    ecology = dice.number(0, 12) * 50
    pension = sum(1600 for one in traits if one.labour_ability != "普通劳动力" and one.resident_pension == "是")
    known = wage + operating - expense + dibao + wubao + ecology + pension
    # Every household stands above the monitoring line of the year, so that only planted rows fall below it.
    support = max(0, dice.number(78, 140) * 100 * size - known)
    transfer = dibao + wubao + ecology + pension + support
    gross = wage + operating + transfer
    net = gross - expense
    return {
        "wage_income": str(wage),
        "operating_income": str(operating),
        "property_income": "0",
        "transfer_income": str(transfer),
        "dibao_pay": str(dibao),
        "wubao_pay": str(wubao),
        "pension_pay": str(pension),
        "ecology_pay": str(ecology),
        "other_transfer": str(support),
        "gross_income": str(gross),
        "operating_expense": str(expense),
        "net_income": str(net),
        "net_income_per_capita": f"{net / size:.2f}",
    }


def _living(size: int, dice: Dice) -> dict[str, str]:
    arable = dice.number(6, 20 + 12 * size) / 10
    return {
        "arable_mu": f"{arable:.1f}",
        "irrigated_mu": f"{arable * dice.number(0, 9) / 10:.1f}",
        "forest_mu": f"{dice.number(0, 120 * size) / 10:.1f}",
        "grain_for_green_mu": f"{dice.number(0, 60) / 10:.1f}",
        "fruit_mu": f"{dice.number(0, 30) / 10:.1f}",
        "pasture_mu": "0",
        "water_mu": "0",
        "house_area_m2": str(size * dice.number(20, 38)),
        "dangerous_house": "否",
        "water_difficult": "否",
        "water_safe": "是",
        "living_power": "是",
        "production_power": "是",
        "tv_access": "是",
        "sanitary_toilet": "是" if dice.under(0.8) else "否",
        "main_fuel": dice.of(("柴草", "煤炭", "清洁能源")),
        "access_road_type": dice.of(("水泥路", "砂石路")),
        "road_distance_km": f"{dice.number(1, 44) / 10:.1f}",
        "in_cooperative": "是" if dice.under(0.4) else "否",
    }
