"""Judging numbers and names of the troubled persons: candidates, evidence inside the rows, and the posterior."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taizhang.sweep.authority.evidence import Evidence
from taizhang.sweep.judge.births import BirthColumns, Claimed, birth_evidence
from taizhang.sweep.judge.habits import Habits, Spelt, habits_of
from taizhang.sweep.judge.kinds import LOG_ONE_OF, NAME_FAMILIES, NUMBER_FAMILIES, families_of
from taizhang.sweep.judge.spelling import Spelling
from taizhang.sweep.judge.troubled import Held, Troubled
from taizhang.sweep.judge.truth import Candidates, Claims, Floats, Judged, Options, judge, options_of
from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import Compared, Ints, Relations, compare_of
from taizhang.sweep.link.reach import PREFIX_15

OWNED = -4.0
"""Log-evidence of a number that more sources give to another person: it was copied from there; few numbers are shared."""
HEAD_DENIES = 3.0
"""Log-evidence of the head's name or number in the head's own row, where it is another candidate than the row's own."""
TRUNCATED = -8.0
HEAD_RELATION = 1
"""How linking writes 户主."""
DAMAGED_NAME = -6.0
UNUSUAL_NAME = -2.0
DAMAGED = ("NM-LOSS", "NM-PUA", "NM-DESYNC", "NM-CHARSET", "NM-SYMBOL", "NM-DIGIT", "NM-PLACEHOLDER")
UNUSUAL = ("NM-LATIN", "NM-CLAN", "NM-SHORT", "NM-LONG", "NM-TWO-PERSONS", "NM-RADICAL", "NM-COMPAT", "NM-TRADITIONAL")


@dataclass(frozen=True)
class FieldVerdict:
    """What is true of one field of every troubled person.

    value, posterior, row, owner: per candidate its value (ident or name id), probability, first record that claims it,
    and person group. best: candidate per group, −1 where none. claimed: candidate per record, −1 where the record's
    value is none. compared: per record, its value against the best candidate.
    """

    value: Ints
    posterior: Floats
    row: Ints
    owner: Ints
    best: Ints
    claimed: Ints
    compared: Compared
    judged: Judged

    @cached_property
    def _starts(self) -> list[int]:
        found: list[int] = np.searchsorted(self.owner, np.arange(len(self.best) + 1)).tolist()
        return found

    def candidates(self, group: int) -> range:
        """Positions of a person's candidates."""
        return range(self._starts[group], self._starts[group + 1])

    @cached_property
    def listed(self) -> tuple[list[int], list[float], list[int], list[int]]:
        """value, posterior, row and best as lists, for looking them up one by one."""
        return self.value.tolist(), self.posterior.tolist(), self.row.tolist(), self.best.tolist()

    def p_wrong(self) -> Floats:
        """Per record, the probability that its value is not the person's."""
        own = np.where(self.claimed >= 0, self.posterior[np.maximum(self.claimed, 0)], 0.0) if len(self.value) else 0.0
        return np.asarray(1.0 - own)


def judge_numbers(
    troubled: Troubled,
    *,
    totals: Ints,
    ancestors: Mapping[int, tuple[int, ...]],
    held: Held,
    births: BirthColumns,
    relations: Relations,
    evidence: Evidence | None = None,
) -> FieldVerdict:
    """Which number is every troubled person's; only valid numbers can be.

    held: how many sources give whom which number. births: how often columns of dates deny numbers.
    relations: pairs of numbers compared already. evidence: what is known from outside the ledgers
    (sweep.authority.evidence).
    """
    possible = troubled["ident"] > 0
    base = _Field(troubled, troubled["ident"], possible, troubled["ident"] > UNKNOWN_NUMBER)
    prior = np.zeros(len(base.value))
    prior += np.where((troubled["truncated"][base.row] == 1) & _has_longer(base), TRUNCATED, 0.0)
    prior += birth_evidence(troubled, births, Claimed(base.claimed, base.row, base.owner), base.choices)
    told, elsewhere = _told(base, troubled, held)
    prior += np.where(elsewhere > told, OWNED, 0.0)
    is_head = (troubled["relation"] == HEAD_RELATION) | (troubled["head_name_id"] == troubled["name_id"])
    prior += _head_evidence(base, is_head, troubled["head_key"])
    prior += evidence(base.owner, base.value) if evidence else 0.0

    def relate(left: Ints, right: Ints) -> Compared:
        numbers = troubled.arrays["number"]
        same = troubled["ident"][left] == troubled["ident"][right]
        return compare_of(relations.numbers, numbers.take(pa.array(left)), numbers.take(pa.array(right)), same)

    return base.verdict(prior, relate, NUMBER_FAMILIES, totals, ancestors)


