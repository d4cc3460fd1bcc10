"""What a ledger's column of birth dates says against a number; how far it may be trusted is learned for every ledger.

A column is worth nothing where it was filled in from the row's own number, and everything where it was typed from the card:
which of the two a ledger did shows in rows whose number all the others deny.
"""

from dataclasses import dataclass

import numpy as np

from taizhang.sweep.engines import Engine
from taizhang.sweep.judge.troubled import Troubled
from taizhang.sweep.link.features import MISSING, Floats, Ints

WRONG_DATE, DATE_WEIGHT = 0.05, 100.0
"""Share of dates that are wrong beside a right number, before anything is learned, and for how many rows that counts."""
FILLED_IN, FILLED_WEIGHT = 0.37, 10.0
"""Share of columns that follow the row's number even where that is wrong, and for how many such rows that counts."""
LEAST, MOST = -6.0, -0.5
"""Bounds of the log-evidence of one date."""
BOUND = 7.0
"""Of all dates of a person together."""


@dataclass(frozen=True)
class BirthColumns:
    """Per source: rows with a date and a sound number, and those of them where the two differ."""

    rows: Ints
    denied: Ints


@dataclass(frozen=True)
class Claimed:
    """What rows say of their numbers: candidate per row, −1 where none; per candidate its first row and its person."""

    candidate: Ints
    row: Ints
    owner: Ints


def read_birth_columns(engine: Engine, sources: int) -> BirthColumns:
    """Count over all rows. A wrong number also differs from its column, so the share bounds that of wrong dates."""
    counted = engine.fetch("""
        SELECT source_no, COUNT(*) AS n, SUM(CASE WHEN birth_date <> id_birth THEN 1 ELSE 0 END) AS denied FROM claim_person
        WHERE birth_date IS NOT NULL AND id_birth IS NOT NULL GROUP BY source_no
    """)
    rows, denied = np.zeros(sources, dtype=np.int64), np.zeros(sources, dtype=np.int64)
    rows[counted["source_no"].to_numpy()] = counted["n"].to_numpy()
    denied[counted["source_no"].to_numpy()] = counted["denied"].to_numpy()
    return BirthColumns(rows, denied)


def birth_evidence(troubled: Troubled, columns: BirthColumns, claimed: Claimed, choices: tuple[Ints, Ints]) -> Floats:
    """How the columns of the person's rows speak for every candidate number. choices: (row, candidate)."""
    record, candidate = choices
    birth, number, source = troubled["birth_date"], troubled["id_birth"], troubled["source_no"]
    wrong_date = (columns.denied + WRONG_DATE * DATE_WEIGHT) / (columns.rows + DATE_WEIGHT)
    filled_in = _filled_in(troubled, claimed, len(columns.rows))
    told = number[claimed.row[candidate]]
    denied = (birth[record] != MISSING) & (told != MISSING) & (birth[record] != told)
    record, candidate = record[denied], candidate[denied]
    own = claimed.candidate[record] == candidate
    follows = (claimed.candidate[record] >= 0) & (birth[record] == number[record])
    weight = np.where(
        own, np.log(wrong_date / (1.0 - filled_in))[source[record]],
        np.where(follows, np.log(filled_in)[source[record]], np.log(wrong_date)[source[record]]),
    )  # fmt: skip
    total = np.zeros(len(claimed.row))
    np.add.at(total, candidate, np.clip(weight, LEAST, MOST))
    return np.clip(total, -BOUND, BOUND)


def _filled_in(troubled: Troubled, claimed: Claimed, sources: int) -> Floats:
    """Per source, the share of columns that follow the row's number where two other sources deny that number."""
    birth, number, source = troubled["birth_date"], troubled["id_birth"], troubled["source_no"]
    rows = np.flatnonzero(claimed.candidate >= 0)
    votes = np.sort(claimed.candidate[rows] * sources + source[rows])
    first = np.append(True, votes[1:] != votes[:-1]) if len(votes) else np.zeros(0, dtype=bool)
    told = np.bincount(votes[first] // sources, minlength=len(claimed.row))
    order = np.lexsort((-told, claimed.owner))
    leads = np.ones(len(order), dtype=bool)
    leads[1:] = claimed.owner[order][1:] != claimed.owner[order][:-1]
    leading = np.full(len(troubled.roots), -1, dtype=np.int64)
    leading[claimed.owner[order[leads]]] = order[leads]
    rows = rows[birth[rows] != MISSING]
    best = leading[troubled.group[rows]]
    alone = (told[claimed.candidate[rows]] == 1) & (told[best] > 1)
    true, own, said = number[claimed.row[best]], number[rows], birth[rows]
    seen = alone & (true != own) & ((said == own) | (said == true))
    follows = np.bincount(source[rows[seen & (said == own)]], minlength=sources)
    every = np.bincount(source[rows[seen]], minlength=sources)
    share: Floats = (follows + FILLED_IN * FILLED_WEIGHT) / (every + FILLED_WEIGHT)
    return share
