"""A county in which every family has one trouble of its own, and the families that look troubled and are not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ledgers import DAUGHTER, HEAD, SON, SPOUSE, birth, changed, everywhere, family, name, number, with_check

from taizhang.identity.numbers import check_digit


@dataclass(frozen=True)
class Case:
    """One family's trouble.

    make: family code → rows by source. expected: codes of the findings in its village, sorted. source: whose row they
    complain about. truth: (field, family code → value) that must be the first candidate.
    beside: a code that may stand beside the expected ones.
    """

    make: Callable
    expected: tuple = ()
    source: str | None = "ledger"
    truth: tuple | None = None
    named: dict = field(default_factory=dict)
    beside: str = ""

    def rows(self, code):
        """Rows by source."""
        return self.make(code, everywhere(family(code, **self.named)))


def _written(member, source="ledger", **changes):
    """One source writes values of one member otherwise; a value may be made from the family's code."""

    def make(code, told):
        values = {key: value(code) if callable(value) else value for key, value in changes.items()}
        return told | {source: changed(told[source], member, **values)}

    return make


def _name(true, written, code, source="ledger"):
    """The son is `true` everywhere and `written` in one source."""
    return Case(_written(SON, source, name=written), (code,), source, ("name", lambda _: true), {"m2": true})


def _number(damage, code, *, also_right=True):
    """The ledger writes the son's number damaged."""
    return Case(
        _written(SON, id_no=lambda family_code: damage(number(family_code, SON))), (code,), "ledger",
        ("id_no", lambda family_code: number(family_code, SON)) if also_right else None,
    )  # fmt: skip


def other_digit(text, place):
    """The number with another digit at a 0-based place."""
    return text[:place] + str((int(text[place]) + 3) % 10) + text[place + 1 :]


def crossed(text, place):
    """The number with the first unequal neighbours from a place on exchanged."""
    at = next(one for one in range(place, 17) if text[one] != text[one + 1])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def jumped(text):
    """The number with two unequal places ten apart exchanged, the check of which still fits; nothing else may break."""
    for left in (6, 5, 4, 3, 2):
        places = list(text)
        places[left], places[left + 10] = places[left + 10], places[left]
        if places != list(text) and check_digit("".join(places[:17])) == text[17]:
            return "".join(places)
    raise AssertionError(text)


def _swapped(*, source="ledger", one=HEAD, two=SON):
    def make(code, told):
        rows = changed(told[source], one, id_no=number(code, two))
        return told | {source: changed(rows, two, id_no=number(code, one))}

    return make


def _without(member, source="ledger"):
    def make(code, told):
        return told | {source: [row for at, row in enumerate(told[source]) if at != member]}

    return make


def _again(member, source="ledger", **changes):
    """A source has a member twice, the second row with changes."""

    def make(code, told):
        values = {key: value(code) if callable(value) else value for key, value in changes.items()}
        return told | {source: [*told[source], told[source][member] | values]}

    return make


def _head_copy(source="national", **changes):
    def make(code, told):
        values = {key: value(code) for key, value in changes.items()}
        return told | {source: [row | values for row in told[source]]}

    return make


def _extra(code, told):
    stranger = told["ledger"][DAUGHTER] | {
        "name": "曾多余", "id_no": number(code, DAUGHTER, order=902), "birth_date": birth(code, DAUGHTER),
        "person_no": f"99{code:03d}",
    }  # fmt: skip
    return told | {"ledger": [*told["ledger"], stranger]}


def _reused_person_number(code, told):
    return told | {"ledger": changed(told["ledger"], SON, person_no=told["ledger"][DAUGHTER]["person_no"])}


def _everywhere(member, **changes):
    """A value that is unusual and that all sources agree on."""

    def make(code, told):
        values = {key: value(code) if callable(value) else value for key, value in changes.items()}
        return {source: changed(rows, member, **values) for source, rows in told.items()}

    return make


