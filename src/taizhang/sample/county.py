"""Makes a county folder: the county file, the inboxes of four sources, and the truth, kept apart."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from taizhang.errors import SystemFault
from taizhang.sample import truth
from taizhang.sample.chance import stream
from taizhang.sample.faults import Fault
from taizhang.sample.ledgers import write_ledgers
from taizhang.sample.offices import Occasion, Written, write_app, write_city, write_national
from taizhang.sample.places import COUNTY_CODE, COUNTY_NAME, divisions_csv
from taizhang.sample.planning import plan_faults
from taizhang.sample.population import Population, make_population
from taizhang.sample.rates import MISSING_FROM, SOURCES
from taizhang.sample.seasons import Season, plan_seasons
from taizhang.sample.views import View, make_view

DAYS = (date(2020, 1, 20), date(2020, 2, 5), date(2020, 2, 19))
PARALLEL_FROM = 20_000  # persons; below, starting processes costs more than it saves
TITLES = {
    "national": "全国扶贫开发业务管理子系统",
    "city": "汉中市互联网+精准扶贫平台",
    "ledger": "镇村台账",
    "app": "帮扶手机应用推送",
}


@dataclass(frozen=True)
class SampleCounty:
    """A county as written.

    folder: holds county.toml, divisions.csv, inbox/ and truth/. days: as-of dates of the deliveries. rows: written
    rows over all sources and deliveries. faults: planted mistakes.
    """

    folder: Path
    truth: Path
    days: tuple[date, ...]
    persons: int
    rows: int
    faults: int


def delivery_days(deliveries: int) -> tuple[date, ...]:
    """As-of dates: the last is 2020-02-19 for up to three deliveries, then every fortnight."""
    known = DAYS[-deliveries:] if deliveries <= len(DAYS) else DAYS
    return known + tuple(DAYS[-1] + timedelta(days=14 * number) for number in range(1, deliveries - len(known) + 1))


def make_county(
    folder: Path | str,
    *,
    persons: int,
    seed: int,
    deliveries: int = 3,
    error_rate: float = 0.02,
    copying: float = 0.0,
    relayout_from: int | None = None,
    jobs: int = 2,
) -> SampleCounty:
    """Write a synthetic county modelled on 洋县 in February 2020.

    folder: created; its inbox/ and truth/ must not exist yet. persons: people in the registers, at least 20.
    error_rate: mistakes per row of an average source in the first delivery. copying: share of villages whose ledger
    was typed off the city's list, mistakes included. relayout_from: from this delivery on (0-based) the national
    export has another layout. jobs: processes to write with. The same arguments give the same bytes.
    """
    root = Path(folder)
    days = delivery_days(deliveries)
    population = make_population(persons, seed=seed, first_day=days[0], last_day=days[-1])
    seasons, changes = plan_seasons(population, seed=seed, deliveries=deliveries)
    outside = {source: _outside(population, source, seed) for source in SOURCES}
    moving = frozenset().union(*(season.absent for season in seasons))
    held_out = {source: persons_outside | moving for source, persons_outside in outside.items()}
    faults = plan_faults(population, held_out, seed=seed, deliveries=deliveries, error_rate=error_rate, copying=copying)
    root.mkdir(parents=True, exist_ok=True)
    write_county_file(root, population)
    task = Task(root, population, faults, outside, seasons, days, seed, relayout_from)
    books = write_deliveries(task, jobs=jobs)
    beside = [(person, "bystander") for fault in faults for person in fault.damage.bystanders]
    facts = [*population.circumstances, *changes, *beside]
    truth.write_truth(root / "truth", population, faults, books, facts, seed=seed, error_rate=error_rate)
    rows = sum(len(book.places) for book in books)
    return SampleCounty(root, root / "truth", days, persons, rows, len(faults))


@dataclass(frozen=True)
class Task:
    """Everything that writing one delivery needs.

    outside: by source, persons it rightly does not hold. relayout_from: first delivery in which the national system
    exports another layout, or None.
    """

    root: Path
    population: Population
    faults: list[Fault]
    outside: dict[str, frozenset[int]]
    seasons: list[Season]
    days: tuple[date, ...]
    seed: int
    relayout_from: int | None = None

    def write(self, source: str, delivery: int) -> truth.Book:
        """Write the files of one source in one delivery."""
        day, season = self.days[delivery], self.seasons[delivery]
        struck = season.died if source == "ledger" else frozenset()
        missing = self.outside[source] | (season.absent - struck)
        held = [True] * len(self.population)
        for person in missing:
            held[person] = False
        active = [fault for fault in self.faults if fault.source == source and delivery in fault.active]
        view = make_view(
            source,
            self.population,
            active,
            held=held,
            natural=season.changed,
            struck=struck,
            seed=self.seed,
            delivery=delivery,
        )
        inbox = self.root / "inbox" / source / day.isoformat()
        inbox.mkdir(parents=True)
        relayout = self.relayout_from is not None and delivery >= self.relayout_from
        occasion = Occasion(inbox, self.seed, delivery, f"{day:%Y%m%d}", relayout)
        return truth.book_of(view, WRITERS[source](view, occasion), day, delivery)


WRITERS: dict[str, Callable[[View, Occasion], Written]] = {
    "national": write_national,
    "city": write_city,
    "ledger": write_ledgers,
    "app": write_app,
}


def write_deliveries(task: Task, *, jobs: int) -> list[truth.Book]:
    """Write everything, several processes at once where the system can fork.

    Forked children see the population without copying it; they touch no Arrow, whose threads do not survive a fork.
    """
    global _task  # noqa: PLW0603
    pairs = [(source, number) for number in range(len(task.days)) for source in SOURCES]
    if jobs == 1 or len(task.population) < PARALLEL_FROM or "fork" not in multiprocessing.get_all_start_methods():
        return [task.write(source, number) for source, number in pairs]
    _task = task
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            return pool.starmap(_write_pair, pairs, chunksize=1)
    finally:
        _task = None


_task: Task | None = None


def _write_pair(source: str, delivery: int) -> truth.Book:
    if _task is None:
        raise SystemFault("the writing process was started without its task")
    return _task.write(source, delivery)


def _outside(population: Population, source: str, seed: int) -> frozenset[int]:
    """Persons a source rightly does not hold, by whole households."""
    share = MISSING_FROM.get(source, 0.0)
    draws = stream(seed, "coverage", source).random(int(population.household[-1]) + 1)
    return frozenset(np.flatnonzero((draws < share)[population.household]).tolist())


def write_county_file(root: Path, population: Population) -> None:
    """Write county.toml and divisions.csv."""
    sources = "".join(
        f'\n[[source]]\nid = "{source}"\nkind = "{source}"\ntitle = "{TITLES[source]}"\nfolder = "inbox/{source}"\n'
        for source in SOURCES
    )
    text = (
        f'[county]\ncode = "{COUNTY_CODE}"\nname = "{COUNTY_NAME}（演示数据）"\ndata = "data"\n'
        f'divisions = "divisions.csv"\n{sources}\n[parameters]\n'
    )
    (root / "county.toml").write_text(text, encoding="utf-8")
    (root / "divisions.csv").write_text(divisions_csv(population.villages), encoding="utf-8")
