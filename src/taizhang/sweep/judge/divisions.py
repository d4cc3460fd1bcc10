"""What the division code in a number says of its date of birth: codes come and go, and a county's own numbers show when.

A number is issued under the code that the district had then. People who moved in have codes of elsewhere, and whoever writes a wrong
number, too; so what is heard is not how rare a code is, but whether it was in use for those born then.
"""

from dataclasses import dataclass

import numpy as np

from taizhang.sweep.engines import Engine
from taizhang.sweep.link.features import Floats, Ints
from taizhang.sweep.link.keys import AREA_AND_YEAR

YEARS = 10_000
"""More than there are years: what division and year are one integer by."""
EXCEPTIONS = 3.0
"""Persons of a division and year who are there against all expectation; few who should be there and are not say little."""


@dataclass(frozen=True)
class Divisions:
    """How many persons have numbers of a division and year of birth. place: both as one integer, ascending."""

    place: Ints
    persons: Ints


def read_divisions(engine: Engine) -> Divisions:
    """Count over all valid numbers."""
    table = engine.fetch(f"""
        SELECT ident // {AREA_AND_YEAR} AS place, COUNT(*) AS persons FROM (
            SELECT DISTINCT ident FROM claim_person WHERE ident > 0) AS n GROUP BY 1 ORDER BY 1
    """)
    return Divisions(*(table[name].to_numpy().astype(np.int64) for name in ("place", "persons")))


def division_evidence(known: Divisions, numbers: Ints) -> Floats:
    """Log of how many persons have a number's division and year of birth, by how many would if codes were the same in all years.

    Never above 0, and without the number itself. Numbers exchanged or taken from somebody else are in use, whosever they are.
    """
    if not len(known.place):
        return np.zeros(len(numbers))
    division, year = np.divmod(known.place, YEARS)
    asked = numbers // AREA_AND_YEAR
    there, of_division, of_year = (
        _count(keys, known.persons, each) - 1.0
        for keys, each in ((known.place, asked), (division, asked // YEARS), (year, asked % YEARS))
    )
    expected = of_division * of_year / known.persons.sum()
    told: Floats = np.minimum(0.0, np.log((there + EXCEPTIONS) / (expected + EXCEPTIONS)))
    return told


def _count(keys: Ints, persons: Ints, asked: Ints) -> Floats:
    """Persons of every key asked about, which is there: the numbers asked about are counted, too."""
    distinct, place = np.unique(keys, return_inverse=True)
    persons_of: Floats = np.bincount(place, weights=persons).astype(np.float64)
    return persons_of[np.searchsorted(distinct, asked)]
