"""What a diagnosis is: a cause, on one subject, with evidence, candidates and the ledger that is probably wrong."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Confidence(StrEnum):
    """How much a suggestion may be trusted (identity.md, section 17)."""

    LOSSLESS = "A"
    OTHER_SOURCE = "B"
    RANKED = "C"
    NONE = "D"


class Candidate(NamedTuple):
    """A value that may be the true one; sources: who claims it."""

    field: str
    value: str
    probability: float
    reason: str
    sources: tuple[str, ...] = ()


class Observed(NamedTuple):
    """What a source says in a field. There are several a diagnosis: a tuple is made in a third of the time of an object."""

    source: str
    field: str
    value: str | None


@dataclass(slots=True)
class Diagnosis:
    """One cause.

    persons: roots (smallest cell ids), the subject first. records: record ids, the wrong rows first. wrong: how many
    of `records` are the wrong ones. source: whose row is complained about. culprit: the source that is probably wrong,
    or None where the evidence does not say. households: county households (hh) for household subjects.
    """

    code: str
    persons: tuple[int, ...]
    records: tuple[int, ...]
    wrong: int
    source: str | None
    fields: tuple[str, ...]
    also: tuple[str, ...] = ()
    culprit: str | None = None
    p_culprit: float | None = None
    scope_key: str = ""
    subject_type: str = "person"
    household: int | None = None
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[str, ...] = ()
    observed: tuple[Observed, ...] = ()
    confidence: Confidence = Confidence.NONE
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """All codes that fit, the primary one first."""
        return (self.code, *(code for code in dict.fromkeys(self.also) if code != self.code))


BLAME = 0.8
"""Probability from which a source is named as the culprit; below it the finding says that the evidence does not."""
