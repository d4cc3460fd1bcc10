"""Who lives together: relations, sexes and ages of the members of one household.

Every composition keeps the laws that the rules test: an adult head, one spouse of the other sex above marriage age,
generations at least 18 years apart, relations that fit the sex.
"""

from collections.abc import Callable
from typing import NamedTuple

from taizhang.sample.chance import Dice, cumulate


class Seat(NamedTuple):
    """One member to be: relation to the head, sex, age in full years at the last delivery, whose surname."""

    relation: str
    sex: str
    age: int
    line: str  # "head", "spouse", "inlaw": the family whose surname the person bears; siblings share a line


def _other(sex: str) -> str:
    return "女" if sex == "男" else "男"


def _couple(dice: Dice, low: int, high: int, *, head_sex: str = "男") -> list[Seat]:
    age = dice.number(low, high)
    wife_age = max(22, min(age + dice.number(-5, 2), 95))
    other = _other(head_sex)
    return [Seat("户主", head_sex, age, "head"), Seat("配偶", other, max(wife_age, 24), "spouse")]


def _children(dice: Dice, mother_age: int, count: int, *, oldest: int = 60) -> list[Seat]:
    seats = []
    for _ in range(count):
        age = mother_age - dice.number(21, 36)
        if 0 <= age <= oldest:
            sex = "男" if dice.under(0.53) else "女"
            seats.append(Seat("之子" if sex == "男" else "之女", sex, age, "head"))
    if len(seats) > 1 and dice.under(0.02):
        first = seats[0]
        seats[1] = first._replace(relation=seats[1].relation, sex=seats[1].sex)  # twins
    return seats


def nuclear(dice: Dice) -> list[Seat]:
    """Parents and their children."""
    seats = _couple(dice, 28, 54)
    return seats + _children(dice, min(seats[0].age, seats[1].age), 1 + dice.under(0.62) + dice.under(0.15), oldest=30)


def stem(dice: Dice) -> list[Seat]:
    """Parents, children and one or two grandparents."""
    seats = nuclear(dice)
    age = seats[0].age + dice.number(20, 32)
    if age <= 95:
        seats.append(Seat("之母", "女", age, "inlaw"))
        if dice.under(0.55):
            seats.append(Seat("之父", "男", min(age + dice.number(0, 5), 98), "head"))
    return seats


def elders_with_son(dice: Dice) -> list[Seat]:
    """An older head with spouse, a married son, and grandchildren."""
    seats = _couple(dice, 50, 72)
    son_age = min(seats[0].age, seats[1].age) - dice.number(21, 27)
    if son_age < 24:
        return seats
    wife_age = max(22, son_age - dice.number(0, 4))
    seats += [Seat("之子", "男", son_age, "head"), Seat("之儿媳", "女", wife_age, "inlaw")]
    for _ in range(1 + dice.under(0.5)):
        age = wife_age - dice.number(21, 30)
        if age >= 0:
            sex = "男" if dice.under(0.53) else "女"
            seats.append(Seat("之孙子" if sex == "男" else "之孙女", sex, age, "head"))
    return seats


def elders(dice: Dice) -> list[Seat]:
    """An old couple by themselves."""
    seats = _couple(dice, 62, 86)
    return [seats[0], seats[1]._replace(age=max(seats[1].age, 61))]


def alone(dice: Dice) -> list[Seat]:
    """One person, mostly old."""
    sex = "男" if dice.under(0.72) else "女"
    age = dice.number(61, 92) if dice.under(0.7) else dice.number(38, 58)
    return [Seat("户主", sex, age, "head")]


def single_parent(dice: Dice) -> list[Seat]:
    """A widowed or divorced parent with children."""
    sex = "女" if dice.under(0.5) else "男"
    head = Seat("户主", sex, dice.number(33, 52), "head")
    children = _children(dice, head.age, 1 + dice.under(0.4), oldest=27)
    return [head, *children]


def raised_by_grandparents(dice: Dice) -> list[Seat]:
    """Grandparents and grandchildren; the parents are registered elsewhere."""
    seats = _couple(dice, 58, 72)
    age = dice.number(3, 17)
    sex = "男" if dice.under(0.53) else "女"
    return [*seats, Seat("之孙子" if sex == "男" else "之孙女", sex, age, "head")]


def with_daughters_husband(dice: Dice) -> list[Seat]:
    """Parents, a daughter, and the husband who came to live with them."""
    seats = _couple(dice, 52, 68)
    age = min(seats[0].age, seats[1].age) - dice.number(22, 28)
    if age < 24:
        return seats
    children = [Seat("之女", "女", age, "head"), Seat("之女婿", "男", max(24, age + dice.number(0, 4)), "inlaw")]
    child_age = age - dice.number(21, 25)
    if child_age >= 0:
        sex = "男" if dice.under(0.5) else "女"
        children.append(Seat("之孙子" if sex == "男" else "之孙女", sex, child_age, "head"))
    return seats + children


COMPOSITIONS: tuple[tuple[Callable[[Dice], list[Seat]], float], ...] = (
    (nuclear, 30),
    (stem, 19),
    (elders_with_son, 15),
    (elders, 11),
    (alone, 11),
    (single_parent, 6),
    (raised_by_grandparents, 4),
    (with_daughters_husband, 4),
)
_KINDS = tuple(kind for kind, _ in COMPOSITIONS)
_SHARES = cumulate([weight for _, weight in COMPOSITIONS])


def compose(dice: Dice) -> list[Seat]:
    """The members of one household, head first."""
    return dice.by_weight(_KINDS, _SHARES)(dice)
