"""Taking a finished sweep into the office: its run, its findings, and what it means for the state of each."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction

from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.access.scope import scope_off
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.crypto.sealing import seal
from taizhang.office.findings.errors import SweepOlder, SweepUnreadable
from taizhang.office.findings.lake import county_code, lake
from taizhang.office.findings.models import ENDED_DELTAS, SEVERITY_RANK, Delta, Finding, Severity, SweepRun, Visibility
from taizhang.office.findings.services import reading_sweeps
from taizhang.office.findings.services.observing import HIT, Seen, state_after
from taizhang.office.findings.states import State
from taizhang.office.many import count_anew, insert_many, upsert_many
from taizhang.office.people.models import Person, PersonKey
from taizhang.office.people.services.indexing import has_index, index_register
from taizhang.progress import Progress, Silent

CHUNK = 1000
MANY = 1000
"""Findings after whose import the database counts its tables anew, to know which of its indexes answer a list."""
WATCHED = (State.WRITTEN_BACK, State.PROVEN, State.CLOSED_OUT, State.EXEMPTED, State.OUT_OF_RULE, State.MERGED)
"""States that a mere hit can end, so that they are looked at though the sweep tells nothing new."""


@dataclass(frozen=True)
class Moved:
    """One finding whose state the sweep moved, or that it made: for casework, inside the same transaction.

    finding: its id. before: None for one that the sweep made.
    """

    finding: str
    before: State | None
    after: State
    seen: Seen


Movings = Callable[[Sequence[Moved]], None]


@dataclass(frozen=True)
class Imported:
    """What an import did. touched: findings written; moved: of them those whose state changed."""

    run: SweepRun
    touched: int
    moved: int
    persons: int
    households: int


def import_sweep(
    *, actor: Actor, folder: Path, progress: Progress | None = None, on_moves: Movings | None = None
) -> Imported:
    """Import the sweep of a folder below the lake's sweeps; the same one again changes nothing.

    on_moves: called once with every finding the sweep made or moved, inside the transaction. Raises SweepUnreadable,
    SweepOlder.
    """
    about = _about(folder)
    told = progress or Silent()
    done = SweepRun.objects.filter(name=about["sweep_id"]).first()
    if done is not None:
        return Imported(done, 0, 0, 0, 0)
    before = SweepRun.objects.order_by("-place").first()
    if before is not None and before.place >= about["order"]:
        raise SweepOlder
    before_folder = lake() / "sweeps" / before.name if before is not None else None
    told.start("index")
    persons, households = index_register(folder=folder, before=before_folder, county_code=county_code())
    told.finish("index")
    told.start("findings")
    with scope_off("the findings of the whole county"), transaction.atomic():
        run = _new_run(about, folder)
        moved, touched = _take(folder, before_folder, run, _delivered_anew(run, before))
        if on_moves is not None:
            on_moves(moved)
        ledger.record(
            actor, "sweep.imported", "sweep", run.name, touched=touched, moved=len(moved), persons=persons,
            households=households, counts=run.counts,
        )  # fmt: skip
    if touched > MANY:
        count_anew(Finding, Visibility, Person, PersonKey)
    told.finish("findings")
    return Imported(run, touched, len(moved), persons, households)


def import_newest(
    *,
    actor: Actor,
    progress: Progress | None = None,
    on_moves: Movings | None = None,
    on_sweep: Callable[[str], None] | None = None,
) -> list[Imported]:
    """Import every finished sweep of the lake that is newer than the last one imported, oldest first.

    on_sweep: told the name of each before it begins.
    """
    imported = []
    for folder in _waiting_sweeps():
        if on_sweep is not None:
            on_sweep(folder.name)
        imported.append(import_sweep(actor=actor, folder=folder, progress=progress, on_moves=on_moves))
    return imported


def _waiting_sweeps() -> list[Path]:
    """The folders of finished sweeps that are newer than the last one imported, oldest first."""
    last = SweepRun.objects.order_by("-place").first()
    waiting = [
        (about["order"], folder)
        for folder in sorted((lake() / "sweeps").glob("[0-9]*"))
        if (folder / "sweep.json").is_file() and has_index(folder)
        for about in [_about(folder)]
        if last is None or about["order"] > last.place
    ]
    return [folder for _, folder in sorted(waiting)]


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / "sweep.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise SweepUnreadable from None
    if about.get("schema_version") != 1 or not has_index(folder):
        raise SweepUnreadable
    return about


def _new_run(about: dict[str, Any], folder: Path) -> SweepRun:
    return SweepRun.objects.create(
        name=about["sweep_id"], as_of=date.fromisoformat(about["as_of"]), place=about["order"],
        finished_at=datetime.fromisoformat(about["finished_at"]), deliveries=about["deliveries"], counts=about["counts"],
        seconds=about["seconds"], rules_not_run=about["rule_faults"] | reading_sweeps.rules_not_run(folder),
    )  # fmt: skip


def _delivered_anew(run: SweepRun, before: SweepRun | None) -> frozenset[str]:
    known = {one["source"]: one["delivery"] for one in before.deliveries} if before is not None else {}
    return frozenset(one["source"] for one in run.deliveries if known.get(one["source"]) != one["delivery"])


def _take(folder: Path, before: Path | None, run: SweepRun, anew: frozenset[str]) -> tuple[list[Moved], int]:
    watched = list(Finding.objects.filter(state__in=WATCHED).values_list("pk", flat=True))
    rows, there = reading_sweeps.changed_findings(folder, before, watched)
    left = _left_behind(there)
    ended = reading_sweeps.ended_meanwhile(_between(before, run), left)
    known = _held({*rows["finding_id"].to_pylist(), *ended})
    moved: list[Moved] = []
    for start in range(0, len(rows), CHUNK):
        moved += _write(rows.slice(start, CHUNK), known, run, anew)
    places = reading_sweeps.further_places(folder, rows["finding_id"])
    Visibility.objects.filter(finding_id__in=rows["finding_id"].to_pylist()).delete() if before is not None else None
    insert_many(Visibility, ("finding_id", "division_code"), places)
    moved += _ended_meanwhile(ended, known, run)
    return moved, len(rows) + len(left)


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands in the office of a finding that an import writes."""

    state: State
    remark: str
    digest: str

    def after(self, seen: Seen) -> tuple[State, str]:
        """State and remark once the sweep was seen; a remark stays as long as its state does."""
        state, told = state_after(self.state, seen)
        return state, told or (self.remark if state is self.state else "")


