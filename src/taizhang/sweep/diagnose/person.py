"""What all of a person's rows say together: worked out once a person, however many of the rows are wrong."""

from array import array
from dataclasses import dataclass

from taizhang.identity.numbers import from_key
from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Candidate, Observed
from taizhang.sweep.judge.fields import FieldVerdict
from taizhang.sweep.judge.troubled import ALIASES, Troubled
from taizhang.sweep.link.features import MISSING

MOST_OBSERVED = 60
"""Rows of a person from which equal values of a source are shown once: else what is shown grows with the square of the rows."""
NO_ALIAS: frozenset[str | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a person.

    candidates: the likeliest first. told_by: titles of the sources that say the likeliest. observed: row by row. agrees: a
    column of dates says what is in the likeliest number. aliases: further names.
    """

    candidates: tuple[Candidate, ...]
    told_by: tuple[str, ...]
    observed: tuple[Observed, ...]
    agrees: bool
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


def first_records(context: Context, group: int) -> dict[int, int]:
    """The first record of every source that has the person."""
    troubled = context.troubled
    members = troubled.members(group)
    sources, records = troubled.listed("source_no"), troubled.listed("record_id")
    first: dict[int, int] = {}
    for m in members:
        first.setdefault(sources[m], records[m])
    return first


def _said(context: Context, group: int, field: str) -> Said:
    troubled = context.troubled
    verdict = context.numbers if field == "id_no" else context.names
    members = troubled.members(group)
    start, stop = members.start, members.stop
    sources = troubled.listed("source_no")[start:stop]
    own = troubled.listed("ident" if field == "id_no" else "name_id")[start:stop]
    told: dict[int, int] = {}
    for value, source in zip(own, sources, strict=True):
        told[value] = told.get(value, 0) | 1 << source
    values, _, rows, best = verdict.listed
    likeliest = best[group]
    is_number = field == "id_no"
    return Said(
        _candidates(context, verdict, group, field, told),
        context.sets.titles(told.get(values[likeliest], 0)) if likeliest >= 0 else (),
        _observed(context, members, sources, field),
        is_number and likeliest >= 0 and _agrees(troubled, members, rows[likeliest]),
        _aliases(troubled, members) if not is_number and group in troubled.with_aliases else NO_ALIAS,
    )


def _agrees(troubled: Troubled, members: range, true_row: int) -> bool:
    birth = troubled.listed("id_birth")[true_row]
    return birth != MISSING and birth in troubled.listed("birth_date")[members.start : members.stop]


def _candidates(
    context: Context, verdict: FieldVerdict, group: int, field: str, told: dict[int, int]
) -> tuple[Candidate, ...]:
    values, posteriors, rows, _ = verdict.listed
    names = context.troubled.texts["name"]
    found = []
    for place in verdict.candidates(group):
        value = values[place]
        text = from_key(value) if field == "id_no" else names[rows[place]]
        sources = context.sets.ids(told.get(value, 0))
        found.append(Candidate(field, text or "", round(posteriors[place], 4), "other_source", sources))
    if len(found) > 1:
        found.sort(key=lambda one: (-one.probability, one.value))
    return tuple(found)


def _observed(context: Context, members: range, sources: "array[int]", field: str) -> tuple[Observed, ...]:
    texts = context.troubled.texts[field].listed[members.start : members.stop]
    name = context.source_id
    told = [Observed(name(source), field, text) for source, text in zip(sources, texts, strict=True)]
    return tuple(told if len(told) <= MOST_OBSERVED else dict.fromkeys(told))


def _aliases(troubled: Troubled, members: range) -> frozenset[str | None]:
    return frozenset(troubled.texts[column][m] for m in members for column in ALIASES) - {None}
