"""How citizen numbers go wrong: fingers, spreadsheets, wrong kinds, and right numbers of somebody else's making."""

from collections.abc import Callable
from datetime import date, timedelta

from taizhang.sample.chance import Dice
from taizhang.sample.faults import Change, Damage, Maker, one_cell
from taizhang.sample.numbers import check_character, passes, with_check
from taizhang.sample.population import Population
from taizhang.sample.sheets import Numeric

LOOK_ALIKE = {"0": "6", "1": "7", "2": "7", "3": "8", "4": "1", "5": "6", "6": "0", "7": "1", "8": "3", "9": "6"}
PLACEHOLDERS = ("999999999999999999", "111111111111111111", "123456789012345678", "000000000000000000")
NEVER_A_DIVISION = "613329"
TextMaker = Callable[[str, Dice], str | None]


def _substituted(number: str, dice: Dice) -> str | None:
    place = dice.number(0, 16)
    old = number[place]
    new = LOOK_ALIKE[old] if dice.under(0.4) else str((int(old) + dice.number(1, 9)) % 10)
    return number[:place] + new + number[place + 1 :]


def _transposed(number: str, dice: Dice) -> str | None:
    place = dice.number(0, 15)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _jumped(number: str, dice: Dice) -> str | None:
    """Two digits ten places apart change places: the check sees nothing."""
    place = dice.of((6, 4, 5, 3))
    left, right = number[place], number[place + 10]
    jumped = number[:place] + right + number[place + 1 : place + 10] + left + number[place + 11 :]
    return jumped if left != right and passes(jumped) else None


def _length(number: str, dice: Dice) -> str | None:
    place = dice.number(6, 16)
    if dice.under(0.6):
        return number[:place] + number[place + 1 :]
    return number[:place] + number[place] + number[place:]


def _truncated(number: str, _dice: Dice) -> str | None:
    return None if number.endswith(("X", "000")) else number[:15] + "000"


def _numeric(number: str, dice: Dice) -> str | None:
    if number.endswith("X"):
        return None
    # Excel keeps 15 digits; export programs write the nearest double.
    return Numeric(f"{number[0]}.{number[1:15]}E+17") if dice.under(0.7) else Numeric(str(int(float(number))))


def _scientific(number: str, _dice: Dice) -> str | None:
    return None if number.endswith("X") else f"{number[0]}.{number[1:6]}E+17"


def _old_form(number: str, _dice: Dice) -> str | None:
    return number[:6] + number[8:17] if number[6:8] == "19" else None


def _lower_x(number: str, _dice: Dice) -> str | None:
    return number[:17] + "x" if number.endswith("X") else None


def _format_noise(number: str, dice: Dice) -> str | None:
    full_width = number.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))
    return dice.of(
        (f" {number}", f"{number[:6]} {number[6:14]} {number[14:]}", f"'{number}", full_width, number + "\xa0")
    )


def _charset(number: str, dice: Dice) -> str | None:
    place = number.find("0", 6)
    return None if place < 0 else number[:place] + dice.of("Oo") + number[place + 1 :]


def _placeholder(_number: str, dice: Dice) -> str | None:
    return dice.of(PLACEHOLDERS)


def _student(number: str, dice: Dice) -> str | None:
    return dice.of("GJ") + number


def _two_in_cell(number: str, _dice: Dice) -> str | None:
    return f"{number}/{number[:6]}{number[8:17]}"


def _birth_invalid(number: str, dice: Dice) -> str | None:
    month = dice.of(("13", "00", "15"))
    return with_check(number[:10] + month + number[12:17])


def _birth_future(number: str, _dice: Dice) -> str | None:
    return with_check(number[:6] + "20" + number[8:17]) if "25" < number[8:10] < "99" and number[6:8] == "19" else None


def _birth_ancient(number: str, _dice: Dice) -> str | None:
    return with_check(number[:6] + "18" + number[8:17]) if number[6:8] == "19" else None


def _region_unknown(number: str, _dice: Dice) -> str | None:
    return with_check(NEVER_A_DIVISION + number[6:17])


def _reserved(number: str, _dice: Dice) -> str | None:
    return with_check(number[:14] + "000") if number[16] in "02468" else None


def _other_birth(number: str, dice: Dice) -> str | None:
    """A right number with another year: the register and the card disagree about the age."""
    birth = date(int(number[6:10]), int(number[10:12]), min(int(number[12:14]), 28))
    moved = birth - timedelta(days=365 * dice.number(1, 4) + dice.number(0, 300))
    return with_check(f"{number[:6]}{moved:%Y%m%d}{number[14:17]}")


def _other_region(number: str, _dice: Dice) -> str | None:
    other = "610723" if number[:6] == "612323" else "612323"
    return with_check(other + number[6:17])


def _other_sequence(number: str, dice: Dice) -> str | None:
    return with_check(f"{number[:14]}{(int(number[14:17]) + 2 * dice.number(200, 290)) % 996:03d}")


def _disjoint(number: str, dice: Dice) -> str | None:
    year, parity = dice.number(1940, 1995), int(number[16]) % 2
    body = f"612323{year}{dice.number(1, 12):02d}{dice.number(1, 28):02d}{dice.number(200, 480) * 2 + parity:03d}"
    return body + check_character(body)


def _in_number(make: TextMaker, *also: str) -> Maker:
    def maker(population: Population, person: int, dice: Dice) -> Damage | None:
        number = population.values["id_no"][person]
        if len(number) != 18:
            return None
        written = make(number, dice)
        return None if written is None or written == number else one_cell(person, "id_no", written, *also)

    return maker


