"""What all of a person's rows say together: worked out for many persons at once, column by column."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from taizhang.identity.numbers import from_keys
from taizhang.sweep.diagnose.context import Context
from taizhang.sweep.diagnose.model import Candidate, Observed
from taizhang.sweep.judge.troubled import ALIASES
from taizhang.sweep.link.features import MISSING, Ints

MOST_OBSERVED = 60
"""Rows of a person from which equal values of a source are shown once: else what is shown grows with the square of the rows."""

NO_ALIAS: frozenset[str | None] = frozenset()


class Said(NamedTuple):
    """One field of a person.

    candidates: the likeliest first. told_by: titles of the sources that say the likeliest. observed: row by row. agrees: a
    column of dates says what is in the likeliest number. aliases: further names.
    """

    candidates: tuple[Candidate, ...]
    told_by: tuple[str, ...]
    observed: tuple[Observed, ...]
    agrees: bool
    aliases: frozenset[str | None]


def said_of(context: Context, groups: Ints, field: str) -> list[Said]:
    """What is said of the numbers ("id_no") or names ("name") of persons of whom one is the likeliest."""
    verdict = context.numbers if field == "id_no" else context.names
    told_by = verdict.told_by[verdict.best[groups]].tolist()
    return list(
        map(
            Said,
            candidates_of(context, groups, field),
            map(context.sets.titles, told_by),
            _observed(context, groups, field),
            _agree(context, groups) if field == "id_no" else repeat(False),
            _aliases(context, groups) if field == "name" else repeat(NO_ALIAS),
        )
    )


def candidates_of(context: Context, groups: Ints, field: str) -> Iterator[tuple[Candidate, ...]]:
    """The persons' possible numbers or names, the likeliest first."""
    verdict = context.numbers if field == "id_no" else context.names
    places, bounds = _spans(verdict.starts, groups)
    if field == "id_no":
        texts: Sequence[str | None] = from_keys(verdict.value[places]).to_pylist()
    else:
        texts = context.troubled.texts["name"].at(verdict.row[places])
    found = [
        Candidate(field, text or "", round(probability, 4), "other_source", sources)
        for text, probability, sources in zip(
            texts,
            verdict.posterior[places].tolist(),
            map(context.sets.ids, verdict.told_by[places].tolist()),
            strict=True,
        )
    ]
    for first, last in bounds:
        own = found[first:last]
        if last - first > 1:
            own.sort(key=lambda one: (-one.probability, one.value))
        yield tuple(own)


def first_records(context: Context, group: int) -> dict[int, int]:
    """The first record of every source that has the person."""
    troubled, members = context.troubled, context.troubled.members(group)
    own = slice(members.start, members.stop)
    first: dict[int, int] = {}
    for source, record in zip(troubled["source_no"][own].tolist(), troubled["record_id"][own].tolist(), strict=True):
        first.setdefault(source, record)
    return first


def _spans(starts: Ints, groups: Ints) -> tuple[Ints, list[tuple[int, int]]]:
    """The places of groups one after the other, and from where to where each one's stand there."""
    first, size = starts[groups], starts[groups + 1] - starts[groups]
    last = np.cumsum(size)
    places = np.arange(int(size.sum())) + np.repeat(first - last + size, size)
    return places, list(zip((last - size).tolist(), last.tolist(), strict=True))


def _observed(context: Context, groups: Ints, field: str) -> Iterator[tuple[Observed, ...]]:
    troubled = context.troubled
    rows, bounds = _spans(troubled.starts, groups)
    sources = map(context.source_id, troubled["source_no"][rows].tolist())
    told = list(map(Observed, sources, repeat(field), troubled.texts[field].at(rows)))
    for first, last in bounds:
        own = told[first:last]
        yield tuple(own if len(own) <= MOST_OBSERVED else dict.fromkeys(own))


def _agree(context: Context, groups: Ints) -> list[bool]:
    """Whether a column of dates of any row says what is in the likeliest number."""
    troubled, verdict = context.troubled, context.numbers
    rows, bounds = _spans(troubled.starts, groups)
    likeliest = troubled["id_birth"][verdict.row[verdict.best[groups]]]
    told = np.repeat(likeliest, [last - first for first, last in bounds])
    agrees = np.append(0, np.cumsum((told != MISSING) & (troubled["birth_date"][rows] == told)))
    return [bool(agrees[last] > agrees[first]) for first, last in bounds]


def _aliases(context: Context, groups: Ints) -> list[frozenset[str | None]]:
    troubled = context.troubled
    telling = groups[np.isin(groups, troubled.with_aliases)]
    rows, bounds = _spans(troubled.starts, telling)
    told = [troubled.texts[column].at(rows) for column in ALIASES]
    found = {
        group: frozenset(text for texts in told for text in texts[first:last]) - {None}
        for group, (first, last) in zip(telling.tolist(), bounds, strict=True)
    }
    return [found.get(group, NO_ALIAS) for group in groups.tolist()]
