"""Writes everything people get from a sweep into its folder: page, lists, returned workbooks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from taizhang.intake.county import County
from taizhang.progress import Progress
from taizhang.report.facts import page_facts, rule_titles, source_titles
from taizhang.report.figures import FindingRow, FindingsFile
from taizhang.report.lists import COUNTY_LIST, ListWorkbook, by_village, watermark
from taizhang.report.page import PageFacts, page
from taizhang.report.returned.deal import return_workbooks
from taizhang.report.texts import Label, Language

PAGE = "report.html"
TOWN_LISTS = "lists"
RETURNED = "returned"
FINDINGS_ON_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Reports:
    """Where the reports of a sweep lie; `returned_folder` is None when none were asked for."""

    page: Path
    county_list: Path
    town_lists: Path
    returned_folder: Path | None


def write_reports(county: County, folder: Path, *, progress: Progress, returned: bool = True, jobs: int = 2) -> Reports:
    """Write the reports of the sweep in `folder`; each file appears whole or not at all.

    Raises OSError when the disk refuses; nothing of the sweep itself is touched.
    """
    facts = page_facts(county, folder)
    titles, sources = rule_titles(county), source_titles(county)
    stage = "写报告"
    progress.start(stage, total=3 if returned else 2)
    with FindingsFile(folder / "findings.parquet") as findings:
        figures = findings.figures(sources, titles)
        shown = findings.most_serious(FINDINGS_ON_PAGE, sources)
    _whole(folder / PAGE, lambda path: path.write_text(page(facts, figures, shown), encoding="utf-8"))
    progress.advance(stage)

    # Lists and returned workbooks share nothing but the findings: a second core does the lists.
    writer = get_context("spawn").Process(target=_write_lists, args=(folder, facts, titles, sources), name="lists")
    writer.start()
    returned_folder = (
        return_workbooks(county, folder, folder / RETURNED, progress=progress, jobs=jobs) if returned else None
    )
    if returned:
        progress.advance(stage)
    writer.join()
    if writer.exitcode != 0:
        raise OSError("问题清单未能写出。")
    progress.advance(stage)
    progress.finish(stage)
    return Reports(folder / PAGE, folder / COUNTY_LIST, folder / TOWN_LISTS, returned_folder)


def _write_lists(folder: Path, facts: PageFacts, titles: dict[str, Label], sources: dict[str, str]) -> None:
    lists = folder / TOWN_LISTS
    lists.mkdir(exist_ok=True)
    with FindingsFile(folder / "findings.parquet") as findings:
        figures = findings.figures(sources, titles)
        towns = [(name or "未分镇村", findings.of_town(code, sources)) for code, name, _ in findings.towns()]
    line = watermark(facts.county, facts.sweep, facts.as_of, figures.open_findings)

    def county_list(path: Path) -> None:
        with ListWorkbook(path, Language.ZH, line) as book:
            book.overview(f"{facts.county} 问题清单", figures, titles)
            for name, rows in towns:
                book.findings(name, rows)

    _whole(folder / COUNTY_LIST, county_list)
    for name, rows in towns:
        _whole(lists / f"{name}.xlsx", partial(_town_list, name, rows, facts))


def _town_list(name: str, rows: list[FindingRow], facts: PageFacts, path: Path) -> None:
    with ListWorkbook(path, Language.ZH, watermark(name, facts.sweep, facts.as_of, len(rows))) as book:
        for village, of_village in by_village(rows):
            book.findings(village or "未分村", of_village)


def _whole(target: Path, write: Callable[[Path], object]) -> None:
    temporary = target.with_name(f".part-{target.name}")
    write(temporary)
    temporary.replace(target)