def _held(identities: Collection[str]) -> dict[str, _Known]:
    """What stands of these findings, where they are known. Nobody moves them before the import is through.

    All of them are held before the first one is written, and in the order of their keys, as every other holder does:
    what a person changes meanwhile is waited for and seen, and no two wait for one another.
    """
    known, ordered = {}, sorted(identities)
    for start in range(0, len(ordered), CHUNK):
        rows = Finding.objects.select_for_update(no_key=True).filter(pk__in=ordered[start : start + CHUNK])
        for pk, state, remark, digest in rows.order_by("pk").values_list("pk", "state", "remark", "value_digest"):
            known[pk] = _Known(State(state), remark, digest)
    return known


def _left_behind(there: set[str]) -> list[str]:
    """Findings the file no longer knows: they ended in a sweep that was never imported."""
    known = Finding.objects.exclude(delta__in=ENDED_DELTAS).values_list("pk", flat=True)
    return [one for one in known.iterator() if one not in there]


def _between(before: Path | None, run: SweepRun) -> list[Path]:
    """The folders of the sweeps after `before` and before the run, oldest first: none of them was imported."""
    first = _about(before)["order"] if before is not None and (before / "sweep.json").is_file() else 0
    found = [
        (json.loads((folder / "sweep.json").read_text("utf-8"))["order"], folder)
        for folder in (lake() / "sweeps").glob("[0-9]*")
        if (folder / "sweep.json").is_file() and (folder / "findings.parquet").is_file()
    ]
    return [folder for order, folder in sorted(found) if first < order < run.place]


_OBSERVED = {Delta.GONE: "pass", Delta.OUT_OF_RULE: "not_run", Delta.SUPERSEDED: "hit", Delta.SOURCE_LEFT: "not_run"}


