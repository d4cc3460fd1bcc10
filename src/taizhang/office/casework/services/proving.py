"""Proof by value: what the deliveries say of the values that went back, where what the engine says of a rule is not enough.

Of a finding whose rule had passed already when a recheck opened it again the engine tells nothing more. What proves it now
is that the newer delivery of every source to which a value went back carries that very value; another value in its place
shows that it was not mended.

Of one that it judges itself two things only the office knows. To which source the value went back: a newer delivery of
another one shows nothing about it. And what was approved: where ledgers agree since, but on another number or name, the
contradiction is gone and the mistake is not.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.office.casework.models import SENT, Correction, HandBack
from taizhang.office.casework.services.values import NAME_FIELDS, NUMBER_FIELDS
from taizhang.office.crypto.sealing import unseal
from taizhang.office.findings.lake import lake, sweep_folder
from taizhang.office.findings.lookup import rows_at
from taizhang.office.findings.models import Delta, Finding, SweepRun
from taizhang.office.findings.selectors.present_values import present_values
from taizhang.office.findings.selectors.reading import detail_of
from taizhang.office.findings.selectors.record_places import person_of_record
from taizhang.office.findings.states import State
from taizhang.office.ledger.models import Entry
from taizhang.sweep.lake import is_whole, manifest_of


def prove_by_value() -> tuple[list[str], list[str]]:
    """Judge what waits for proof and is told of by no rule, each value by its source's first newer delivery.

    Moves it to proven or not fixed; gives the ids of both. What no delivery shows yet stays as it is.
    """
    waiting = Finding.objects.filter(state=State.WRITTEN_BACK, delta=Delta.GONE).values_list("pk", flat=True)
    sent = _sent(list(waiting))
    if not sent:
        return [], []
    verdicts: dict[str, list[bool | None]] = defaultdict(list)
    for one, verdict in _verdicts(sent):
        verdicts[one.finding_id].append(verdict)
    proven = [pk for pk, of in verdicts.items() if all(of)]
    not_fixed = [pk for pk, of in verdicts.items() if False in of]
    run = SweepRun.objects.first()
    Finding.objects.filter(pk__in=proven).update(state=State.PROVEN, changed_in=run, remark="")
    Finding.objects.filter(pk__in=not_fixed).update(state=State.NOT_FIXED, changed_in=run, remark="")
    return proven, not_fixed


def look_again(hit: Collection[str], gone: Collection[str]) -> tuple[list[str], list[str]]:
    """Of findings that waited for proof and that a sweep hit again, or found gone: whose values wait on, and whose are others.

    The former are hit by another source's delivery, of which no value was asked; of the latter a source that was to write
    a number or name writes another one.
    """
    sent = _sent([*hit, *gone])
    if not sent:
        return [], []
    runs, entered = list(SweepRun.objects.order_by("place")), _entered_at(sent)
    answered = {
        one.finding_id
        for one in sent
        if one.pk not in entered or next(_newer(one.source, entered[one.pk], runs), None) is not None
    }
    asked = {one.finding_id for one in sent}
    checked = [one for one in sent if one.finding_id in gone and one.field in NUMBER_FIELDS | NAME_FIELDS]
    others = {one.finding_id for one, verdict in _verdicts(checked) if verdict is False and not _moved(one, runs[-1])}
    return [one for one in hit if one in asked - answered], [one for one in gone if one in others]


def _moved(one: Correction, run: SweepRun) -> bool:
    """Whether a number stands in another person's row of its source now: rows are told apart by their numbers."""
    name = next((at["delivery"] for at in run.deliveries if at["source"] == one.source), "")
    path = lake() / "deliveries" / one.source / name / "record.parquet"
    if one.field != "id_no" or not path.is_file():
        return False
    return bool(rows_at(path, one.field, [unseal(one.after, one.context("after"))], ()).num_rows)


def _sent(findings: Sequence[str]) -> list[Correction]:
    return list(
        Correction.objects.filter(finding__in=findings, state__in=SENT)
        .select_related("finding", "handback", "against__handback")
        .order_by("pk")
    )


