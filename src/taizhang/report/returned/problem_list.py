"""The sheet 问题清单 that is added to a returned workbook: what is wrong, where, what to do, and a column for the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from xml.sax.saxutils import quoteattr

from lxml import etree

from taizhang.intake.readers.blocks import column_letters
from taizhang.languages import Language
from taizhang.report.returned.package import Package, parse_xml, to_bytes, xml_text
from taizhang.report.returned.styles import Styles
from taizhang.report.safe_text import safe_text
from taizhang.report.texts import label

REPLIES = ("reply_corrected", "reply_untrue", "reply_unverifiable")
"""The names of the answers' labels."""
MOST_LINKS = 65_530
"""As many as a sheet may have; a workbook with more is called damaged when it is opened."""
_WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the list. Texts are for the sender and hold no full number; `sheet` and `cell` make the link."""

    severity: str
    household: str
    name: str
    field: str
    sheet: str
    cell: str
    text: str
    hint: str
    deadline: str
    finding: str


HEADINGS = (
    "serial", "severity", "household_head", "person", "field", "sheet", "cell", "problem", "hint", "deadline", "number",
    "reply", "reply_note",
)  # fmt: skip
"""The names of the columns' labels."""
WIDTHS = (6, 7, 10, 10, 14, 14, 8, 52, 36, 11, 14, 14, 26)


def cells_of(number: int, problem: Problem) -> tuple[str, ...]:
    """The texts of one line, in the order of `HEADINGS`, safe to open in a spreadsheet program."""
    return (str(number), *(safe_text(getattr(problem, field.name)) for field in fields(problem)), "", "")


def link_of(problem: Problem) -> str:
    """The place inside the workbook a line points to: ``'工作表'!C37``."""
    return "'{}'!{}".format(problem.sheet.replace("'", "''"), problem.cell)


def add_problem_list(package: Package, problems: list[Problem], styles: Styles | None, language: Language) -> str:
    """Add the list as the last sheet of a workbook; returns the sheet's name (numbered when it is taken)."""
    main = _MAIN_STRICT if package.strict else _MAIN
    part = package.free_name("xl/worksheets/sheetTz{}.xml")
    package.write(part, "".join(_sheet(problems, main, styles, language)).encode(), _WORKSHEET_TYPE)
    relation_id = package.relationships(package.workbook_part).add("worksheet", part)

    book = parse_xml(package.read(package.workbook_part))
    sheets = book.find(f"{{{main}}}sheets")
    if sheets is None:
        raise KeyError("sheets")
    names = {sheet.get("name", "").casefold() for sheet in sheets}
    own = label("problem_sheet").said_in(language)
    name = next(n for n in (own, *(f"{own}{i}" for i in range(2, len(names) + 3))) if n.casefold() not in names)
    taken = max((int(sheet.get("sheetId", "0")) for sheet in sheets), default=0)
    entry = etree.SubElement(sheets, f"{{{main}}}sheet", name=name, sheetId=str(taken + 1))
    entry.set(f"{{{package.relationship_base}}}id", relation_id)
    if book.find(f"{{{main}}}bookViews") is None:  # the view of a sheet is one in a view of the workbook
        views = etree.Element(f"{{{main}}}bookViews")
        etree.SubElement(views, f"{{{main}}}workbookView")
        sheets.addprevious(views)
    _repeat_heading(book, main, name, len(sheets) - 1)
    package.write(package.workbook_part, to_bytes(book))
    return name


def _repeat_heading(book: etree._Element, main: str, name: str, place: int) -> None:
    """Let the headings stand on every printed page (the name has to be defined for the whole workbook)."""
    defined = book.find(f"{{{main}}}definedNames")
    if defined is None:
        defined = etree.Element(f"{{{main}}}definedNames")
        before = [book.find(f"{{{main}}}{tag}") for tag in ("externalReferences", "functionGroups", "sheets")]
        next(element for element in before if element is not None).addnext(defined)
    titles = etree.SubElement(defined, f"{{{main}}}definedName", name="_xlnm.Print_Titles", localSheetId=str(place))
    titles.text = f"'{name}'!$1:$1"


def _sheet(problems: list[Problem], main: str, styles: Styles | None, language: Language) -> Iterator[str]:
    """The sheet's XML in the order that CT_Worksheet asks for."""
    heading, text, link = (styles.heading(), styles.text(), styles.link()) if styles else (0, 0, 0)
    last_column, last = column_letters(len(HEADINGS) - 1), len(problems) + 1
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{main}">'
    yield '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    yield '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for index, width in enumerate(WIDTHS, 1):
        yield f'<col min="{index}" max="{index}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, [label(name).said_in(language) for name in HEADINGS], [heading] * len(HEADINGS))
    looks = [link if name == "cell" else text for name in HEADINGS]
    for number, problem in enumerate(problems, 1):
        yield _row(number + 1, cells_of(number, problem), looks)
    yield f'</sheetData><autoFilter ref="A1:{last_column}{last}"/>'
    if problems:
        reply = column_letters(HEADINGS.index("reply"))
        yield f'<dataValidations count="1"><dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{reply}2:{reply}{last}">'
        answers = ",".join(label(name).said_in(language) for name in REPLIES)
        yield f'<formula1>"{xml_text(answers)}"</formula1></dataValidation></dataValidations>'
        yield from _links(problems)
    yield '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
    yield '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/><headerFooter><oddFooter>&amp;R&amp;P/&amp;N</oddFooter></headerFooter></worksheet>'


def _row(number: int, texts: Sequence[str], looks: Sequence[int]) -> str:
    cells = [
        f'<c r="{column_letters(at)}{number}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>'
        if text
        else f'<c r="{column_letters(at)}{number}" s="{look}"/>'
        for at, (text, look) in enumerate(zip(texts, looks, strict=True))
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _links(problems: list[Problem]) -> Iterator[str]:
    column = column_letters(HEADINGS.index("cell"))
    links = [
        f'<hyperlink ref="{column}{row}" location={quoteattr(link_of(problem))} display={quoteattr(problem.cell)}/>'
        for row, problem in enumerate(problems, 2)
        if problem.cell
    ][:MOST_LINKS]
    if links:
        yield f"<hyperlinks>{''.join(links)}</hyperlinks>"
