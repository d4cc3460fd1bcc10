"""What an answer is worth in the posterior of a number or a name.

An answer speaks of a pair, the posterior is of one field; the other field enters by how probable it was before the
authority was heard. With q the probability that the number asked about is the person's, the likelihoods of a name N are

    P(match | N)     = q (1 − e) + (1 − q) s        P(match | not N)     = e s
    P(mismatch | N)  = q e + (1 − q)                P(mismatch | not N)  = 1 − e

and those of a number likewise with the probability of the name asked about, and "no such number" besides, which says
nothing about names (identity.md §15.5: "not proof of wrong name"). `DUPLICATE` and `DECEASED` say that the number
exists, and nothing about whose it is; no answer is no evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from taizhang.sweep.authority.answers import Answer
from taizhang.sweep.link.features import Floats, Ints

Evidence = Callable[[Ints, Ints], Floats]
"""(person group, value) of every candidate → log-evidence to add."""

WRONG = 0.008
"""e: share of wrong items in the register itself (identity.md §18: 11 million corrected of 1.38 billion)."""
STRANGER = 0.05
"""s: chance that a wrong name or number happens to be just the one that a ledger claims."""
NOT_LOADED = 0.02
"""Share of true numbers that the register does not answer for: new-borns, moved, not yet loaded."""
WRONG_EXISTS = 0.5
"""Chance that a valid number that is not the person's exists: copied ones do, slips of the pen seldom."""
UNCLAIMED = 0.02
"""Probability given to a value asked about that no record of the person claims."""


@dataclass(frozen=True)
class Field:
    """One field's candidates: person group, value and posterior of each, as judged without the authority."""

    owner: Ints
    value: Ints
    posterior: Floats


def number_evidence(answers: Mapping[tuple[int, int], Answer], names: Field) -> Evidence:
    """Evidence for numbers, given what the names were judged to be."""
    by_number: dict[int, list[tuple[int, Answer]]] = defaultdict(list)
    for (number, name), answer in answers.items():
        by_number[number].append((name, answer))
    known = _posteriors(names)

    def evidence(owner: Ints, value: Ints) -> Floats:
        total = np.zeros(len(value))
        for at, (group, number) in enumerate(zip(owner.tolist(), value.tolist(), strict=True)):
            for name, answer in by_number.get(number, ()):
                total[at] += _of_number(answer, known.get((group, name), UNCLAIMED))
        return total

    return evidence


def name_evidence(answers: Mapping[tuple[int, int], Answer], numbers: Field) -> Evidence:
    """Evidence for names, given what the numbers were judged to be."""
    by_name: dict[int, list[tuple[int, Answer]]] = defaultdict(list)
    for (number, name), answer in answers.items():
        by_name[name].append((number, answer))
    known = _posteriors(numbers)

    def evidence(owner: Ints, value: Ints) -> Floats:
        total = np.zeros(len(value))
        for at, (group, name) in enumerate(zip(owner.tolist(), value.tolist(), strict=True)):
            for number, answer in by_name.get(name, ()):
                # A number that is not among the person's speaks of a namesake.
                if (group, number) in known:
                    total[at] += _of_name(answer, known[group, number])
        return total

    return evidence


def _posteriors(field: Field) -> dict[tuple[int, int], float]:
    keys = zip(field.owner.tolist(), field.value.tolist(), strict=True)
    return dict(zip(keys, field.posterior.tolist(), strict=True))


def _of_number(answer: Answer, p_name: float) -> float:
    if answer is Answer.MATCH:
        true = (1 - NOT_LOADED) * (p_name * (1 - WRONG) + (1 - p_name) * WRONG * STRANGER)
        return float(np.log(true / (WRONG_EXISTS * STRANGER)))
    if answer is Answer.MISMATCH:
        true = (1 - NOT_LOADED) * (p_name * WRONG + (1 - p_name) * (1 - WRONG))
        return float(np.log(true / WRONG_EXISTS))
    if answer is Answer.NOT_FOUND:
        return float(np.log(NOT_LOADED / (1 - WRONG_EXISTS)))
    return 0.0


def _of_name(answer: Answer, p_number: float) -> float:
    if answer is Answer.MATCH:
        true = p_number * (1 - WRONG) + (1 - p_number) * STRANGER
        return float(np.log(true / (WRONG * STRANGER)))
    if answer is Answer.MISMATCH:
        true = p_number * WRONG + (1 - p_number)
        return float(np.log(true / (1 - WRONG)))
    return 0.0