def _alias(code, told):
    """Three ledgers note the former name beside the name; one has only the former name."""
    made = {source: changed(rows, SON, name="何家亮（曾用名：何二狗）") for source, rows in told.items()}
    return made | {"ledger": changed(told["ledger"], SON, name="何二狗")}


def _father_without(code, told):
    rows = changed(told["ledger"], SON, id_no=number(code, HEAD))
    return told | {"ledger": changed(rows, HEAD, id_no=None)}


def _either(code, told):
    """Two namesakes in one village; one ledger has a row that fits both and says nothing that tells them apart."""
    other = family(code + 100, village=code, m2="王同名")
    made = {source: [*changed(rows, SON, name="王同名"), *map(dict, other)] for source, rows in told.items()}
    bare = dict.fromkeys(
        ("id_no", "birth_date", "person_no", "household_no", "relation_to_head", "head_name", "head_id_no")
    )
    rows = [row for at, row in enumerate(made["ledger"]) if at not in (SON, 4 + SON)]
    return made | {"ledger": [*rows, made["ledger"][SON] | bare]}


def _certificate(code):
    return number(code, SON) + "42"


def _old_number(code):
    text = number(code, SON)
    return text[:6] + text[8:17]


def _namesakes(code, told):
    """A neighbouring household of the village has a member of the son's name."""
    other = family(code + 100, village=code, m2="王真同")
    return {source: [*rows, *map(dict, other)] for source, rows in told.items()}


def _twins(code, told):
    """Son and daughter of one day, with consecutive orders and names that differ in one character."""
    born = birth(code, SON)
    twin = {"birth_date": born, "id_no": number(code, DAUGHTER, born=born, order=348), "name": "林小双"}
    son = {"id_no": number(code, SON, born=born, order=347), "name": "林大双"}
    return {source: changed(changed(rows, SON, **son), DAUGHTER, **twin) for source, rows in told.items()}


def _two_holders(code, told):
    """Two neighbours carry one number in every ledger, each with a name and household of his own."""
    other = changed(family(code + 100, village=code), SON, id_no=number(code, SON), birth_date=birth(code, SON))
    return {source: [*rows, *map(dict, other)] for source, rows in told.items()}


def _copied_from_a_neighbour(code, told):
    other = family(code + 100, village=code)
    wrong = changed(other, SON, id_no=number(code, SON))
    return {
        source: [*rows, *map(dict, wrong if source == "ledger" else other)] for source, rows in told.items()
    }  # fmt: skip


def _in_the_neighbours_household(code, told):
    other = everywhere(family(code + 100, village=code))
    house = {key: other["ledger"][HEAD][key] for key in ("household_no", "head_name", "head_id_no")}
    made = {source: [*rows, *other[source]] for source, rows in told.items()}
    kept = [row for at, row in enumerate(told["ledger"]) if at != DAUGHTER]
    return made | {"ledger": [*kept, *other["ledger"], told["ledger"][DAUGHTER] | house]}


def _in_two_households(code, told):
    made = _in_the_neighbours_household(code, told)
    return made | {"ledger": [told["ledger"][DAUGHTER], *made["ledger"]]}


def _swapped_with_a_neighbour(code, told):
    other = family(code + 100, village=code)
    made = {source: [*rows, *map(dict, other)] for source, rows in told.items()}
    rows = changed(made["ledger"], SON, id_no=number(code + 100, SON))
    return made | {"ledger": changed(rows, 4 + SON, id_no=number(code, SON))}


def _shifted(code, told):
    """In a block of eight rows the numbers of rows 1 to 5 slipped by one; the last of them got the first's."""
    other = family(code + 100, village=code)
    made = {source: [*rows, *map(dict, other)] for source, rows in told.items()}
    numbers = [row["id_no"] for row in made["ledger"]]
    slipped = [numbers[0], numbers[2], numbers[3], numbers[4], numbers[5], numbers[1], *numbers[6:]]
    rows = [row | {"id_no": text} for row, text in zip(made["ledger"], slipped, strict=True)]
    return made | {"ledger": rows}


