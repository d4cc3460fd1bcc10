"""The people of one county as they truly are: villages, households, ages, names, numbers, telephones."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.digits import Ints, Mask, bodies, number_texts
from identity.mixtures import Mixture
from identity.naming import draw, draw_names
from taizhang.identity.divisions import DivisionHistory

AS_OF = date(2024, 6, 30)
COUNTY_SIZE = 200_000
VILLAGE_SIZE, TOWN_VILLAGES = 1200, 20
SIZES = np.array([0.16, 0.22, 0.21, 0.19, 0.13, 0.06, 0.03])  # households of 1 to 7
MOVED_IN = 0.08
OLD_CODE_UNTIL = 1996
MINORITY_VILLAGES, MINORITY_IN_THEM = 0.04, 0.6
HEAD, SPOUSE, CHILD, PARENT = range(4)


@dataclass(frozen=True, slots=True)
class County:
    """One county; every array a person, in the order of village and household.

    no: number of the county. first_person, first_household: numbers go on from here, through the whole lake. shared:
    persons whose number is truly another one's too. phone: 0 for none.
    """

    no: int
    code: int
    first_person: int
    village: Ints
    household: Ints
    head: Ints
    role: Ints
    sex: Ints
    birth: Ints
    name: pa.StringArray
    id_no: pa.StringArray
    phone: Ints
    shared: Mask

    @property
    def size(self) -> int:
        """Number of persons."""
        return len(self.sex)


def county_codes() -> npt.NDArray[np.int64]:
    """County codes in force, ascending."""
    history = DivisionHistory.packaged()
    year = AS_OF.year
    return np.array(
        [int(code) for code in sorted(history.codes) if code[4:] != "00" and history.existed_in(code, year)], np.int64
    )


def make_county(no: int, size: int, counties: int, seed: int, mixture: Mixture) -> County:
    """The people of county `no` of `counties`; the same for the same arguments, whatever else is made."""
    rng = np.random.default_rng([seed, no])
    codes = np.random.default_rng(seed).permutation(county_codes())
    home, old, foreign = codes[2 * no], codes[2 * no + 1], codes[2 * counties :][no::counties]
    household, position, head = _households(rng, size)
    village_of_household = np.minimum(head // VILLAGE_SIZE, max(0, size // VILLAGE_SIZE - 1))
    village = village_of_household[household]
    role, sex, birth = _people(rng, position, head[household])
    year = _year(birth)
    area = np.where(year < OLD_CODE_UNTIL, old, home)
    moved = rng.random(size) < MOVED_IN
    area = np.where(moved, foreign[rng.integers(0, len(foreign), size)], area)
    shared = np.zeros(size, bool)
    pairs = rng.choice(size, 2 * (size * mixture.shared // 2_000_000 + (mixture.shared > 0)), replace=False)
    one, other = pairs[::2], pairs[1::2]
    for values in (sex, birth, area):
        values[other] = values[one]
    year = _year(birth)
    body = bodies(area, _yyyymmdd(birth), sex, rng.integers(0, 499, size))
    body[other] = body[one]
    shared[pairs] = True
    generation = np.where((role == CHILD) & (rng.random(int(household.max()) + 1) < 0.25)[household], household, -1)
    minority_village = rng.random(int(village.max()) + 1) < MINORITY_VILLAGES
    name = draw_names(
        rng,
        family=household,
        own=(role == SPOUSE) | (role == PARENT) & (sex == 1) | (rng.random(size) < 0.06),
        sex=sex,
        year=year,
        generation=generation,
        is_minority=minority_village[village] & (rng.random(size) < MINORITY_IN_THEM),
    )
    phone = 13_000_000_000 + rng.integers(0, 6_999_999_999, size)
    has_phone = (rng.random(size) < 0.85) & (year < AS_OF.year - 12)
    phone = np.where(has_phone, phone, 0)
    lent = (phone == 0) & (rng.random(size) < 0.4)
    phone = np.where(lent, phone[head[household]], phone)
    first = no * COUNTY_SIZE
    return County(
        no,
        int(home),
        first,
        village,
        household,
        head[household],
        role,
        sex,
        birth,
        name,
        number_texts(body),
        phone,
        shared,
    )


def _households(rng: np.random.Generator, size: int) -> tuple[Ints, Ints, Ints]:
    """Household of each person, place in it, and by household the index of its first person."""
    sizes = draw(rng, SIZES, size) + 1
    ends = np.cumsum(sizes)
    ends = ends[: int(np.searchsorted(ends, size)) + 1]
    ends[-1] = size
    head = np.r_[0, ends[:-1]]
    household = np.repeat(np.arange(len(head)), np.diff(np.r_[head, size]))
    return household, np.arange(size) - head[household], head


def _people(rng: np.random.Generator, position: Ints, head: Ints) -> tuple[Ints, Ints, Ints]:
    """Role, sex and birth (days since 1970) of each person; `head` is the index of the household's head."""
    count = len(position)
    role = np.select(
        [
            position == 0,
            (position == 1) & (rng.random(count) < 0.85)[head],
            (position >= 3) & (rng.random(count) < 0.4),
        ],
        [HEAD, SPOUSE, PARENT],
        CHILD,
    )
    sex = rng.integers(0, 2, count)
    sex[role == HEAD] = rng.random(int((role == HEAD).sum())) < 0.15
    sex = np.where(role == SPOUSE, 1 - sex[head], sex)
    age_of_head = 26 + 55 * rng.beta(2.0, 2.2, count)[head]
    between = rng.uniform(20, 36, count)
    age = np.select(
        [role == HEAD, role == SPOUSE, role == PARENT],
        [age_of_head, age_of_head + rng.normal(-1, 3, count), age_of_head + between],
        np.abs(age_of_head - between),
    )
    age = np.where(age > 97, rng.uniform(60, 97, count), age)
    twin = (role == CHILD) & (np.r_[CHILD + 1, role[:-1]] == CHILD) & (rng.random(count) < 0.012)
    birth = (AS_OF - date(1970, 1, 1)).days - np.clip(age * 365.25 + rng.uniform(0, 365, count), 20, 36_000).astype(
        np.int64
    )
    birth[twin] = birth[np.flatnonzero(twin) - 1]
    return role, sex.astype(np.int64), birth


def _year(birth: Ints) -> Ints:
    return birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def _yyyymmdd(birth: Ints) -> Ints:
    days = birth.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64) + 1
    count = months.astype(np.int64)
    return (count // 12 + 1970) * 10_000 + (count % 12 + 1) * 100 + day
