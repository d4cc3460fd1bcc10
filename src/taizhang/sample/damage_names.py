"""How names go wrong: typing by sound and shape, lost characters, damaged bytes, notes in the cell."""

from collections.abc import Callable, Mapping

from taizhang.sample.chance import Dice
from taizhang.sample.faults import Damage, Maker, one_cell
from taizhang.sample.knowledge import characters, with_tone_mark
from taizhang.sample.population import Population

NOTES = ("（户主）", "(已故)", "（学生）", "（残疾）", "（外出）")
DOTS = "•‧・．."
PLACEHOLDERS = ("不详", "无名", "未取名", "小孩", "待定")
RADICALS = {
    "金": "⾦",
    "白": "⽩",
    "黄": "⻩",
    "马": "⻢",
    "长": "⻓",
    "龙": "⻰",
    "文": "⽂",
    "小": "⼩",
    "玉": "⽟",
    "水": "⽔",
}
COMMON_GIVEN = "建国明华秀英桂兰军强"
TextMaker = Callable[[str, Dice], str | None]


def _replaced(name: str, place: int, character: str) -> str:
    return name[:place] + character + name[place + 1 :]


def _by_table(table: Mapping[str, tuple[str, ...]], *, first: int) -> TextMaker:
    def make(name: str, dice: Dice) -> str | None:
        places = [place for place in range(first, len(name)) if table.get(name[place])]
        if not places or len(name) > 4:
            return None
        place = dice.of(places)
        return _replaced(name, place, dice.of(table[name[place]]))

    return make


def _loss(name: str, dice: Dice) -> str | None:
    places = [place for place, character in enumerate(name) if character in characters().beyond_gbk]
    if not places:
        return None
    return _replaced(name, places[0], dice.of("?□�"))


def _loss_anywhere(name: str, dice: Dice) -> str | None:
    return _replaced(name, dice.number(1, len(name) - 1), dice.of("?□")) if len(name) in (2, 3) else None


def _latin(name: str, _dice: Dice) -> str | None:
    place = len(name) - 1
    syllable = characters().reading.get(name[place])
    return None if syllable is None else _replaced(name, place, syllable[:-1].upper())


def _desync(name: str, _dice: Dice) -> str | None:
    """One byte of a pair lost: what follows pairs wrongly until an ASCII trail byte stands alone."""
    try:
        data = name.encode("gbk")
    except UnicodeEncodeError:
        return None
    trails = [place for place in range(1, len(name)) if data[2 * place + 1] < 0x7F]
    if not trails or len(data) != 2 * len(name):
        return None
    place = trails[0]
    try:
        garbage = data[1 : 2 * place + 1].decode("gbk")
    except UnicodeDecodeError:
        return None
    return "?" + garbage + chr(data[2 * place + 1]) + name[place + 1 :]


def _charset(name: str, dice: Dice) -> str | None:
    try:
        read = name.encode("gbk").decode("latin-1") if dice.under(0.5) else name.encode().decode("gbk")
    except UnicodeError:
        return None
    return read if read.isprintable() else None


def _pinyin_bracket(name: str, _dice: Dice) -> str | None:
    known = characters().reading
    if not all(character in known for character in name[1:]):
        return None
    return name[0] + "".join(f"{character}({with_tone_mark(known[character])})" for character in name[1:])


def _separator(name: str, dice: Dice) -> str | None:
    return name.replace("·", dice.of(DOTS)) if "·" in name else None


def _space(name: str, dice: Dice) -> str | None:
    blank = dice.of((" ", "　", " "))
    return f"{name[0]}{blank}{name[1:]}" if dice.under(0.6) else name + blank


def _note(name: str, dice: Dice) -> str | None:
    return name + dice.of(NOTES)


def _radical(name: str, _dice: Dice) -> str | None:
    place = next((place for place, character in enumerate(name) if character in RADICALS), None)
    return None if place is None else _replaced(name, place, RADICALS[name[place]])


def _pua(name: str, _dice: Dice) -> str | None:
    return name.replace("䶮", chr(0xE863)) if "䶮" in name else None


def _extra_character(name: str, dice: Dice) -> str | None:
    if len(name) == 3 and dice.under(0.7):
        return name[0] + name[2]
    return name[0] + dice.of(COMMON_GIVEN) + name[1:] if len(name) == 2 else None


def _order(name: str, _dice: Dice) -> str | None:
    return name[0] + name[2] + name[1] if len(name) == 3 and name[1] != name[2] else None


def _one_character(name: str, dice: Dice) -> str | None:
    known = characters()
    if not 2 <= len(name) <= 3:
        return None
    place = len(name) - 1
    other = dice.of(COMMON_GIVEN)
    old = name[place]
    alike = known.same_sound.get(old, ()) + known.near_sound.get(old, ()) + known.same_shape.get(old, ())
    return None if other == old or other in alike or other in name else _replaced(name, place, other)