def judge_names(
    troubled: Troubled,
    spelling: Spelling,
    *,
    totals: Ints,
    ancestors: Mapping[int, tuple[int, ...]],
    relations: Relations,
    numbers: FieldVerdict,
    evidence: Evidence | None = None,
) -> FieldVerdict:
    """Which name is every troubled person's; damaged spellings are the last resort.

    numbers: the verdict on the numbers, whose invalid values are certain mistakes: they tell who copies whom, and
    which rows are copies of each other. relations: pairs of names compared already.
    """
    possible = troubled["name_id"] != 0
    base = _Field(troubled, troubled["name_id"], possible, possible)
    rows = pa.array(base.row)
    defects = pc.fill_null(troubled.arrays["name_defects"].take(rows), "").dictionary_encode()
    weights = np.array([_spelling_evidence(one) for one in defects.dictionary.to_pylist()] or [0.0])
    prior = weights[defects.indices.to_numpy(zero_copy_only=False)]
    names = troubled.arrays["name"].take(rows)
    lengths = pc.fill_null(pc.utf8_length(names), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    spelt = Spelt(spelling.log_usual(names), lengths, prior > DAMAGED_NAME)
    is_head = (troubled["relation"] == HEAD_RELATION) | (troubled["head_key"] == troubled["ident"])
    prior += _head_evidence(base, is_head, troubled["head_name_id"])
    prior += evidence(base.owner, base.value) if evidence else 0.0

    def relate(left: Ints, right: Ints) -> Compared:
        texts = troubled.arrays["name"]
        same = troubled["name_id"][left] == troubled["name_id"][right]
        return compare_of(relations.names, texts.take(pa.array(left)), texts.take(pa.array(right)), same)

    copying, rows_alike = numbers.judged.copying, _copied_rows(troubled, numbers)
    return base.verdict(prior, relate, NAME_FAMILIES, totals, ancestors, copying, rows_alike, spelt)


def _copied_rows(troubled: Troubled, numbers: FieldVerdict) -> Ints:
    """Per record, an integer that is equal in rows of one person with the same wrong number; −1 where it is not wrong.

    Spreadsheets cut two numbers alike without any copying.
    """
    wrong = (numbers.p_wrong() > 0.5) & (troubled["truncated"] != 1) & (troubled["ident"] > UNKNOWN_NUMBER)
    value = np.unique(np.stack([troubled.group, troubled["ident"]]), axis=1, return_inverse=True)[1].reshape(-1)
    return np.where(wrong, value, -1)


def _spelling_evidence(defects: str) -> float:
    if any(f"|{code}|" in defects for code in DAMAGED):
        return DAMAGED_NAME
    return UNUSUAL_NAME if any(f"|{code}|" in defects for code in UNUSUAL) else 0.0


def _has_longer(base: "_Field") -> NDArray[np.bool_]:
    """Per candidate number, whether its person has another one with the same fifteen digits in front.

    One valid number in a thousand ends in 000 by nature; where no other was cut off to it, it is likely to be one of them.
    """
    alike = np.unique(np.stack([base.owner, base.value // PREFIX_15]), axis=1, return_inverse=True)[1].reshape(-1)
    shared: NDArray[np.bool_] = np.bincount(alike, minlength=1)[alike] > 1
    return shared


def _told(base: "_Field", troubled: Troubled, held: Held) -> tuple[Ints, Ints]:
    """Per candidate number, how many sources give it to its person, and at most to one other."""
    told, elsewhere = np.zeros(len(base.value), dtype=np.int64), np.zeros(len(base.value), dtype=np.int64)
    first = np.searchsorted(held.ident, base.value, side="left")
    last = np.searchsorted(held.ident, base.value, side="right")
    root = troubled.roots[base.owner]
    for step in range(int((last - first).max()) if len(first) else 0):
        at = np.minimum(first + step, len(held.ident) - 1)
        there = first + step < last
        own = held.root[at] == root
        told = np.where(there & own, held.sources[at], told)
        elsewhere = np.where(there & ~own, np.maximum(elsewhere, held.sources[at]), elsewhere)
    return told, elsewhere


def _head_evidence(base: "_Field", is_head: NDArray[np.bool_], told: Ints) -> Floats:
    """How the copies of the head in the heads' own rows speak for every candidate.

    A copy that says the same as its row is heard as nothing: it may have been filled in from it. told: per record.
    """
    record, candidate = base.choices
    another = is_head[record] & (told[record] == base.value[candidate]) & (base.claimed[record] != candidate)
    total = np.zeros(len(base.value))
    np.add.at(total, candidate[another], HEAD_DENIES)
    return np.minimum(total, 2 * HEAD_DENIES)


class _Field:
    """Distinct values per person with the records that claim them."""

    def __init__(
        self,
        troubled: Troubled,
        values: Ints,
        possible: NDArray[np.bool_],
        spoken: NDArray[np.bool_],
    ) -> None:
        self.troubled, self.values, self.spoken = troubled, values, spoken
        rows = np.flatnonzero(possible)
        order = rows[np.lexsort((rows, values[rows], troubled.group[rows]))]
        fresh = np.ones(len(order), dtype=bool)
        if len(order) > 1:
            fresh[1:] = (troubled.group[order][1:] != troubled.group[order][:-1]) | (
                values[order][1:] != values[order][:-1]
            )
        self.row = order[fresh]
        self.owner = troubled.group[self.row]
        self.value = values[self.row]
        self.claimed = np.full(len(troubled), -1, dtype=np.int64)
        self.claimed[order] = np.cumsum(fresh) - 1

    @cached_property
    def choices(self) -> tuple[Ints, Ints]:
        """Every record with every candidate of its person: (record, candidate)."""
        claims = Claims(self.troubled.group, self.troubled["source_no"], self.claimed, self.troubled.group)
        return options_of(claims, Candidates(self.owner, np.zeros(len(self.value))))

    def verdict(
        self,
        prior: Floats,
        relate: Callable[[Ints, Ints], Compared],
        families: tuple[str, ...],
        totals: Ints,
        ancestors: Mapping[int, tuple[int, ...]],
        known_copying: Floats | None = None,
        same_row: Ints | None = None,
        spelt: Spelt | None = None,
    ) -> FieldVerdict:
        """Run the expectation–maximisation and compare every record with its person's truth."""
        troubled = self.troubled
        candidates = Candidates(self.owner, prior)
        # One vote a source and person: the rows after the first of the same reading add nothing.
        reading = np.unique(np.stack([troubled.group, troubled["source_no"], self.values]), axis=1, return_index=True)[
            1
        ]
        votes = np.sort(reading[self.spoken[reading]])
        villages = np.unique(troubled["village"], return_inverse=True)[1].astype(np.int64)
        claims = Claims(troubled.group[votes], troubled["source_no"][votes], self.claimed[votes], villages[votes])
        claim, candidate = options_of(claims, candidates)
        relation = relate(votes[claim], self.row[candidate])
        family = families_of(relation.code, families)
        one_of = np.array([LOG_ONE_OF[name] for name in families])[family]
        options = Options(claim, candidate, family, one_of)
        same = np.unique(self.values[votes], return_inverse=True)[1].astype(np.int64)
        judged = judge(
            claims,
            candidates,
            options,
            families=families,
            totals=totals,
            ancestors=dict(ancestors),
            same_text=same,
            known_copying=known_copying,
            same_row=same_row[votes] if same_row is not None else None,
            habits=self._habits(spelt, claims, (claim, candidate), relation.code) if spelt is not None else None,
        )
        best = self._best(judged.posterior)
        true_row = np.where(best >= 0, self.row[np.maximum(best, 0)] if len(self.row) else 0, 0)[troubled.group]
        compared = relate(np.arange(len(troubled)), true_row)
        return FieldVerdict(self.value, judged.posterior, self.row, self.owner, best, self.claimed, compared, judged)

    def _habits(self, spelt: Spelt, claims: Claims, choices: tuple[Ints, Ints], code: NDArray[np.object_]) -> Habits:
        """Every candidate against the one that most sources of its person tell."""
        claim, candidate = choices
        told = np.bincount(claims.value[claims.value >= 0], minlength=len(self.value))
        rival = self._best(told.astype(np.float64))[self.owner]
        against = claims.value[claim] == rival[candidate]
        relation = np.full(len(self.value), "equal", dtype=object)
        relation[candidate[against]] = code[against]
        return habits_of(spelt, rival, relation)

    def _best(self, posterior: Floats) -> Ints:
        best = np.full(len(self.troubled.roots), -1, dtype=np.int64)
        order = np.lexsort((self.value, -posterior, self.owner))
        owners = self.owner[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = owners[1:] != owners[:-1]
        best[owners[first]] = order[first]
        return best