def _verdicts(sent: Sequence[Correction]) -> list[tuple[Correction, bool | None]]:
    """Whether the source's newer delivery carries each value; None where it does not show it, or there is none yet."""
    runs = list(SweepRun.objects.order_by("place"))
    entered = _entered_at(sent)
    whole = cache(_is_whole)  # asked for every value
    shown: dict[int, list[tuple[Correction, int]]] = defaultdict(list)
    found: list[tuple[Correction, bool | None]] = []
    for one in sent:
        at = _first_newer(one.source, entered[one.pk], runs, whole) if one.pk in entered else None
        person = one.person_id if one.person_id is not None else _person_of(one, runs)
        if at is None or person is None:
            found.append((one, None))
        else:
            shown[at].append((one, person))
    for at, asked in shown.items():
        fields = sorted({one.field for one, _person in asked})
        said = present_values(sweep_folder(runs[at].name), {person for _one, person in asked}, fields)
        found += [(one, _verdict(one, said.get((person, one.source), ()))) for one, person in asked]
    return found


def _entered_at(sent: Sequence[Correction]) -> dict[int, datetime]:
    """Correction → when its source's owner said that it is entered; a joined one went with the one it is joined to."""
    numbers = {one.pk: batch.number for one in sent if (batch := _batch_of(one)) is not None}
    entries = Entry.objects.filter(
        verb="handback.entered", subject_type="handback", subject_id__in=set(numbers.values())
    )
    at = dict(entries.values_list("subject_id", "at"))
    return {pk: at[number] for pk, number in numbers.items() if number in at}


def _batch_of(one: Correction) -> HandBack | None:
    return one.handback or (one.against.handback if one.against else None)


def _first_newer(source: str, since: datetime, runs: Sequence[SweepRun], whole: Callable[[Path], bool]) -> int | None:
    """Place among the sweeps of the first that stands on a whole, unheld delivery newer than those before the hand-back."""
    return next(
        (
            place
            for place, delivery in _newer(source, since, runs)
            if not delivery["held"] and whole(lake() / "deliveries" / source / delivery["delivery"])
        ),
        None,
    )


def _newer(source: str, since: datetime, runs: Sequence[SweepRun]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Places among the sweeps that stand on a delivery newer than those before the hand-back, each with that delivery."""
    known: Mapping[str, Any] | None = None
    for place, run in enumerate(runs):
        delivery = next((one for one in run.deliveries if one["source"] == source), None)
        if delivery is None:
            continue
        if run.imported_at <= since:
            known = delivery
        elif _is_newer(delivery, known):
            yield place, delivery


def _is_newer(delivery: Mapping[str, str], known: Mapping[str, str] | None) -> bool:
    return known is None or (delivery["delivery"] != known["delivery"] and delivery["as_of"] >= known["as_of"])


def _is_whole(folder: Path) -> bool:
    return is_whole(manifest_of(folder))


def _person_of(one: Correction, runs: Sequence[SweepRun]) -> int | None:
    """Whose row a household's value stands in, by the newest sweep on the delivery that the correction names."""
    row = _row_no(one)
    stood = [
        run
        for run in runs
        if any((at["source"], at["delivery"]) == (one.source, one.delivery) for at in run.deliveries)
    ]
    if row is None or one.household_id is None or not stood:
        return None
    folder = sweep_folder(stood[-1].name)
    return person_of_record(folder, one.household_id, (one.source, one.delivery, one.file_no, row))


def _row_no(one: Correction) -> int | None:
    """The row of a correction's cell; where the field had no cell, of the record that the finding names."""
    if one.cell:
        return int(re.sub(r"\D", "", one.cell))
    named = (
        record["row"]
        for record in detail_of(one.finding)["records"] or ()
        if (record["source"], record["delivery"], record["file_no"]) == (one.source, one.delivery, one.file_no)
    )
    return next(named, None)


def _verdict(one: Correction, rows: Sequence[Mapping[str, str]]) -> bool | None:
    """Whether every record that has the field carries the approved value; None where none has it."""
    values = [row[one.field] for row in rows if one.field in row]
    if not values:
        return None
    after = unseal(one.after, one.context("after"))
    return all(value == after for value in values)
