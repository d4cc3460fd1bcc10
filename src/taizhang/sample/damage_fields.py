"""Single fields put wrong on purpose, one rule of the packs at a time.

Each slip names the rule that must notice it, whom it fits, and what is written. Rules that notice the same cells as
rightly are named beside it. A slip of a household value is written into every row of the household.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from taizhang.sample.chance import Dice
from taizhang.sample.damage_rows import members_of
from taizhang.sample.faults import Change, Damage, Maker
from taizhang.sample.population import Population
from taizhang.sample.traits import SCHOOL_DAY, age_on

DAY = date(2020, 2, 19)
CHILDREN = ("之子", "之女", "之孙子", "之孙女")
OTHER_SEX = {"之子": "之女", "之女": "之子", "之孙子": "之孙女", "之孙女": "之孙子"}
FULL = ("普通劳动力", "技能劳动力")


@dataclass(frozen=True, slots=True)
class Who:
    """One person as the slips look at them."""

    population: Population
    person: int

    def __getitem__(self, field: str) -> str:
        return self.population.values[field][self.person]

    @property
    def age(self) -> int:
        """Full years on the last of the usual three days."""
        return age_on(self.population.birth[self.person], DAY)

    @property
    def school_age(self) -> int:
        """Full years at the cut-off of the school year."""
        return age_on(self.population.birth[self.person], SCHOOL_DAY)

    @property
    def household(self) -> list["Who"]:
        """All members, this one included."""
        return [Who(self.population, one) for one in members_of(self.population, self.person)]


Fits = Callable[[Who], bool]
Writes = Callable[[Who, Dice], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Slip:
    """One way to break one rule."""

    kind: str
    fields: tuple[str, ...]
    fits: Fits
    writes: Writes
    whole_household: bool = False
    also: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Columns besides `fields` without which a file cannot show the contradiction: there it would be a legal value."""

    def maker(self) -> Maker:
        """The maker of this slip's damage."""

        def make(population: Population, person: int, dice: Dice) -> Damage | None:
            who = Who(population, person)
            if not self.fits(who):
                return None
            rows = members_of(population, person) if self.whole_household else (person,)
            written = self.writes(who, dice)
            changes = tuple(Change(row, field, text) for row in rows for field, text in written.items())
            return Damage(changes, also=self.also)

        return make


def _blank(kind: str, field: str, fits: Fits, *also: str, whole: bool = False, needs: tuple[str, ...] = ()) -> Slip:
    def writes(_who: Who, _dice: Dice) -> Mapping[str, str]:
        return {field: ""}

    return Slip(kind, (field,), lambda who: bool(who[field]) and fits(who), writes, whole, also, needs)


def _value(
    kind: str, field: str, value: str, fits: Fits, *also: str, whole: bool = False, needs: tuple[str, ...] = ()
) -> Slip:
    def writes(_who: Who, _dice: Dice) -> Mapping[str, str]:
        return {field: value}

    return Slip(kind, (field,), lambda who: who[field] != value and fits(who), writes, whole, also, needs)


def _anybody(_who: Who) -> bool:
    return True


def _head(who: Who) -> bool:
    return who["relation_to_head"] == "户主"


def _has_spouse(who: Who) -> bool:
    """Without one, another wife is a legal entry."""
    return any(member["relation_to_head"] == "配偶" for member in who.household)


def _adult(who: Who) -> bool:
    return 21 <= who.age <= 57 and not who["school_status"]


def _exited_head(who: Who) -> bool:
    return _head(who) and who["poverty_status"].startswith("已脱贫")


def _general_head(who: Who) -> bool:
    return _head(who) and who["household_type"] == "一般贫困户"


def _all_healthy_head(who: Who) -> bool:
    return _head(who) and all(member["health"] == "健康" for member in who.household)


