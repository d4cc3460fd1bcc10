"""The sheet 问题清单 that is added to a returned workbook: what is wrong, where, what to do, and a column for the answer."""

from dataclasses import dataclass, fields

from lxml import etree

from taizhang.languages import Language
from taizhang.report.returned.package import Package, parse_xml, to_bytes
from taizhang.report.safe_text import safe_text
from taizhang.report.texts import label

REPLIES = ("reply_corrected", "reply_untrue", "reply_unverifiable")
"""The names of the answers' labels."""
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
WIDTHS = (6, 8, 10, 10, 14, 14, 8, 60, 40, 12, 14, 14, 30)


def cells_of(number: int, problem: Problem) -> tuple[str, ...]:
    """The texts of one line, in the order of `HEADINGS`, safe to open in a spreadsheet program."""
    return (str(number), *(safe_text(getattr(problem, field.name)) for field in fields(problem)), "", "")


def link_of(problem: Problem) -> str:
    """The place inside the workbook a line points to: ``'工作表'!C37``."""
    return "'{}'!{}".format(problem.sheet.replace("'", "''"), problem.cell)


def add_problem_list(package: Package, problems: list[Problem], language: Language) -> str:
    """Add the list as the last sheet of a workbook; returns the sheet's name (numbered when it is taken)."""
    main = _MAIN_STRICT if package.strict else _MAIN
    part = package.free_name("xl/worksheets/sheetTz{}.xml")
    package.write(part, _sheet(problems, main, language), _WORKSHEET_TYPE)
    relation_id = package.relationships(package.workbook_part).add("worksheet", part)

    book = parse_xml(package.read(package.workbook_part))
    sheets = book.find(f"{{{main}}}sheets")
    if sheets is None:
        raise KeyError("sheets")
    names = {sheet.get("name", "") for sheet in sheets}
    own = label("problem_sheet").said_in(language)
    name = next(n for n in (own, *(f"{own}{i}" for i in range(2, len(names) + 3))) if n not in names)
    taken = max((int(sheet.get("sheetId", "0")) for sheet in sheets), default=0)
    entry = etree.SubElement(sheets, f"{{{main}}}sheet", name=name, sheetId=str(taken + 1))
    entry.set(f"{{{package.relationship_base}}}id", relation_id)
    package.write(package.workbook_part, to_bytes(book))
    return name


def _sheet(problems: list[Problem], main: str, language: Language) -> bytes:
    def element(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{main}}}{tag}", attributes)

    def text_cell(parent: etree._Element, reference: str, text: str) -> None:
        inline = element(element(parent, "c", r=reference, t="inlineStr"), "is")
        holder = element(inline, "t")
        holder.text = text
        holder.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    root = etree.Element(f"{{{main}}}worksheet", nsmap={None: main})  # type: ignore[dict-item] # lxml takes None, its stubs do not
    view = element(element(root, "sheetViews"), "sheetView", workbookViewId="0")
    element(view, "pane", ySplit="1", topLeftCell="A2", activePane="bottomLeft", state="frozen")
    columns = element(root, "cols")
    for index, width in enumerate(WIDTHS, 1):
        element(columns, "col", min=str(index), max=str(index), width=str(width), customWidth="1")
    body = element(root, "sheetData")
    headings = tuple(label(name).said_in(language) for name in HEADINGS)
    lines = [headings, *(cells_of(number, problem) for number, problem in enumerate(problems, 1))]
    for row_number, line in enumerate(lines, 1):
        row = element(body, "row", r=str(row_number))
        for column, text in enumerate(line):
            if text:
                text_cell(row, f"{chr(65 + column)}{row_number}", text)
    last = len(lines)
    element(root, "autoFilter", ref=f"A1:{chr(64 + len(HEADINGS))}{last}")
    if problems:
        validations = element(root, "dataValidations", count="1")
        reply = chr(65 + HEADINGS.index("reply"))
        rule = element(
            validations,
            "dataValidation",
            type="list",
            allowBlank="1",
            showErrorMessage="1",
            sqref=f"{reply}2:{reply}{last}",
        )
        element(rule, "formula1").text = '"{}"'.format(",".join(label(name).said_in(language) for name in REPLIES))
        links = element(root, "hyperlinks")
        cell_column = chr(65 + HEADINGS.index("cell"))
        for row_number, problem in enumerate(problems, 2):
            if problem.cell:
                element(
                    links,
                    "hyperlink",
                    ref=f"{cell_column}{row_number}",
                    location=link_of(problem),
                    display=problem.cell,
                )
    return to_bytes(root)
