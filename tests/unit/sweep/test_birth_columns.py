"""A ledger's column of birth dates counts as far as the ledger has shown that it was not filled in from the numbers."""

import numpy as np
import pytest

from taizhang.sweep.judge.births import BirthColumns, Claimed, birth_evidence
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.judge.truth import Candidates, Claims, options_of
from taizhang.sweep.link.features import MISSING

PERSONS = 40
NATION, LEDGER, CITY = range(3)
TRUE, WRONG = 5_000, 6_000


def evidence(*, column, last, wrong_dates=0):
    """Of the last person's two numbers, what the city's column says: (of the nation's, of the city's).

    Two ledgers deny the city's number of every other person; `column` stands beside it. last: the column of the last
    person, whose city's number is of WRONG. wrong_dates: of the city's thousand rows.
    """
    rows = []
    for person in range(PERSONS):
        rows += [(person, NATION, TRUE, MISSING), (person, LEDGER, TRUE, MISSING), (person, CITY, WRONG, column)]
    rows += [(PERSONS, NATION, TRUE, MISSING), (PERSONS, CITY, WRONG, last)]
    group, source, number, birth = (np.array(one, dtype=np.int64) for one in zip(*rows, strict=True))
    keys, first, candidate = np.unique(group * 10_000 + number, return_index=True, return_inverse=True)
    troubled = Troubled(
        {"birth_date": birth, "id_birth": number, "source_no": source}, {}, group, np.arange(PERSONS + 1)
    )
    owner = keys // 10_000
    choices = options_of(Claims(group, source, candidate, group), Candidates(owner, np.zeros(len(keys))))
    columns = BirthColumns(np.array([0, 0, 1000]), np.array([0, 0, wrong_dates]))
    told = birth_evidence(troubled, columns, Claimed(candidate, first, owner), choices)
    return told[-2], told[-1]


def test_a_column_that_stayed_true_beside_wrong_numbers_denies_another_number():
    denied, own = evidence(column=TRUE, last=WRONG)

    assert denied < -2.0
    assert own == 0.0


def test_a_column_that_follows_wrong_numbers_says_nothing_of_another_number():
    denied, own = evidence(column=WRONG, last=WRONG)

    assert denied == pytest.approx(-0.5)
    assert own == 0.0


def test_a_column_that_denies_its_own_row_is_believed_less_where_it_follows_wrong_numbers():
    _, typed = evidence(column=TRUE, last=TRUE)
    _, filled = evidence(column=WRONG, last=TRUE)

    assert typed < filled < -2.0


def test_a_column_of_many_wrong_dates_says_little():
    _, careful = evidence(column=TRUE, last=TRUE)
    _, careless = evidence(column=TRUE, last=TRUE, wrong_dates=400)

    assert careful < -4.0
    assert careless > -1.0
