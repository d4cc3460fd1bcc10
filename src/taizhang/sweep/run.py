"""One sweep: from the newest deliveries of a county to its findings."""

import gc
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from taizhang import __version__
from taizhang.errors import UserError
from taizhang.intake.county import County
from taizhang.intake.delivery import Lake
from taizhang.progress import Progress, Silent
from taizhang.sweep.absent_columns import uneven_columns
from taizhang.sweep.authority import read_answers, register_answers
from taizhang.sweep.beside import Beside, beside
from taizhang.sweep.canonical import filled_by_source, make_records, make_subjects
from taizhang.sweep.committing import settle
from taizhang.sweep.committing import stage as stage_for_register
from taizhang.sweep.diagnose import Diagnosis, Judgement, diagnose_at_home, judge_all, make_homes
from taizhang.sweep.engines import ENGINES, Engine, open_engine
from taizhang.sweep.findings import delta
from taizhang.sweep.findings.assemble import Assembler, Finding
from taizhang.sweep.findings.index import write_index
from taizhang.sweep.findings.schema import DELTAS, ENDED
from taizhang.sweep.findings.texts import Texts
from taizhang.sweep.findings.verdicts import Today
from taizhang.sweep.findings.write import write_about, write_counts, write_findings, write_passes
from taizhang.sweep.grounds import grounds_of
from taizhang.sweep.history import finished_sweeps
from taizhang.sweep.judge.truth import Judged
from taizhang.sweep.lake import SourceDelivery, current_deliveries, facts_of
from taizhang.sweep.link.persons import Linked, forget_linking, link_persons, make_claim_person
from taizhang.sweep.link.register import Register, assign_ids, remembered
from taizhang.sweep.renewed import make_renewed
from taizhang.sweep.rules import RuleSet, load_packs
from taizhang.sweep.tables import make_record_raw

STAGES = ("read", "link", "judge", "diagnose", "tables", "rules", "findings", "write")


LEAST_MEMORY = 512
BYTES_A_RECORD = 1200
"""Measured: beyond this nothing spills at 400,000 records."""
TO_LINK, BYTES_TO_LINK = 200, 22
"""The same up to the diagnoses, where tables are stored: a part that every sweep needs, in MB, and one that grows (ADR 0037)."""
MOST_IN_MEMORY = 10**6
"""Records from which tables are stored in a file: below, all that is saved is less than Python itself holds."""


class NothingDelivered(UserError):
    """No source of the county has a delivery yet."""

    code: ClassVar[str] = "E-SWEEP-EMPTY"


@dataclass(frozen=True)
class SweepResult:
    """A finished sweep.

    folder: holds findings.parquet and the rest (docs/formats/findings.md). counts: records, persons, households, open,
    new, persisting, reopened, gone, out_of_rule, superseded, source_left. seconds: by stage. incomplete_sources: titles of sources that never delivered or
    whose newest delivery is held or lacks sheets; none of their findings went because of it.
    """

    sweep_id: str
    folder: Path
    as_of: date
    counts: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)
    incomplete_sources: tuple[str, ...] = ()


class _Clock:
    """Times stages and tells a listener."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.progress.start(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 4)
        self.progress.finish(name)


def sweep(
    county: County,
    *,
    as_of: date | None = None,
    progress: Progress | None = None,
    engine: str = "duckdb",
    master: str | None = None,
    reveal_reason: str | None = None,
    rules: RuleSet | None = None,
    asked_by: str | None = None,
) -> SweepResult:
    """Link, judge, diagnose, run the rules and write the findings of a county's newest deliveries.

    as_of: read deliveries up to this day; None means all. engine: "duckdb" or "spark". master: where Spark runs
    ("local[2]", "spark://…"); None means on this machine. reveal_reason: why findings.jsonl may hold full numbers;
    recorded in sweep.json. rules: None loads the shipped packs and the county's own. asked_by: a mark by which whoever
    asks knows this sweep again, recorded in sweep.json.
    Holds the lake meanwhile. Raises LakeBusyError while another run holds it, NothingDelivered, PackError for a pack that
    does not load, ValueError for an unknown engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"an engine is one of {', '.join(ENGINES)}, not {engine!r}")
    opened = partial(
        open_engine, engine, [county.data / "deliveries"], master=master, scratch=Lake(county.data).temporary
    )
    with Lake(county.data).held(), _without_collector(), _giving_back():
        return _sweep(county, as_of, progress or Silent(), reveal_reason, asked_by, rules, opened)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing is looked through for cycles meanwhile: findings are many and hold none, and looking costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What the sweep leaves (rules, knowledge) stays: counted as old, it is not looked through at once.
        gc.freeze()
        gc.unfreeze()
        if was_on:
            gc.enable()