def _blanks(code, told):
    blank = {"id_no": None}
    return {
        source: changed(changed(rows, SON, **blank), DAUGHTER, **blank) if source == "ledger" else rows
        for source, rows in told.items()
    }  # fmt: skip


def _born_elsewhere(code):
    return number(code, DAUGHTER, area="510107")


def _of_the_other_era(code):
    return number(code, SON, area="610723")


CASES = {
    "same sound": _name("王建军", "王建君", "XS-NAME-HOMOPHONE"),
    "near sound": _name("刘兰英", "刘南英", "XS-NAME-NEARPHONE"),
    "alike in shape": _name("李未来", "李末来", "XS-NAME-SHAPE"),
    "lost character": _name("龚小䶮", "龚小?", "XS-NAME-LOSS"),
    "variant": _name("肖建业", "萧建业", "XS-NAME-VARIANT"),
    "order": _name("曹国英", "曹英国", "XS-NAME-ORDER"),
    "one character more": _name("魏东", "魏志东", "XS-NAME-EXTRA"),
    "other surname": _name("陶春林", "姜春林", "XS-NAME-SURNAME"),
    "other given name": _name("金玉梅", "金大河", "XS-NAME-GIVEN"),
    "no character in common": _name("华天佑", "石小猛", "XS-NAME-DISJOINT"),
    "misread bytes": _name("张伟", "寮犱紵", "XS-NAME-DAMAGED"),
    "one character otherwise": _name("严明月", "严明州", "XS-NAME-ONECHAR"),
    "alias": Case(_alias, ("XS-NAME-ALIAS",), "ledger", ("name", lambda _: "何家亮")),
    "clan name": Case(
        _written(SPOUSE, name="王张氏"), ("XS-NAME-CLAN",), "ledger", ("name", lambda _: "张桂花"),
        {"m0": "王大河", "m1": "张桂花"},
    ),
    "number of the father, who has none": Case(_father_without, ("XS-ID-FAMILY",)),
    "could be either": Case(_either, ("XS-AMBIGUOUS",), beside="XS-MISSING"),
    "two places ten apart": _number(jumped, "XS-ID-JUMP"),
    "one digit": _number(lambda text: other_digit(text, 15), "XS-ID-SUBST"),
    "neighbours exchanged": _number(lambda text: crossed(text, 12), "XS-ID-TRANSPOSE"),
    "a digit lost": _number(lambda text: text[:9] + text[10:], "XS-ID-INDEL"),
    "a digit more": _number(lambda text: text[:15] + "7" + text[15:], "XS-ID-INDEL"),
    "cut by a spreadsheet": _number(lambda text: text[:15] + "000", "ID-EXCEL-TRUNC"),
    "other birth": _number(lambda text: with_check(text[:6] + "19660607" + text[14:17]), "XS-ID-BIRTH"),
    "other area": _number(lambda text: with_check("610122" + text[6:17]), "XS-ID-REGION"),
    "other order": _number(lambda text: with_check(text[:14] + "951"), "XS-ID-SEQ"),
    "another number": _number(lambda text: with_check("61012219551212337"), "XS-ID-DISJOINT"),
    "certificate": Case(_written(SON, id_no=_certificate), ("XS-ID-DISABILITY",)),
    "swap at home": Case(_swapped(), ("PR-SWAP",)),
    "swap with a neighbour": Case(_swapped_with_a_neighbour, ("XS-SWAP",)),
    "number of the father": Case(
        _written(SON, id_no=lambda code: number(code, HEAD)), ("PR-COPY-FAMILY",), "ledger",
        ("id_no", lambda code: number(code, SON)),
    ),
    "number of a neighbour": Case(
        _copied_from_a_neighbour, ("PR-ID-TWO-NAMES",), "ledger", ("id_no", lambda code: number(code + 100, SON))
    ),
    "slipped block": Case(_shifted, ("PR-ROW-SHIFT",)),
    "twice": Case(_again(SON), ("PR-DUP-ROW",)),
    "old and new number": Case(_again(SON, id_no=_old_number), ("PR-DUP-15-18",)),
    "number and certificate": Case(_again(SON, id_no=_certificate), ("PR-DUP-DISABILITY", "XS-ID-DISABILITY")),
    "two numbers": Case(_again(SON, id_no=lambda code: number(code, SON, order=951)), ("PR-NAME-TWO-IDS",)),
    "in two households": Case(_in_two_households, ("PR-DUP-HOUSEHOLD",)),
    "in another household": Case(_in_the_neighbours_household, ("XS-HOUSEHOLD",)),
    "person number of the sister": Case(_reused_person_number, ("PR-PERSON-NO-REUSE",)),
    "head's name stale": Case(_head_copy(head_name=lambda _: "欧阳旧主"), ("PR-HEAD-NAME",), "national"),
    "head's number stale": Case(_head_copy(head_id_no=lambda code: number(code, SPOUSE)), ("PR-HEAD-ID",), "national"),
    "head stale": Case(
        _head_copy(head_name=lambda code: name(code, SPOUSE), head_id_no=lambda code: number(code, SPOUSE)),
        ("PR-HEAD-BOTH",), "national",
    ),
    "left out": Case(_without(SON), ("XS-MISSING",)),
    "only in one": Case(_extra, ("XS-EXTRA",)),
    "other sex": Case(_written(SON, sex="女"), ("XS-FIELD",), "ledger", ("sex", lambda _: "男")),
    "number of two people": Case(_two_holders, ("PR-ID-SHARED",), None),
}  # fmt: skip