def _surname(name: str, dice: Dice) -> str | None:
    known = characters()
    other = dice.of("王李张刘陈杨赵周吴孙")
    alike = known.same_sound.get(name[0], ()) + known.near_sound.get(name[0], ()) + known.same_shape.get(name[0], ())
    return None if len(name) != 3 or other == name[0] or other in alike else other + name[1:]


def _given(name: str, dice: Dice) -> str | None:
    other = dice.of(("志强", "小红", "建平", "金凤", "海燕", "永福"))
    return None if len(name) != 3 or set(other) & set(name) else name[0] + other


def _disjoint(name: str, dice: Dice) -> str | None:
    other = dice.of(("赵永福", "孙金凤", "吴海燕", "郑建平", "冯小红"))
    return None if len(name) != 3 or set(other) & set(name) else other


def _digit(name: str, dice: Dice) -> str | None:
    return f"{name}{dice.number(1, 3)}"


def _symbol(name: str, dice: Dice) -> str | None:
    return name + dice.of("★#●")


def _placeholder(_name: str, dice: Dice) -> str | None:
    return dice.of(PLACEHOLDERS)


def _short(name: str, _dice: Dice) -> str | None:
    return name[-1] if len(name) == 3 else None


def _empty(_name: str, _dice: Dice) -> str | None:
    return ""


def _clan(population: Population, person: int, _dice: Dice) -> Damage | None:
    values = population.values
    if values["sex"][person] != "女" or population.birth[person].year > 1955 or len(values["name"][person]) != 3:
        return None
    own = values["name"][person][0]
    husband = values["head_name"][person][0]
    return one_cell(person, "name", f"{husband}{own}氏" if husband != own else f"{own}氏", "NM-CLAN", "XS-NAME-CLAN")


def _two_persons(population: Population, person: int, _dice: Dice) -> Damage | None:
    values = population.values
    head = values["head_name"][person]
    name = values["name"][person]
    return None if head == name else one_cell(person, "name", f"{name}、{head}", "NM-TWO-PERSONS")


def _in_name(make: TextMaker, *also: str) -> Maker:
    def maker(population: Population, person: int, dice: Dice) -> Damage | None:
        name = population.values["name"][person]
        if "·" in name and make is not _separator:
            return None
        written = make(name, dice)
        return None if written is None or written == name else one_cell(person, "name", written, *also)

    return maker


def name_makers() -> dict[str, Maker]:
    """Makers by planted code."""
    known = characters()
    return {
        "XS-NAME-HOMOPHONE": _in_name(_by_table(known.same_sound, first=0)),
        "XS-NAME-NEARPHONE": _in_name(_by_table(known.near_sound, first=1)),
        "XS-NAME-SHAPE": _in_name(_by_table(known.same_shape, first=0)),
        "XS-NAME-VARIANT": _in_name(_by_table(known.variant, first=0), "NM-TRADITIONAL"),
        "XS-NAME-LOSS": _in_name(_loss, "NM-LOSS"),
        "NM-LOSS": _in_name(_loss_anywhere, "XS-NAME-LOSS"),
        "NM-LATIN": _in_name(_latin, "XS-NAME-LOSS"),
        "NM-DESYNC": _in_name(_desync, "XS-NAME-DAMAGED", "NM-LOSS"),
        "NM-CHARSET": _in_name(_charset, "XS-NAME-DAMAGED"),
        "NM-PINYIN-BRACKET": _in_name(_pinyin_bracket, "XS-NAME-FORMAT"),
        "NM-SEPARATOR": _in_name(_separator, "XS-NAME-FORMAT"),
        "NM-SPACE": _in_name(_space, "XS-NAME-FORMAT"),
        "NM-NOTE": _in_name(_note, "XS-NAME-FORMAT"),
        "NM-RADICAL": _in_name(_radical, "XS-NAME-FORMAT"),
        "NM-PUA": _in_name(_pua, "XS-NAME-LOSS"),
        "NM-CLAN": _clan,
        "NM-TWO-PERSONS": _two_persons,
        "NM-DIGIT": _in_name(_digit),
        "NM-SYMBOL": _in_name(_symbol),
        "NM-PLACEHOLDER": _in_name(_placeholder),
        "NM-SHORT": _in_name(_short, "XS-NAME-EXTRA", "XS-NAME-SURNAME"),
        "NM-EMPTY": _in_name(_empty),
        "XS-NAME-EXTRA": _in_name(_extra_character),
        "XS-NAME-ORDER": _in_name(_order),
        "XS-NAME-ONECHAR": _in_name(_one_character),
        "XS-NAME-SURNAME": _in_name(_surname),
        "XS-NAME-GIVEN": _in_name(_given),
        "XS-NAME-DISJOINT": _in_name(_disjoint),
    }