_RELATIONS = (
    _value("HH-MULTI-HEAD", "relation_to_head", "户主", lambda who: who["relation_to_head"] == "配偶", "PR-HEAD-BOTH"),
    _value("HH-NO-HEAD", "relation_to_head", "其他", lambda who: _head(who) and len(who.household) > 1, "PR-HEAD-BOTH"),
    Slip(
        "HH-RELATION-SEX",
        ("relation_to_head",),
        lambda who: who["relation_to_head"] in OTHER_SEX,
        lambda who, _dice: {"relation_to_head": OTHER_SEX[who["relation_to_head"]]},
        also=("XS-FIELD",),
    ),
    _blank("HH-RELATION-EMPTY", "relation_to_head", lambda who: not _head(who)),
    _value("HH-RELATION-CODE", "relation_to_head", "寄养", lambda who: not _head(who), "XS-FIELD"),
    _value(
        "HH-MULTI-SPOUSE",
        "relation_to_head",
        "配偶",
        lambda who: who["relation_to_head"] in ("之儿媳", "之母") and who["sex"] == "女" and _has_spouse(who),
        "HH-RELATION-AGE",
    ),
    _value(
        "HH-RELATION-AGE",
        "relation_to_head",
        "之父",
        lambda who: who["relation_to_head"] in ("之子", "之孙子"),
        "XS-FIELD",
    ),
    Slip(
        "HH-SPOUSE-SEX",
        ("sex",),
        lambda who: who["relation_to_head"] == "配偶",
        lambda who, _dice: {"sex": "男" if who["sex"] == "女" else "女"},
        also=("ID-SEX-DIFF", "XS-FIELD"),
    ),
)
_REQUIRED = (
    _blank("RQ-ETHNIC", "ethnic_group", _anybody),
    _blank(
        "RQ-EDUCATION", "education", lambda who: _adult(who) and who.age > 25, "ED-BOTH-EMPTY", needs=("school_status",)
    ),
    _blank("RQ-HEALTH", "health", _anybody),
    _blank("RQ-LABOUR", "labour_ability", _adult),
    _blank("RQ-POLITICAL", "political_status", _adult),
    _blank("RQ-MANDARIN", "speaks_mandarin", _adult),
    _blank("RQ-DIBAO-FLAG", "has_dibao", _general_head),
    _blank("RQ-SPECIAL-FLAG", "is_special_poor", _adult),
    _blank("RQ-ABROAD", "works_abroad", _adult),
    _blank("RQ-COMMERCIAL", "commercial_medical_insurance", _adult),
    _blank("RQ-AID-SERIOUS", "serious_illness_aid", _adult),
    _blank("RQ-AID-OTHER", "other_health_aid", _adult),
    _blank("RQ-IDENTIFY-STANDARD", "identify_standard", _head, whole=True),
    _blank("RQ-CAUSE", "main_cause", _head, whole=True),
    _blank("RQ-HOUSE-AREA", "house_area_m2", _head, "TG-HOUSE-AREA", whole=True),
    _blank("RQ-LIVING-POWER", "living_power", _head, "TG-POWER", whole=True),
    _blank("RQ-WATER-DIFFICULT", "water_difficult", _head, whole=True),
    _blank("RQ-WATER-SAFE", "water_safe", _head, whole=True),
    _blank("RQ-FUEL", "main_fuel", _head, whole=True),
    _blank("RQ-ROAD-DISTANCE", "road_distance_km", _head, whole=True),
    _blank("RQ-DANGEROUS-HOUSE", "dangerous_house", _head, whole=True),
    _blank("RQ-LAND", "arable_mu", _head, whole=True),
)
_CODES = (
    _value("CV-EDUCATION", "education", "私塾", lambda who: _adult(who) and bool(who["education"])),
    _value("CV-SCHOOL", "school_status", "夜校班", lambda who: 8 <= who.school_age <= 13, "ED-BOTH-EMPTY"),
    _value("CV-LABOUR", "labour_ability", "略有劳力", _adult, "RQ-LABOUR"),
    _value("CV-POLITICAL", "political_status", "老党", _adult, "RQ-POLITICAL"),
    _value("CV-HEALTH", "health", "亚健康", _adult, "RQ-HEALTH"),
    _value("CV-ID-TYPE", "id_type", "粮油本", _anybody),
    _value("CV-SEX", "sex", "不明", _anybody),
    _value("CV-ETHNIC", "ethnic_group", "本地族", _anybody, "RQ-ETHNIC"),
    _value("CV-HOUSEHOLD-TYPE", "household_type", "困难边缘", _head, whole=True),
    _value("CV-CAUSE", "main_cause", "因懒", _head, "RQ-CAUSE", whole=True),
    _value("CV-YESNO", "speaks_mandarin", "一点点", _adult, "RQ-MANDARIN"),
    _value("CV-DATE", "birth_date", "属虎", _anybody, "ID-BIRTH-DIFF"),
    _value("CV-NUMBER", "work_months", "半年多", lambda who: bool(who["work_months"]), "WK-PLACE-NO-MONTHS"),
)
_SCHOOL = (
    _value(
        "AGE-SCHOOL-KINDER",
        "school_status",
        "学前教育",
        lambda who: 8 <= who.school_age <= 11 and who["health"] == "健康",
    ),
    _value("AGE-SCHOOL-PRIMARY", "school_status", "小学", lambda who: 16 <= who.school_age <= 17 and _in_school(who)),
    _value("AGE-SCHOOL-JUNIOR", "school_status", "九年级", lambda who: 7 <= who.school_age <= 10),
    _value("AGE-SCHOOL-SENIOR", "school_status", "普通高中三年级", lambda who: 8 <= who.school_age <= 13),
    _value("AGE-SCHOOL-COLLEGE", "school_status", "本科二年级", lambda who: 13 <= who.school_age <= 15),
    _value("AGE-EDU-LOW", "education", "小学", lambda who: 17 <= who.age <= 21 and not who["school_status"]),
    _blank("ED-COMPULSORY-OUT", "school_status", lambda who: 8 <= who.school_age <= 13, "ED-BOTH-EMPTY", "RQ-SCHOOL"),
    _value("ED-BOTH-FILLED", "education", "小学", lambda who: 13 <= who.school_age <= 15, needs=("school_status",)),
)


