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
from taizhang.sweep.judge.divisions import Divisions, division_evidence
from taizhang.sweep.judge.habits import Habits, Spelt, habits_of
from taizhang.sweep.judge.kin import Kin, Named, shared_with_kin
from taizhang.sweep.judge.kinds import HOUSEMATE_ONE_OF, LOG_ONE_OF, NAME_FAMILIES, NUMBER_FAMILIES, family_of
from taizhang.sweep.judge.spelling import Spelling, bearers_of
from taizhang.sweep.judge.troubled import Held, Troubled
from taizhang.sweep.judge.truth import Candidates, Claims, Judged, Options, judge, options_of
from taizhang.sweep.link.facts import UNKNOWN_NUMBER
from taizhang.sweep.link.features import MISSING, Compared, ComparedPairs, Floats, Ints, Relations, Texts, compare_rows
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
DAMAGED = ("NM-LOSS", "NM-PUA", "NM-DESYNC", "NM-CHARSET", "NM-SYMBOL", "NM-DIGIT", "NM-PLACEHOLDER", "NM-CLAN")
"""A clan-style name (李氏) stands for a name that its writer did not know; nobody makes a whole name up out of it."""
UNUSUAL = ("NM-LATIN", "NM-SHORT", "NM-LONG", "NM-TWO-PERSONS", "NM-RADICAL", "NM-COMPAT", "NM-TRADITIONAL")


@dataclass(frozen=True)
class FieldVerdict:
    """What is true of one field of every troubled person.

    value, posterior, row, owner: per candidate its value (ident or name id), probability, first record that claims it,
    and person group. best: candidate per group, −1 where none. claimed: candidate per record, −1 where the record's
    value is none. told_by: per candidate the sources that say it, as a mask. compared: per record, its value against the best candidate; "equal" where there is none.
    """

    value: Ints
    posterior: Floats
    row: Ints
    owner: Ints
    best: Ints
    claimed: Ints
    told_by: Ints
    compared: Compared
    judged: Judged

    @cached_property
    def starts(self) -> Ints:
        """The first candidate of every person, and the number of all candidates."""
        return np.searchsorted(self.owner, np.arange(len(self.best) + 1))

    def truth(self, nothing: int) -> Ints:
        """Per person the likeliest value, `nothing` where there is none."""
        return np.append(self.value, nothing)[self.best]

    def p_wrong(self) -> Floats:
        """Per record, the probability that its value is not the person's."""
        return np.asarray(1.0 - np.append(self.posterior, 0.0)[self.claimed])


def judge_numbers(
    troubled: Troubled,
    *,
    totals: Ints,
    ancestors: Mapping[int, tuple[int, ...]],
    held: Held,
    housemates: Ints,
    births: BirthColumns,
    divisions: Divisions,
    relations: Relations,
    evidence: Evidence | None = None,
) -> FieldVerdict:
    """Which number is every troubled person's; only valid numbers can be.

    held: how many sources give whom which number. housemates: records whose number somebody else of the household has. births: how often columns of dates deny numbers. divisions: which
    codes were in use when.
    relations: pairs of numbers compared already. evidence: what is known from outside the ledgers
    (sweep.authority.evidence).
    """
    base = _Field(
        troubled, "ident", "number", relations.numbers, troubled["ident"] > 0, troubled["ident"] > UNKNOWN_NUMBER
    )
    prior = np.zeros(len(base.value))
    prior += np.where((troubled["truncated"][base.row] == 1) & _has_longer(base), TRUNCATED, 0.0)
    prior += birth_evidence(troubled, births, Claimed(base.claimed, base.row, base.owner), base.choices)
    prior += division_evidence(divisions, base.value)
    told, elsewhere = _told(base, troubled, held)
    prior += np.where(elsewhere > told, OWNED, 0.0)
    is_head = (troubled["relation"] == HEAD_RELATION) | (troubled["head_name_id"] == troubled["name_id"])
    prior += _head_evidence(base, is_head, troubled["head_key"])
    prior += evidence(base.owner, base.value) if evidence else 0.0
    may_be_copied = np.isin(troubled["record_id"], housemates) & np.append(elsewhere > told, False)[base.claimed]
    return base.verdict(prior, NUMBER_FAMILIES, totals, ancestors, one_of_few=may_be_copied)


