"""Makes a county folder: the county file, the inboxes of four sources, and the truth, kept apart."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from taizhang.sample import truth
from taizhang.sample.chance import stream
from taizhang.sample.layouts import WRITERS, Place
from taizhang.sample.places import COUNTY_CODE, COUNTY_NAME, divisions_csv
from taizhang.sample.planning import plan_faults
from taizhang.sample.population import Population, make_population
from taizhang.sample.rates import MISSING_FROM, SOURCES
from taizhang.sample.views import View, make_view

DAYS = (date(2020, 1, 20), date(2020, 2, 5), date(2020, 2, 19))
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
) -> SampleCounty:
    """Write a synthetic county modelled on 洋县 in February 2020.

    folder: created; its inbox/ and truth/ must not exist yet. persons: people in the registers, at least 20.
    error_rate: mistakes per row of an average source in the first delivery. copying: share of villages whose ledger
    was typed off the city's list, mistakes included. The same arguments give the same bytes.
    """
    root = Path(folder)
    days = delivery_days(deliveries)
    population = make_population(persons, seed=seed, first_day=days[0], last_day=days[-1])
    absent = {source: _absent(population, source, seed) for source in SOURCES}
    faults = plan_faults(population, absent, seed=seed, deliveries=deliveries, error_rate=error_rate)
    root.mkdir(parents=True, exist_ok=True)
    _write_county_file(root, population)
    books = [
        _write_delivery(root, population, faults, absent, source=source, seed=seed, delivery=number, day=day)
        for source in SOURCES
        for number, day in enumerate(days)
    ]
    truth.write_truth(root / "truth", population, faults, books, seed=seed, error_rate=error_rate)
    rows = sum(len(book.places) for book in books)
    return SampleCounty(root, root / "truth", days, persons, rows, len(faults))


def _write_delivery(
    root: Path,
    population: Population,
    faults: list[truth.Fault],
    absent: dict[str, frozenset[int]],
    *,
    source: str,
    seed: int,
    delivery: int,
    day: date,
) -> truth.Book:
    held = [True] * len(population)
    for person in absent[source]:
        held[person] = False
    active = [fault for fault in faults if fault.source == source and delivery in fault.active]
    view: View = make_view(source, population, active, held=held, natural={}, seed=seed, delivery=delivery)
    inbox = root / "inbox" / source / day.isoformat()
    inbox.mkdir(parents=True)
    places: dict[int, Place] = WRITERS[source](view, inbox, seed=seed, delivery=delivery, day=f"{day:%Y%m%d}")
    return truth.book_of(view, places, day, delivery)


def _absent(population: Population, source: str, seed: int) -> frozenset[int]:
    """Persons a source rightly does not hold, by whole households."""
    share = MISSING_FROM.get(source, 0.0)
    draws = stream(seed, "coverage", source).random(int(population.household[-1]) + 1)
    return frozenset(np.flatnonzero((draws < share)[population.household]).tolist())


def _write_county_file(root: Path, population: Population) -> None:
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
