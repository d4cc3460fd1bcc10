"""Writes the returned copy of an .xlsx/.xlsm original: comments, light fills, and the list of problems."""

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from taizhang.errors import UserError
from taizhang.languages import Language, bracketed, told
from taizhang.report.returned.marks import mark_cells
from taizhang.report.returned.notes import CellNote, add_notes
from taizhang.report.returned.package import Package, parse_xml
from taizhang.report.returned.problem_list import Problem, add_problem_list
from taizhang.report.returned.styles import Styles
from taizhang.report.texts import label


class OriginalDamaged(UserError):
    """The stored original can no longer be opened as a workbook."""

    code = "E-RETURN-ORIGINAL"


def damaged_original(name: str, why: str) -> OriginalDamaged:
    """The refusal to annotate the stored file `name`."""
    return OriginalDamaged(
        "原文件已无法作为工作簿打开，未生成批注件。",
        where=name,
        why=why,
        hint="请从来源重新报送该文件。",
    )


@dataclass(frozen=True, slots=True)
class Returned:
    """What was written: cells commented, and problems whose sheet is not in the workbook (listed without a comment)."""

    path: Path
    commented_cells: int
    without_cell: int


def annotate_workbook(
    original: Path, target: Path, problems: list[Problem], language: Language = Language.ZH
) -> Returned:
    """Copy `original` to `target` with every problem at its cell; several problems of a cell share one comment.

    The sheet's own cells keep their bytes but for the style number of marked ones; macros are left out.
    Raises OriginalDamaged when `original` is no workbook any more.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        with Package(original) as package:
            parts = _sheet_parts(package)
            styles = Styles.of(package)
            by_sheet = note_texts(problems, language)
            commented = 0
            for sheet, cells in by_sheet.items():
                part = parts.get(sheet)
                if part is None:
                    continue
                if styles is not None:
                    mark_cells(package, part, list(cells), styles)
                add_notes(package, part, [CellNote(cell, "\n".join(texts)) for cell, texts in cells.items()])
                commented += len(cells)
            add_problem_list(package, problems, styles, language)
            if styles is not None:
                styles.store(package)
            package.save(temporary)
        temporary.replace(target)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        temporary.unlink(missing_ok=True)
        raise damaged_original(original.name, type(error).__name__) from error
    lost = sum(1 for problem in problems if not problem.cell or problem.sheet not in parts)
    return Returned(target, commented, lost)


def _sheet_parts(package: Package) -> dict[str, str]:
    relations = package.relationships(package.workbook_part)
    book = parse_xml(package.read(package.workbook_part))
    found: dict[str, str] = {}
    for sheet in book.iter("{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if etree.QName(key).localname == "id"), "")
        target = relations.target_of(str(relation))
        if target is not None:
            found[sheet.get("name", "")] = target
    return found


def note_texts(problems: Iterable[Problem], language: Language) -> dict[str, dict[str, list[str]]]:
    """The comment lines of every cell, by sheet name and A1 reference."""
    lead = "[{}] ".format if language is Language.EN else "【{}】".format
    grouped: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        if problem.cell:
            grouped[problem.sheet][problem.cell].append(
                f"{lead(problem.severity)}{problem.text}\n"
                f"{told(label('hint').said_in(language), problem.hint, language)}{bracketed(problem.finding, language)}"
            )
    return grouped