def judge_names(
    troubled: Troubled,
    spelling: Spelling,
    kin: Kin,
    *,
    totals: Ints,
    ancestors: Mapping[int, tuple[int, ...]],
    relations: Relations,
    numbers: FieldVerdict,
    evidence: Evidence | None = None,
) -> FieldVerdict:
    """Which name is every troubled person's; damaged spellings are the last resort.

    numbers: the verdict on the numbers, which tell sex and age; invalid values are certain mistakes: they tell who copies whom,
    and which rows are copies of each other. relations: pairs of names compared already.
    """
    possible = troubled["name_id"] != 0
    base = _Field(troubled, "name_id", "name", relations.names, possible, possible)
    defects, names = troubled.texts["name_defects"], troubled.texts["name"]
    weights = np.array([*map(_spelling_evidence, defects.distinct.to_pylist()), 0.0])
    prior = weights[defects.code[base.row]]
    lengths = np.append(pc.utf8_length(names.distinct).to_numpy().astype(np.int64), 0)[names.code[base.row]]
    spelt = Spelt(_usual(base, names, spelling, numbers), lengths, prior > DAMAGED_NAME)
    is_head = (troubled["relation"] == HEAD_RELATION) | (troubled["head_key"] == troubled["ident"])
    prior += _head_evidence(base, is_head, troubled["head_name_id"])
    prior += evidence(base.owner, base.value) if evidence else 0.0
    copying, rows_alike = numbers.judged.copying, _copied_rows(troubled, numbers)

    def habits(rival: Ints, relation: Compared) -> Habits:
        named = Named(troubled.roots[base.owner], base.value, base.row, names, rival)
        return habits_of(spelt, rival, relation, shared_with_kin(named, kin))

    return base.verdict(prior, NAME_FAMILIES, totals, ancestors, copying, rows_alike, habits)


def _usual(base: "_Field", names: Texts, spelling: Spelling, numbers: FieldVerdict) -> Floats:
    """Per candidate name how usual it is among people of its person's sex and age; 0 where the person has no other."""
    at = np.flatnonzero(base.is_open)
    likeliest = numbers.best[base.owner[at]]
    number = np.append(numbers.value, 0)[likeliest]  # −1, none, is the last
    usual = np.zeros(len(base.value))
    usual[at] = spelling.log_usual(names.distinct.take(pa.array(names.code[base.row[at]])), bearers_of(number))
    return usual


def _copied_rows(troubled: Troubled, numbers: FieldVerdict) -> Ints:
    """Per record its number where that is wrong, else MISSING: rows of one person with the same one may be copies.

    Spreadsheets cut two numbers alike without any copying.
    """
    wrong = (numbers.p_wrong() > 0.5) & (troubled["truncated"] != 1) & (troubled["ident"] > UNKNOWN_NUMBER)
    return np.where(wrong, troubled["ident"], MISSING)


def _spelling_evidence(defects: str) -> float:
    if any(f"|{code}|" in defects for code in DAMAGED):
        return DAMAGED_NAME
    return UNUSUAL_NAME if any(f"|{code}|" in defects for code in UNUSUAL) else 0.0


def _has_longer(base: "_Field") -> NDArray[np.bool_]:
    """Per candidate number, whether its person has another one with the same fifteen digits in front.

    One valid number in a thousand ends in 000 by nature; where no other was cut off to it, it is likely to be one of them.
    """
    prefix = base.value // PREFIX_15
    as_before = np.zeros(len(prefix) + 1, dtype=bool)  # a person's candidates ascend
    as_before[1:-1] = (base.owner[1:] == base.owner[:-1]) & (prefix[1:] == prefix[:-1])
    return as_before[1:] | as_before[:-1]