@contextmanager
def _giving_back() -> Iterator[None]:
    """Arrow takes its memory from the C library meanwhile: its own allocators keep what was freed, some 40 MB of a sweep's peak."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def _sweep(
    county: County,
    as_of: date | None,
    progress: Progress,
    reveal_reason: str | None,
    asked_by: str | None,
    rules: RuleSet | None,
    opened: Callable[..., AbstractContextManager[Engine]],
) -> SweepResult:
    deliveries = current_deliveries(county.data, facts_of(county), as_of)
    if not deliveries:
        raise NothingDelivered(
            "还没有可排查的报送。", where=str(county.data), hint="先运行 taizhang intake 接收各来源的报送。"
        )
    day = as_of or max(delivery.as_of for delivery in deliveries)
    sweeps, register = county.data / "sweeps", county.data / "register"
    settle(sweeps, register)  # of a sweep that was killed just after it was whole
    folder = _new_folder(sweeps, day)
    task = _Task(
        county.data,
        frozenset(source.id for source in county.sources),
        deliveries,
        day,
        partial(_rules_of, county) if rules is None else lambda: rules,
        _Clock(progress),
        folder.name,
        reveal_reason,
        asked_by,
        grounds_of(county, deliveries, day) if rules is None else None,
    )
    for left in sweeps.glob(".[0-9]*"):  # by a sweep that was killed: nobody else holds the lake
        shutil.rmtree(left, ignore_errors=True)
    working = folder.with_name(f".{folder.name}")
    working.mkdir(parents=True)
    try:
        with opened(**room_for(deliveries)) as database:
            counts = task.run(database, working)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise
    working.rename(folder)
    settle(sweeps, register)
    incomplete = tuple(county.source(source).title for source in _incomplete(county, deliveries))
    return SweepResult(folder.name, folder, day, counts, task.clock.seconds, incomplete)


def _rules_of(county: County) -> RuleSet:
    return load_packs(county.packs, overrides=county.parameters, county_code=county.code, frames=county.frames)


@dataclass(frozen=True)
class _Task:
    """Everything one sweep is about."""

    data: Path
    sources: frozenset[str]
    deliveries: list[SourceDelivery]
    day: date
    load_rules: Callable[[], RuleSet]
    clock: _Clock
    sweep_id: str
    reveal_reason: str | None
    asked_by: str | None
    grounds: str | None

    def run(self, database: Engine, working: Path) -> dict[str, int]:
        """Run all stages; the results stand in `working`, with what becomes of the register."""
        with beside(database, is_threaded=_records(self.deliveries) <= MOST_IN_MEMORY) as other:
            return self._run(database, other, working)

    def _run(self, database: Engine, other: Beside, working: Path) -> dict[str, int]:
        """Run all stages, `other` beside them.

        Packs are loaded beside linking, persons diagnosed beside the table of records, persons, households and their index made
        beside the rules. What runs beside reads tables that are whole before it starts, and a stage waits for what it reads of it.
        """
        sources = {delivery.number: delivery for delivery in self.deliveries}
        register = Register(self.data / "register")
        stage = self.clock.stage
        loaded = other.start(self.load_rules)
        with stage("read"):
            make_record_raw(database, self.deliveries)
            register_answers(database, read_answers(self.data))
        with stage("link"):
            linked = link_persons(database, sources)
            make_claim_person(database)
            assign_ids(database, register)
            rules = loaded()
        with stage("judge"):
            judged = judge_all(database, sources, linked)
        with stage("diagnose"):
            make_homes(database, max(sources) + 1)
            diagnoses = other.start(_diagnosed, other.engine, sources, linked, judged)
            del linked
            database.limit_memory(memory_for(self.deliveries))
        with stage("tables"):
            make_records(database, self.deliveries)
            subjects = other.start(make_subjects, other.engine, self.deliveries, judged)
            make_renewed(database, self.deliveries, self.data / "sweeps")
            persons = other.start(remembered, other.engine, self.sweep_id)
            before_today = other.start(delta.read_before, self.data / "sweeps", register.folder)
            indexed = other.start(write_index, working, other.engine, self.deliveries)
        with stage("rules"):
            ran = rules.run(
                database,
                as_of=self.day,
                filled=filled_by_source(self.deliveries),
                after_records=subjects,
                titles={one.source: one.title or one.source for one in self.deliveries},
                uneven=uneven_columns(self.deliveries),
            )
        with stage("findings"):
            before, found = before_today(), diagnoses()
            assembler = Assembler(database, self.deliveries, Texts(rules), judged)
            made = assembler.findings(found)
            today = Today(database, rules, ran, self.deliveries, found, self.sources, assembler.genuine, assembler.told)
            findings = delta.with_delta(today, made, before, self.deliveries, self.sweep_id)
        with stage("write"):
            write_counts(working, database, findings)
            counts = _counts(database, findings)
            closed = other.start(database.close)  # giving back its memory takes as long as a file
            write_findings(working, findings, reveal=self.reveal_reason is not None)
            write_passes(working, findings)
            indexed()
            write_about(working, self._about(counts, ran.faults, judged.numbers.judged))
            stage_for_register(working, "person.parquet", persons())
            stage_for_register(working, "finding.parquet", delta.history_after(findings, before, self.sweep_id))
            closed()
        return counts

    def _order(self) -> int:
        """After all sweeps before, also where the clock was set back meanwhile."""
        before = finished_sweeps(self.data / "sweeps")
        return max(time.time_ns(), before[-1][1].get("order", 0) + 1 if before else 0)

    def _about(self, counts: dict[str, int], faults: dict[str, str], learned: Judged) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "sweep_id": self.sweep_id,
            "as_of": self.day.isoformat(),
            "version": __version__,
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "order": self._order(),
            "deliveries": [
                {"source": d.source, "title": d.title, "delivery": d.name, "as_of": d.as_of.isoformat(), "held": d.held}
                for d in self.deliveries
            ],
            "counts": counts,
            "seconds": self.clock.seconds,
            "rule_faults": faults,
            "learned": {"error_rates": learned.rate.round(5).tolist(), "copying": learned.copying.round(4).tolist()},
            "reveal_reason": self.reveal_reason,
            "asked_by": self.asked_by,
            "grounds": self.grounds,
        }


def _diagnosed(
    engine: Engine, sources: Mapping[int, SourceDelivery], linked: Linked, judged: Judgement
) -> list[Diagnosis]:
    """The diagnoses, after which nothing reads the tables of linking any more."""
    found = list(diagnose_at_home(engine, sources, linked, judged))
    forget_linking(engine)
    return found


def room_for(deliveries: list[SourceDelivery]) -> dict[str, Any]:
    """How an engine is opened for linking, judging and diagnosing so many records: `memory` and `stored`."""
    records = _records(deliveries)
    if records <= MOST_IN_MEMORY:
        return {"memory": memory_for(deliveries), "stored": False}
    return {"memory": f"{TO_LINK + records * BYTES_TO_LINK // 10**6}MB", "stored": True}


def memory_for(deliveries: list[SourceDelivery]) -> str:
    """The engine's buffer limit for rules and findings: enough for a county, and for the nation what its records need."""
    return f"{max(LEAST_MEMORY, _records(deliveries) * BYTES_A_RECORD // 10**6)}MB"


def _records(deliveries: list[SourceDelivery]) -> int:
    return sum(delivery.records or 0 for delivery in deliveries)


def _counts(database: Engine, findings: list[Finding]) -> dict[str, int]:
    row = database.fetch("""
        SELECT (SELECT COUNT(*) FROM claim_person) AS records, (SELECT COUNT(*) FROM person) AS persons,
            (SELECT COUNT(DISTINCT household_id) FROM household) AS households
    """).to_pylist()[0]
    deltas = [finding["delta"] for finding in findings]
    counted = {name: deltas.count(name) for name in DELTAS}
    return {**row, **counted, "open": len(findings) - sum(counted[name] for name in ENDED)}


def _new_folder(sweeps: Path, day: date) -> Path:
    number = 1
    while (sweeps / f"{day.isoformat()}-{number}").exists():
        number += 1
    return sweeps / f"{day.isoformat()}-{number}"


def _incomplete(county: County, deliveries: list[SourceDelivery]) -> list[str]:
    there = {delivery.source: delivery for delivery in deliveries}
    return [
        source.id
        for source in county.sources
        if source.id not in there or there[source.id].held or not there[source.id].is_whole
    ]