def _ended_meanwhile(ended: Mapping[str, tuple[str, str]], known: Mapping[str, _Known], run: SweepRun) -> list[Moved]:
    """Move the findings as the sweep says in which they ended; where no sweep says so, nothing is proven and they stay."""
    moved = []
    for finding in Finding.objects.filter(pk__in=list(ended)):
        delta, finding.superseded_by = Delta(ended[finding.pk][0]), ended[finding.pk][1]
        before, seen = known[finding.pk], Seen(delta.value, _OBSERVED[delta])
        after, finding.remark = before.after(seen)
        finding.state, finding.delta, finding.observation, finding.changed_in = after, delta, seen.observation, run
        finding.save(update_fields=["state", "remark", "delta", "observation", "superseded_by", "changed_in"])
        if after is not before.state:
            moved.append(Moved(finding.pk, before.state, after, seen))
    return moved


def _write(chunk: pa.Table, known: Mapping[str, _Known], run: SweepRun, anew: frozenset[str]) -> list[Moved]:
    made, moved, ring = [], [], key_ring()
    for one in chunk.to_pylist():
        digest = one["value_digest"] or ""
        there = known.get(one["finding_id"])
        before = there or _Known(State.OPEN, "", digest)
        is_newer = one["source"] in anew if one["source"] else bool(anew)
        seen = Seen(one["delta"], one["observation"], is_newer, digest != before.digest)
        after, remark = before.after(seen)
        made.append((after.value, remark, run.pk, *_told(one, ring)))
        if there is None or after is not there.state:
            moved.append(Moved(one["finding_id"], there.state if there else None, after, seen))
    upsert_many(Finding, ("state", "remark", "changed_in_id", *TOLD), made)
    return moved


def detail_context(finding_id: str) -> str:
    """What a finding's detail is sealed for."""
    return f"finding:{finding_id}:detail"


TOLD = (
    "finding_id", "short_id", "rule", "rule_version", "group", "severity", "severity_rank", "subject_type", "subject",
    "subject_person", "subject_household", "involved", "source", "culprit", "p_culprit", "fields", "kinds", "division_code",
    "town_name", "village_name", "household_no", "head_name", "name", "masked_number", "message_zh", "message_hant",
    "message_en", "hint_zh", "hint_hant", "hint_en", "confidence_class", "owner", "deadline_workdays", "delta", "observation",
    "superseded_by", "first_seen", "reopened_count", "value_digest", "detail",
)  # fmt: skip
"""Fields of a finding that a sweep tells, in the order of `_told`."""


def _told(one: dict[str, Any], ring: KeyRing) -> tuple[Any, ...]:
    """One row of TOLD; no object of the model, which for a county's findings took a third of the import."""
    detail = {name: one[name] for name in ("observed", "candidates", "evidence", "records", "params")}
    severity = Severity(one["severity"])
    return (
        one["finding_id"], one["short_id"], one["rule"], one["rule_version"] or "", one["grp"] or "", severity.value,
        SEVERITY_RANK[severity], one["subject_type"], one["subject"], one["person_id"], one["household_id"],
        one["involved"] or [], one["source"] or "", one["culprit"] or "", one["p_culprit"], one["fields"] or [],
        one["kinds"] or [], one["village_code"] or one["town_code"] or county_code(), one["town_name"] or "",
        one["village_name"] or "", one["household_no"] or "", one["head_name"] or "", one["name"] or "",
        one["id_masked"] or "", one["message_zh"] or "", one["message_hant"] or "", one["message_en"] or "",
        one["hint_zh"] or "", one["hint_hant"] or "", one["hint_en"] or "", one["confidence_class"] or "", one["owner"] or "",
        one["deadline_workdays"], one["delta"], one["observation"] or "", one.get("superseded_by") or "",
        one["first_seen"] or "", one["reopened_count"] or 0, one["value_digest"] or "",
        seal(json.dumps(detail, ensure_ascii=False, default=str), detail_context(one["finding_id"]), ring),
    )  # fmt: skip


__all__ = ["HIT", "Imported", "Moved", "detail_context", "import_newest", "import_sweep"]
