"""What a person of an age, sex and health does: school, work, insurance, allowances.

The values obey the rules of groups F to O on purpose: a clean row must be clean, or the false alarms that the score
counts would be the sample's own. Ages near a limit are treated as lying on both sides of it, because the deliveries of
one county are weeks apart.
"""

from dataclasses import dataclass
from datetime import date

from taizhang.sample.chance import Dice

SCHOOL_DAY = date(2019, 8, 31)  # cut-off of the school year that February 2020 lies in
WORK_PLACES = (
    "陕西省汉中市洋县",
    "陕西省西安市雁塔区",
    "江苏省南通市通州区",
    "广东省东莞市市辖区",
    "浙江省宁波市鄞州区",
    "上海市嘉定区",
    "陕西省汉中市城固县",
)
FIRMS = ("演示建筑劳务公司", "演示电子厂", "演示服装厂", "演示物流公司", "演示餐饮店")
POSTS = ("保洁员", "护林员", "护路员")
DISABILITIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
SCHOOL_FROM_SIX = ("小学",) * 6 + ("七年级", "八年级", "九年级")


@dataclass(slots=True)
class Traits:
    """Yearly values of one person as Chinese labels; blank text where the register leaves the cell empty."""

    education: str = ""
    school_status: str = ""
    labour_ability: str = "无劳动力"
    health: str = "健康"
    political_status: str = "群众"
    disability_class: str = ""
    disability_level: str = ""
    disability_cert_year: str = ""
    work_months: str = ""
    work_place: str = ""
    work_firm: str = ""
    trade_class: str = ""
    employment_channel: str = ""
    public_post_types: str = ""
    public_post_months: str = ""
    resident_medical_insurance: str = "是"
    employee_medical_insurance: str = "否"
    resident_pension: str = "否"
    employee_pension: str = "否"
    works: bool = False
    in_school: bool = False


def age_on(birth: date, day: date) -> int:
    """Full years on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def traits_of(birth: date, first_day: date, last_day: date, dice: Dice) -> Traits:
    """Draw the yearly values of somebody born then.

    first_day, last_day: as-of dates of the first and the last delivery; the values are right on both and between.
    """
    youngest, oldest = age_on(birth, first_day), age_on(birth, last_day)
    traits = Traits()
    _health(traits, youngest, dice)
    if 59 <= youngest < 66 and traits.health == "健康":
        traits.health = "长期慢性病"  # whichever age ends the working years, the weak are then weak with a reason
    _schooling(traits, birth, dice)
    if oldest >= 16 and not traits.in_school:
        _labour(traits, youngest, oldest, dice)
        _work(traits, oldest, dice)
        _pension(traits, oldest, dice)
    if oldest >= 28 and dice.under(0.04):
        traits.political_status = "中共党员"
    elif youngest >= 15 and oldest < 28 and traits.in_school and dice.under(0.4):
        traits.political_status = "共青团员"
    return traits


def _health(traits: Traits, age: int, dice: Dice) -> None:
    draw = dice.roll()
    ill, disabled = (0.30, 0.09) if age >= 66 else (0.08, 0.05) if age >= 18 else (0.006, 0.012)
    if draw < disabled:
        traits.health = "残疾"
        traits.disability_class = dice.of(DISABILITIES)
        traits.disability_level = str(dice.number(1, 4))
        traits.disability_cert_year = str(dice.number(2009, 2018))
    elif draw < disabled + ill:
        traits.health = "患有大病" if dice.under(0.15) else "长期慢性病"


def _schooling(traits: Traits, birth: date, dice: Dice) -> None:
    age = age_on(birth, SCHOOL_DAY)
    if age < 3:
        traits.school_status = "学龄前儿童"
    elif age < 6:
        traits.school_status = "学前教育"
    elif age < 15:
        traits.school_status = SCHOOL_FROM_SIX[age - 6]
    elif age < 18 and (age < 17 or dice.under(0.8)):
        kind = "普通高中" if dice.under(0.6) else "中职"
        traits.school_status = f"{kind}{'一二三'[age - 15]}年级"
    elif 18 <= age < 22 and dice.under(0.45):
        higher = dice.under(0.5) or age == 21
        traits.school_status = f"{'本科' if higher else '高职高专'}{'一二三四'[age - 18]}年级"
    traits.in_school = traits.school_status != ""
    if not traits.in_school:
        traits.education = _education(age, dice)


def _education(age: int, dice: Dice) -> str:
    draw = dice.roll()
    if age >= 60:
        return "文盲或半文盲" if draw < 0.3 else "小学" if draw < 0.8 else "初中"
    if age >= 40:
        return "小学" if draw < 0.4 else "初中" if draw < 0.88 else "高中"
    if age >= 21:
        return "初中" if draw < 0.6 else "高中" if draw < 0.8 else "大专" if draw < 0.94 else "本科及以上"
    return "初中" if draw < 0.6 else "高中"


def _labour(traits: Traits, youngest: int, oldest: int, dice: Dice) -> None:
    if oldest >= 66:
        able = oldest < 72 and dice.under(0.5)
        traits.labour_ability = "弱劳动力或半劳动力" if able else "丧失劳动力" if dice.under(0.3) else "无劳动力"
    elif youngest >= 59:
        traits.labour_ability = "弱劳动力或半劳动力"
    elif traits.health == "健康":
        traits.labour_ability = "技能劳动力" if dice.under(0.12) else "普通劳动力"
    elif traits.health == "残疾" and (traits.disability_level in ("1", "2") or dice.under(0.3)):
        traits.labour_ability = "丧失劳动力"
    else:
        traits.labour_ability = "弱劳动力或半劳动力"


def _work(traits: Traits, age: int, dice: Dice) -> None:
    ability = traits.labour_ability
    if ability in ("无劳动力", "丧失劳动力"):
        if traits.education in ("大专", "本科及以上"):
            traits.education = "高中"  # a graduate who cannot work is a hint for a rule; people here trip none
        return
    must = ability == "技能劳动力" or traits.education in ("大专", "本科及以上")
    if must or (ability == "普通劳动力" and dice.under(0.6)):
        traits.works = True
        traits.work_months = str(dice.number(3, 11))
        traits.work_place = dice.of(WORK_PLACES)
        traits.work_firm = dice.of(FIRMS)
        traits.trade_class = "第二产业" if dice.under(0.6) else "第三产业"
        traits.employment_channel = "自主就业" if dice.under(0.7) else "亲友介绍"
        if dice.under(0.08):
            traits.resident_medical_insurance, traits.employee_medical_insurance = "否", "是"
            traits.employee_pension = "是"
    elif age < 68 and dice.under(0.06):
        traits.public_post_types = dice.of(POSTS)
        traits.public_post_months = str(dice.number(4, 12))


def _pension(traits: Traits, age: int, dice: Dice) -> None:
    if age >= 16 and traits.employee_pension == "否":
        traits.resident_pension = "是" if dice.under(0.93) or age >= 60 else "否"
