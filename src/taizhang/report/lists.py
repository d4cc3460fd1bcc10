"""The lists people work from: one workbook for the county by town, one for each town by village; numbers masked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Self

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from taizhang.languages import Language
from taizhang.report.figures import SEVERITIES, Figures, FindingRow
from taizhang.report.safe_text import safe_text
from taizhang.report.texts import Label, label
from taizhang.report.wording import candidates, evidence, places

COUNTY_LIST = "问题清单.xlsx"
_COLUMNS: tuple[tuple[str, int], ...] = (
    ("number", 14), ("severity", 7), ("change", 8), ("village", 12), ("household", 14), ("household_head", 10), ("person", 10),
    ("id_masked", 20), ("problem", 50), ("evidence", 44), ("hint", 32), ("place", 34), ("culprit", 22), ("candidates", 26), ("deadline", 12), ("rule", 20),
)  # fmt: skip
_A3, _A4 = 8, 9
_COLOURS = {"error": "#C8372D", "warn": "#B86E00", "suspect": "#2B66A3", "info": "#66727F"}
_FORBIDDEN_IN_NAME = re.compile(r"[\x00-\x1f\[\]:*?/\\']")


class ListWorkbook:
    """A workbook of findings being written row by row; use as a context manager."""

    def __init__(self, path: Path, language: Language, watermark: str, sources: Mapping[str, str]) -> None:
        self._language = language
        self._sources = sources
        self._watermark = watermark
        self._names: set[str] = set()
        self._book = Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#C9D2DC", "valign": "top"}
        )
        self._text = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self._number = self._book.add_format({"num_format": "#,##0"})
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._soft = self._book.add_format({"font_color": "#66727F"})
        self._severity = {s: self._book.add_format({"font_color": c, "valign": "top"}) for s, c in _COLOURS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._book.close()

    def said(self, text: Label) -> str:
        """A label in the workbook's language."""
        return text.said_in(self._language)

    def overview(self, title: str, figures: Figures, titles: dict[str, Label]) -> None:
        """The first sheet: totals by severity, by town and by rule."""
        sheet = self._sheet(self.said(label("overview")))
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, 30)
        sheet.set_column(2, 7, 11)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, self._watermark, self._soft)
        names = [self.said(label(name)) for name in SEVERITIES]
        row = self._table(sheet, 3, [self.said(label("town")), "", self.said(label("total")), *names], (
            [self.said(town.label), "", town.total, *town.by_severity] for town in figures.by_town
        ))  # fmt: skip
        self._table(sheet, row + 1, [self.said(label("problem")), self.said(label("rule")), self.said(label("count"))], (
            [self.said(titles.get(rule.rule, rule.title)), rule.rule, rule.count] for rule in figures.rules
        ))  # fmt: skip

    def findings(self, name: str, rows: Sequence[FindingRow]) -> None:
        """One sheet of findings with a filter and a frozen head."""
        sheet = self._sheet(name)
        for column, (_, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(_A3)  # sixteen columns on A4 would be too small to read
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{self._watermark}&R&P/&N")
        for column, (heading, _) in enumerate(_COLUMNS):
            sheet.write_string(0, column, self.said(label(heading)), self._head)
        for number, finding in enumerate(rows, 1):
            self._finding(sheet, number, finding)

    def _finding(self, sheet: Worksheet, row: int, finding: FindingRow) -> None:
        days = finding.deadline_workdays
        values = (
            finding.number, self.said(label(finding.severity)), self.said(label(finding.delta)), finding.village, finding.household,
            finding.head, finding.name, finding.id_masked, self.said(finding.message), evidence(finding.evidence, self._language), self.said(finding.hint),
            places(finding.places, self._sources, self._language), finding.culprit or self.said(label("undecided")),
            candidates(finding.candidates, self._language),
            "" if days is None else self.said(label("workdays").filled(n=days)), finding.rule,
        )  # fmt: skip
        for column, value in enumerate(values):
            if value:
                sheet.write_string(
                    row, column, safe_text(value), self._severity[finding.severity] if column == 1 else self._text
                )

    def _table(self, sheet: Worksheet, row: int, head: Sequence[str], lines: Iterable[Sequence[str | int]]) -> int:
        for column, text in enumerate(head):
            sheet.write_string(row, column, text, self._head)
        for line in lines:
            row += 1
            for column, value in enumerate(line):
                if isinstance(value, int):
                    sheet.write_number(row, column, value, self._number)
                else:
                    sheet.write_string(row, column, safe_text(value))
        return row + 1

    def _sheet(self, wanted: str) -> Worksheet:
        base = _FORBIDDEN_IN_NAME.sub(" ", wanted).strip()[:28] or "–"
        name = next(n for n in (base, *(f"{base}{i}" for i in range(2, 1000))) if n.lower() not in self._names)
        self._names.add(name.lower())
        return self._book.add_worksheet(name)


def by_village(rows: Sequence[FindingRow]) -> Iterable[tuple[str, list[FindingRow]]]:
    """Runs of findings of one village, in the order given; those of no village come under an empty name."""
    for village, run in groupby(rows, key=lambda row: row.village):
        yield village, list(run)


def watermark(county: str, sweep: str, as_of: date, total: int, language: Language) -> str:
    """The line every list carries: whose, which sweep, how many rows (law.md §4)."""
    return f"{county} · {sweep} · {as_of.isoformat()} · {total} · {label('watermark').said_in(language)}"


__all__ = ["COUNTY_LIST", "ListWorkbook", "by_village", "watermark"]
