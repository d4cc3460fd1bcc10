"""What all of a person's rows say together: worked out once a person, however many of the rows are wrong."""

from array import array
from dataclasses import dataclass

from taizhang.identity.numbers import from_key
from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Candidate, Observed
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import ALIASES, Troubled

MOST_OBSERVED = 60
"""Rows of a person from which equal values of a source are shown once: else what is shown grows with the square of the rows."""
NO_DATE = -(10**9)


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a person.

    candidates: the likeliest first. told_by: titles of the sources that say the likeliest. observed: row by row. first: of every
    source its first record. births: dates in columns (days); true_birth: the one in the likeliest number. aliases: further names.
    """

    candidates: tuple[Candidate, ...]
    told_by: tuple[str, ...]
    observed: tuple[Observed, ...]
    first: dict[int, int]
    births: frozenset[int]
    true_birth: int
    aliases: frozenset[str | None]


def said_of(context: Context, group: int, field: str) -> Said:
    """What is said of a person's number ("id_no") or name ("name")."""
    known = context.said.get((field, group))
    if known is None:
        known = context.said[field, group] = _said(context, group, field)
    return known


def candidates_of(context: Context, group: int, field: str) -> tuple[Candidate, ...]:
    """The person's possible numbers or names, the likeliest first."""
    return said_of(context, group, field).candidates


def _said(context: Context, group: int, field: str) -> Said:
    troubled = context.troubled
    verdict = context.numbers if field == "id_no" else context.names
    members = troubled.members(group)
    sources = troubled.listed("source_no")[members.start : members.stop]
    records = troubled.listed("record_id")
    own = troubled.listed("ident" if field == "id_no" else "name_id")
    values, _, rows, best = verdict.listed
    told: dict[int, set[int]] = {}
    first: dict[int, int] = {}
    for m, source in zip(members, sources, strict=True):
        told.setdefault(own[m], set()).add(source)
        first.setdefault(source, records[m])
    likeliest = best[group]
    births, true_birth = _births(troubled, members, rows[likeliest] if likeliest >= 0 else -1)
    return Said(
        candidates=_candidates(context, verdict, group, field, told),
        told_by=tuple([context.title(number) for number in sorted(told.get(values[likeliest], ()))])
        if likeliest >= 0
        else (),
        observed=_observed(context, members, sources, field),
        first=first,
        births=births,
        true_birth=true_birth,
        aliases=_aliases(troubled, members) if field == "name" and group in troubled.with_aliases else frozenset(),
    )


def _births(troubled: Troubled, members: range, true_row: int) -> tuple[frozenset[int], int]:
    births = troubled.listed("birth_date")[members.start : members.stop]
    true_birth = troubled.listed("id_birth")[true_row] if true_row >= 0 else NO_DATE
    return frozenset([birth for birth in births if birth > NO_DATE]), true_birth


def _candidates(
    context: Context, verdict: FieldVerdict, group: int, field: str, told: dict[int, set[int]]
) -> tuple[Candidate, ...]:
    values, posteriors, rows, _ = verdict.listed
    names = context.troubled.texts["name"]
    found = []
    for place in verdict.candidates(group):
        value = values[place]
        text = from_key(value) if field == "id_no" else names[rows[place]]
        sources = tuple(sorted([context.source_id(number) for number in told.get(value, ())]))
        found.append(Candidate(field, text or "", round(posteriors[place], 4), "other_source", sources))
    return tuple(sorted(found, key=lambda one: (-one.probability, one.value)))


def _observed(context: Context, members: range, sources: "array[int]", field: str) -> tuple[Observed, ...]:
    texts = context.troubled.texts[field][members.start : members.stop]
    told = [Observed(context.source_id(source), field, text) for source, text in zip(sources, texts, strict=True)]
    return tuple(told if len(told) <= MOST_OBSERVED else dict.fromkeys(told))


def _aliases(troubled: Troubled, members: range) -> frozenset[str | None]:
    return frozenset(troubled.texts[column][m] for m in members for column in ALIASES) - {None}
