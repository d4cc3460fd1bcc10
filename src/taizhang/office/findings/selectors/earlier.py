"""What every ledger said of persons when: their records in the deliveries of earlier sweeps, told as changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from taizhang.office.access.areas import Areas, covered
from taizhang.office.findings.catalogue import field_title, source_title
from taizhang.office.findings.lake import county_code, sweep_folder
from taizhang.office.findings.lookup import persons_at
from taizhang.office.findings.models import SweepRun
from taizhang.office.findings.selectors.marking import hidden
from taizhang.office.findings.selectors.sides import FIELDS, values_of
from taizhang.office.parts.model import Event
from taizhang.office.parts.punctuation import headed, listed

MOST_SWEEPS = 12
"""Sweeps looked at, the newest."""
DAY = 10
"""Characters of the day that a delivery's name begins with."""
FIRST_SAID = ("name", "id_no", "birth_date", "relation_to_head")
"""Fields told of a person whom a ledger has for the first time."""

Record = dict[str, Any]
Values = Mapping[tuple[str, str, int], dict[str, str]]
Said = dict[tuple[int, int], dict[str, str]]
"""(person, which of their records in one delivery) → values."""


def deliveries_about(persons: Sequence[int], names: Mapping[int, str], areas: Areas) -> list[Event]:
    """One event a delivery that said something new of these persons, newest first; values masked.

    Records that lie outside the areas are told of without their values.
    """
    runs = list(SweepRun.objects.all()[:MOST_SWEEPS])
    records = _records(runs, persons)
    values = values_of([record for _who, record in records], FIELDS)
    by_batch: dict[tuple[str, str], list[tuple[int, Record]]] = {}
    for who, record in records:
        by_batch.setdefault((record["source"], record["delivery"]), []).append((who, record))
    read = {(one["source"], one["delivery"]) for run in runs for one in run.deliveries} | by_batch.keys()
    told: dict[str, list[_Told]] = {}
    before: dict[str, Said] = {}
    for source, delivery in sorted(read):
        now, lines = _compared(by_batch.get((source, delivery), ()), before.get(source, {}), values, names, areas)
        before[source] = now
        if lines:
            told.setdefault(source, []).append(_Told(delivery[:DAY], lines))
        elif now and source in told:
            told[source][-1].same.append(delivery[:DAY])
    events = [one.event(source) for source, of in told.items() for one in of]
    return sorted(events, key=lambda event: str(event.at), reverse=True)


@dataclass
class _Told:
    """What one delivery said anew; same: days of those after it that said the same."""

    day: str
    lines: list[str]
    same: list[str] = field(default_factory=list)

    def event(self, source: str) -> Event:
        """The same as an entry of a timeline."""
        further = (
            [_("其后 %(n)s 批报送与此相同，至 %(day)s") % {"n": len(self.same), "day": self.same[-1]}]
            if self.same
            else []
        )
        title = _("%(source)s报送") % {"source": source_title(source)}
        return Event(self.day, title, text="\n".join([*self.lines, *further]), tone="info")


def _compared(
    records: Sequence[tuple[int, Record]], before: Said, values: Values, names: Mapping[int, str], areas: Areas
) -> tuple[Said, list[str]]:
    """What one delivery says of each person's records, and what of it its ledger did not say before."""
    now: Said = {}
    told: list[str] = []
    for who, record in sorted(records, key=lambda one: (one[0], one[1]["record_no"])):
        place = (who, sum(1 for known, _nth in now if known == who))  # a ledger may have somebody twice
        now[place] = values.get((record["source"], record["delivery"], record["record_no"]), {})
        is_here = covered(record["village_code"] or county_code(), areas)
        told += _told(names.get(who, ""), before.get(place), now[place], is_here=is_here)
    gone = {who for who, _nth in before} - {who for who, _nth in now}
    told += [_("%(name)s：这批报送中没有对应的记录") % {"name": names.get(who, "")} for who in sorted(gone)]
    return now, told


def _records(runs: Sequence[SweepRun], persons: Sequence[int]) -> list[tuple[int, Record]]:
    """Every record of these persons in the newest sweeps, each once."""
    found: dict[tuple[str, str, int], tuple[int, Record]] = {}
    for run in runs:
        for row in persons_at(sweep_folder(run.name), persons, ("records",)):
            for record in row["records"] or ():
                key = (record["source"], record["delivery"], record["record_no"])
                found.setdefault(key, (row["person_id"], record))
    return list(found.values())


def _told(name: str, before: Mapping[str, str] | None, said: Mapping[str, str], *, is_here: bool) -> list[str]:
    """What a record says that its ledger did not say before; nothing where it says the same."""
    if not is_here:
        return [] if before is not None else [_("%(name)s：记录在外镇或外村") % {"name": name}]
    if before is None:
        shown = [f"{field_title(one)} {hidden(one, said[one])}" for one in FIRST_SAID if one in said]
        return [headed(name, listed(shown))] if shown else []
    changed = [one for one in FIELDS if before.get(one, "") != said.get(one, "")]
    return (
        [headed(name, listed(_change(field, before.get(field, ""), said.get(field, "")) for field in changed))]
        if changed
        else []
    )


def _change(field: str, before: str, after: str) -> str:
    shown = [hidden(field, one) if one else _("（空）") for one in (before, after)]
    words = f"{field_title(field)} {shown[0]} → {shown[1]}"
    return words + (_("（改动在遮盖的位置）") if shown[0] == shown[1] else "")