def _missing(population: Population, person: int, _dice: Dice) -> Damage | None:
    return one_cell(person, "id_no", "") if population.birth[person].year < 2019 else None


def _birth_column(population: Population, person: int, dice: Dice) -> Damage | None:
    birth = population.birth[person]
    swapped = f"{birth:%Y}{birth.day:02d}{birth.month:02d}"
    lunar = birth - timedelta(days=dice.number(20, 48))
    wrong = swapped if birth.day <= 12 and birth.day != birth.month and dice.under(0.4) else f"{lunar:%Y%m%d}"
    return one_cell(person, "birth_date", wrong, "XS-FIELD")


def _sex_column(population: Population, person: int, _dice: Dice) -> Damage | None:
    if population.values["relation_to_head"][person] not in ("之子", "之女", "之孙子", "之孙女"):
        return None
    wrong = "女" if population.values["sex"][person] == "男" else "男"
    return one_cell(person, "sex", wrong, "HH-RELATION-SEX", "XS-FIELD")


def _certificate(population: Population, person: int) -> str | None:
    kind = population.values["disability_class"][person]
    if not kind:
        return None
    digit = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重").index(kind) + 1
    return f"{population.core18[person]}{digit}{population.values['disability_level'][person]}"


def _as_certificate(population: Population, person: int, _dice: Dice) -> Damage | None:
    number = _certificate(population, person)
    if number is None:
        return None
    return Damage((Change(person, "id_no", number), Change(person, "id_type", "残疾人证")))


def _on_certificate(make: TextMaker, *also: str, label: str = "残疾人证") -> Maker:
    def maker(population: Population, person: int, dice: Dice) -> Damage | None:
        number = _certificate(population, person)
        written = None if number is None else make(number, dice)
        if written is None:
            return None
        return Damage((Change(person, "id_no", written), Change(person, "id_type", label)), also=also)

    return maker


def _damaged_prefix(number: str, dice: Dice) -> str | None:
    place = dice.number(6, 16)
    return number[:place] + str((int(number[place]) + dice.number(1, 9)) % 10) + number[place + 1 :]


def number_makers() -> dict[str, Maker]:
    """Makers by planted code."""
    return {
        "XS-ID-SUBST": _in_number(_substituted, "ID-CHECKSUM", "ID-REGION-UNKNOWN", "ID-BIRTH-INVALID"),
        "XS-ID-TRANSPOSE": _in_number(_transposed, "ID-CHECKSUM", "ID-REGION-UNKNOWN", "ID-BIRTH-INVALID"),
        "XS-ID-JUMP": _in_number(_jumped, "ID-REGION-UNKNOWN", "ID-BIRTH-INVALID", "ID-BIRTH-DIFF"),
        "ID-LENGTH": _in_number(_length, "XS-ID-INDEL"),
        "ID-EXCEL-TRUNC": _in_number(_truncated, "XS-ID-EXCEL"),
        "ID-EXCEL-NUMERIC": _in_number(_numeric, "XS-ID-EXCEL"),
        "ID-SCIENTIFIC": _in_number(_scientific, "XS-ID-EXCEL"),
        "ID-15": _in_number(_old_form, "XS-ID-15-18"),
        "ID-LOWER-X": _in_number(_lower_x, "ID-FORMAT-NOISE"),
        "ID-FORMAT-NOISE": _in_number(_format_noise),
        "ID-CHARSET": _in_number(_charset, "XS-ID-SUBST"),
        "ID-PLACEHOLDER": _in_number(_placeholder),
        "ID-STUDENT-NO": _in_number(_student, "XS-ID-STUDENT"),
        "ID-TWO-IN-CELL": _in_number(_two_in_cell),
        "ID-BIRTH-INVALID": _in_number(_birth_invalid, "XS-ID-BIRTH", "ID-BIRTH-DIFF"),
        "ID-BIRTH-FUTURE": _in_number(_birth_future, "XS-ID-BIRTH", "ID-BIRTH-DIFF"),
        "ID-BIRTH-ANCIENT": _in_number(_birth_ancient, "XS-ID-BIRTH", "ID-BIRTH-DIFF"),
        "ID-REGION-UNKNOWN": _in_number(_region_unknown, "XS-ID-REGION"),
        "ID-SEQ-RESERVED": _in_number(_reserved, "XS-ID-SEQ", "ID-EXCEL-TRUNC"),
        "XS-ID-BIRTH": _in_number(_other_birth, "ID-BIRTH-DIFF"),
        "XS-ID-REGION": _in_number(_other_region),
        "XS-ID-SEQ": _in_number(_other_sequence),
        "XS-ID-DISJOINT": _in_number(_disjoint, "ID-BIRTH-DIFF"),
        "ID-MISSING": _missing,
        "ID-BIRTH-DIFF": _birth_column,
        "ID-SEX-DIFF": _sex_column,
        "XS-ID-DISABILITY": _as_certificate,
        "ID-CHECKSUM-DISABILITY": _on_certificate(_damaged_prefix, "XS-ID-SUBST"),
        "ID-DISABILITY-CLASS": _on_certificate(lambda number, dice: f"{number[:18]}{dice.of('089')}{number[19]}"),
        "ID-DISABILITY-LEVEL": _on_certificate(lambda number, dice: f"{number[:19]}{dice.of('0567')}"),
        "ID-DISABILITY-SUFFIX": _on_certificate(lambda number, dice: f"{number}{dice.of(('A1', '01', 'BB'))}"),
        "ID-TYPE-LENGTH": _on_certificate(lambda number, _dice: number, label="居民身份证"),
    }