def _told(base: "_Field", troubled: Troubled, held: Held) -> tuple[Ints, Ints]:
    """Per candidate number, how many sources give it to its person, and at most to one other."""
    told, elsewhere = np.zeros(len(base.value), dtype=np.int64), np.zeros(len(base.value), dtype=np.int64)
    first = np.searchsorted(held.ident, base.value, side="left")
    count = np.searchsorted(held.ident, base.value, side="right") - first
    candidate = np.repeat(np.arange(len(base.value)), count)
    holder = np.arange(len(candidate)) + np.repeat(first - np.cumsum(count) + count, count)
    own = held.root[holder] == troubled.roots[base.owner[candidate]]
    told[candidate[own]] = held.sources[holder[own]]
    np.maximum.at(elsewhere, candidate[~own], held.sources[holder[~own]])
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
    """Distinct values per person with the records that claim them.

    row, owner, value: per candidate, by person and value: the first record, the person, the value. claimed: per record its
    candidate, −1 where none. is_open: per candidate, whether its person has another one.
    """

    def __init__(
        self,
        troubled: Troubled,
        column: str,
        text: str,
        known: ComparedPairs,
        possible: NDArray[np.bool_],
        spoken: NDArray[np.bool_],
    ) -> None:
        """column, text: of the value and of how it is written. possible: per record, whether the value may be true."""
        self.troubled, self.values, self.texts, self.known = troubled, troubled[column], troubled.texts[text], known
        self.spoken = spoken
        rows = np.flatnonzero(possible)
        order = rows[np.lexsort((self.values[rows], troubled.group[rows]))]
        group, value = troubled.group[order], self.values[order]
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
        self.row, self.owner, self.value = order[fresh], group[fresh], value[fresh]
        self.claimed = np.full(len(troubled), -1, dtype=np.int64)
        self.claimed[order] = np.cumsum(fresh) - 1
        self.is_open = np.bincount(self.owner, minlength=1)[self.owner] > 1

    @cached_property
    def choices(self) -> tuple[Ints, Ints]:
        """Every record with every candidate of its person, where there is a choice: (record, candidate)."""
        troubled, group = self.troubled, self.troubled.group
        rows = np.flatnonzero(np.bincount(self.owner, minlength=len(troubled.roots))[group] > 1)
        there = Claims(group[rows], troubled["source_no"][rows], self.claimed[rows], troubled.villages[rows])
        place, candidate = options_of(there, Candidates(self.owner, np.zeros(len(self.value))))
        return rows[place], candidate

    def relate(self, left: Ints, right: Ints) -> Compared:
        """How what rows say relates to what other rows say."""
        return compare_rows(self.known, self.texts, left, right, self.values[left] == self.values[right])

    def verdict(
        self,
        prior: Floats,
        families: tuple[str, ...],
        totals: Ints,
        ancestors: Mapping[int, tuple[int, ...]],
        known_copying: Floats | None = None,
        same_row: Ints | None = None,
        habits: Callable[[Ints, Compared], Habits] | None = None,
        one_of_few: NDArray[np.bool_] | None = None,
    ) -> FieldVerdict:
        """Run the expectation–maximisation and compare every record with its person's truth.

        habits: made of every candidate's rival, the one that most sources of its person tell, and how it relates to that.
        one_of_few: per record, whether its value, if wrong, is a housemate's.
        """
        troubled = self.troubled
        candidates = Candidates(self.owner, prior)
        votes = self._votes()
        claims = Claims(
            troubled.group[votes], troubled["source_no"][votes], self.claimed[votes], troubled.villages[votes]
        )
        claim, candidate = options_of(claims, candidates)
        in_doubt = self.is_open[candidate] | (claims.value[claim] != candidate)
        claim, candidate = claim[in_doubt], candidate[in_doubt]
        relation = self.relate(votes[claim], self.row[candidate])
        family = relation.each(lambda code: family_of(code, families))
        one_of = np.array([LOG_ONE_OF[name] for name in families])[family]
        if one_of_few is not None:
            one_of = np.where(one_of_few[votes[claim]], np.maximum(one_of, HOUSEMATE_ONE_OF), one_of)
        judged = judge(
            claims,
            candidates,
            Options(claim, candidate, family, one_of),
            families=families,
            totals=totals,
            ancestors=dict(ancestors),
            same_text=self.values[votes],
            known_copying=known_copying,
            same_row=same_row[votes] if same_row is not None else None,
            habits=habits(*self._rivals(claims, (claim, candidate), relation)) if habits is not None else None,
        )
        best = self._best(judged.posterior)
        true = best[troubled.group]
        differ = np.flatnonzero((true >= 0) & (self.claimed != true))
        compared = self.relate(differ, self.row[true[differ]]).spread(differ, len(troubled))
        told_by = np.zeros(len(self.value), dtype=np.int64)
        heard = claims.value >= 0
        np.add.at(told_by, claims.value[heard], np.int64(1) << claims.source[heard])  # a source says a reading once
        return FieldVerdict(
            self.value, judged.posterior, self.row, self.owner, best, self.claimed, told_by, compared, judged
        )

    def _votes(self) -> Ints:
        """The rows that are heard: of those of a person in a source with the same reading the first, ascending."""
        group, source = self.troubled.group, self.troubled["source_no"]
        again = np.zeros(len(group) + 1, dtype=bool)
        again[1:-1] = (group[1:] == group[:-1]) & (source[1:] == source[:-1])
        several = np.flatnonzero(again[1:] | again[:-1])
        order = several[np.lexsort((self.values[several], source[several], group[several]))]
        told = np.stack([group[order], source[order], self.values[order]])
        heard = self.spoken.copy()
        heard[order[1:][(told[:, 1:] == told[:, :-1]).all(axis=0)]] = False
        return np.flatnonzero(heard)

    def _rivals(self, claims: Claims, choices: tuple[Ints, Ints], relation: Compared) -> tuple[Ints, Compared]:
        """By candidate the one that most sources of its person tell, and how it relates to that."""
        claim, candidate = choices
        told = np.bincount(claims.value[claims.value >= 0], minlength=len(self.value))
        rival = self._best(told.astype(np.float64))[self.owner]
        against = np.flatnonzero(claims.value[claim] == rival[candidate])
        return rival, relation.only(against).spread(candidate[against], len(self.value))

    def _best(self, posterior: Floats) -> Ints:
        """Per person the likeliest candidate, of equally likely ones that of the smallest value; −1 where none."""
        best = np.full(len(self.troubled.roots), -1, dtype=np.int64)
        if len(self.owner):
            starts = np.flatnonzero(np.append(True, self.owner[1:] != self.owner[:-1]))
            highest = np.maximum.reduceat(posterior, starts)
            likeliest = np.flatnonzero(posterior == np.repeat(highest, np.diff(np.append(starts, len(posterior)))))
            best[self.owner[likeliest[::-1]]] = likeliest[::-1]  # the first of a person's is written last
        return best