CLEAN = {
    "ordinary": Case(lambda code, told: told),
    "namesakes": Case(_namesakes, named={"m2": "王真同"}),
    "twins": Case(_twins),
    "born elsewhere": Case(_everywhere(DAUGHTER, id_no=_born_elsewhere)),
    "prefix of the other era": Case(_everywhere(SON, id_no=_of_the_other_era)),
    "two blanks": Case(_blanks),
    "blank in one": Case(_written(SON, id_no=None)),
    "blank name in one": Case(_written(SON, name=None)),
    "noise around the number": Case(_written(SON, id_no=lambda code: f" {number(code, SON)[:17]} {number(code, SON)[17]} ")),
    "noise around the name": Case(_written(SON, name=" 何 家声 "), named={"m2": "何家声"}),
    "alias beside the name": Case(_written(SON, name="何家亮（曾用名：何二狗）"), named={"m2": "何家亮"}),
    "removed everywhere": Case(_everywhere(DAUGHTER, person_status="死亡")),
    "absent where dead": Case(lambda code, told: _without(DAUGHTER)(code, _everywhere(DAUGHTER, person_status="死亡")(code, told))),
    "pushed twice": Case(_again(SON, "app")),
    "education of one only": Case(_written(SON, education="高中")),
    "household numbered otherwise": Case(
        lambda code, told: told | {"ledger": [row | {"household_no": f"88{code:03d}"} for row in told["ledger"]]}
    ),
    "fifteen digits": Case(_written(SON, id_no=_old_number)),
    "school number": Case(_written(SON, id_no=lambda code: f"G{number(code, SON)}")),
}  # fmt: skip

CODE_OF = {key: code for code, key in enumerate([*CASES, *CLEAN])}


def whole_county():
    """Rows of all families by source."""
    told = {source: [] for source in ("national", "city", "ledger", "app")}
    for key, case in (CASES | CLEAN).items():
        for source, rows in case.rows(CODE_OF[key]).items():
            told[source] += rows
    return told