def _in_school(who: Who) -> bool:
    return bool(who["school_status"])


def _healthy_idle(who: Who) -> bool:
    return _adult(who) and who["health"] == "健康" and not who["work_months"] and not who["public_post_types"]


_LABOUR = (
    _value("LB-UNDER16", "labour_ability", "普通劳动力", lambda who: who.age <= 14, "LB-STUDENT"),
    _value("LB-HEALTHY-LOST", "labour_ability", "丧失劳动力", _healthy_idle),
    _value("LB-HEALTHY-NONE", "labour_ability", "无劳动力", _healthy_idle),
    _value("LB-HEALTHY-WEAK", "labour_ability", "弱劳动力或半劳动力", _healthy_idle),
    _value("LB-OVER60", "labour_ability", "普通劳动力", lambda who: who.age >= 68),
    _value(
        "LB-UNHEALTHY-FULL",
        "labour_ability",
        "普通劳动力",
        lambda who: (
            _adult(who) and ("患有大病" in who["health"] or "残疾" in who["health"]) and not who["disability_class"]
        ),
    ),
)


def _works(who: Who) -> bool:
    return bool(who["work_months"])


def _has_post(who: Who) -> bool:
    return bool(who["public_post_types"])


_WORK = (
    _value("WK-MONTHS-RANGE", "work_months", "16", _works, "CV-NUMBER"),
    _value("WK-PLACE-NO-MONTHS", "work_months", "0", _works),
    _blank("WK-MONTHS-NO-PLACE", "work_place", _works),
    _value("WK-NO-ABILITY", "labour_ability", "丧失劳动力", _works, "LB-HEALTHY-LOST", needs=("work_months",)),
    _value("PP-MONTHS", "public_post_months", "", _has_post),
    _blank("PP-TYPE", "public_post_types", _has_post),
    Slip(
        "PP-AGE-MIN",
        ("public_post_types", "public_post_months"),
        lambda who: 8 <= who.age <= 14,
        lambda _who, _dice: {"public_post_types": "保洁员", "public_post_months": "6"},
        also=("PP-NO-ABILITY",),
    ),
    Slip(
        "PP-AGE-MAX",
        ("public_post_types", "public_post_months"),
        lambda who: who.age >= 72,
        lambda _who, _dice: {"public_post_types": "护林员", "public_post_months": "12"},
        also=("PP-NO-ABILITY",),
    ),
    Slip(
        "PP-MULTI",
        ("public_post_types",),
        _has_post,
        lambda _who, _dice: {"public_post_types": "保洁员,护林员,护路员"},
    ),
)
_PHONES = (
    Slip(
        "PH-HOUSEHOLD",
        ("household_phone",),
        _head,
        lambda who, _dice: {"household_phone": who["household_phone"][:10]},
        whole_household=True,
    ),
    Slip(
        "PH-MEMBER",
        ("member_phone",),
        lambda who: _works(who) and bool(who["member_phone"]),
        lambda who, _dice: {"member_phone": "2" + who["member_phone"][1:]},
        needs=("work_months",),
    ),
)
_OTHER_FIELDS = (
    Slip(
        "XS-FIELD",
        ("education",),
        lambda who: _adult(who) and who.age > 40 and who["education"] in ("小学", "初中"),
        lambda who, _dice: {"education": "初中" if who["education"] == "小学" else "小学"},
    ),
)
_INSURANCE = (
    _value(
        "IN-MEDICAL-NONE", "resident_medical_insurance", "否", lambda who: who["employee_medical_insurance"] == "否"
    ),
    _value(
        "IN-MEDICAL-BOTH", "employee_medical_insurance", "是", lambda who: who["resident_medical_insurance"] == "是"
    ),
    _value("IN-CRITICAL-NO", "critical_illness_insurance", "否", lambda who: who["employee_medical_insurance"] == "否"),
    _blank("IN-RESIDENT-EMPTY", "resident_medical_insurance", _anybody, "IN-MEDICAL-NONE"),
    _blank("IN-EMPLOYEE-EMPTY", "employee_medical_insurance", lambda who: who["resident_medical_insurance"] == "是"),
    _blank("IN-CRITICAL-EMPTY", "critical_illness_insurance", _anybody),
    _value("IN-PENSION-BOTH", "employee_pension", "是", lambda who: _adult(who) and who["resident_pension"] == "是"),
)


