"""Writes everything people get from a sweep into its folder: page, lists, returned workbooks."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from taizhang.errors import SystemFault
from taizhang.intake.child import ChildPool, Refused
from taizhang.intake.county import County
from taizhang.intake.delivery import Lake
from taizhang.intake.preflight import Limits
from taizhang.languages import Language
from taizhang.progress import Progress
from taizhang.report.facts import page_facts, rule_titles, source_titles
from taizhang.report.figures import FindingRow, FindingsFile
from taizhang.report.lists import COUNTY_LIST, ListWorkbook, by_village, watermark
from taizhang.report.page import PageFacts, page
from taizhang.report.returned.deal import return_workbooks
from taizhang.report.texts import Label, label

PAGE = "report.html"
TOWN_LISTS = "lists"
RETURNED = "returned"
FINDINGS_ON_PAGE = 2000
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_LONGEST_STEM = 40  # characters; three bytes each stay well below the 255 bytes of a file name
_OF_OUR_OWN = Limits(memory_bytes=2**36, cpu_seconds=86_400, wall_seconds=86_400, open_files=2**16, output_bytes=2**36)
"""Nothing of a stranger's is read here: a workbook holds a file open for each of its sheets, and a county of a million takes minutes."""


class ListsFailed(SystemFault):
    """The lists of problems could not be written; page and findings are there."""

    code: ClassVar[str] = "E-REPORT-LISTS"


@dataclass(frozen=True, slots=True)
class Reports:
    """Where the reports of a sweep lie; `returned_folder` is None when none were asked for."""

    page: Path
    county_list: Path
    town_lists: Path
    returned_folder: Path | None


def write_reports(county: County, folder: Path, *, progress: Progress, returned: bool = True, jobs: int = 2) -> Reports:
    """Write the reports of the sweep in `folder`; each file appears whole or not at all.

    Holds the lake meanwhile. Raises LakeBusyError while another run holds it, OSError when the disk refuses; nothing of
    the sweep itself is touched.
    """
    with Lake(county.data).held():
        return _write_reports(county, folder, progress, returned=returned, jobs=jobs)


def _write_reports(county: County, folder: Path, progress: Progress, *, returned: bool, jobs: int) -> Reports:
    facts = page_facts(county, folder)
    titles, sources = rule_titles(county), source_titles(county)
    stage = "写报告"
    progress.start(stage, total=3 if returned else 2)
    with FindingsFile(folder / "findings.parquet") as findings:
        figures = findings.figures(sources, titles)
        shown = findings.most_serious(FINDINGS_ON_PAGE, sources)
    _whole(folder / PAGE, lambda path: path.write_text(page(facts, figures, shown, sources), encoding="utf-8"))
    progress.advance(stage)

    # Lists and returned workbooks share nothing but the findings: a second core does the lists.
    with ThreadPoolExecutor(1) as second:
        lists = second.submit(write_lists_apart, folder, facts, titles, sources, county.language)
        returned_folder = (
            return_workbooks(county, folder, folder / RETURNED, progress=progress, jobs=jobs) if returned else None
        )
        if returned:
            progress.advance(stage)
        lists.result()
    progress.advance(stage)
    progress.finish(stage)
    return Reports(folder / PAGE, folder / COUNTY_LIST, folder / TOWN_LISTS, returned_folder)


def write_lists_apart(
    folder: Path, facts: PageFacts, titles: dict[str, Label], sources: dict[str, str], language: Language
) -> None:
    """Write the lists in a process of their own; raises ListsFailed."""
    with ChildPool(1, _OF_OUR_OWN, preload=(__name__,)) as pool:
        (outcome,) = pool.map(
            write_lists, [(folder, {"facts": facts, "titles": titles, "sources": sources, "language": language})]
        )
    if isinstance(outcome, Refused):
        event = outcome.events[0]
        raise ListsFailed(" ".join([event.code, *(f"{name}={told}" for name, told in event.facts.items())]))


def write_lists(
    folder: Path,
    *,
    facts: PageFacts,
    titles: dict[str, Label],
    sources: dict[str, str],
    language: Language = Language.ZH,
) -> None:
    """Write the county's list and one for each town into the sweep's folder, in the county's language."""
    lists = folder / TOWN_LISTS
    lists.mkdir(exist_ok=True)
    with FindingsFile(folder / "findings.parquet") as findings:
        figures = findings.figures(sources, titles)
        towns = [
            (name or label("no_town").said_in(language), findings.of_town(code, sources))
            for code, name, _ in findings.towns()
        ]
    stems = file_stems([name for name, _ in towns])
    line = watermark(facts.county, facts.sweep, facts.as_of, figures.open_findings, language)

    def county_list(path: Path) -> None:
        with ListWorkbook(path, language, line, sources) as book:
            book.overview(label("list_title").filled(county=facts.county).said_in(language), figures, titles)
            for name, rows in towns:
                book.findings(name, rows)

    _whole(folder / COUNTY_LIST, county_list)
    for stem, (name, rows) in zip(stems, towns, strict=True):
        _whole(lists / f"{stem}.xlsx", partial(_town_list, name, rows, facts, sources, language))


def file_stems(names: Sequence[str]) -> list[str]:
    """File names (without ending) for these names, each another: a name comes from a ledger and may hold anything."""
    stems: list[str] = []
    for name in names:
        base = _NOT_IN_FILE_NAMES.sub(" ", name).strip(" .")[:_LONGEST_STEM] or "未命名"
        stems.append(next(n for n in (base, *(f"{base}{i}" for i in range(2, len(names) + 2))) if n not in stems))
    return stems


def _town_list(
    name: str, rows: list[FindingRow], facts: PageFacts, sources: dict[str, str], language: Language, path: Path
) -> None:
    line = watermark(name, facts.sweep, facts.as_of, len(rows), language)
    with ListWorkbook(path, language, line, sources) as book:
        for village, of_village in by_village(rows):
            book.findings(village or label("no_village").said_in(language), of_village)


def _whole(target: Path, write: Callable[[Path], object]) -> None:
    temporary = target.with_name(f".part-{target.name}")
    write(temporary)
    temporary.replace(target)
