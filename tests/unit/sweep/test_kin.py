"""Of two spellings the one whose surname or character somebody of the household bears is believed."""

import numpy as np
import pyarrow as pa
import pytest

from taizhang.identity.numbers import check_digit
from taizhang.sweep.engines import DuckDbEngine
from taizhang.sweep.examples import diagnose_rows
from taizhang.sweep.judge.habits import EXPECTED, Spelt, habits_of
from taizhang.sweep.judge.kin import MOST_NAMES, Kin, Named, read_kin, shared_with_kin
from taizhang.sweep.judge.spelling import CountyNames
from taizhang.sweep.link.features import Compared, Kind, Texts

SURNAME, CHARACTER = range(2)
PERSON, STRANGER = 7, 8


def shared(first, second, *household, of=PERSON, known=()):
    """What the household says of the second spelling against the first; known: those of it that are candidates, too."""
    names = [first, second, *household]
    ids = {name: at for at, name in enumerate(names)}
    kin = Kin(np.full(len(household), of), np.array([ids[name] for name in household], dtype=np.int64), household)
    candidates = [first, second, *known]
    count = len(candidates)
    named = Named(
        np.full(count, PERSON), np.array([ids[name] for name in candidates]), np.arange(count),
        Texts(pa.chunked_array([candidates])), np.zeros(count, dtype=np.int64),
    )  # fmt: skip
    return shared_with_kin(named, kin)[1].tolist()


def test_a_surname_in_the_household_speaks_for_the_name_that_has_it():
    assert shared("汪小军", "王小军", "王建国", "李秀兰") == [1, 0]
    assert shared("王小军", "汪小军", "王建国", "李秀兰") == [-1, 0]


def test_two_surnames_of_the_household_say_nothing():
    assert shared("李小军", "王小军", "王建国", "李秀兰") == [0, 0]


def test_a_character_that_brothers_share_speaks_for_the_name_that_has_it():
    assert shared("王建军", "王健军", "王健民") == [0, 1]
    assert shared("王军", "王健军", "王健民") == [0, 1], "a generation's character was lost"


def test_a_character_of_both_names_says_nothing():
    assert shared("王建军", "王建君", "王建国") == [0, 0]


def test_the_household_of_somebody_else_says_nothing():
    assert shared("汪小军", "王小军", "王建国", of=STRANGER) == [0, 0]


def test_a_name_that_may_have_slipped_in_from_the_household_is_not_heard():
    assert shared("汪小军", "王小军", "王建国", known=("王建国",)) == [0, 0]


def learned(borne, persons, true):
    """The weights after persons whose rival is the truth with this probability; borne: of the other spelling."""
    rival = np.repeat(np.arange(0, 2 * persons, 2), 2)
    spelt = Spelt(np.full(2 * persons, -5.0), np.full(2 * persons, 3), np.ones(2 * persons, dtype=bool))
    kin = np.tile([[0.0, 0.0], borne], (persons, 1))
    habits = habits_of(spelt, rival, Compared([Kind("XS-NAME-SURNAME", None)], np.zeros(2 * persons, np.int32)), kin)
    weights = EXPECTED
    for _ in range(6):
        weights = habits.learned(np.tile([true, 1.0 - true], persons), weights)
    return weights


@pytest.mark.parametrize("column", [SURNAME, CHARACTER])
def test_what_a_household_is_worth_is_learned(column):
    borne = [0.0, 0.0]
    borne[column] = -1.0

    agreed, denied = learned(borne, 300, 0.99), learned([-one for one in borne], 300, 0.99)

    assert agreed[4 + column] > 2 * EXPECTED[4 + column] > 0
    assert denied[4 + column] < 0, "in this county a shared character is a mistake"


def kin_of(members):
    """Who is kin of a person of two names in a household with so many others."""
    name_id = [1, 2, *range(3, members + 3)]
    rows = {"root": [PERSON, PERSON, *range(100, 100 + members)], "name_id": name_id, "hh": [1] * len(name_id)}
    names = CountyNames(
        pa.array(name_id), pa.array([f"王{one}" for one in name_id]), np.zeros(len(name_id), dtype=np.int64)
    )
    with DuckDbEngine() as engine:
        engine.register("claim_person", pa.table(rows))
        engine.register("involved_person", pa.table(rows))
        return read_kin(engine, names)


def test_kin_are_all_others_of_the_household():
    kin = kin_of(3)

    assert kin.root.tolist() == [PERSON] * 3
    assert kin.name == ["王3", "王4", "王5"]


def test_a_household_of_a_whole_village_is_none():
    assert len(kin_of(MOST_NAMES - 2).root) == MOST_NAMES - 2
    assert len(kin_of(MOST_NAMES - 1).root) == 0


def number(birth, sequence):
    return (body := f"612323{birth}{sequence}") + check_digit(body)


PARENTS = ("王建国", number("19300412", "117")), ("李秀兰", number("19320809", "224"))
SON = number("19550102", "331")


def probability(*, at_home):
    """Of 王小军, whom one ledger writes 汪小军 and another 王小军, living with his parents or not."""
    rows = []
    for source, son in (("city", "汪小军"), ("national", "王小军")):
        members = [*PARENTS, (son, SON)]
        for (name, id_no), home in zip(members, (1, 1, 1 if at_home else 2), strict=True):
            rows.append(
                {
                    "source": source,
                    "name": name,
                    "id_no": id_no,
                    "household_no": f"610723000{home}",
                    "village_code": "610723101201",
                }
            )
    (found,) = diagnose_rows(rows)
    return {one.value: one.probability for one in found.candidates}["王小军"]


def test_a_son_is_called_as_his_father_is():
    assert probability(at_home=True) > probability(at_home=False) + 0.1