def _plus(field: str, amount: int) -> Writes:
    def write(who: Who, _dice: Dice) -> Mapping[str, str]:
        return {field: f"{float(who[field]) + amount:.2f}".removesuffix(".00")}

    return write


_HOUSEHOLDS = (
    Slip("HH-SIZE", ("size_reported",), _head, _plus("size_reported", 1), whole_household=True, also=("IC-PERCAP",)),
    Slip("IC-SUM", ("gross_income",), _head, _plus("gross_income", 5000), whole_household=True, also=("IC-NET",)),
    Slip("IC-NET", ("net_income",), _head, _plus("net_income", 6000), whole_household=True, also=("IC-PERCAP",)),
    Slip(
        "IC-PERCAP",
        ("net_income_per_capita",),
        _head,
        _plus("net_income_per_capita", 900),
        whole_household=True,
    ),
    _value(
        "IC-EXITED-BELOW", "net_income_per_capita", "1860", _exited_head, "IC-PERCAP", "IC-BELOW-MONITOR", whole=True
    ),
    _value("IC-PERCAP-RANGE", "net_income_per_capita", "0", _head, "IC-PERCAP", "IC-EXITED-BELOW", whole=True),
    _value("IC-NEGATIVE", "property_income", "-300", _head, "IC-SUM", "CV-NUMBER", whole=True),
    _value(
        "SA-DIBAO-ZERO",
        "dibao_pay",
        "0",
        lambda who: _head(who) and who["household_type"] == "低保贫困户",
        "IC-TRANSFER-SUM",
        whole=True,
    ),
    _value("SA-GENERAL-HAS-DIBAO", "has_dibao", "是", _general_head, needs=("household_type",)),
    _value("SA-GENERAL-PAYMENT", "dibao_pay", "3600", _general_head, "IC-TRANSFER-SUM", whole=True),
    _value("TG-HOUSE", "dangerous_house", "是", _exited_head, "LD-HOUSE-GRADE", whole=True),
    _value("TG-WATER", "water_safe", "否", _exited_head, whole=True),
    _value("TG-POWER", "living_power", "否", _exited_head, whole=True),
    _value("LD-WATER-CONTRADICT", "water_difficult", "是", _head, "TG-WATER", whole=True),
    _value("LD-IRRIGATED", "irrigated_mu", "66", _head, whole=True),
    _value("LD-ARABLE-RANGE", "arable_mu", "180", _head, "LD-ARABLE-PERCAP", whole=True),
    _value("LD-ROAD-DISTANCE", "road_distance_km", "860", _head, whole=True),
    _value("LD-HOUSE-PERCAP", "house_area_m2", "3", _head, whole=True),
    _value("CA-ILLNESS", "main_cause", "因病", _all_healthy_head, whole=True),
    _value("CA-DISABILITY", "main_cause", "因残", _all_healthy_head, whole=True),
)
SLIPS: tuple[Slip, ...] = (
    *_RELATIONS,
    *_REQUIRED,
    *_CODES,
    *_SCHOOL,
    *_LABOUR,
    *_WORK,
    *_PHONES,
    *_OTHER_FIELDS,
    *_INSURANCE,
    *_HOUSEHOLDS,
)


