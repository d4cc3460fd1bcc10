"""How usual a name is: told by the county's other names, of people of that sex and age first."""

import numpy as np
import pyarrow as pa
import pytest

from taizhang.identity.numbers import parse_ids
from taizhang.sweep.judge.spelling import GENERATION, UNKNOWN, Spelling, bearers_of

MAN, WOMAN = "612323190001010013", "612323190001010021"
SON = "612323193001010017"
HE, SHE, LATER = range(3, 6)


def usual(county, *asked):
    """Log-frequencies of names; all are given with their bearer."""
    names, bearers = zip(*county, strict=True)
    wanted, like = zip(*asked, strict=True)
    return Spelling(pa.array(names), np.array(bearers)).log_usual(pa.array(wanted), np.array(like))


def test_a_character_is_as_usual_as_the_other_names_make_it():
    county = [("王建国", HE), ("王建军", HE), ("李奡国", HE)]

    known, once, never = usual(county, ("王建国", HE), ("王奡国", HE), ("王燚国", HE))

    assert known > once == pytest.approx(never, abs=0.03), "its only occurrence may be the mistake itself"


def test_a_character_of_one_sex_is_rare_in_the_other():
    county = [(f"王{given}", HE) for given in ("军伟", "军强", "军刚") * 200]
    county += [(f"王{given}", SHE) for given in ("君兰", "君芳", "君梅") * 200]

    his, his_of_a_woman, hers = usual(county, ("王军伟", HE), ("王军伟", SHE), ("王君兰", SHE))

    assert his == pytest.approx(hers)
    assert his > his_of_a_woman + 2.0


def test_of_a_generation_with_few_people_the_whole_county_tells():
    county = [("王军伟", HE), ("王军强", HE), ("李君兰", SHE), ("李君芳", SHE)] * 500

    alone, unknown = usual(county, ("王军伟", LATER), ("王军伟", UNKNOWN))

    assert alone == pytest.approx(unknown)
    assert alone == pytest.approx(usual(county, ("王军伟", LATER), ("王军伟", HE))[0])


def test_bearers_are_told_apart_by_sex_and_by_years_of_birth():
    keys = parse_ids(pa.array([MAN, WOMAN, SON])).key
    man, woman, son, nobody = bearers_of(np.append(np.asarray(keys, dtype=np.int64), -5))

    assert nobody == UNKNOWN
    assert abs(man - woman) == 1
    assert son - man == 2 * (30 // GENERATION)


def test_names_of_nobody_say_nothing():
    assert Spelling(pa.array([], pa.string()), np.zeros(0, np.int64)).log_usual(
        pa.array(["王建国", ""]), np.array([HE, HE])
    )[1] == pytest.approx(0.0)