def _minor_head(population: Population, person: int, _dice: Dice) -> Damage | None:
    """The child's row says head, the head's row says other."""
    who = Who(population, person)
    if who["relation_to_head"] not in CHILDREN or who.age > 14:
        return None
    head = members_of(population, person)[0]
    changes = (Change(person, "relation_to_head", "户主"), Change(head, "relation_to_head", "其他"))
    return Damage(changes, also=("PR-HEAD-BOTH", "HH-RELATION-AGE"))


def _shared_phone(population: Population, person: int, dice: Dice) -> Damage | None:
    """The telephone of a household a few doors away."""
    other = person - dice.number(12, 30)
    if other < 0 or population.values["relation_to_head"][person] != "户主":
        return None
    if population.household[other] == population.household[person]:
        return None
    phone = population.values["household_phone"][other]
    changes = tuple(Change(row, "household_phone", phone) for row in members_of(population, person))
    return Damage(changes, bystanders=tuple(members_of(population, other)))


_SPECIAL: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "HH-HEAD-MINOR": (_minor_head, ("relation_to_head",)),
    "PH-SHARED-HOUSEHOLDS": (_shared_phone, ("household_phone",)),
}


def field_makers() -> dict[str, Maker]:
    """Makers by rule."""
    return {slip.kind: slip.maker() for slip in SLIPS} | {kind: maker for kind, (maker, _) in _SPECIAL.items()}


def slip_fields() -> dict[str, tuple[str, ...]]:
    """The fields each slip writes or contradicts; a source plants a slip only when its files have those columns."""
    return {slip.kind: (*slip.fields, *slip.needs) for slip in SLIPS} | {
        kind: fields for kind, (_, fields) in _SPECIAL.items()
    }
